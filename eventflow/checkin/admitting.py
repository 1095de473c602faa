"""Admitting: reading a code at the door, and letting its holder in once.

The promise kept here is that a ticket is admitted once, whoever asks at the same moment, and that
every reading of a code is written down. The signature is checked first, without the database;
the rest is one statement, `admit` (migrations/functions).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from eventflow.db import db, statement
from eventflow.events.models import Event, Stock
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import codes, keys
from eventflow.tickets.models import Ticket


class TokenRevoked(Exception):
    """The token was revoked after this process last looked."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer to a scan: VALID, USED or INVALID, and what the person at the door needs."""

    result: str
    reason: str
    checked_in_at: datetime | None = None
    ticket: dict[str, Any] | None = None


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


_ADMIT = text(
    "select admit(:tenant, :token, :ticket, :issue, :event, :gate, :scan, :scanned_at,"
    " :override, :by, :at)"
)


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
    try:
        facts = _verified(code)
    except (codes.NotACode, codes.BadSignature, LookupError):
        facts = None
    answer = _ask(
        {
            "tenant": current_tenant_id(),
            "token": token_id,
            "ticket": facts.ticket_id if facts else None,
            "issue": facts.issue if facts else 0,
            "event": event,
            "gate": gate,
            "scan": scan_id,
            "scanned_at": min(scanned_at or at, at),
            "override": override,
            "by": by,
            "at": at,
        }
    )
    if answer["result"] == "REVOKED":
        raise TokenRevoked
    first = answer["checked_in_at"]
    return Admission(
        answer["result"],
        "not_a_code" if facts is None and answer["ticket"] is None else answer["reason"],
        datetime.fromisoformat(first) if first else None,
        answer["ticket"],
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


def _verified(code: str) -> codes.CodeFacts:
    facts = codes.read(code)
    return codes.verify(keys.of(facts.key_id).public, code)


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    with statement() as connection:
        return connection.execute(_ADMIT, asked).scalar_one()
