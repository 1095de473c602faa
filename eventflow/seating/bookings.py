"""Bookings: when a venue is taken, and by whom.

The promise kept here is that a venue is not taken twice unawares. Whoever books locks the venue
first and looks second, so that two who book in the same moment see each other; a clash is refused
until somebody who may says that it is all right, and that is kept with their name.

A booking takes the venue from the beginning of its set-up to the end of its tear-down. One of our
own events follows the event: its times, its title, its end.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Integer, Interval, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, selectinload

from eventflow.accounts import audit
from eventflow.accounts.actors import actor
from eventflow.accounts.models import User
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.locale import format_number, format_span
from eventflow.seating.models import Booking, Venue
from eventflow.security import ControlCharacters, refuse_control_characters

LONGEST = {"title": 200, "organizer": 200, "notes": 2000}
MOST_AROUND = 14 * 24 * 60
LONGEST_BOOKING = timedelta(days=366)
MOST_NAMED = 5
"""So many clashes are named; of those beyond, how many there are."""


class VenueTaken(Invalid):
    """The venue is taken then. `clashes` are the bookings in the way."""

    status = 409
    code = "conflict"

    def __init__(self, venue: Venue, clashes: Sequence[Booking]) -> None:
        self.clashes = clashes
        words = _(
            "%(venue)s is taken then: %(clashes)s. Set-up and tear-down are not counted in this.",
            venue=venue.name,
            clashes=_in_words(venue, clashes),
        )
        super().__init__({"clash": words})


def _in_words(venue: Venue, clashes: Sequence[Booking]) -> str:
    named = [
        f"{one.title}, {format_span(one.starts_at, one.ends_at, venue.timezone)}"
        for one in clashes[:MOST_NAMED]
    ]
    if len(clashes) > MOST_NAMED:
        named.append(_("and %(number)s more", number=format_number(len(clashes) - MOST_NAMED)))
    return "; ".join(named)


@dataclass(frozen=True, slots=True)
class Facts:
    """What somebody says of a booking that is not of an event of ours."""

    title: str
    starts_at: datetime
    ends_at: datetime
    organizer: str = ""
    setup_minutes: int = 0
    teardown_minutes: int = 0
    status: str = "confirmed"
    notes: str = ""


def book(venue: Venue, facts: Facts, *, despite_clash: bool = False, at: datetime) -> Booking:
    """Take the venue for somebody. Raises Invalid, and VenueTaken unless told to take it anyway."""
    booking = Booking(id=new_id(), venue_id=venue.id, status=facts.status)
    _write(booking, facts)
    _take(booking, venue, despite_clash=despite_clash, at=at)
    db.session.add(booking)
    db.session.flush()
    words = _("Booked %(venue)s for %(title)s", venue=venue.name, title=booking.title)
    audit.record("booking.create", booking, words, at=at)
    return booking


def change(booking: Booking, facts: Facts, *, despite_clash: bool = False, at: datetime) -> None:
    """Say something else of a booking. One of our own events is changed at the event."""
    if booking.event_id is not None:
        raise Refusal(_("This booking follows its event. Change the event."))
    taken_before = _span(booking)
    _write(booking, facts)
    before, after = audit.changes(booking)
    if not after:
        return
    if _span(booking) != taken_before or "status" in after:
        _take(booking, booking.venue, despite_clash=despite_clash, at=at)
    words = _("Changed the booking of %(title)s", title=booking.title)
    audit.record("booking.change", booking, words, before, after, at=at)
    db.session.flush()


def cancel(booking: Booking, *, at: datetime) -> None:
    """The venue is free again at that time."""
    if booking.event_id is not None:
        raise Refusal(_("This booking follows its event. Take the event out of the venue."))
    if booking.status == "cancelled":
        return
    booking.status = "cancelled"
    words = _("Called off the booking of %(title)s", title=booking.title)
    audit.record("booking.cancel", booking, words, at=at)
    db.session.flush()


# Of events


def hold_at(
    event: Event,
    venue: Venue,
    *,
    setup_minutes: int,
    teardown_minutes: int,
    despite_clash: bool = False,
    at: datetime,
) -> Booking:
    """The event is held at this venue: it says so, on its clock, and takes it for its time.

    Raises VenueTaken unless told to take it anyway, and Invalid.
    """
    if event.starts_at is None or event.ends_at is None:
        raise Refusal(_("Say first when the event starts and ends."))
    _check_around(setup_minutes, teardown_minutes)
    booking = of_event(event)
    moved = booking is None or booking.venue_id != venue.id
    if booking is None:
        booking = Booking(id=new_id(), event_id=event.id, title=event.title, organizer="", notes="")
        booking.clash_confirmed_at = booking.clash_confirmed_by = None
    booking.venue_id = venue.id
    booking.starts_at, booking.ends_at = event.starts_at, event.ends_at
    booking.setup_minutes, booking.teardown_minutes = setup_minutes, teardown_minutes
    booking.status = _status_of(event)
    if booking.status != "cancelled":
        _take(booking, venue, despite_clash=despite_clash, at=at)
    db.session.add(booking)
    db.session.flush()
    if moved:
        words = _("Put %(title)s into %(venue)s", title=event.title, venue=venue.name)
        audit.record("booking.create", booking, words, at=at)
        drafting.change(event, _as_the_event_says(venue), at=at)
    return booking


def leave(event: Event, *, at: datetime) -> None:
    """The event is held elsewhere; the venue is free at its time."""
    booking = of_event(event)
    if booking is None:
        return
    words = _("Took %(title)s out of %(venue)s", title=event.title, venue=booking.venue.name)
    audit.record("booking.cancel", booking, words, at=at)
    db.session.delete(booking)
    db.session.flush()


def follow(event: Event, *, despite_clash: bool, at: datetime) -> None:
    """What became of an event becomes of its booking. Raises VenueTaken."""
    booking = of_event(event)
    if booking is None:
        return
    before, was_off = _span(booking), booking.status == "cancelled"
    booking.title, booking.status = event.title[: LONGEST["title"]], _status_of(event)
    if event.starts_at and event.ends_at:
        booking.starts_at, booking.ends_at = event.starts_at, event.ends_at
    # Going on sale takes nothing anew: what was confirmed for the draft stays confirmed.
    if booking.status != "cancelled" and (was_off or _span(booking) != before):
        _take(booking, booking.venue, despite_clash=despite_clash, at=at)
    db.session.flush()


def of_event(event: Event) -> Booking | None:
    return db.session.scalar(select(Booking).where(Booking.event_id == event.id))


def unsettled(event: Event) -> dict[str, str]:
    """What publishing asks for: no clash that nobody has seen."""
    booking = of_event(event)
    if booking is None or booking.status == "cancelled" or booking.clash_confirmed_at:
        return {}
    open_ones = [one for one in clashing(booking) if not one.clash_confirmed_at]
    if not open_ones:
        return {}
    return {"clash": VenueTaken(booking.venue, open_ones).message}


# Looking


def find(venue: Venue, booking_id: uuid.UUID) -> Booking:
    booking = db.session.scalar(
        select(Booking).where(Booking.id == booking_id, Booking.venue_id == venue.id)
    )
    if booking is None:
        raise NotFound(_("There is no such booking."))
    return booking


def between(venue: Venue, first: datetime, last: datetime) -> list[Booking]:
    """All that take the venue at some time of this span, the earliest first."""
    return list(
        db.session.scalars(
            select(Booking)
            .where(Booking.venue_id == venue.id, Booking.status != "cancelled")
            .where(_taken_from() < last, _taken_until() > first)
            .order_by(_taken_from(), Booking.id)
            .options(selectinload(Booking.event))
        )
    )


def clashing(booking: Booking) -> list[Booking]:
    """The other bookings that want the venue at the same time."""
    first, last = taken(booking)
    return [one for one in between(booking.venue, first, last) if one.id != booking.id]


def taken(booking: Booking) -> tuple[datetime, datetime]:
    """From when to when the venue is taken: from the set-up to the end of the tear-down."""
    return (
        booking.starts_at - timedelta(minutes=booking.setup_minutes),
        booking.ends_at + timedelta(minutes=booking.teardown_minutes),
    )


def name_of(person_id: uuid.UUID | None) -> str:
    """Who confirmed a clash."""
    person = db.session.get(User, person_id) if person_id else None
    return (person.name or person.email) if person else ""


def _take(booking: Booking, venue: Venue, *, despite_clash: bool, at: datetime) -> None:
    booking.clash_confirmed_at = booking.clash_confirmed_by = None
    if booking.status == "cancelled":
        return
    # Sales and drawings only point at the venue, and don't wait for this.
    db.session.execute(select(Venue.id).where(Venue.id == venue.id).with_for_update(key_share=True))
    with db.session.no_autoflush:
        first, last = taken(booking)
        clashes = [one for one in between(venue, first, last) if one.id != booking.id]
    if not clashes:
        return
    if not despite_clash:
        raise VenueTaken(venue, clashes)
    booking.clash_confirmed_at = at
    booking.clash_confirmed_by = actor().id if actor().kind == "user" else None
    titles = ", ".join(one.title for one in clashes[:5])
    words = _("Let %(title)s clash with %(others)s", title=booking.title, others=titles)
    audit.record("booking.clash", booking, words, name=booking.title, at=at)


def _taken_from() -> ColumnElement[datetime]:
    return Booking.starts_at - _minutes(Booking.setup_minutes)


def _taken_until() -> ColumnElement[datetime]:
    return Booking.ends_at + _minutes(Booking.teardown_minutes)


def _minutes(column: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, cast(column, Integer), type_=Interval)


def _span(booking: Booking) -> tuple[datetime, datetime, int, int]:
    return booking.starts_at, booking.ends_at, booking.setup_minutes, booking.teardown_minutes


def _status_of(event: Event) -> str:
    """A draft is pencilled in; what is over stays in the calendar."""
    is_off = event.status == "cancelled" or event.cancelled_at is not None
    is_put_away = event.status == "archived" and event.published_at is None
    if (
        is_off
        or is_put_away
        or event.format == "virtual"
        or not (event.starts_at and event.ends_at)
    ):
        return "cancelled"
    return "requested" if event.status == "draft" else "confirmed"


def _as_the_event_says(venue: Venue) -> dict[str, str]:
    facts = {
        "venue_name": venue.name,
        "venue_address": venue.address,
        "timezone": venue.timezone,
    }
    if venue.latitude is not None and venue.longitude is not None:
        place = f"mlat={venue.latitude:.5f}&mlon={venue.longitude:.5f}"
        facts["map_url"] = f"https://www.openstreetmap.org/?{place}#map=17"
    return facts


def _write(booking: Booking, facts: Facts) -> None:
    wrong: dict[str, str] = {}
    for name, most in LONGEST.items():
        text = getattr(facts, name).strip()
        try:
            text = refuse_control_characters(text)
        except ControlCharacters as error:
            wrong[name] = str(error)
        if len(text) > most:
            wrong[name] = _("Keep this to %(most)s characters.", most=most)
        setattr(booking, name, text)
    if not booking.title:
        wrong["title"] = _("Say what the venue is taken for.")
    if facts.status not in ("requested", "confirmed", "cancelled"):
        wrong["status"] = _("A booking is requested or confirmed.")
    if facts.ends_at <= facts.starts_at:
        wrong["ends_at"] = _("The end comes after the start.")
    elif facts.ends_at - facts.starts_at > LONGEST_BOOKING:
        wrong["ends_at"] = _("A booking lasts a year at most.")
    if wrong:
        raise Invalid(wrong)
    _check_around(facts.setup_minutes, facts.teardown_minutes)
    for name in ("starts_at", "ends_at", "setup_minutes", "teardown_minutes", "status"):
        setattr(booking, name, getattr(facts, name))


def _check_around(setup_minutes: int, teardown_minutes: int) -> None:
    given = {"setup_minutes": setup_minutes, "teardown_minutes": teardown_minutes}
    if wrong := {
        name: _("From 0 to %(most)s minutes, two weeks.", most=MOST_AROUND)
        for name, minutes in given.items()
        if not 0 <= minutes <= MOST_AROUND
    }:
        raise Invalid(wrong)
