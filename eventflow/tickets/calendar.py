"""An event in the attendee's own calendar: a file for most, links for Google and Outlook.

The promise kept here is that it stays one entry: its UID never changes, and a later version,
with a higher sequence, replaces it or strikes it out.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//EventFlow//Tickets//EN"

# Links of more than some 2,000 characters are cut off on the way, so each text gets its room,
# counted as it is encoded: a letter of Japanese takes nine characters.
_TITLE_ROOM, _LOCATION_ROOM, _DETAILS_ROOM = 450, 350, 700

# A zone's rules are written out for these years around the event, so that the file stays small.
_RULES_AROUND = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar shall show. Instants are aware; `timezone` is the venue's, by IANA name."""

    uid: str
    """The same for the same event for ever, such as its id at the base domain."""
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str = ""
    description: str = ""
    """Plain text."""
    url: str = ""
    organizer_name: str = ""
    organizer_email: str = ""
    sequence: int = 0
    """Counted up whenever time, place or title change, and when the event is cancelled."""
    cancelled: bool = False


def event_ics(entry: CalendarEntry, *, at: datetime) -> bytes:
    """The file that Apple's and every other calendar opens; `at` is when it was made."""
    from icalendar import Calendar  # Large, and most processes never write an entry.

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # Not CANCEL: that speaks to people who were invited by mail. This one published an entry,
    # and publishes its end.
    calendar.add("method", "PUBLISH")
    event = _event(entry, at)
    calendar.add_component(event)
    calendar.add_missing_timezones(
        first_date=(entry.starts_at - _RULES_AROUND).date(),
        last_date=(entry.ends_at + _RULES_AROUND).date(),
    )
    for zone in calendar.timezones:
        zone.pop("comment", None)  # The library's remark on how long its rules hold.
    content: bytes = calendar.to_ical()
    return content


def google_url(entry: CalendarEntry) -> str:
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=_fitted(entry.title, _TITLE_ROOM),
        dates="/".join(f"{t.astimezone(UTC):%Y%m%dT%H%M%SZ}" for t in _span(entry)),
        ctz=entry.timezone,
        location=_fitted(entry.location, _LOCATION_ROOM),
        details=_details(entry),
    )


def outlook_url(entry: CalendarEntry) -> str:
    """For private accounts; those of a company open the file."""
    starts, ends = (f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for t in _span(entry))
    return _address(
        "https://outlook.live.com/calendar/0/deeplink/compose",
        path="/calendar/action/compose",
        rru="addevent",
        subject=_fitted(entry.title, _TITLE_ROOM),
        startdt=starts,
        enddt=ends,
        location=_fitted(entry.location, _LOCATION_ROOM),
        body=_details(entry),
    )


def _event(entry: CalendarEntry, at: datetime) -> "Event":
    from icalendar import Event, vCalAddress, vText

    starts, ends = _span(entry)
    zone = ZoneInfo(entry.timezone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", starts.astimezone(zone))
    event.add("dtend", ends.astimezone(zone))
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.cancelled else "OPAQUE")
    for name in ("location", "description", "url"):
        if value := getattr(entry, name):
            event.add(name, value)
    if entry.organizer_email:
        organizer = vCalAddress(f"mailto:{entry.organizer_email}")
        organizer.params["cn"] = vText(entry.organizer_name or entry.organizer_email)
        event.add("organizer", organizer)
    return event


def _span(entry: CalendarEntry) -> tuple[datetime, datetime]:
    for instant in (entry.starts_at, entry.ends_at):
        if instant.tzinfo is None:
            raise ValueError("an entry's times are aware")
    return entry.starts_at, entry.ends_at


def _details(entry: CalendarEntry) -> str:
    description = _fitted(entry.description, _DETAILS_ROOM)
    return "\n\n".join(part for part in (description, entry.url) if part)


def _fitted(text: str, room: int) -> str:
    """The text, or as much of its beginning as fits when encoded, with an ellipsis."""
    text = text.replace("\r\n", "\n")
    if len(quote(text)) <= room:
        return text
    taken, used = [], len(quote("…"))
    for letter in text:
        used += len(quote(letter))
        if used > room:
            break
        taken.append(letter)
    return "".join(taken).rstrip() + "…"


def _address(base: str, **parameters: str) -> str:
    # Spaces as %20: Outlook shows a plus sign as it stands.
    given = {name: value for name, value in parameters.items() if value}
    return f"{base}?{urlencode(given, quote_via=quote)}"
