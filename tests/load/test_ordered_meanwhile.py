"""A buyer changes the choice in one tab while the order of it is being made in another."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.sales import holds, orders, seats
from eventflow.sales.holds import Placed, Wanted
from eventflow.sales.models import Hold
from eventflow.sales.seat_wishes import Asker
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import stocktaking
from tests.factories import BEA
from tests.seating.theatres import a_drawing, a_row, hall_of, make_seated

Place = Callable[[uuid.UUID | None], Placed]


@pytest.fixture
def beside(app, at_riverside) -> Iterator[Callable[[Place, uuid.UUID], Future[Placed]]]:
    """Choose anew in a thread and a session of its own, as another tab of the same browser."""
    with ThreadPoolExecutor(1) as other:

        def do(place: Place, before: uuid.UUID) -> Placed:
            with app.app_context(), acting_for(at_riverside.id):
                return place(before)

        yield lambda place, before: other.submit(do, place, before)


def chosen_seats() -> Place:
    event = make_seated(a_drawing(a_row("A", 6)))
    ids = [uuid.UUID(one) for one in hall_of(event).ids[:2]]
    slug = event.slug
    return lambda before: seats.place(
        slug, seats=ids, asker=Asker(buyer="b", replaces=before), at=now()
    )


def chosen_tickets(gala) -> Place:
    slug, wanted = gala.slug, [Wanted(gala.tiers[0].id, 2)]
    return lambda before: holds.place(slug, wanted, buyer="b", replaces=before, at=now())


def wait_for_somebody_who_waits(settings) -> None:
    asked = (
        "select count(*) from pg_stat_activity"
        " where wait_event_type = 'Lock' and datname = current_database()"
    )
    # As the owner: the product's role does not see what others do.
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as owner:
        for _attempt in range(6_000):
            if owner.execute(asked).fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("kind", ["seats", "tickets"])
def test_what_became_an_order_is_not_given_back_for_another_choice(settings, gala, beside, kind):
    place = chosen_seats() if kind == "seats" else chosen_tickets(gala)
    first = place(None).id
    with transaction():
        orders.make(first, BEA, at=now())
        other = beside(place, first)
        wait_for_somebody_who_waits(settings)

    # Either there is more of it, or it is refused; the order keeps what it is of.
    refused = other.exception(30)
    assert refused is None or isinstance(refused, Refusal), refused
    db.session.rollback()
    assert db.session.get_one(Hold, first).status == "live"
    with across_tenants():
        assert stocktaking.differences() == []
