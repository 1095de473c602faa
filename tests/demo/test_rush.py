"""What is sold in batches is what would have been sold one by one."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from eventflow.db import db, transaction
from eventflow.demo import counter, filling, houses, rush
from eventflow.demo.announcing import Admission, announce
from eventflow.demo.houses import Seats
from eventflow.demo.rush import Sale
from eventflow.events import drafting
from eventflow.payments import checkout, sandbox, webhooks
from eventflow.payments.models import Payment
from eventflow.queue import OutboxJob
from eventflow.sales import counters, holds, seats
from eventflow.sales.holds import Wanted
from eventflow.sales.models import Hold, HoldLine, Order, OrderEntry, OrderLine
from eventflow.sales.orders import Buyer
from eventflow.seating.models import Seat
from eventflow.tickets import issuing, stocktaking
from eventflow.tickets.models import Ticket
from tests.seating.halls import room

BEA = Buyer("Bea Lindqvist", "bea@buyers.example")
NAMES = ["Bea Lindqvist", "Oisín Burke", "美咲 佐藤"]
BASKET = {"Place": 2, "Child": 1}

OWN = {"id", "hold_id", "order_id", "code", "secret", "reference", "charge_reference", "page_url"}
OWN |= {"changed_in"}
"""What each order has of its own."""


def bought(box, slug, at):
    """The same order, by everything that a buyer's own would go through."""
    hold = counter.set_aside(slug, BASKET, at=at - rush.CHOOSING_TAKES)
    begun = checkout.begin(
        box.tenant, hold.id, BEA, attendees=[{"name": name} for name in NAMES], at=at
    )
    payment = db.session.scalars(select(Payment).where(Payment.order_id == begun.order_id)).one()
    paid_at = at + counter.PAYING_TAKES
    webhooks.process(sandbox.report(payment, "paid", at=paid_at), at=paid_at)
    return begun.order_id


def written_down(order_id):
    """Every row of an order, by table, without what only it can have."""
    order = db.session.get_one(Order, order_id)
    rows = {
        Hold: [order.hold],
        HoldLine: order.hold.lines,
        Order: [order],
        OrderLine: order.lines,
        OrderEntry: order.entries,
        Payment: order.payments,
        Ticket: order.tickets,
    }
    return {
        model.__name__: [
            {
                column.key: getattr(row, column.key)
                for column in model.__mapper__.columns
                if column.key not in OWN
            }
            for row in found
        ]
        for model, found in rows.items()
    }


def sold_in_a_rush(box, slug, at, basket=BASKET, names=NAMES):
    rush.sell(box, slug, [Sale(at, BEA, basket, names)])
    return db.session.scalars(select(Order.id).order_by(Order.id.desc())).first()


def test_an_order_of_the_rush_is_in_each_column_what_a_bought_one_is(box, evening):
    at = box.days.ago(3)

    one, other = bought(box, evening, at), sold_in_a_rush(box, evening, at)

    assert written_down(one) == written_down(other)


def test_a_free_order_of_the_rush_is_what_a_free_order_is(box, evening):
    at = box.days.ago(3)
    hold = counter.set_aside(evening, {"Child": 1}, at=at - rush.CHOOSING_TAKES)
    one = checkout.begin(box.tenant, hold.id, BEA, at=at).order_id

    other = sold_in_a_rush(box, evening, at, {"Child": 1}, NAMES[:1])

    assert written_down(one) == written_down(other)


def test_the_counters_agree_and_the_tickets_can_be_read(box, evening):
    sold_in_a_rush(box, evening, box.days.ago(3))

    assert stocktaking.differences() == []
    assert {s.sold for s in drafting.find(evening).stocks} == {2, 1, 3}
    codes = {issuing.code_of(ticket) for ticket in db.session.scalars(select(Ticket))}
    assert len(codes) == 3


def test_nobody_is_written_to(box, evening):
    sold_in_a_rush(box, evening, box.days.ago(3))

    assert db.session.scalars(select(OutboxJob.job)).all() == []


def test_more_than_there_is_cannot_be_sold_in_a_rush_either(box, evening):
    sale = Sale(box.days.ago(3), BEA, {"Place": 7}, ["Bea"] * 7)

    with pytest.raises(ValueError, match="not so many tickets"):
        rush.sell(box, evening, [sale, sale])

    assert db.session.scalars(select(Order)).all() == []
    assert stocktaking.differences() == []


def test_an_early_price_is_that_of_the_day_it_was_bought(box, evening):
    from eventflow.events import tiers
    from eventflow.events.tiers import EarlyPrice

    tier = drafting.find(evening).tiers[0]
    tiers.set_early_prices(tier, [EarlyPrice(3900, box.days.ago(5))], at=box.at)
    db.session.commit()

    for days, price in ((6, 3900), (4, 4800)):
        order_id = sold_in_a_rush(box, evening, box.days.ago(days), {"Place": 1}, NAMES[:1])
        assert db.session.get_one(Order, order_id).subtotal == price


def test_a_hold_is_as_long_as_the_box_office_says(box, evening):
    order_id = sold_in_a_rush(box, evening, box.days.ago(3))

    hold = holds.find(db.session.get_one(Order, order_id).hold_id)
    assert hold.expires_at - hold.placed_at == timedelta(minutes=box.tenant.hold_minutes)


def seat_everybody(box, title):
    """An event in a small room that sells one tier by seat and one by number."""
    drawing = room(4, 10)
    drawing["categories"][0]["id"] = drawing["sections"][0]["category"] = "seat"
    house = houses.build(box, {"name": title}, "Rows", drawing, at=box.days.ago(30))
    return announce(
        box,
        title,
        starts_at=box.days.on(12, "19:00"),
        lasts=timedelta(hours=2),
        admissions=[Admission("Seat", 4800, 1), Admission("Place to stand", 2000, 20)],
        poster=None,
        made_at=box.days.ago(21),
        seated=houses.seated(Seats(house, {"seat": "Seat"}), at=box.days.ago(21)),
    )


def chairs_of(slug):
    return [
        (seat.label, seat.position, seat.hold_id is not None)
        for seat in db.session.scalars(
            select(Seat)
            .where(Seat.event_id == drafting.find(slug).id)
            .order_by(Seat.position)
            .execution_options(populate_existing=True)
        )
    ]


def test_a_seated_order_of_the_rush_is_what_a_bought_one_is(box):
    slug, at = seat_everybody(box, "Rows"), box.days.ago(3)
    basket = {"Seat": 2, "Place to stand": 1}
    known = {tier.name: tier.id for tier in drafting.find(slug).tiers}
    hold = seats.place(
        slug,
        items=[Wanted(known[name], count) for name, count in basket.items()],
        at=at - rush.CHOOSING_TAKES,
    )
    begun = checkout.begin(
        box.tenant, hold.id, BEA, attendees=[{"name": name} for name in NAMES], at=at
    )
    payment = db.session.scalars(select(Payment).where(Payment.order_id == begun.order_id)).one()
    paid_at = at + counter.PAYING_TAKES
    webhooks.process(sandbox.report(payment, "paid", at=paid_at), at=paid_at)
    one, taken = written_down(begun.order_id), chairs_of(slug)

    with transaction():
        # As if nobody had bought them: the batch is to write the very same.
        counters.change(rush._needs(rush._till(box, slug), [Sale(at, BEA, basket, NAMES)]), sold=-1)
        db.session.execute(update(Ticket).values(seat_id=None, status="cancelled"))
        db.session.execute(update(Seat).values(hold_id=None))
    mine = [seat for line in hold.lines for seat in line.seats]
    rush.sell(box, slug, [Sale(at, BEA, basket, NAMES, mine)])
    other = db.session.scalars(select(Order.id).order_by(Order.id.desc())).first()

    assert written_down(other) == one
    assert chairs_of(slug) == taken
    assert stocktaking.differences() == []


def test_a_hall_that_fills_leaves_no_single_seat_and_sells_no_seat_twice(box):
    slug = seat_everybody(box, "Rows")

    filling.fill(box, slug, 0.6, first=box.days.ago(20), last=box.days.ago(1))

    sold = [ticket.seat.position for ticket in db.session.scalars(select(Ticket))]
    assert 10 < len(sold) == len(set(sold))
    rows = ["".join("x" if 10 * r + n in sold else "." for n in range(10)) for r in range(4)]
    assert not [row for row in rows if "x.x" in f"x{row}x"]
    assert stocktaking.differences() == []
