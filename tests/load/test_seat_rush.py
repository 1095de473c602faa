"""Rushes for seats: real threads, real commits, every seat promised to one buyer at a time."""

import random
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from eventflow.db import db, now, transaction
from eventflow.events.models import Event
from eventflow.sales import holds, seats
from eventflow.seating import freezing, pricing
from eventflow.seating.models import Seat, SeatMap
from eventflow.tickets import issuing, moving
from eventflow.tickets.models import Ticket
from tests import factories
from tests.load.test_rush import at_once, differences
from tests.sales.test_seats import buy, ids, take
from tests.seating.theatres import (
    a_drawing,
    a_row,
    hall_of,
    make_map,
    make_seated,
    now_of,
    theatre,
)

pytestmark = pytest.mark.load


def test_two_hundred_buyers_for_one_seat(app, at_riverside, storefront):
    event = make_seated(theatre(4, 10))
    wanted = [hall_of(event).ids[4], hall_of(event).ids[5]]
    path = f"/api/v1/events/{event.slug}/holds"

    def ask(_number: int):
        browser = app.test_client()
        browser.address = storefront.address
        answer = browser.post(path, json={"seats": wanted})
        return answer.status_code, answer.json.get("code"), len(answer.json.get("alternatives", []))

    with ThreadPoolExecutor(32) as pool:
        came_to = list(pool.map(ask, range(200)))

    assert Counter(status for status, _code, _n in came_to) == {201: 1, 409: 199}
    assert {code for status, code, _n in came_to if status == 409} == {"seat_taken"}
    assert all(n > 0 for status, _code, n in came_to if status == 409)
    assert differences() == []


def test_two_buyers_never_strand_a_seat_between_them(app, at_riverside):
    """Each choice alone leaves nobody alone; both together would."""
    for _turn in range(10):
        event = make_seated(theatre(1, 7))
        ids = [uuid.UUID(seat) for seat in hall_of(event).ids]
        # ..[23]4[56]: taking 2,3 and 5,6 leaves 4 alone, 0 and 1 together.
        acts = [
            lambda e=event, i=ids: seats.place(e.slug, seats=[i[2], i[3]], at=now()).id,
            lambda e=event, i=ids: seats.place(e.slug, seats=[i[5], i[6]], at=now()).id,
        ]
        came_to = at_once(app, at_riverside, acts)

        assert came_to.count("single_seat") == 1
        assert now_of(event).count("h") == 2


def test_a_button_pressed_twice_at_once_seats_an_event_once(app, at_riverside):
    event, map_id = factories.make_event(publish=False), make_map(theatre(20, 40)).id
    db.session.commit()
    event_id = event.id

    def press():
        with transaction():
            seat_map = db.session.get_one(SeatMap, map_id)
            freezing.freeze(db.session.get_one(Event, event_id), seat_map, at=now())
        return "seated"

    assert at_once(app, at_riverside, [press] * 6) == ["seated"] * 6
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Seat.event_id == event_id)) == 800


def test_buyers_whose_choices_cross_do_not_deadlock(app, at_riverside):
    event = make_seated(theatre(6, 6), no_single_seats=False)
    ids = [uuid.UUID(seat) for seat in hall_of(event).ids]

    def take(number: int):
        rng = random.Random(number)
        chosen = rng.sample(ids, 4)
        placed = seats.place(event.slug, seats=chosen, at=now())
        with transaction():
            holds.release(placed.id, at=now())
        return "held"

    came_to = Counter(at_once(app, at_riverside, [lambda n=n: take(n) for n in range(300)]))

    assert set(came_to) <= {"held", "seat_taken"}
    assert differences() == []


def test_parties_and_buyers_rush_for_one_table(app, at_riverside):
    """Two parties press twice for the table that somebody buys: it has one party in the end."""
    for _turn in range(5):
        rows = [a_row(str(n), 4, y=n * 200.0, kind="table", whole=True) for n in (1, 2, 3)]
        event = make_seated(a_drawing(*rows))
        placed = [take(event, *range(first, first + 4)) for first in (0, 4)]
        parties = [buy(at_riverside, one).tickets[0].id for one in placed]
        slug, wanted = event.slug, ids(event, 8, 9, 10, 11)

        def move(ticket_id, seat_id=wanted[1]):
            with transaction():
                moving.move(issuing.find(ticket_id), seat_id, together=True, at=now())
            return "moved"

        def hold(slug=slug, wanted=wanted):
            return "held" if seats.place(slug, seats=wanted, at=now()) else ""

        acts = [partial(move, one) for one in parties * 2] + [hold]
        came_to = Counter(at_once(app, at_riverside, acts))

        db.session.expire_all()
        assert came_to["moved"] + came_to["held"] == 1
        assert now_of(event).count("s") == 8
        assert now_of(event)[8:] in ("ssss", "hhhh")
        assert (
            sorted(db.session.scalars(select(Ticket.issue).where(Ticket.event_id == event.id)))
            == [1] * 4 + [2 if came_to["moved"] else 1] * 4
        )
        assert differences() == []


def test_prices_that_change_while_a_move_waits_are_seen_by_it(app, at_riverside):
    """What the old seat is sold as next is read under the locks, or the move is refused."""
    event = make_seated(theatre(1, 6), {"c1": 0})
    ticket_id = buy(at_riverside, take(event, 0, 1)).tickets[0].id
    left, wanted, dear = *ids(event, 0, 4), event.tiers[1].id
    changed = threading.Event()

    def reprice():
        with transaction():
            pricing.price(pricing.find(event), {"c1": dear}, at=now())
            db.session.flush()
            changed.set()
            time.sleep(0.5)  # The move waits for the rows by then.
        return "priced"

    def move():
        changed.wait(10)
        with transaction():
            moving.move(issuing.find(ticket_id), wanted, any_tier=True, at=now())
        return "moved"

    assert at_once(app, at_riverside, [reprice, move]) == ["priced", "cannot_move"]
    assert differences() == []
    assert move() == "moved"
    assert differences() == []
    assert db.session.get_one(Seat, left).tier_id == dear
