"""What: events, the tiers of admission to them, and how many there are of each.

`Stock` is the number that must never be oversold. A tier draws on its own stock, on its event's
(whose capacity may be open), and on any it shares with other tiers of the event; what it has
left is the least of them. Selling changes the counters, in `sales/holds.py`; the check
constraint below has the last word, whatever the code does.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from eventflow.db import Id, Model
from eventflow.tenancy import TenantOwned, ours

STATUSES = ("draft", "published", "cancelled", "archived")
FORMATS = ("in_person", "virtual", "hybrid")


class Event(TenantOwned, Model):
    """One performance at one time and place."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        CheckConstraint("status in ('draft', 'published', 'cancelled', 'archived')", name="status"),
        CheckConstraint("format in ('in_person', 'virtual', 'hybrid')", name="format"),
        CheckConstraint("fee_mode in ('passed_on', 'absorbed')", name="fee_mode"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index(None, "tenant_id", "status", "starts_at"),
        Index(None, "status", "starts_at"),
    )

    id: Mapped[Id]
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="draft")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    doors_at: Mapped[datetime | None]
    timezone: Mapped[str] = mapped_column(default="UTC")
    format: Mapped[str] = mapped_column(default="in_person")
    venue_name: Mapped[str] = mapped_column(default="")
    venue_address: Mapped[str] = mapped_column(default="")
    map_url: Mapped[str] = mapped_column(default="")
    join_url: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    currency: Mapped[str]
    fee_mode: Mapped[str | None]
    """None: as the tenant has it."""
    cover: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    cover_alt: Mapped[str] = mapped_column(default="")
    wizard_step: Mapped[int] = mapped_column(default=1)
    preview_token: Mapped[str | None]
    preview_expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    tiers: Mapped[list["Tier"]] = relationship(
        primaryjoin="Event.id == foreign(Tier.event_id)",
        order_by="Tier.position, Tier.id",
        back_populates="event",
    )
    stocks: Mapped[list["Stock"]] = relationship(
        primaryjoin="Event.id == foreign(Stock.event_id)",
        order_by="Stock.id",
        back_populates="event",
    )

    @property
    def capacity_stock(self) -> "Stock":
        """The event's own limit; every event has one, though its capacity may be open."""
        return next(stock for stock in self.stocks if stock.kind == "event")

    @property
    def is_public(self) -> bool:
        return self.status in ("published", "cancelled")

    @property
    def is_cancelled(self) -> bool:
        """Also once it is archived, which its status alone forgets."""
        return self.cancelled_at is not None

    def has_ended(self, at: datetime) -> bool:
        return self.ends_at is not None and at >= self.ends_at

    def status_at(self, at: datetime) -> str:
        """What outsiders are told: draft, published, cancelled or ended."""
        if self.status == "archived" or (self.status == "published" and self.has_ended(at)):
            return "ended"
        return self.status


class Stock(TenantOwned, Model):
    """How many of something there are, how many of them are sold, and how many are held."""

    __tablename__ = "stocks"
    __table_args__ = (
        ours("event_id", "events"),
        CheckConstraint("kind in ('event', 'shared', 'tier')", name="kind"),
        CheckConstraint("sold >= 0 and held >= 0 and capacity >= 0", name="not_negative"),
        CheckConstraint("sold + held <= capacity", name="never_oversold"),
        Index(
            "ix_stocks_one_per_event",
            "event_id",
            unique=True,
            postgresql_where="kind = 'event'",
        ),
        Index(None, "event_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int | None]
    """None: open-ended, which only an event's own stock may be."""
    sold: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(
        primaryjoin="foreign(Stock.event_id) == Event.id", back_populates="stocks"
    )


class Tier(TenantOwned, Model):
    """A kind of admission with a price: Stalls, Early bird."""

    __tablename__ = "tiers"
    __table_args__ = (
        ours("event_id", "events"),
        ours("stock_id", "stocks"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint(
            "min_per_order >= 1 and max_per_order >= min_per_order and max_per_order <= 100",
            name="per_order",
        ),
        CheckConstraint("sale_end > sale_start", name="sale_window"),
        CheckConstraint(
            "code_kind in ('static', 'rotating', 'rotating_or_printed')", name="code_kind"
        ),
        Index(None, "event_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    stock_id: Mapped[uuid.UUID]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    price: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    sale_start: Mapped[datetime | None]
    sale_end: Mapped[datetime | None]
    min_per_order: Mapped[int] = mapped_column(default=1)
    max_per_order: Mapped[int] = mapped_column(default=10)
    hidden: Mapped[bool] = mapped_column(default=False)
    code_kind: Mapped[str] = mapped_column(default="static", server_default="static")
    """Which codes open the door: printed ones, ones a phone makes anew, or those with a way out."""
    proof: Mapped[str] = mapped_column(default="", server_default="")
    """What has to be shown at the door for this price; empty: nothing."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    event: Mapped[Event] = relationship(
        primaryjoin="foreign(Tier.event_id) == Event.id", back_populates="tiers"
    )
    stock: Mapped[Stock] = relationship(primaryjoin="foreign(Tier.stock_id) == Stock.id")
    price_steps: Mapped[list["PriceStep"]] = relationship(
        primaryjoin="Tier.id == foreign(PriceStep.tier_id)",
        order_by="PriceStep.until",
        cascade="all, delete-orphan",
    )

    def price_at(self, at: datetime) -> int:
        """Minor units of the event's currency. An early price ends by itself."""
        return next((step.price for step in self.price_steps if at < step.until), self.price)

    def window(self, at: datetime) -> str:
        """`open`, `upcoming` or `ended`, by the sale window and the event's end."""
        if self.sale_start and at < self.sale_start:
            return "upcoming"
        if (self.sale_end and at >= self.sale_end) or self.event.has_ended(at):
            return "ended"
        return "open"


class PriceStep(TenantOwned, Model):
    """An earlier price of a tier, and the instant it ends."""

    __tablename__ = "price_steps"
    __table_args__ = (
        ours("tier_id", "tiers", ondelete="CASCADE"),
        UniqueConstraint("tier_id", "until"),
        CheckConstraint("price >= 0", name="price"),
    )

    id: Mapped[Id]
    tier_id: Mapped[uuid.UUID]
    until: Mapped[datetime]
    price: Mapped[int]


class TierStock(TenantOwned, Model):
    """That a tier draws on a stock."""

    __tablename__ = "tier_stocks"
    __table_args__ = (
        ours("tier_id", "tiers", ondelete="CASCADE"),
        ours("stock_id", "stocks"),
        Index(None, "stock_id"),
    )

    tier_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    stock_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
