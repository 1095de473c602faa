"""Chairs by columns: what is written says everything that was there."""

import re

from hypothesis import given
from hypothesis import strategies as st

from eventflow.sales.section_columns import bends, counted_up

LABELS = st.one_of(
    st.text(max_size=4),
    st.integers(0, 10**10).map(str),
    st.tuples(st.sampled_from(["k", "A", "A0", "1-", "-"]), st.integers(0, 120)).map(
        lambda parts: f"{parts[0]}{parts[1]}"
    ),
)


def read_runs(runs: list[list]) -> list[str]:
    """As static/js/section-drawing.js reads them."""
    texts = []
    for first, many, step in ([*run, 1, 1][:3] if len(run) < 3 else run for run in runs):
        texts.append(first)
        if many > 1:
            word, number = re.fullmatch(r"(.*?)(0|[1-9][0-9]{0,8})", first, re.DOTALL).groups()
            texts += [f"{word}{int(number) + n * step}" for n in range(1, many)]
    return texts


def read_bends(bent: list[int]) -> list[int]:
    places, place, way = [], 0, 0
    for n, bend in enumerate(bent):
        way = way + bend if n > 1 else bend
        place += way
        places.append(place)
    return places


def test_what_counts_up_is_said_once():
    assert counted_up(["k1", "k2", "k3"]) == [["k1", 3]]
    assert counted_up(["1", "3", "5", "6"]) == [["1", 3, 2], ["6"]]
    assert counted_up(["12", "11", "10", "9"]) == [["12", 4, -1]]
    assert counted_up(["A", "A", "9", "10"]) == [["A"], ["A"], ["9", 2]]
    assert counted_up(["007", "008", "009", "010"]) == [["007", 3], ["010"]]


@given(st.lists(LABELS, max_size=30))
def test_every_label_can_be_read_again(labels):
    assert read_runs(counted_up(labels)) == labels


@given(st.lists(st.floats(-20_000, 20_000), max_size=30))
def test_every_place_can_be_read_again_to_the_centimetre(places):
    assert read_bends(bends(places)) == [round(place) for place in places]


def test_a_straight_row_is_its_first_step_and_nothing_more():
    assert bends([100.0, 150.2, 200.0, 249.8, 300.0]) == [100, 50, 0, 0, 0]
