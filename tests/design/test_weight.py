"""A buyer's page has 60 kB for everything; this is what we take of it before it says a word."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"


def over_the_wire(path: str) -> int:
    return len(gzip.compress((STATIC / path).read_bytes(), 9))


@pytest.mark.parametrize("sheet", ["base", "paper", "shop", "seats", "console"])
def test_a_style_sheet_is_small(sheet):
    assert over_the_wire(f"css/{sheet}.css") < 8_000


def test_the_display_face_is_small():
    assert (STATIC / "fonts/besley-800-basic.woff2").stat().st_size < 13_000
    for font in (STATIC / "fonts").glob("*.woff2"):
        assert font.stat().st_size < 20_000, font.name


def test_all_that_an_event_page_brings_along_leaves_room_for_the_event(paper, gallery):
    markup = (
        paper.test_client()
        .get(
            "/exhibit?markup={%25 from 'components/tiers.html' import running_bar %25}"
            "{%25 from 'components/live.html' import live %25}"
            "{{ running_bar('USD') }}{{ live('/x') }}"
        )
        .text
    )
    files = set(re.findall(r'(?:src|href)="/static/([^"?]+)', markup))

    assert {"js/running-total.js", "js/poll-when-visible.js", "css/shop.css"} <= files
    fonts = {name for name in files if name.startswith("fonts/")}
    weight = sum(over_the_wire(name) for name in files - fonts)
    weight += sum((STATIC / name).stat().st_size for name in fonts)
    weight += len(gzip.compress(markup.encode()))
    assert weight < 49_000


@pytest.mark.parametrize("path", sorted((STATIC / "vendor").iterdir()), ids=lambda path: path.name)
def test_what_is_not_ours_says_where_it_is_from(path):
    assert (path / "LICENSE").read_text().strip()
    assert re.search(r"\d+\.\d+\.\d+", (path / "ORIGIN").read_text())


def test_the_fonts_bring_their_licence():
    assert "SIL OPEN FONT LICENSE" in (STATIC / "fonts/OFL.txt").read_text()
