"""Paper: the list for an evening on which nothing else works, and writing it up afterwards.

The promise kept here is that what was ticked on paper becomes a scan like any other, once however
often it is typed, and that whoever came in twice is found.
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from eventflow.accounts import audit
from eventflow.accounts.actors import actor
from eventflow.checkin import admitting, plan, reasons
from eventflow.checkin.admitting import Reader, Reading
from eventflow.checkin.models import Gate, Scan
from eventflow.db import db, transaction
from eventflow.errors import Invalid
from eventflow.events.models import Event
from eventflow.sales.orders import ALPHABET
from eventflow.tickets.models import Ticket

MOST_AT_ONCE = 2_000
_LINE = re.compile(r"([A-Za-z0-9]{4})[ -]?([A-Za-z0-9]{4})(?:[ ,;\t]+(\d{1,2})[:.h](\d{2}))?")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was written up: a short code, and the time on the clock if it had one."""

    code: str
    clock: tuple[int, int] | None = None


@dataclass(slots=True)
class Written:
    """What became of the lines."""

    entered: int = 0
    again: int = 0
    """Typed before."""
    doubles: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    """Let in against the rules, and why."""
    unknown: list[str] = field(default_factory=list)


def short_code(ticket_id: uuid.UUID) -> str:
    """What names a ticket on paper: eight letters that say nothing and can't be made up."""
    digest = hashlib.sha256(b"EventFlow short code\x00" + ticket_id.bytes).digest()
    number = int.from_bytes(digest[:5], "big")
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(7, -1, -1))
    return f"{letters[:4]}-{letters[4:]}"


def expected(event: Event, gate: Gate | None) -> list[Ticket]:
    """Everybody who may come in by a gate, by name."""
    query = (
        select(Ticket)
        .where(Ticket.event_id == event.id, Ticket.status == "valid")
        .options(selectinload(Ticket.tier), selectinload(Ticket.seat))
    )
    if gate is not None and (tiers := plan.tiers_of(event).get(gate.id)):
        query = query.where(Ticket.tier_id.in_(tiers))
    found = db.session.scalars(query).all()
    return sorted(found, key=lambda one: (_by_name(one.attendee_name), str(one.id)))


def read(text: str) -> tuple[list[Line], list[str]]:
    """The lines as typed or pasted, and those that can't be read."""
    lines, unread = [], []
    for typed in text.splitlines():
        if not typed.strip():
            continue
        match = _LINE.fullmatch(typed.strip())
        hour, minute = (int(match[3]), int(match[4])) if match and match[3] else (0, 0)
        if match is None or hour > 23 or minute > 59:
            unread.append(typed.strip()[:60])
            continue
        code = f"{match[1]}-{match[2]}".upper()
        lines.append(Line(code, (hour, minute) if match[3] else None))
    return lines, unread


def write_up(
    event: Event,
    entries: Sequence[tuple[str, datetime]],
    *,
    gate: Gate | None,
    at: datetime,
) -> Written:
    """Make a scan of each short code and time, as if it had been scanned then. Commits by itself.

    Judged like what a device read without network: the first time wins, and a second entry is a
    double, whichever was heard of first. Raises Invalid for too many lines.
    """
    if len(entries) > MOST_AT_ONCE:
        raise Invalid({"lines": _("Type at most %(most)s lines at once.", most=MOST_AT_ONCE)})
    event_id, slug, gate_name = event.id, event.slug, gate.name if gate else ""
    tickets = _by_short_code(event)
    told = Written(unknown=[code for code, _at in entries if code not in tickets])
    readings: dict[str, Reading] = {}
    names: dict[str, str] = {}
    for code, came_at in sorted(entries, key=lambda entry: entry[1]):
        if (ticket := tickets.get(code)) is None:
            continue
        # The same line typed again is the same scan.
        scan_id = f"paper:{ticket.id}:{int(came_at.timestamp() // 60)}"
        names[scan_id] = ticket.attendee_name
        readings[scan_id] = Reading(
            admitting.by_hand(ticket.id),
            min(came_at, at),
            scan_id=scan_id,
            event=slug,
            gate=gate_name,
            direction="in",
            client_result="VALID",
        )
    written = set(db.session.scalars(select(Scan.scan_id).where(Scan.scan_id.in_(readings))))
    db.session.rollback()  # Nothing is held open while the scans are judged.
    fresh = [reading for scan_id, reading in readings.items() if scan_id not in written]
    told.again = len(readings) - len(fresh)
    answers = admitting.catch_up(fresh, Reader(actor().name), at=at) if fresh else []
    for reading, answer in zip(fresh, answers, strict=True):
        told.entered += 1
        if answer.result == "INVALID":
            name = names[str(reading.scan_id)]
            told.odd.append(f"{name} ({reasons.words(answer.reason)})")
    told.doubles = _twice(fresh)
    _record(event_id, told, at=at)
    return told


def _twice(fresh: Sequence[Reading]) -> list[str]:
    """Whose tickets have more than one entry by now, of those just written up."""
    ids = [reading.claim.ticket_id for reading in fresh]
    query = (
        select(Ticket.attendee_name)
        .join(Scan, Scan.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ids), Scan.double_of.is_not(None), Scan.undone_at.is_(None))
        .group_by(Ticket.id)
        .order_by(Ticket.attendee_name)
    )
    return list(db.session.scalars(query))


def _record(event_id: uuid.UUID, told: Written, *, at: datetime) -> None:
    if not told.entered:
        return
    with transaction():
        event = db.session.get_one(Event, event_id)
        words = _("Wrote up check-ins from paper for %(title)s", title=event.title)
        after = {"entered": told.entered, "doubles": len(told.doubles)}
        audit.record("scans.paper", event, words, after=after, at=at)


def _by_short_code(event: Event) -> dict[str, Ticket]:
    tickets = db.session.scalars(select(Ticket).where(Ticket.event_id == event.id))
    return {short_code(ticket.id): ticket for ticket in tickets}


def _by_name(name: str) -> str:
    """The last word of a name first, as people look it up."""
    words = name.casefold().split()
    return " ".join(words[-1:] + words[:-1])
