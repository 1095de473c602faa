"""The venue and its map, chosen in the wizard where one says when and where."""

import re
from datetime import UTC, datetime

import pytest

from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.seating import bookings, pricing, venues
from tests import factories
from tests.events.papers import Paper
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


def taken(house, title: str = "A wedding", hour: int = 18) -> None:
    starts_at = datetime(2027, 7, 1, hour, tzinfo=UTC)
    with transaction():
        facts = bookings.Facts(title, starts_at, starts_at.replace(hour=23))
        bookings.book(house, facts, despite_clash=True, at=now())


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


def test_all_clashes_are_named_before_one_says_that_they_are_known(console, house):
    taken(house)
    taken(house, "A rehearsal", 19)

    page = save(console, house="playhouse").text

    assert "is taken then: A wedding, Thu 1 Jul 2027, 19:00" in page
    assert "; A rehearsal, Thu 1 Jul 2027, 20:00" in page
    assert "more. Set-up" not in page


def test_of_many_clashes_five_are_named_and_the_others_counted(console, house):
    for number in range(8):
        taken(house, f"Rehearsal {number}", 10 + number)

    page = save(console, house="playhouse").text

    assert [number for number in range(8) if f"Rehearsal {number}," in page] == [0, 1, 2, 3, 4]
    assert "; and 3 more. Set-up and tear-down are not counted in this." in page


def test_what_is_chosen_names_the_venue_and_the_map(console, house, map_id):
    page = console.get(STEP).text

    assert re.search(rf'"playhouse/{map_id}"[^>]*>The Playhouse: seats of Theatre</option>', page)
    assert re.search(r'"playhouse"[^>]*>The Playhouse: no numbered seats</option>', page)


# The step of tickets, of an event with seats


@pytest.fixture
def tickets(console, house, map_id):
    """The address of the step; the seats have no price yet."""
    return save(console, house=f"playhouse/{map_id}").location


def test_the_step_of_tickets_asks_what_the_seats_cost(console, tickets):
    page = console.get(tickets).text
    assert "6 seats in one category." in page
    assert "6 seats have no price yet" in page
    assert 'name="tier_c1"' in page
    form = Paper(page)
    assert "tier" not in form.fields  # No empty tier beside them.

    answer = form.fill(price_c1="25").press(console, "make", "")

    assert (answer.status_code, answer.location) == (303, f"{tickets}#prices")
    page = console.get(tickets).text
    assert "The prices are kept." in page.partition('id="prices"')[2].partition("</section>")[0]
    assert "Every seat has a price" in page
    tier = gala().tiers[0]
    assert (tier.name, tier.price, tier.stock.capacity) == ("Stalls", 2500, 6)
    assert re.search(rf'<input[^>]*name="tier-{tier.id}-quantity"[^>]*readonly', page)
    assert Paper(page).press(console).location.endswith("/edit/4")


def test_a_price_that_cannot_be_read_comes_back_in_the_wizard(console, tickets):
    answer = Paper(console.get(tickets).text).fill(price_c1="cheap").press(console)

    assert answer.status_code == 422
    assert 'value="cheap"' in answer.text
    assert 'href="#field-price_c1"' in answer.text
    assert 'id="wizard"' in answer.text
    assert gala().tiers == []


@pytest.mark.parametrize("button", [("go", "next"), ("go", "close"), ("make", ""), ("make", "c1")])
def test_whichever_button_keeps_all_that_the_step_of_tickets_says(console, tickets, button):
    form = Paper(console.get(tickets).text).fill(price_c1="25", capacity="900", fee_mode="absorbed")

    answer = form.press(console, *button)

    assert answer.status_code == 303
    event = gala()
    assert [(tier.name, tier.price) for tier in event.tiers] == [("Stalls", 2500)]
    assert (event.capacity_stock.capacity, event.fee_mode) == (900, "absorbed")
    assert pricing.unpriced(event) == 0


def test_what_is_wrong_elsewhere_leaves_the_price_of_a_seat_as_it_was_typed(console, tickets):
    form = Paper(console.get(tickets).text).fill(price_c1="25", capacity="many")

    answer = form.press(console)

    assert answer.status_code == 422
    assert Paper(answer.text).fields["price_c1"] == "25"
    assert gala().tiers == []


def test_seats_without_a_price_are_missing_at_the_step_of_tickets(console, tickets, monkeypatch):
    monkeypatch.setattr(pricing, "unpriced", lambda event: 1200)

    page = console.get(tickets.replace("/edit/3", "/edit/4")).text

    assert '<a href="/manage/events/winter-gala/edit/3#prices">1,200 seats have no price' in page


def test_an_event_without_seats_is_asked_for_tiers_alone(console, house):
    page = console.get(save(console, house="playhouse").location).text

    assert "tier_c1" not in page
    assert "tier" in Paper(page).fields


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


def test_a_tier_that_seats_are_sold_as_is_not_removed_from_under_them(console, tickets):
    Paper(console.get(tickets).text).fill(price_c1="25").press(console, "make", "")
    key = gala().tiers[0].id
    form = Paper(Paper(console.get(tickets).text).press(console, "do", f"remove:{key}").text)

    answer = form.press(console)

    assert 400 <= answer.status_code < 500
    assert "Stalls is what seats are sold as. Sell them as something else first." in answer.text
    assert [tier.name for tier in gala().tiers] == ["Stalls"]
