"""Badges that a device prints: one with the first entry, one reprint, all in the log."""

from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db
from tests import factories


def log() -> list[AuditEntry]:
    db.session.rollback()
    entries = select(AuditEntry).where(AuditEntry.action == "badges.print")
    return list(db.session.scalars(entries.order_by(AuditEntry.at)))


def test_the_first_entry_prints_a_badge_and_a_person_may_ask_once_more(paired, sold):
    (ticket,) = sold(1)
    kiosk = paired("Lobby kiosk")
    kiosk.scan(ticket, scan_id="first")
    kiosk.scan(ticket, scan_id="second")

    printed = kiosk.post("/badges", {"scan_id": "first"})
    sent_again = kiosk.post("/badges", {"scan_id": "first"})
    by_itself = kiosk.post("/badges", {"scan_id": "second"})
    reprint = kiosk.post("/badges", {"scan_id": "second", "again": True})
    third = kiosk.post("/badges", {"scan_id": "first", "again": True})

    assert (printed.status_code, sent_again.status_code) == (201, 201)
    assert printed.json["name"] == "Bea Buyer"
    assert (printed.json["tier"], printed.json["event"]) == ("Stalls", "Winter Gala")
    assert printed.json["prints_left"] == sent_again.json["prints_left"] == 1
    assert (by_itself.status_code, by_itself.json["code"]) == (409, "conflict")
    assert by_itself.json["detail"] == "Has a badge already, from an earlier entry."
    assert (reprint.status_code, reprint.json["prints_left"]) == (201, 0)
    assert third.status_code == 409
    assert [entry.actor_name for entry in log()] == ["Lobby kiosk", "Lobby kiosk"]


def test_whom_a_scan_did_not_let_in_has_no_badge(paired, sold, gala):
    (ticket,) = sold(1)
    kiosk = paired()
    entry = kiosk.scan(ticket, scan_id="taken back")
    paired("Ana’s phone", role="staff").post(
        "/checkin/undo", {"scan_id": entry["scan_id"], "reason": "Wrong person"}
    )

    assert kiosk.post("/badges", {"scan_id": "taken back"}).status_code == 409
    assert kiosk.post("/badges", {"scan_id": "never was"}).status_code == 404
    assert log() == []


def test_a_device_prints_for_its_own_events_alone(paired, sold, gala):
    (ticket,) = sold(1)
    paired().scan(ticket, scan_id="elsewhere")
    other = factories.make_event(title="Matinee")

    stranger = paired("Matinee desk", event_ids=[other.id])

    assert stranger.post("/badges", {"scan_id": "elsewhere"}).status_code == 404
