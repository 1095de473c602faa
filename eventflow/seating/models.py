"""Where: venues, the maps drawn of them, and each chair at one event.

A `SeatMap` is a drawing that its venue keeps and changes. An event is seated on a copy of it,
frozen the day it was chosen: its `Seating`, with a `SeatRow` for every row, table or booth and a
`Seat` for every chair. What becomes of the map later never moves a chair that somebody bought.

A seat has no status of its own: it is sold while a valid ticket is for it, held while its hold
lives and has not lapsed, blocked while its allocation is kept back, and free otherwise.
"""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.events.models import Event, Tier
from eventflow.tenancy import TenantOwned, ours

DIGITS = frozenset("0123456789")

if TYPE_CHECKING:
    from eventflow.sales.models import Hold


class Venue(TenantOwned, Model):
    """A place that events happen in, and that seat maps are drawn of."""

    __tablename__ = "venues"
    __table_args__ = (
        UniqueConstraint("tenant_id", "slug"),
        CheckConstraint("latitude between -90 and 90", name="latitude"),
        CheckConstraint("longitude between -180 and 180", name="longitude"),
        CheckConstraint(
            "setup_minutes between 0 and 20160 and teardown_minutes between 0 and 20160",
            name="around",
        ),
    )

    id: Mapped[Id]
    slug: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    timezone: Mapped[str] = mapped_column(default="UTC")
    notes: Mapped[str] = mapped_column(default="")
    photos: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """Each a picture of `eventflow.pictures`, with its `alt`."""
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    """How long before and after an event the venue is taken, unless the booking says otherwise."""
    calendar_secret: Mapped[str]
    """Opens the calendar feed of the venue, for those who have its link."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    archived_at: Mapped[datetime | None]

    maps: Mapped[list["SeatMap"]] = relationship(
        primaryjoin="Venue.id == foreign(SeatMap.venue_id)",
        order_by="SeatMap.name, SeatMap.id",
        back_populates="venue",
    )


class SeatMap(TenantOwned, Model):
    """A drawing of a venue's seats. `drawing.py` says what is in it and checks it."""

    __tablename__ = "seat_maps"
    __table_args__ = (ours("venue_id", "venues"), Index(None, "venue_id"))

    id: Mapped[Id]
    venue_id: Mapped[uuid.UUID]
    name: Mapped[str]
    drawing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)
    """Counted up by every save; a save names the one it was drawn on."""
    changed_by: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    archived_at: Mapped[datetime | None]

    venue: Mapped[Venue] = relationship(
        primaryjoin="foreign(SeatMap.venue_id) == Venue.id", back_populates="maps"
    )


class MapImport(TenantOwned, Model):
    """A file read for a seat map: what is wrong with it, or what it would draw.

    Once it has taken the place of the map's drawing, it keeps that one, to be taken back.
    """

    __tablename__ = "map_imports"
    __table_args__ = (
        ours("seat_map_id", "seat_maps"),
        Index(None, "seat_map_id", "created_at"),
        CheckConstraint("format in ('csv', 'json')", name="format"),
        CheckConstraint(
            "status in ('waiting', 'reading', 'refused', 'ready', 'applied', 'taken_back')",
            name="status",
        ),
    )

    id: Mapped[Id]
    seat_map_id: Mapped[uuid.UUID]
    filename: Mapped[str]
    format: Mapped[str]
    file_key: Mapped[str] = mapped_column(default="")
    """Where the file waits until a worker has read it."""
    status: Mapped[str] = mapped_column(default="waiting")
    lines_read: Mapped[int] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    errors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """Each with line, column and message."""
    drawing: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB, deferred=True)
    """What the map showed before this took its place."""
    applied_version: Mapped[int | None]
    """The version of the map that it became."""
    created_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    seat_map: Mapped[SeatMap] = relationship(
        primaryjoin="foreign(MapImport.seat_map_id) == SeatMap.id"
    )


class Seating(TenantOwned, Model):
    """How one event is seated: its own frozen copy of a map, and the rules of choosing."""

    __tablename__ = "seatings"
    __table_args__ = (
        ours("event_id", "events"),
        ours("seat_map_id", "seat_maps"),
        UniqueConstraint("event_id"),
        CheckConstraint("most_seats between 1 and 100", name="most_seats"),
        CheckConstraint("choosing in ('hold_at_once', 'choose_first')", name="choosing"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    seat_map_id: Mapped[uuid.UUID]
    map_version: Mapped[int]
    """The version of the map that was copied."""
    version: Mapped[int] = mapped_column(default=1)
    """Counted up when chairs, prices or allocations change: browsers then load the map anew."""
    drawing: Mapped[dict[str, Any]] = mapped_column(JSONB)
    prices: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    """Which tier each category of the drawing (or standing section) is sold as: id → tier id."""
    choosing: Mapped[str] = mapped_column(default="choose_first")
    most_seats: Mapped[int] = mapped_column(default=10)
    """How many seats one person may hold at a time."""
    no_single_seats: Mapped[bool] = mapped_column(default=True)
    """Whether a choice that strands a single seat is refused."""
    swap_until: Mapped[datetime | None]
    """Until when buyers may change seats by themselves; None: they may not."""
    accessible_release_at: Mapped[datetime | None]
    """When places kept for wheelchairs and companions are sold to anybody; None: never."""
    frozen_at: Mapped[datetime]

    event: Mapped[Event] = relationship(primaryjoin="foreign(Seating.event_id) == Event.id")
    seat_map: Mapped[SeatMap] = relationship(
        primaryjoin="foreign(Seating.seat_map_id) == SeatMap.id"
    )


class SeatRow(TenantOwned, Model):
    """A row of chairs, a table or a booth at one event.

    Whoever takes seats locks the rows they are in, in id order, and only then looks: which is
    also what makes it certain that no two buyers strand a seat between them.
    """

    __tablename__ = "seat_rows"
    __table_args__ = (
        ours("event_id", "events"),
        UniqueConstraint("event_id", "section", "label"),
        UniqueConstraint("event_id", "key"),
        CheckConstraint("kind in ('row', 'table', 'booth')", name="kind"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    key: Mapped[str]
    """The row's id in the drawing."""
    section_key: Mapped[str]
    section: Mapped[str]
    label: Mapped[str]
    kind: Mapped[str] = mapped_column(default="row")
    whole: Mapped[bool] = mapped_column(default=False)
    """A table or booth that is sold with all its seats or not at all."""


class Seat(TenantOwned, Model):
    """One chair at one event."""

    __tablename__ = "seats"
    __table_args__ = (
        ours("event_id", "events"),
        ours("seat_row_id", "seat_rows"),
        ours("tier_id", "tiers"),
        ours("allocation_id", "allocations"),
        ForeignKeyConstraint(["tenant_id", "hold_id"], ["holds.tenant_id", "holds.id"]),
        UniqueConstraint("seat_row_id", "number"),
        UniqueConstraint("event_id", "key"),
        UniqueConstraint("event_id", "position", deferrable=True, initially="deferred"),
        CheckConstraint("kind in ('standard', 'accessible', 'companion')", name="kind"),
        Index(None, "hold_id", postgresql_where="hold_id is not null"),
        Index(None, "allocation_id", postgresql_where="allocation_id is not null"),
        Index(None, "tier_id"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    seat_row_id: Mapped[uuid.UUID]
    key: Mapped[str]
    """The chair's id in the drawing."""
    position: Mapped[int]
    """Its place among all chairs of the event, from 0; neighbours have neighbouring ones."""
    number: Mapped[str]
    x: Mapped[float]
    y: Mapped[float]
    """Centimetres on the floor of the venue."""
    category: Mapped[str] = mapped_column(default="")
    tier_id: Mapped[uuid.UUID | None]
    """None: nobody has said what it costs, so it is not for sale."""
    kind: Mapped[str] = mapped_column(default="standard")
    aisle_after: Mapped[bool] = mapped_column(default=False)
    """Nobody sits next to the one who follows: an aisle is between them."""
    note: Mapped[str] = mapped_column(default="")
    """What to know before taking it: a restricted view."""
    allocation_id: Mapped[uuid.UUID | None]
    hold_id: Mapped[uuid.UUID | None]
    """The last hold that took it; worth something while that hold lives and has not lapsed."""

    row: Mapped[SeatRow] = relationship(primaryjoin="foreign(Seat.seat_row_id) == SeatRow.id")
    tier: Mapped[Tier | None] = relationship(primaryjoin="foreign(Seat.tier_id) == Tier.id")
    allocation: Mapped["Allocation | None"] = relationship(
        primaryjoin="foreign(Seat.allocation_id) == Allocation.id"
    )
    hold: Mapped["Hold | None"] = relationship(primaryjoin="foreign(Seat.hold_id) == Hold.id")

    @property
    def label(self) -> str:
        """What names it to people: "Stalls A12", "Tables 4-3"."""
        return f"{self.row.section} {seat_name(self.row.kind, self.row.label, self.number)}"


def seat_name(row_kind: str, row: str, number: str) -> str:
    """A12; where that could be read in two ways, and at a table or in a booth, 1-11 or 4-3.

    The same rule stands in migrations/functions/place_seats_v1.sql.
    """
    is_clear = row[-1:] not in DIGITS and number[:1] in DIGITS
    return f"{row}{number}" if row_kind == "row" and is_clear else f"{row}-{number}"


class Allocation(TenantOwned, Model):
    """Seats kept from public sale: for the box office, sponsors, the house, a presale."""

    __tablename__ = "allocations"
    __table_args__ = (
        ours("event_id", "events"),
        CheckConstraint(
            "kind in ('house', 'box_office', 'sponsor', 'presale', 'technical')", name="kind"
        ),
        UniqueConstraint("event_id", "name"),
        Index(None, "release_at", postgresql_where="release_at is not null"),
    )

    id: Mapped[Id]
    event_id: Mapped[uuid.UUID]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="house")
    code: Mapped[str] = mapped_column(default="")
    """Who gives this code may buy these seats before they are released; empty: nobody may."""
    release_at: Mapped[datetime | None]
    release_below: Mapped[int | None]
    """Released by rule: as soon as fewer seats than this are left on public sale."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Booking(TenantOwned, Model):
    """A time at which a venue is taken: by an event of ours, or by another organizer's."""

    __tablename__ = "bookings"
    __table_args__ = (
        ours("venue_id", "venues"),
        ours("event_id", "events"),
        UniqueConstraint("event_id"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("setup_minutes >= 0 and teardown_minutes >= 0", name="around"),
        CheckConstraint("status in ('requested', 'confirmed', 'cancelled')", name="status"),
        Index(None, "venue_id", "starts_at"),
    )

    id: Mapped[Id]
    venue_id: Mapped[uuid.UUID]
    event_id: Mapped[uuid.UUID | None]
    title: Mapped[str]
    organizer: Mapped[str] = mapped_column(default="")
    """Who takes it, where that isn't the tenant itself."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    setup_minutes: Mapped[int] = mapped_column(default=0)
    teardown_minutes: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="confirmed")
    clash_confirmed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    """Who said that a clash with another booking is all right."""
    clash_confirmed_at: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    venue: Mapped[Venue] = relationship(primaryjoin="foreign(Booking.venue_id) == Venue.id")
    event: Mapped[Event | None] = relationship(primaryjoin="foreign(Booking.event_id) == Event.id")
