"""What the description promises is what is taken, so that a program may rely on either."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from eventflow import timezones
from eventflow.api import openapi, operations
from eventflow.api.documents import NOTHING_UNSEEN, SOMETHING_SEEN
from eventflow.currencies import currencies
from eventflow.db import now
from eventflow.money import MAX_PRICE, FeeRule, totals
from eventflow.sales import holds
from eventflow.security import ControlCharacters, refuse_control_characters
from tests import factories

TIER = {"name": "Late", "price": {"amount": 1200, "currency": "USD"}, "quantity": 10}


def schema(name: str) -> dict:
    return openapi.document()["components"]["schemas"][name]


@pytest.mark.parametrize(("given", "kept"), [(10, 10), (10.0, 10), (1e1, 10)])
def test_a_whole_number_is_one_however_it_is_written(program, gala, given, kept):
    answer = program("admin").post("/events/winter-gala/tiers", TIER | {"quantity": given})

    assert answer.status_code == 201
    assert answer.json["tier"]["quantity"] == kept


@pytest.mark.parametrize("given", [10.5, "10", True, None])
def test_nothing_else_is_a_whole_number(program, gala, given):
    answer = program("admin").post("/events/winter-gala/tiers", TIER | {"quantity": given})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "quantity"


def test_a_quantity_is_described_with_its_limits():
    quantity = schema("TierDraft")["properties"]["quantity"]

    assert (quantity["type"], quantity["minimum"], quantity["maximum"]) == (
        "integer",
        0,
        10_000_000,
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "a\tb", "a\nb", "a\r\nb", "ř 😀", "a\rb", "\x00", "a\x1b", "\x7f", "\x85", "a\x9f"),
        *("\u200b", " \u200b\u2060\n", "\u3164", "\u200bx", "x\u200b", "a\u200eb", "\u2067a\u2069"),
        *("a\u202eb", "\u202a", "x\u202d", "\u202cx", "👩\u200d🎤", "क्\u200dष"),
    ],
)
def test_the_pattern_of_a_text_lets_through_what_we_let_through(text):
    try:
        kept = refuse_control_characters(text)
    except ControlCharacters:
        assert not re.search(NOTHING_UNSEEN, text)
        assert not re.search(SOMETHING_SEEN, text)
    else:
        assert re.search(NOTHING_UNSEEN, text)
        assert bool(re.search(SOMETHING_SEEN, text)) == bool(kept)
        assert kept in ("", text)


@pytest.mark.parametrize("title", ["\u200b", "\u2060 \u3164", "Gala\u202eala", "\u202aGala"])
def test_a_title_is_one_that_can_be_seen_and_reads_one_way(program, gala, title):
    answer = program("admin").call("PATCH", "/events/winter-gala", {"title": title})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["title"]


def test_currencies_and_time_zones_are_listed_whole():
    assert schema("Currency")["enum"] == list(currencies())
    assert set(schema("TimeZone")["enum"]) == timezones.known()
    assert {"UTC", "Europe/Vienna", "US/Eastern"} <= timezones.known()
    assert "localtime" not in timezones.known()


@pytest.mark.parametrize("zone", ["localtime", "Mars/Olympus", "", None])
def test_what_is_not_listed_is_no_time_zone(program, gala, zone):
    answer = program("admin").call("PATCH", "/events/winter-gala", {"timezone": zone})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["timezone"]


def test_what_can_be_given_in_several_ways_says_so():
    assert [way["required"] for way in schema("ScanRequest")["oneOf"]] == [["code"], ["ticket"]]
    assert [way["required"] for way in schema("OrderRequest")["oneOf"]] == [
        ["hold"],
        ["event", "items"],
    ]
    assert [way["required"] for way in schema("HoldRequest")["anyOf"]] == [
        ["items"],
        ["seats"],
        ["best_available"],
    ]


@pytest.mark.parametrize("name", ["title", "starts_at", "ends_at", "timezone"])
def test_a_change_says_nothing_with_null_where_there_must_be_something(program, gala, name):
    properties = schema("EventChange")["properties"]

    answer = program("admin").call("PATCH", "/events/winter-gala", {name: None})

    assert {"type": "null"} not in properties[name].get("anyOf", [])
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, name)


def test_a_refund_asks_for_the_order_before_its_tickets(program):
    answer = program("admin").post("/orders/NOSUCH/refund", {"tickets": ["0"]})

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"title": "a\x00b"}, "title"),
        ({"tags": ["fine", "\x00"]}, "tags.1"),
        ({"venue": {"name": "\x00"}}, "venue.name"),
        ({"venue": {"n\x00": 1}}, "venue"),
        ({"\x00": 1}, "body"),
    ],
)
def test_the_character_that_cannot_be_is_said_to_be_where_it_is(program, gala, document, field):
    answer = program("admin").call("PATCH", "/events/winter-gala", document)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_text_that_is_too_long_is_told_in_characters(program, gala):
    answer = program("admin").call("PATCH", "/events/winter-gala", {"category": "x" * 61})

    assert answer.json["errors"][0]["message"] == "Use at most 60 characters."


@pytest.mark.parametrize(
    ("header", "error"),
    [
        (None, None),
        ("Basic eDp5", "invalid_request"),
        ("Bearer", "invalid_request"),
        ("Bearer nonsense", "invalid_token"),
        ("Bearer ef_" + "x" * 40, "invalid_token"),
    ],
)
def test_a_refused_token_is_refused_as_rfc_6750_says(app, riverside, header, error):
    answer = app.test_client().get(
        "/api/v1/orders",
        base_url="http://riverside.eventflow.test",
        headers={"Authorization": header} if header else {},
    )

    assert answer.status_code == 401
    assert answer.www_authenticate.type == "bearer"
    assert answer.www_authenticate.get("error") == error


def test_no_two_shapes_of_the_description_share_a_name():
    assert not [name for name in openapi.document()["components"]["schemas"] if "__" in name]


def _public() -> list[operations.Operation]:
    every = [one for group in operations.REGISTRY for one in group.all]
    return [one for one in every if one.role == operations.PUBLIC]


def _path(operation: operations.Operation, order) -> str:
    known = {"slug": "winter-gala", "code": order.code}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known.get(name[1], "0" * 32), operation.rule)


def _described(operation: operations.Operation) -> set[str]:
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", operation.rule)
    return set(openapi.document()["paths"][path][operation.method.lower()]["responses"])


def test_a_scanner_is_answered_as_described_where_no_token_is_needed(program, riverside, gala):
    order = factories.order(riverside, gala, 1)
    scanner = program("scanner")

    answers = {
        one.name: (scanner.call(one.method, _path(one, order), json={}), _described(one))
        for one in _public()
    }

    assert "show_order" in answers
    undescribed = {
        name: answer.status_code
        for name, (answer, described) in answers.items()
        if str(answer.status_code) not in described
    }
    assert not undescribed


def test_a_refusal_of_another_site_is_described(program, riverside, gala):
    order = factories.order(riverside, gala, 1)
    elsewhere = {"Cookie": "seen=1", "Sec_Fetch_Site": "cross-site"}
    changes = [one for one in _public() if one.method != "GET"]

    for one in changes:
        answer = program().call(one.method, _path(one, order), json={}, **elsewhere)
        assert answer.status_code == 403, one.name

    assert not [one.name for one in changes if "403" not in _described(one)]


@pytest.mark.parametrize(("amount", "status"), [(MAX_PRICE, 201), (MAX_PRICE + 1, 422)])
def test_a_price_leaves_every_total_exact_in_javascript(program, gala, amount, status):
    price = {"amount": amount, "currency": "USD"}

    answer = program("admin").post("/events/winter-gala/tiers", TIER | {"price": price})

    assert answer.status_code == status
    assert schema("PriceDocument")["properties"]["amount"]["maximum"] == MAX_PRICE
    most = totals(FeeRule(Decimal(100), 10**6), MAX_PRICE * holds.MOST_TIERS * 100).total
    assert most < 2**53


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_what_is_on_sale_is_not_moved_to_where_it_would_be_over(program, gala, method):
    past = {"starts_at": "2020-01-01T19:00:00Z", "ends_at": "2020-01-01T22:00:00Z"}

    answer = program("admin").call(method, "/events/winter-gala", past)

    assert answer.status_code == 422
    assert answer.json["errors"] == [
        {"field": "ends_at", "message": "The event would be over already."}
    ]


def test_what_has_begun_or_is_not_out_may_be_moved_anywhere(program, at_riverside):
    begun = now() - timedelta(hours=1)
    factories.make_event(title="Begun", starts_at=begun)
    factories.make_event(title="Draft", publish=False)
    past = {"starts_at": "2020-01-01T19:00:00Z", "ends_at": "2020-01-01T22:00:00Z"}

    for slug in ("begun", "draft"):
        assert program("admin").call("PATCH", f"/events/{slug}", past).status_code == 200
