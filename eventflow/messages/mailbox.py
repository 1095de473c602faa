"""The development mailbox: what would have left the house, kept in the database to be looked at."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from eventflow.db import db, new_id
from eventflow.errors import NotFound
from eventflow.messages.mails import Mail
from eventflow.messages.models import MailboxAttachment, MailboxMessage

PRESERVE = timedelta(days=30)
BATCH = 100


def put(mail: Mail, *, at: datetime) -> None:
    """Keep a mail, once however often it is put. Part of the caller's transaction."""
    made = db.session.scalar(
        insert(MailboxMessage)
        .values(
            id=mail.id,
            to=[mail.to],
            sender=f"{mail.sender_name} <{mail.sender}>",
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            headers=mail.headers,
            sent_at=at,
        )
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(MailboxMessage.id)
    )
    if made is None:
        return
    db.session.add_all(
        MailboxAttachment(
            id=new_id(),
            message_id=mail.id,
            position=position,
            filename=attached.filename,
            content_type=attached.content_type,
            content_id=attached.content_id,
            content=attached.content,
        )
        for position, attached in enumerate(mail.attachments)
    )


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attachment without its bytes."""

    id: uuid.UUID
    message_id: uuid.UUID
    filename: str
    content_type: str
    content_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the mails, newest first, and where to go on."""

    messages: Sequence[MailboxMessage]
    enclosures: dict[uuid.UUID, list[Enclosure]]


def count(to: str = "") -> int:
    return db.session.scalar(select(func.count()).select_from(_wanted(to).subquery())) or 0


def page_of(to: str = "", *, limit: int, after: uuid.UUID | None = None) -> Page:
    """The newest mails older than this one, at most so many."""
    query = _wanted(to).order_by(MailboxMessage.sent_at.desc(), MailboxMessage.id.desc())
    if after is not None:
        query = query.where(_older_than(after))
    messages = db.session.scalars(query.limit(limit)).all()
    return Page(messages, enclosures_of([message.id for message in messages]))


def has_older(to: str, than: uuid.UUID) -> bool:
    older = _wanted(to).with_only_columns(MailboxMessage.id).where(_older_than(than))
    return db.session.scalar(older.limit(1)) is not None


def find(message_id: uuid.UUID) -> MailboxMessage:
    message = db.session.get(MailboxMessage, message_id)
    if message is None:
        raise NotFound
    return message


def attachment(message_id: uuid.UUID, attachment_id: uuid.UUID) -> MailboxAttachment:
    found = db.session.get(MailboxAttachment, attachment_id)
    if found is None or found.message_id != message_id:
        raise NotFound
    return found


def enclosures_of(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Enclosure]]:
    """What is attached to these mails. The length is read without reading the bytes."""
    rows = db.session.execute(
        select(
            MailboxAttachment.id,
            MailboxAttachment.message_id,
            MailboxAttachment.filename,
            MailboxAttachment.content_type,
            MailboxAttachment.content_id,
            func.octet_length(MailboxAttachment.content),
        )
        .where(MailboxAttachment.message_id.in_(ids))
        .order_by(MailboxAttachment.message_id, MailboxAttachment.position)
    )
    found: dict[uuid.UUID, list[Enclosure]] = {message_id: [] for message_id in ids}
    for row in rows:
        found[row.message_id].append(Enclosure(*row))
    return found


def forget(*, at: datetime) -> int:
    """Throw away mails of long ago."""
    old = select(MailboxMessage.id).where(MailboxMessage.sent_at < at - PRESERVE)
    db.session.execute(delete(MailboxAttachment).where(MailboxAttachment.message_id.in_(old)))
    gone = db.session.execute(delete(MailboxMessage).where(MailboxMessage.id.in_(old)))
    return gone.rowcount  # type: ignore[attr-defined]


def _wanted(to: str) -> Select[MailboxMessage]:
    query = select(MailboxMessage)
    if to:
        address = func.unnest(MailboxMessage.to).column_valued("address")
        query = query.where(select(1).where(func.lower(address) == to.lower()).exists())
    return query


def _older_than(message_id: uuid.UUID) -> ColumnElement[bool]:
    message = find(message_id)
    this = tuple_(MailboxMessage.sent_at, MailboxMessage.id)
    return this < tuple_(message.sent_at, message.id)
