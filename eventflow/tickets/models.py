"""The right to enter once, and the keys it is signed with."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.events.models import Event, Tier
from eventflow.sales.models import Order
from eventflow.tenancy import TenantOwned, ours


class TicketKey(TenantOwned, Model):
    """A tenant's signing key. The private half is encrypted with DATA_KEY."""

    __tablename__ = "ticket_keys"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        CheckConstraint("number between 0 and 255", name="number"),
    )

    id: Mapped[Id]
    number: Mapped[int]
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Ticket(TenantOwned, Model):
    """One admission. Its code is signed from these columns when needed, and kept nowhere."""

    __tablename__ = "tickets"
    __table_args__ = (
        ours("order_id", "orders"),
        ours("event_id", "events"),
        ours("tier_id", "tiers"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("status in ('valid', 'cancelled')", name="status"),
        CheckConstraint("issue between 1 and 65535", name="issue"),
        Index(None, "event_id", "status"),
        Index(None, "tier_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID]
    tier_id: Mapped[uuid.UUID]
    position: Mapped[int]
    """Its place in the order, from 1: the order's code and this number name it over the phone."""
    unit_price: Mapped[int]
    attendee_name: Mapped[str]
    attendee_email: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="valid")
    key_number: Mapped[int]
    issue: Mapped[int] = mapped_column(default=1)
    """Counted up when the ticket is reissued; codes of earlier issues are void."""
    secret: Mapped[str]
    """Opens the ticket's own page, for those who have its link."""
    issued_at: Mapped[datetime]
    checked_in_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    order: Mapped[Order] = relationship(
        primaryjoin="foreign(Ticket.order_id) == Order.id", back_populates="tickets"
    )
    event: Mapped[Event] = relationship(primaryjoin="foreign(Ticket.event_id) == Event.id")
    tier: Mapped[Tier] = relationship(primaryjoin="foreign(Ticket.tier_id) == Tier.id")

    @property
    def state(self) -> str:
        """What outsiders are told: valid, checked_in or cancelled."""
        if self.status == "cancelled":
            return "cancelled"
        return "checked_in" if self.checked_in_at else "valid"
