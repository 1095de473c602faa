"""Admitting: reading a code at the door, and letting its holder in once.

The promise kept here is that a ticket passes as often as its gate allows, whoever asks at the same
moment, and that every reading of a code is written down. Signatures are checked first, without
the database; the rest is one statement, `admit` (migrations/functions).
"""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from eventflow.db import ask, db
from eventflow.events.models import Event, Stock
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import codes, keys, rotating
from eventflow.tickets.models import Ticket

AMBER = frozenset(
    {
        "needs_rotating",
        "phone_replaced",
        "stale",
        "clock_ahead",
        "wrong_way",
        "gate_not_open",
        "gate_closed",
        "wrong_tier",
    }
)
"""Reasons that a supervisor may override, as they may override USED."""


NOTED_TO_THE_MINUTE = timedelta(minutes=1)
"""How much earlier than its ticket a reading may be before its clock is doubted."""


class TokenRevoked(Exception):
    """The token or the device was revoked after this process last looked."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to a scan: VALID, USED or INVALID, and what the person at the door needs."""

    result: str
    reason: str
    checked_in_at: datetime | None = None
    ticket: dict[str, Any] | None = None
    direction: str = "in"
    check_identity: bool = False
    first: dict[str, Any] | None = None
    group: dict[str, Any] | None = None
    is_double: bool = False
    area: dict[str, Any] | None = None
    """Where its gate leads, if heads are counted there."""
    scan_id: str = ""
    """What names the scan from now on, also where its reader made no id."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads codes: a program with its API token, a paired device, or neither."""

    name: str = ""
    token_id: uuid.UUID | None = None
    device_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What was shown at the door, with its signatures checked: which ticket, and how."""

    ticket_id: uuid.UUID | None
    issue: int | None = None
    kind: str = "static"
    phone_key: bytes | None = None
    freshness: str | None = None
    is_code: bool = True
    read: codes.CodeFacts | None = field(default=None, repr=False)
    """The static code that was shown, as it was read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a code, as a device tells of it."""

    claim: Claim
    scanned_at: datetime
    scan_id: str | None = None
    event: str | None = None
    gate: str = ""
    direction: str | None = None
    override: bool = False
    note: str = ""
    client_result: str | None = None
    together_with: uuid.UUID | None = None
    """A ticket of whose order this one has to be."""
    by: str = field(default="")


@dataclass(frozen=True, slots=True)
class Head:
    """An event's door in numbers."""

    capacity: int
    registered: int
    remaining: int
    checked_in: int

    @property
    def status(self) -> str:
        return "FULL" if self.remaining <= 0 else "OPEN"


_ADMIT = (
    "select admit(%(tenant)s, %(token)s, %(device)s, %(ticket)s, %(issue)s, %(kind)s,"
    " %(phone_key)s, %(freshness)s, %(event)s, %(gate)s, %(direction)s, %(scan)s,"
    " %(scanned_at)s, false, null, %(override)s, %(note)s, %(together_with)s, %(by)s, %(at)s)"
)


def claim_of(code: str, *, at: datetime) -> Claim:
    """What a code says, certainly; a claim of no ticket where it is none of ours. `at`: when it
    was read, by a clock that is right."""
    try:
        facts = codes.read(code)
        public = keys.of(facts.key_id).public
        if facts.version == codes.ROTATING:
            rotated = rotating.verify(public, facts)
            return Claim(
                facts.ticket_id,
                facts.issue,
                "rotating",
                rotated.phone_key,
                rotated.freshness(at),
            )
        codes.verify(public, facts)
    except (codes.NotACode, codes.BadSignature, LookupError):
        return Claim(None, kind="none", is_code=False)
    return Claim(facts.ticket_id, facts.issue, read=facts)


def by_hand(ticket_id: uuid.UUID | None) -> Claim:
    """A ticket found by name or number: no code was read, so identity is to be checked."""
    return Claim(ticket_id, None, "hand")


def issued_later(claim: Claim, read_at: datetime) -> bool:
    """Whether there was no such ticket yet when the device says it read it: its clock is wrong."""
    issued = select(Ticket.issued_at).where(Ticket.id == claim.ticket_id)
    issued_at = db.session.scalar(issued) if claim.ticket_id else None
    return issued_at is not None and read_at < issued_at


def issued_at(claims: Iterable[Claim]) -> dict[uuid.UUID, datetime]:
    """When the tickets of these claims were issued, by their id."""
    ids = {claim.ticket_id for claim in claims if claim.ticket_id}
    found = db.session.execute(select(Ticket.id, Ticket.issued_at).where(Ticket.id.in_(ids)))
    return {row.id: row.issued_at for row in found}


def together(ticket_id: uuid.UUID | None) -> Claim:
    """A ticket that comes with another of its order, whose code was read."""
    return Claim(ticket_id, None, "group")


def admit(
    code: str,
    *,
    event: str | None = None,
    gate: str = "",
    scan_id: str | None = None,
    scanned_at: datetime | None = None,
    override: bool = False,
    token_id: uuid.UUID | None = None,
    by: str = "",
    at: datetime,
) -> Admission:
    """Read a code at the door. Commits by itself; the same `scan_id` twice is one scan."""
    read_at = min(scanned_at or at, at)
    reading = Reading(
        claim_of(code, at=read_at),
        read_at,
        scan_id=scan_id,
        event=event,
        gate=gate,
        override=override,
    )
    return judge(reading, Reader(by, token_id), at=at)


def judge(reading: Reading, reader: Reader, *, at: datetime) -> Admission:
    """Judge a reading that waits for its answer. Commits by itself."""
    answer = ask(_ADMIT, _asked(reading) | _of_reader(reader) | {"at": at})
    return admission(answer, reading.claim)


def admission(answer: dict[str, Any], claim: Claim) -> Admission:
    """The database's answer, read; TokenRevoked where it knows better than this process."""
    if answer["result"] == "REVOKED":
        raise TokenRevoked
    first = answer["checked_in_at"]
    return Admission(
        answer["result"],
        answer["reason"] if claim.is_code or answer["ticket"] else "not_a_code",
        datetime.fromisoformat(first) if first else None,
        answer["ticket"],
        answer["direction"],
        answer["check_identity"],
        answer["first"],
        answer["group"],
        answer["double"],
        answer["area"],
        answer["scan"],
    )


def heads(event: Event, *, at: datetime) -> Head:
    """How many may come, have a ticket, are in."""
    capacity = event.capacity_stock.capacity
    if capacity is None:
        capacity = (
            db.session.scalar(
                select(func.sum(Stock.capacity)).where(
                    Stock.event_id == event.id, Stock.kind == "tier"
                )
            )
            or 0
        )
    registered, checked_in = db.session.execute(
        select(func.count(), func.count(Ticket.checked_in_at)).where(
            Ticket.event_id == event.id, Ticket.status == "valid"
        )
    ).one()
    return Head(int(capacity), registered, max(0, int(capacity) - registered), checked_in)


_DIGESTED = text(
    "select ticket_digest(t.id), t.id from tickets t join events e on e.id = t.event_id"
    " where t.tenant_id = :tenant and e.tenant_id = :tenant and e.slug = :event"
    " and ticket_digest(t.id) = any(:digests)"
)


def named(names: Iterable[str], *, event: str | None) -> dict[str, uuid.UUID]:
    """The tickets that are named by their id or, of this event, by their digest."""
    found: dict[str, uuid.UUID] = {}
    digests = []
    for name in names:
        try:
            found[name] = uuid.UUID(name)
        except ValueError:
            digests.append(name)
    if digests and event is not None:
        asked = {"tenant": current_tenant_id(), "event": event, "digests": digests}
        for digest, ticket_id in db.session.execute(_DIGESTED, asked):
            found[digest] = ticket_id
    return found


def each_once(
    names: Iterable[str], found: Mapping[str, uuid.UUID], *, but: uuid.UUID | None
) -> Iterator[tuple[int, str]]:
    """Of the tickets named for coming along each one once, by its place in the list and its name;
    not the one that brought them."""
    seen: set[uuid.UUID | str | None] = {but}
    for place, name in enumerate(names, start=1):
        ticket = found.get(name, name)
        if ticket not in seen:
            seen.add(ticket)
            yield place, name


def _asked(reading: Reading) -> dict[str, Any]:
    claim = reading.claim
    return {
        "tenant": current_tenant_id(),
        "ticket": claim.ticket_id,
        "issue": claim.issue,
        "kind": claim.kind,
        "phone_key": claim.phone_key,
        "freshness": claim.freshness,
        "event": reading.event,
        "gate": reading.gate,
        "direction": reading.direction,
        "scan": reading.scan_id,
        "scanned_at": reading.scanned_at,
        "override": reading.override,
        "note": reading.note,
        "together_with": reading.together_with,
    }


def _of_reader(reader: Reader) -> dict[str, Any]:
    return {"token": reader.token_id, "device": reader.device_id, "by": reader.name}


_ADMIT_BATCH = (
    "select admit_batch(%(tenant)s, %(token)s, %(device)s, cast(%(scans)s as jsonb), %(at)s)"
)


def catch_up(readings: Sequence[Reading], reader: Reader, *, at: datetime) -> list[Admission]:
    """Judge what a device read by itself, all of it, in the order given. Commits by itself."""
    asked = {
        "tenant": current_tenant_id(),
        "token": reader.token_id,
        "device": reader.device_id,
        "scans": json.dumps(
            [
                _asked(reading)
                | {
                    "n": n,
                    "client_result": reading.client_result,
                    "reader": reading.by or reader.name,
                    "phone_key": reading.claim.phone_key.hex() if reading.claim.phone_key else None,
                }
                for n, reading in enumerate(readings)
            ],
            default=str,
        ),
        "at": at,
    }
    answer = ask(_ADMIT_BATCH, asked)
    if isinstance(answer, dict):
        raise TokenRevoked
    answers = sorted(answer, key=lambda one: one["n"])
    return [admission(one, reading.claim) for one, reading in zip(answers, readings, strict=True)]
