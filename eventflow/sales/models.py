"""Buying: what is set aside for a buyer, and what a buyer agreed to buy."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.events.models import Event, Tier
from eventflow.money import FeeMode, FeeRule, Totals, default_fixed_fee, totals
from eventflow.tenancy import TenantOwned, ours

if TYPE_CHECKING:
    from eventflow.payments.models import Payment, Refund
    from eventflow.tickets.models import Ticket


class Hold(TenantOwned, Model):
    """Places set aside while a buyer pays. Its id is the secret that gives access to it.

    `live` counts in `Stock.held`; `released` gave its places back; `used` turned them into sold
    ones. A live hold past `expires_at` has lapsed: whoever needs its places takes them.
    """

    __tablename__ = "holds"
    __table_args__ = (
        ours("event_id", "events"),
        UniqueConstraint("tenant_id", "form_key"),
        CheckConstraint("status in ('live', 'released', 'used')", name="status"),
        Index(
            "ix_holds_live",
            "event_id",
            "expires_at",
            postgresql_where="status = 'live'",
        ),
        Index("ix_holds_lapsing", "expires_at", postgresql_where="status = 'live'"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4, sort_order=-10)
    event_id: Mapped[uuid.UUID]
    status: Mapped[str] = mapped_column(default="live")
    buyer: Mapped[str] = mapped_column(default="")
    """Which browser placed it; empty for the API."""
    form_key: Mapped[str | None]
    """One-time key of the form that placed it: the same form twice is the same hold."""
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]
    left_until: Mapped[datetime | None]
    """Its full time, while its buyer has left the page and it is kept for a minute only."""
    back_at: Mapped[datetime | None]
    """When its buyer last came to a page again, by the clock of the buyer's browser."""
    currency: Mapped[str]
    fee_mode: Mapped[FeeMode] = mapped_column(Text)
    fee_percent: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    fee_fixed: Mapped[int | None]
    typed: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """What the buyer typed into the checkout so far; nothing typed is lost."""

    event: Mapped[Event] = relationship(primaryjoin="foreign(Hold.event_id) == Event.id")
    lines: Mapped[list["HoldLine"]] = relationship(
        primaryjoin="Hold.id == foreign(HoldLine.hold_id)",
        order_by="HoldLine.position",
        back_populates="hold",
    )
    order: Mapped["Order | None"] = relationship(
        primaryjoin="Hold.id == foreign(Order.hold_id)",
        back_populates="hold",
        uselist=False,
    )

    def has_lapsed(self, at: datetime) -> bool:
        return at >= self.expires_at

    def is_unpaid(self, at: datetime) -> bool:
        """Whether its places are still kept for a buyer who has to pay for them."""
        if self.status != "live" or self.has_lapsed(at):
            return False
        return self.order is None or self.order.status_at(at) == "pending"

    @property
    def fee_rule(self) -> FeeRule:
        fixed = default_fixed_fee(self.currency) if self.fee_fixed is None else self.fee_fixed
        return FeeRule(self.fee_percent, fixed, self.fee_mode)

    @property
    def totals(self) -> Totals:
        """What the buyer will be asked for: locked while the hold lives."""
        return totals(self.fee_rule, sum(line.amount for line in self.lines))


class HoldLine(TenantOwned, Model):
    """So many of one tier, at the price they were promised for."""

    __tablename__ = "hold_lines"
    __table_args__ = (
        ours("hold_id", "holds", ondelete="CASCADE"),
        ours("tier_id", "tiers"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index(None, "tier_id"),
    )

    hold_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    tier_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]
    unit_price: Mapped[int]

    hold: Mapped[Hold] = relationship(
        primaryjoin="foreign(HoldLine.hold_id) == Hold.id", back_populates="lines"
    )
    tier: Mapped[Tier] = relationship(primaryjoin="foreign(HoldLine.tier_id) == Tier.id")

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


class Order(TenantOwned, Model):
    """What a buyer agreed to buy. Which status may follow which is said in `orders.py`."""

    __tablename__ = "orders"
    __table_args__ = (
        ours("event_id", "events"),
        ours("hold_id", "holds"),
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "form_key"),
        UniqueConstraint("hold_id"),
        CheckConstraint(
            "status in ('pending', 'paid', 'cancelled', 'expired',"
            " 'partially_refunded', 'refunded')",
            name="status",
        ),
        CheckConstraint("total = subtotal - discount + fees + tax", name="adds_up"),
        CheckConstraint("refunded between 0 and total", name="refunded"),
        Index(None, "tenant_id", "created_at"),
        Index(None, "event_id", "created_at"),
        Index(None, "tenant_id", "buyer_email"),
        Index("ix_orders_pending", "created_at", postgresql_where="status = 'pending'"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    hold_id: Mapped[uuid.UUID]
    code: Mapped[str]
    secret: Mapped[str]
    form_key: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="pending")
    buyer_name: Mapped[str]
    buyer_email: Mapped[str]
    locale: Mapped[str] = mapped_column(default="en")
    payment_method: Mapped[str] = mapped_column(default="online")
    """`online`, `free`, `transfer` or `door`."""
    currency: Mapped[str]
    subtotal: Mapped[int]
    discount: Mapped[int] = mapped_column(default=0)
    fees: Mapped[int]
    tax: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    platform_fee: Mapped[int]
    refunded: Mapped[int] = mapped_column(default=0)
    attendees: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """One entry a place, in the order of the lines: tier, name, email; seat and its label."""
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(primaryjoin="foreign(Order.event_id) == Event.id")
    hold: Mapped[Hold] = relationship(
        primaryjoin="foreign(Order.hold_id) == Hold.id", back_populates="order"
    )
    lines: Mapped[list["OrderLine"]] = relationship(
        primaryjoin="Order.id == foreign(OrderLine.order_id)",
        order_by="OrderLine.position",
        back_populates="order",
    )
    entries: Mapped[list["OrderEntry"]] = relationship(
        primaryjoin="Order.id == foreign(OrderEntry.order_id)",
        order_by="OrderEntry.at, OrderEntry.id",
    )
    tickets: Mapped[list["Ticket"]] = relationship(
        primaryjoin="Order.id == foreign(Ticket.order_id)",
        order_by="Ticket.position",
        back_populates="order",
    )
    payments: Mapped[list["Payment"]] = relationship(
        primaryjoin="Order.id == foreign(Payment.order_id)",
        order_by="Payment.created_at, Payment.id",
        back_populates="order",
    )
    refunds: Mapped[list["Refund"]] = relationship(
        primaryjoin="Order.id == foreign(Refund.order_id)",
        order_by="Refund.created_at, Refund.id",
        back_populates="order",
    )

    @property
    def left_to_refund(self) -> int:
        return self.total - self.refunded if self.is_settled else 0

    @property
    def is_settled(self) -> bool:
        """Whether the money came, whatever was given back since."""
        return self.status in ("paid", "partially_refunded", "refunded")

    @property
    def platform_fee_kept(self) -> int:
        """What the platform takes in the end: nothing before the money came, and its fee goes
        back in proportion to what goes back to the buyer."""
        if not self.is_settled or not self.total:
            return 0
        back = (2 * self.platform_fee * self.refunded + self.total) // (2 * self.total)
        return self.platform_fee - back

    def status_at(self, at: datetime) -> str:
        """A pending order whose hold lapsed is expired, whether or not a job has said so."""
        if self.status == "pending" and self.hold.has_lapsed(at):
            return "expired"
        return self.status


class OrderLine(TenantOwned, Model):
    """So many of one tier, as bought: the names and prices of that day."""

    __tablename__ = "order_lines"
    __table_args__ = (
        ours("order_id", "orders"),
        ours("tier_id", "tiers"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index(None, "order_id"),
        Index(None, "tier_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    tier_id: Mapped[uuid.UUID]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    quantity: Mapped[int]
    unit_price: Mapped[int]

    order: Mapped[Order] = relationship(
        primaryjoin="foreign(OrderLine.order_id) == Order.id", back_populates="lines"
    )
    tier: Mapped[Tier] = relationship(primaryjoin="foreign(OrderLine.tier_id) == Tier.id")

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_price


class OrderEntry(TenantOwned, Model):
    """One line of an order's timeline."""

    __tablename__ = "order_entries"
    __table_args__ = (ours("order_id", "orders"), Index(None, "order_id"))

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    words: Mapped[str]
    actor: Mapped[str] = mapped_column(default="")
