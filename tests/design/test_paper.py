"""The colours of base.css, measured."""

import cmath
import math
import re
from pathlib import Path

import pytest

from eventflow.brand import DARK, LIGHT, brand_css, contrast, hex_of

STYLES = Path(__file__).parents[2] / "static/css"
BASE, SEATS = ((STYLES / name).read_text() for name in ("base.css", "seats.css"))
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


@pytest.mark.parametrize("dark", [False, True])
def test_taken_seats_are_outlined_on_the_ground_they_stand_on(dark):
    mix = r"stroke: color-mix\(in oklab, var\(--edge\) (\d+)%, var\(--sheet\)"
    share = int(re.search(mix, SEATS)[1]) / 100
    outline = hex_of(*mixed(TOKENS["edge"][dark], TOKENS["sheet"][dark], share))

    for ground in ("paper-deep", "sheet"):
        assert contrast(outline, colour(ground, dark)) >= 1.6, ground


def mixed(one, other, share: float) -> tuple[float, float, float]:
    """So much of one in the other, as color-mix(in oklab) does it."""
    lightness = share * one[0] + (1 - share) * other[0]
    tint = share * cmath.rect(one[1], math.radians(one[2]))
    tint += (1 - share) * cmath.rect(other[1], math.radians(other[2]))
    return lightness, abs(tint), math.degrees(cmath.phase(tint)) % 360


def test_our_own_colour_was_taken_apart_by_the_same_rule():
    for name, day, night in re.findall(
        r"--([a-z-]+):light-dark\((.*?),(.*?)\)", brand_css("#b3261e")
    ):
        assert f"--{name}: light-dark({day}, {night});" in BASE
