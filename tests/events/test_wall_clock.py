"""Dates and times as people type them, on the clock where the event is."""

from datetime import UTC, datetime

import pytest

from eventflow.events import wall_clock

BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def _words(app):
    with app.test_request_context():
        yield


def test_what_is_typed_is_read_on_the_clock_there():
    at = wall_clock.read("2026-02-14T20:00", "America/New_York")

    assert at == datetime(2026, 2, 15, 1, 0, tzinfo=UTC)
    assert wall_clock.written(at, "America/New_York") == "2026-02-14T20:00"
    assert wall_clock.written(at, BERLIN) == "2026-02-15T02:00"


def test_nothing_typed_is_no_moment():
    assert wall_clock.read("  ", BERLIN) is None
    assert wall_clock.written(None, BERLIN) == wall_clock.turn(None, BERLIN) == ""


@pytest.mark.parametrize(
    ("typed", "zone", "instead"),
    [
        ("2026-03-29T02:30", BERLIN, "03:30 CEST"),
        ("2026-03-08T02:00", "America/New_York", "03:00 EDT"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "02:45 UTC+11"),
    ],
)
def test_a_time_that_the_clock_skips_is_refused_with_the_one_that_comes(typed, zone, instead):
    with pytest.raises(wall_clock.UnclearTime, match="does not come") as refusal:
        wall_clock.read(typed, zone)

    assert f"Did you mean {instead}?" in str(refusal.value)
    assert wall_clock.turns(typed, zone) == []


def test_a_time_that_comes_twice_is_asked_about():
    with pytest.raises(wall_clock.ComesTwice, match="02:30 comes twice"):
        wall_clock.read("2026-10-25T02:30", BERLIN)

    assert wall_clock.turns("2026-10-25T02:30", BERLIN) == [
        ("0", "Sun 25 Oct 2026, 02:30 CEST"),
        ("1", "Sun 25 Oct 2026, 02:30 CET"),
    ]


@pytest.mark.parametrize(("turn", "hour"), [("0", 0), ("1", 1)])
def test_the_answer_is_kept_apart(turn, hour):
    at = wall_clock.read("2026-10-25T02:30", BERLIN, turn)

    assert at == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert wall_clock.written(at, BERLIN) == "2026-10-25T02:30"
    assert wall_clock.turn(at, BERLIN) == turn


def test_a_clear_time_needs_no_answer_and_takes_none_amiss():
    at = wall_clock.read("2026-10-25T12:00", BERLIN, "1")

    assert at == datetime(2026, 10, 25, 11, 0, tzinfo=UTC)
    assert wall_clock.turn(at, BERLIN) == ""


@pytest.mark.parametrize(
    "typed", ["soon", "2026-13-01T10:00", "20:00", "2026-10-25T12:00+02:00", "2026-10-25T25:00"]
)
def test_what_is_no_time_is_refused_with_an_example(typed):
    with pytest.raises(wall_clock.UnclearTime, match="Write it like"):
        wall_clock.read(typed, BERLIN)


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "1999-12-31T23:00", "9999-12-31T23:59"])
def test_no_year_is_too_far_for_a_calendar(typed):
    with pytest.raises(wall_clock.UnclearTime, match="2000 to 2199"):
        wall_clock.read(typed, BERLIN)
