"""What was already answered: one row for each Idempotency-Key a program sent."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from eventflow.db import Model
from eventflow.tenancy import TenantOwned, current_tenant_id


class IdempotencyKey(TenantOwned, Model):
    """A key belongs to tenant, method and path, and lives 24 hours.

    Without an answer yet, somebody is at work on it until `locked_until`; a first request that
    died frees its key by that time.
    """

    __tablename__ = "idempotency_keys"

    tenant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("tenants.id"), primary_key=True, default=current_tenant_id
    )
    method: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(index=True)
    locked_until: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
