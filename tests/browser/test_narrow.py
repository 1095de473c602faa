"""Nothing scrolls sideways: not on the narrowest phone, and not for words nobody foresaw."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page

from eventflow.db import now, transaction
from eventflow.demo.halls import club
from eventflow.events import covers, publishing
from eventflow.tenancy import acting_for
from tests import factories
from tests.browser.test_organizing import come_in
from tests.sales.test_seats import buy, take
from tests.seating import halls
from tests.seating.theatres import make_seated

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtsgesellschaft" * 5
WIDTHS = (320, 360, 390, 768, 1280)


@pytest.fixture
def endless(riverside) -> str:
    """An event of words without a break, and a tier that is sold later."""
    with acting_for(riverside.id):
        event = factories.make_event(
            title=LONG,
            summary=LONG[:150],
            venue_name=LONG[:150],
            tiers=[("Stalls", 2500, 5), (LONG[:70], 900, 5)],
        )
        with transaction():
            factories.make_tier(event, "Late", 1000, 5, sale_start=now() + timedelta(days=3))
        return event.slug


def too_wide(page: Page) -> dict[int, int]:
    """How wide the page is on each screen that it doesn't fit."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found[width] = wide
    return found


def test_words_without_a_break_are_broken(served, phone, riverside, endless):
    phone.goto(served.at(riverside))
    assert not too_wide(phone)

    phone.goto(served.at(None, "/events"))
    assert not too_wide(phone)

    phone.goto(served.at(riverside, f"/events/{endless}"))
    assert not too_wide(phone)


def test_they_are_broken_on_the_way_to_the_tickets(served, phone, riverside, endless):
    phone.goto(served.at(riverside, f"/events/{endless}"))
    for field in phone.locator("input[name^=tier-]:enabled").all():
        field.fill("1")
    phone.get_by_role("button", name="Hold").click()
    phone.wait_for_url("**/checkout/*")
    assert not too_wide(phone)

    phone.get_by_label("Your name").fill("Bea Buyer")
    phone.get_by_label("Your e-mail address").fill("bea@example.com")
    phone.get_by_role("button", name="Pay").locator("visible=true").click()
    phone.wait_for_url("**/pay/*")
    assert not too_wide(phone)

    phone.get_by_role("button", name="Pay").click()
    phone.wait_for_url("**/orders/*")
    assert not too_wide(phone)


def test_they_are_broken_in_what_is_refused(served, phone, riverside, at_riverside):
    ticket = buy(at_riverside, take(make_seated(halls.room(), {"stalls": 0}), 0)).tickets[0]
    asked = f"/tickets/{ticket.id}/seat/change?secret={ticket.secret}&named={'W' * 500}"

    phone.goto(served.at(riverside, asked))

    assert "There is no seat" in phone.locator("[role=alert]").inner_text()
    assert not too_wide(phone)


def test_they_are_broken_where_an_event_is_made(served, phone, riverside, olivia, endless):
    come_in(phone, served, riverside, olivia, f"/manage/events/{endless}/edit/1")

    for step in (1, 2, 3, 4):
        phone.goto(served.at(riverside, f"/manage/events/{endless}/edit/{step}"))
        assert not too_wide(phone), step


def test_how_full_a_hall_is_fits(served, phone, riverside, olivia, at_riverside):
    event = make_seated(club.draw(), {club.TABLE: 0, club.WHOLE: 1, club.BAR: 1, club.FLOOR: 2})
    come_in(phone, served, riverside, olivia, f"/manage/events/{event.slug}/seating")

    assert not too_wide(phone)


def test_a_programme_with_pictures_fits(served, phone, riverside):
    picture = io.BytesIO()
    Image.new("RGB", (1600, 900), "#b3261e").save(picture, "JPEG")
    with acting_for(riverside.id):
        event = factories.make_event(
            title="Throwing a bowl",
            tiers=(),
            starts_at=now() + timedelta(days=900),
            publish=False,
        )
        cover = covers.make(picture.getvalue(), folder=covers.folder(event))
        with transaction():
            later = now().replace(month=9, day=23) + timedelta(days=365)
            factories.make_tier(event, "Seat", 2500, 3, sale_start=later)
            publishing.publish(event, at=now())
            covers.keep(event, cover, at=now())

    phone.goto(served.at(riverside))

    assert phone.locator(".programme__entry--covered .badge").count() == 1
    assert not too_wide(phone)
