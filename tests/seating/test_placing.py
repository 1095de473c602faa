"""The venue and its map, chosen in the wizard where one says when and where."""

import re
from datetime import UTC, datetime

import pytest

from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.seating import bookings, pricing, venues
from tests import factories
from tests.seating.houses import make_venue
from tests.seating.theatres import a_drawing, a_row, make_map

STEP = "/manage/events/winter-gala/edit/2"
WHEN = {
    "timezone": "Europe/Paris",
    "starts_at": "2027-07-01T20:00",
    "ends_at": "2027-07-01T23:00",
    "format": "in_person",
    "venue_name": "Typed by hand",
}


@pytest.fixture
def house(at_riverside, console):
    factories.make_event(tiers=[], publish=False)
    return make_venue()


@pytest.fixture
def map_id(house):
    with transaction():
        seat_map = make_map(a_drawing(a_row("A", 6)))
        seat_map.venue_id = house.id
        return seat_map.id


def save(console, **typed):
    version = re.search(r'name="version" value="([^"]*)"', console.get(STEP).text)[1]
    answer = console.post(STEP, data=WHEN | {"version": version} | typed)
    db.session.rollback()
    db.session.expire_all()
    return answer


def gala():
    return drafting.find("winter-gala")


def taken(house, day: int = 1) -> None:
    starts_at = datetime(2027, 7, day, 18, tzinfo=UTC)
    with transaction():
        wedding = bookings.Facts("A wedding", starts_at, starts_at.replace(hour=23))
        bookings.book(house, wedding, at=now())


def test_without_a_venue_the_place_is_what_is_written(console, at_riverside):
    factories.make_event(tiers=[], publish=False)

    page = console.get(STEP).text
    assert 'name="house"' not in page
    assert save(console).status_code == 303
    assert gala().venue_name == "Typed by hand"


def test_an_event_goes_into_a_venue_on_its_map_and_its_clock(console, house, map_id):
    page = console.get(STEP).text
    assert '<optgroup label="The Playhouse (its clock: Europe/Lisbon)">' in page

    answer = save(console, house=f"playhouse/{map_id}")
    assert answer.status_code == 303
    there = console.get(answer.location).text
    assert "by the clock of its venue now, Europe/Lisbon: Thu 1 Jul 2027, 20:00–23:00" in there

    event = gala()
    assert (event.venue_name, event.timezone) == ("The Playhouse", "Europe/Lisbon")
    assert event.starts_at == datetime(2027, 7, 1, 19, tzinfo=UTC)  # 20:00 in Lisbon
    assert bookings.of_event(event).venue_id == house.id
    assert pricing.find(event).seat_map_id == map_id
    assert '<optgroup label="The Playhouse">' in console.get(STEP).text
    chosen = rf'<option value="playhouse/{map_id}" selected>'
    assert re.search(chosen, console.get(STEP).text)


def test_without_times_no_clock_has_anything_to_say(console, house, map_id):
    save(console, house="playhouse")
    with transaction():
        venues.find("playhouse").timezone = "Asia/Tokyo"

    answer = save(console, house=f"playhouse/{map_id}", starts_at="", ends_at="")

    assert answer.status_code == 303
    assert gala().timezone == "Asia/Tokyo"
    assert "clock of its venue" not in console.get(answer.location).text


def test_nothing_is_said_of_a_clock_that_somebody_chose(console, house):
    answer = save(console, house="playhouse", timezone="Europe/Lisbon")

    assert "clock of its venue" not in console.get(answer.location).text


def test_what_was_chosen_stays_where_a_form_says_nothing_of_it(console, house, map_id):
    save(console, house="playhouse")
    assert save(console, venue_name="The Playhouse").status_code == 303

    assert bookings.of_event(gala()).venue_id == house.id


def test_an_event_leaves_its_venue(console, house):
    save(console, house="playhouse")
    assert save(console, house="").status_code == 303

    assert bookings.of_event(gala()) is None
    assert gala().venue_name == "Typed by hand"


def test_a_clash_is_said_and_what_was_typed_stays(console, house, map_id):
    taken(house)

    answer = save(console, house=f"playhouse/{map_id}", venue_address="Behind the quay")

    assert answer.status_code == 409
    assert "The Playhouse is taken then: A wedding" in answer.text
    assert "despite_clash" in answer.text
    assert "Behind the quay" in answer.text
    assert 'value="2027-07-01T20:00"' in answer.text
    assert f'<option value="playhouse/{map_id}" selected>' in answer.text
    assert bookings.of_event(gala()) is None
    assert pricing.of(gala().id) is None

    confirmed = save(console, house=f"playhouse/{map_id}", despite_clash="1")
    assert confirmed.status_code == 303
    assert bookings.of_event(gala()).clash_confirmed_at is not None


@pytest.mark.parametrize("house_typed", ["nowhere", "playhouse/x", "playhouse/" + "0" * 32])
def test_a_venue_that_there_is_not_is_refused(console, house, house_typed):
    answer = save(console, house=house_typed)

    assert answer.status_code == 422
    assert "Choose one of your venues, or none." in answer.text


def test_a_seated_event_keeps_its_map(console, house, map_id):
    save(console, house=f"playhouse/{map_id}")
    with transaction():
        other = make_map(a_drawing(a_row("A", 4)), "Other")
        other.venue_id = house.id
        other_id = other.id

    answer = save(console, house=f"playhouse/{other_id}")

    assert answer.status_code == 422
    assert "seated on another map already" in answer.text


def test_without_times_it_is_said_what_comes_first(console, house):
    answer = save(console, house="playhouse", starts_at="", ends_at="")

    assert answer.status_code == 422
    assert "Say first when the event starts and ends." in answer.text
