"""The manifest: what a device takes along to judge tickets without a network, and what changed.

The promise kept here is that a device which asks for changes misses none, whenever they were
committed: changes are numbered by the transaction that made them, and a version is the oldest
transaction that was still under way when it was read (docs/door.md). It carries digests and no
ids, names and seats, and no address, order or money; with all of it nobody can make a code.
"""

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

from eventflow.checkin.models import Area, Gate
from eventflow.db import db
from eventflow.events.models import Event
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import keys
from eventflow.tickets.models import TicketKey

FORMAT = 1
PURPOSE = b"EventFlow manifest\x00"
COLUMNS = (
    "digest",
    "issue",
    "status",
    "tier",
    "name",
    "seat",
    "note",
    "attention",
    "phone",
    "entries",
    "group",
    "position",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest as it goes out: its bytes, and the tenant's signature over them."""

    body: bytes
    key_number: int
    signature: bytes

    @property
    def header(self) -> str:
        return f"{self.key_number}:{_base64url(self.signature)}"


# The order of the statements matters: the version is asked before the rows, and so is never newer.
_VERSION = text(
    "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
    " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
)

_TICKETS = """
select ticket_digest(t.id), t.issue, case t.status when 'valid' then 0 else 1 end, t.tier_id,
       t.attendee_name, coalesce(seat_label(t.seat_id), ''), t.door_note,
       case when t.needs_attention then 1 else 0 end, phone_digest(k.public_key),
       o.code, t.position, t.id
  from tickets t
  join orders o on o.id = t.order_id and o.tenant_id = t.tenant_id
  left join phone_keys k on k.ticket_id = t.id and k.replaced_at is null
 where t.tenant_id = :tenant and t.event_id = :event {changed}
 order by t.id
"""
_CHANGED = """
   and t.id in (select id from tickets
                 where tenant_id = :tenant and event_id = :event and changed_in >= :since
                union
                select ticket_id from scans
                 where tenant_id = :tenant and event_id = :event and changed_in >= :since)
"""

# What each ticket did at the door, area by area. `first` is the entry that counts.
_ENTRIES = """
select s.ticket_id, s.area_id,
       count(*) filter (where s.direction = 'in' and s.result = 'VALID'),
       (array_agg(s.direction order by s.scanned_at desc, s.id desc))[1] = 'in',
       (array_agg(row_to_json(row(extract(epoch from s.scanned_at)::bigint, s.gate, s.by))
                  order by s.scanned_at, s.id) filter (where s.direction = 'in'))[1]
  from scans s
 where s.tenant_id = :tenant and s.event_id = :event and s.admitted and s.undone_at is null
       {changed}
 group by s.ticket_id, s.area_id
"""
_OF_THE_CHANGED = _CHANGED.replace("t.id in", "s.ticket_id in")

_FINGERPRINT = text(
    "select (select coalesce(sum(changed_in), 0) from tickets"
    "         where tenant_id = :tenant and event_id = :event)::text || '-' ||"
    "       (select coalesce(sum(changed_in), 0) from scans"
    "         where tenant_id = :tenant and event_id = :event)::text"
)


def of(event: Event, *, at: datetime) -> Signed:
    """Everything a device needs for this event."""
    version, _next = db.session.execute(_VERSION).one()
    return _signed(_head(event, version, at) | {"tickets": _rows(event, None)})


def changes(event: Event, since: int, *, at: datetime) -> Signed:
    """What is different since a version: whole rows, and the head anew.

    A version that was not given yet is another database's: `reset` says to begin again.
    """
    version, next_transaction = db.session.execute(_VERSION).one()
    head = _head(event, version, at)
    if since > next_transaction:
        return _signed(head | {"reset": True, "tickets": []})
    return _signed(head | {"reset": False, "tickets": _rows(event, since)})


def fingerprint(event: Event, *, at: datetime) -> str:
    """Another one whenever the manifest would say another thing, its own time apart.

    Sums, and not the latest: a transaction with a smaller number may be committed later.
    """
    rows = db.session.execute(_FINGERPRINT, _who(event)).scalar_one()
    head = json.dumps(_head(event, 0, None), sort_keys=True)
    return hashlib.sha256(f"{rows} {head}".encode()).hexdigest()[:24]


def group_digest(event_id: uuid.UUID, order_code: str) -> str:
    """Names an order to those who know its code, and to nobody else."""
    salted = b"EventFlow group\x00" + event_id.bytes + order_code.upper().encode()
    return _base64url(hashlib.sha256(salted).digest()[:6])


def ticket_digest(ticket_id: uuid.UUID) -> str:
    """Names a ticket to whoever reads its code. The database computes the same."""
    return _base64url(hashlib.sha256(b"EventFlow ticket\x00" + ticket_id.bytes).digest()[:9])


def phone_digest(public_key: bytes) -> str:
    return _base64url(hashlib.sha256(b"EventFlow phone\x00" + public_key).digest()[:9])


def _signed(document: dict[str, Any]) -> Signed:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    key = keys.newest()
    signature = Ed25519PrivateKey.from_private_bytes(key.private).sign(PURPOSE + body)
    return Signed(body, key.number, signature)


def _head(event: Event, version: int, at: datetime | None) -> dict[str, Any]:
    areas = _areas(event)
    return {
        "format": FORMAT,
        "version": version,
        "server_time": _written(at, "milliseconds"),
        "event": {
            "id": str(event.id),
            "slug": event.slug,
            "title": event.title,
            "starts_at": _written(event.starts_at),
            "ends_at": _written(event.ends_at),
            "timezone": event.timezone,
            "status": event.status,
        },
        "keys": _public_keys(),
        "tiers": [
            {
                "id": str(tier.id),
                "name": tier.name,
                "code_kind": tier.code_kind,
                "proof": tier.proof,
            }
            for tier in event.tiers
        ],
        "areas": [
            {
                "id": str(area.id),
                "name": area.name,
                "capacity": area.capacity,
                "alarm_percent": area.alarm_percent,
            }
            for area in areas
        ],
        "gates": _gates(event),
        "columns": COLUMNS,
    }


def _rows(event: Event, since: int | None) -> list[list[Any]]:
    asked = _who(event) | ({} if since is None else {"since": since})
    tiers = {tier.id: index for index, tier in enumerate(event.tiers)}
    entries = _entries(event, asked, some=since is not None)
    found = db.session.execute(
        text(_TICKETS.format(changed="" if since is None else _CHANGED)), asked
    )
    groups: dict[str, str] = {}
    rows = []
    for row in found:
        code = row[9]
        if code not in groups:
            groups[code] = group_digest(event.id, code)
        known = [*row[:9], entries.get(row[11], 0), groups[code], row[10]]
        known[3] = tiers.get(row[3], -1)
        known[8] = row[8] or 0
        rows.append(known)
    return rows


def _entries(event: Event, asked: dict[str, Any], *, some: bool) -> dict[uuid.UUID, list[Any]]:
    areas = {area.id: index for index, area in enumerate(_areas(event))}
    found = db.session.execute(
        text(_ENTRIES.format(changed=_OF_THE_CHANGED if some else "")), asked
    )
    entries: dict[uuid.UUID, list[Any]] = {}
    for ticket_id, area_id, count, inside, first in found:
        at, gate, by = first.values() if first else (0, "", "")
        entries.setdefault(ticket_id, []).append(
            [areas.get(area_id, -1), count, int(inside), at, gate, by]
        )
    return entries


def _areas(event: Event) -> list[Area]:
    return list(db.session.scalars(select(Area).where(Area.event_id == event.id).order_by(Area.id)))


def _gates(event: Event) -> list[dict[str, Any]]:
    gates = list(
        db.session.scalars(
            select(Gate)
            .where(Gate.event_id == event.id, Gate.archived_at.is_(None))
            .order_by(Gate.position, Gate.id)
        )
    )
    # Whoever is inside may not come in again where somebody counts those who leave.
    left_by = {gate.area_id for gate in gates if gate.direction != "in"}
    return [
        {
            "id": str(gate.id),
            "name": gate.name,
            "area": str(gate.area_id) if gate.area_id else None,
            "tiers": [str(allowed.tier_id) for allowed in gate.tiers],
            "opens_at": _written(gate.opens_at),
            "closes_at": _written(gate.closes_at),
            "entries": gate.entries,
            "direction": gate.direction,
            "exits": gate.area_id in left_by,
        }
        for gate in gates
    ]


def _public_keys() -> list[dict[str, Any]]:
    keys.newest()
    rows = db.session.execute(
        select(TicketKey.number, TicketKey.public_key).order_by(TicketKey.number)
    )
    return [{"number": number, "public": _base64url(public)} for number, public in rows]


def _who(event: Event) -> dict[str, Any]:
    return {"tenant": current_tenant_id(), "event": event.id}


def _written(at: datetime | None, precision: str = "seconds") -> str | None:
    return at.isoformat(timespec=precision).replace("+00:00", "Z") if at else None


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
