"""When people buy, and when things are."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from eventflow.demo import curve
from eventflow.demo.days import FRIDAY, Days

ZONE = "America/Puerto_Rico"
FIRST = datetime(2027, 3, 1, 14, 0, tzinfo=UTC)
LAST = FIRST + timedelta(days=20)


def test_as_many_moments_as_asked_for_in_order_and_within_bounds():
    found = curve.moments(Random(1), 500, FIRST, LAST, ZONE)

    assert len(found) == 500
    assert found == sorted(found)
    assert found[0] >= FIRST and found[-1] <= LAST


def test_people_buy_in_the_evening_of_their_own_clock_and_sleep_at_night():
    found = curve.moments(Random(1), 3000, FIRST, LAST, ZONE)

    hours = Counter(moment.astimezone(ZoneInfo(ZONE)).hour for moment in found)
    assert hours[21] > 4 * (hours[2] + hours[3] + hours[4])


def test_a_push_is_seen_on_its_day():
    calm = curve.moments(Random(1), 3000, FIRST, LAST, ZONE)
    pushed = curve.moments(Random(1), 3000, FIRST, LAST, ZONE, pushes={11: 3})

    day = (FIRST + timedelta(days=11)).astimezone(ZoneInfo(ZONE)).date()
    sold = [
        sum(m.astimezone(ZoneInfo(ZONE)).date() == day for m in found) for found in (calm, pushed)
    ]
    assert sold[1] > 2 * sold[0]


def test_the_same_seed_sells_at_the_same_moments():
    assert curve.moments(Random("a"), 50, FIRST, LAST, ZONE) == curve.moments(
        Random("a"), 50, FIRST, LAST, ZONE
    )


def test_the_next_friday_is_a_friday_on_that_clock_and_not_too_soon():
    # 04:00 UTC on a Thursday is still Wednesday evening in Puerto Rico.
    at = datetime(2027, 3, 4, 3, 0, tzinfo=UTC)

    for after in range(-20, 20):
        found = Days(at, ZONE).next(FRIDAY, after, "16:00").astimezone(ZoneInfo(ZONE))
        today = at.astimezone(ZoneInfo(ZONE)).date()
        assert found.weekday() == FRIDAY
        assert found.hour == 16
        assert 0 <= (found.date() - today).days - after < 7
