"""Finding tickets: by who comes, by their order, by event, tier and state.

What is found is for reading: each row comes with its order, event and tier, and asks for no more.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from eventflow import searching
from eventflow.accounts import people
from eventflow.db import db
from eventflow.events.models import Event, Tier
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.seating.models import Seat
from eventflow.tickets.models import Ticket

STATES = ("valid", "checked_in", "cancelled")
MOST_EVENTS = 100

_SORTS = {
    "name": func.lower(Ticket.attendee_name),
    "issued": Ticket.issued_at,
    "checked_in": Ticket.checked_in_at,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for."""

    q: str = ""
    event: str = ""
    """The event's slug."""
    tier: str = ""
    """The tier's id."""
    state: str = ""
    sort: str = "name"
    """`name`, `issued` or `checked_in`, after a minus for the largest first."""

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return bool(self.q or self.event or self.tier or self.state)


def count_and_page(search: Search, *, offset: int, limit: int) -> tuple[int, Sequence[Ticket]]:
    """How many tickets fit in all, and this part of them."""
    matching = _matching(search)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    rows = db.session.scalars(
        _with_all(matching).order_by(*_order(search.sort)).offset(offset).limit(limit)
    )
    return total, rows.all()


def in_parts(search: Search, *, at_once: int = 500) -> Iterator[Sequence[Ticket]]:
    """Every ticket that fits, the first issued first, so many at once."""
    after: Ticket | None = None
    while True:
        part = _part_after(search, after, limit=at_once)
        yield part
        if len(part) < at_once:
            return
        after = part[-1]


def events_to_choose(chosen: str) -> list[tuple[str, str]]:
    """(slug, title) of the latest events that ever were on sale, and of the chosen one."""
    query = select(Event.slug, Event.title)
    latest = (
        query.where(Event.status != "draft")
        .order_by(Event.starts_at.desc().nulls_first(), Event.id)
        .limit(MOST_EVENTS)
    )
    found = [(slug, title) for slug, title in db.session.execute(latest)]
    if chosen and chosen not in dict(found):
        found += [
            (slug, title) for slug, title in db.session.execute(query.where(Event.slug == chosen))
        ]
    return found


def tiers_to_choose(slug: str) -> list[tuple[str, str]]:
    """(id, name) of one event's tiers."""
    if not slug:
        return []
    rows = db.session.execute(
        select(Tier.id, Tier.name)
        .join(Event, Event.id == Tier.event_id)
        .where(Event.slug == slug)
        .order_by(Tier.position, Tier.id)
    )
    return [(str(tier_id), name) for tier_id, name in rows]


def _part_after(search: Search, after: Ticket | None, *, limit: int) -> Sequence[Ticket]:
    place = (Ticket.issued_at, Ticket.order_id, Ticket.position)
    query = _with_all(_matching(search))
    if after is not None:
        query = query.where(
            tuple_(*place) > tuple_(after.issued_at, after.order_id, after.position)
        )
    part = db.session.scalars(query.order_by(*place).limit(limit)).all()
    db.session.expunge_all()
    return part


def _with_all(query: Select[Ticket]) -> Select[Ticket]:
    return query.options(
        joinedload(Ticket.order).load_only(Order.code, Order.buyer_name, Order.buyer_email),
        joinedload(Ticket.event).load_only(Event.title, Event.slug, Event.timezone),
        joinedload(Ticket.tier).load_only(Tier.name),
        joinedload(Ticket.seat).joinedload(Seat.row),
    )


def _matching(search: Search) -> Select[Ticket]:
    query = select(Ticket)
    if search.q:
        query = query.where(_found_by(search.q))
    if search.event:
        query = query.where(Ticket.event.has(Event.slug == search.event))
    if search.tier:
        query = query.where(Ticket.tier_id == _id(search.tier))
    if search.state:
        query = query.where(_in_state(search.state))
    return query


def _found_by(words: str) -> ColumnElement[bool]:
    mail = people.as_kept(words)
    buyer = [
        searching.contains(Order.buyer_name, words),
        Order.buyer_email.icontains(mail, autoescape=True),
    ]
    found: list[ColumnElement[bool]] = [
        searching.contains(Ticket.attendee_name, words),
        Ticket.attendee_email.icontains(mail, autoescape=True),
        Ticket.order.has(
            or_(*buyer, *(Order.code.startswith(code) for code in orders.codes_meant(words)))
        ),
    ]
    return or_(*found)


def _in_state(state: str) -> ColumnElement[bool]:
    """As `Ticket.state` says it; nobody is in a state that there isn't."""
    if state not in STATES:
        return false()
    if state == "cancelled":
        return Ticket.status == "cancelled"
    came = Ticket.checked_in_at.is_not(None)
    return and_(Ticket.status == "valid", came if state == "checked_in" else ~came)


def _order(sort: str) -> tuple[ColumnElement, ...]:
    column = _SORTS.get(sort.lstrip("-"), _SORTS["name"])
    if sort.startswith("-"):
        return column.desc().nulls_last(), Ticket.id.desc()
    return column.asc().nulls_last(), Ticket.id.asc()


def _id(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None
