"""Houses: venues with their halls, and events that are seated in them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from eventflow.accounts import audit
from eventflow.db import db, new_id, transaction
from eventflow.demo.box_office import BoxOffice
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.seating import bookings, chairs, freezing, maps, pricing, rules, venues
from eventflow.seating.models import Allocation, Seat, SeatRow


@dataclass(frozen=True, slots=True)
class House:
    """A venue that is the demo's, and the map of its hall."""

    venue_id: uuid.UUID
    map_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Seats:
    """How an event is seated: what each category of the map is sold as, and the rules."""

    house: House
    prices: Mapping[str, str]
    rules: Mapping[str, Any] = field(default_factory=dict)
    around: tuple[int, int] = (240, 120)
    """Minutes of setting up and of tearing down."""


def build(
    box: BoxOffice, facts: Mapping[str, Any], name: str, drawing: Any, *, at: datetime
) -> House:
    """A venue with one map."""
    with box.as_("owner"), transaction():
        venue = venues.create(facts, zone=box.look.zone, at=at)
        seat_map = maps.keep(venue, name, drawing, at=at)
        return House(venue.id, seat_map.id)


def seated(seats: Seats, *, at: datetime) -> Callable[[Event], None]:
    """What gives an event its hall and its seats, while it is made."""

    def seat(event: Event) -> None:
        venue = venues.find_by_id(seats.house.venue_id)
        setup, teardown = seats.around
        bookings.hold_at(event, venue, setup_minutes=setup, teardown_minutes=teardown, at=at)
        seating = freezing.freeze(event, maps.find(seats.house.map_id), at=at)
        tiers = {tier.name: tier.id for tier in event.tiers}
        prices = {category: tiers[name] for category, name in seats.prices.items()}
        pricing.price(seating, prices, at=at)
        rules.change(seating, seats.rules, at=at)

    return seat


def keep_back(
    box: BoxOffice, slug: str, name: str, where: Sequence[tuple[str, str, range]], **facts: Any
) -> None:
    """Keep seats from public sale, by section, row and numbers, before any of them is sold."""
    at = facts.pop("at")
    with box.as_("staff"), transaction():
        event = drafting.find(slug)
        chairs.lock_rows(event.id)
        kept = Allocation(id=new_id(), event_id=event.id, name=name, created_at=at, **facts)
        db.session.add(kept)
        db.session.flush()
        for section, row, numbers in where:
            rows = select(SeatRow.id).where(
                SeatRow.event_id == event.id, SeatRow.section == section, SeatRow.label == row
            )
            db.session.execute(
                update(Seat)
                .where(Seat.seat_row_id.in_(rows), Seat.number.in_([str(n) for n in numbers]))
                .values(allocation_id=kept.id)
            )
        pricing.changed(pricing.find(event), at=at)
        words = _("Kept seats back: %(name)s", name=name)
        audit.record("allocation.create", kept, words, at=at, name=name)
