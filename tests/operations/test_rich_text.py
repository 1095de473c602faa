import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from eventflow import rich_text


def test_what_people_write_is_set_as_they_meant_it():
    html = rich_text.render(
        "Doors at **seven**, *sharp*.\nBring:\n\n- a coat\n- ~~umbrella~~ boots\n\n3. third"
    )
    assert isinstance(html, Markup)
    assert "<strong>seven</strong>, <em>sharp</em>.<br>\nBring:" in html
    assert "<li>a coat</li>" in html
    assert "<s>umbrella</s>" in html
    assert '<ol start="3">' in html


@pytest.mark.parametrize("marks", ["#", "##", "###", "######"])
def test_the_first_heading_of_a_text_is_below_those_of_its_page(marks):
    assert rich_text.render(f"{marks} Programme") == "<h3>Programme</h3>\n"


def test_no_level_of_headings_is_skipped():
    html = rich_text.render("## Friday\n#### Doors\n###### Late\n## Saturday\n# Notes")

    assert html.splitlines() == [
        "<h3>Friday</h3>",
        "<h4>Doors</h4>",
        "<h5>Late</h5>",
        "<h3>Saturday</h3>",
        "<h3>Notes</h3>",
    ]


def test_links_lead_away_without_a_recommendation():
    html = rich_text.render("[map](https://maps.example/?a=1&b=2) <mailto:box@hall.example>")
    assert 'href="https://maps.example/?a=1&amp;b=2" rel="nofollow noopener"' in html
    assert 'href="mailto:box@hall.example"' in html


def test_an_image_is_only_its_description():
    html = rich_text.render("See ![a <b>map</b>](https://spy.example/pixel.png) here")
    assert html == "<p>See a &lt;b&gt;map&lt;/b&gt; here</p>\n"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        '[x](https://a.example/"onmouseover="alert(1))',
        "<a href='https://a.example' onclick='alert(1)'>x</a>",
        "<style>*{display:none}</style>",
        "<iframe src=https://a.example></iframe>",
        "`<script>`",
        "```html\n<script>alert(1)</script>\n```",
        "![x](javascript:alert(1))",
        "[a]: javascript:alert(1)\n\n[a]",
        "<svg/onload=alert(1)>",
        "&lt;script&gt;",
    ],
)
def test_nothing_hostile_reaches_the_page(hostile):
    assert_harmless(rich_text.render(hostile))


@given(st.text(alphabet="<>&\"'[]()!#*_`~-:/\\= \nabjscriptonerdt", max_size=120))
def test_no_text_at_all_makes_anything_but_the_allowed(text):
    assert_harmless(rich_text.render(text))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def assert_harmless(html):
    reader = _Reader()
    reader.feed(html)
    for tag, attributes in reader.found:
        assert tag in rich_text._TAGS
        assert set(attributes) <= {"href", "title", "rel", "start"}
        if scheme := re.match(r"\s*([a-z][a-z0-9+.-]*):", attributes.get("href", ""), re.I):
            assert scheme[1].lower() in {"http", "https", "mailto", "tel"}


def test_the_words_alone():
    written = "# Gala\n\nAn **evening** of [songs](https://x.example)\nwith `wine`.\n\n- one\n- two"
    assert rich_text.plain(written) == "Gala An evening of songs with wine. one two"
    assert rich_text.plain("Tom & Jerry <3") == "Tom & Jerry <3"
    assert rich_text.plain("| a | b |\n|---|---|\n| c | d |") == "a b c d"
    assert rich_text.plain("") == ""


def test_a_preview_ends_between_two_words():
    assert rich_text.plain("An evening of songs", 19) == "An evening of songs"
    assert rich_text.plain("An evening of songs", 18) == "An evening of…"
    assert rich_text.plain("An evening, of songs", 12) == "An evening…"
    assert rich_text.plain("Donaudampfschifffahrt", 8) == "Donauda…"
    assert all(len(rich_text.plain("ab cd, ef gh " * 9, n)) <= n for n in range(1, 60))


def test_a_text_made_to_be_slow_is_read_all_the_same():
    for hostile in ("[" * 50_000, "*a_" * 20_000, "> " * 25_000, "<" * 50_000, "`" * 50_000):
        assert_harmless(rich_text.render(hostile))
