"""Devices that a member paired as their own, which go with their membership."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

FUNCTIONS = Path(__file__).parents[1] / "functions"

WHOSE_THEY_ARE = """
    with own as (
      select d.id, array_agg(m.user_id) as who
        from devices d
        join memberships m on m.tenant_id = d.tenant_id
        join users u on u.id = m.user_id
       where d.revoked_at is null
         and not exists (select from pairings p where p.device_id = d.id)
         and d.paired_by = coalesce(nullif(u.name, ''), split_part(u.email, '@', 1))
       group by d.id
    )
    update devices d set user_id = own.who[1]
      from own where own.id = d.id and cardinality(own.who) = 1
"""
"""A device that no pairing code made is a member's own. So far they were named in words alone: of
two members of one name nobody knows, and theirs stay as they were."""


def upgrade() -> None:
    op.add_column("devices", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_devices_user_id"), "devices", ["user_id"], unique=False)
    op.create_foreign_key(op.f("fk_devices_user_id"), "devices", "users", ["user_id"], ["id"])
    op.execute(WHOSE_THEY_ARE)
    op.execute((FUNCTIONS / "membership_changed_v1.sql").read_text())
