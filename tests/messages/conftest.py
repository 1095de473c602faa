"""What the worker would do, and a look at what came of it."""

from flask import current_app
from flask.ctx import AppContext
from sqlalchemy import select
from sqlalchemy.orm import selectinload

import jobs
from eventflow.db import db
from eventflow.messages.models import Delivery, MailboxMessage
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants


def aside() -> AppContext:
    """A database session of its own, so that the test keeps what it has read."""
    return current_app.app_context()


def work() -> None:
    """Do all that was promised and hasn't failed yet, and what that promises in its turn."""
    while True:
        with aside(), across_tenants():
            waiting = db.session.scalars(
                select(OutboxJob.id)
                .where(
                    OutboxJob.done_at.is_(None),
                    OutboxJob.failed_at.is_(None),
                    OutboxJob.failure == "",
                )
                .order_by(OutboxJob.id)
            ).all()
        if not waiting:
            return
        for row_id in waiting:
            with aside():
                jobs.run(str(row_id))


def sent() -> list[MailboxMessage]:
    """What lies in the mailbox, the oldest first, with its attachments."""
    with aside():
        query = select(MailboxMessage).options(selectinload(MailboxMessage.attachments))
        messages = list(db.session.scalars(query.order_by(MailboxMessage.sent_at)))
        db.session.expunge_all()
        return messages


def only_mail() -> MailboxMessage:
    (message,) = sent()
    return message


def only_delivery() -> Delivery:
    with aside(), across_tenants():
        (delivery,) = db.session.scalars(select(Delivery))
        db.session.expunge(delivery)
        return delivery
