from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from eventflow.tickets.calendar import CalendarEntry, event_ics, google_url, outlook_url

MADE_AT = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)

# The night on which Berlin's clocks go back, at 3:00 summer time.
GALA = CalendarEntry(
    uid="01980000-0000-7abc-8def-0123456789ab@eventflow.example",
    title="Winter Gala; dinner, dance & more",
    starts_at=datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
    ends_at=datetime(2026, 10, 25, 2, 0, tzinfo=UTC),
    timezone="Europe/Berlin",
    location="Riverside Hall, Kai 1\nBerlin",
    description="Doors at 21:30.\nBring a coat.",
    url="https://riverside.eventflow.example/events/winter-gala",
    organizer_name="Riverside Hall",
    organizer_email="olivia@riverside.example",
)


def read_back(entry, at=MADE_AT):
    calendar = Calendar.from_ical(event_ics(entry, at=at))
    [event] = calendar.events
    return calendar, event


def test_the_file_says_what_when_and_where():
    calendar, event = read_back(GALA)

    assert calendar["method"] == "PUBLISH"
    assert event["uid"] == GALA.uid
    assert event["summary"] == GALA.title
    assert event["location"] == GALA.location
    assert event["description"] == GALA.description
    assert event["url"] == GALA.url
    assert event["organizer"] == "mailto:olivia@riverside.example"
    assert event["organizer"].params["cn"] == "Riverside Hall"
    assert event["status"] == "CONFIRMED"
    assert event.decoded("dtstamp") == MADE_AT
    assert event.errors == calendar.errors == []


def test_nothing_in_it_speaks_of_how_it_was_made():
    assert b"COMMENT" not in event_ics(GALA, at=MADE_AT)


def test_times_are_those_of_the_venue_across_the_change_of_clocks():
    _, event = read_back(GALA)

    starts, ends = event.decoded("dtstart"), event.decoded("dtend")
    assert (starts.hour, starts.utcoffset()) == (22, timedelta(hours=2))
    assert (ends.hour, ends.utcoffset()) == (3, timedelta(hours=1))
    assert (starts.astimezone(UTC), ends.astimezone(UTC)) == (
        GALA.starts_at,
        GALA.ends_at,
    )
    assert event["dtstart"].params["tzid"] == "Europe/Berlin"


def test_the_file_brings_the_rules_of_its_zone():
    calendar, _ = read_back(GALA)

    [zone] = calendar.timezones
    rules = zone.to_tz()
    for instant, hours in [(GALA.starts_at, 2), (GALA.ends_at, 1)]:
        local = instant.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=rules)
        assert local.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
def test_every_zone_comes_back_as_the_same_instant(zone):
    _, event = read_back(replace(GALA, timezone=zone))

    assert event.decoded("dtstart").astimezone(UTC) == GALA.starts_at
    assert event.decoded("dtend").astimezone(UTC) == GALA.ends_at


def test_a_cancelled_event_strikes_out_the_same_entry():
    _, before = read_back(GALA)
    _, after = read_back(replace(GALA, sequence=1, cancelled=True))

    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"
    assert after["transp"] == "TRANSPARENT"


def test_what_is_unknown_is_left_out():
    bare = replace(GALA, location="", description="", url="", organizer_email="")

    _, event = read_back(bare)

    assert not {"LOCATION", "DESCRIPTION", "URL", "ORGANIZER"} & set(event)


def test_the_same_entry_gives_the_same_file():
    assert event_ics(GALA, at=MADE_AT) == event_ics(GALA, at=MADE_AT)


def test_lines_are_short_and_end_as_the_standard_says():
    content = event_ics(replace(GALA, title="Ünïcödé 夜の音楽会 " * 20), at=MADE_AT)

    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert not any(b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 75


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "location",
        "description",
        "url",
        "organizer_name",
        "organizer_email",
        "uid",
    ],
)
def test_no_text_breaks_out_of_its_field(field):
    sly = "a\r\nATTENDEE:mailto:x@example.com\nEND:VEVENT\rX-SLY:1"

    try:
        content = event_ics(replace(GALA, **{field: sly}), at=MADE_AT)
    except ValueError:
        return
    assert b"\r" not in content.replace(b"\r\n", b"")
    [event] = Calendar.from_ical(content).events
    assert not {"ATTENDEE", "X-SLY"} & set(event)
    assert event["status"] == "CONFIRMED"


def test_times_without_a_zone_are_refused():
    naive = GALA.starts_at.replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        event_ics(replace(GALA, ends_at=naive), at=MADE_AT)
    with pytest.raises(ValueError, match="aware"):
        google_url(replace(GALA, starts_at=naive))


def parameters(url):
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_link_for_google_carries_the_event():
    url = google_url(GALA)

    assert url.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    given = parameters(url)
    assert given["text"] == GALA.title
    assert given["dates"] == "20261024T200000Z/20261025T020000Z"
    assert given["ctz"] == "Europe/Berlin"
    assert given["location"] == GALA.location
    assert given["details"] == f"{GALA.description}\n\n{GALA.url}"


def test_the_link_for_outlook_carries_the_event():
    url = outlook_url(GALA)

    assert url.startswith("https://outlook.live.com/calendar/0/deeplink/compose?")
    given = parameters(url)
    assert (given["path"], given["rru"]) == ("/calendar/action/compose", "addevent")
    assert given["subject"] == GALA.title
    assert given["startdt"] == "2026-10-24T20:00:00Z"
    assert given["enddt"] == "2026-10-25T02:00:00Z"
    assert given["body"].endswith(GALA.url)
    assert "+" not in urlsplit(url).query


@pytest.mark.parametrize("link", [google_url, outlook_url])
def test_a_link_stays_short_enough_and_keeps_the_address_of_the_event(link):
    long = replace(GALA, title="夜の音楽会" * 60, description="🎭 " * 5000, location="Straße " * 99)

    url = link(long)

    assert len(url) < 2_000
    given = parameters(url)
    assert (given.get("details") or given.get("body")).endswith(f"…\n\n{GALA.url}")
