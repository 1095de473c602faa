"""Placing: the house an event is held at, and the map it is seated on, chosen in one step.

What a form says is a venue's address, and after a slash the map's id: `playhouse/018f…`. Each part
is done by the verbs of its own page.
"""

import uuid
from datetime import datetime

from flask_babel import gettext as _

from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.houses import Choices
from eventflow.events.models import Event
from eventflow.seating import bookings, freezing, maps, pricing, venues
from eventflow.seating.models import SeatMap, Venue


class Venues:
    """The tenant's own venues, as `events/houses.py` asks for them."""

    def choices(self, event: Event) -> Choices:
        booking = bookings.of_event(event)
        seating = pricing.of(event.id)
        found = []
        known = venues.all_of_them()
        if booking is not None and booking.venue not in known:
            known.append(booking.venue)
        for venue in known:
            shown = maps.of_venue(venue)
            if seating is not None:
                shown = [one for one in shown if one.id == seating.seat_map_id]
            within = [
                (
                    f"{venue.slug}/{one.id}",
                    _("%(venue)s: seats of %(map)s", venue=venue.name, map=one.name),
                )
                for one in shown
            ]
            if seating is None or not shown:
                words = _("%(venue)s: no numbered seats", venue=venue.name)
                within.insert(0, (venue.slug, words))
            found.append((in_words(venue, event), within))
        return found

    def chosen(self, event: Event) -> str:
        booking, seating = bookings.of_event(event), pricing.of(event.id)
        if booking is None:
            return ""
        if seating is not None and seating.seat_map.venue_id == booking.venue_id:
            return f"{booking.venue.slug}/{seating.seat_map_id}"
        return booking.venue.slug

    def zone(self, chosen: str) -> str:
        return _read(chosen)[0].timezone

    def choose(self, event: Event, chosen: str, *, despite_clash: bool, at: datetime) -> None:
        if not chosen:
            bookings.leave(event, at=at)
            return
        venue, seat_map = _read(chosen)
        booking = bookings.of_event(event)
        stays = booking is not None and booking.venue_id == venue.id
        if not stays:
            _hold(event, venue, despite_clash=despite_clash, at=at)
        seating = pricing.of(event.id)
        if seat_map is None or (seating is not None and seating.seat_map_id == seat_map.id):
            return
        if seating is not None:
            words = _("The event is seated on another map already. Take its seats away first.")
            raise Invalid({"house": words})
        freezing.freeze(event, seat_map, at=at)


def in_words(venue: Venue, event: Event) -> str:
    """The venue, as it is offered to an event: with its clock, if the event goes by another."""
    if venue.timezone == event.timezone:
        return venue.name
    return _("%(venue)s (its clock: %(zone)s)", venue=venue.name, zone=venue.timezone)


def _hold(event: Event, venue: Venue, *, despite_clash: bool, at: datetime) -> None:
    try:
        bookings.hold_at(
            event,
            venue,
            setup_minutes=venue.setup_minutes,
            teardown_minutes=venue.teardown_minutes,
            despite_clash=despite_clash,
            at=at,
        )
    except Invalid:
        raise
    except Refusal as refusal:
        raise Invalid({"house": refusal.message}) from None


def _read(chosen: str) -> tuple[Venue, SeatMap | None]:
    slug, _slash, map_id = chosen.partition("/")
    try:
        venue = venues.find(slug)
        return venue, maps.find(uuid.UUID(map_id), venue) if map_id else None
    except (ValueError, NotFound):
        raise Invalid({"house": _("Choose one of your venues, or none.")}) from None
