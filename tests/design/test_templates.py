"""What every template keeps to, whoever wrote it."""

import re
from pathlib import Path

import pytest
from flask import render_template
from jinja2 import Environment

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
IDS = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
# Mail is not shown under our policy, and mail clients know nothing but inline styles.
PAGES = [path for path in TEMPLATES if "mail" not in str(path) and "letters" not in str(path)]
PAGE_IDS = [str(path.relative_to(ROOT / "templates")) for path in PAGES]


def source(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


@pytest.fixture(scope="module")
def icons() -> dict[str, set[str]]:
    environment = Environment(autoescape=True)
    module = environment.from_string((ROOT / "templates/components/icons.html").read_text()).module
    return {name: set(getattr(module, name.upper())) for name in ("shop", "console", "editor")}


@pytest.mark.parametrize("path", PAGES, ids=PAGE_IDS)
def test_nothing_is_written_that_the_content_policy_refuses(path):
    markup = source(path)

    assert not re.search(r"<style\b|\sstyle\s*=|[\s\"']style[\"']\s*:", markup)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", markup)
    assert not re.search(r"javascript:", markup, re.IGNORECASE)
    for attributes in re.findall(r"<script\b([^>]*)", markup):
        assert "src=" in attributes or "application/ld+json" in attributes


@pytest.mark.parametrize("path", PAGES, ids=PAGE_IDS)
def test_every_icon_is_in_the_sprite_of_the_page_that_shows_it(path, icons):
    markup = source(path)
    wanted = set(re.findall(r"\bicon\(\s*\"([a-z0-9-]+)\"", markup))
    wanted |= set(re.findall(r"\bicon(?:_name)?=\"([a-z0-9-]+)\"", markup))
    has_all = "sprite(console=True)" in markup or "organizer" in path.parts
    has_all = has_all or "layouts/organizer.html" in markup
    # The gate's layout carries all of them, for all parts of its one page.
    has_all = has_all or "layouts/gate.html" in markup or "scan" in path.parts
    own = path.name in ("console.html", "organizer.html")

    allowed = icons["shop"] | (icons["console"] if has_all or own else set())
    if "components" in path.parts and not own:
        allowed |= icons["console"]
    if "editor_sprite()" in markup:
        allowed |= icons["editor"]
    assert wanted <= allowed


BUYERS = """
{% from "components/badges.html" import availability, event_state, order_state, ticket_state %}
{% from "components/buttons.html" import copy_button %}
{% from "components/forms.html" import field, password %}
{% from "components/notice.html" import notice %}
{% from "components/steps.html" import steps %}
{% from "components/tables.html" import empty %}
{% from "components/tiers.html" import hold_countdown, tier %}
{% from "components/timeline.html" import timeline %}
{% for state in ["paid", "pending", "expired", "cancelled", "partially_refunded", "refunded"] %}
  {{ order_state(state) }}{% endfor %}
{% for state in ["published", "draft", "cancelled", "ended"] %}{{ event_state(state) }}{% endfor %}
{% for state in ["valid", "checked_in", "cancelled"] %}{{ ticket_state(state) }}{% endfor %}
{% for state in ["on_sale", "sold_out", "upcoming", "ended"] %}
  {{ availability(state, state, 3) }}{{ tier(state, state, "$1", 100, status=state) }}{% endfor %}
{% for kind in ["right", "doubt", "wrong", "plain"] %}
  {{ notice("x", kind) }}{{ timeline([{"text": "x", "at": "x", "kind": kind}]) }}{% endfor %}
{{ copy_button("x") }}{{ password("x") }}{{ field("x", "x", error="x") }}{{ empty("x", "x") }}
{{ steps([("x", None), ("y", None)], 1) }}
"""


def test_a_buyers_page_carries_every_icon_its_components_show(paper):
    markup = paper.test_client().get("/exhibit", query_string={"markup": BUYERS}).text

    shown = set(re.findall(r'<use href="#i-([a-z0-9-]+)"', markup))
    assert len(shown) > 15
    assert shown <= set(re.findall(r'<symbol id="i-([a-z0-9-]+)"', markup))


def test_an_icon_nobody_drew_is_an_error(paper):
    with paper.test_request_context(), pytest.raises(Exception, match="no icon called unicorn"):
        paper.jinja_env.from_string(
            '{% from "components/icons.html" import icon %}{{ icon("unicorn") }}'
        ).render()


@pytest.mark.parametrize(
    "status", [400, 401, 403, 404, 405, 409, 410, 413, 416, 418, 422, 429, 500, 503]
)
def test_an_error_says_what_happened_what_to_do_and_what_to_quote(paper, status):
    with paper.test_request_context():
        markup = render_template(
            "errors/error.html", status=status, detail=None, request_id="7f3a9c2e"
        )

    assert re.search(r"<h1>[A-Z][^<]{10,}</h1>\s*<p>[A-Z][^<]{20,}\.</p>", markup)
    assert "<code>7f3a9c2e</code>" in markup
    assert 'class="button' in markup


def test_an_error_of_ours_does_not_ask_who_the_tenant_is(paper):
    class Gone:
        def __getattr__(self, name):
            raise ConnectionError("the database is away")

    with paper.test_request_context():
        markup = render_template(
            "errors/error.html", status=503, detail=None, request_id="x", tenant=Gone()
        )

    assert "out of breath" in markup


def test_a_storefront_page_never_touches_the_session(paper):
    client = paper.test_client()

    answer = client.get("/exhibit?markup=hello")

    assert "Cookie" not in answer.headers.get("Vary", "")


def test_what_was_flashed_shows_where_pages_are_personal(paper):
    with paper.test_request_context():
        from flask import flash

        flash("Saved.", "right")
        markup = paper.jinja_env.from_string(
            '{% extends "layouts/checkout.html" %}{% block title %}T{% endblock %}'
        ).render(tenant=None)

    assert 'class="notice notice--right"' in markup
    assert "<p>Saved.</p>" in markup


def test_text_is_text_in_every_component(paper):
    evil = '"><script src="/x.js"></script>'
    calls = """
    {% from "components/forms.html" import field, select, textarea, choices, cards, error_summary %}
    {% from "components/buttons.html" import button, link_button, confirm_button, copy_button %}
    {% from "components/tiers.html" import tier, action_bar %}
    {% from "components/tickets.html" import ticket %}
    {% from "components/summary.html" import summary, facts %}
    {% from "components/programme.html" import programme_entry %}
    {% from "components/charts.html" import bar_chart, capacity_bar, stat %}
    {% from "components/tables.html" import table, empty %}
    {{ field(e, "f", e, error=e, hint=e) }}{{ textarea(e, "t", e) }}
    {{ select(e, "s", [(e, e)], e) }}{{ choices(e, "c", [(e, e, e)]) }}
    {{ cards(e, "k", [{"value": e, "label": e, "hint": e, "aside": e}]) }}
    {{ error_summary({"f": e}) }}{{ button(e) }}{{ link_button(e, e) }}{{ copy_button(e) }}
    {{ confirm_button(e, "/x", e, e, detail=e) }}{{ tier("1", e, e, 100, description=e) }}
    {{ action_bar(e, e, e) }}{{ ticket(e, e, e, e, e, e, [(e, e)], e) }}{{ summary([(e, e)]) }}
    {{ facts([("clock", e, [e])]) }}{{ programme_entry(e, e, e, e, e, e, e, e) }}
    {{ bar_chart([(e, 1, e)], e, e) }}{{ capacity_bar(1, 1, 3, e) }}{{ stat(e, e, e) }}
    {% call table(e, [e]) %}{% endcall %}{{ empty(e, e) }}
    """
    with paper.test_request_context():
        markup = paper.jinja_env.from_string(calls).render(e=evil)

    assert '<script src="/x.js">' not in markup
    assert markup.count("&lt;script") > 40


def test_what_is_counted_is_grouped(paper):
    written = """{% from "components/charts.html" import bar_chart, capacity_bar %}
        {% from "components/tables.html" import pager %}
        {{ capacity_bar(3053, 0, 9400) }}{{ pager(1001, 1050, 2143) }}
        {{ bar_chart([("1 May", 1369)], "Tickets a day", "") }}"""
    page = paper.test_client().get("/exhibit", query_string={"markup": written}).text

    for number in ("3,053", "9,400", "6,347", "1,001", "1,050", "2,143", "1,369"):
        assert number in page
    assert not re.search(r"\b(3053|9400|6347|1001|1050|2143|1369)\b", page)
