"""An event's own copy of a map, and what becomes of it when the map is changed."""

import copy
from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.events import publishing
from eventflow.payments import checkout, settling
from eventflow.payments.models import Payment
from eventflow.sales import holds, orders, seats
from eventflow.sales.seat_refusals import NotForSale
from eventflow.seating import allocations, freezing, pricing, rules
from eventflow.seating.models import Allocation, Seat, SeatMap, SeatRow
from eventflow.tenancy import across_tenants
from eventflow.tickets import stocktaking
from tests import factories
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import (
    a_drawing,
    a_row,
    forget,
    hall_of,
    make_seated,
    now_of,
    seat,
)


@pytest.fixture
def event(at_riverside):
    return make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90)))


def redraw(event, change) -> None:
    """Change the map the event was seated on, and take it over."""
    with transaction():
        seating = pricing.find(event)
        drawing = copy.deepcopy(seating.seat_map.drawing)
        change(drawing["sections"][0])
        seating.seat_map.drawing = drawing
        seating.seat_map.version += 1
    try:
        with transaction():
            freezing.renew(pricing.find(event), at=now())
    finally:
        forget()


def capacity(event, number: int = 0) -> int:
    db.session.expire_all()
    return event.tiers[number].stock.capacity


def test_a_hall_that_could_never_have_a_price_is_not_seated(at_riverside):
    bare = a_drawing(a_row("A", 6))
    bare["sections"][0]["category"] = None
    with pytest.raises(Refusal) as refusal:
        make_seated(bare)

    assert "6 seats of this map have no price category" in refusal.value.message


def test_a_map_that_loses_its_categories_is_not_taken_over(event):
    with pytest.raises(Refusal):
        redraw(event, lambda section: section.update(category=None))


def test_a_map_that_changes_later_moves_nothing(event):
    before = hall_of(event).labels
    with transaction():
        db.session.query(SeatMap).one().drawing = a_drawing()

    forget()
    assert hall_of(event).labels == before


def test_what_a_tier_has_to_sell_equals_its_chairs(event):
    assert capacity(event) == 12


def test_new_rows_are_taken_over_and_counted(event):
    redraw(event, lambda section: section["rows"].append(a_row("C", 8, y=180)))

    assert capacity(event) == 20
    assert len(hall_of(event)) == 20


def test_rows_may_change_names_with_each_other(event):
    def swap(section):
        front, back = section["rows"]
        front["label"], back["label"] = back["label"], front["label"]

    redraw(event, swap)

    assert hall_of(event).labels[0] == "Stalls B1"


@pytest.mark.parametrize(
    "change",
    [
        lambda section: section["rows"].pop(0),
        lambda section: section["rows"][0]["seats"].pop(0),
        lambda section: section["rows"][0].update(label="Z"),
        lambda section: section["rows"][0]["seats"][0].update(number="99"),
        lambda section: section["rows"][0]["seats"][0].update(x=0),
        lambda section: section.update(name="Parquet"),
    ],
    ids=["row gone", "seat gone", "row renamed", "renumbered", "moved", "section renamed"],
)
def test_a_sold_chair_is_never_moved_renamed_or_removed(event, at_riverside, change):
    order = buy(at_riverside, take(event, 0, 1))

    with pytest.raises(freezing.SeatsTaken) as refused:
        redraw(event, change)

    assert f"Stalls A1 ({order.code}-1)" in refused.value.message
    assert now_of(event) == "ssffff" + "ffffff"
    assert orders.find(order.code).tickets[0].seat_label == "Stalls A1"


def test_a_held_chair_is_left_alone_too(event):
    take(event, 0, 1)

    with pytest.raises(freezing.SeatsTaken):
        redraw(event, lambda section: section["rows"].pop(0))


def test_chairs_of_the_past_may_go(event, at_riverside):
    at = now() - timedelta(minutes=20)
    placed = take(event, 0, 1, at=at)
    begun = checkout.begin(at_riverside, placed.id, factories.BEA, at=at)
    redraw(event, lambda section: section["rows"].pop(0))

    assert len(hall_of(event)) == 6
    with transaction():
        # Paid for all the same, and too late: the money goes back.
        order = orders.find(begun.code)
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        assert settling.paid(payment, at=now()).status == "refunded"


def test_an_event_is_unseated_while_nothing_is_sold(event):
    take(event, 0, 1, at=now() - timedelta(minutes=20))
    with transaction():
        freezing.unseat(event, at=now())

    assert db.session.query(Seat).count() == db.session.query(SeatRow).count() == 0
    assert pricing.of(event.id) is None


def test_an_event_with_a_sold_seat_stays_seated(event, at_riverside):
    buy(at_riverside, take(event, 0, 1))

    with pytest.raises(freezing.SeatsTaken), transaction():
        freezing.unseat(event, at=now())


def test_seats_without_a_price_are_not_published(at_riverside):
    event = factories.make_event(tiers=[("Stalls", 2500, 0)], publish=False)
    seat(event, a_drawing(a_row("A", 6)), {})

    with pytest.raises(Invalid) as refused, transaction():
        publishing.publish(event, at=now())
    assert refused.value.fields["seats"] == "6 seats have no price yet."


def test_a_tier_is_sold_by_seat_or_by_number(at_riverside):
    event = factories.make_event(tiers=[("Stalls", 2500, 10)])
    factories.hold(event, 2)

    with pytest.raises(Invalid, match="without a seat"):
        seat(event, a_drawing(a_row("A", 6)))


def test_what_an_allocation_keeps_back_is_not_counted_and_not_sold(event):
    with transaction():
        kept = Allocation(event_id=event.id, name="House")
        db.session.add(kept)
        db.session.flush()
        for one in db.session.query(Seat).filter(Seat.position < 2):
            one.allocation_id = kept.id
        pricing.changed(pricing.find(event), at=now())
    forget()

    assert capacity(event) == 10
    with pytest.raises(NotForSale):
        take(event, 0, 1)


def test_what_a_code_opens_is_counted(event):
    with transaction():
        presale = Allocation(event_id=event.id, name="Friends", code="FRIENDS")
        db.session.add(presale)
        db.session.flush()
        for one in db.session.query(Seat).filter(Seat.position < 2):
            one.allocation_id = presale.id
        pricing.changed(pricing.find(event), at=now())
    forget()

    assert capacity(event) == 12
    with pytest.raises(NotForSale):
        take(event, 0, 1)
    assert take(event, 0, 1, code="FRIENDS").lines[0].quantity == 2


def test_whole_tables_are_sold_whole(at_riverside):
    table = a_row("T1", 4) | {"kind": "table", "whole": True}
    event = make_seated(a_drawing(table, a_row("A", 4, y=300)))

    with pytest.raises(NotForSale) as refused:
        take(event, 0, 1)
    assert refused.value.code == "whole_table"
    assert take(event, 0, 1, 2, 3).lines[0].seats[0].label == "Stalls T1-1"


def a_table(**facts):
    return a_row("T1", 4) | {"kind": "table", **facts}


def test_a_map_sells_no_table_whole_of_which_a_part_is_sold(at_riverside):
    event = make_seated(a_drawing(a_table(), a_row("A", 4, y=300)))
    order = buy(at_riverside, take(event, 0, 1))

    with pytest.raises(freezing.SeatsTaken) as refused:
        redraw(event, lambda section: section["rows"][0].update(whole=True))

    assert "Stalls T1" in refused.value.message
    assert [one["ticket"] for one in refused.value.facts["seats"]] == [
        f"{order.code}-1",
        f"{order.code}-2",
    ]
    assert not db.session.query(SeatRow).filter_by(label="T1").one().whole


def test_a_map_adds_no_chair_on_sale_to_a_table_that_is_kept_back_whole(at_riverside):
    event = make_seated(a_drawing(a_table(whole=True), a_row("A", 4, y=300)))
    with transaction():
        kept = allocations.create(event, {"name": "House"}, at=now())
        allocations.put_in(kept, ids(event, 0), at=now())

    def add_a_chair(section):
        table = section["rows"][0]
        table["seats"].append(table["seats"][-1] | {"id": "new", "number": "5", "x": 200})

    with pytest.raises(freezing.SeatsTaken):
        redraw(event, add_a_chair)
    assert now_of(event) == "bbbb" + "ffff"


def test_what_the_event_says_of_a_table_outlives_another_change_of_the_map(at_riverside):
    event = make_seated(a_drawing(a_table(whole=True), a_row("A", 4, y=300)))
    with transaction():
        rules.sell_whole(event, set(), at=now())
    forget()
    take(event, 0, 1)

    redraw(event, lambda section: section["rows"].append(a_row("C", 8, y=400)))

    assert not db.session.query(SeatRow).filter_by(label="T1").one().whole


def test_companions_go_with_whom_they_accompany(at_riverside):
    row = a_row("A", 6)
    row["seats"][0]["kind"], row["seats"][1]["kind"] = "accessible", "companion"
    event = make_seated(a_drawing(row))

    for chosen, code in (((1,), "companion_seat"), ((0,), "accessible_seat")):
        with pytest.raises(NotForSale) as refused:
            take(event, *chosen)
        assert refused.value.code == code
    assert take(event, 0, 1, need=True)


def test_standing_areas_are_sold_by_number(at_riverside):
    floor = {"id": "f", "name": "Floor", "kind": "standing", "category": "c3", "rows": []}
    floor |= {"capacity": 30}
    drawing = a_drawing(a_row("A", 6))
    drawing["sections"].append(floor)
    event = make_seated(drawing, {"c1": 0, "c3": 2})

    assert capacity(event, 2) == 30
    placed = seats.place(
        event.slug, seats=ids(event, 0, 1), items=[holds.Wanted(event.tiers[2].id, 3)], at=now()
    )
    assert [line.quantity for line in placed.lines] == [2, 3]
    with across_tenants():
        assert stocktaking.differences() == []
