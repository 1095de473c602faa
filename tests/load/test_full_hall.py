"""A hall filled by everybody at once: 64 buyers, by name and by best available, groups of 1 to 8.

bin/test tests/load/test_full_hall.py                     # 240 seats
HALL_SEATS=1200 bin/test tests/load/test_full_hall.py     # the theatre of 1,200, with boxes
"""

import os
import random
import uuid
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from eventflow.db import db, now, transaction
from eventflow.payments import checkout, settling
from eventflow.payments.models import Payment
from eventflow.sales import seats
from eventflow.sales.orders import Buyer
from eventflow.sales.seat_wishes import Asker, Best
from eventflow.tickets.models import Ticket
from tests.load.test_rush import at_once, differences
from tests.seating import halls
from tests.seating.theatres import hall_of, make_seated, now_of, theatre

pytestmark = pytest.mark.load

SEATS = int(os.environ.get("HALL_SEATS", "240"))
SEED = int(os.environ.get("HALL_SEED", "0")) or random.randrange(1, 1_000_000)
CLIENTS = 64
LARGEST = 8
MOST_TURNS = 200
FREE = ord("f")
REFUSALS = {"seat_taken", "single_seat", "sold_out", "accessible_seat", "companion_seat"}


@dataclass(frozen=True)
class Bought:
    positions: frozenset[int]


def make_hall():
    if SEATS == 1200:
        return make_seated(
            halls.theatre(), dict.fromkeys(("premium", "stalls", "circle", "boxes"), 0)
        )
    return make_seated(theatre(SEATS // 20, 20))


def test_a_hall_is_filled_and_every_seat_sold_once(app, at_riverside):
    print(f"HALL_SEATS={SEATS} HALL_SEED={SEED}")
    event, tenant = make_hall(), at_riverside
    slug, hall = event.slug, hall_of(event)
    deadlocks = deadlocks_so_far()

    def buy(number: int, size: int | None = None, *, need: bool = False):
        rng = random.Random(SEED * 100_000 + number)
        asker, many = Asker(need=need), size or rng.randint(1, LARGEST)
        if size or rng.random() < 0.5:
            placed = seats.place(slug, best=[Best(many)], asker=asker, at=now())
        else:
            first = rng.randrange(len(hall) - many)
            chosen = [uuid.UUID(seat) for seat in hall.ids[first : first + many]]
            placed = seats.place(slug, seats=chosen, asker=asker, at=now())
        begun = checkout.begin(tenant, placed.id, Buyer(f"B{number}", "b@x.org"), at=now())
        with transaction():
            payment = db.session.query(Payment).filter_by(order_id=begun.order_id).one()
            settling.paid(payment, at=now())
        taken = [seat.id for line in placed.lines for seat in line.seats]
        return Bought(frozenset(hall.position_of[str(seat)] for seat in taken))

    bought: list[Bought] = []
    came_to: Counter[str] = Counter()
    before = states_now(event)
    for turn in range(MOST_TURNS):
        acts = [lambda n=n: buy(n) for n in range(turn * CLIENTS, (turn + 1) * CLIENTS)]
        answers = at_once(app, tenant, acts, threads=CLIENTS)
        orders = [one for one in answers if isinstance(one, Bought)]
        came_to.update(one for one in answers if not isinstance(one, Bought))
        after = states_now(event)
        assert forbidden_singles(hall, before, after, orders) == []
        bought, before = bought + orders, after
        if before.count(b"f") < LARGEST:
            break
    # What nobody came for by chance is sold to whoever asks for it: a place for a wheelchair with
    # the one beside it, and what is left one by one.
    for number in range(len(hall)):
        if FREE not in before:
            break
        is_special = any(
            state == FREE and kind == "accessible"
            for state, kind in zip(before, hall.kinds, strict=True)
        )
        size = 2 if is_special else 1
        answers = at_once(app, tenant, [lambda n=number, s=size: buy(-n - 1, s, need=s == 2)])
        bought += [one for one in answers if isinstance(one, Bought)]
        before = states_now(event)

    print(f"{len(bought)} orders; refused: {dict(came_to)}")
    assert set(came_to) <= REFUSALS
    assert before == b"s" * len(hall)
    sold = [seat for (seat,) in db.session.query(Ticket.seat_id).filter_by(status="valid")]
    assert len(sold) == len(set(sold)) == len(hall)
    assert sum(len(one.positions) for one in bought) == len(hall)
    assert differences() == []
    assert deadlocks_so_far() == deadlocks


def states_now(event) -> bytes:
    return now_of(event).encode()


def deadlocks_so_far() -> int:
    query = "select deadlocks from pg_stat_database where datname = current_database()"
    with db.engine.connect() as connection:
        connection.execute(text("select pg_stat_clear_snapshot()"))
        return connection.execute(text(query)).scalar_one()


def forbidden_singles(hall, before: bytes, after: bytes, orders: list[Bought]) -> list[int]:
    """Single seats that came to be in this turn though whoever left them had another choice.

    Who came in which order is not known. But neighbours that are free at the end of a turn, and
    would have left nobody alone at any time of it, were another choice for everybody of that size.
    """
    other_choice = {size: has_steady_choice(hall, before, after, size) for size in range(1, 9)}
    found = []
    for position in filter(lambda one: is_plain(hall, one), range(len(hall))):
        beside = plain_neighbours(hall, position)
        had = any(before[one] == FREE for one in beside)
        has = any(after[one] == FREE for one in beside)
        if after[position] == FREE and had and not has:
            leaving = [one for one in orders if not one.positions.isdisjoint(beside)]
            if all(other_choice[len(one.positions)] for one in leaving):
                found.append(position)
    return found


def has_steady_choice(hall, before: bytes, after: bytes, size: int) -> bool:
    for run in hall.runs:
        if hall.rows[run.row].whole:
            continue
        for first in range(run.start, run.end - size + 1):
            end = first + size
            those = range(first, end)
            if any(after[p] != FREE or hall.kinds[p] != "standard" for p in those):
                continue
            left = stays_in_company(hall, before, after, first - 1, first - 2, run)
            if left and stays_in_company(hall, before, after, end, end + 1, run):
                return True
    return False


def stays_in_company(hall, before, after, beside: int, beyond: int, run) -> bool:
    """Whether the seat beside a choice would have been left alone at no moment of the turn."""
    if not run.start <= beside < run.end or not is_plain(hall, beside) or before[beside] != FREE:
        return True
    return (
        after[beside] == FREE
        and run.start <= beyond < run.end
        and is_plain(hall, beyond)
        and after[beyond] == FREE
    )


def is_plain(hall, position: int) -> bool:
    row = hall.rows[hall.row_of[position]]
    return hall.kinds[position] == "standard" and row.kind == "row"


def plain_neighbours(hall, position: int) -> list[int]:
    run = hall.run_at(position)
    near = [one for one in (position - 1, position + 1) if run.start <= one < run.end]
    return [one for one in near if is_plain(hall, one)]


@pytest.mark.parametrize(
    ("before", "after", "taken", "expected"),
    [
        (b"ffff" + b"ffff", b"fssf" + b"ffff", {1, 2}, [0, 3]),
        (b"ffff" + b"ffff", b"ssff" + b"ffff", {0, 1}, []),
        # There was no other choice of three.
        (b"ffff" + b"ssff", b"fsss" + b"ssff", {1, 2, 3}, []),
    ],
)
def test_the_audit_sees_what_the_rule_forbids(at_riverside, before, after, taken, expected):
    hall = hall_of(make_seated(theatre(2, 4)))
    orders = [Bought(frozenset(taken))]

    found = forbidden_singles(hall, before, after, orders)

    assert found == expected
