"""Events at a glance: the console's list, searched, filtered and sorted, with its figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, or_, select

from eventflow import searching
from eventflow.db import db
from eventflow.events.models import Event, Stock
from eventflow.sales import figures
from eventflow.sales.figures import Count, Income

PER_PAGE = 25
STATUSES = ("draft", "published", "ended", "cancelled", "archived")
SORTS = ("date", "-date", "title", "-title", "sold", "-sold")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is wanted; nothing for what nobody said, or nobody understands."""

    q: str = ""
    status: str = ""
    when: str = ""
    sort: str = ""

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Filters":
        return cls(
            q=said.get("q", "").strip()[:200],
            status=said["status"] if said.get("status") in STATUSES else "",
            when=said["when"] if said.get("when") in ("upcoming", "past") else "",
            sort=said["sort"] if said.get("sort") in SORTS else "",
        )

    @property
    def are_narrow(self) -> bool:
        return bool(self.q or self.status or self.when)


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the list."""

    event: Event
    count: Count
    income: Income
    days: Sequence[int]


def read(filters: Filters, *, page: int, zone: str, at: datetime) -> tuple[list[Line], int]:
    """This page of the list, and how long all of it is."""
    matching = _matching(filters, at)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    events = db.session.scalars(
        matching.order_by(*_order(filters.sort, at), Event.id)
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    ids = [event.id for event in events]
    counts = figures.counts(ids, at=at)
    incomes = figures.incomes(ids)
    days = figures.by_day(ids, zone=zone, at=at)
    return [
        Line(event, counts[event.id], incomes.get(event.id, Income()), days[event.id])
        for event in events
    ], total


def is_empty() -> bool:
    """Whether this box office has never had an event."""
    return db.session.scalar(select(Event.id).limit(1)) is None


def _matching(filters: Filters, at: datetime) -> Select[Event]:
    query = select(Event).join(Stock, and_(Stock.event_id == Event.id, Stock.kind == "event"))
    is_over = Event.ends_at <= at
    is_coming = or_(Event.ends_at.is_(None), Event.ends_at > at)
    match filters.status:
        case "":
            query = query.where(Event.status != "archived")
        case "published":
            query = query.where(Event.status == "published", is_coming)
        case "ended":
            query = query.where(Event.status == "published", is_over)
        case status:
            query = query.where(Event.status == status)
    if filters.when:
        query = query.where(is_over if filters.when == "past" else is_coming)
    if filters.q:
        columns = (Event.title, Event.venue_name, Event.category)
        query = query.where(or_(*(searching.contains(one, filters.q) for one in columns)))
    return query


def _order(sort: str, at: datetime) -> list[ColumnElement[Any]]:
    turned = sort.startswith("-")
    match sort.removeprefix("-"):
        case "date":
            by: SQLColumnExpression[Any] = Event.starts_at
        case "title":
            by = func.lower(Event.title)
        case "sold":
            by = Stock.sold
        case _:
            # What is coming first, the next on top and what has no date yet above it; then what
            # was, the latest on top.
            since = func.extract("epoch", Event.starts_at)
            is_over = func.coalesce(Event.ends_at <= at, False)
            return [is_over, case((is_over, -since), else_=since).asc().nulls_first()]
    return [by.desc().nulls_last() if turned else by.asc().nulls_first()]
