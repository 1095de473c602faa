"""The HTTP API of the door's figures."""

from typing import Annotated

from pydantic import Field

from eventflow.api.documents import Document, Instant, opaque
from eventflow.checkin import figures, manifest, principals
from eventflow.checkin.operations import api
from eventflow.checkin.scan_api import EntryShown
from eventflow.db import now


class AreaCount(Document):
    id: str | None
    name: str
    capacity: int | None
    inside: int
    alarm: bool


class TierCount(Document):
    id: str
    name: str
    expected: int
    inside: int


class AnswerCount(Document):
    result: str
    reason: str
    admitted: bool
    """Whether they went in all the same: a double entry is no refusal."""
    count: int


class MinuteCount(Document):
    at: Instant
    gate: str
    entries: int


class CrossingShown(Document):
    """A scan to be looked at: of somebody who should not have been let in, or by a wrong clock."""

    scan_id: str | None
    ticket: str
    name: str
    reason: str
    at: Instant
    gate: str
    by: str
    first: EntryShown | None


class DoorAnswer(Document):
    areas: list[AreaCount]
    tiers: list[TierCount]
    refusals: list[AnswerCount]
    minutes: list[MinuteCount]
    doubles: list[CrossingShown]
    let_in_wrongly: list[CrossingShown]
    doubted: Annotated[
        list[CrossingShown],
        Field(description="Told without network with a time before the ticket was issued"),
    ]
    server_time: Instant


@api.get(
    "/events/<slug>/door",
    summary="The door in figures",
    role="scanner",
    answers={200: DoorAnswer},
    refusals=("device_revoked",),
)
def show_door(slug: str) -> DoorAnswer:
    """Heads in each area, entries of the last hour, and what has to be looked at."""
    event, at = principals.event_of(slug), now()
    return DoorAnswer.model_construct(
        areas=[_area(one) for one in figures.heads(event)],
        tiers=[
            TierCount.model_construct(
                id=opaque(one.tier.id),
                name=one.tier.name,
                expected=one.expected,
                inside=one.inside,
            )
            for one in figures.tiers(event)
        ],
        refusals=[
            AnswerCount.model_construct(
                result=one.result, reason=one.reason, admitted=one.admitted, count=one.number
            )
            for one in figures.answers(event)
        ],
        minutes=[
            MinuteCount.model_construct(at=one.minute, gate=one.gate, entries=one.number)
            for one in figures.entries(event, since=at - figures.WINDOW, until=at)
        ],
        doubles=[_crossing(one) for one in figures.doubles(event)],
        let_in_wrongly=[_crossing(one) for one in figures.let_in_wrongly(event)],
        doubted=[_crossing(one) for one in figures.doubted(event)],
        server_time=at,
    )


def _area(heads: figures.Heads) -> AreaCount:
    area = heads.area
    return AreaCount.model_construct(
        id=opaque(area.id) if area else None,
        name=area.name if area else "",
        capacity=area.capacity if area else None,
        inside=heads.inside,
        alarm=bool(heads.alarm),
    )


def _crossing(one: figures.Crossing) -> CrossingShown:
    first = one.first
    return CrossingShown.model_construct(
        scan_id=one.scan.scan_id,
        ticket=manifest.ticket_digest(one.ticket.id),
        name=one.ticket.attendee_name,
        reason=one.scan.reason,
        at=one.scan.scanned_at,
        gate=one.scan.gate,
        by=one.scan.by,
        first=EntryShown.model_construct(at=first.scanned_at, gate=first.gate, by=first.by)
        if first
        else None,
    )
