"""Seats, one buyer after the other; races are in tests/load."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.payments import checkout, refunding, settling
from eventflow.payments.models import Payment
from eventflow.queue import OutboxJob
from eventflow.sales import holds, orders, seats
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat, TooMany
from eventflow.sales.seat_wishes import Asker, Best
from eventflow.seating import allocations, pricing
from eventflow.seating.models import Seat
from eventflow.tenancy import across_tenants
from eventflow.tickets import stocktaking
from jobs import seating as job_seating
from tests.api.conftest import make_program
from tests.factories import BEA
from tests.seating.theatres import a_drawing, a_row, forget, hall_of, make_seated, now_of, theatre


def ids(event, *positions: int) -> list[uuid.UUID]:
    hall = hall_of(event)
    return [uuid.UUID(hall.ids[position]) for position in positions]


def take(event, *positions: int, at=None, **asker):
    return seats.place(
        event.slug, seats=ids(event, *positions), asker=Asker(**asker), at=at or now()
    )


def buy(tenant, placed, *, at=None):
    begun = checkout.begin(tenant, placed.id, BEA, at=at or now())
    with transaction():
        order = orders.find(begun.code)
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        settling.paid(payment, at=at or now())
    return orders.find(begun.code)


@pytest.fixture
def small(at_riverside):
    """Two rows of six, with an aisle in the middle of the second."""
    return make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90, aisles=(3,))))


def test_seats_are_set_aside_by_name(small):
    placed = take(small, 0, 1)

    assert [seat.label for seat in placed.lines[0].seats] == ["Stalls A1", "Stalls A2"]
    assert placed.totals.subtotal == 5000
    assert now_of(small) == "hhffff" + "ffffff"


def test_a_taken_seat_is_refused_with_others_nearby(small):
    take(small, 0, 1)

    with pytest.raises(SeatTaken) as refused:
        take(small, 1)

    document = refused.value.facts["document"]
    assert document["seats"][0]["label"] == "Stalls A2"
    assert document["alternatives"][0]["labels"] == ["Stalls A3"]


def test_a_choice_that_strands_a_single_seat_is_refused(small):
    with pytest.raises(SingleSeat) as refused:
        take(small, 1, 2)

    assert "Stalls A1" in refused.value.message
    assert refused.value.facts["document"]["alternatives"]
    assert now_of(small) == "f" * 12


def test_who_leaves_a_single_seat_is_offered_it_too(small):
    with pytest.raises(SingleSeat) as refused:
        take(small, 1)

    first = refused.value.facts["document"]["alternatives"][0]
    assert first["labels"] == ["Stalls A1", "Stalls A2"]
    assert [str(one) for one in ids(small, 0, 1)] == first["seats"]


def test_nobody_is_offered_a_seat_more_than_one_person_may_hold(at_riverside):
    event = make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90)), most_seats=2)
    with pytest.raises(SingleSeat) as refused:
        take(event, 1, 2)

    offered = refused.value.facts["document"]["alternatives"]
    assert offered
    assert all(len(one["seats"]) == 2 for one in offered)


def test_a_single_seat_is_left_where_nothing_else_is_possible(at_riverside):
    event = make_seated(a_drawing(a_row("A", 3)))

    take(event, 0, 1)

    assert now_of(event) == "hhf"


def test_a_lapsed_hold_is_free_at_once(small):
    earlier = now() - timedelta(minutes=11)
    take(small, 0, 1, at=earlier)

    take(small, 0, 1)

    assert now_of(small)[:2] == "hh"
    with across_tenants():
        assert stocktaking.differences() == []


def test_a_full_hall_gives_lapsed_seats_again(at_riverside):
    event = make_seated(a_drawing(a_row("A", 4)))
    take(event, 0, 1, 2, 3, at=now() - timedelta(minutes=11))

    take(event, 0, 1)

    assert now_of(event) == "hhff"


def test_the_best_seats_are_in_front_and_in_the_middle(small):
    placed = seats.place(small.slug, best=[Best(2)], at=now())

    assert [seat.label for seat in placed.lines[0].seats] == ["Stalls A3", "Stalls A4"]


def test_a_seated_tier_bought_by_number_gets_the_best_seats(small):
    placed = seats.place(small.slug, items=[holds.Wanted(small.tiers[0].id, 2)], at=now())

    assert len(placed.lines[0].seats) == 2


def test_seats_and_plain_tiers_go_in_one_hold(small):
    placed = seats.place(
        small.slug,
        seats=ids(small, 0, 1),
        items=[holds.Wanted(small.tiers[2].id, 3)],
        at=now(),
    )

    assert [line.quantity for line in placed.lines] == [2, 3]
    assert placed.totals.subtotal == 2 * 2500 + 3 * 1500


def test_one_person_holds_so_many_and_no_more(at_riverside):
    event = make_seated(theatre(2, 8), most_seats=4)
    take(event, 0, 1, 2, buyer="b")

    with pytest.raises(TooMany):
        take(event, 8, 9, buyer="b")
    take(event, 8, 9, buyer="c")


def test_a_hold_grows_and_keeps_its_time(small):
    at = now()
    first = take(small, 0, 1, buyer="b", at=at)

    grown = take(small, 0, 1, 2, buyer="b", replaces=first.id, at=at + timedelta(minutes=3))

    assert grown.expires_at == first.expires_at
    assert now_of(small) == "hhhfff" + "ffffff"
    with pytest.raises(holds.HoldExpired):
        holds.find_live(first.id, at=now())
    with across_tenants():
        assert stocktaking.differences() == []


def test_a_hold_that_cannot_grow_stays_as_it_was(small):
    first = take(small, 0, 1, buyer="b")
    take(small, 2, 3, buyer="c")

    with pytest.raises(SeatTaken):
        take(small, 0, 1, 2, buyer="b", replaces=first.id)

    assert holds.find_live(first.id, at=now())
    assert now_of(small)[:4] == "hhhh"


def test_tickets_are_for_the_seats_that_were_held(small, at_riverside):
    order = buy(at_riverside, take(small, 4, 5))

    assert [ticket.seat_label for ticket in order.tickets] == ["Stalls A5", "Stalls A6"]
    assert now_of(small) == "ffffss" + "ffffff"
    with across_tenants():
        assert stocktaking.differences() == []


def test_a_refund_frees_the_seat(small, at_riverside):
    order = buy(at_riverside, take(small, 4, 5))
    with transaction():
        refunding.start(orders.find(order.code, lock=True), at=now())

    assert now_of(small) == "f" * 12
    take(small, 4, 5)


def test_what_was_sold_before_a_price_change_is_sold_anew_at_the_new_price(small, at_riverside):
    order = buy(at_riverside, take(small, 0, 1))
    _stalls, circle, _floor = small.tiers
    with transaction():
        pricing.price(pricing.find(small), {"c1": circle.id}, at=now())
    assert [tier.stock.capacity for tier in small.tiers] == [2, 10, 10]

    with transaction():
        refunding.start(orders.find(order.code, lock=True), at=now())

    db.session.expire_all()
    assert tiers_of(small) == {circle.id}
    assert [tier.stock.capacity for tier in small.tiers] == [0, 12, 10]
    forget()
    assert take(small, 0, 1).lines[0].unit_price == 4000
    with across_tenants():
        assert stocktaking.differences() == []


def test_what_was_held_during_a_price_change_follows_once_it_is_free(small):
    placed = take(small, 0, 1)
    stalls, circle, _floor = small.tiers
    with transaction():
        pricing.price(pricing.find(small), {"c1": circle.id}, at=now())

    def look_again() -> OutboxJob:
        query = select(OutboxJob).where(OutboxJob.job == "seating.catch_up_prices")
        promised = db.session.scalars(query.order_by(OutboxJob.run_at.desc())).first()
        assert promised.run_at > now()
        job_seating.catch_up_prices(*promised.args)
        return db.session.scalar(select(func.count()).select_from(query.subquery()))

    assert look_again() == 2  # Still held, so it is promised once more.
    assert tiers_of(small) == {stalls.id, circle.id}
    with transaction():
        holds.release(placed.id, at=now())
    assert look_again() == 2
    assert tiers_of(small) == {circle.id}


def tiers_of(event) -> set[uuid.UUID]:
    return set(db.session.scalars(select(Seat.tier_id).where(Seat.event_id == event.id)))


def test_who_pays_too_late_gets_the_very_seats_if_they_are_free(small, at_riverside):
    at = now() - timedelta(minutes=20)
    placed = take(small, 0, 1, at=at)
    begun = checkout.begin(at_riverside, placed.id, BEA, at=at)
    with transaction():
        holds.sweep(small.id, at=now())
    with transaction():
        order = orders.find(begun.code)
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        assert settling.paid(payment, at=now()).status == "paid"

    assert now_of(small)[:3] == "ssf"


def test_who_pays_too_late_is_paid_back_if_one_seat_is_gone(small, at_riverside):
    at = now() - timedelta(minutes=20)
    placed = take(small, 0, 1, at=at)
    begun = checkout.begin(at_riverside, placed.id, BEA, at=at)
    take(small, 0, 1)
    with transaction():
        order = orders.find(begun.code)
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        assert settling.paid(payment, at=now()).status == "refunded"

    assert now_of(small)[:3] == "hhf"
    with across_tenants():
        assert stocktaking.differences() == []


def test_a_seat_of_another_event_is_no_seat(small):
    with pytest.raises(Invalid):
        seats.place(small.slug, seats=[uuid.uuid4()], at=now())


def test_one_form_is_one_hold(small):
    first = take(small, 0, 1, form_key="k")
    again = take(small, 0, 1, form_key="k")

    assert again.id == first.id
    assert again.lines[0].seats == first.lines[0].seats


def test_the_api_tells_seats_and_takes_them(small, storefront):
    told = storefront.get(f"/api/v1/events/{small.slug}/seats").json
    wanted = [seat["id"] for seat in told["seats"][:2]]
    held = storefront.post(f"/api/v1/events/{small.slug}/holds", json={"seats": wanted})

    assert held.status_code == 201
    assert [seat["id"] for seat in held.json["hold"]["items"][0]["seats"]] == wanted
    lost = storefront.post(f"/api/v1/events/{small.slug}/holds", json={"seats": wanted})
    assert (lost.status_code, lost.json["code"]) == (409, "seat_taken")
    assert lost.json["alternatives"][0]["seats"]


@pytest.mark.parametrize(("role", "status"), [(None, 409), ("scanner", 409), ("staff", 201)])
def test_only_the_box_office_takes_more_than_one_person_may(
    at_riverside, app, riverside, role, status
):
    event = make_seated(theatre(2, 8), most_seats=4)
    address, wanted = f"/events/{event.slug}/holds", [str(one) for one in ids(event, 0, 1, 2, 3, 4)]

    answer = make_program(app, riverside, role).post(address, json={"seats": wanted})

    assert answer.status_code == status
    if status == 409:
        assert (answer.json["code"], answer.json["limit"]) == ("too_many", 4)


def a_table(label: str, count: int, *, y: float, **facts):
    return a_row(label, count, y=y) | {"kind": "table", "whole": True, **facts}


def refused_best(event, size: int, **asker) -> str:
    with pytest.raises(holds.SoldOut) as refused:
        seats.place(event.slug, best=[Best(size)], asker=Asker(**asker), at=now())
    return refused.value.message


def test_the_best_of_whole_tables_are_asked_for_by_their_sizes(at_riverside):
    event = make_seated(
        a_drawing(a_table("T1", 8, y=0), a_table("T2", 10, y=200), a_table("T3", 8, y=400))
    )
    advice = (
        "These seats are sold by whole tables. What is left: tables of 8 and 10 seats."
        " Ask for as many as one has, or choose yourself."
    )

    assert refused_best(event, 2) == advice
    assert refused_best(event, 9) == advice
    for size in (8, 10):
        assert seats.place(event.slug, best=[Best(size)], at=now()).lines[0].quantity == size
    assert refused_best(event, 10) == advice.replace("8 and 10", "8")


def test_no_table_is_named_that_is_larger_than_one_person_may_have(at_riverside):
    drawing = a_drawing(a_table("T1", 4, y=0), a_table("T2", 8, y=200))
    event = make_seated(drawing, most_seats=6)

    assert "tables of 4 seats." in refused_best(event, 2)
    assert "tables of 4 and 8 seats." in refused_best(event, 2, any_number=True)
    take(event, 0, 1, 2, 3)
    words = refused_best(event, 2)
    assert "tables of 8 seats." in words
    assert "One person can hold 6 seats at a time." in words


def test_seats_beside_whole_tables_are_counted_without_them(at_riverside):
    table = a_table("T1", 8, y=0, kind="booth")
    event = make_seated(a_drawing(table, a_row("A", 2, y=300)))

    assert refused_best(event, 3) == (
        "There are 2 seats left like that. Please choose again. What is left: boxes of 8 seats."
    )


def test_a_table_that_is_kept_for_a_code_is_named_to_whoever_has_it(at_riverside):
    event = make_seated(a_drawing(a_table("T1", 4, y=0), a_table("T2", 6, y=200)))
    with transaction():
        kept = allocations.create(event, {"name": "Friends", "code": "FRIENDS"}, at=now())
        allocations.put_in(kept, ids(event, 0), at=now())
    forget()

    assert "tables of 6 seats." in refused_best(event, 2)
    assert "tables of 4 and 6 seats." in refused_best(event, 2, code="FRIENDS")


def test_of_two_wishes_the_one_that_cannot_be_had_is_spoken_of(at_riverside):
    sections = [
        {"id": "s1", "name": "Stalls", "kind": "seated", "category": "c1", "outline": []},
        {"id": "s2", "name": "Circle", "kind": "seated", "category": "c2", "outline": []},
    ]
    sections[0]["rows"] = [a_row("A", 6)]
    sections[1]["rows"] = [a_row("A", 1, y=300, section="t")]
    event = make_seated(a_drawing(sections=sections), {"c1": 0, "c2": 1})
    wanted = [holds.Wanted(event.tiers[0].id, 2), holds.Wanted(event.tiers[1].id, 3)]

    with pytest.raises(holds.SoldOut) as refused:
        seats.place(event.slug, items=wanted, at=now())

    assert refused.value.message == "There is 1 seat left like that. Please choose again."


def test_whoever_needs_a_place_for_a_wheelchair_is_told_that_none_is_left(small):
    words = "No place for a wheelchair is left like that. Please choose again."
    assert refused_best(small, 1, need=True) == words
