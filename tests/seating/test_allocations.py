"""Seats kept back: for whom, until when, and what is on sale meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.events import drafting
from eventflow.seating import allocations
from eventflow.seating.models import Allocation, Seat
from eventflow.tenancy import acting_for
from jobs.seating import release_allocations
from tests.sales.test_seats import buy, take
from tests.seating.theatres import a_drawing, a_row, forget, make_seated, now_of


@pytest.fixture
def event(at_riverside):
    return make_seated(a_drawing(a_row("A", 6), a_row("B", 6, y=90)))


def keep(event, typed, **facts):
    with transaction():
        allocation = allocations.create(event, {"name": "House", **facts}, at=now())
        allocations.put_in(allocation, allocations.read_list(event, typed), at=now())
    forget()
    return allocation


def capacity(event) -> int:
    db.session.expire_all()
    return event.tiers[0].stock.capacity


def test_what_is_kept_back_is_not_for_sale_and_not_counted(event):
    keep(event, "Stalls A1-A3")
    assert now_of(event) == "bbbfffffffff"
    assert capacity(event) == 9
    with pytest.raises(Refusal):
        take(event, 0)


def test_let_go_by_hand(event):
    allocation = keep(event, "Stalls A1-A3")
    with transaction():
        allocations.take_out(allocation, allocations.read_list(event, "A2"), at=now())
    assert now_of(event) == "bfbfffffffff"
    with transaction():
        allocations.release(allocation, at=now())
    assert (now_of(event), capacity(event)) == ("f" * 12, 12)


def test_what_is_sold_or_held_stays_with_whoever_has_it(event):
    take(event, 2, 3)
    with pytest.raises(Refusal) as refusal:
        keep(event, "Stalls A1-A3")
    assert "Stalls A3" in refusal.value.message
    assert now_of(event).startswith("ffhh")


def test_what_is_kept_for_one_is_not_taken_from_them_for_another(event):
    keep(event, "Stalls A2-A5", name="Sponsor")

    with pytest.raises(Refusal) as refusal:
        keep(event, "Stalls A1-A4", name="Press", code="PRESS1")

    assert "Stalls A2-A4: kept for Sponsor already." in refusal.value.message
    kept = [(one.name, tally.kept) for one, tally in allocations.with_counts(event, at=now())]
    assert kept == [("Sponsor", 4)]


def test_what_is_sold_or_held_by_its_code_is_counted_apart_and_not_let_go(at_riverside, event):
    allocation = keep(event, "Stalls A1-A5", name="Friends", code="FRIENDS")
    buy(at_riverside, take(event, 0, 1, code="FRIENDS"))
    take(event, 2, code="FRIENDS")

    ((_one, tally),) = allocations.with_counts(event, at=now())
    assert tally == allocations.Tally(kept=2, sold=2, held=1)
    ((_one, later),) = allocations.with_counts(event, at=now() + timedelta(days=1))
    assert later == allocations.Tally(kept=3, sold=2)

    with transaction():
        assert allocations.release(allocation, at=now()) == 2


@pytest.fixture
def with_table(at_riverside):
    """A table of four that is sold whole, and a row of four."""
    table = a_row("T1", 4) | {"kind": "table", "whole": True}
    return make_seated(a_drawing(table, a_row("A", 4, y=300)))


def test_with_one_chair_of_a_table_sold_whole_all_are_kept_back_and_let_go(with_table):
    allocation = keep(with_table, "T1-2, A1")
    assert (now_of(with_table), capacity(with_table)) == ("bbbb" + "bfff", 3)

    with transaction():
        number = allocations.take_out(
            allocation, allocations.read_list(with_table, "T1-3"), at=now()
        )

    assert number == 4
    assert (now_of(with_table), capacity(with_table)) == ("ffff" + "bfff", 7)
    assert len(take(with_table, 0, 1, 2, 3).lines[0].seats) == 4


def test_a_whole_table_that_is_held_is_refused_in_one_word(with_table):
    take(with_table, 0, 1, 2, 3)
    with pytest.raises(Refusal) as refusal:
        keep(with_table, "T1-2")
    assert refusal.value.message.startswith("Stalls T1-1 – T1-4: sold or held already")


def test_a_code_sells_the_whole_table_of_which_a_chair_was_named(with_table):
    keep(with_table, "T1-2", kind="presale", code="FRIENDS")

    with pytest.raises(Refusal) as refusal:
        take(with_table, 0, 2, 3, code="FRIENDS")
    assert refusal.value.code == "whole_table"
    assert len(take(with_table, 0, 1, 2, 3, code="FRIENDS").lines[0].seats) == 4


def test_no_table_that_is_sold_whole_is_sold_without_a_chair_that_is_kept_back(with_table):
    with transaction():
        allocation = allocations.create(with_table, {"name": "House"}, at=now())
        seat = db.session.query(Seat).filter_by(position=2).one()
        seat.allocation_id = allocation.id
    forget()

    with pytest.raises(Refusal) as refusal:
        take(with_table, 0, 1, 3)

    assert refusal.value.code == "whole_table"
    assert "Stalls T1-3" in refusal.value.message


def test_a_code_sells_what_is_kept_for_it_though_all_else_is_sold(event):
    keep(event, "Stalls B", kind="presale", code="FRIENDS")
    take(event, *range(6))

    with pytest.raises(Refusal):
        take(event, 6, 7, code="ENEMIES")
    take(event, 6, 7, code="FRIENDS")

    assert now_of(event) == "hhhhhh" + "hhbbbb"


def test_let_go_by_date(at_riverside, event):
    soon = now() + timedelta(hours=1)
    allocation_id = keep(event, "Stalls A", release_at=soon).id
    assert release_allocations() == 0
    with acting_for(at_riverside.id), transaction():
        allocation = db.session.get_one(Allocation, allocation_id)
        allocations.change(allocation, {"release_at": now() - timedelta(seconds=1)}, at=now())

    assert release_allocations() == 6
    assert release_allocations() == 0
    event = drafting.find("winter-gala")
    assert (now_of(event), capacity(event)) == ("f" * 12, 12)


def test_let_go_by_rule_when_few_are_left(at_riverside, event):
    keep(event, "Stalls A", release_below=5)
    assert release_allocations() == 0
    event = drafting.find("winter-gala")
    buy(at_riverside, take(event, 6, 7))
    assert release_allocations() == 6
    assert capacity(drafting.find("winter-gala")) == 12


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("Stalls A1-A3", 3),
        ("A1-3, B6", 4),
        ("stalls a3-a1; b2", 4),
        ("Stalls A", 6),
        ("Stalls", 12),
        ("A1,\nStalls A1, A2", 2),
    ],
)
def test_lists_of_seats_as_people_write_them(event, typed, count):
    assert len(allocations.read_list(event, typed)) == count


@pytest.mark.parametrize("typed", ["", "Z1", "Stalls A9", "A1-A99", "Circle A1", "A1 to A3", "-"])
def test_lists_that_name_no_seats_are_refused(event, typed):
    with pytest.raises(Invalid):
        allocations.read_list(event, typed)


def test_rows_with_numbers_are_listed_so_that_each_seat_is_named_once(at_riverside):
    event = make_seated(a_drawing(a_row("1", 11), a_row("11", 11, y=90)))

    def seats(typed: str) -> list[Seat]:
        query = select(Seat).where(Seat.id.in_(allocations.read_list(event, typed)))
        return list(db.session.scalars(query.order_by(Seat.position)))

    assert [seat.label for seat in seats("1-11, 11-1")] == ["Stalls 1-11", "Stalls 11-1"]
    assert len(seats("Stalls 1")) == 11
    assert len(seats("1-2-4")) == 3
    assert allocations.in_words(seats("1-2 – 1-4, 11-7")) == ["Stalls 1-2 – 1-4", "Stalls 11-7"]
    with pytest.raises(Invalid):
        seats("111")


def test_a_list_says_what_was_read(event):
    found = allocations.read_list(event, "A1-A3, A5, B2")
    query = select(Seat).where(Seat.id.in_(found)).order_by(Seat.position)
    assert allocations.in_words(list(db.session.scalars(query))) == [
        "Stalls A1-A3, A5",
        "Stalls B2",
    ]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x07"}, "name"),
        ({"kind": "mine"}, "kind"),
        ({"release_below": 0}, "release_below"),
    ],
)
def test_what_is_no_allocation_is_refused(event, facts, field):
    with pytest.raises(Invalid) as refusal, transaction():
        allocations.create(event, {"name": "House", **facts}, at=now())
    assert field in refusal.value.fields


def test_two_of_one_name_are_one_too_many(event):
    keep(event, "A1")
    with pytest.raises(Invalid):
        keep(event, "A2", name="house")


@pytest.fixture
def numbered(at_riverside):
    """Rows 1 and 11 of twelve seats, table 4 of three, and rows A and AB of lettered seats."""
    rows = [a_row("1", 12), a_row("11", 12, y=100.0), a_row("4", 3, y=200.0, kind="table")]
    lettered = [a_row("A", 2, y=300.0), a_row("AB", 2, y=400.0)]
    for row, numbers in zip(lettered, ("BC", "CD"), strict=True):
        for seat, number in zip(row["seats"], numbers, strict=True):
            seat["number"] = number
    return make_seated(a_drawing(*rows, *lettered))


def test_no_two_seats_bear_the_same_name(numbered):
    seats = list(db.session.scalars(select(Seat).where(Seat.event_id == numbered.id)))

    names = {seat.label for seat in seats}

    assert len(names) == len(seats)
    assert {"Stalls 1-11", "Stalls 11-1", "Stalls 4-3", "Stalls A-B", "Stalls AB-C"} <= names
    in_the_database = text(
        "select s.id, seat_label(s.id) as one,"
        " seat_label(r.section, r.kind, r.label, s.number) as other"
        " from seats s join seat_rows r on r.id = s.seat_row_id"
    )
    for row in db.session.execute(in_the_database):
        label = next(seat.label for seat in seats if seat.id == row.id)
        assert (row.one, row.other) == (label, label)


def test_every_seat_is_found_by_its_name_and_every_list_by_what_it_says(numbered):
    query = select(Seat).where(Seat.event_id == numbered.id).order_by(Seat.position)
    seats = list(db.session.scalars(query))

    for seat in seats:
        assert allocations.read_list(numbered, seat.label) == [seat.id]
    for first in range(len(seats)):
        for last in range(first, min(first + 15, len(seats))):
            some = seats[first : last + 1]
            said = "\n".join(allocations.in_words(some))
            assert allocations.read_list(numbered, said) == [seat.id for seat in some], said
