"""The calendar of a venue: what takes it when, laid out in months and weeks, and as a feed.

Days are days of the venue's own clock, whatever becomes of it: one of them has 23 hours, another
25, and midnight is where the zone says it is.
"""

import calendar as almanac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.seating import bookings
from eventflow.seating.models import Booking, Venue

if TYPE_CHECKING:
    from icalendar import Component

PRODUCT = "-//EventFlow//Venues//EN"
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 1)
FEED_GOES_BACK, FEED_GOES_ON = timedelta(days=366), timedelta(days=3 * 366)
_RULES_AROUND = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a booking falls on one day: its set-up, itself, or its tear-down."""

    kind: str
    """`setup`, `event` or `teardown`"""
    starts_at: datetime
    ends_at: datetime
    begins_here: bool
    """False: it goes on from the day before."""
    ends_here: bool
    share_from: float
    share: float
    """Where on the day it lies, and how much of it, in percent."""


@dataclass(slots=True)
class Entry:
    """A booking on one day."""

    booking: Booking
    pieces: list[Piece]
    clashes: list[Booking]
    lane: int = 0

    @property
    def is_main(self) -> bool:
        """Whether the event itself is on that day, and not its set-up or tear-down alone."""
        return any(piece.kind == "event" for piece in self.pieces)

    @property
    def is_settled(self) -> bool:
        """Whether somebody has confirmed each of its clashes."""
        return all(
            self.booking.clash_confirmed_at or other.clash_confirmed_at for other in self.clashes
        )


@dataclass(slots=True)
class Day:
    on: date
    starts_at: datetime
    ends_at: datetime
    entries: list[Entry] = field(default_factory=list)
    hours: list[tuple[int, float]] = field(default_factory=list)
    """(what the clock shows, where on the day that is in percent), every three hours."""

    @property
    def lanes(self) -> int:
        return max((entry.lane for entry in self.entries), default=0) + 1

    @property
    def length(self) -> int:
        return round((self.ends_at - self.starts_at) / timedelta(hours=1))


def month(venue: Venue, year: int, number: int) -> list[list[Day]]:
    """The weeks of a month, whole ones, from Monday on."""
    weeks = almanac.Calendar().monthdatescalendar(year, number)
    days = _filled(venue, [day for week in weeks for day in week])
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def week(venue: Venue, on: date) -> list[Day]:
    monday = on - timedelta(days=on.weekday())
    return _filled(venue, [monday + timedelta(days=n) for n in range(7)])


def midnight(on: date, zone: str) -> datetime:
    """When a day begins there: the first moment of it, also where the clock skips midnight."""
    local = datetime.combine(on, time(), ZoneInfo(zone))
    return local.astimezone(UTC)


def _filled(venue: Venue, dates: Sequence[date]) -> list[Day]:
    zone = venue.timezone
    days = [Day(on, midnight(on, zone), midnight(on + timedelta(days=1), zone)) for on in dates]
    found = bookings.between(venue, days[0].starts_at, days[-1].ends_at)
    clashes = _clashes(found)
    for day in days:
        for booking in found:
            if pieces := _pieces(booking, day):
                day.entries.append(Entry(booking, pieces, clashes[booking.id]))
        day.hours = _hours(day, zone)
        _into_lanes(day)
    return days


def _clashes(found: Sequence[Booking]) -> dict[object, list[Booking]]:
    by_id: dict[object, list[Booking]] = {booking.id: [] for booking in found}
    spans = [(booking, *bookings.taken(booking)) for booking in found]
    for n, (one, first, last) in enumerate(spans):
        for other, begins, ends in spans[n + 1 :]:
            if begins >= last:
                break  # They are in order of when they begin.
            if ends > first:
                by_id[one.id].append(other)
                by_id[other.id].append(one)
    return by_id


def _pieces(booking: Booking, day: Day) -> list[Piece]:
    first, last = bookings.taken(booking)
    spans = (
        ("setup", first, booking.starts_at),
        ("event", booking.starts_at, booking.ends_at),
        ("teardown", booking.ends_at, last),
    )
    length = day.ends_at - day.starts_at
    pieces = []
    for kind, begins, ends in spans:
        starts_at, ends_at = max(begins, day.starts_at), min(ends, day.ends_at)
        if starts_at < ends_at:
            pieces.append(
                Piece(
                    kind,
                    begins,
                    ends,
                    begins >= day.starts_at,
                    ends <= day.ends_at,
                    100 * ((starts_at - day.starts_at) / length),
                    100 * ((ends_at - starts_at) / length),
                )
            )
    return pieces


def _hours(day: Day, zone: str) -> list[tuple[int, float]]:
    found, length = [], day.ends_at - day.starts_at
    for hour in range(0, 24, 3):
        # Compared in UTC: what the clock shows is not how far the day has come.
        at = datetime.combine(day.on, time(hour), ZoneInfo(zone)).astimezone(UTC)
        found.append((hour, max(0.0, 100 * ((at - day.starts_at) / length))))
    return found


def _into_lanes(day: Day) -> None:
    """Those that take the venue at the same time lie below each other."""
    ends: list[float] = []
    for entry in sorted(day.entries, key=lambda entry: entry.pieces[0].share_from):
        begins = entry.pieces[0].share_from
        lane = next((n for n, end in enumerate(ends) if end <= begins), len(ends))
        entry.lane = lane
        end = max(piece.share_from + piece.share for piece in entry.pieces)
        ends[lane : lane + 1] = [end]


# The feed


def feed(venue: Venue, *, base_domain: str, at: datetime) -> bytes:
    """The calendar as calendars subscribe to it: each booking, set-up and tear-down apart."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", venue.name)
    calendar.add("x-wr-calname", venue.name)
    calendar.add("x-wr-timezone", venue.timezone)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    found = bookings.between(venue, at - FEED_GOES_BACK, at + FEED_GOES_ON)
    for booking in found:
        for component in _components(booking, venue, base_domain, at):
            calendar.add_component(component)
    if found:
        calendar.add_missing_timezones(
            first_date=(found[0].starts_at - _RULES_AROUND).date(),
            last_date=(max(one.ends_at for one in found) + _RULES_AROUND).date(),
        )
    content: bytes = calendar.to_ical()
    return content


def renew_link(venue: Venue, *, at: datetime) -> None:
    """A new secret: whoever had the link before sees nothing any more."""
    venue.calendar_secret = secrets.token_urlsafe(24)
    words = _("Made a new link to the calendar of %(venue)s", venue=venue.name)
    audit.record("venue.calendar", venue, words, at=at)
    db.session.flush()


def opens(venue: Venue, secret: str) -> bool:
    return bool(secret) and secrets.compare_digest(secret.encode(), venue.calendar_secret.encode())


def _components(
    booking: Booking, venue: Venue, base_domain: str, at: datetime
) -> Iterator["Component"]:
    first, last = bookings.taken(booking)
    title = booking.title
    spans = [("", title, booking.starts_at, booking.ends_at)]
    if first < booking.starts_at:
        words = _("Set-up: %(title)s", title=title)
        spans.append(("-setup", words, first, booking.starts_at))
    if last > booking.ends_at:
        words = _("Tear-down: %(title)s", title=title)
        spans.append(("-teardown", words, booking.ends_at, last))
    for suffix, summary, begins, ends in spans:
        yield _component(
            f"booking-{booking.id}{suffix}@{base_domain}", summary, begins, ends, booking, venue, at
        )


def _component(
    uid: str,
    summary: str,
    begins: datetime,
    ends: datetime,
    booking: Booking,
    venue: Venue,
    at: datetime,
) -> "Component":
    from icalendar import Event

    zone = ZoneInfo(venue.timezone)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", begins.astimezone(zone))
    event.add("dtend", ends.astimezone(zone))
    event.add("summary", summary)
    event.add("status", "CONFIRMED" if booking.status == "confirmed" else "TENTATIVE")
    event.add("location", ", ".join(filter(None, [venue.name, *venue.address.splitlines()])))
    if booking.organizer:
        event.add("description", _("Organizer: %(name)s", name=booking.organizer))
    return event
