"""Finding orders: by code, by who bought or who comes, by event, state and day.

What is found is for reading: each row comes with its event and hold, and asks for nothing more.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import joinedload, load_only

from eventflow import searching
from eventflow.accounts import people
from eventflow.db import db
from eventflow.events.models import Event
from eventflow.sales import orders
from eventflow.sales.models import Hold, Order
from eventflow.tickets.models import Ticket

STATES = ("pending", "paid", "partially_refunded", "refunded", "expired", "cancelled")
WITHOUT_TICKETS = ("pending", "expired", "cancelled")

_SORTS = {"placed": Order.created_at, "buyer": func.lower(Order.buyer_name), "total": Order.total}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Days are whole ones on the clock of `zone`."""

    q: str = ""
    event: str = ""
    """The event's slug."""
    state: str = ""
    first: date | None = None
    last: date | None = None
    zone: str = "UTC"
    sort: str = "-placed"
    """`placed`, `buyer` or `total`, after a minus for the largest first."""

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.event or self.state or self.first or self.last)


def count_and_page(
    search: Search, *, offset: int, limit: int, at: datetime
) -> tuple[int, Sequence[Order]]:
    """How many orders fit in all, and this part of them."""
    matching = _matching(search, at)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    rows = db.session.scalars(
        _with_event(matching).order_by(*_order(search.sort)).offset(offset).limit(limit)
    )
    return total, rows.all()


def in_parts(search: Search, *, at: datetime, at_once: int = 500) -> Iterator[Sequence[Order]]:
    """Every order that fits, the first placed first, so many at once."""
    after: tuple[datetime, uuid.UUID] | None = None
    while True:
        part = _part_after(search, after, at=at, limit=at_once)
        yield part
        if len(part) < at_once:
            return
        after = (part[-1].created_at, part[-1].id)


def _part_after(
    search: Search, after: tuple[datetime, uuid.UUID] | None, *, at: datetime, limit: int
) -> Sequence[Order]:
    query = _with_event(_matching(search, at))
    if after:
        placed, order_id = after
        later = and_(Order.created_at == placed, Order.id > order_id)
        query = query.where(or_(Order.created_at > placed, later))
    part = db.session.scalars(query.order_by(Order.created_at, Order.id).limit(limit)).all()
    db.session.expunge_all()
    return part


def _with_event(query: Select[Order]) -> Select[Order]:
    return query.options(
        joinedload(Order.event).load_only(Event.title, Event.slug, Event.timezone),
        joinedload(Order.hold).load_only(Hold.expires_at),
        load_only(
            Order.code,
            Order.status,
            Order.buyer_name,
            Order.buyer_email,
            Order.payment_method,
            Order.currency,
            Order.subtotal,
            Order.discount,
            Order.fees,
            Order.tax,
            Order.total,
            Order.refunded,
            Order.platform_fee,
            Order.attendees,
            Order.created_at,
            Order.paid_at,
        ),
    )


def _matching(search: Search, at: datetime) -> Select[Order]:
    query = select(Order)
    if search.q:
        query = query.where(_found_by(search.q))
    if search.event:
        query = query.where(Order.event.has(Event.slug == search.event))
    if search.state:
        query = query.where(_in_state(search.state, at))
    if search.first:
        query = query.where(Order.created_at >= _midnight(search.first, search.zone))
    if search.last:
        following = _midnight(search.last + timedelta(days=1), search.zone)
        query = query.where(Order.created_at < following)
    return query


def _found_by(words: str) -> ColumnElement[bool]:
    mail = people.as_kept(words)
    # Who comes is on the tickets, and while there are none yet, on the order.
    names = func.jsonb_path_query_array(Order.attendees, cast("$[*].name", JSONPATH))
    holders = select(Ticket.order_id).where(
        or_(
            searching.contains(Ticket.attendee_name, words),
            Ticket.attendee_email.icontains(mail, autoescape=True),
        )
    )
    return or_(
        *(Order.code.startswith(code) for code in orders.codes_meant(words)),
        searching.contains(Order.buyer_name, words),
        Order.buyer_email.icontains(mail, autoescape=True),
        Order.id.in_(holders),
        and_(Order.status.in_(WITHOUT_TICKETS), searching.contains(cast(names, Text), words)),
    )


def _in_state(state: str, at: datetime) -> ColumnElement[bool]:
    """As `Order.status_at` says it: a pending order whose time ran out is expired."""
    overdue = Order.hold.has(Hold.expires_at <= at)
    if state == "pending":
        return and_(Order.status == "pending", ~overdue)
    if state == "expired":
        return or_(Order.status == "expired", and_(Order.status == "pending", overdue))
    return Order.status == state


def _order(sort: str) -> tuple[ColumnElement, ...]:
    column = _SORTS.get(sort.lstrip("-"), Order.created_at)
    if sort.startswith("-"):
        return column.desc(), Order.id.desc()
    return column.asc(), Order.id.asc()


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
