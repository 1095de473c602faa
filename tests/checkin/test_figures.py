"""The door in figures: heads, doubles, and who was let in wrongly."""

import re
from datetime import timedelta

import pytest

from eventflow.checkin import figures
from eventflow.checkin.models import Area
from eventflow.db import db, now, transaction
from eventflow.tickets import issuing
from tests.checkin.test_admitting import make_gate
from tests.checkin.test_catching_up import made, upload
from tests.people import browser_at


@pytest.fixture
def desk(app, riverside, sam):
    """Sam's browser: staff."""
    return browser_at(app, riverside, sam)


def test_heads_are_counted_by_area_and_an_alarm_rings(paired, sold, gala):
    with transaction():
        yard = Area(event_id=gala.id, name="Yard", capacity=3, alarm_percent=60)
        db.session.add(yard)
    make_gate(gala, "Yard gate", area_id=yard.id, direction="both", entries=None)
    device = paired()
    one, two, three = sold(3)
    for ticket in (one, two, three):
        device.scan(ticket, gate="Yard gate")
    device.scan(three, gate="Yard gate", direction="out")

    (crowd,) = figures.heads(gala)

    assert (crowd.area.name, crowd.inside, bool(crowd.alarm)) == ("Yard", 2, True)
    device.scan(two, gate="Yard gate", direction="out")
    assert not figures.heads(gala)[0].alarm


def test_what_has_to_be_looked_at_is_listed(paired, sold, gala):
    at = now() - timedelta(minutes=5)
    twice, refunded = sold(2)
    with transaction():
        refunded.status = "cancelled"
    upload(paired("A"), made(twice, "a1", at, result="VALID", gate="North"))
    upload(
        paired("B"),
        made(twice, "b1", at + timedelta(minutes=1), result="VALID", gate="South"),
        made(refunded, "b2", at, result="VALID"),
    )

    door = paired("C").get(f"/events/{gala.slug}/door").json

    (double,) = door["doubles"]
    assert (double["gate"], double["by"]) == ("South", "B")
    assert (double["first"]["gate"], double["first"]["by"]) == ("North", "A")
    (wrong,) = door["let_in_wrongly"]
    assert (wrong["scan_id"], wrong["reason"]) == ("b2", "cancelled")
    # Three people are inside with two tickets, one of them void.
    assert door["areas"][0]["inside"] == 3
    assert sum(minute["entries"] for minute in door["minutes"]) == 3
    assert {(one["result"], one["reason"]) for one in door["refusals"]} == {
        ("USED", "double_entry"),
        ("INVALID", "cancelled"),
    }


def test_what_is_no_ticket_is_among_what_was_refused(program, paired, sold, gala):
    [ticket] = sold(1)
    forged = issuing.code_of(ticket)[:-4] + "AAAA"
    scan = {"event": gala.slug, "scan_id": "s1"}

    asked = program().post("/checkin", scan | {"code": forged}).json
    upload(
        paired(),
        made("HTTPS://EXAMPLE.COM", "s2", now(), event=gala.slug, result="INVALID"),
        made(forged, "s3", now(), result="INVALID"),
    )

    assert (asked["result"], asked["reason"]) == ("INVALID", "not_a_code")
    counted = [(one.result, one.reason, one.number) for one in figures.answers(gala)]
    assert counted == [("INVALID", "not_a_code", 2)]


def test_console_and_api_count_the_same_heads_when_a_double_leaves(desk, paired, sold, gala):
    """Two came in with one ticket, one of them left again: one is inside, whoever asks."""
    with transaction():
        yard = Area(event_id=gala.id, name="Yard", capacity=3, alarm_percent=60)
        db.session.add(yard)
    gates = {
        "Yard in": {"direction": "in"},
        "Yard out": {"direction": "out"},
    }
    for name, facts in gates.items():
        make_gate(gala, name, area_id=yard.id, **facts)
    at = now() - timedelta(minutes=5)
    twice, stranger = sold(2)
    upload(paired("A"), made(twice, "a1", at, result="VALID", gate="Yard in"))
    upload(
        paired("B"), made(twice, "b1", at + timedelta(seconds=9), result="VALID", gate="Yard in")
    )
    device = paired("C")

    def inside() -> list[int]:
        # Each as it is told: to people, and to programs.
        page = desk.get(f"/manage/events/{gala.slug}/door").text
        shown = re.search(r"Yard</span><span class=\"number\"><b>(\d+)</b>", page)[1]
        [told] = device.get(f"/events/{gala.slug}/door").json["areas"]
        return [int(shown), told["inside"]]

    assert inside() == [2, 2]
    device.scan(stranger, gate="Yard out")
    assert inside() == [2, 2]
    device.scan(twice, gate="Yard out")
    assert inside() == [1, 1]
    device.scan(twice, gate="Yard out")
    assert inside() == [0, 0]


def test_who_came_in_with_a_void_ticket_is_on_the_dashboard(desk, paired, sold, gala):
    [refunded] = sold(1)
    with transaction():
        refunded.status = "cancelled"
    upload(paired("B"), made(refunded, "b2", now() - timedelta(minutes=1), result="VALID"))

    page = desk.get(f"/manage/events/{gala.slug}/door").text

    assert "One person is inside with a ticket that is void by now" in page
    # Nobody was turned away.
    assert "Refused, and why" not in page
