"""The calendar of a venue: on its own clock, for those who may see it, and as a feed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import icalendar
import pytest

from eventflow.db import db, now, transaction
from eventflow.seating import bookings, calendar
from eventflow.seating.models import Booking, Venue
from tests import factories
from tests.people import browser_at
from tests.seating.houses import make_venue

HOUR = timedelta(hours=1)
HERE = "/manage/venues/playhouse"
FORM = {
    "title": "A wedding",
    "organizer": "The Joneses",
    "status": "confirmed",
    "notes": "",
    "starts_at": "2027-05-01T19:00",
    "ends_at": "2027-05-01T22:00",
    "setup_minutes": "120",
    "teardown_minutes": "60",
}


@pytest.fixture
def house(at_riverside) -> Venue:
    return make_venue()


def book(house, starts_at, hours, **more) -> Booking:
    with transaction():
        ends_at = starts_at + hours * HOUR
        facts = bookings.Facts("Concert", starts_at, ends_at, **more)
        return bookings.book(house, facts, at=now())


def test_set_up_the_event_and_tear_down_stand_apart_on_the_days_they_fall_on(house):
    start = datetime(2027, 5, 1, 19, tzinfo=UTC)  # 20:00 in Lisbon
    book(house, start, 3, setup_minutes=24 * 60, teardown_minutes=120)

    days = {day.on: day for day in calendar.week(house, date(2027, 5, 1))}

    kinds = {on: [p.kind for e in day.entries for p in e.pieces] for on, day in days.items()}
    assert kinds[date(2027, 4, 30)] == ["setup"]
    assert kinds[date(2027, 5, 1)] == ["setup", "event", "teardown"]
    assert kinds[date(2027, 5, 2)] == ["teardown"]
    assert not days[date(2027, 4, 30)].entries[0].is_main


@pytest.mark.parametrize(("on", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25)])
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(house, on, hours):
    day = next(day for day in calendar.week(house, on) if day.on == on)

    assert day.length == hours
    at_noon = dict(day.hours)[12]
    assert round(at_noon, 3) == round(100 * (hours - 12) / hours, 3)


def test_a_zone_without_midnight_has_its_days_all_the_same(at_riverside):
    house = make_venue("cairo", timezone="Africa/Cairo")
    days = calendar.week(house, date(2027, 4, 30))  # the clocks skip midnight

    assert all(a.ends_at == b.starts_at for a, b in pairwise(days))
    assert sum((day.ends_at - day.starts_at for day in days), timedelta()) == timedelta(hours=167)


def test_a_month_is_whole_weeks(house):
    weeks = calendar.month(house, 2027, 5)
    assert {len(days) for days in weeks} == {7}
    assert weeks[0][0].on == date(2027, 4, 26)


def test_booked_in_the_console_and_shown_in_month_and_week(console, house):
    answer = console.post(f"{HERE}/bookings", data=FORM)
    assert answer.headers["Location"] == f"{HERE}/calendar?on=2027-05-01"

    for view in ("month", "week"):
        page = console.get(f"{HERE}/calendar?view={view}&on=2027-05-01").text
        assert "A wedding" in page
        assert "Set-up" in page
        assert "Tear-down" in page


def test_a_clash_is_asked_about_with_all_that_was_typed(console, house):
    console.post(f"{HERE}/bookings", data=FORM)
    second = FORM | {"title": "A lecture", "notes": "Bring chalk"}

    answer = console.post(f"{HERE}/bookings", data=second)

    assert answer.status_code == 409
    for words in ("A wedding", "Bring chalk", "despite_clash"):
        assert words in answer.text
    assert console.post(f"{HERE}/bookings", data=second | {"despite_clash": "1"}).status_code == 303
    assert "Clash confirmed by Olivia" in console.get(f"{HERE}/calendar?on=2027-05-01").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": ""},
        {"starts_at": "tomorrow"},
        {"starts_at": "2027-03-28T01:30"},  # skipped that night
        {"ends_at": "2027-05-01T18:00"},
        {"setup_minutes": "an hour"},
        {"teardown_minutes": "²"},
        {"status": "cancelled"},
        {"title": ""},
    ],
)
def test_a_form_that_means_nothing_comes_back(console, house, wrong):
    answer = console.post(f"{HERE}/bookings", data=FORM | wrong)
    assert answer.status_code == 422
    assert "The Joneses" in answer.text
    assert db.session.query(Booking).count() == 0


@pytest.mark.parametrize("on", ["", "2027-13-40", "0001-01-01", "9999-12-31", "x" * 500, "²027-01"])
@pytest.mark.parametrize("view", ["month", "week", "no such view"])
def test_any_day_asked_for_shows_a_page(console, house, on, view):
    assert console.get(f"{HERE}/calendar", query_string={"on": on, "view": view}).status_code == 200


def test_staff_look_and_do_not_book(app, riverside, house, sam):
    staff = browser_at(app, riverside, sam)
    assert staff.get(f"{HERE}/calendar").status_code == 200
    assert staff.post(f"{HERE}/bookings", data=FORM).status_code == 403


def test_an_event_is_put_into_a_venue_and_asked_about_clashes(console, house, gala):
    here = "/manage/events/winter-gala/venue"
    answer = console.post(here, data={"venue": "playhouse", "setup_minutes": ""})
    assert answer.status_code == 303
    page = console.get(here).text
    assert "in the calendar of The Playhouse" in page
    assert "by the clock of its venue now, Europe/Lisbon" in page

    start = gala.starts_at
    other = {"starts_at": "2027-07-01T20:00", "ends_at": "2027-07-01T23:00"}
    console.post(f"{HERE}/bookings", data=FORM | other)
    edit = console.get("/manage/events/winter-gala/edit/2").text
    version = edit.partition('name="version" value="')[2].partition('"')[0]
    moved = {"version": version, "timezone": "Europe/Lisbon", "format": "in_person"} | other
    moved["venue_name"] = "The Playhouse"
    answer = console.post("/manage/events/winter-gala/edit/2", data=moved)
    assert answer.status_code == 409
    assert "despite_clash" in answer.text
    db.session.expire_all()
    assert gala.starts_at == start

    answer = console.post("/manage/events/winter-gala/edit/2", data=moved | {"despite_clash": "1"})
    assert answer.status_code == 303


def test_another_venue_for_what_is_sold_is_asked_about_first(console, riverside, house, gala):
    here = "/manage/events/winter-gala/venue"
    factories.pay(factories.order(riverside, gala, 1))

    answer = console.post(here, data={"venue": "playhouse"})

    assert answer.status_code == 422
    assert "One ticket is sold for when and where it was." in answer.text
    assert "despite_sold" in answer.text
    db.session.expire_all()
    assert gala.venue_name == "Riverside Hall"

    assert console.post(here, data={"venue": "playhouse", "despite_sold": "1"}).status_code == 303
    db.session.expire_all()
    assert gala.venue_name == "The Playhouse"


def test_the_feed_opens_with_its_secret_alone(console, storefront, house):
    start = datetime(2027, 5, 1, 19, tzinfo=UTC)
    book(house, start, 3, setup_minutes=60, status="requested")

    assert storefront.get("/venues/playhouse/calendar.ics").status_code == 404
    assert storefront.get("/venues/playhouse/calendar.ics?secret=wröng").status_code == 404
    answer = storefront.get("/venues/playhouse/calendar.ics?secret=between-us")
    assert answer.content_type == "text/calendar; charset=utf-8"
    parts = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert [str(part["summary"]) for part in parts] == ["Concert", "Set-up: Concert"]
    assert parts[0].decoded("dtstart") == start
    assert str(parts[0]["status"]) == "TENTATIVE"
    assert len({str(part["uid"]) for part in parts}) == 2

    console.post(f"{HERE}/calendar/link")
    assert storefront.get("/venues/playhouse/calendar.ics?secret=between-us").status_code == 404
