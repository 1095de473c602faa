"""Devices that a member paired as their own, which go with their membership."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

FUNCTIONS = Path(__file__).parents[1] / "functions"


def upgrade() -> None:
    op.add_column("devices", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_devices_user_id"), "devices", ["user_id"], unique=False)
    op.create_foreign_key(op.f("fk_devices_user_id"), "devices", "users", ["user_id"], ["id"])
    op.execute((FUNCTIONS / "membership_changed_v1.sql").read_text())
