"""The door: every reading of a code is a row."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventflow.db import Id, Model
from eventflow.tenancy import TenantOwned, ours


class Scan(TenantOwned, Model):
    """One reading of a code, and what was answered."""

    __tablename__ = "scans"
    __table_args__ = (
        ours("ticket_id", "tickets"),
        ours("event_id", "events"),
        UniqueConstraint("tenant_id", "scan_id"),
        CheckConstraint("result in ('VALID', 'USED', 'INVALID')", name="result"),
        Index(None, "ticket_id"),
        Index(None, "event_id", "scanned_at"),
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
    reason: Mapped[str]
    override: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(default="")
