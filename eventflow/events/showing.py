"""Showing: what buyers see of events, read once a second and not once a reader.

What is read here belongs to no database session and is for reading only. Tiers that are hidden are
left out, so that no page can show them by mistake.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote_plus

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.events import publishing
from eventflow.events.models import Event, Tier
from eventflow.pictures import Picture
from eventflow.tenancy import current_tenant_id

REMEMBER = 1.0
MOST = 5_000
MOST_LISTED = 200
MOST_PAST = 30

_known: dict[tuple[uuid.UUID, str], tuple[float, Event]] = {}


@dataclass(frozen=True, slots=True)
class Programme:
    """A box office's events: what is coming, the next first, and what was, the latest first."""

    coming: Sequence[Event]
    past: Sequence[Event]


def public_event(slug: str, *, at: datetime) -> Event:
    """The event as the public may know it, with its tiers; NotFound for a stranger's drafts."""
    key = (current_tenant_id(), slug)
    until, event = _known.get(key, (0.0, None))
    if event is None or time.monotonic() >= until:
        event = _read(slug)
        if not event.is_public:
            raise NotFound(_("There is no such event."))
        if len(_known) > MOST:
            _known.clear()
        _known[key] = (time.monotonic() + REMEMBER, event)
    return event


def preview(slug: str, token: str, *, at: datetime) -> Event:
    """The event for whoever has its preview link; NotFound for everybody else."""
    event = _read(slug)
    if not publishing.may_preview(event, token, at=at):
        raise NotFound(_("There is no such event."))
    return event


def programme(*, at: datetime) -> Programme:
    """The current tenant's events. What was called off stays listed until its day is over."""
    public = (
        select(Event)
        .where(Event.status.in_(("published", "cancelled")), Event.starts_at.is_not(None))
        .options(selectinload(Event.tiers).selectinload(Tier.price_steps))
    )
    coming = db.session.scalars(
        public.where(Event.ends_at > at).order_by(Event.starts_at, Event.id).limit(MOST_LISTED)
    ).all()
    past = db.session.scalars(
        public.where(Event.ends_at <= at, Event.status == "published")
        .order_by(Event.starts_at.desc(), Event.id)
        .limit(MOST_PAST)
    ).all()
    db.session.expunge_all()
    return Programme(coming, past)


def open_tiers(event: Event) -> list[Tier]:
    """The tiers that everybody may know of."""
    return [tier for tier in event.tiers if not tier.hidden]


def cover(event: Event) -> Picture | None:
    return Picture.from_json(event.cover) if event.cover else None


def place_lines(event: Event) -> list[str]:
    """Where it takes place, the name first."""
    if event.format == "virtual":
        return [_("Online")]
    lines = [event.venue_name, *event.venue_address.splitlines()]
    if event.format == "hybrid":
        lines.append(_("and online"))
    return [line.strip() for line in lines if line.strip()]


def place(event: Event) -> str:
    """The same in one line."""
    return ", ".join(place_lines(event))


def map_url(event: Event) -> str | None:
    """Where a map shows the place: the organizer's own link, or a search for the address."""
    if event.format == "virtual":
        return None
    if event.map_url:
        return event.map_url
    wanted = ", ".join(filter(None, (event.venue_name, *event.venue_address.split("\n"))))
    return f"https://www.openstreetmap.org/search?query={quote_plus(wanted)}" if wanted else None


def _read(slug: str) -> Event:
    # In one statement, however many tiers and early prices there are.
    event = (
        db.session.scalars(
            select(Event)
            .where(Event.slug == slug)
            .options(joinedload(Event.tiers).joinedload(Tier.price_steps))
        )
        .unique()
        .one_or_none()
    )
    if event is None:
        raise NotFound(_("There is no such event."))
    db.session.expunge_all()
    db.session.rollback()
    return event
