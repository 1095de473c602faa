"""The HTTP API of readings that were made without a network, and of taking one back."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from flask_babel import gettext as _
from pydantic import AwareDatetime, Field
from werkzeug.exceptions import Forbidden

from eventflow import metrics
from eventflow.api import tokens
from eventflow.api.documents import (
    FIRST_YEAR,
    LAST_YEAR,
    Document,
    Instant,
    Moment,
    Text,
    Words,
    either,
)
from eventflow.api.tokens import Principal
from eventflow.checkin import admitting, manifest, undoing
from eventflow.checkin.admitting import Admission, Claim, Reading
from eventflow.checkin.operations import api
from eventflow.checkin.scan_api import (
    MOST_TOGETHER,
    Code,
    EntryShown,
    Result,
    ScanId,
    TicketNamed,
    entry_shown,
    reader_of,
    revoked,
)
from eventflow.db import now
from eventflow.errors import Invalid, NotFound

MOST_SCANS = 500
AS_GOOD_AS_RIGHT = timedelta(seconds=2)
"""How far a clock may be off before what it said is corrected: the way here takes that long."""
NEVER_SO_EARLY = timedelta(days=1)
"""Before its ticket was sold: by then a clock is not off, it started anew."""


class ScanMade(Document):
    """A reading that a device judged by itself."""

    model_config = either({"code": "string"}, {"ticket": "string"})

    scan_id: ScanId
    code: Code | None = None
    ticket: TicketNamed | None = None
    event: Annotated[str, Field(max_length=100)] | None = None
    scanned_at: Annotated[
        AwareDatetime,
        Field(description="By the device's clock; a year no clock should say: when it arrives"),
    ]
    gate: Annotated[Text, Field(max_length=100)] | None = None
    direction: Literal["in", "out"] | None = None
    result: Annotated[Result, Field(description="What was shown; left out: VALID")] | None = None
    override: bool | None = None
    reason: Annotated[Text, Field(max_length=500)] | None = None
    also: Annotated[list[TicketNamed], Field(max_length=MOST_TOGETHER)] | None = None


class BatchRequest(Document):
    device: Annotated[Text, Field(max_length=100)] | None = None
    event: Annotated[str, Field(max_length=100)] | None = None
    sent_at: Annotated[
        AwareDatetime | None,
        Field(description="The device's clock as it sends, however wrong it is"),
    ] = None
    scans: Annotated[list[ScanMade], Field(max_length=MOST_SCANS)]


class DoubleShown(EntryShown):
    """The entry that was first."""


class ScanJudged(Document):
    scan_id: str
    result: Result
    reason: str
    ticket: Annotated[str, Field(description="Its digest")] | None
    checked_in_at: Instant | None
    double: DoubleShown | None
    doubt: Annotated[
        Literal["before_issue"] | None,
        Field(description="There was no such ticket yet at that time: the clock was wrong"),
    ]


class BatchAnswer(Document):
    results: list[ScanJudged]
    revoked: Annotated[bool, Field(description="The device was; nothing but this is taken of it")]
    server_time: Moment


class UndoRequest(Document):
    scan_id: ScanId
    reason: Annotated[Words, Field(min_length=1, max_length=500)]


class UndoAnswer(Document):
    scan_id: str
    undone: bool
    undone_at: Instant
    result: Result
    reason: str


@api.post(
    "/checkin/batch",
    summary="Tell of scans made without a network",
    role="scanner",
    body=BatchRequest,
    answers={200: BatchAnswer},
    refusals=("device_revoked", "validation_failed"),
)
def check_in_batch(body: BatchRequest) -> BatchAnswer:
    """Up to 500 scans; sending them again changes nothing.

    First time wins, whatever order they arrive in: of two devices that let the same ticket in, the
    earlier has the entry and the later is answered USED, `double_entry`. `sent_at` is the
    device's clock as it sends; if that is off, every `scanned_at` is corrected by as much.
    A `scanned_at` before the ticket was issued is answered with a `doubt`. Up to a day it keeps its
    place in that order and is listed at the door; one from longer ago counts as made on arrival, so
    that a clock which started anew takes no entry from one that is right.
    Each of `also` becomes a scan of its own, `SCAN_ID:1`, `SCAN_ID:2` …; one that is named again
    is not another.

    A device that was revoked has some days to send what it read before that. Scans of a code
    count as ever; any other is written down and lets nobody in (`device_revoked`).
    """
    who = tokens.demand("scanner")
    at = now()
    readings = list(_readings(body, who, at))
    issued = admitting.issued_at(reading.claim for reading in readings)
    counted = [_at_a_time_that_can_be(reading, issued, at) for reading in readings]
    try:
        admissions = admitting.catch_up(counted, reader_of(who), at=at) if readings else []
    except admitting.TokenRevoked:
        raise revoked(who) from None
    for admission in admissions:
        metrics.checked_in(admission.result)
    return BatchAnswer.model_construct(
        results=[
            _judged(reading, admission, issued)
            for reading, admission in zip(readings, admissions, strict=True)
        ],
        revoked=who.is_revoked,
        server_time=now(),
    )


@api.post(
    "/checkin/undo",
    summary="Take an entry back",
    role="scanner",
    body=UndoRequest,
    answers={200: UndoAnswer},
    refusals=("device_revoked", "validation_failed", "conflict"),
)
def undo_check_in(body: UndoRequest) -> UndoAnswer:
    """The scan stays in the history, with who took it back and why.

    Needs a supervisor's device, or the role staff. Again: the same answer.
    """
    who = tokens.demand("scanner")
    if who.device_id is not None and not who.supervises:
        raise Forbidden(_("Only a supervisor's device may take an entry back."))
    if who.device_id is None:
        tokens.demand("staff")
    if not body.reason.strip():
        raise Invalid({"reason": _("Say why it is taken back.")})
    done = undoing.undo(
        body.scan_id, reason=body.reason, by=who.name, event_ids=who.event_ids, at=now()
    )
    if done is None:
        raise NotFound(_("There is no such scan."))
    return UndoAnswer.model_construct(
        scan_id=body.scan_id,
        undone=True,
        undone_at=done.undone_at,
        result=done.result,
        reason=done.reason,
    )


def _readings(body: BatchRequest, who: Principal, at: datetime) -> Iterator[Reading]:
    off = at - body.sent_at if body.sent_at else timedelta()
    correction = off if abs(off) > AS_GOOD_AS_RIGHT else timedelta()
    tickets = _tickets(body)
    for n, scan in enumerate(body.scans):
        if (scan.code is None) == (scan.ticket is None):
            raise Invalid({f"scans.{n}.code": _("Send either the code or the ticket.")})
        read_at = _corrected(scan.scanned_at, correction, at)
        event = scan.event or body.event
        if scan.code is not None:
            claim = admitting.claim_of(scan.code, at=read_at)
        else:
            claim = admitting.by_hand(tickets.get((event, scan.ticket or "")))
        reading = _reading(scan, claim, read_at, event, body, who)
        yield reading
        if scan.also and scan.result in (None, "VALID", "USED") and claim.ticket_id is not None:
            yield from _with(reading, scan.also, tickets)


def _reading(
    scan: ScanMade,
    claim: Claim,
    read_at: datetime,
    event: str | None,
    body: BatchRequest,
    who: Principal,
) -> Reading:
    return Reading(
        claim,
        read_at,
        scan_id=scan.scan_id,
        event=event,
        gate=scan.gate or "",
        direction=scan.direction,
        # Whoever had no right to override let them in all the same: that is written down.
        override=bool(scan.override) and (who.supervises or who.may("staff")),
        note=scan.reason or "",
        client_result=scan.result,
        by=who.name if who.device_id else body.device or who.name,
    )


def _with(
    first: Reading, names: list[str], tickets: dict[tuple[str | None, str], uuid.UUID]
) -> Iterator[Reading]:
    """The others of the order, let in with the one whose code was read."""
    found = {name: tickets[first.event, name] for name in names if (first.event, name) in tickets}
    for n, name in admitting.each_once(names, found, but=first.claim.ticket_id):
        yield Reading(
            admitting.together(found.get(name)),
            first.scanned_at,
            scan_id=f"{first.scan_id}:{n}",
            event=first.event,
            gate=first.gate,
            direction=first.direction,
            client_result="VALID",
            together_with=first.claim.ticket_id,
            by=first.by,
        )


def _tickets(body: BatchRequest) -> dict[tuple[str | None, str], uuid.UUID]:
    """Every ticket that is named and not read: asked once for each event."""
    names: dict[str | None, set[str]] = {}
    for scan in body.scans:
        named = {*(scan.also or ()), *([scan.ticket] if scan.ticket else [])}
        if named:
            names.setdefault(scan.event or body.event, set()).update(named)
    return {
        (event, name): ticket_id
        for event, named in names.items()
        for name, ticket_id in admitting.named(named, event=event).items()
    }


def _corrected(read_at: datetime, by: timedelta, at: datetime) -> datetime:
    # A clock that started anew is no reason to lose what was scanned, nor the others with it.
    try:
        corrected = read_at + by
    except OverflowError:
        return at
    return min(corrected, at) if FIRST_YEAR < corrected.year < LAST_YEAR else at


def _judged(
    reading: Reading, admission: Admission, issued: dict[uuid.UUID, datetime]
) -> ScanJudged:
    first = entry_shown(admission.first)
    ticket = admission.ticket
    return ScanJudged.model_construct(
        scan_id=reading.scan_id,
        result=admission.result,
        reason=admission.reason,
        ticket=manifest.ticket_digest(uuid.UUID(ticket["id"])) if ticket else None,
        checked_in_at=admission.checked_in_at,
        double=first if admission.is_double else None,
        doubt="before_issue" if _is_doubted(reading, issued) else None,
    )


def _at_a_time_that_can_be(
    reading: Reading, issued: dict[uuid.UUID, datetime], at: datetime
) -> Reading:
    sold_at = issued.get(reading.claim.ticket_id) if reading.claim.ticket_id else None
    if sold_at is None or reading.scanned_at >= sold_at - NEVER_SO_EARLY:
        return reading
    return replace(reading, scanned_at=at)


def _is_doubted(reading: Reading, issued: dict[uuid.UUID, datetime]) -> bool:
    ticket_id = reading.claim.ticket_id
    if ticket_id is None or ticket_id not in issued:
        return False
    return reading.scanned_at < issued[ticket_id] - admitting.NOTED_TO_THE_MINUTE
