"""A venue is not taken twice unawares: bookings, clashes, events that keep to their venue."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from eventflow.accounts.actors import Actor, acting_as
from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.events import drafting, publishing
from eventflow.seating import bookings
from eventflow.seating.bookings import Facts, VenueTaken
from eventflow.seating.models import Booking, Venue
from eventflow.tenancy import acting_for
from tests import factories
from tests.seating.houses import make_venue

EIGHT = datetime(2027, 5, 1, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def house(at_riverside) -> Venue:
    return make_venue()


def facts(start=EIGHT, hours=3, **more) -> Facts:
    more.setdefault("title", "A wedding")
    return Facts(starts_at=start, ends_at=start + hours * HOUR, **more)


def book(house, *args, despite_clash=False, **more) -> Booking:
    with transaction():
        return bookings.book(house, facts(*args, **more), despite_clash=despite_clash, at=now())


def test_who_comes_second_is_told_who_is_there(house):
    book(house, organizer="The Joneses")

    with pytest.raises(VenueTaken) as refusal:
        book(house, EIGHT + HOUR, title="A lecture")

    assert "A wedding" in refusal.value.message
    assert [one.title for one in refusal.value.clashes] == ["A wedding"]


def test_one_may_begin_when_the_other_is_cleared_away(house):
    book(house, teardown_minutes=60)

    with pytest.raises(VenueTaken):
        book(house, EIGHT + 4 * HOUR, setup_minutes=1)
    book(house, EIGHT + 4 * HOUR)

    assert db.session.query(Booking).count() == 2


def test_a_clash_that_somebody_confirms_is_kept_with_their_name(olivia, house):
    book(house)

    with acting_as(Actor("user", olivia.id, "Olivia")):
        second = book(house, title="A lecture", despite_clash=True)

    assert (second.clash_confirmed_by, bookings.name_of(olivia.id)) == (olivia.id, "Olivia")
    assert second.clash_confirmed_at is not None
    said = set(db.session.scalars(select(AuditEntry.words)))
    assert "Let A lecture clash with A wedding" in said


def test_what_was_called_off_is_in_nobodys_way(house):
    first = book(house)
    with transaction():
        bookings.cancel(first, at=now())
    book(house, title="A lecture")

    with pytest.raises(VenueTaken), transaction():
        bookings.change(first, facts(), at=now())


def test_two_who_book_in_the_same_moment_see_each_other(app, house, riverside):
    outcomes, start, venue_id = [], Barrier(6), house.id
    db.session.rollback()

    def one(number):
        with app.app_context(), acting_for(riverside.id):
            venue = db.session.get_one(Venue, venue_id)
            start.wait()
            try:
                with transaction():
                    bookings.book(venue, facts(title=f"Number {number}"), at=now())
                outcomes.append("booked")
            except VenueTaken:
                outcomes.append("taken")

    threads = [Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["booked"] + ["taken"] * 5


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"hours": 0}, "ends_at"),
        ({"setup_minutes": -1}, "setup_minutes"),
        ({"teardown_minutes": 99_999}, "teardown_minutes"),
        ({"status": "maybe"}, "status"),
    ],
)
def test_what_is_no_booking_is_refused(house, wrong, field):
    with pytest.raises(Invalid) as refusal:
        book(house, **wrong)
    assert list(refusal.value.fields) == [field]


# Events


def hold_at(event, house, **more):
    with transaction():
        return bookings.hold_at(
            event, house, setup_minutes=90, teardown_minutes=30, at=now(), **more
        )


def gala_at(start=EIGHT, **more):
    return factories.make_event(starts_at=start, ends_at=start + 3 * HOUR, **more)


def test_an_event_says_what_its_venue_says(house):
    event = gala_at()
    booking = hold_at(event, house)

    assert (event.venue_name, event.venue_address) == ("The Playhouse", "1 Quay\nLisbon")
    assert event.timezone == "Europe/Lisbon"
    assert event.map_url.startswith("https://www.openstreetmap.org/?mlat=38.7")
    assert bookings.taken(booking) == (EIGHT - 90 * HOUR / 60, EIGHT + 3.5 * HOUR)


def test_a_booking_follows_its_event_and_refuses_what_the_venue_has_no_room_for(house):
    event = gala_at()
    booking = hold_at(event, house)
    book(house, EIGHT + timedelta(days=2))

    with transaction():
        later = {"starts_at": EIGHT + timedelta(days=1), "ends_at": EIGHT + timedelta(days=1.1)}
        drafting.change(event, later, at=now())
    assert booking.starts_at == EIGHT + timedelta(days=1)

    with pytest.raises(VenueTaken), transaction():
        clashing = {"starts_at": EIGHT + timedelta(days=2), "ends_at": EIGHT + timedelta(days=2.1)}
        drafting.change(event, clashing, at=now())
    db.session.expire_all()
    assert booking.starts_at == event.starts_at == EIGHT + timedelta(days=1)

    with transaction():
        drafting.change(event, clashing, despite_clash=True, at=now())
    assert booking.clash_confirmed_at is not None


def test_a_cancelled_event_frees_its_venue(house):
    event = gala_at()
    booking = hold_at(event, house)
    with transaction():
        publishing.cancel(event, at=now())

    assert booking.status == "cancelled"
    book(house)


def test_going_on_sale_confirms_the_booking_and_keeps_what_was_confirmed(house):
    book(house)
    event = gala_at(publish=False)
    booking = hold_at(event, house, despite_clash=True)
    assert booking.status == "requested"

    with transaction():
        publishing.publish(event, at=now())

    assert booking.status == "confirmed"
    assert booking.clash_confirmed_at is not None


def test_a_clash_that_nobody_has_seen_is_not_put_on_sale(house):
    event = gala_at(publish=False)
    hold_at(event, house)
    stray = Booking(
        venue_id=house.id, title="From elsewhere", starts_at=EIGHT, ends_at=EIGHT + HOUR
    )
    with transaction():
        db.session.add(stray)

    with pytest.raises(Invalid) as refusal, transaction():
        publishing.publish(event, at=now())
    assert "From elsewhere" in refusal.value.fields["clash"]


def test_an_event_that_leaves_frees_its_venue(house):
    event = gala_at()
    hold_at(event, house)
    with pytest.raises(VenueTaken):
        book(house)

    with transaction():
        bookings.leave(event, at=now())

    assert bookings.of_event(event) is None
    assert book(house) in bookings.between(house, EIGHT, EIGHT + HOUR)
