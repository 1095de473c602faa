"""Mail that was promised, and what became of it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from eventflow.db import Id, Model
from eventflow.tenancy import ours


class Delivery(Model):
    """One mail to one address: promised in the transaction that owes it, sent once.

    `about` says what it is for (`order:<id>:confirmation`); the same promise twice is one row.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        ours("order_id", "orders"),
        CheckConstraint("status in ('queued', 'sent', 'failed')", name="status"),
        # Without a tenant the foreign key above would not be checked.
        CheckConstraint("order_id is null or tenant_id is not null", name="order_has_a_tenant"),
        Index(None, "tenant_id", "queued_at"),
        Index(None, "tenant_id", "order_id"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tenants.id"))
    """None: the platform's own mail, such as a sign-in link."""
    about: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    order_id: Mapped[uuid.UUID | None]
    to: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    """What the template needs and no row holds. Never a secret that outlives the mail."""
    status: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str] = mapped_column(default="")
    queued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]


class MailboxMessage(Model):
    """Development's mailbox: what would have left the house. Empty in production."""

    __tablename__ = "mailbox_messages"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    to: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sender: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    sent_at: Mapped[datetime] = mapped_column(index=True)

    attachments: Mapped[list["MailboxAttachment"]] = relationship(
        cascade="all, delete-orphan", order_by="MailboxAttachment.position"
    )


class MailboxAttachment(Model):
    __tablename__ = "mailbox_attachments"

    id: Mapped[Id]
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("mailbox_messages.id"), index=True)
    position: Mapped[int]
    filename: Mapped[str]
    content_type: Mapped[str]
    content_id: Mapped[str] = mapped_column(default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
