"""The console of the door on a phone."""

import pytest
from playwright.sync_api import Page

from eventflow.checkin import devices
from eventflow.db import now, transaction
from tests.browser.test_organizing import come_in

pytestmark = pytest.mark.browser


def test_scanners_fit_on_a_phone_with_each_figure_named(phone: Page, served, riverside, sam, gala):
    with transaction():
        for name in ("North 1, beside the cloakroom of the old foyer", "South"):
            device = devices.enrol(name, role="staff", kiosk=True, by="Sam", at=now()).device
            facts = {"waiting": 12, "battery": 64, "charging": True, "data_age_s": 4_000}
            devices.tell(device.id, facts | {"clock_skew_ms": 95_000}, at=now())

    come_in(phone, served, riverside, sam, f"/manage/events/{gala.slug}/door")
    for path in ("door", "door/devices"):
        phone.goto(served.at(riverside, f"/manage/events/{gala.slug}/{path}"))
        frame = phone.locator(".table-frame").filter(has_text="North 1")
        widths = frame.evaluate("(frame) => [frame.scrollWidth, frame.clientWidth]")
        assert widths[0] <= widths[1], path
        waiting = frame.locator("td").filter(has_text="12").first
        named = waiting.evaluate("(cell) => getComputedStyle(cell, '::after').content")
        assert "waiting" in named
