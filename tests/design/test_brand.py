import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventflow.brand import (
    DARK,
    LIGHT,
    NotAColour,
    Palette,
    brand_css,
    contrast,
    hex_of,
    normalised,
    palette,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def surfaces(dark: bool, parts: Palette) -> list[str]:
    return [*(hex_of(*surface) for surface in (DARK if dark else LIGHT).values()), parts.tint]


@given(colour=colours, dark=st.booleans())
@settings(max_examples=600, deadline=None)
def test_any_colour_can_be_read_by_day_and_in_the_dark(colour, dark):
    parts = palette(colour, dark=dark)

    assert contrast(parts.on_accent, parts.accent) >= 4.5
    for surface in surfaces(dark, parts):
        assert contrast(parts.strong, surface) >= 4.5
        assert contrast(parts.line, surface) >= 3
    for surface in surfaces(dark, parts)[:3]:
        assert contrast(parts.edge, surface) >= 3


@given(colour=colours, dark=st.booleans())
@settings(max_examples=200, deadline=None)
def test_ink_can_be_read_on_every_tint(colour, dark):
    ink = hex_of(0.94, 0.015, 82) if dark else hex_of(0.235, 0.02, 45)

    assert contrast(ink, palette(colour, dark=dark).tint) >= 7


@given(colour=colours)
@settings(max_examples=200, deadline=None)
def test_a_colour_dark_enough_is_printed_as_it_is(colour):
    on_paper = min(contrast(colour, surface) for surface in surfaces(False, palette(colour)))

    if on_paper >= 4.5:
        assert palette(colour).accent == palette(colour).strong == palette(colour).edge == colour


def test_a_festival_yellow_stays_yellow_and_gets_an_edge():
    parts = palette("#ffd400")

    red, green, blue = (int(parts.accent[place : place + 2], 16) for place in (1, 3, 5))
    assert red > 0xF0 and green > 0xC0 and blue < 0x20
    assert parts.on_accent < "#333333"
    assert parts.edge != parts.accent


def test_black_ink_turns_to_chalk_in_the_dark():
    assert palette("#000000").accent == "#000000"
    assert palette("#000000", dark=True).accent > "#dddddd"


def test_contrast_is_measured_as_wcag_does():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#0000ff", "#ffff00") == pytest.approx(8.0017, abs=0.001)


@pytest.mark.parametrize(
    ("typed", "colour"), [("B31", "#bb3311"), (" #B3261E ", "#b3261e"), ("#fff", "#ffffff")]
)
def test_a_colour_is_understood_as_people_type_it(typed, colour):
    assert normalised(typed) == colour


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#1234567", "#ggg", "#b3261e;}"])
def test_what_is_no_colour_is_refused(typed):
    with pytest.raises(NotAColour):
        normalised(typed)


def test_the_rules_name_every_part_for_both_kinds_of_light():
    rules = brand_css("#1f6f4a", "#ffd400")

    names = re.findall(r"--([a-z-]+):light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)", rules)
    assert names == [
        "accent",
        "on-accent",
        "accent-edge",
        "accent-strong",
        "accent-tint",
        "accent-line",
        "stamp",
    ]
    assert f"--stamp:light-dark({palette('#ffd400').strong}," in rules
