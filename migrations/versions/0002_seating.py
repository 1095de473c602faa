"""Seating: venues, seat maps, each chair at one event, allocations, bookings of venues."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from eventflow.tenancy import row_security

revision = "0002"
down_revision = "0001"

FUNCTIONS = Path(__file__).parents[1] / "functions"

TABLES = (
    "allocations",
    "bookings",
    "map_imports",
    "seat_maps",
    "seat_rows",
    "seatings",
    "seats",
    "venues",
)


def upgrade() -> None:
    _tables()
    for table in TABLES:
        for statement in row_security(table):
            op.execute(statement)
    for function in ("place_seats_v1", "replace_hold_v1"):
        op.execute((FUNCTIONS / f"{function}.sql").read_text())


def _tables() -> None:
    op.create_table(
        "venues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("photos", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("setup_minutes", sa.BigInteger(), nullable=False),
        sa.Column("teardown_minutes", sa.BigInteger(), nullable=False),
        sa.Column("calendar_secret", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("latitude between -90 and 90", name=op.f("ck_venues_latitude")),
        sa.CheckConstraint("longitude between -180 and 180", name=op.f("ck_venues_longitude")),
        sa.CheckConstraint(
            "setup_minutes between 0 and 20160 and teardown_minutes between 0 and 20160",
            name=op.f("ck_venues_around"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_venues_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_venues_tenant_id_id")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_venues_tenant_id_slug")),
    )
    op.create_table(
        "allocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("release_below", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('house', 'box_office', 'sponsor', 'presale', 'technical')",
            name=op.f("ck_allocations_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_allocations_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_allocations_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocations")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_allocations_event_id_name")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_allocations_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_allocations_release_at"),
        "allocations",
        ["release_at"],
        unique=False,
        postgresql_where="release_at is not null",
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("organizer", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("setup_minutes", sa.BigInteger(), nullable=False),
        sa.Column("teardown_minutes", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("clash_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("clash_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status in ('requested', 'confirmed', 'cancelled')", name=op.f("ck_bookings_status")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_ends_after_start")),
        sa.CheckConstraint(
            "setup_minutes >= 0 and teardown_minutes >= 0", name=op.f("ck_bookings_around")
        ),
        sa.ForeignKeyConstraint(
            ["clash_confirmed_by"], ["users.id"], name=op.f("fk_bookings_clash_confirmed_by")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_bookings_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "venue_id"],
            ["venues.tenant_id", "venues.id"],
            name=op.f("fk_bookings_tenant_id_venue_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_bookings_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("event_id", name=op.f("uq_bookings_event_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_bookings_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_bookings_venue_id_starts_at"), "bookings", ["venue_id", "starts_at"], unique=False
    )
    op.create_table(
        "seat_maps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("drawing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "venue_id"],
            ["venues.tenant_id", "venues.id"],
            name=op.f("fk_seat_maps_tenant_id_venue_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_seat_maps_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_maps")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_seat_maps_tenant_id_id")),
    )
    op.create_index(op.f("ix_seat_maps_venue_id"), "seat_maps", ["venue_id"], unique=False)
    op.create_table(
        "map_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seat_map_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("lines_read", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("errors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drawing", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("applied_version", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("format in ('csv', 'json')", name=op.f("ck_map_imports_format")),
        sa.CheckConstraint(
            "status in ('waiting', 'reading', 'refused', 'ready', 'applied', 'taken_back')",
            name=op.f("ck_map_imports_status"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seat_map_id"],
            ["seat_maps.tenant_id", "seat_maps.id"],
            name=op.f("fk_map_imports_tenant_id_seat_map_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_map_imports_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_imports")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_map_imports_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_map_imports_seat_map_id_created_at"),
        "map_imports",
        ["seat_map_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "seat_rows",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("section_key", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind in ('row', 'table', 'booth')", name=op.f("ck_seat_rows_kind")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_seat_rows_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_seat_rows_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_rows")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_seat_rows_event_id_key")),
        sa.UniqueConstraint(
            "event_id", "section", "label", name=op.f("uq_seat_rows_event_id_section_label")
        ),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_seat_rows_tenant_id_id")),
    )
    op.create_table(
        "seatings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("seat_map_id", sa.Uuid(), nullable=False),
        sa.Column("map_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("drawing", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prices", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("choosing", sa.Text(), nullable=False),
        sa.Column("most_seats", sa.BigInteger(), nullable=False),
        sa.Column("no_single_seats", sa.Boolean(), nullable=False),
        sa.Column("swap_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accessible_release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "choosing in ('hold_at_once', 'choose_first')", name=op.f("ck_seatings_choosing")
        ),
        sa.CheckConstraint("most_seats between 1 and 100", name=op.f("ck_seatings_most_seats")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_seatings_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seat_map_id"],
            ["seat_maps.tenant_id", "seat_maps.id"],
            name=op.f("fk_seatings_tenant_id_seat_map_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_seatings_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seatings")),
        sa.UniqueConstraint("event_id", name=op.f("uq_seatings_event_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_seatings_tenant_id_id")),
    )
    op.create_table(
        "seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("seat_row_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("aisle_after", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("allocation_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind in ('standard', 'accessible', 'companion')", name=op.f("ck_seats_kind")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "allocation_id"],
            ["allocations.tenant_id", "allocations.id"],
            name=op.f("fk_seats_tenant_id_allocation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_seats_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "hold_id"],
            ["holds.tenant_id", "holds.id"],
            name=op.f("fk_seats_tenant_id_hold_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seat_row_id"],
            ["seat_rows.tenant_id", "seat_rows.id"],
            name=op.f("fk_seats_tenant_id_seat_row_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["tiers.tenant_id", "tiers.id"],
            name=op.f("fk_seats_tenant_id_tier_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_seats_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_seats_event_id_key")),
        sa.UniqueConstraint(
            "event_id",
            "position",
            deferrable=True,
            initially="deferred",
            name=op.f("uq_seats_event_id_position"),
        ),
        sa.UniqueConstraint("seat_row_id", "number", name=op.f("uq_seats_seat_row_id_number")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_seats_tenant_id_id")),
    )
    op.create_index(
        op.f("ix_seats_allocation_id"),
        "seats",
        ["allocation_id"],
        unique=False,
        postgresql_where="allocation_id is not null",
    )
    op.create_index(
        op.f("ix_seats_hold_id"),
        "seats",
        ["hold_id"],
        unique=False,
        postgresql_where="hold_id is not null",
    )
    op.create_index(op.f("ix_seats_tier_id"), "seats", ["tier_id"], unique=False)
    op.add_column("holds", sa.Column("left_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("holds", sa.Column("back_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("seat_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_tickets_one_per_seat",
        "tickets",
        ["seat_id"],
        unique=True,
        postgresql_where="status = 'valid'",
    )
    op.create_foreign_key(
        op.f("fk_tickets_tenant_id_seat_id"),
        "tickets",
        "seats",
        ["tenant_id", "seat_id"],
        ["tenant_id", "id"],
    )
