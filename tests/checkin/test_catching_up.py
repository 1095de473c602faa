"""Catching up: what devices read without a network comes in late, twice, in any order."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from eventflow.checkin import devices
from eventflow.checkin.models import Scan
from eventflow.db import db, now, transaction
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from tests import factories
from tests.checkin.test_admitting import make_gate, scans
from tests.people import browser_at


def made(ticket: Ticket | str, scan_id: str, at: datetime, **facts) -> dict:
    code = ticket if isinstance(ticket, str) else issuing.code_of(ticket)
    return {"scan_id": scan_id, "code": code, "scanned_at": at.isoformat(), **facts}


def upload(program, *made_scans: dict, **facts) -> list[dict]:
    answer = program.post("/checkin/batch", {"scans": list(made_scans), **facts})
    assert answer.status_code == 200, answer.text
    return answer.json["results"]


def doubles() -> list[Scan]:
    db.session.rollback()
    return list(db.session.scalars(select(Scan).where(Scan.double_of.is_not(None))))


def test_a_batch_is_written_once_however_often_it_is_sent(paired, sold):
    at = now() - timedelta(minutes=10)
    (one, two) = sold(2)
    device = paired()
    batch = [made(one, "a1", at, result="VALID"), made(two, "a2", at, result="VALID")]

    first, again = upload(device, *batch), upload(device, *batch)

    assert first == again
    assert [one["result"] for one in first] == ["VALID", "VALID"]
    assert len(scans()) == 2
    assert all(scan.offline and scan.device_id == device.id for scan in scans())


@pytest.mark.parametrize("year", ["0001", "1970", "9999"])
def test_a_clock_that_started_anew_loses_no_scan(paired, sold, year):
    (one, two) = sold(2)
    right, wrong = made(one, "a1", now()), made(two, "a2", now())
    wrong["scanned_at"] = f"{year}-01-01T00:00:00+00:00"

    told = upload(paired(), right, wrong)

    assert [one["result"] for one in told] == ["VALID", "VALID"]
    assert all(abs(scan.scanned_at - now()) < timedelta(minutes=1) for scan in scans())


@pytest.mark.parametrize("late", ["the first arrives first", "the first arrives last"])
def test_of_two_devices_the_first_in_time_has_the_entry(paired, sold, late):
    at = now() - timedelta(minutes=10)
    (ticket,) = sold(1)
    a, b = paired("A"), paired("B")
    earlier = (a, made(ticket, "a1", at, result="VALID", gate="North"))
    later = (b, made(ticket, "b1", at + timedelta(minutes=1), result="VALID", gate="South"))

    for device, scan in (earlier, later) if late.endswith("first") else (later, earlier):
        upload(device, scan)

    (double,) = doubles()
    entry = db.session.get(Scan, double.double_of)
    assert (entry.scan_id, entry.result, entry.gate) == ("a1", "VALID", "North")
    assert (double.scan_id, double.result, double.reason) == ("b1", "USED", "double_entry")
    assert double.client_result == "VALID"
    assert db.session.get(Ticket, ticket.id).checked_in_at == at
    (told,) = upload(*later)
    assert told["double"]["gate"] == "North"
    assert told["double"]["by"] == "A"


def test_three_devices_leave_one_entry_and_two_doubles_in_any_order(paired, sold):
    at = now() - timedelta(minutes=10)
    devices = [paired(name) for name in "ABC"]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]):
        (ticket,) = sold(1)
        for n in order:
            upload(devices[n], made(ticket, f"{ticket.id}-{n}", at + timedelta(minutes=n)))
        db.session.rollback()
        found = list(
            db.session.scalars(
                select(Scan).where(Scan.ticket_id == ticket.id).order_by(Scan.scanned_at)
            )
        )
        assert [scan.result for scan in found] == ["VALID", "USED", "USED"]
        assert [scan.double_of for scan in found] == [None, found[0].id, found[0].id]
        with transaction():
            db.session.get(Ticket, ticket.id).status = "cancelled"


def test_two_devices_offline_at_once(paired, at_riverside, app):
    """500 scans on each of two devices, 50 tickets in common, uploaded twice, in any order."""
    at = now() - timedelta(hours=1)
    event = factories.make_event(title="Festival", tiers=[("Field", 0, 960)], at=at)
    tickets: list[Ticket] = []
    with transaction():
        for tier in event.tiers:
            tier.max_per_order = 100
    while len(tickets) < 950:
        order = factories.order(at_riverside, event, min(50, 950 - len(tickets)))
        tickets += order.tickets
    codes = [issuing.code_of(ticket) for ticket in tickets]
    dice = random.Random(7)
    a, b = paired("A"), paired("B")
    batches = []
    for device, mine in ((a, codes[:500]), (b, codes[450:])):
        read = [
            made(code, f"{device.id}-{n}", at + timedelta(seconds=dice.randrange(3000)))
            for n, code in enumerate(mine)
        ]
        dice.shuffle(read)
        chunks = [read[n : n + 125] for n in range(0, 500, 125)] * 2
        dice.shuffle(chunks)
        batches += [(device, chunk) for chunk in chunks]
    dice.shuffle(batches)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: upload(one[0], *one[1]), batches))

    found = scans()
    assert len(found) == 1000
    assert len(doubles()) == 50
    assert sum(scan.result == "VALID" for scan in found) == 950
    for double in doubles():
        entry = db.session.get(Scan, double.double_of)
        assert entry.device_id != double.device_id
        assert entry.scanned_at <= double.scanned_at
        assert entry.result == "VALID"


def test_the_same_device_reading_a_ticket_twice_is_no_double(paired, sold):
    at = now() - timedelta(minutes=5)
    (ticket,) = sold(1)
    upload(
        paired(),
        made(ticket, "a1", at),
        made(ticket, "a2", at + timedelta(minutes=1)),
        made(ticket, "a3", at + timedelta(minutes=2), result="USED"),
    )
    assert [scan.result for scan in scans()] == ["VALID", "USED", "USED"]
    assert doubles() == []


def test_whoever_was_turned_away_is_not_in(paired, program, sold):
    (ticket,) = sold(1)
    (told,) = upload(paired(), made(ticket, "a1", now(), result="INVALID"))
    assert (told["result"], told["reason"]) == ("INVALID", "refused_offline")
    assert program().scan(ticket)["result"] == "VALID"


def test_a_ticket_refunded_while_the_scanner_was_away_is_listed(paired, sold):
    (ticket,) = sold(1)
    with transaction():
        ticket.status = "cancelled"
    (told,) = upload(paired(), made(ticket, "a1", now(), result="VALID"))
    assert (told["result"], told["reason"]) == ("INVALID", "cancelled")
    (scan,) = scans()
    assert scan.admitted
    assert scan.client_result == "VALID"


def test_a_clock_that_is_off_is_corrected(paired, sold):
    slow = timedelta(minutes=20)
    (ticket,) = sold(1)
    at = now() - timedelta(minutes=3)
    upload(
        paired(),
        made(ticket, "a1", at - slow, result="VALID"),
        sent_at=(now() - slow).isoformat(),
    )
    (scan,) = scans()
    assert abs(scan.scanned_at - at) < timedelta(seconds=10)


@pytest.mark.parametrize("clock", ["1970-01-01T00:12:00Z", "0001-01-01T00:12:00+14:00"])
def test_a_clock_that_started_anew_and_says_so_is_corrected(paired, sold, clock):
    (ticket,) = sold(1)
    scanned = datetime.fromisoformat(clock) - timedelta(minutes=3)
    (told,) = upload(paired(), made(ticket, "a1", scanned, result="VALID"), sent_at=clock)
    assert told["result"] == "VALID"
    (scan,) = scans()
    assert abs(scan.scanned_at - (now() - timedelta(minutes=3))) < timedelta(seconds=10)


@pytest.mark.parametrize("clock", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_no_clock_is_too_wrong_for_its_scans(paired, sold, clock):
    (ticket,) = sold(1)
    (told,) = upload(paired(), made(ticket, "a1", now(), result="VALID"), sent_at=clock)
    assert told["result"] == "VALID"
    (scan,) = scans()
    assert scan.scanned_at.year == now().year


def test_a_scan_from_before_its_ticket_was_issued_is_doubted_and_not_lost(
    app, riverside, sam, paired, sold, gala
):
    (old, fine), slug = sold(2), gala.slug
    device = paired("Ana’s phone")
    batch = [
        made(old, "a1", now() - timedelta(hours=3), result="VALID"),
        made(fine, "a2", now(), result="VALID"),
    ]

    told, again = upload(device, *batch), upload(device, *batch)

    assert told == again
    assert [(one["result"], one["doubt"]) for one in told] == [
        ("VALID", "before_issue"),
        ("VALID", None),
    ]
    door = device.get(f"/events/{slug}/door").json
    assert [one["scan_id"] for one in door["doubted"]] == ["a1"]
    page = browser_at(app, riverside, sam).get(f"/manage/events/{slug}/door").text
    assert "The clock of one scan was wrong" in page
    assert "Scanned by a wrong clock" in page and "Ana’s phone" in page


def test_a_clock_that_started_anew_takes_no_entry_from_one_that_is_right(paired, sold):
    (ticket,) = sold(1)
    right, wrong = paired("Right"), paired("Wrong")
    upload(right, made(ticket, "a1", now(), result="VALID"))
    batch = made(ticket, "b1", datetime(1999, 1, 1, tzinfo=UTC), result="VALID")

    (told,) = upload(wrong, batch)
    (again,) = upload(wrong, batch)

    assert told == again
    assert (told["result"], told["reason"], told["doubt"]) == (
        "USED",
        "double_entry",
        "before_issue",
    )
    assert told["double"]["by"] == "Right"
    assert {scan.scanned_at.year for scan in scans()} == {now().year}


def test_a_time_noted_to_the_minute_is_not_doubted(paired, sold, gala):
    (ticket,), slug = sold(1), gala.slug
    device = paired()

    (told,) = upload(device, made(ticket, "a1", now() - timedelta(seconds=50), result="VALID"))

    assert told["doubt"] is None
    assert device.get(f"/events/{slug}/door").json["doubted"] == []


def test_a_scan_from_the_future_was_made_now(paired, sold):
    (ticket,) = sold(1)
    upload(paired(), made(ticket, "a1", now() + timedelta(days=400)))
    (scan,) = scans()
    assert scan.scanned_at == scan.received_at


def test_the_group_of_a_scan_comes_along(paired, sold, gala):
    from eventflow.checkin import manifest

    first, second, third = sold(3)
    also = [manifest.ticket_digest(second.id), str(third.id), str(second.id), str(first.id)]
    told = upload(paired(), made(first, "a1", now(), also=also), event=gala.slug)
    assert [one["scan_id"] for one in told] == ["a1", "a1:1", "a1:2"]
    assert {one["result"] for one in told} == {"VALID"}


def test_a_ticket_found_by_name_offline(paired, sold, gala):
    from eventflow.checkin import manifest

    (ticket,) = sold(1)
    named = {"scan_id": "a1", "ticket": manifest.ticket_digest(ticket.id)}
    told = upload(paired(), named | {"scanned_at": now().isoformat()}, event=gala.slug)
    assert told[0]["result"] == "VALID"


def test_who_left_in_between_was_no_double(paired, sold, gala):
    make_gate(gala, "Yard", entries=None, direction="both")
    at = now() - timedelta(hours=1)
    (ticket,) = sold(1)
    a, b = paired("A"), paired("B")
    upload(a, made(ticket, "in1", at, gate="Yard", result="VALID"))
    upload(a, made(ticket, "in2", at + timedelta(minutes=20), gate="Yard", result="VALID"))
    assert len(doubles()) == 1
    upload(b, made(ticket, "out", at + timedelta(minutes=10), gate="Yard", direction="out"))
    assert doubles() == []


def test_the_contracts_batch_works_with_a_token(program, sold):
    (ticket,) = sold(1)
    scan = made(ticket, "x1", now())
    (told,) = upload(program(), scan, device="Bar")
    assert told["result"] == "VALID"
    assert scans()[0].by == "Bar"


def test_too_much_at_once_is_refused_whole(paired):
    many = [made("x", str(n), now()) for n in range(501)]
    assert paired().post("/checkin/batch", {"scans": many}).status_code == 422


# Undo


def test_an_undone_entry_can_be_made_again_and_stays_in_the_history(paired, sold):
    (ticket,) = sold(1)
    plain, supervisor = paired("Plain"), paired("Sam's", role="staff")
    plain.scan(ticket, scan_id="a1")
    wanted = {"scan_id": "a1", "reason": "Wrong person"}
    assert plain.post("/checkin/undo", wanted).status_code == 403
    assert supervisor.post("/checkin/undo", {"scan_id": "nope", "reason": "x"}).status_code == 404

    answers = [supervisor.post("/checkin/undo", wanted).json for _time in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["undone"] is True
    assert plain.scan(ticket)["result"] == "VALID"
    first = next(scan for scan in scans() if scan.scan_id == "a1")
    assert (first.undone_by, first.undo_reason) == ("Sam's", "Wrong person")


def test_undoing_the_entry_makes_the_double_the_entry(paired, program, sold):
    at = now() - timedelta(minutes=10)
    (ticket,) = sold(1)
    upload(paired("A"), made(ticket, "a1", at))
    upload(paired("B"), made(ticket, "b1", at + timedelta(minutes=1)))
    program("staff").post("/checkin/undo", {"scan_id": "a1", "reason": "Test scan"})
    assert doubles() == []
    entry = next(scan for scan in scans() if scan.scan_id == "b1")
    assert (entry.result, entry.reason) == ("VALID", "admitted")
    assert db.session.get(Ticket, ticket.id).checked_in_at == entry.scanned_at


def test_what_let_nobody_in_cannot_be_undone(program, at_riverside):
    program().scan("nonsense", scan_id="n1")
    answer = program("staff").post("/checkin/undo", {"scan_id": "n1", "reason": "x"})
    assert answer.status_code == 409


def revoke(device) -> None:
    with transaction():
        devices.revoke(device.id, by="Olivia", at=now())


def test_what_a_device_read_before_it_was_revoked_is_not_lost(paired, program, sold):
    at = now() - timedelta(minutes=5)
    (ticket,) = sold(1)
    device = paired()
    revoke(device)

    batch = {"scans": [made(ticket, "a1", at, result="VALID")]}
    first, again = (device.post("/checkin/batch", batch).json for _time in range(2))

    assert first["revoked"] is True
    assert [one["result"] for one in first["results"]] == ["VALID"]
    assert first["results"] == again["results"]
    assert len(scans()) == 1
    assert program().scan(ticket)["result"] == "USED"
    # It is refused all else.
    assert device.get("/devices/me").json["code"] == "device_revoked"
    assert device.post("/checkin", batch["scans"][0]).json["code"] == "device_revoked"


def test_a_stolen_device_uses_no_tickets_up(paired, program, sold, gala):
    """Whoever has it knows the list, and may say of any ticket that it was let in before."""
    at = now() - timedelta(minutes=5)
    known, later, along, used = sold(4)
    program().scan(used)
    device = paired(role="staff")
    revoke(device)

    by_hand = {"scan_id": "h1", "ticket": str(known.id), "event": gala.slug}
    told = upload(
        device,
        by_hand | {"scanned_at": at.isoformat(), "result": "VALID"},
        made(later, "h2", now() + timedelta(minutes=1), result="VALID"),
        made(used, "h3", at, result="VALID", override=True, reason="Because", also=[str(along.id)]),
    )

    reasons = {one["scan_id"]: (one["result"], one["reason"]) for one in told}
    assert reasons["h1"] == reasons["h2"] == reasons["h3:1"] == ("INVALID", "device_revoked")
    assert reasons["h3"] == ("VALID", "admitted")
    assert not [scan for scan in scans() if scan.reason == "override"]
    assert sum(scan.admitted for scan in scans()) == 2
    for ticket in (known, later, along):
        assert program().scan(ticket)["result"] == "VALID"


def test_after_some_days_a_revoked_device_tells_nothing_any_more(paired, sold):
    (ticket,) = sold(1)
    device = paired()
    with transaction():
        devices.revoke(device.id, by="Olivia", at=now() - timedelta(days=4))

    batch = {"scans": [made(ticket, "a1", now() - timedelta(days=5), result="VALID")]}
    answer = device.post("/checkin/batch", batch)

    assert (answer.status_code, answer.json["code"]) == (401, "device_revoked")
