"""No text is left out of the catalogs: every page, walked in the language made for testing.

In `en_XA` a translated text stands in brackets. What stands outside, and is neither somebody's
own words nor a number, a date, a zone or an address, has been forgotten.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from werkzeug.routing import Rule

from eventflow import pseudo
from eventflow.accounts.models import ROLES, Tenant
from tests.people import browser_at
from tests.tenancy.doors import BASE, BOTH, TENANT, door
from tests.tenancy.halls import Hall, arguments, make_hall

ACCENTED = {"Accept-Language": "en-XA"}
TOLD = ("aria-label", "alt", "placeholder", "title", "aria-description", "data-label")
SILENT = {"script", "style", "code", "kbd", "pre"}
EMPTY = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

# Somebody's own words, and names that are the same in every language.
OWN_WORDS = (
    "Riverside Hall",
    "Winter Gala",
    "Northgate",
    "Stalls",
    "Stage",
    "Theatre",
    "stalls",
    "Bea Buyer",
    "Olivia",
    *(f"{role} {of}" for role in ROLES for of in ("riverside", "till")),
    "spare",
    "A wedding",
    "Assembly Room",
    "EventFlow",
    "USD",
    "Google",
    "Apple",
    "Outlook",
)
# The API's description, in the one language its names are in; the style page and its samples.
FOR_PROGRAMMERS = ("api.docs", "platform.show_styles")
DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
UNITS = "seconds?|minutes?|hours?|days?|weeks?|months?|years?"
NO_WORDS = re.compile(
    rf"""
      \S+@\S+\w                                  # addresses
    | (https?://)?[\w.-]+\.(test|localhost|example)\S*
    | \b({DAYS})\w*,?\s\d+\s({MONTHS})\w*(\s\d+)? # dates and their parts, as CLDR writes them
    | \b(January|February|March|April|June|July|August|September|October|November|December)\s\d+\b
    | \b({DAYS})\b | \b\d*\s?({MONTHS})\b(\s\d+)?
    | \b(UTC|GMT|CES?T|ES?T)([+-]\d+(:\d+)?)?\b
    | \b(in\s)?\d+\s({UNITS})(\s\d+\s({UNITS}))?(\sago)?\b
    | \b[A-Z]\w+/[A-Z]\w+(/\w+)?\b               # zones
    | &\w+;
    """,
    re.VERBOSE,
)
CLDR = re.compile(r"[A-Z]{3}|[a-z]{2}(_[A-Z]{2})?|UTC|[A-Z]\w+/[\w/+-]+")
WORD = re.compile(r"[^\W\d_]{2,}")


class Visible(HTMLParser):
    """What a page says, to eyes and to ears."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.labels: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        # Currencies, zones and languages to choose from are named by CLDR.
        named_by_cldr = tag == "option" and CLDR.fullmatch(facts.get("value", ""))
        if self.silent or tag in SILENT or facts.get("translate") == "no" or named_by_cldr:
            if tag not in EMPTY:
                self.silent.append(tag)
            return
        self.labels += [facts[name] for name in TOLD if facts.get(name)]
        if tag == "input" and facts.get("type") in ("submit", "button", "reset"):
            self.labels.append(facts.get("value", ""))
        if tag == "meta" and facts.get("name") == "description":
            self.labels.append(facts.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag in self.silent:
            while self.silent.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(data)


def outside(text: str) -> str:
    """What stands in no bracket. A bracket may open in one element and close in another."""
    kept, depth = [], 0
    for letter in text:
        depth += (letter == "⟦") - (letter == "⟧")
        kept.append(" " if depth or letter == "⟧" else letter)
    return "".join(kept)


def forgotten(html: str, hall: Hall | None = None) -> list[str]:
    """The texts of a page that went through no catalog."""
    page = Visible()
    page.feed(html.replace("<wbr>", ""))  # Within a word, where it may go on in the next line.
    found = []
    for text in ("\n".join(page.said), *page.labels):
        left = outside(text)
        for words in (*([hall.ids["code"]] if hall else []), *OWN_WORDS):
            left = left.replace(words, " ")
        for line in NO_WORDS.sub(" ", left).splitlines():
            if WORD.search(line):
                found.append(" ".join(line.split()))
    return found


def test_what_stands_outside_of_the_brackets_is_found():
    assert forgotten('<p>⟦Bûy <a href="/">ñöŵ</a>~⟧ Stalls</p><img alt="⟦Á⟧">') == []
    assert forgotten("<p>⟦Bûy⟧ now</p>") == ["now"]
    assert forgotten('<button aria-label="Close">×</button>') == ["Close"]
    assert forgotten("<p>Sat 21 Nov 2026, 19:30 CET, 2 minutes ago, bea@example.com</p>") == []


@pytest.fixture
def hall(app, riverside: Tenant, northgate: Tenant) -> Hall:
    # What is written down in words, such as the audit log, is written down translated.
    with pseudo.pretending():
        return make_hall(riverside, "Winter Gala", owner="Olivia")


def addresses(app, hall: Hall, host: str) -> Iterator[tuple[Rule, str]]:
    """Every page that can be asked for on this host."""
    urls = app.url_map.bind("")
    for rule in app.url_map.iter_rules():
        lives = door(rule.endpoint)
        if "GET" not in (rule.methods or ()) or lives is None or lives[0] not in (host, BOTH):
            continue
        if rule.endpoint in FOR_PROGRAMMERS:
            continue
        values: dict[str, Any] = arguments(rule.endpoint, set(rule.arguments), hall)
        yield rule, urls.build(rule.endpoint, values)


def walk(browser, pages: Iterator[tuple[Rule, str]], hall: Hall) -> tuple[list[str], int]:
    """All that was forgotten on these pages, and how many of them there were."""
    found, seen = [], 0
    for rule, address in pages:
        for query in ("", f"?secret={hall.secret}", "?code=x"):
            answer = browser.get(address + query, headers=ACCENTED)
            if answer.mimetype != "text/html" or answer.status_code in (302, 303):
                continue
            seen += 1
            found += [f"{rule.endpoint}: {text}" for text in forgotten(answer.text, hall)]
    return sorted(set(found)), seen


@pytest.mark.parametrize("host", [TENANT, BASE])
@pytest.mark.parametrize("who", ["owner", "buyer"])
def test_every_text_of_every_page_can_be_translated(app, hall, host, who):
    person = hall.people["owner"] if who == "owner" else None
    browser = browser_at(app, hall.tenant if host == TENANT else None, person)

    found, seen = walk(browser, addresses(app, hall, host), hall)

    assert not found, "\n".join(found)
    assert seen > 10


REFUSED = [
    ("/events/{slug}/holds", {}),
    ("/events/{slug}/holds", {"tier-{tier_id}": "11"}),
    ("/events/{slug}/holds", {"tier-{tier_id}": "x"}),
    ("/checkout/{hold_id}", {"buyer_email": "nobody"}),
    ("/pay/{payment_id}", {"outcome": "x"}),
    ("/sign-in", {"email": "x", "password": "x"}),
    ("/sign-in/link", {"email": "x"}),
    ("/password/forgotten", {"email": "x"}),
    ("/password/new", {"code": "x", "password": "x"}),
    ("/invitation", {"code": "x"}),
    ("/my-orders", {"email": "x"}),
    ("/no-such-page", {}),
]


@pytest.mark.parametrize(("path", "form"), REFUSED)
def test_refusals_can_be_translated_too(app, hall, path, form):
    browser = browser_at(app, hall.tenant)
    form = {name.format(**hall.ids): value for name, value in form.items()}

    answer = browser.post(path.format(**hall.ids), data=form, headers=ACCENTED)

    assert answer.status_code >= 400, answer.status_code
    assert forgotten(answer.text, hall) == []
