"""A buyer changes the choice in one tab while the order of it is being made in another."""

import uuid
from collections.abc import Callable

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
from tests.waiting import started

Place = Callable[[uuid.UUID | None], Placed]


@pytest.fixture
def beside(app, at_riverside) -> Callable[[Place, uuid.UUID], Placed | Refusal]:
    """Choose anew in a session of its own, as another tab of the same browser; what it is told."""

    def choose(place: Place, before: uuid.UUID) -> Placed | Refusal:
        with app.app_context(), acting_for(at_riverside.id):
            try:
                return place(before)
            except Refusal as refusal:
                return refusal

    return choose


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


@pytest.mark.parametrize("kind", ["seats", "tickets"])
def test_what_became_an_order_is_not_given_back_for_another_choice(gala, beside, kind):
    place = chosen_seats() if kind == "seats" else chosen_tickets(gala)
    first = place(None).id
    with transaction():
        orders.make(first, BEA, at=now())
        told = started(lambda: beside(place, first))

    # Either there is more of it, or it is refused; the order keeps what it is of.
    assert isinstance(told(), Placed | Refusal)
    db.session.rollback()
    assert db.session.get_one(Hold, first).status == "live"
    with across_tenants():
        assert stocktaking.differences() == []
