"""Another seat: asked for by its buyer until the deadline, given by the box office."""

import re
from datetime import timedelta

import pytest

from eventflow.checkin import admitting
from eventflow.db import db, now, transaction
from eventflow.payments import refunding
from eventflow.sales import orders
from eventflow.seating import allocations, pricing
from eventflow.tickets import issuing, moving, moving_shown
from eventflow.tickets.models import Ticket
from tests.people import browser_at
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import a_drawing, a_row, forget, hall_of, make_seated, now_of

TICKET = "/tickets/{0.id}/seat?secret={0.secret}"


def change(ticket, event, position) -> str:
    """The address of the question about a seat."""
    return f"/tickets/{ticket.id}/seat/change?secret={ticket.secret}&seat={key(event, position)}"


def key(event, position) -> str:
    return hall_of(event).keys[position]


def asked(page: str) -> dict[str, str]:
    """What the form of the question would send."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


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


def plain(page: str) -> str:
    """What of it is read."""
    return re.sub(r"<[^>]*>", "", page)


def test_a_buyer_takes_another_seat_of_the_category(storefront, evening, ticket):
    address, ticket_id = TICKET.format(ticket), ticket.id
    page = storefront.get(address).text
    assert "Stalls B1" in page
    assert "Stalls B2" not in page  # It would leave B1 alone.
    question = storefront.get(change(ticket, evening, 6)).text
    assert "From Stalls, row A, seat 1 to Stalls, row B, seat 1" in plain(question)
    assert "code you have stops working" in question
    assert kept(ticket_id).seat_label == "Stalls A1"

    answer = storefront.post(address, data=asked(question))

    assert answer.status_code == 303
    assert kept(ticket_id).seat_label == "Stalls B1"
    assert now_of(evening) == "fsffff" + "sfffff"
    assert "Your ticket is for Stalls B1 now" in storefront.get(answer.location).text
    issue = kept(ticket_id).issue
    assert storefront.post(address, data=asked(question)).status_code == 303
    assert kept(ticket_id).issue == issue


def test_a_swap_that_leaves_a_single_seat_is_refused(storefront, evening, ticket):
    answer = storefront.post(TICKET.format(ticket), data={"seat": key(evening, 7), "shown": "1.1"})

    assert answer.status_code == 409
    assert "would leave a single seat: Stalls B1" in answer.text


def test_a_seat_that_is_gone_is_answered_with_those_that_are_left(storefront, evening, ticket):
    address, wanted = TICKET.format(ticket), key(evening, 7)
    take(evening, 6, 7)

    answer = storefront.post(address, data={"seat": wanted, "shown": "1.1"})

    assert answer.status_code == 409
    assert "Stalls B2 is sold or held" in answer.text
    assert "Stalls A3" in answer.text


def test_after_the_deadline_nobody_swaps(storefront, evening, ticket):
    address, wanted = TICKET.format(ticket), key(evening, 7)
    with transaction():
        pricing.find(evening).swap_until = now() - timedelta(seconds=1)

    assert "could be changed until" in storefront.get(address).text
    assert storefront.post(address, data={"seat": wanted, "shown": "1.1"}).status_code == 409


@pytest.mark.parametrize("seat", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_swap_to_no_seat_is_refused(storefront, evening, ticket, seat):
    assert storefront.post(TICKET.format(ticket), data={"seat": seat}).status_code in (404, 422)


def test_what_names_no_seat_is_quoted_in_short(storefront, evening, ticket):
    page = storefront.get(
        f"/tickets/{ticket.id}/seat/change?secret={ticket.secret}&named={'W' * 500}"
    )

    assert page.status_code == 422
    assert f"There is no seat {'W' * 40}…." in page.text


def test_the_list_is_named_for_itself_since_a_map_may_not_be_there(storefront, evening, ticket):
    page = storefront.get(TICKET.format(ticket)).text

    assert re.search(r'<h2 id="list">(.*)</h2>', page)[1] == "Choose from a list"


def test_without_its_secret_a_ticket_is_not_found(storefront, ticket):
    assert storefront.get(f"/tickets/{ticket.id}/seat?secret=wrong").status_code == 404


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


def test_a_second_tab_does_not_undo_the_first(storefront, evening, ticket):
    here, ticket_id = TICKET.format(ticket), ticket.id
    first, second = (storefront.get(change(ticket, evening, at)).text for at in (6, 11))
    assert storefront.post(here, data=asked(first)).status_code == 303

    answer = storefront.post(here, data=asked(second), headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert kept(ticket_id).seat_label == "Stalls B1"


def test_a_question_about_a_seat_that_is_gone_names_those_near_it(storefront, evening, ticket):
    take(evening, 6, 7)

    answer = storefront.get(change(ticket, evening, 7), headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "Stalls B2 is sold or held by somebody else. Nothing was changed" in plain(answer.text)
    assert re.findall(r'data-key="([^"]+)"', answer.text)[0] == key(evening, 8)


def test_the_map_is_told_where_this_ticket_may_go(storefront, evening, ticket):
    states = f"/tickets/{ticket.id}/seat/states?secret={ticket.secret}"
    take(evening, 8, 9)

    told = storefront.get(states).json

    # A4 would leave A3 alone, A5 would leave A6, and each of B's four its neighbour.
    assert told["states"] == "ssfbbf" + "bbssbb"
    assert storefront.get(f"{states}&since={told['version']}").status_code == 204

    with transaction():
        pricing.find(evening).swap_until = now() - timedelta(minutes=1)
    shut = storefront.get(f"{states}&since={told['version']}").json
    assert shut["states"] == "b" * 12
    assert storefront.get(f"{states}&since={shut['version']}").status_code == 204


def test_nobody_is_promised_a_mail_who_left_no_address(app, riverside, storefront, evening, ticket):
    with transaction():
        orders.find(ticket.order.code, lock=True).buyer_email = ""
    here = TICKET.format(ticket)
    question = storefront.get(here.replace("/seat?", "/seat/change?") + f"&seat={key(evening, 5)}")
    assert "stops working at once" in question.text
    done = storefront.post(here, data=asked(question.text), follow_redirects=True)
    assert "is for Stalls A6 now" in plain(done.text)
    assert not [one for one in (storefront.get(here), question, done) if "mail" in plain(one.text)]


def test_a_ticket_says_until_when_its_seat_can_be_changed(storefront, evening, ticket):
    here, whole = TICKET.format(ticket), ticket.order
    page = f"/tickets/{ticket.id}?secret={ticket.secret}"
    order_page = f"/orders/{whole.code}?secret={whole.secret}"
    assert here in storefront.get(page).text
    assert "another free seat of the same category until" in storefront.get(page).text
    assert f"/tickets/{ticket.id}/seat?secret={whole.secret}" in storefront.get(order_page).text

    with transaction():
        pricing.find(evening).swap_until = now() - timedelta(minutes=1)
    assert "/seat?" not in storefront.get(page).text
    assert "could be changed until" in storefront.get(page).text
    assert "/seat?" not in storefront.get(order_page).text

    with transaction():
        pricing.find(evening).swap_until = None
    for address in (page, order_page):
        assert "/seat?" not in storefront.get(address).text
        assert "changed until" not in storefront.get(address).text


@pytest.mark.parametrize("used", [True, False])
def test_a_used_or_void_ticket_is_told_why_it_stays(
    app, riverside, sam, storefront, evening, ticket, used
):
    here, wanted, ticket_id = TICKET.format(ticket), key(evening, 6), ticket.id
    words = "has come in already" if used else "This ticket is void"
    if used:
        admitting.admit(issuing.code_of(ticket), at=now())
    else:
        with transaction():
            refunding.start(orders.find(ticket.order.code, lock=True), at=now())
    staff, console = browser_at(app, riverside, sam), f"/manage/tickets/{ticket_id}/seat"

    for page in (storefront.get(here), staff.get(console)):
        assert words in page.text
        assert "<seat-map" not in page.text
    sent = {"seat": wanted, "shown": "1.1"}
    for answer in (storefront.post(here, data=sent), staff.post(console, data=sent)):
        assert answer.status_code == 409
        assert words in answer.text


def test_nobody_else_moves_a_ticket(
    app, riverside, northgate, gus, noah, storefront, evening, ticket
):
    ticket_id, wanted, secret = ticket.id, key(evening, 6), ticket.secret
    sent = {"seat": wanted, "shown": "1.1"}
    door, here = browser_at(app, riverside, gus), f"/manage/tickets/{ticket_id}/seat"
    assert door.get(here).status_code == 403
    assert door.get(f"{here}/states").status_code == 403
    assert door.post(here, data=sent).status_code == 403
    stranger = browser_at(app, northgate, noah)
    assert stranger.get(here).status_code == 404
    assert stranger.post(here, data=sent).status_code == 404
    assert stranger.get(f"/tickets/{ticket_id}/seat?secret={secret}").status_code == 404
    for page in ("seat", "seat/change", "seat/states"):
        assert storefront.get(f"/tickets/{ticket_id}/{page}?secret=wrong").status_code == 404
    assert storefront.post(f"/tickets/{ticket_id}/seat?secret=x", data=sent).status_code == 404
    assert kept(ticket_id).seat_label == "Stalls A1"


def test_a_seat_that_was_sold_by_a_code_goes_back_to_its_allocation(at_riverside, evening):
    with transaction():
        press = allocations.create(evening, {"name": "Press night", "code": "PRESS"}, at=now())
        allocations.put_in(press, allocations.read_list(evening, "A1-A2"), at=now())
    forget()
    ticket, other = (
        buy(at_riverside, hold).tickets[0]
        for hold in (take(evening, 0, code="PRESS"), take(evening, 6))
    )

    def left_behind(ticket) -> str:
        (seat_id,) = ids(evening, 9)
        steps = moving.look(ticket, seat_id, together=True, any_tier=True, at=now())
        return moving_shown.said(steps)["goes_back_to"]

    assert left_behind(ticket) == "Press night"
    assert left_behind(other) == ""


def test_the_question_says_to_whom_a_seat_goes_back(app, riverside, sam, at_riverside, evening):
    with transaction():
        press = allocations.create(evening, {"name": "Press night", "code": "PRESS"}, at=now())
        allocations.put_in(press, allocations.read_list(evening, "A1-A2"), at=now())
    forget()
    ticket_id = buy(at_riverside, take(evening, 0, code="PRESS")).tickets[0].id
    staff = browser_at(app, riverside, sam)

    question = plain(staff.get(f"/manage/tickets/{ticket_id}/seat/move?named=Stalls+B5").text)

    assert "Stalls A1 goes back to Press night." in question
    assert "free again" not in question
