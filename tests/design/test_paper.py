"""The colours of base.css, measured."""

import re
from pathlib import Path

import pytest

from eventflow.brand import DARK, LIGHT, brand_css, contrast, hex_of

BASE = (Path(__file__).parents[2] / "static/css/base.css").read_text()
PAIR = re.compile(
    r"--([a-z-]+): light-dark\(oklch\(([\d.]+) ([\d.]+) ([\d.]+)\), "
    r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)\);"
)
TOKENS = {
    name: ((float(a), float(b), float(c)), (float(d), float(e), float(f)))
    for name, a, b, c, d, e, f in PAIR.findall(BASE)
}
SURFACES = ("paper", "paper-deep", "sheet")


def colour(name: str, dark: bool) -> str:
    return hex_of(*TOKENS[name][dark])


@pytest.mark.parametrize("dark", [False, True])
def test_a_tenants_colour_is_measured_on_the_paper_it_is_printed_on(dark):
    for name, surface in (DARK if dark else LIGHT).items():
        assert TOKENS[name][dark] == surface


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ink", ["ink", "muted", "right", "doubt", "wrong"])
def test_every_ink_can_be_read_on_every_surface(ink, dark):
    for surface in SURFACES:
        assert contrast(colour(ink, dark), colour(surface, dark)) >= 4.5, surface


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("state", ["right", "doubt", "wrong"])
def test_a_notice_can_be_read(state, dark):
    tint = colour(f"{state}-tint", dark)

    assert contrast(colour("ink", dark), tint) >= 7
    assert contrast(colour(state, dark), tint) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_the_edges_of_controls_stand_out(dark):
    for surface in SURFACES:
        assert contrast(colour("edge", dark), colour(surface, dark)) >= 3, surface


def test_our_own_colour_was_taken_apart_by_the_same_rule():
    for name, day, night in re.findall(
        r"--([a-z-]+):light-dark\((.*?),(.*?)\)", brand_css("#b3261e")
    ):
        assert f"--{name}: light-dark({day}, {night});" in BASE
