"""Entries: events as a printed programme lists them, the date on the stub, the price beside it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale

from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.models import Tenant
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.locale import format_clock, zone_label
from eventflow.pictures import Picture
from eventflow.sales import availability, offers
from eventflow.sales.offers import Offer


@dataclass(frozen=True, slots=True)
class Entry:
    event: Event
    tenant: Tenant
    offer: Offer
    cover: Picture | None
    day: str
    month: str
    weekday: str
    year: str | None
    """Only where it is not this year's."""
    clock: str
    place: str

    @property
    def origin(self) -> str:
        """The host of its box office, for pages on another."""
        return tenant_url(self.tenant.slug, "")


def entries(
    events: Sequence[Event], tenants: Mapping[uuid.UUID, Tenant], *, at: datetime
) -> list[Entry]:
    """These events as entries, with what is left of them asked in one question."""
    left = availability.ask_all([event.id for event in events], at=at)
    return [_entry(event, tenants[event.tenant_id], left[event.id], at=at) for event in events]


def _entry(
    event: Event, tenant: Tenant, left: Sequence[availability.TierLeft], *, at: datetime
) -> Entry:
    zone, locale = ZoneInfo(event.timezone), str(get_locale())
    assert event.starts_at is not None
    local = event.starts_at.astimezone(zone)
    this_year = local.year == at.astimezone(zone).year
    return Entry(
        event=event,
        tenant=tenant,
        offer=offers.offer(event, tenant, left, at=at),
        cover=showing.cover(event),
        day=format_date(local, "d", locale),
        month=format_date(local, "LLL", locale),
        weekday=format_date(local, "ccc", locale),
        year=None if this_year else str(local.year),
        clock=f"{format_clock(event.starts_at, event.timezone)} "
        + zone_label(event.starts_at, event.timezone),
        place=showing.place_lines(event)[0] if showing.place_lines(event) else "",
    )
