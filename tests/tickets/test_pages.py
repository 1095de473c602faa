"""Tickets in the hand: pages, files, and who may have them."""

import io
from datetime import UTC

import pypdf
import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image

from eventflow.db import now, transaction
from eventflow.events import drafting, publishing
from eventflow.payments import refunding
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.tickets import documents, issuing, qr
from tests import factories
from tests.people import browser_at

NEEDED = {
    "rotating": "The ticket is shown on a phone; printed, it does not admit.",
    "rotating_or_printed": "The ticket is shown on a phone; printed, it needs an ID.",
}


@pytest.fixture
def shopper(app, riverside):
    return browser_at(app, riverside)


@pytest.fixture
def order(riverside, gala) -> Order:
    return factories.pay(factories.order(riverside, gala, 2))


def test_a_ticket_has_a_page_of_its_own(order, shopper):
    ticket = order.tickets[0]

    page = shopper.get(f"/tickets/{ticket.id}?secret={ticket.secret}")

    assert page.status_code == 200
    assert f"{order.code}-1" in page.text and "QR code of ticket" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert order.secret not in page.text


def test_the_orders_secret_opens_its_tickets_too(order, shopper):
    page = shopper.get(f"/tickets/{order.tickets[1].id}?secret={order.secret}").text

    assert f"/orders/{order.code}" in page


def test_a_ticket_opens_to_nobody_else(app, order, shopper, northgate):
    one, two = order.tickets
    for address in (
        f"/tickets/{one.id}",
        f"/tickets/{one.id}?secret={two.secret}",
        f"/tickets/{one.id}.pdf?secret={two.secret}",
        f"/tickets/nonsense?secret={one.secret}",
        f"/orders/{order.code}/tickets.pdf?secret={one.secret}",
        f"/orders/{order.code}/event.ics",
    ):
        assert shopper.get(address).status_code == 404
    stranger = browser_at(app, northgate)
    assert stranger.get(f"/tickets/{one.id}?secret={one.secret}").status_code == 404


def test_a_void_ticket_shows_no_code(order, shopper):
    ticket = order.tickets[0]
    with transaction():
        issuing.void([issuing.find(ticket.id)], at=now())

    page = shopper.get(f"/tickets/{ticket.id}?secret={ticket.secret}").text

    assert "This ticket is void and admits nobody." in page
    assert "QR code of ticket" not in page
    assert shopper.get(f"/tickets/{ticket.id}.pdf?secret={ticket.secret}").status_code == 409


def test_a_refunded_ticket_says_that_it_was(order, shopper):
    [ticket, other] = order.tickets[:2]
    with transaction():
        refunding.start(orders.find(order.code, lock=True), tickets=[ticket.id], at=now())

    page = shopper.get(f"/tickets/{ticket.id}?secret={ticket.secret}").text

    assert "This ticket was refunded and admits nobody." in page
    assert "refunded" not in shopper.get(f"/tickets/{other.id}?secret={other.secret}").text


def moved_online(event) -> None:
    with transaction():
        event = drafting.find(event.slug)
        event.format, event.join_url = "virtual", "https://meet.example/gala"


def test_a_code_is_to_be_shown_where_there_is_a_door(gala, order, shopper):
    ticket = order.tickets[0]
    addresses = (
        f"/tickets/{ticket.id}?secret={ticket.secret}",
        f"/orders/{order.code}?secret={order.secret}",
    )
    for address in addresses:
        page = shopper.get(address).text
        assert "code at the door" in page and "meet.example" not in page

    moved_online(gala)

    for address in addresses:
        page = shopper.get(address).text
        assert "at the door" not in page
        assert 'href="https://meet.example/gala"' in page
    sheet = shopper.get(f"/tickets/{ticket.id}.pdf?secret={ticket.secret}")
    text = pypdf.PdfReader(io.BytesIO(sheet.data)).pages[0].extract_text()
    assert "AT THE DOOR" not in text.upper() and "You join online" in text


def test_an_order_says_to_show_a_code_only_where_it_has_one(gala, order, shopper):
    address = f"/orders/{order.code}?secret={order.secret}"
    with transaction():
        for tier in drafting.find("winter-gala").tiers:
            tier.code_kind = "rotating"
    page = shopper.get(address).text
    assert "Here are your tickets" in page and "Show the code" not in page

    with transaction():
        issuing.void([issuing.find(ticket.id) for ticket in order.tickets], at=now())
    page = shopper.get(address).text
    assert "Your tickets are void" in page and "Here are" not in page


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["static", "static"], "Show the code at the door, on a screen or on paper."),
        (["rotating", "rotating"], "show it at the door; paper does not admit."),
        (["rotating_or_printed"] * 2, "show it at the door; printed, it needs an ID."),
        (["static", "rotating"], "Some of these tickets are good on a screen or on paper;"),
        (["static", "rotating_or_printed"], "Some of these tickets are good on a screen or on pa"),
        (["rotating", "rotating_or_printed"], "whether it is good on paper, each of them says."),
    ],
)
def test_an_order_says_how_its_tickets_are_shown(riverside, gala, shopper, kinds, said):
    order = factories.pay(factories.order(riverside, gala, 1, 1))
    with transaction():
        for tier, kind in zip(drafting.find("winter-gala").tiers, kinds, strict=True):
            tier.code_kind = kind

    page = shopper.get(f"/orders/{order.code}?secret={order.secret}").text

    assert said in page
    for kind, needed in NEEDED.items():
        assert page.count(needed) == kinds.count(kind)


def test_what_is_void_has_no_say_in_how_the_others_are_shown(riverside, gala, shopper):
    order = factories.pay(factories.order(riverside, gala, 1, 1))
    with transaction():
        drafting.find("winter-gala").tiers[1].code_kind = "rotating"
        [leaving] = [one for one in order.tickets if one.tier.code_kind == "rotating"]
        issuing.void([issuing.find(leaving.id)], at=now())

    page = shopper.get(f"/orders/{order.code}?secret={order.secret}").text

    assert "Show the code at the door, on a screen or on paper." in page


def test_a_ticket_of_a_cancelled_event_is_not_to_be_shown(gala, order, shopper):
    ticket = order.tickets[0]
    with transaction():
        publishing.cancel(drafting.find("winter-gala"), at=now())

    page = shopper.get(f"/tickets/{ticket.id}?secret={ticket.secret}").text

    assert "Winter Gala is cancelled" in page and "Show this code" not in page


def test_the_files_hold_what_was_bought(order, shopper):
    whole = shopper.get(f"/orders/{order.code}/tickets.pdf?secret={order.secret}")
    ticket = order.tickets[0]
    single = shopper.get(f"/tickets/{ticket.id}.pdf?secret={ticket.secret}")

    assert whole.content_type == single.content_type == "application/pdf"
    assert f"tickets-{order.code}.pdf" in whole.headers["Content-Disposition"]
    assert len(pypdf.PdfReader(io.BytesIO(whole.data)).pages) == 2
    text = " ".join(pypdf.PdfReader(io.BytesIO(single.data)).pages[0].extract_text().split())
    assert "Winter Gala" in text and "Bea Buyer" in text and order.code in text


def test_a_sheet_says_what_its_place_cost_with_the_fees(order):
    assert order.total == 5155

    pages = pypdf.PdfReader(io.BytesIO(documents.order_pdf(order))).pages

    assert ["$25.78" in pages[0].extract_text(), "$25.77" in pages[1].extract_text()] == [True] * 2
    assert "$25.00" not in pages[0].extract_text()


def test_a_sheet_printed_after_a_refund_says_the_same(order):
    with transaction():
        refunding.start(orders.find(order.code, lock=True), tickets=[order.tickets[0].id], at=now())

    [page] = pypdf.PdfReader(io.BytesIO(documents.order_pdf(order))).pages

    assert "$25.77" in page.extract_text()


def test_only_what_admits_is_printed(order):
    with transaction():
        issuing.void([issuing.find(order.tickets[0].id)], at=now())

    pages = pypdf.PdfReader(io.BytesIO(documents.order_pdf(order))).pages

    assert len(pages) == 1
    assert f"{order.code}-2" in pages[0].extract_text()


def test_the_calendar_file_has_the_event(gala, order, shopper):
    answer = shopper.get(f"/orders/{order.code}/event.ics?secret={order.secret}")

    assert answer.mimetype == "text/calendar"
    [entry] = Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(entry["summary"]) == "Winter Gala"
    starts = entry["dtstart"].dt.astimezone(UTC)
    assert starts == gala.starts_at.replace(microsecond=0)
    assert order.code in str(entry["description"])


def test_the_code_in_the_mail_is_the_code_on_the_page(order, shopper):
    code = issuing.code_of(order.tickets[0])

    picture = Image.open(io.BytesIO(qr.png(code)))

    assert [
        found.text
        for found in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    ] == [code]
    assert (
        qr.svg(code, title="").split("<path")[1][:200]
        in shopper.get(f"/orders/{order.code}?secret={order.secret}").text
    )
