"""An evening's door: people who come by a curve, at gates, past devices, with what goes wrong."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from eventflow.checkin import admitting, devices, plan
from eventflow.checkin.models import Area, Device, Gate, Scan
from eventflow.checkin.plan import AreaFacts, GateFacts
from eventflow.db import db, new_id
from eventflow.demo.box_office import BoxOffice
from eventflow.demo.counter import as_history
from eventflow.events import drafting, tiers
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket


def plan_gates(
    box: BoxOffice, slug: str, gates: Sequence[str], *, area: str, capacity: int, at: datetime
) -> None:
    """Gates that lead to one area, and a scanner at each."""
    with box.as_("admin"), as_history():
        event = drafting.find(slug)
        made = plan.add_area(event, AreaFacts(area, capacity, 80), at=at)
        for number, name in enumerate(gates):
            gate = plan.add_gate(event, GateFacts(name, area_id=made.id), at=at)
            role = "staff" if number == 0 else "scanner"
            by = box.team["admin"].name
            paired = devices.enrol(
                f"{name} {number + 1}",
                role=role,
                by=by,
                event_ids=[event.id],
                gate_ids=[gate.id],
                at=at,
            )
            facts = {
                "battery": 84 - 21 * number,
                "data_age_s": 40 + 90 * number,
                "waiting": 0,
                "clock_skew_ms": 300 + 4_200 * number,
                "camera": "ok",
                "app_version": "1.0",
            }
            devices.tell(paired.device.id, facts, at=at)


def evening(box: BoxOffice, slug: str, *, all_but: int, starts_at: datetime) -> None:
    """Most come in the quarter of an hour before it begins, a few are refused, one comes twice."""
    event = drafting.find(slug)
    query = select(Ticket).where(Ticket.event_id == event.id, Ticket.status == "valid")
    tickets = list(db.session.scalars(query.order_by(Ticket.issued_at, Ticket.id)))
    came = [issuing.code_of(ticket) for ticket in tickets][: max(0, len(tickets) - all_but)]
    names = list(db.session.scalars(select(Gate.name).where(Gate.event_id == event.id)))
    db.session.rollback()
    box.random.shuffle(came)
    times = sorted(_arrival(box, starts_at) for _one in came)
    for number, (code, at) in enumerate(zip(came, times, strict=True)):
        gate = box.random.choices(names, weights=[3, 2, 1][: len(names)])[0]
        scan = f"{slug}-{number}"
        by = box.team["scanner"].name
        admitting.admit(code, event=slug, gate=gate, scan_id=scan, by=by, at=at)
        if number % 17 == 5:
            # Somebody turns round in the doorway, and is asked once more.
            late = at + timedelta(seconds=50)
            admitting.admit(code, event=slug, gate=gate, scan_id=f"{scan}-again", by=by, at=late)
    admitting.admit("NOT A TICKET", event=slug, gate=names[0], by="", at=starts_at)
    with as_history():
        _at_devices(slug)
        _twice(slug, times[len(times) // 2])


def asks(box: BoxOffice, slug: str, tier: str, *, at: datetime, **facts: str) -> None:
    """What the door wants of a tier's tickets: a card to be shown, a code that changes."""
    with box.as_("admin"), as_history():
        event = drafting.find(slug)
        one = next(one for one in event.tiers if one.name == tier)
        tiers.change(one, facts, at=at)


def _arrival(box: BoxOffice, starts_at: datetime) -> datetime:
    return starts_at - timedelta(minutes=box.random.triangular(-6, 42, 9))


def _at_devices(slug: str) -> None:
    """The scans of the evening, by the devices that stood at their gates."""
    event = drafting.find(slug)
    by_gate: dict[uuid.UUID, uuid.UUID] = {}
    for device in db.session.scalars(select(Device)):
        by_gate.update((gate_id, device.id) for gate_id in device.gate_ids)
    area_id = db.session.scalar(select(Area.id).where(Area.event_id == event.id))
    for gate in db.session.scalars(select(Gate).where(Gate.event_id == event.id)):
        db.session.execute(
            update(Scan)
            .where(Scan.event_id == event.id, Scan.gate == gate.name)
            .values(gate_id=gate.id, area_id=area_id, device_id=by_gate.get(gate.id))
        )
    db.session.execute(
        update(Scan).where(Scan.event_id == event.id, Scan.result == "VALID").values(admitted=True)
    )


def _twice(slug: str, at: datetime) -> None:
    """While the network was away, another door let the same ticket in a few minutes later."""
    event = drafting.find(slug)
    first = db.session.scalars(
        select(Scan)
        .where(Scan.event_id == event.id, Scan.result == "VALID", Scan.scanned_at >= at)
        .order_by(Scan.scanned_at)
    ).first()
    other = db.session.scalars(
        select(Gate).where(Gate.event_id == event.id).order_by(Gate.position.desc())
    ).first()
    if first is None or other is None:
        return
    device_id = db.session.scalar(
        select(Device.id).where(Device.gate_ids.contains([other.id])).limit(1)
    )
    late = first.scanned_at + timedelta(minutes=4)
    db.session.add(
        Scan(
            id=new_id(),
            scan_id=f"{slug}-double",
            ticket_id=first.ticket_id,
            event_id=event.id,
            gate=other.name,
            gate_id=other.id,
            area_id=other.area_id,
            device_id=device_id,
            offline=True,
            scanned_at=late,
            received_at=late + timedelta(minutes=9),
            result="USED",
            reason="double_entry",
            client_result="VALID",
            admitted=True,
            double_of=first.id,
        )
    )
