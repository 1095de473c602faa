"""Another seat: asked for by its buyer until the deadline, given by the box office."""

from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.seating import pricing
from eventflow.tickets.models import Ticket
from tests.people import browser_at
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import a_drawing, a_row, forget, make_seated, now_of

TICKET = "/tickets/{0.id}/seat?secret={0.secret}"


@pytest.fixture
def evening(console, at_riverside):
    event = make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90)))
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)
    return event


@pytest.fixture
def ticket(at_riverside, evening) -> Ticket:
    return buy(at_riverside, take(evening, 0, 1)).tickets[0]


def kept(ticket_id) -> Ticket:
    db.session.rollback()
    forget()
    return db.session.get_one(Ticket, ticket_id, populate_existing=True)


def test_a_buyer_takes_another_seat_of_the_category(storefront, evening, ticket):
    address, ticket_id, wanted = TICKET.format(ticket), ticket.id, ids(evening, 6)[0]
    page = storefront.get(address).text
    assert "Stalls B1" in page
    assert "Stalls B2" not in page  # It would leave B1 alone.
    assert 'href="/tickets' in storefront.get(address.replace("/seat", "")).text

    answer = storefront.post(address, data={"seat": wanted})

    assert answer.status_code == 303
    assert kept(ticket_id).seat_label == "Stalls B1"
    assert now_of(evening) == "fsffff" + "sfffff"
    issue = kept(ticket_id).issue
    assert storefront.post(address, data={"seat": wanted}).status_code == 303
    assert kept(ticket_id).issue == issue


def test_a_swap_that_leaves_a_single_seat_is_refused(storefront, evening, ticket):
    answer = storefront.post(TICKET.format(ticket), data={"seat": ids(evening, 7)[0]})

    assert answer.status_code == 409
    assert "would leave a single seat: Stalls B1" in answer.text


def test_a_seat_that_is_gone_is_answered_with_those_that_are_left(storefront, evening, ticket):
    address, wanted = TICKET.format(ticket), ids(evening, 7)[0]
    take(evening, 6, 7)

    answer = storefront.post(address, data={"seat": wanted})

    assert answer.status_code == 409
    assert "Stalls B2 is sold or held" in answer.text
    assert "Stalls A3" in answer.text


def test_after_the_deadline_nobody_swaps(storefront, evening, ticket):
    address, wanted = TICKET.format(ticket), ids(evening, 7)[0]
    with transaction():
        pricing.find(evening).swap_until = now() - timedelta(seconds=1)

    assert "any more" in storefront.get(address).text
    assert storefront.post(address, data={"seat": wanted}).status_code == 409


@pytest.mark.parametrize("seat", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_swap_to_no_seat_is_refused(storefront, evening, ticket, seat):
    assert storefront.post(TICKET.format(ticket), data={"seat": seat}).status_code in (404, 422)


def test_without_its_secret_a_ticket_is_not_found(storefront, ticket):
    assert storefront.get(f"/tickets/{ticket.id}/seat?secret=wrong").status_code == 404


def test_staff_move_a_ticket_to_a_seat_they_name(app, riverside, sam, evening, ticket):
    ticket_id, code, issue = ticket.id, ticket.order.code, ticket.issue
    staff = browser_at(app, riverside, sam)
    here = f"/manage/tickets/{ticket_id}/seat"
    assert here in staff.get(f"/manage/orders/{code}").text

    assert staff.post(here, data={"named": "Stalls Z9"}).status_code == 422
    assert staff.post(here, data={"named": "Stalls A1-A3"}).status_code == 422
    assert staff.post(here, data={"named": "A2"}).status_code == 409
    assert staff.post(here, data={"named": "Stalls B6"}).status_code == 303

    db.session.remove()
    moved = kept(ticket_id)
    assert moved.seat_label == "Stalls B6"
    assert moved.issue == issue + 1
    assert "moved from Stalls A1 to Stalls B6" in staff.get(f"/manage/orders/{code}").text
