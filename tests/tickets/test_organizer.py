"""The console's list of attendees: one row a ticket, found by name, address or order."""

import codecs
import csv
import io
import re

import pytest

from eventflow.db import now, transaction
from eventflow.payments import refunding
from eventflow.sales import orders
from eventflow.sales.orders import Buyer
from eventflow.tickets import finding
from tests import factories
from tests.people import browser_at


def names(answer) -> list[str]:
    return re.findall(r'<th [^>]*scope="row"[^>]*>(?:<a [^>]*>)?([^<]*)', answer.text)


@pytest.fixture
def staff(app, riverside, sam):
    return browser_at(app, riverside, sam)


@pytest.fixture
def guests(gala, at_riverside):
    """Ann and Zoë in the Stalls, by Bea; Carl in the Circle, inside by now; Dora, refunded."""
    bea = factories.pay(
        factories.order(
            at_riverside,
            gala,
            2,
            attendees=[
                {"name": "Ann Other", "email": "ann@example.com"},
                {"name": "Zoë 100%", "email": "zoe@example.com"},
            ],
        )
    )
    carl = factories.pay(factories.order(at_riverside, gala, 0, 1, buyer=factories.CARL))
    dora = factories.pay(
        factories.order(at_riverside, gala, 1, buyer=Buyer("Dora", "dora@example.com"))
    )
    with transaction():
        carl.tickets[0].checked_in_at = now()
        refunding.start(orders.locked(dora.id), at=now())
    return [bea.code, carl.code, dora.code]


EVERYBODY = ["Ann Other", "Carl Carlson", "Dora", "Zoë 100%"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, EVERYBODY),
        ({"q": "ann o"}, ["Ann Other"]),
        ({"q": "ZOE@example"}, ["Zoë 100%"]),
        ({"q": "zoe 1"}, ["Zoë 100%"]),
        ({"q": "bea buyer"}, ["Ann Other", "Zoë 100%"]),
        ({"q": "%"}, ["Zoë 100%"]),
        ({"q": "nobody"}, []),
        ({"status": "valid"}, ["Ann Other", "Zoë 100%"]),
        ({"status": "checked_in"}, ["Carl Carlson"]),
        ({"status": "cancelled"}, ["Dora"]),
        ({"event": "winter-gala"}, EVERYBODY),
        ({"status": "nonsense"}, []),
        ({"event": "another"}, []),
        ({"tier": "nonsense"}, []),
        ({"sort": "-name"}, EVERYBODY[::-1]),
        ({"sort": "checked_in"}, ["Carl Carlson"]),
        ({"page": "2"}, []),
    ],
)
def test_attendees_are_found(staff, guests, asked, found):
    listed = names(staff.get("/manage/attendees", query_string=asked))
    assert listed[: len(found)] == found
    assert asked.get("sort") == "checked_in" or len(listed) == len(found)


def test_a_tier_of_an_event_is_chosen_by_its_name(staff, guests, gala):
    circle = str(gala.tiers[1].id)
    page = staff.get("/manage/attendees?event=winter-gala")
    assert f'<option value="{circle}">Circle</option>' in page.text
    assert names(staff.get(f"/manage/attendees?event=winter-gala&tier={circle}")) == [
        "Carl Carlson"
    ]


def test_whoever_knows_the_order_finds_its_people(staff, guests):
    for said in (guests[0], guests[0].lower(), f"{guests[0]}-2"):
        assert names(staff.get("/manage/attendees", query_string={"q": said})) == [
            "Ann Other",
            "Zoë 100%",
        ]


def test_the_list_asks_the_same_however_long_it_is(staff, at_riverside, query_count):
    event = factories.make_event(tiers=[("Free", 0, 50)])
    factories.order(at_riverside, event, 1)
    staff.get("/manage/attendees")
    with query_count() as with_one:
        staff.get("/manage/attendees")
    factories.order(at_riverside, event, 9)
    with query_count() as with_ten:
        staff.get("/manage/attendees")
    assert len(with_ten) == len(with_one) < 16


def test_the_file_has_one_line_a_ticket(staff, guests):
    answer = staff.get("/manage/attendees.csv?event=winter-gala")
    assert answer.mimetype == "text/csv"
    assert 'filename="winter-gala-attendees.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith(codecs.BOM_UTF8), "Excel reads another alphabet"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["name"], row["tier"], row["status"]) for row in rows] == [
        ("Ann Other", "Stalls", "valid"),
        ("Zoë 100%", "Stalls", "valid"),
        ("Carl Carlson", "Circle", "checked_in"),
        ("Dora", "Stalls", "cancelled"),
    ]
    assert rows[1]["ticket"] == f"{guests[0]}-2"
    assert rows[1]["buyer_email"] == "bea@example.com"
    assert rows[2]["checked_in_at"] and not rows[0]["checked_in_at"]


def test_the_file_is_read_in_parts_without_losing_any(at_riverside):
    event = factories.make_event(tiers=[("Free", 0, 50)])
    for quantity in (3, 1, 3):
        factories.order(at_riverside, event, quantity)
    parts = list(finding.in_parts(finding.Search(), at_once=2))
    assert [len(part) for part in parts] == [2, 2, 2, 1]
    assert len({ticket.id for part in parts for ticket in part}) == 7


def test_no_name_in_the_file_is_a_formula(staff, gala, at_riverside):
    evil = [{"name": '=HYPERLINK("https://a.example")'}]
    factories.pay(factories.order(at_riverside, gala, 1, attendees=evil))
    row = next(csv.DictReader(io.StringIO(staff.get("/manage/attendees.csv").text)))
    assert row["name"] == "'" + evil[0]["name"]


def test_an_empty_list_says_what_it_is_for(staff):
    assert "Nobody has a ticket yet" in staff.get("/manage/attendees").text
    assert "Nobody fits" in staff.get("/manage/attendees?q=x").text


def test_a_part_is_answered_where_htmx_asks(staff, guests):
    part = staff.get("/manage/attendees?q=carl", headers={"HX-Request": "true"})
    assert names(part) == ["Carl Carlson"]
    assert "<html" not in part.text


def test_the_gate_and_other_box_offices_see_nobody(app, riverside, northgate, gus, noah, guests):
    assert browser_at(app, riverside, gus).get("/manage/attendees").status_code == 403
    assert browser_at(app, riverside, gus).get("/manage/attendees.csv").status_code == 403
    elsewhere = browser_at(app, northgate, noah)
    assert names(elsewhere.get("/manage/attendees")) == []
    assert len(elsewhere.get("/manage/attendees.csv").text.splitlines()) == 1
