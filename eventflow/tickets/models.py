"""The right to enter once, and the keys it is signed with."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.events.models import Event, Tier
from eventflow.sales.models import Order
from eventflow.seating.models import Seat
from eventflow.tenancy import TenantOwned, ours

THIS_TRANSACTION = text("(pg_current_xact_id()::text::bigint)")
"""Numbers changes for scanners, so that none is skipped that was committed late (docs/door.md)."""


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


MOST_ISSUES = 65_535
"""As many as a code has room for."""


class Ticket(TenantOwned, Model):
    """One admission. Its code is signed from these columns when needed, and kept nowhere."""

    __tablename__ = "tickets"
    __table_args__ = (
        ours("order_id", "orders"),
        ours("event_id", "events"),
        ours("tier_id", "tiers"),
        ours("seat_id", "seats"),
        UniqueConstraint("order_id", "position"),
        CheckConstraint("status in ('valid', 'cancelled')", name="status"),
        CheckConstraint("issue between 1 and 65535", name="issue"),
        Index(None, "event_id", "status"),
        Index(None, "tier_id"),
        Index(None, "event_id", "changed_in"),
        # The last word on seats: one chair, one ticket that is good.
        Index(
            "ix_tickets_one_per_seat",
            "seat_id",
            unique=True,
            postgresql_where="status = 'valid'",
        ),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID]
    tier_id: Mapped[uuid.UUID]
    seat_id: Mapped[uuid.UUID | None]
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
    door_note: Mapped[str] = mapped_column(default="", server_default="")
    """What the person at the door has to know: a wheelchair, a guide dog, a guest of the band."""
    needs_attention: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the door stops and reads the note before it lets them in."""
    changed_in: Mapped[int] = mapped_column(server_default=THIS_TRANSACTION)
    """The transaction that last changed what scanners know of it; check-ins are told by scans."""

    order: Mapped[Order] = relationship(
        primaryjoin="foreign(Ticket.order_id) == Order.id", back_populates="tickets"
    )
    event: Mapped[Event] = relationship(primaryjoin="foreign(Ticket.event_id) == Event.id")
    tier: Mapped[Tier] = relationship(primaryjoin="foreign(Ticket.tier_id) == Tier.id")
    seat: Mapped[Seat | None] = relationship(primaryjoin="foreign(Ticket.seat_id) == Seat.id")

    @property
    def seat_label(self) -> str | None:
        """What names its seat to people; None where places have no seats."""
        return self.seat.label if self.seat else None

    @property
    def state(self) -> str:
        """What outsiders are told: valid, checked_in or cancelled."""
        if self.status == "cancelled":
            return "cancelled"
        return "checked_in" if self.checked_in_at else "valid"


class PhoneKey(TenantOwned, Model):
    """The key a phone made for one ticket: what its rotating codes are checked with.

    The phone keeps the private half and never lets go of it. A newer phone replaces the older.
    """

    __tablename__ = "phone_keys"
    __table_args__ = (
        ours("ticket_id", "tickets"),
        UniqueConstraint("ticket_id", "number"),
        Index(
            "ix_phone_keys_one_per_ticket",
            "ticket_id",
            unique=True,
            postgresql_where="replaced_at is null",
        ),
        CheckConstraint("octet_length(public_key) = 33", name="public_key"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[uuid.UUID]
    number: Mapped[int]
    """Counted from 1 for each ticket."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
