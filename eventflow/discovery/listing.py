"""The list of public events of all box offices, searched by words, category and day.

The promise kept here is that only what is public is seen: what every box office shows on its own
storefront, and nothing else of it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import selectinload

from eventflow import searching
from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.discovery.entries import Entry, entries
from eventflow.events.models import Event, Tier
from eventflow.tenancy import across_tenants

PER_PAGE = 20
MOST_CATEGORIES = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; days are those of the reader's calendar, whatever the zone."""

    q: str = ""
    category: str = ""
    from_day: date | None = None
    to_day: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    entries: list[Entry]
    categories: list[str]


def find(wanted: Wanted, *, per_page: int = PER_PAGE, at: datetime) -> Found:
    """This page of what is coming, the next first."""
    with across_tenants():
        matching = _matching(wanted, at)
        total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
        rows = db.session.execute(
            matching.order_by(Event.starts_at, Event.id)
            .options(selectinload(Event.tiers).selectinload(Tier.price_steps))
            .offset((wanted.page - 1) * per_page)
            .limit(per_page)
        ).all()
        tenants = {row.Tenant.id: row.Tenant for row in rows}
        listed = entries([row.Event for row in rows], tenants, at=at)
        categories = list(
            db.session.scalars(
                _public(select(func.min(Event.category)), at)
                .where(Event.category != "")
                .group_by(func.lower(Event.category))
                .order_by(func.lower(Event.category))
                .limit(MOST_CATEGORIES)
            )
        )
        db.session.expunge_all()
    return Found(total, listed, categories)


def addresses(*, at: datetime, most: int = 10_000) -> list[tuple[str, str, datetime]]:
    """(tenant, event, when it was published) of all that is coming, for the sitemap."""
    with across_tenants():
        rows = db.session.execute(
            _public(select(Tenant.slug, Event.slug, Event.published_at), at)
            .join(Tenant, Tenant.id == Event.tenant_id)
            .order_by(Event.starts_at)
            .limit(most)
        ).all()
    return [(tenant, event, published or at) for tenant, event, published in rows]


def _matching(wanted: Wanted, at: datetime) -> Select[tuple[Event, Tenant]]:
    query = _public(select(Event, Tenant), at).join(Tenant, Tenant.id == Event.tenant_id)
    for word in wanted.q.split()[:6]:
        columns = (Event.title, Event.summary, Event.venue_name, Event.category, Tenant.name)
        query = query.where(or_(*(searching.contains(column, word) for column in columns)))
    if wanted.category:
        query = query.where(func.lower(Event.category) == wanted.category.lower())
    if wanted.from_day:
        query = query.where(Event.ends_at >= datetime.combine(wanted.from_day, time(), UTC))
    if wanted.to_day:
        following = datetime.combine(wanted.to_day, time(), UTC) + timedelta(days=1)
        query = query.where(Event.starts_at < following)
    return query


def _public(query: Select, at: datetime) -> Select:
    return query.where(
        Event.status == "published", Event.starts_at.is_not(None), Event.ends_at > at
    )
