"""Giving a ticket another seat: by staff, and by its buyer."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow import vault
from eventflow.checkin import admitting
from eventflow.db import db, now, transaction
from eventflow.errors import NotFound
from eventflow.messages.models import Delivery
from eventflow.payments import refunding
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import pricing
from eventflow.seating.models import Seat
from eventflow.tenancy import across_tenants
from eventflow.tickets import issuing, moving, moving_rules, stocktaking, voiding
from jobs import sales as sales_jobs
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import a_drawing, a_row, forget, make_seated, now_of


@pytest.fixture
def event(at_riverside):
    back = {"id": "s2", "name": "Circle", "kind": "seated", "category": "c2", "outline": []}
    drawing = a_drawing(a_row("A", 6))
    drawing["sections"].append(back | {"rows": [a_row("A", 6, y=400, section="c")]})
    return make_seated(drawing, {"c1": 0, "c2": 1})


@pytest.fixture
def ticket(event, at_riverside):
    return buy(at_riverside, take(event, 0, 1)).tickets[0]


def move(ticket, event, position, **how):
    with transaction():
        return moving.move(ticket, ids(event, position)[0], at=now(), **how)


def fine() -> bool:
    with across_tenants():
        return stocktaking.differences() == []


def test_the_old_code_dies_and_the_new_one_is_mailed(ticket, event):
    old, links = issuing.code_of(ticket), (ticket.secret, ticket.order.secret)
    move(ticket, event, 5, actor="Sam")

    assert ticket.seat_label == "Stalls A6"
    assert (ticket.secret, ticket.order.secret) == links
    assert now_of(event) == "fsfffs" + "ffffff"
    assert admitting.admit(old, at=now()).reason == "reissued"
    told = admitting.admit(issuing.code_of(ticket), at=now())
    assert (told.result, told.ticket["seat"]) == ("VALID", "Stalls A6")
    assert db.session.query(OutboxJob).filter_by(job="sales.tell_moved").count() == 1
    assert orders.find(ticket.order.code).entries[-1].kind == "moved"
    assert fine()


def told() -> list[list[str]]:
    """Of each mail about seats that have changed: the places of the tickets it names."""
    for row in db.session.query(OutboxJob).filter_by(job="sales.tell_moved"):
        sales_jobs.tell_moved(*row.args)
    found = db.session.query(Delivery).filter_by(kind="ticket_changed").order_by(Delivery.queued_at)
    facts = [json.loads(vault.open_sealed(one.facts["sealed"])) for one in found]
    return [[each["ticket"].partition("-")[2] for each in one["changed"]] for one in facts]


def test_seats_that_are_changed_together_are_told_of_in_one_mail(ticket, event):
    other = ticket.order.tickets[1]
    move(ticket, event, 5)
    move(other, event, 4)
    move(ticket, event, 3)

    assert told() == [["1", "2"]]
    assert told() == [["1", "2"]], "run twice, told once"

    move(other, event, 5)

    assert told() == [["1", "2"], ["2"]]


def test_whoever_takes_a_seat_later_than_it_was_told_of_is_told_again(ticket, event):
    move(ticket, event, 5)
    assert told() == [["1"]]

    move(ticket, event, 0)

    assert told() == [["1"], ["1"]]


def test_a_new_code_in_between_leaves_no_move_untold(ticket, event):
    move(ticket, event, 5)
    with transaction():
        voiding.reissue(ticket, at=now())
    assert told() == [["1"]]
    assert told() == [["1"]]


def test_a_seat_that_is_sold_or_held_is_refused(ticket, event):
    take(event, 3, 4, 5)

    for position in (1, 4):
        with pytest.raises(SeatTaken):
            move(ticket, event, position)
    assert now_of(event) == "ssfhhh" + "ffffff"


def test_another_tier_only_if_staff_say_so(ticket, event):
    with pytest.raises(moving_rules.CannotMove):
        move(ticket, event, 8)

    move(ticket, event, 8, any_tier=True)
    assert (ticket.tier.name, ticket.seat_label) == ("Stalls", "Circle A3")
    db.session.expire_all()
    # The circle has one chair fewer to sell, and the stalls one more.
    assert [tier.stock.capacity for tier in event.tiers[:2]] == [7, 5]
    with transaction():
        refunding.start(orders.find(ticket.order.code, lock=True), at=now())
    db.session.expire_all()
    assert [tier.stock.capacity for tier in event.tiers[:2]] == [6, 6]
    assert fine()


def test_buyers_swap_within_the_category_until_the_deadline(ticket, event):
    assert not moving_rules.may_swap(ticket, now())
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)

    assert moving_rules.may_swap(ticket, now())
    with transaction():
        moving.swap(ticket, ids(event, 5)[0], at=now())
    assert ticket.seat_label == "Stalls A6"
    with pytest.raises(moving_rules.CannotMove), transaction():
        moving.swap(ticket, ids(event, 8)[0], at=now())
    with pytest.raises(moving_rules.CannotMove), transaction():
        moving.swap(ticket, ids(event, 4)[0], at=now() + timedelta(days=2))


def test_a_buyer_leaves_no_single_seat_but_staff_may(ticket, event):
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)

    with pytest.raises(SingleSeat, match="Stalls A3"), transaction():
        moving.swap(ticket, ids(event, 3)[0], at=now())
    assert ticket.seat_label == "Stalls A1"
    move(ticket, event, 3)
    assert ticket.seat_label == "Stalls A4"


def test_a_buyer_may_leave_one_where_every_seat_would(at_riverside):
    event = make_seated(a_drawing(a_row("A", 4)))
    ticket = buy(at_riverside, take(event, 0)).tickets[0]
    take(event, 3)
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)
    forget()

    with transaction():
        moving.swap(ticket, ids(event, 2)[0], at=now())
    assert ticket.seat_label == "Stalls A3"


def test_a_seat_left_after_a_price_change_is_sold_at_the_new_price(ticket, event):
    with transaction():
        pricing.price(pricing.find(event), {"c1": event.tiers[2].id}, at=now())

    move(ticket, event, 8, any_tier=True)

    [freed] = db.session.scalars(select(Seat).where(Seat.id == ids(event, 0)[0]))
    assert freed.tier_id == event.tiers[2].id
    assert [tier.stock.capacity for tier in event.tiers] == [2, 5, 5]
    assert fine()


def test_void_and_used_tickets_stay_where_they_are(ticket, event):
    admitting.admit(issuing.code_of(ticket), at=now())
    db.session.expire_all()

    with pytest.raises(moving_rules.CannotMove, match="come in"):
        move(ticket, event, 5)
    with pytest.raises(NotFound), transaction():
        moving.move(ticket, "nonsense", at=now())
