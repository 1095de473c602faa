"""The scanner and the box office together, with nothing between them."""

import io

import pypdf
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventflow.checkin import devices, plan
from eventflow.checkin.models import Scan
from eventflow.checkin.plan import GateFacts
from eventflow.db import db, now, transaction
from eventflow.tickets import codes, keys
from eventflow.tickets.models import Ticket
from tests import factories
from tests.browser.test_scanning import all_sent, answered, wedge

pytestmark = pytest.mark.browser


@pytest.fixture
def door(phone: Page, served, riverside, gala) -> Page:
    """A supervisor's phone, on its way to the Winter Gala."""
    with transaction():
        _pairing, code = devices.offer("Ana’s phone", role="staff", at=now())
    phone.goto(served.at(riverside, f"/scan/#pair={code}"))
    return phone


def code_of(ticket: Ticket) -> str:
    key = keys.of(ticket.key_number)
    return codes.sign(
        key.private,
        key_id=key.number,
        event_id=ticket.event_id,
        ticket_id=ticket.id,
        issue=ticket.issue,
    )


def test_what_was_scanned_without_network_is_at_the_box_office_once(door, riverside, gala):
    order = factories.pay(factories.order(riverside, gala, 2))
    first, second = (code_of(ticket) for ticket in order.tickets)
    door.get_by_role("button", name="Stand here").click()
    expect(door.locator("#check-list")).to_contain_text("2 tickets", timeout=30_000)
    expect(door.locator("#check-shell")).to_have_attribute("data-kind", "right", timeout=60_000)
    door.get_by_role("button", name="Start scanning").click()
    door.context.set_offline(True)

    wedge(door, first)
    answered(door, "Come in", "Bea Buyer", "This order: 1 of 2 in")
    wedge(door, second)
    answered(door, "Come in")
    wedge(door, first)
    answered(door, "Already in", "by Ana’s phone")
    door.context.set_offline(False)
    all_sent(door)

    db.session.rollback()
    scans = db.session.scalars(select(Scan).order_by(Scan.scanned_at)).all()
    assert [scan.result for scan in scans] == ["VALID", "VALID", "USED"]
    assert all(scan.device_id for scan in scans)
    assert all(ticket.checked_in_at for ticket in db.session.scalars(select(Ticket)))


def test_a_device_that_is_revoked_with_scans_in_its_queue_still_tells_them(door, riverside, gala):
    order = factories.pay(factories.order(riverside, gala, 1))
    code = code_of(order.tickets[0])
    door.get_by_role("button", name="Stand here").click()
    expect(door.locator("#check-list")).to_contain_text("1 ticket", timeout=30_000)
    door.get_by_role("button", name="Start scanning").click()
    door.context.set_offline(True)
    wedge(door, code)
    answered(door, "Come in", "Bea Buyer")

    with transaction():
        [device] = devices.latest_first()
        devices.revoke(device.id, by="Olivia", at=now())
    door.context.set_offline(False)

    expect(door.get_by_text("Its data has been deleted.")).to_be_visible(timeout=30_000)
    db.session.rollback()
    [scan] = db.session.scalars(select(Scan))
    assert (scan.result, scan.reason) == ("VALID", "admitted")
    assert scan.received_at > scan.scanned_at
    assert [ticket.checked_in_at for ticket in db.session.scalars(select(Ticket))] == [
        scan.scanned_at
    ]


def scan_and_print(door: Page) -> None:
    """Begin to scan, with badges; nothing is printed, but counted."""
    door.evaluate("() => { window.prints = 0; window.print = () => void window.prints++ }")
    door.get_by_role("button", name="Stand here").click()
    expect(door.locator("#check-list")).to_contain_text("1 ticket", timeout=30_000)
    door.get_by_role("button", name="Start scanning").click()
    door.get_by_role("link", name="Settings").click()
    door.get_by_label("Print badges").check()
    door.get_by_role("link", name="Back to scanning").click()


def test_a_badge_is_printed_with_the_first_entry_and_once_again(door, riverside, gala):
    order = factories.pay(factories.order(riverside, gala, 1))
    code = code_of(order.tickets[0])
    scan_and_print(door)

    wedge(door, code)
    expect(door.locator("#answer-badge")).to_have_text("Badge printed", timeout=15_000)
    [sheet] = pypdf.PdfReader(io.BytesIO(door.pdf(prefer_css_page_size=True))).pages
    wedge(door, code)
    answered(door, "Already in")
    door.get_by_role("button", name="Print the badge again").click()
    expect(door.locator("#answer-badge")).to_have_text("Badge printed again", timeout=15_000)
    wedge(door, code)
    door.get_by_role("button", name="Print the badge again").click()
    expect(door.locator("#answer-badge")).to_contain_text("printed twice", timeout=15_000)

    assert door.evaluate("window.prints") == 2
    width, height = (float(side) * 25.4 / 72 for side in sheet.mediabox[2:])
    assert (round(width), round(height)) == (90, 55)
    assert "Bea Buyer" in sheet.extract_text() and "Scan" not in sheet.extract_text()


def test_whoever_comes_back_has_a_badge_and_may_be_given_another(door, riverside, gala):
    with transaction():
        plan.add_gate(gala, GateFacts("Lobby", entries=None), at=now())
    order = factories.pay(factories.order(riverside, gala, 1))
    code = code_of(order.tickets[0])
    # Paired, or the code would be used up by a page that is gone.
    expect(door.get_by_role("button", name="Stand here")).to_be_visible()
    door.reload()
    door.get_by_text("Lobby").click()
    scan_and_print(door)
    wedge(door, code)
    expect(door.locator("#answer-badge")).to_have_text("Badge printed", timeout=15_000)
    door.evaluate(
        """() => {
             const badge = document.querySelector("#answer-badge")
             window.said = []
             const watcher = new MutationObserver(() => window.said.push(badge.textContent))
             watcher.observe(badge, { childList: true, subtree: true })
           }"""
    )

    wedge(door, code)

    answered(door, "Come in", "Bea Buyer")
    badge = door.locator("#answer-badge")
    expect(badge).to_have_text("Has a badge already, from an earlier entry.", timeout=15_000)
    expect(badge).to_have_attribute("data-quiet", "")
    assert not [words for words in door.evaluate("window.said") if "printer" in words]
    door.get_by_role("button", name="Print the badge again").click()
    expect(badge).to_have_text("Badge printed again", timeout=15_000)
    assert badge.get_attribute("data-quiet") is None
    assert door.evaluate("window.prints") == 2


def test_without_network_no_badge_is_printed_and_the_door_goes_on(door, riverside, gala):
    order = factories.pay(factories.order(riverside, gala, 1))
    scan_and_print(door)
    door.context.set_offline(True)

    wedge(door, code_of(order.tickets[0]))

    answered(door, "Come in", "Bea Buyer", "No badge without network")
    assert door.evaluate("window.prints") == 0
