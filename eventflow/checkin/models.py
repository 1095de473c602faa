"""The door: gates and areas, the devices that read codes there, and every reading of one.

What a ticket did at the door is nowhere but in its scans; `tickets.checked_in_at` only repeats
when the first entry was, kept in the statement that writes the scan.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.events.models import Event
from eventflow.tenancy import TenantOwned, ours
from eventflow.tickets.models import THIS_TRANSACTION

DIRECTIONS = ("in", "out", "both")
DEVICE_ROLES = ("scanner", "staff")
SALE_METHODS = ("cash", "card", "free")

_NO_IDS = text("'{}'")


class Area(TenantOwned, Model):
    """A part of the house whose heads are counted: the hall, the balcony, backstage."""

    __tablename__ = "areas"
    __table_args__ = (
        ours("event_id", "events"),
        UniqueConstraint("event_id", "name"),
        CheckConstraint("capacity >= 0", name="capacity"),
        CheckConstraint("alarm_percent between 1 and 100", name="alarm_percent"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    name: Mapped[str]
    capacity: Mapped[int | None]
    """None: counted, and never full."""
    alarm_percent: Mapped[int] = mapped_column(default=100)
    """How full it is when the dashboard rings."""


class Gate(TenantOwned, Model):
    """A door, and what it asks of whoever comes."""

    __tablename__ = "gates"
    __table_args__ = (
        ours("event_id", "events"),
        ours("area_id", "areas"),
        Index(
            "ix_gates_one_of_a_name",
            "event_id",
            "name",
            unique=True,
            postgresql_where="archived_at is null",
        ),
        CheckConstraint("direction in ('in', 'out', 'both')", name="direction"),
        CheckConstraint("entries >= 1", name="entries"),
        CheckConstraint("closes_at > opens_at", name="window"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    area_id: Mapped[uuid.UUID | None]
    """Where it leads; None: into the house."""
    name: Mapped[str]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    # Saying None is saying something here, where the mapper would take the default otherwise.
    entries: Mapped[int | None] = mapped_column(BigInteger().evaluates_none(), default=1)
    """How often one ticket may enter where this gate leads; None: as often as it has left."""
    direction: Mapped[str] = mapped_column(default="in")
    position: Mapped[int] = mapped_column(default=0)
    archived_at: Mapped[datetime | None]
    """A gate that was scanned at is put away and not deleted: its scans keep pointing at it."""

    event: Mapped[Event] = relationship(primaryjoin="foreign(Gate.event_id) == Event.id")
    area: Mapped[Area | None] = relationship(primaryjoin="foreign(Gate.area_id) == Area.id")
    tiers: Mapped[list["GateTier"]] = relationship(
        primaryjoin="Gate.id == foreign(GateTier.gate_id)", cascade="all, delete-orphan"
    )


class GateTier(TenantOwned, Model):
    """A tier that a gate lets in. A gate with none of these lets in every tier."""

    __tablename__ = "gate_tiers"
    __table_args__ = (
        ours("gate_id", "gates", ondelete="CASCADE"),
        ours("tier_id", "tiers"),
        UniqueConstraint("gate_id", "tier_id"),
        Index(None, "tier_id"),
    )

    id: Mapped[Id]
    gate_id: Mapped[uuid.UUID]
    tier_id: Mapped[uuid.UUID]


class Device(TenantOwned, Model):
    """A phone or tablet that checks in: a principal of its own, and no person."""

    __tablename__ = "devices"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("role in ('scanner', 'staff')", name="role"),
        Index(None, "tenant_id", "revoked_at"),
    )

    id: Mapped[Id]
    name: Mapped[str]
    token_hash: Mapped[str]
    role: Mapped[str] = mapped_column(default="scanner")
    """`staff`: a supervisor's, which may override and undo. No device sees money or addresses."""
    kiosk: Mapped[bool] = mapped_column(default=False)
    event_ids: Mapped[list[uuid.UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=_NO_IDS
    )
    """Empty: all of them."""
    gate_ids: Mapped[list[uuid.UUID]] = mapped_column(
        ARRAY(Uuid), default=list, server_default=_NO_IDS
    )
    """Empty: all of them."""
    paired_at: Mapped[datetime]
    paired_by: Mapped[str] = mapped_column(default="")
    """Who made the pairing code, or paired it as their own; in words."""
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    """The member whose own it is. Its role follows theirs, and it is revoked when they are off the
    team: the database sees to it (`membership_changed`)."""
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    """What it last said of itself: battery, age of its data, scans waiting, its clock."""

    @property
    def is_supervisor(self) -> bool:
        return self.role == "staff"


class Pairing(TenantOwned, Model):
    """A code that makes one device a device of this box office, once, within ten minutes."""

    __tablename__ = "pairings"
    __table_args__ = (
        ours("device_id", "devices"),
        UniqueConstraint("tenant_id", "code_hash"),
        CheckConstraint("role in ('scanner', 'staff')", name="role"),
    )

    id: Mapped[Id]
    code_hash: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    """What the device will be called, unless it says better."""
    role: Mapped[str] = mapped_column(default="scanner")
    kiosk: Mapped[bool] = mapped_column(default=False)
    event_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list)
    gate_ids: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid), default=list)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    device_id: Mapped[uuid.UUID | None]


class Scan(TenantOwned, Model):
    """One reading of a code, and what was answered."""

    __tablename__ = "scans"
    __table_args__ = (
        ours("ticket_id", "tickets"),
        ours("event_id", "events"),
        ours("device_id", "devices"),
        ours("gate_id", "gates"),
        ours("area_id", "areas"),
        ours("double_of", "scans"),
        UniqueConstraint("tenant_id", "scan_id"),
        CheckConstraint("result in ('VALID', 'USED', 'INVALID')", name="result"),
        CheckConstraint("client_result in ('VALID', 'USED', 'INVALID')", name="client_result"),
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        Index(None, "ticket_id"),
        Index(None, "event_id", "scanned_at"),
        Index(None, "event_id", "changed_in"),
        Index(None, "double_of", postgresql_where="double_of is not null"),
    )

    id: Mapped[Id]
    scan_id: Mapped[str | None]
    """Made by the device: the same scan sent twice is one scan."""
    ticket_id: Mapped[uuid.UUID | None]
    event_id: Mapped[uuid.UUID | None]
    gate: Mapped[str] = mapped_column(default="")
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    result: Mapped[str]
    """What holds. First time wins, so a scan that arrives late may turn VALID into USED."""
    reason: Mapped[str]
    override: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(default="")
    device_id: Mapped[uuid.UUID | None]
    gate_id: Mapped[uuid.UUID | None]
    area_id: Mapped[uuid.UUID | None]
    direction: Mapped[str] = mapped_column(default="in", server_default="in")
    offline: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    client_result: Mapped[str | None]
    """What the person at the door was shown, where that isn't what holds now or came first."""
    admitted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether somebody went through, rightly or not."""
    note: Mapped[str] = mapped_column(default="", server_default="")
    """Why it was overridden."""
    double_of: Mapped[uuid.UUID | None]
    """The entry that was first, where two devices let the same ticket in."""
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="", server_default="")
    undo_reason: Mapped[str] = mapped_column(default="", server_default="")
    changed_in: Mapped[int] = mapped_column(server_default=THIS_TRANSACTION)
    """The transaction that wrote it or last changed it: what deltas are counted by."""


class Shift(TenantOwned, Model):
    """One person's time at the box office till, from float to count."""

    __tablename__ = "shifts"
    __table_args__ = (
        ours("event_id", "events"),
        Index(
            "ix_shifts_one_open",
            "tenant_id",
            "event_id",
            "user_id",
            unique=True,
            postgresql_where="closed_at is null",
        ),
        CheckConstraint("float_amount >= 0", name="float_amount"),
        CheckConstraint("counted_amount >= 0", name="counted_amount"),
        CheckConstraint("closed_at >= opened_at", name="closed_after_opened"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    float_amount: Mapped[int] = mapped_column(default=0)
    """The change in the till at the beginning, in minor units of the event's currency."""
    counted_amount: Mapped[int | None]
    notes: Mapped[str] = mapped_column(default="")

    event: Mapped[Event] = relationship(primaryjoin="foreign(Shift.event_id) == Event.id")


class DoorSale(TenantOwned, Model):
    """An order that was sold and paid at the door."""

    __tablename__ = "door_sales"
    __table_args__ = (
        ours("order_id", "orders"),
        ours("shift_id", "shifts"),
        ours("gate_id", "gates"),
        UniqueConstraint("order_id"),
        CheckConstraint("method in ('cash', 'card', 'free')", name="method"),
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "shift_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[uuid.UUID]
    shift_id: Mapped[uuid.UUID]
    gate_id: Mapped[uuid.UUID | None]
    method: Mapped[str]
    amount: Mapped[int]
    sold_at: Mapped[datetime] = mapped_column(server_default=func.now())
