"""The door: gates, areas, devices, phone keys, what scanners are told, the till at the door."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from eventflow.tenancy import row_security

revision = "0003"
down_revision = "0002"

FUNCTIONS = Path(__file__).parents[1] / "functions"

TABLES = (
    "areas",
    "devices",
    "door_sales",
    "gate_tiers",
    "gates",
    "pairings",
    "phone_keys",
    "shifts",
)


def upgrade() -> None:
    _tables()
    _columns()
    for table in TABLES:
        for statement in row_security(table):
            op.execute(statement)
    op.execute("update scans set admitted = true where result = 'VALID'")
    for function in ("ticket_changed_v1", "door_words_v1", "admit_v2", "admit_batch_v1"):
        op.execute((FUNCTIONS / f"{function}.sql").read_text())


def _tables() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kiosk", sa.Boolean(), nullable=False),
        sa.Column(
            "event_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "gate_ids", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paired_by", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.CheckConstraint("role in ('scanner', 'staff')", name=op.f("ck_devices_role")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_devices_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_devices_tenant_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    op.create_index(
        op.f("ix_devices_tenant_id_revoked_at"),
        "devices",
        ["tenant_id", "revoked_at"],
        unique=False,
    )
    op.create_table(
        "areas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("alarm_percent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("alarm_percent between 1 and 100", name=op.f("ck_areas_alarm_percent")),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_areas_capacity")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_areas_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_areas_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_areas_event_id_name")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_areas_tenant_id_id")),
    )
    op.create_table(
        "pairings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kiosk", sa.Boolean(), nullable=False),
        sa.Column("event_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("gate_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("role in ('scanner', 'staff')", name=op.f("ck_pairings_role")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "device_id"],
            ["devices.tenant_id", "devices.id"],
            name=op.f("fk_pairings_tenant_id_device_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_pairings_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairings")),
        sa.UniqueConstraint("tenant_id", "code_hash", name=op.f("uq_pairings_tenant_id_code_hash")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_pairings_tenant_id_id")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("float_amount", sa.BigInteger(), nullable=False),
        sa.Column("counted_amount", sa.BigInteger(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.CheckConstraint("closed_at >= opened_at", name=op.f("ck_shifts_closed_after_opened")),
        sa.CheckConstraint("counted_amount >= 0", name=op.f("ck_shifts_counted_amount")),
        sa.CheckConstraint("float_amount >= 0", name=op.f("ck_shifts_float_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_shifts_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_shifts_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_shifts_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_shifts_tenant_id_id")),
    )
    op.create_index(
        "ix_shifts_one_open",
        "shifts",
        ["tenant_id", "event_id", "user_id"],
        unique=True,
        postgresql_where="closed_at is null",
    )
    op.create_table(
        "gates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entries", sa.BigInteger(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("direction in ('in', 'out', 'both')", name=op.f("ck_gates_direction")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_gates_window")),
        sa.CheckConstraint("entries >= 1", name=op.f("ck_gates_entries")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "area_id"],
            ["areas.tenant_id", "areas.id"],
            name=op.f("fk_gates_tenant_id_area_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["events.tenant_id", "events.id"],
            name=op.f("fk_gates_tenant_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_gates_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gates")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_gates_tenant_id_id")),
    )
    op.create_index(
        "ix_gates_one_of_a_name",
        "gates",
        ["event_id", "name"],
        unique=True,
        postgresql_where="archived_at is null",
    )
    op.create_table(
        "door_sales",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("gate_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column(
            "sold_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("method in ('cash', 'card', 'free')", name=op.f("ck_door_sales_method")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_door_sales_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gate_id"],
            ["gates.tenant_id", "gates.id"],
            name=op.f("fk_door_sales_tenant_id_gate_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "order_id"],
            ["orders.tenant_id", "orders.id"],
            name=op.f("fk_door_sales_tenant_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "shift_id"],
            ["shifts.tenant_id", "shifts.id"],
            name=op.f("fk_door_sales_tenant_id_shift_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_door_sales_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_sales")),
        sa.UniqueConstraint("order_id", name=op.f("uq_door_sales_order_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_door_sales_tenant_id_id")),
    )
    op.create_index(op.f("ix_door_sales_shift_id"), "door_sales", ["shift_id"], unique=False)
    op.create_table(
        "gate_tiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("tier_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "gate_id"],
            ["gates.tenant_id", "gates.id"],
            name=op.f("fk_gate_tiers_tenant_id_gate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "tier_id"],
            ["tiers.tenant_id", "tiers.id"],
            name=op.f("fk_gate_tiers_tenant_id_tier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_gate_tiers_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_tiers")),
        sa.UniqueConstraint("gate_id", "tier_id", name=op.f("uq_gate_tiers_gate_id_tier_id")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_gate_tiers_tenant_id_id")),
    )
    op.create_index(op.f("ix_gate_tiers_tier_id"), "gate_tiers", ["tier_id"], unique=False)
    op.create_table(
        "phone_keys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(public_key) = 33", name=op.f("ck_phone_keys_public_key")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "ticket_id"],
            ["tickets.tenant_id", "tickets.id"],
            name=op.f("fk_phone_keys_tenant_id_ticket_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_phone_keys_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_keys")),
        sa.UniqueConstraint("tenant_id", "id", name=op.f("uq_phone_keys_tenant_id_id")),
        sa.UniqueConstraint("ticket_id", "number", name=op.f("uq_phone_keys_ticket_id_number")),
    )
    op.create_index(
        "ix_phone_keys_one_per_ticket",
        "phone_keys",
        ["ticket_id"],
        unique=True,
        postgresql_where="replaced_at is null",
    )


def _columns() -> None:
    op.add_column("scans", sa.Column("device_id", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("gate_id", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("area_id", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("direction", sa.Text(), server_default="in", nullable=False))
    op.add_column(
        "scans", sa.Column("offline", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("scans", sa.Column("client_result", sa.Text(), nullable=True))
    op.add_column(
        "scans",
        sa.Column("admitted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("scans", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.add_column("scans", sa.Column("double_of", sa.Uuid(), nullable=True))
    op.add_column("scans", sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("scans", sa.Column("undone_by", sa.Text(), server_default="", nullable=False))
    op.add_column("scans", sa.Column("undo_reason", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "scans",
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_scans_double_of"),
        "scans",
        ["double_of"],
        unique=False,
        postgresql_where="double_of is not null",
    )
    op.create_index(
        op.f("ix_scans_event_id_changed_in"), "scans", ["event_id", "changed_in"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_scans_tenant_id_device_id"),
        "scans",
        "devices",
        ["tenant_id", "device_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_scans_tenant_id_gate_id"),
        "scans",
        "gates",
        ["tenant_id", "gate_id"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_scans_tenant_id_double_of"),
        "scans",
        "scans",
        ["tenant_id", "double_of"],
        ["tenant_id", "id"],
    )
    op.create_foreign_key(
        op.f("fk_scans_tenant_id_area_id"),
        "scans",
        "areas",
        ["tenant_id", "area_id"],
        ["tenant_id", "id"],
    )
    op.add_column("tickets", sa.Column("door_note", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "tickets",
        sa.Column("needs_attention", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "tickets",
        sa.Column(
            "changed_in",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
    )
    op.create_index(
        op.f("ix_tickets_event_id_changed_in"), "tickets", ["event_id", "changed_in"], unique=False
    )
    op.add_column(
        "tiers", sa.Column("code_kind", sa.Text(), server_default="static", nullable=False)
    )
    op.add_column("tiers", sa.Column("proof", sa.Text(), server_default="", nullable=False))
    op.create_check_constraint(
        op.f("ck_scans_client_result"), "scans", "client_result in ('VALID', 'USED', 'INVALID')"
    )
    op.create_check_constraint(op.f("ck_scans_direction"), "scans", "direction in ('in', 'out')")
    op.create_check_constraint(
        op.f("ck_tiers_code_kind"),
        "tiers",
        "code_kind in ('static', 'rotating', 'rotating_or_printed')",
    )
