"""The door in figures: who is in, through which gate and when, and what has to be looked at.

All of it is counted from the scans when it is asked for. An entry is one somebody went through
(`admitted`), inwards, and that was not undone.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import aliased

from eventflow.checkin.models import Area, Scan
from eventflow.db import db
from eventflow.events.models import Event, Tier
from eventflow.tenancy import current_tenant_id
from eventflow.tickets.models import Ticket

CURVE = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many are in one part of the house. `area` is None for the house itself."""

    area: Area | None
    inside: int

    @property
    def alarms(self) -> bool:
        if self.area is None or self.area.capacity is None:
            return False
        return self.inside * 100 >= self.area.capacity * self.area.alarm_percent


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody was let in who should not have been: the scan, and the entry that was first."""

    scan: Scan
    ticket: Ticket
    first: Scan | None


# Where each ticket is: its last crossing in each area. Whoever came in as a double is one more.
_INSIDE = text("""
select area_id, count(*) filter (where last_one = 'in') + coalesce(sum(doubles), 0)::bigint
  from (select ticket_id, area_id,
               (array_agg(direction order by scanned_at desc, id desc))[1] as last_one,
               case when (array_agg(direction order by scanned_at desc, id desc))[1] = 'in'
                    then count(*) filter (where double_of is not null) end as doubles
          from scans
         where tenant_id = :tenant and event_id = :event and admitted and undone_at is null
         group by ticket_id, area_id) as crossings
 group by area_id
""")


def crowds(event: Event) -> list[Crowd]:
    """Heads in each area, and in the house where gates lead to no area."""
    asked = {"tenant": current_tenant_id(), "event": event.id}
    inside: dict[uuid.UUID | None, int] = {}
    for area_id, count in db.session.execute(_INSIDE, asked):
        inside[area_id] = count
    areas = db.session.scalars(
        select(Area).where(Area.event_id == event.id).order_by(Area.name, Area.id)
    )
    counted = [Crowd(area, inside.get(area.id, 0)) for area in areas]
    if None in inside or not counted:
        counted.insert(0, Crowd(None, inside.get(None, 0)))
    return counted


def by_tier(event: Event) -> list[tuple[Tier, int, int]]:
    """Each tier, how many are expected, and how many are in."""
    rows = db.session.execute(
        select(Tier, func.count(Ticket.id), func.count(Ticket.checked_in_at))
        .outerjoin(Ticket, and_(Ticket.tier_id == Tier.id, Ticket.status == "valid"))
        .where(Tier.event_id == event.id)
        .group_by(Tier.id)
        .order_by(Tier.position, Tier.id)
    )
    return [(one, two, three) for one, two, three in rows]


def refusals(event: Event) -> list[tuple[str, str, int]]:
    """How often each answer but VALID was given, the most frequent first."""
    count = func.count()
    rows = db.session.execute(
        select(Scan.result, Scan.reason, count)
        .where(Scan.event_id == event.id, Scan.result != "VALID")
        .group_by(Scan.result, Scan.reason)
        .order_by(count.desc(), Scan.reason)
    )
    return [(one, two, three) for one, two, three in rows]


def curve(event: Event, *, at: datetime) -> list[tuple[datetime, str, int]]:
    """Entries of the last hour, by minute and gate."""
    minute: Any = func.date_trunc("minute", Scan.scanned_at)
    rows = db.session.execute(
        select(minute, Scan.gate, func.count())
        .where(
            Scan.event_id == event.id,
            Scan.scanned_at > at - CURVE,
            Scan.direction == "in",
            Scan.admitted,
            Scan.undone_at.is_(None),
        )
        .group_by(minute, Scan.gate)
        .order_by(minute, Scan.gate)
    )
    return [(one, two, three) for one, two, three in rows]


def doubles(event: Event) -> list[Crossing]:
    """Tickets that two devices let in, where one entry is allowed; the latest first."""
    first = aliased(Scan)
    rows = db.session.execute(
        select(Scan, Ticket, first)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(first, first.id == Scan.double_of)
        .where(Scan.event_id == event.id, Scan.undone_at.is_(None))
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
    )
    return [Crossing(scan, ticket, entry) for scan, ticket, entry in rows]


def let_in_wrongly(event: Event) -> list[Crossing]:
    """Tickets that a device let in though they were no good any more: a refund it had not heard
    of; the latest first."""
    rows = db.session.execute(
        select(Scan, Ticket)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .where(
            Scan.event_id == event.id,
            Scan.undone_at.is_(None),
            Scan.admitted,
            Scan.result == "INVALID",
        )
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
    )
    return [Crossing(scan, ticket, None) for scan, ticket in rows]
