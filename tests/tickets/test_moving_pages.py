"""Another seat: asked for by its buyer until the deadline, given by the box office."""

import re
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


def asked(page: str) -> dict[str, str]:
    """What the form of the question would send."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def test_staff_are_asked_before_a_ticket_moves(app, riverside, sam, evening, ticket):
    ticket_id, code, issue, order = ticket.id, ticket.order.code, ticket.issue, ticket.order
    buyer, holder = order.buyer_email, ticket.attendee_name
    staff = browser_at(app, riverside, sam)
    here = f"/manage/tickets/{ticket_id}/seat"
    assert here in staff.get(f"/manage/orders/{code}").text
    assert f'action="{here}/move" method="get"' in staff.get(here).text

    question = staff.get(f"{here}/move", query_string={"named": "Stalls B6"})

    assert question.status_code == 200
    assert kept(ticket_id).seat_label == "Stalls A1"
    for words in (holder, "Stalls A1", "Stalls B6", "keeps its price", f"is mailed to {buyer}"):
        assert words in question.text, words
    facts = asked(question.text)

    assert staff.post(here, data=facts).status_code == 303
    assert staff.post(here, data=facts).status_code == 303

    db.session.remove()
    moved = kept(ticket_id)
    assert moved.seat_label == "Stalls B6"
    assert moved.issue == issue + 1
    assert "moved from Stalls A1 to Stalls B6" in staff.get(f"/manage/orders/{code}").text


@pytest.mark.parametrize(
    ("named", "status"), [("", 422), ("Stalls Z9", 422), ("Stalls A1-A3", 422), ("A2", 409)]
)
def test_what_can_not_be_is_said_before_the_question(
    app, riverside, sam, evening, ticket, named, status
):
    here = f"/manage/tickets/{ticket.id}/seat"

    answer = browser_at(app, riverside, sam).get(f"{here}/move", query_string={"named": named})

    assert answer.status_code == status
    assert f'action="{here}/move"' in answer.text


def test_a_ticket_that_was_moved_meanwhile_is_not_moved_again(app, riverside, sam, evening, ticket):
    staff, ticket_id = browser_at(app, riverside, sam), ticket.id
    here = f"/manage/tickets/{ticket_id}/seat"
    mine, theirs = (
        asked(staff.get(f"{here}/move", query_string={"named": named}).text)
        for named in ("Stalls B6", "Stalls B1")
    )
    assert staff.post(here, data=theirs).status_code == 303

    answer = staff.post(here, data=mine)

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert kept(ticket_id).seat_label == "Stalls B1"


def test_the_question_says_what_another_category_costs(app, riverside, sam, at_riverside):
    back = {"id": "s2", "name": "Circle", "kind": "seated", "category": "c2", "outline": []}
    drawing = a_drawing(a_row("A", 6))
    drawing["sections"].append(back | {"rows": [a_row("A", 6, y=400, section="c")]})
    event = make_seated(drawing, {"c1": 0, "c2": 1})
    ticket = buy(at_riverside, take(event, 0, 1)).tickets[0]
    staff, ticket_id = browser_at(app, riverside, sam), ticket.id
    here = f"/manage/tickets/{ticket_id}/seat"
    wanted = {"named": "Circle A3"}

    refused = staff.get(f"{here}/move", query_string=wanted)
    assert refused.status_code == 409
    assert "sold at another price" in refused.text
    question = staff.get(f"{here}/move", query_string=wanted | {"any_tier": "1"})
    assert "is sold as Circle and costs $15.00 more" in question.text
    assert staff.post(here, data=asked(question.text)).status_code == 303
    assert kept(ticket_id).seat_label == "Circle A3"
