"""Events and tiers as the HTTP API writes and reads them."""

from datetime import datetime
from typing import Annotated, Literal

from flask import g
from pydantic import Field

from eventflow.accounts.hosts import tenant_url
from eventflow.api.documents import (
    INTEGRAL,
    UNSAID,
    Currency,
    Document,
    Instant,
    MoneyDocument,
    Name,
    PriceDocument,
    Text,
    TimeZone,
    money,
    opaque,
)
from eventflow.events import tiers
from eventflow.events.models import Event, Tier
from eventflow.pictures import Picture

Format = Literal["in_person", "virtual", "hybrid"]
FeeMode = Literal["passed_on", "absorbed"]
Count = Annotated[int, Field(ge=0, le=10_000_000), INTEGRAL]
PerOrder = Annotated[int, Field(ge=1, le=100), INTEGRAL]
Later = Annotated[Instant, Field(examples=["2027-02-14T22:00:00Z"])]
Short = Annotated[Text, Field(max_length=60)]


class PlaceDocument(Document):
    name: Annotated[Text, Field(max_length=200)] = ""
    address: Annotated[Text, Field(max_length=500)] = ""


class EventDraft(Document):
    """What makes an event. A draft may still lack what publishing asks for."""

    title: Name
    starts_at: Instant
    ends_at: Later
    timezone: TimeZone
    venue: PlaceDocument | None = None
    capacity: Count | None = None
    category: Short | None = None
    tags: Annotated[list[Short], Field(max_length=20)] | None = None
    summary: Annotated[Text, Field(max_length=300)] | None = None
    description: Annotated[Text, Field(max_length=20_000)] | None = None
    format: Format | None = None
    fee_mode: FeeMode | None = None
    currency: Currency | None = None


class EventChange(EventDraft):
    """What is to be different; the rest stays as it is."""

    title: Name = UNSAID
    starts_at: Instant = UNSAID
    ends_at: Later = UNSAID
    timezone: TimeZone = UNSAID


class EventDocument(Document):
    id: str
    slug: str
    title: str
    summary: str
    description: str
    status: Literal["draft", "published", "cancelled", "ended"]
    starts_at: Instant | None
    ends_at: Instant | None
    timezone: str
    format: Format
    venue: PlaceDocument | None
    category: str
    tags: list[str]
    currency: str
    capacity: int | None
    fee_mode: FeeMode
    url: str
    image: str | None


_TierName = Annotated[Name, Field(max_length=tiers.LONGEST["name"])]


class TierDraft(Document):
    name: _TierName
    price: PriceDocument
    quantity: Count
    sale_start: Instant | None = None
    sale_end: Instant | None = None
    min_per_order: PerOrder | None = None
    max_per_order: PerOrder | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    hidden: bool | None = None


class TierChange(TierDraft):
    name: _TierName = UNSAID
    price: PriceDocument = UNSAID
    quantity: Count = UNSAID


TierStatus = Literal["on_sale", "sold_out", "upcoming", "ended"]


class TierDocument(Document):
    id: str
    name: str
    description: str
    price: MoneyDocument
    quantity: int
    available: int
    status: TierStatus
    sale_start: Instant | None
    sale_end: Instant | None
    min_per_order: int
    max_per_order: int
    hidden: bool


class EventAnswer(Document):
    event: EventDocument


class EventChanged(EventAnswer):
    tickets_moved: Annotated[
        int,
        Field(
            description="How many tickets had been sold for when and where the event was, if this"
            " moved it; else 0. Their holders are not told of it."
        ),
    ]


class TierAnswer(Document):
    tier: TierDocument


class EventWithTiers(Document):
    event: EventDocument
    tiers: list[TierDocument]


class EventList(Document):
    events: list[EventDocument]
    total: int
    next: str | None


def event_document(event: Event, *, at: datetime) -> EventDocument:
    venue = None
    if event.venue_name or event.venue_address:
        venue = PlaceDocument(name=event.venue_name, address=event.venue_address)
    return EventDocument.model_construct(
        id=opaque(event.id),
        slug=event.slug,
        title=event.title,
        summary=event.summary,
        description=event.description,
        status=event.status_at(at),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
        format=event.format,
        venue=venue,
        category=event.category,
        tags=list(event.tags),
        currency=event.currency,
        capacity=event.capacity_stock.capacity,
        fee_mode=event.fee_mode or g.tenant.fee_mode,
        url=tenant_url(g.tenant.slug, f"/events/{event.slug}"),
        image=_image(event),
    )


def tier_document(
    tier: Tier, event: Event, *, available: int, status: str, at: datetime
) -> TierDocument:
    return TierDocument.model_construct(
        id=opaque(tier.id),
        name=tier.name,
        description=tier.description,
        price=money(tier.price_at(at), event.currency),
        quantity=tier.stock.capacity or 0,
        available=available,
        status=status,
        sale_start=tier.sale_start,
        sale_end=tier.sale_end,
        min_per_order=tier.min_per_order,
        max_per_order=tier.max_per_order,
        hidden=tier.hidden,
    )


def _image(event: Event) -> str | None:
    if event.cover is None:
        return None
    return tenant_url(g.tenant.slug, Picture.from_json(event.cover).widest.url)
