"""Figures: what events have sold, how fast, and what it brings; read when asked, kept nowhere.

The promise kept here is that a figure means the same wherever it shows: *held* leaves out holds
that lapsed, *income* is what buyers paid less what went back to them, and days are those of the
zone they are shown in.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Numeric, Select, case, cast, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from eventflow.db import db
from eventflow.events.models import Event, Stock, Tier, TierStock
from eventflow.sales import availability
from eventflow.sales.models import Hold, HoldLine, Order
from eventflow.tenancy import current_tenant_id

DAYS = 30
SETTLED = ("paid", "partially_refunded", "refunded")
STANDING = ("paid", "partially_refunded")
BY_HAND = ("transfer", "door")

Ids = Collection[uuid.UUID]


@dataclass(frozen=True, slots=True)
class Count:
    """How many places there are, and how many of them are spoken for."""

    capacity: int
    sold: int
    held: int

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.sold - self.held)


@dataclass(frozen=True, slots=True)
class Income:
    """Minor units: what buyers paid and did not get back, and the platform's part of it."""

    orders: int = 0
    taken: int = 0
    fees: int = 0

    @property
    def proceeds(self) -> int:
        return self.taken - self.fees


@dataclass(frozen=True, slots=True)
class TierFigures:
    """One tier. `left` is the least of all it draws on, its own stock or what it shares."""

    tier: Tier
    count: Count
    left: int
    status: str
    checked_in: int
    price: int
    early_until: datetime | None
    """When this price ends by itself, and `later` takes its place."""
    later: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Orders whose money comes by hand, and has not come yet."""

    orders: int
    amount: int


@dataclass(frozen=True, slots=True)
class CallingOff:
    """What cancelling an event does to its orders."""

    refunded: int
    amount: int
    by_hand: int
    """Of these, paid by transfer or at the door: their money goes back by hand too."""
    amount_by_hand: int
    free: int
    unpaid: int


def counts(event_ids: Ids, *, at: datetime) -> dict[uuid.UUID, Count]:
    """Each event as a whole: the places its tiers have, or its own capacity where that is less."""
    of_tiers = _places(event_ids).subquery()
    lapsed = _lapsed(Hold.event_id, event_ids, at).subquery()
    rows = db.session.execute(
        select(
            Stock.event_id,
            func.coalesce(func.least(Stock.capacity, of_tiers.c.places), 0).label("capacity"),
            Stock.sold,
            (Stock.held - func.coalesce(lapsed.c.n, 0)).label("held"),
        )
        .outerjoin(of_tiers, of_tiers.c.event_id == Stock.event_id)
        .outerjoin(lapsed, lapsed.c.key == Stock.event_id)
        .where(Stock.event_id.in_(event_ids), Stock.kind == "event")
    )
    return {row.event_id: Count(int(row.capacity), row.sold, int(row.held)) for row in rows}


def _places(event_ids: Ids) -> Select[Any]:
    """How many places the tiers of each event have; tiers that share a room no more than it has."""
    room, own = aliased(Stock), aliased(Stock)
    shared = (
        select(room.id, room.capacity)
        .join(TierStock, TierStock.stock_id == room.id)
        .where(TierStock.tier_id == Tier.id, room.kind == "shared")
        .order_by(room.capacity, room.id)
        .limit(1)
        .lateral()
    )
    rooms = (
        select(
            Tier.event_id,
            func.least(func.sum(own.capacity), func.min(shared.c.capacity)).label("places"),
        )
        .join(own, own.id == Tier.stock_id)
        .outerjoin(shared, true())
        .where(Tier.event_id.in_(event_ids))
        .group_by(Tier.event_id, func.coalesce(shared.c.id, Tier.id))
        .subquery()
    )
    return select(rooms.c.event_id, func.sum(rooms.c.places).label("places")).group_by(
        rooms.c.event_id
    )


def incomes(event_ids: Ids) -> dict[uuid.UUID, Income]:
    """What each event brings, in its own currency. Events without orders are left out."""
    kept = Order.total - Order.refunded
    # A refund takes its share of the platform's fee along.
    fee = func.round(cast(Order.platform_fee, Numeric) * kept / func.nullif(Order.total, 0))
    rows = db.session.execute(
        select(
            Order.event_id,
            func.sum(case((Order.status.in_(STANDING), 1), else_=0)).label("orders"),
            func.sum(kept).label("taken"),
            func.coalesce(func.sum(fee), 0).label("fees"),
        )
        .where(Order.event_id.in_(event_ids), Order.status.in_(SETTLED))
        .group_by(Order.event_id)
    )
    return {row.event_id: Income(int(row.orders), int(row.taken), int(row.fees)) for row in rows}


def last_days(zone: str, *, at: datetime) -> list[date]:
    """The last thirty days up to today, as the calendar there has them."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def by_day(event_ids: Ids, *, zone: str, at: datetime) -> dict[uuid.UUID, list[int]]:
    """How many tickets each event sold on each of those days; what was undone since is left out."""
    days = last_days(zone, at=at)
    since = datetime.combine(days[0], time(), ZoneInfo(zone))
    day = cast(func.timezone(zone, Order.paid_at), Date).label("day")
    # By the table's name: tickets are to our right, and we don't know their models.
    tickets = db.metadata.tables["tickets"].c
    rows = db.session.execute(
        select(Order.event_id, day, func.count().label("n"))
        .join(tickets.id.table, tickets.order_id == Order.id)
        .where(tickets.tenant_id == current_tenant_id(), tickets.event_id.in_(event_ids))
        .where(tickets.status == "valid", Order.event_id.in_(event_ids))
        .where(Order.status.in_(STANDING), Order.paid_at >= since)
        .group_by(Order.event_id, day)
    )
    found = {event_id: dict.fromkeys(days, 0) for event_id in event_ids}
    for row in rows:
        if row.day in found[row.event_id]:
            found[row.event_id][row.day] = int(row.n)
    return {event_id: list(sold.values()) for event_id, sold in found.items()}


def of_tiers(event: Event, *, at: datetime) -> list[TierFigures]:
    """Every tier of an event, hidden ones too, in their order."""
    told = {one.id: one for one in availability.ask(event.id, current_tenant_id(), at=at)}
    lapsed = _numbers(_lapsed(HoldLine.tier_id, [event.id], at))
    inside = _checked_in(event.id)
    found = []
    for tier in event.tiers:
        stock, now = tier.stock, told.get(str(tier.id))
        if now is None:
            continue  # Added in this very moment; the next look has it.
        held = stock.held - lapsed.get(tier.id, 0)
        early_until = next((step.until for step in tier.price_steps if at < step.until), None)
        found.append(
            TierFigures(
                tier=tier,
                count=Count(stock.capacity or 0, stock.sold, held),
                left=now.available,
                status=now.status,
                checked_in=inside.get(tier.id, 0),
                price=tier.price_at(at),
                early_until=early_until,
                later=tier.price_at(early_until) if early_until else tier.price,
            )
        )
    return found


def waiting(event: Event, *, at: datetime) -> Waiting:
    """What staff has to look out for: transfers, and money at the door."""
    row = db.session.execute(
        select(func.count().label("n"), func.coalesce(func.sum(Order.total), 0).label("amount"))
        .join(Hold, Hold.id == Order.hold_id)
        .where(Order.event_id == event.id, Order.status == "pending")
        .where(Order.payment_method.in_(BY_HAND), Hold.expires_at > at)
    ).one()
    return Waiting(int(row.n), int(row.amount))


def failed_refunds(event: Event) -> int:
    # By the table's name, as below.
    refunds = db.metadata.tables["refunds"].c
    return (
        db.session.scalar(
            select(func.count(refunds.id))
            .join(Order, Order.id == refunds.order_id)
            .where(refunds.tenant_id == current_tenant_id(), Order.event_id == event.id)
            .where(refunds.status == "failed")
        )
        or 0
    )


def calling_off(event: Event, *, at: datetime) -> CallingOff:
    left = Order.total - Order.refunded
    rows = db.session.execute(
        select(
            case((Order.status == "pending", "unpaid"), (left == 0, "free"), else_="paid").label(
                "what"
            ),
            Order.payment_method.in_(BY_HAND).label("by_hand"),
            func.count().label("n"),
            func.sum(left).label("amount"),
        )
        .join(Hold, Hold.id == Order.hold_id)
        .where(Order.event_id == event.id)
        .where(Order.status.in_(STANDING) | ((Order.status == "pending") & (Hold.expires_at > at)))
        .group_by("what", "by_hand")
    ).all()
    paid = [row for row in rows if row.what == "paid"]
    by_hand = [row for row in paid if row.by_hand]
    return CallingOff(
        refunded=sum(row.n for row in paid),
        amount=sum(int(row.amount) for row in paid),
        by_hand=sum(row.n for row in by_hand),
        amount_by_hand=sum(int(row.amount) for row in by_hand),
        free=sum(row.n for row in rows if row.what == "free"),
        unpaid=sum(row.n for row in rows if row.what == "unpaid"),
    )


def _lapsed(
    key: InstrumentedAttribute[uuid.UUID], event_ids: Ids, at: datetime
) -> Select[uuid.UUID, int]:
    """Places that holds still count though their time is over, by whatever they are asked for."""
    return (
        select(key.label("key"), func.sum(HoldLine.quantity).label("n"))
        .join_from(Hold, HoldLine, HoldLine.hold_id == Hold.id)
        .where(Hold.event_id.in_(event_ids), Hold.status == "live", Hold.expires_at <= at)
        .group_by(key)
    )


def _checked_in(event_id: uuid.UUID) -> dict[uuid.UUID, int]:
    # By the table's name: tickets are to our right, and we don't know their models.
    tickets = db.metadata.tables["tickets"].c
    return _numbers(
        select(tickets.tier_id.label("key"), func.count().label("n"))
        .where(tickets.tenant_id == current_tenant_id(), tickets.event_id == event_id)
        .where(tickets.status == "valid", tickets.checked_in_at.is_not(None))
        .group_by(tickets.tier_id)
    )


def _numbers(query: Select[uuid.UUID, int]) -> dict[uuid.UUID, int]:
    return {row.key: int(row.n) for row in db.session.execute(query)}
