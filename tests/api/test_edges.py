"""What a program may send by mistake or on purpose, at the edges of what there is."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from eventflow.accounts import people
from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.sales.models import Hold
from eventflow.seating import templates
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from tests import factories
from tests.api.test_sale import BUYER
from tests.marks import MARKED, at_once

TIMES = ("0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-23:59", "1969-12-31T00:00:00Z")


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
def test_an_event_is_in_our_time(program, gala, field, time):
    answer = program("admin").call("PATCH", "/events/winter-gala", {field: time})

    assert answer.status_code == 422
    assert program("admin").get("/events").status_code == 200


@pytest.mark.parametrize("time", TIMES)
def test_so_is_a_sale_and_a_scan(program, gala, time):
    tier = {"name": "Late", "price": {"amount": 0, "currency": "USD"}, "quantity": 1}

    late = program("admin").post("/events/winter-gala/tiers", tier | {"sale_end": time})
    scan = program("scanner").post("/checkin", {"code": "x", "scanned_at": time})

    assert (late.status_code, scan.status_code) == (422, 422)


@pytest.mark.parametrize(
    ("venue", "name", "address"),
    [
        ({"name": "Old Mill"}, "Old Mill", ""),
        ({"address": "9 Quay"}, "Riverside Hall", "9 Quay"),
        ({"address": "9 Quay\r\nRiverside"}, "Riverside Hall", "9 Quay\nRiverside"),
        ({"name": "Old Mill", "foo": 1}, "Old Mill", ""),
    ],
)
def test_of_a_venue_only_what_is_sent_is_changed(program, gala, venue, name, address):
    answer = program("admin").call("PATCH", "/events/winter-gala", {"venue": venue})

    assert answer.json["event"]["venue"] == {"name": name, "address": address}


@pytest.mark.parametrize("lost", ["starts_at", "ends_at", "venue"])
def test_a_published_event_keeps_what_its_buyers_rely_on(program, gala, lost):
    answer = program("admin").call("PATCH", "/events/winter-gala", {lost: None})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [lost]


def test_moving_what_is_sold_answers_how_many_rely_on_it(program, riverside, gala):
    factories.pay(factories.order(riverside, gala, 2))
    admin = program("admin")

    moved = admin.call("PATCH", "/events/winter-gala", {"venue": {"name": "Old Mill"}})
    renamed = admin.call("PATCH", "/events/winter-gala", {"title": "Summer Gala"})

    assert (moved.status_code, moved.json["tickets_moved"]) == (200, 2)
    assert (renamed.status_code, renamed.json["tickets_moved"]) == (200, 0)
    words = list(db.session.scalars(select(AuditEntry.words).order_by(AuditEntry.id)))
    assert "(2 tickets were sold for when and where it was)" in words[-2]
    assert "sold" not in words[-1]


def test_nothing_is_ordered_of_an_event_that_was_cancelled(program, gala):
    held = factories.hold(gala, 1)
    with transaction():
        publishing.cancel(db.session.get_one(Event, gala.id), at=now())

    answer = program().post(
        "/orders", {"hold": str(held.id), "buyer": {"name": "Bea", "email": "bea@example.com"}}
    )

    assert (answer.status_code, answer.json["code"]) == (409, "sale_not_open")


def test_a_key_is_not_used_up_by_what_could_not_be(program, gala):
    tier = str(gala.tiers[0].id)
    key, seller = str(uuid4()), program("admin")
    wrong = {"items": [{"tier": tier, "quantity": 11}]}
    right = {"items": [{"tier": tier, "quantity": 2}]}

    assert seller.post("/events/winter-gala/holds", wrong, Idempotency_Key=key).status_code == 422
    assert seller.post("/events/winter-gala/holds", right, Idempotency_Key=key).status_code == 201


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("k-1", True),
        ("two words", True),
        ('"quoted"', True),
        ('a"', True),
        ("a" + '"' * 255, False),
        ("x" * 255, True),
        ("x" * 256, False),
        ("", False),
        ('""', False),
        ("clé", False),
        ("non\u00a0breaking", False),
    ],
)
def test_a_key_is_as_described(program, gala, key, taken):
    items = {"items": [{"tier": str(gala.tiers[0].id), "quantity": 1}]}

    answer = program().post("/events/winter-gala/holds", items, Idempotency_Key=key)

    assert answer.status_code == (201 if taken else 400)
    (header,) = (
        parameter
        for parameter in program()
        .get("/openapi.json")
        .json["paths"]["/events/{slug}/holds"]["post"]["parameters"]
        if parameter["name"] == "Idempotency-Key"
    )
    described = header["schema"]
    bare = key[1:-1] if key.startswith('"') else key
    assert taken == bool(
        re.search(described["pattern"], bare)
        and described["minLength"] <= len(bare) <= described["maxLength"]
    )


def test_the_quotes_of_a_key_are_two_or_of_the_key(program, riverside):
    def venue(key):
        return program("owner").post("/venues", {"name": "Barn"}, Idempotency_Key=key).json["venue"]

    assert venue("k-1") == venue('"k-1"') != venue('k-1"')


def test_a_body_that_must_say_something_is_described_so(program):
    paths = program().get("/openapi.json").json["paths"]

    def body(path, method="post"):
        return paths[path][method]["requestBody"]

    assert body("/events/{slug}/holds")["required"] is True
    assert body("/checkin")["required"] is True
    assert body("/orders/{code}/refund")["required"] is False
    assert set(body("/maps/{map_id}/import")["content"]) == {"text/csv", "application/json"}


@pytest.mark.parametrize(
    ("document", "most"), [("TierDraft", 120), ("TierChange", 120), ("MapDraft", 80)]
)
def test_a_name_is_described_as_long_as_it_may_be(program, document, most):
    schemas = program().get("/openapi.json").json["components"]["schemas"]

    assert schemas[document]["properties"]["name"]["maxLength"] == most


def test_the_templates_of_a_map_are_described(program):
    schemas = program().get("/openapi.json").json["components"]["schemas"]

    assert schemas["MapDraft"]["properties"]["template"]["enum"] == list(templates.TEMPLATES)


def test_the_description_is_read_in_the_order_of_a_sale(program, storefront):
    groups = ["Events", "Sales", "Orders", "Tickets", "Check-in", "Seats", "Venues and seat maps"]

    assert [tag["name"] for tag in program().get("/openapi.json").json["tags"]] == groups
    headings = re.findall(r'<h2 id="tag-\d+">([^<]+)', storefront.get("/api/v1/docs").text)
    assert headings == groups


def test_descriptions_are_read_as_markdown(program, storefront):
    """`code` is set as code, and a line goes on where it was broken in the source."""
    told = program().get("/openapi.json").json["paths"]["/checkin"]["post"]["description"]
    assert "\n    " not in told
    assert "`scan_id`" in told

    page = storefront.get("/api/v1/docs").text

    assert "<code>scan_id</code>" in page
    assert "`" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("code", ["", "\t", "\r\n \u200b"])
def test_a_pairing_code_says_something(program, code):
    answer = program().post("/devices/pair", {"code": code})

    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error == {"field": "code", "message": "Send at least one character that can be seen."}


def test_a_body_of_options_may_be_left_out(program, riverside, gala):
    code = factories.pay(factories.order(riverside, gala, 1)).code

    assert program("admin").post(f"/orders/{code}/refund").status_code == 200


@pytest.mark.parametrize("name", ["code", "promo_code"])
def test_a_code_that_there_is_not_is_refused(program, gala, name):
    hold = {"items": [{"tier": str(gala.tiers[0].id), "quantity": 1}], name: "NOPE"}

    answer = program().post("/events/winter-gala/holds", hold)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == name


def test_a_hold_is_there_for_as_long_as_its_order_has_its_places(program, riverside, gala):
    held = factories.hold(gala, 1)
    made = program().post("/orders", {"hold": str(held.id), "buyer": BUYER})
    assert made.status_code == 201
    assert program().get(f"/holds/{held.id}").status_code == 200

    with acting_for(riverside.id), transaction():
        db.session.get_one(Hold, held.id).expires_at = now() - timedelta(seconds=1)
    over = program().get(f"/holds/{held.id}")
    assert (over.status_code, over.json["code"]) == (410, "hold_expired")


def test_a_name_is_as_long_as_the_checkout_takes_it(program, gala):
    hold = factories.hold(gala, 1)
    buyer = {"name": "x" * people.LONGEST_NAME, "email": "bea@example.com"}

    for longer in (
        {"buyer": buyer | {"name": buyer["name"] + "x"}},
        {"buyer": buyer, "attendees": [{"name": buyer["name"] + "x"}]},
    ):
        answer = program().post("/orders", {"hold": str(hold.id), **longer})
        assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")

    made = program().post(
        "/orders", {"hold": str(hold.id), "buyer": buyer, "attendees": [{"name": buyer["name"]}]}
    )
    assert made.status_code == 201


def test_a_file_of_attendees_is_for_programs_and_calculates_nothing(program, riverside, gala):
    factories.pay(factories.order(riverside, gala, 1, attendees=[{"name": "=1 Zoë"}]))

    answer = program("staff").get("/events/winter-gala/attendees.csv", Accept="text/csv")

    head, row = answer.data.decode().splitlines()
    assert head.startswith("ticket,code,"), "a byte order mark would be a part of the first name"
    assert "'=1 Zoë" in row


def test_a_name_is_one_line(program, gala):
    held = factories.hold(gala, 1)
    buyer = {"name": "Bea\nBcc: evil@example.com", "email": "bea@example.com"}

    answer = program().post("/orders", {"hold": str(held.id), "buyer": buyer})

    assert answer.json["order"]["buyer"]["name"] == "Bea Bcc: evil@example.com"


@pytest.mark.parametrize(
    ("sent", "field", "sentence"),
    [
        ({}, "title", "This is needed."),
        ({"title": 5}, "title", "Send a text."),
        ({"title": "x", "capacity": "many"}, "capacity", "Send a whole number, such as 2."),
        (
            {"title": "x", "starts_at": "soon"},
            "starts_at",
            "Send a date and time with its offset, such as 2027-02-14T19:30:00Z.",
        ),
        ({"title": "x", "format": "odd"}, "format", "Send one of: 'in_person', 'virtual' or"),
    ],
)
def test_what_is_wrong_with_a_document_is_said_in_sentences(program, sent, field, sentence):
    answer = program("admin").post("/events", sent)

    assert answer.status_code == 422
    told = {one["field"]: one["message"] for one in answer.json["errors"]}
    assert told[field].startswith(sentence)


def test_what_is_wrong_with_a_query_is_said_in_sentences(program):
    [error] = program("staff").get("/orders?page=two").json["errors"]
    assert error == {"field": "page", "message": "Send a whole number, such as 2."}


def test_a_scan_from_before_the_ticket_was_issued_counts_as_made_now(program, riverside, gala):
    code = issuing.code_of(factories.pay(factories.order(riverside, gala, 1)).tickets[0])
    scan = {"code": code, "scanned_at": "2001-01-01T00:00:00Z"}

    answer = program("scanner").post("/checkin", scan)

    assert (answer.status_code, answer.json["result"]) == (200, "VALID")
    assert answer.json["checked_in_at"][:4] >= "2026"


@pytest.mark.parametrize("who", ["buyer", "attendee"])
def test_an_address_is_measured_before_it_is_read(program, gala, who):
    long = {"email": f'"{MARKED}" <bea@example.com>'}
    bea = {"name": "Bea", "email": "bea@example.com"}
    order = {"event": "winter-gala", "items": [{"tier": str(gala.tiers[0].id), "quantity": 1}]}
    order |= {"buyer": bea | long} if who == "buyer" else {"buyer": bea, "attendees": [long]}

    with at_once():
        answer = program().post("/orders", order)

    assert answer.status_code == 422
    [error] = answer.json["errors"]
    assert error["message"] == "Use at most 254 characters."


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k-1"}])
def test_a_document_has_a_megabyte_at_most(program, gala, key):
    buyer = {"name": "Bea", "email": "bea@example.com", "more": "x" * 1_000_000}
    answer = program().post("/orders", {"hold": "x", "buyer": buyer}, **key)

    assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")
    assert answer.json["detail"] == "A document has 1 MB at most."


def test_nor_has_what_nobody_reads(program, gala):
    answer = program("admin").post("/events/winter-gala/publish", {"more": "x" * 1_000_000})
    assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("depth", [150, 600, 3000])
def test_brackets_without_end_are_no_document(program, gala, depth):
    raw = b"[" * depth + b'"\\u0000"' + b"]" * depth
    answer = program().browser.post(
        "/api/v1/events/winter-gala/holds", data=raw, content_type="application/json"
    )

    assert answer.status_code == (400 if depth == 3000 else 422)
    assert answer.content_type == "application/problem+json"
    assert len(answer.json["errors"]) <= 1


def test_of_many_characters_that_cannot_be_kept_some_are_named(program, gala):
    raw = b"[" * 400 + b",".join([b'"\\u0000"'] * 50_000) + b"]" * 400
    answer = program().browser.post(
        "/api/v1/events/winter-gala/holds", data=raw, content_type="application/json"
    )

    assert answer.status_code == 422
    assert len(answer.data) < 200_000


def test_a_character_that_cannot_be_kept_is_found_beside_a_number_of_any_length(program, gala):
    raw = b'{"n": %s, "items": [{"tier": "\\u0000", "quantity": 1}]}' % (b"9" * 5000)
    answer = program().browser.post(
        "/api/v1/events/winter-gala/holds", data=raw, content_type="application/json"
    )

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "items.0.tier"
