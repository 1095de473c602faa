"""A table that is sold as a whole: its party moves together, or not at all."""

import re
from datetime import timedelta

import pytest

from eventflow.accounts.models import AuditEntry
from eventflow.checkin import admitting
from eventflow.db import db, now, transaction
from eventflow.payments import refunding
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.sales.seat_refusals import SeatTaken
from eventflow.seating import pricing
from eventflow.tenancy import across_tenants
from eventflow.tickets import issuing, moving, moving_rules, other_seats, stocktaking
from eventflow.tickets.models import Ticket
from tests.people import browser_at
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import a_drawing, a_row, forget, hall_of, make_seated, now_of
from tests.tickets.test_moving_pages import asked, kept, plain

WHOLE = {"kind": "table", "whole": True}


@pytest.fixture
def dinner(at_riverside, console):
    """Tables 1 to 3 of four and 4 of six, each sold as a whole, and a row of four."""
    event = make_seated(
        a_drawing(
            *(a_row(str(n), 4, y=n * 200.0, **WHOLE) for n in (1, 2, 3)),
            a_row("4", 6, y=800.0, **WHOLE),
            a_row("A", 4, y=1000.0),
        )
    )
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)
    return event


@pytest.fixture
def order(at_riverside, dinner):
    return buy(at_riverside, take(dinner, 0, 1, 2, 3))


def move(ticket, event, position, **how):
    with transaction():
        return moving.move(ticket, ids(event, position)[0], at=now(), **how)


def seats_of(order) -> list[str]:
    db.session.expire_all()
    return [one.seat_label for one in orders.find(order.code).tickets if one.status == "valid"]


def fine() -> bool:
    with across_tenants():
        return stocktaking.differences() == []


def test_one_ticket_alone_does_not_leave_a_whole_table(dinner, order):
    for position, words in ((18, "stay together"), (4, "stay together")):
        with pytest.raises(moving_rules.CannotMove, match=words):
            move(order.tickets[0], dinner, position)
        with pytest.raises(moving_rules.CannotMove, match=words), transaction():
            moving.swap(order.tickets[0], ids(dinner, position)[0], at=now())
    with pytest.raises(moving_rules.CannotMove, match="to another whole table"):
        move(order.tickets[0], dinner, 18, together=True)
    assert now_of(dinner) == "ssss" + "f" * 18


def test_a_party_of_which_somebody_is_in_is_offered_no_other_table(storefront, dinner, order):
    inside, outside = order.tickets[:2]
    page = f"/orders/{order.code}?secret={order.secret}"
    here = f"/tickets/{outside.id}/seat?secret={order.secret}"
    assert f"/tickets/{outside.id}/seat" in storefront.get(page).text
    admitting.admit(issuing.code_of(inside), at=now())
    db.session.expire_all()

    assert f"/tickets/{outside.id}/seat" not in storefront.get(page).text
    for told in (storefront.get(here).text, moving_rules.why_not(outside)):
        assert "Somebody of this party has come in already" in told
    with pytest.raises(moving_rules.CannotMove, match="Somebody of this party"):
        move(outside, dinner, 4, together=True)


def test_one_ticket_alone_has_no_seat_at_a_whole_table(at_riverside, dinner):
    [ticket] = buy(at_riverside, take(dinner, 18)).tickets

    with pytest.raises(moving_rules.CannotMove, match="one ticket alone"):
        move(ticket, dinner, 4, together=True, any_tier=True)
    assert ticket.seat_label == "Stalls A1"


def test_the_party_moves_to_another_table_in_one_act(dinner, order):
    old = [issuing.code_of(one) for one in order.tickets]

    move(order.tickets[2], dinner, 5, together=True, actor="Sam")

    assert seats_of(order) == ["Stalls 2-1", "Stalls 2-2", "Stalls 2-3", "Stalls 2-4"]
    assert now_of(dinner) == "ffff" + "ssss" + "f" * 14
    assert {admitting.admit(code, at=now()).reason for code in old} == {"reissued"}
    told = db.session.query(OutboxJob).filter_by(job="sales.tell_moved").count()
    logged = db.session.query(AuditEntry).filter_by(action="ticket.move").count()
    assert (told, logged) == (4, 4)
    entry = orders.find(order.code).entries[-1]
    assert entry.words == "4 tickets moved from Stalls, Table 1 to Stalls, Table 2"
    assert fine()


def test_all_move_or_none(dinner, order):
    admitting.admit(issuing.code_of(order.tickets[3]), at=now())
    db.session.expire_all()

    with pytest.raises(moving_rules.CannotMove, match="come in"):
        move(order.tickets[0], dinner, 4, together=True)
    assert now_of(dinner) == "ssss" + "f" * 18


def test_a_table_of_which_somebody_has_a_seat_is_refused(dinner, order):
    take(dinner, 4, 5, 6, 7)

    with pytest.raises(SeatTaken, match="Table 2"):
        move(order.tickets[0], dinner, 7, together=True)
    assert now_of(dinner) == "ssss" + "hhhh" + "f" * 14


def test_buyers_take_a_table_as_large_and_staff_a_larger_one(dinner, order):
    with pytest.raises(moving_rules.CannotMove, match="as many seats"), transaction():
        moving.swap(order.tickets[0], ids(dinner, 12)[0], together=True, at=now())

    move(order.tickets[0], dinner, 12, together=True)

    assert seats_of(order)[3] == "Stalls 4-4"
    with pytest.raises(moving_rules.CannotMove, match="as many seats"), transaction():
        moving.swap(order.tickets[0], ids(dinner, 0)[0], together=True, at=now())


def test_a_table_too_small_for_the_party_is_refused(at_riverside, dinner):
    six = buy(at_riverside, take(dinner, *range(12, 18)))

    with pytest.raises(moving_rules.CannotMove, match="4 seats only"):
        move(six.tickets[0], dinner, 0, together=True)


def test_who_was_refunded_stays_behind(dinner, order):
    with transaction():
        locked = orders.find(order.code, lock=True)
        refunding.start(locked, at=now(), tickets=[locked.tickets[1].id])
    db.session.expire_all()

    move(orders.find(order.code).tickets[0], dinner, 8, together=True)

    assert seats_of(order) == ["Stalls 3-1", "Stalls 3-2", "Stalls 3-3"]
    assert now_of(dinner) == "f" * 8 + "sssf" + "f" * 10


def test_the_map_offers_the_party_whole_tables_and_others_none(at_riverside, dinner, order):
    [single] = buy(at_riverside, take(dinner, 18)).tickets
    forget()
    party, at = order.tickets[0], now()

    buyers = other_seats.for_buyer(party, together=True, fresh=True, at=at)
    staffs = other_seats.for_staff(party, fresh=True, at=at)
    guests = other_seats.for_buyer(party, together=False, fresh=True, at=at)
    alone = other_seats.for_staff(single, fresh=True, at=at)

    assert buyers.letters.decode() == "ssss" + "ffff" * 2 + "bbbbbb" + "sbbb"
    assert staffs.letters.decode() == "ssss" + "ffff" * 2 + "ffffff" + "sbbb"
    assert guests.letters.decode() == "ssss" + "b" * 14 + "sbbb"
    assert alone.letters.decode() == "ssss" + "b" * 14 + "sfff"
    assert buyers.own == (0, 1, 2, 3)


def address(ticket, secret) -> str:
    return f"/tickets/{ticket.id}/seat?secret={secret}"


def test_the_buyer_of_a_table_changes_it_from_the_order(storefront, dinner, order):
    ticket_id, here = order.tickets[1].id, address(order.tickets[1], order.secret)
    key = hall_of(dinner).keys[9]
    page = storefront.get(f"/orders/{order.code}?secret={order.secret}").text
    assert here.replace("&", "&amp;") in page
    assert "Change the table" in page
    assert "Stalls, Table 3" in storefront.get(here).text

    question = storefront.get(f"{here.replace('/seat?', '/seat/change?')}&seat={key}").text
    assert "From Stalls, Table 1 to Stalls, Table 3" in plain(question)
    assert "All 4 tickets move together" in question
    answer = storefront.post(here, data=asked(question))

    assert answer.status_code == 303
    assert "Your tickets are for Stalls, Table 3 now" in storefront.get(answer.location).text
    assert kept(ticket_id).seat_label == "Stalls 3-2"
    assert storefront.post(here, data=asked(question)).status_code == 303
    assert now_of(dinner) == "f" * 8 + "ssss" + "f" * 10


def test_who_has_one_ticket_of_a_table_is_told_who_can_change_it(storefront, dinner, order):
    ticket, key = order.tickets[1], hall_of(dinner).keys[9]
    here = address(ticket, ticket.secret)
    assert "Change the" not in storefront.get(here.replace("/seat?", "?")).text

    page = storefront.get(here)
    answer = storefront.post(here, data={"seat": key, "shown": "2.1"})

    assert "Whoever bought them" in page.text
    assert answer.status_code == 409
    assert now_of(dinner) == "ssss" + "f" * 18


def test_staff_move_a_party_as_they_saw_it(app, riverside, sam, dinner, order):
    first, code = order.tickets[0].id, order.code
    staff, here = browser_at(app, riverside, sam), f"/manage/tickets/{first}/seat"
    question = staff.get(f"{here}/move", query_string={"named": "Stalls 4-6"}).text
    read = plain(question)
    for words in ("to Stalls, Table 4", "2 seats of it stay empty", "Stalls, Table 1 is free"):
        assert words in read, words
    with transaction():
        locked = orders.find(code, lock=True)
        refunding.start(locked, at=now(), tickets=[locked.tickets[1].id])

    answer = staff.post(here, data=asked(question))

    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert re.search("move together", answer.text)
    assert kept(first).seat_label == "Stalls 1-1"
    assert db.session.query(Ticket).filter_by(status="valid").count() == 3
