"""Finding events: lists with search, filters and pages, for the API, the console and the shop."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from eventflow import searching
from eventflow.db import db
from eventflow.events.models import Event


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `drafts_too` is for those who work here; `only` keeps to these events."""

    q: str = ""
    category: str = ""
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    drafts_too: bool = False
    only: frozenset[uuid.UUID] = frozenset()


def count_and_page(search: Search, *, offset: int, limit: int) -> tuple[int, list[Event]]:
    """How many there are in all, and this part of them, the earliest first."""
    matching = _matching(search)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    page = matching.order_by(Event.starts_at.asc().nulls_last(), Event.id)
    return total, list(db.session.scalars(page.offset(offset).limit(limit)))


def _matching(search: Search) -> Select[Event]:
    query = select(Event)
    if search.drafts_too:
        query = query.where(Event.status != "archived")
    else:
        query = query.where(Event.status.in_(("published", "cancelled")))
    if search.only:
        query = query.where(Event.id.in_(search.only))
    if search.q:
        columns = (Event.title, Event.summary, Event.venue_name, Event.category)
        query = query.where(or_(*(searching.contains(column, search.q) for column in columns)))
    if search.category:
        query = query.where(func.lower(Event.category) == search.category.lower())
    if search.starts_from:
        query = query.where(Event.starts_at >= search.starts_from)
    if search.starts_to:
        query = query.where(Event.starts_at <= search.starts_to)
    return query
