"""The door in figures: how many come, how fast, where, and what somebody has to look at.

All of it is counted from scans and tickets as they stand, once for everybody who asks: the console
and the API are told the same. Nothing here is kept anywhere.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import aliased

from eventflow.checkin.admitting import NOTED_TO_THE_MINUTE
from eventflow.checkin.models import Area, Device, Gate, Scan
from eventflow.db import db
from eventflow.events.models import Event, Tier
from eventflow.sales.models import Order
from eventflow.tenancy import current_tenant_id
from eventflow.tickets.models import Ticket

WINDOW = timedelta(hours=1)
MOST_LISTED = 100

_CAME_IN = (Scan.admitted, Scan.direction == "in", Scan.undone_at.is_(None))


@dataclass(frozen=True, slots=True)
class Entries:
    """How many came in within one minute at one gate; an event without gates has one, nameless."""

    minute: datetime
    gate: str
    number: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How many came in, minute by minute, until the last one shown."""

    until: datetime
    is_live: bool
    """False where nobody came within the hour: then the last hour in which somebody did."""
    total: list[int]
    gates: dict[str, list[int]]

    @property
    def minutes(self) -> list[datetime]:
        first = self.until - timedelta(minutes=len(self.total) - 1)
        return [first + timedelta(minutes=n) for n in range(len(self.total))]


@dataclass(frozen=True, slots=True)
class TierCount:
    tier: Tier
    expected: int
    inside: int


@dataclass(frozen=True, slots=True)
class Heads:
    """How many are in one part of the house. `area` is None for the house itself."""

    area: Area | None
    inside: int

    @property
    def alarm(self) -> str:
        """`full`, `near` or nothing: where the counted heads stand against the capacity."""
        if self.area is None:
            return ""
        return alarm(self.inside, self.area.capacity, self.area.alarm_percent)


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How often an answer other than VALID was given, and whether they went in all the same."""

    result: str
    reason: str
    admitted: bool
    number: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """A scan that has to be looked at, say of somebody who should not have been let in; and the
    entry that was first."""

    scan: Scan
    ticket: Ticket
    reference: str
    first: Scan | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who is inside with a ticket, or an issue of it, that was void or became so."""

    ticket: Ticket
    reference: str
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """A scan that a device told of after it was revoked."""

    scan: Scan
    ticket: Ticket
    reference: str
    device: str


def entries(event: Event, *, since: datetime, until: datetime) -> list[Entries]:
    """Entries from `since` to before `until`, by minute and gate."""
    minute: Any = func.date_trunc("minute", Scan.scanned_at)
    gate: Any = func.coalesce(Gate.name, Scan.gate)
    rows = db.session.execute(
        select(minute, gate, func.count())
        .outerjoin(Gate, Gate.id == Scan.gate_id)
        .where(
            Scan.event_id == event.id,
            Scan.scanned_at >= since,
            Scan.scanned_at < until,
            *_CAME_IN,
        )
        .group_by(minute, gate)
        .order_by(minute, gate)
    )
    return [Entries(moment, name, number) for moment, name, number in rows]


def pace(event: Event, *, at: datetime) -> Pace:
    """Entries a minute, in all and for each gate, over the last hour that has any."""
    last = db.session.scalar(
        select(func.max(Scan.scanned_at)).where(
            Scan.event_id == event.id, Scan.scanned_at <= at, *_CAME_IN
        )
    )
    is_live = last is None or at - last < WINDOW
    until = (at if is_live or last is None else last).replace(second=0, microsecond=0)
    since = until - WINDOW + timedelta(minutes=1)
    size = int(WINDOW / timedelta(minutes=1))
    total = [0] * size
    of_gates: dict[str, list[int]] = {gate.name: [0] * size for gate in gates(event)}
    for one in entries(event, since=since, until=until + timedelta(minutes=1)):
        place = int((one.minute - since) / timedelta(minutes=1))
        total[place] += one.number
        if one.gate:
            of_gates.setdefault(one.gate, [0] * size)[place] += one.number
    return Pace(until, is_live, total, of_gates)


def gates(event: Event) -> Sequence[Gate]:
    query = select(Gate).where(Gate.event_id == event.id, Gate.archived_at.is_(None))
    return db.session.scalars(query.order_by(Gate.position, Gate.name)).all()


def areas(event: Event) -> Sequence[Area]:
    query = select(Area).where(Area.event_id == event.id)
    return db.session.scalars(query.order_by(Area.name, Area.id)).all()


def tiers(event: Event) -> list[TierCount]:
    """Each tier, how many are expected of it, and how many of them came."""
    rows = db.session.execute(
        select(Tier, func.count(Ticket.id), func.count(Ticket.checked_in_at))
        .outerjoin(Ticket, and_(Ticket.tier_id == Tier.id, Ticket.status == "valid"))
        .where(Tier.event_id == event.id)
        .group_by(Tier.id)
        .order_by(Tier.position, Tier.id)
    )
    return [TierCount(tier, expected, inside) for tier, expected, inside in rows]


def alarm(inside: int, capacity: int | None, percent: int) -> str:
    """`full`, `near` or nothing."""
    if capacity is None:
        return ""
    if inside >= capacity:
        return "full"
    return "near" if 100 * inside >= capacity * percent else ""


# A ticket is inside if its last crossing was inwards: whoever comes back without having been
# counted out is no second head. Where somebody else came in with the same ticket, all who came in
# with it are counted, and all who left.
_INSIDE = """
select area_id,
       sum(case when doubles > 0 then greatest(came - went, last_one) else last_one end)::bigint
  from (select area_id, count(*) filter (where double_of is not null) as doubles,
               count(*) filter (where direction = 'in') as came,
               count(*) filter (where direction = 'out') as went,
               ((array_agg(direction order by scanned_at desc, id desc))[1] = 'in')::int as last_one
          from scans
         where tenant_id = :tenant and event_id = :event and admitted and undone_at is null {kept}
         group by ticket_id, area_id) as crossings
 group by area_id
"""
_INSIDE_ALL = text(_INSIDE.format(kept=""))
_INSIDE_ONE = text(_INSIDE.format(kept="and area_id = :area"))


def heads(event: Event) -> list[Heads]:
    """Heads in each area, and in the house where gates lead to no area."""
    asked = {"tenant": current_tenant_id(), "event": event.id}
    inside: dict[uuid.UUID | None, int] = {}
    for area_id, count in db.session.execute(_INSIDE_ALL, asked):
        inside[area_id] = count
    counted = [Heads(area, inside.get(area.id, 0)) for area in areas(event)]
    if None in inside or not counted:
        counted.insert(0, Heads(None, inside.get(None, 0)))
    return counted


def heads_in(event_id: uuid.UUID, area_id: uuid.UUID) -> int:
    """Heads in this area of the event."""
    asked = {"tenant": current_tenant_id(), "event": event_id, "area": area_id}
    found = db.session.execute(_INSIDE_ONE, asked).one_or_none()
    return found[1] if found else 0


def answers(event: Event) -> list[AnswerCount]:
    """How often each answer but VALID was given, the most frequent first."""
    number = func.count()
    rows = db.session.execute(
        select(Scan.result, Scan.reason, Scan.admitted, number)
        .where(Scan.event_id == event.id, Scan.result != "VALID")
        .group_by(Scan.result, Scan.reason, Scan.admitted)
        .order_by(number.desc(), Scan.reason, Scan.result, Scan.admitted)
    )
    return [AnswerCount(*row) for row in rows]


def devices(event: Event) -> list[Device]:
    """Those that may scan here, the one heard of last first."""
    query = (
        select(Device)
        .where(Device.revoked_at.is_(None))
        .order_by(Device.last_seen_at.desc().nulls_last(), Device.name)
    )
    return [
        device
        for device in db.session.scalars(query)
        if not device.event_ids or event.id in device.event_ids
    ]


def doubles(event: Event, *, most: int | None = None) -> list[Crossing]:
    """Tickets that two devices let in, where one entry is allowed; the latest first."""
    first = aliased(Scan)
    rows = db.session.execute(
        select(Scan, Ticket, Order.code, first)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(Order, Order.id == Ticket.order_id)
        .join(first, first.id == Scan.double_of)
        .where(Scan.event_id == event.id, Scan.undone_at.is_(None))
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
        .limit(most)
    )
    return [
        Crossing(scan, ticket, f"{code}-{ticket.position}", entry)
        for scan, ticket, code, entry in rows
    ]


def let_in_wrongly(event: Event) -> list[Crossing]:
    """Tickets that a device let in though they were no good any more: a refund it had not heard
    of; the latest first."""
    rows = db.session.execute(
        select(Scan, Ticket, Order.code)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(Order, Order.id == Ticket.order_id)
        .where(Scan.event_id == event.id, Scan.result == "INVALID", *_CAME_IN)
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
    )
    return [Crossing(scan, ticket, f"{code}-{ticket.position}") for scan, ticket, code in rows]


def gone(event: Event, *, most: int | None = None) -> list[Gone]:
    """Who was let in with what is void: refunded since, or before a device had heard of it."""
    wrongly, is_gone = _gone(event)
    rows = db.session.execute(
        select(Ticket, Order.code, func.coalesce(Ticket.checked_in_at, wrongly))
        .join(Order, Order.id == Ticket.order_id)
        .where(is_gone)
        .order_by(Ticket.cancelled_at.desc().nulls_last(), Ticket.id)
        .limit(most)
    )
    return [Gone(ticket, f"{code}-{ticket.position}", came_at) for ticket, code, came_at in rows]


def count_gone(event: Event) -> int:
    _wrongly, is_gone = _gone(event)
    return db.session.scalar(select(func.count()).select_from(Ticket).where(is_gone)) or 0


def _gone(event: Event) -> tuple[Any, Any]:
    """When a device let a ticket in that was no good any more, and whether its holder is inside
    with what is void by now."""
    wrongly = (
        select(func.min(Scan.scanned_at))
        .where(Scan.ticket_id == Ticket.id, Scan.event_id == event.id, Scan.result == "INVALID")
        .where(*_CAME_IN)
        .correlate(Ticket)
        .scalar_subquery()
    )
    refunded = and_(Ticket.status == "cancelled", Ticket.checked_in_at.is_not(None))
    return wrongly, and_(Ticket.event_id == event.id, or_(refunded, wrongly.is_not(None)))


def told_late(event: Event, *, most: int | None = None) -> list[Late]:
    """Whom a device says it let in, as it told only after it was revoked; the latest first."""
    rows = db.session.execute(
        select(Scan, Ticket, Order.code, Device.name)
        .join(Device, and_(Device.id == Scan.device_id, Device.revoked_at < Scan.received_at))
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(Order, Order.id == Ticket.order_id)
        .where(Scan.event_id == event.id, Scan.undone_at.is_(None), Scan.direction == "in")
        .where(func.coalesce(Scan.client_result, "VALID") == "VALID")
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
        .limit(most)
    )
    return [
        Late(scan, ticket, f"{code}-{ticket.position}", device)
        for scan, ticket, code, device in rows
    ]


def doubted(event: Event, *, most: int | None = None) -> list[Crossing]:
    """Readings from before their ticket was issued, by the clock of whoever made them: nothing is
    wrong with the ticket, but that clock was. The latest first."""
    rows = db.session.execute(
        select(Scan, Ticket, Order.code)
        .join(Ticket, Ticket.id == Scan.ticket_id)
        .join(Order, Order.id == Ticket.order_id)
        .where(Scan.event_id == event.id, Scan.offline, Scan.undone_at.is_(None))
        .where(Scan.scanned_at < Ticket.issued_at - NOTED_TO_THE_MINUTE)
        .order_by(Scan.scanned_at.desc(), Scan.id.desc())
        .limit(most)
    )
    return [Crossing(scan, ticket, f"{code}-{ticket.position}") for scan, ticket, code in rows]


def who_and_where(scans: Sequence[Scan]) -> dict[uuid.UUID, str]:
    """Who made each scan, and where, in a few words."""
    wanted = {scan.device_id for scan in scans if scan.device_id}
    names = {
        device.id: device.name
        for device in db.session.scalars(select(Device).where(Device.id.in_(wanted)))
    }
    gate_ids = {scan.gate_id for scan in scans if scan.gate_id}
    places = {
        gate.id: gate.name for gate in db.session.scalars(select(Gate).where(Gate.id.in_(gate_ids)))
    }
    found = {}
    for scan in scans:
        who = (names.get(scan.device_id, "") if scan.device_id else "") or scan.by
        where = (places.get(scan.gate_id, "") if scan.gate_id else "") or scan.gate
        found[scan.id] = ", ".join(part for part in (who, where) if part)
    return found
