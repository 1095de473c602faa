"""The button that holds the best seats there are, as a buyer's browser presses it."""

import pytest

from eventflow.sales import seat_plans
from eventflow.seating import states
from tests.sales.test_pages_seats import BY_SCRIPT, held_seats, live_holds, others_take, post
from tests.seating import halls
from tests.seating.theatres import make_seated


@pytest.fixture
def play(at_riverside):
    """Three rows of eight; from the middle of the first one sees half of the stage."""
    drawing = halls.room()
    for place in drawing["sections"][0]["rows"][0]["seats"][2:6]:
        place["note"] = "Restricted view: a pillar."
    event = make_seated(drawing, {"stalls": 0}, most_seats=20)
    states.clear()
    seat_plans.clear()
    return event


def test_nobody_is_given_a_view_to_be_warned_of_while_there_is_a_clear_one(storefront, play):
    answer = post(storefront, play, "seats/best", BY_SCRIPT, best="4")

    [hold] = live_holds()
    assert held_seats(hold.id) == ["Stalls B3", "Stalls B4", "Stalls B5", "Stalls B6"]
    assert "pillar" not in answer.text


def test_a_view_to_be_warned_of_is_said_at_once(storefront, play):
    for row in (range(8, 16), range(16, 24)):
        others_take(play, *row)

    answer = post(storefront, play, "seats/best", BY_SCRIPT, best="4")

    assert "All side by side. Restricted view: a pillar.</p>" in answer.text


def test_who_looks_again_holds_what_is_found_in_place_of_what_was_chosen(storefront, play):
    post(storefront, play, "seats/best", BY_SCRIPT, best="2")
    assert held_seats(live_holds()[0].id) == ["Stalls A7", "Stalls A8"]

    answer = post(storefront, play, "seats/best", BY_SCRIPT, best="3", seat=["k1", "k7", "k8"])

    [hold] = live_holds()
    assert len(held_seats(hold.id)) == 3
    assert "They take the place of Stalls A1" in answer.text
