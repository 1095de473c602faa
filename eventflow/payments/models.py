"""Money in and back. Every row here is written before the provider is called, and answers after."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.sales.models import Order
from eventflow.tenancy import TenantOwned, ours


class PaymentAccount(TenantOwned, Model):
    """How a tenant is paid: its connected Stripe account, and what it takes besides cards."""

    __tablename__ = "payment_accounts"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[Id]
    stripe_account: Mapped[str | None] = mapped_column(unique=True)
    charges_enabled: Mapped[bool] = mapped_column(default=False)
    payouts_enabled: Mapped[bool] = mapped_column(default=False)
    requirements_due: Mapped[list[str]] = mapped_column(JSONB, default=list)
    checked_at: Mapped[datetime | None]
    takes_transfer: Mapped[bool] = mapped_column(default=False)
    transfer_details: Mapped[str] = mapped_column(default="")
    takes_at_door: Mapped[bool] = mapped_column(default=False)
    days_to_pay: Mapped[int] = mapped_column(default=7)


class Payment(TenantOwned, Model):
    """One attempt to be paid for an order."""

    __tablename__ = "payments"
    __table_args__ = (
        ours("order_id", "orders"),
        CheckConstraint("provider in ('sandbox', 'stripe', 'offline')", name="provider"),
        CheckConstraint("status in ('open', 'paid', 'declined', 'abandoned')", name="status"),
        UniqueConstraint("provider", "reference"),
        Index(None, "order_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    provider: Mapped[str]
    method: Mapped[str] = mapped_column(default="online")
    reference: Mapped[str | None]
    """What the provider calls it: a Checkout Session, say."""
    charge_reference: Mapped[str | None] = mapped_column(index=True)
    """What a refund names: the PaymentIntent."""
    page_url: Mapped[str | None]
    """Where the buyer pays."""
    amount: Mapped[int]
    currency: Mapped[str]
    application_fee: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")

    order: Mapped[Order] = relationship(
        primaryjoin="foreign(Payment.order_id) == Order.id", back_populates="payments"
    )


class Refund(TenantOwned, Model):
    """Money on its way back to a buyer."""

    __tablename__ = "refunds"
    __table_args__ = (
        ours("order_id", "orders"),
        ours("payment_id", "payments"),
        CheckConstraint("status in ('pending', 'succeeded', 'failed')", name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index(None, "order_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    payment_id: Mapped[uuid.UUID]
    amount: Mapped[int]
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="pending")
    reference: Mapped[str | None]
    tickets: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(UUID(as_uuid=True)), default=list)
    """The tickets it cancelled."""
    asked_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")

    order: Mapped[Order] = relationship(
        primaryjoin="foreign(Refund.order_id) == Order.id", back_populates="refunds"
    )
    payment: Mapped[Payment] = relationship(primaryjoin="foreign(Refund.payment_id) == Payment.id")


class WebhookEvent(Model):
    """What a provider told us, raw, before anybody acts on it. Told twice is stored once."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index(
            "ix_webhook_events_waiting",
            "received_at",
            postgresql_where="processed_at is null",
        ),
        Index(None, "tenant_id", "received_at"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tenants.id"))
    """Whom it concerns, as far as known; it arrives on the base host."""
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    raw: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    processed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
