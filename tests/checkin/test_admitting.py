"""Admitting: once each, by the rules of the gate, whoever asks at the same moment."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow.checkin import admitting, crowding, manifest
from eventflow.checkin.admitting import Reader, Reading
from eventflow.checkin.models import Area, Gate, GateTier, Scan
from eventflow.db import db, now, transaction
from eventflow.events.models import Tier
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from tests import factories


def make_gate(event, name="Front", **facts) -> Gate:
    tiers = facts.pop("tiers", ())
    with transaction():
        gate = Gate(event_id=event.id, name=name, **facts)
        db.session.add(gate)
        db.session.flush()
        for tier in tiers:
            db.session.add(GateTier(gate_id=gate.id, tier_id=tier.id))
    return gate


def scans() -> list[Scan]:
    db.session.rollback()
    return list(db.session.scalars(select(Scan).order_by(Scan.received_at, Scan.scanned_at)))


def test_valid_once_and_used_after_that(program, sold):
    (ticket,) = sold(1)
    till = program()

    first = till.scan(ticket, gate="North")
    second = till.scan(ticket, gate="South")

    assert (first["result"], first["reason"]) == ("VALID", "admitted")
    assert (second["result"], second["reason"]) == ("USED", "already_checked_in")
    assert second["first"]["gate"] == "North"
    assert second["first"]["by"] == "scanner till"
    assert second["checked_in_at"] == first["checked_in_at"]
    assert [scan.result for scan in scans()] == ["VALID", "USED"]


def test_the_same_scan_sent_again_is_one_scan(program, sold):
    (ticket,) = sold(1)
    till = program()
    answers = [till.scan(ticket, scan_id="a1") for _time in range(3)]
    assert {answer["result"] for answer in answers} == {"VALID"}
    assert len(scans()) == 1


def test_a_scanners_token_sees_no_address(program, sold):
    (ticket,) = sold(1)
    assert "bea@example.com" not in str(program("scanner").scan(ticket))
    assert program("staff").scan(ticket)["ticket"]["attendee"]["email"] == "bea@example.com"


def test_what_is_no_good_ticket_is_invalid(program, sold, gala):
    (cancelled, reissued, fine) = sold(3)
    old_code = issuing.code_of(reissued)
    with transaction():
        cancelled.status = "cancelled"
        reissued.issue = 2
    till = program()
    assert till.scan("nonsense")["reason"] == "not_a_code"
    assert till.scan(cancelled)["reason"] == "cancelled"
    assert till.scan(old_code)["reason"] == "reissued"
    assert till.scan(reissued)["result"] == "VALID"
    assert till.scan(fine, event="another-night")["reason"] == "other_event"
    assert {scan.result for scan in scans()} == {"INVALID", "VALID"}


def test_every_scan_is_a_row_even_of_nothing(program, at_riverside):
    program().scan("nonsense", gate="North")
    (scan,) = scans()
    assert (scan.result, scan.ticket_id, scan.gate) == ("INVALID", None, "North")


@pytest.mark.parametrize("clients", [32])
def test_many_clients_scanning_the_same_tickets_admit_each_once(app, at_riverside, clients):
    event = factories.make_event(title="Rush", tiers=[("Floor", 0, 40)])
    order = factories.order(at_riverside, event, 10)
    codes = [issuing.code_of(ticket) for ticket in order.tickets] * 4

    def scan_all(number: int) -> list[str]:
        with app.app_context(), acting_for(at_riverside.id):
            mine = codes[number % len(codes) :] + codes[: number % len(codes)]
            return [admitting.admit(code, by=f"till {number}", at=now()).result for code in mine]

    with ThreadPoolExecutor(clients) as pool:
        results = [result for found in pool.map(scan_all, range(clients)) for result in found]

    assert results.count("VALID") == 10
    assert results.count("USED") == len(results) - 10
    assert len(scans()) == len(results)


def test_the_same_scan_delivered_twice_at_once_is_one_scan(app, at_riverside, sold):
    (ticket,) = sold(1)
    code = issuing.code_of(ticket)

    def scan(_number: int) -> str:
        with app.app_context(), acting_for(at_riverside.id):
            return admitting.admit(code, scan_id="once", at=now()).result

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(scan, range(16))) == {"VALID"}
    assert len(scans()) == 1


def test_one_scan_id_for_several_tickets_at_once_is_a_scan_of_each(app, at_riverside, sold):
    codes = [issuing.code_of(ticket) for ticket in sold(4)]

    def scan(number: int) -> str:
        with app.app_context(), acting_for(at_riverside.id):
            return admitting.admit(codes[number % 4], scan_id="once", at=now()).result

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(scan, range(16))) == {"VALID"}
    db.session.rollback()
    assert len(scans()) == 4
    assert {scan.ticket_id for scan in scans()} == set(db.session.scalars(select(Ticket.id)))


def test_a_scan_id_that_was_used_lets_nothing_else_in(program, sold):
    (one, two) = sold(2)
    till = program()
    till.scan(one, scan_id="1")

    assert till.scan("HELLO, NOT A CODE", scan_id="1")["reason"] == "not_a_code"
    assert till.scan(two, scan_id="1")["ticket"]["id"] == str(two.id)
    assert till.scan(one, scan_id="1")["result"] == "VALID"
    assert len(scans()) == 3


def test_two_devices_that_count_their_scans_alike_are_told_apart(paired, sold):
    (ticket,) = sold(1)
    a, b = paired("A"), paired("B", role="staff")

    assert a.scan(ticket, scan_id="1")["result"] == "VALID"
    assert b.scan(ticket, scan_id="1")["result"] == "USED"
    assert b.scan(ticket, scan_id="1", override=True, reason="Came back")["result"] == "USED"

    assert [scan.device_id for scan in scans()] == [a.id, b.id]


def test_a_device_takes_back_its_own_scan_of_two_with_one_id(paired, sold):
    (one, two) = sold(2)
    a, b = paired("A"), paired("B", role="staff")
    a.scan(one, scan_id="1")
    b.scan(two, scan_id="1")

    answer = b.post("/checkin/undo", {"scan_id": "1", "reason": "Wrong person"})

    assert answer.status_code == 200
    assert {scan.ticket_id: scan.undone_at is None for scan in scans()} == {
        one.id: True,
        two.id: False,
    }


def test_a_scan_without_an_id_is_given_one_to_be_taken_back_by(program, sold):
    (ticket,) = sold(1)

    told = program().scan(ticket)

    wanted = {"scan_id": told["scan_id"], "reason": "Wrong person"}
    assert program("staff").post("/checkin/undo", wanted).status_code == 200
    (scan,) = scans()
    assert scan.undone_at is not None


def test_a_scanners_token_learns_no_code_it_has_not_read(program, sold):
    (ticket,) = sold(1)
    named = {"ticket": str(ticket.id), "direction": "out"}

    assert program().post("/checkin", named).json["ticket"]["code"] == ""
    assert program("staff").post("/checkin", named).json["ticket"]["code"]
    assert program().scan(ticket)["ticket"]["code"] == issuing.code_of(ticket)


@pytest.mark.parametrize("name", ["event", "gate", "ticket", "scan_id", "reason"])
def test_a_text_no_database_can_write_is_refused(program, sold, name):
    (ticket,) = sold(1)
    scan = {"code": issuing.code_of(ticket), name: "a\0b"}
    later = scan | {"scan_id": "1", "scanned_at": now().isoformat()} | {name: "a\0b"}

    assert program().post("/checkin", scan).status_code == 422
    assert program().post("/checkin/batch", {"scans": [later]}).status_code == 422
    assert scans() == []


# Gates


def test_a_gate_lets_in_its_own_tiers(program, sold, gala):
    _stalls, circle = gala.tiers
    make_gate(gala, "Stairs", tiers=[circle])
    (down, up) = sold(1, 1)
    till = program()
    assert till.scan(down, gate="Stairs")["reason"] == "wrong_tier"
    assert till.scan(up, gate="Stairs")["result"] == "VALID"
    assert till.scan(down)["result"] == "VALID"


def test_a_gate_keeps_its_hours(program, sold, gala):
    at = now()
    make_gate(gala, "Early", opens_at=at + timedelta(hours=1))
    make_gate(gala, "Late", closes_at=at - timedelta(hours=1))
    (ticket,) = sold(1)
    till = program()
    assert till.scan(ticket, gate="Early")["reason"] == "gate_not_open"
    assert till.scan(ticket, gate="Late")["reason"] == "gate_closed"


def test_a_gate_is_named_or_numbered(program, sold, gala):
    gate = make_gate(gala, "Front")
    (one, two) = sold(2)
    till = program()
    till.scan(one, gate="Front")
    till.scan(two, gate=str(gate.id))
    assert [(scan.gate_id, scan.gate) for scan in scans()] == [(gate.id, "Front")] * 2


def test_a_ticket_enters_as_often_as_the_gate_allows(program, sold, gala):
    make_gate(gala, "Front", entries=2)
    (ticket,) = sold(1)
    till = program()
    results = [till.scan(ticket, gate="Front")["result"] for _time in range(3)]
    assert results == ["VALID", "VALID", "USED"]


def test_each_area_counts_its_own_entries(program, sold, gala):
    with transaction():
        area = Area(event_id=gala.id, name="Balcony")
        db.session.add(area)
    make_gate(gala, "Front")
    make_gate(gala, "Balcony stairs", area_id=area.id)
    (ticket,) = sold(1)
    till = program()
    assert till.scan(ticket, gate="Front")["result"] == "VALID"
    assert till.scan(ticket, gate="Balcony stairs")["result"] == "VALID"
    assert till.scan(ticket, gate="Balcony stairs")["result"] == "USED"


def test_where_leaving_is_counted_one_comes_in_again_only_after_leaving(program, sold, gala):
    make_gate(gala, "Yard", entries=None, direction="both")
    (ticket,) = sold(1)
    till = program()
    seen = [
        till.scan(ticket, gate="Yard", direction=way)["reason"]
        for way in ("in", "in", "out", "in", "out", "out")
    ]
    assert seen == [
        "admitted",
        "already_inside",
        "left",
        "admitted",
        "left",
        "left_without_entry",
    ]


def test_an_exit_lets_nobody_in(program, sold, gala):
    make_gate(gala, "Exit", direction="out")
    (ticket,) = sold(1)
    assert program().scan(ticket, gate="Exit", direction="in")["reason"] == "wrong_way"


# Overrides


def test_staff_override_what_is_used_and_scanners_do_not(program, sold):
    (ticket,) = sold(1)
    program().scan(ticket)
    answer = program("staff").scan(ticket, override=True, reason="came out for air")
    assert (answer["result"], answer["reason"]) == ("VALID", "override")
    assert scans()[-1].note == "came out for air"
    code = issuing.code_of(ticket)
    assert program().post("/checkin", {"code": code, "override": True}).status_code == 403


def test_a_supervisors_device_overrides_with_a_reason(paired, sold):
    (ticket,) = sold(1)
    code = issuing.code_of(ticket)
    plain, supervisor = paired("Plain"), paired("Sam's", role="staff")
    plain.scan(ticket)
    wanted = {"code": code, "override": True}
    assert plain.post("/checkin", wanted | {"reason": "x"}).status_code == 403
    assert supervisor.post("/checkin", wanted).status_code == 422
    assert supervisor.scan(ticket, override=True, reason="knows her")["result"] == "VALID"


def test_nothing_overrides_a_refund(program, sold):
    (ticket,) = sold(1)
    with transaction():
        ticket.status = "cancelled"
    assert program("staff").scan(ticket, override=True)["reason"] == "cancelled"


# Devices


def test_a_device_is_kept_to_its_events_and_gates(paired, sold, gala, at_riverside):
    other = factories.make_event(title="Summer Fair")
    front, back = make_gate(gala, "Front"), make_gate(gala, "Back")
    (ticket,) = sold(1)

    elsewhere = paired("Elsewhere", event_ids=[other.id]).scan(ticket)
    assert (elsewhere["reason"], elsewhere["ticket"]) == ("other_event", None)
    device = paired("Front", gate_ids=[front.id])
    assert device.scan(ticket, gate="Back")["reason"] == "gate_not_allowed"
    assert device.scan(ticket)["result"] == "VALID"
    assert scans()[-1].gate == "Front"
    assert back.id != front.id


def test_a_device_sees_the_group_and_no_code(paired, sold):
    tickets = sold(3)
    answer = paired().scan(tickets[0], also=[str(tickets[1].id)], scan_id="g1")
    assert answer["ticket"]["code"] == ""
    group = answer["group"]
    assert (group["in"], group["size"]) == (2, 3)
    assert [one["checked_in"] for one in group["tickets"]] == [True, True, False]
    assert [one["result"] for one in answer["also"]] == ["VALID"]
    assert sorted(scan.scan_id for scan in scans()) == ["g1", "g1:1"]


def test_a_ticket_named_twice_comes_along_once(paired, sold):
    first, second, third = sold(3)
    again = [str(second.id), str(second.id).upper(), manifest.ticket_digest(second.id)]
    names = [str(first.id), *again, str(third.id), "nobody", "nobody"]

    answer = paired().scan(first, also=names, scan_id="g1")

    told = [(one["ticket"], one["result"]) for one in answer["also"]]
    assert told == [(names[1], "VALID"), (names[4], "VALID"), ("nobody", "INVALID")]
    assert (answer["group"]["in"], answer["group"]["size"]) == (3, 3)
    assert {scan.scan_id for scan in scans()} == {"g1", "g1:2", "g1:5", "g1:6"}


def test_only_tickets_of_the_same_order_come_along(paired, sold):
    (mine,) = sold(1)
    (theirs,) = sold(1)
    answer = paired().scan(mine, also=[str(theirs.id)])
    assert answer["also"][0]["result"] == "INVALID"


def test_a_ticket_is_found_by_hand_and_identity_is_checked(paired, sold, gala):
    (ticket,) = sold(1)
    answer = paired().post("/checkin", {"ticket": str(ticket.id), "event": gala.slug})
    assert answer.json["result"] == "VALID"
    assert answer.json["check_identity"] is True


def test_a_note_at_the_door_and_what_has_to_be_shown(program, sold, gala):
    (ticket,) = sold(1)
    with transaction():
        ticket.door_note = "Guide dog"
        ticket.needs_attention = True
        db.session.get(Tier, ticket.tier_id).proof = "Student card"
    answer = program().scan(ticket)
    assert (answer["note"], answer["attention"], answer["proof"]) == (
        "Guide dog",
        True,
        "Student card",
    )


def test_a_verb_needs_no_request(at_riverside, sold):
    (ticket,) = sold(1)
    claim = admitting.by_hand(ticket.id)
    answer = admitting.judge(Reading(claim, now()), Reader("Sam"), at=now())
    assert answer.result == "VALID"


def test_programs_see_the_order_too(program, sold):
    tickets = sold(3)
    scanner = program()

    group = scanner.scan(tickets[0])["group"]

    assert (group["in"], group["size"]) == (1, 3)
    assert [one["checked_in"] for one in group["tickets"]] == [True, False, False]
    assert issuing.code_of(tickets[1]) not in str(scanner.scan(tickets[0]))


def test_a_ticket_that_comes_along_from_another_order_is_said_to(paired, sold):
    (mine,), (theirs,) = sold(1), sold(1)

    answer = paired().scan(mine, also=[str(theirs.id)])

    assert answer["also"][0]["reason"] == "other_order"


def test_nobody_has_to_be_looked_at_for_a_ticket_there_is_not(paired, at_riverside, gala):
    asked = {"ticket": str(uuid.uuid4()), "event": gala.slug}

    answer = paired().post("/checkin", asked).json

    assert (answer["reason"], answer["check_identity"]) == ("unknown_ticket", False)


def test_the_answer_says_how_full_it_is_behind_the_gate(program, sold, gala):
    with transaction():
        cellar = Area(event_id=gala.id, name="Cellar", capacity=2, alarm_percent=50)
        db.session.add(cellar)
    make_gate(gala, "Cellar in", area_id=cellar.id)
    make_gate(gala, "Cellar out", area_id=cellar.id, direction="out")
    make_gate(gala, "Front")
    tickets, scanner = sold(4), program()

    told = [scanner.scan(ticket, gate="Cellar in")["area"] for ticket in tickets[:3]]

    assert [(area["inside"], area["alarm"]) for area in told] == [
        (1, "near"),
        (2, "full"),
        (3, "full"),
    ]
    assert (told[0]["name"], told[0]["capacity"]) == ("Cellar", 2)
    again = scanner.scan(tickets[0], gate="Cellar in")
    assert (again["result"], again["area"]["inside"]) == ("USED", 3)
    crowding._counted.clear()
    assert scanner.scan(tickets[0], gate="Cellar out")["area"]["inside"] == 2
    for _time in range(4):
        never_in = scanner.scan(tickets[3], gate="Cellar out")
        assert (never_in["reason"], never_in["area"]["inside"]) == ("left_without_entry", 2)
    assert scanner.scan(tickets[3], gate="Front")["area"] is None
