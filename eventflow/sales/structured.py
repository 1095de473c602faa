"""Structured data: an event as search engines and link previews read it (schema.org).

Availability changes with stock, and a cancelled event says so.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.models import Tenant
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.money import minor_digits
from eventflow.sales.offers import Offer, Offered

_MODES = {
    "in_person": "OfflineEventAttendanceMode",
    "virtual": "OnlineEventAttendanceMode",
    "hybrid": "MixedEventAttendanceMode",
}
_AVAILABILITY = {
    "on_sale": "InStock",
    "sold_out": "SoldOut",
    "upcoming": "PreOrder",
    "ended": "SoldOut",
}


def event_url(tenant: Tenant, event: Event) -> str:
    return tenant_url(tenant.slug, f"/events/{event.slug}")


def event(tenant: Tenant, event: Event, offer: Offer, *, at: datetime) -> dict[str, Any]:
    url = event_url(tenant, event)
    cancelled = event.status == "cancelled"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "url": url,
        "eventStatus": f"https://schema.org/Event{'Cancelled' if cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"https://schema.org/{_MODES[event.format]}",
        "organizer": {
            "@type": "Organization",
            "name": tenant.name,
            "url": tenant_url(tenant.slug),
        },
        "location": _locations(event, url),
        "offers": [_offer(tier, offer, url) for tier in offer.tiers],
    }
    zone = ZoneInfo(event.timezone)
    for name, instant in (
        ("startDate", event.starts_at),
        ("endDate", event.ends_at),
        ("doorTime", event.doors_at),
    ):
        if instant:
            data[name] = instant.astimezone(zone).isoformat(timespec="minutes")
    if event.summary:
        data["description"] = event.summary
    if picture := showing.cover(event):
        share = picture.share or picture.widest
        data["image"] = [tenant_url(tenant.slug, share.url)]
    return data


def _locations(event: Event, url: str) -> Any:
    places: list[dict[str, Any]] = []
    if event.format != "virtual":
        there: dict[str, Any] = {"@type": "Place", "name": event.venue_name}
        if event.venue_address:
            there["address"] = ", ".join(event.venue_address.split("\n"))
        places.append(there)
    if event.format != "in_person":
        places.append({"@type": "VirtualLocation", "url": url})
    return places[0] if len(places) == 1 else places


def _offer(tier: Offered, offer: Offer, url: str) -> dict[str, Any]:
    digits = minor_digits(offer.currency)
    data: dict[str, Any] = {
        "@type": "Offer",
        "name": tier.name,
        "price": f"{Decimal(tier.total).scaleb(-digits):.{digits}f}",
        "priceCurrency": offer.currency,
        "availability": f"https://schema.org/{_AVAILABILITY[tier.status]}",
        "url": url,
    }
    if tier.opens:
        data["validFrom"] = tier.opens.isoformat(timespec="minutes")
    return data
