"""The door in figures: how many come, how fast, where, and what somebody has to look at.

All of it is counted from scans and tickets as they stand; nothing here is kept anywhere.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from eventflow.checkin.models import Area, Device, Gate, Scan
from eventflow.db import db
from eventflow.events.models import Event
from eventflow.sales.models import Order
from eventflow.tickets.models import Ticket

WINDOW = timedelta(hours=1)
MOST_LISTED = 100

_ADMITTED = (Scan.admitted, Scan.direction == "in", Scan.undone_at.is_(None))


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
    name: str
    expected: int
    inside: int


@dataclass(frozen=True, slots=True)
class AreaCount:
    area: Area
    heads: int

    @property
    def alarm(self) -> str:
        """`full`, `near` or nothing: where the counted heads stand against the capacity."""
        capacity = self.area.capacity
        if capacity is None:
            return ""
        if self.heads >= capacity:
            return "full"
        return "near" if 100 * self.heads >= capacity * self.area.alarm_percent else ""


@dataclass(frozen=True, slots=True)
class Double:
    """One ticket that was let in twice, since two devices did not know of each other."""

    reference: str
    holder: str
    tier: str
    first_at: datetime
    first_by: str
    second_at: datetime
    second_by: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who is inside with a ticket that was refunded or made void since."""

    reference: str
    holder: str
    came_at: datetime
    void_at: datetime | None


def pace(event: Event, *, at: datetime) -> Pace:
    """Entries a minute, in all and for each gate, over the last hour that has any."""
    last = db.session.scalar(
        select(func.max(Scan.scanned_at)).where(
            Scan.event_id == event.id, Scan.scanned_at <= at, *_ADMITTED
        )
    )
    is_live = last is None or at - last < WINDOW
    until = (at if is_live or last is None else last).replace(second=0, microsecond=0)
    since = until - WINDOW + timedelta(minutes=1)
    minute = func.date_trunc("minute", Scan.scanned_at)
    rows = db.session.execute(
        select(minute, Scan.gate_id, Scan.gate, func.count())
        .where(
            Scan.event_id == event.id,
            Scan.scanned_at >= since,
            Scan.scanned_at < until + timedelta(minutes=1),
            *_ADMITTED,
        )
        .group_by(minute, Scan.gate_id, Scan.gate)
    )
    names: dict[uuid.UUID, str] = {gate.id: gate.name for gate in gates(event)}
    size = int(WINDOW / timedelta(minutes=1))
    total = [0] * size
    of_gates: dict[str, list[int]] = {name: [0] * size for name in names.values()}
    for moment, gate_id, written, number in rows:
        place = int((moment - since) / timedelta(minutes=1))
        total[place] += number
        # An event without gates has one door, which has no name.
        name = names.get(gate_id, "") if gate_id else written
        if name:
            of_gates.setdefault(name, [0] * size)[place] += number
    return Pace(until, is_live, total, of_gates)


def gates(event: Event) -> Sequence[Gate]:
    query = select(Gate).where(Gate.event_id == event.id, Gate.archived_at.is_(None))
    return db.session.scalars(query.order_by(Gate.position, Gate.name)).all()


def tiers(event: Event) -> list[TierCount]:
    """How many are expected of each tier, and how many of them came."""
    rows = db.session.execute(
        select(Ticket.tier_id, func.count(), func.count(Ticket.checked_in_at))
        .where(Ticket.event_id == event.id, Ticket.status == "valid")
        .group_by(Ticket.tier_id)
    )
    counts = {tier_id: (expected, came) for tier_id, expected, came in rows}
    return [TierCount(tier.name, *counts[tier.id]) for tier in event.tiers if tier.id in counts]


def refusals(event: Event) -> list[tuple[str, int]]:
    """How often each reason was given, the most frequent first."""
    number = func.count()
    rows = db.session.execute(
        select(Scan.reason, number)
        .where(Scan.event_id == event.id, Scan.result != "VALID", ~Scan.admitted)
        .group_by(Scan.reason)
        .order_by(number.desc(), Scan.reason)
    )
    return [(reason, count) for reason, count in rows]


def areas(event: Event) -> list[AreaCount]:
    """Heads in each area: who went in, less who went out."""
    change = case((Scan.direction == "out", -1), else_=1)
    rows = db.session.execute(
        select(Scan.area_id, func.sum(change))
        .where(
            Scan.event_id == event.id,
            Scan.area_id.is_not(None),
            Scan.admitted,
            Scan.undone_at.is_(None),
        )
        .group_by(Scan.area_id)
    )
    heads: Mapping[uuid.UUID, int] = {area_id: max(0, int(sum_)) for area_id, sum_ in rows}
    found = db.session.scalars(select(Area).where(Area.event_id == event.id).order_by(Area.name))
    return [AreaCount(area, heads.get(area.id, 0)) for area in found]


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


def doubles(event: Event) -> list[Double]:
    """Tickets that two scans let in where one entry is allowed, the latest first."""
    second, first = Scan, aliased(Scan)
    rows = db.session.execute(
        select(second, first, Ticket, Order.code)
        .join(first, second.double_of == first.id)
        .join(Ticket, Ticket.id == second.ticket_id)
        .join(Order, Order.id == Ticket.order_id)
        .where(second.event_id == event.id, second.double_of.is_not(None))
        .where(second.undone_at.is_(None))
        .order_by(second.scanned_at.desc(), second.id)
        .limit(MOST_LISTED)
    ).all()
    who = _scanners([scan for late, early, *_rest in rows for scan in (late, early)])
    tiers_by_id = {tier.id: tier.name for tier in event.tiers}
    return [
        Double(
            reference=f"{code}-{ticket.position}",
            holder=ticket.attendee_name,
            tier=tiers_by_id.get(ticket.tier_id, ""),
            first_at=early.scanned_at,
            first_by=who[early.id],
            second_at=late.scanned_at,
            second_by=who[late.id],
        )
        for late, early, ticket, code in rows
    ]


def gone(event: Event) -> list[Gone]:
    """Who was let in with a ticket that is void by now."""
    rows = db.session.execute(
        select(Ticket, Order.code)
        .join(Order, Order.id == Ticket.order_id)
        .where(
            Ticket.event_id == event.id,
            Ticket.status == "cancelled",
            Ticket.checked_in_at.is_not(None),
        )
        .order_by(Ticket.cancelled_at.desc())
        .limit(MOST_LISTED)
    )
    found = []
    for ticket, code in rows:
        came = ticket.checked_in_at
        assert came is not None
        reference = f"{code}-{ticket.position}"
        found.append(Gone(reference, ticket.attendee_name, came, ticket.cancelled_at))
    return found


def _scanners(scans: Sequence[Scan]) -> dict[uuid.UUID, str]:
    """Who made each scan, and where, in a few words."""
    wanted = {scan.device_id for scan in scans if scan.device_id}
    names: dict[uuid.UUID, str] = defaultdict(str)
    for device in db.session.scalars(select(Device).where(Device.id.in_(wanted))):
        names[device.id] = device.name
    gate_ids = {scan.gate_id for scan in scans if scan.gate_id}
    places = {
        gate.id: gate.name for gate in db.session.scalars(select(Gate).where(Gate.id.in_(gate_ids)))
    }
    found = {}
    for scan in scans:
        who = (names[scan.device_id] if scan.device_id else "") or scan.by
        where = (places.get(scan.gate_id, "") if scan.gate_id else "") or scan.gate
        found[scan.id] = ", ".join(part for part in (who, where) if part)
    return found
