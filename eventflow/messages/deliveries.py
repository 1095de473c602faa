"""Deliveries: mail that is owed, and seeing to it that it goes.

The promise kept here is that a mail which was promised is sent, once, though Redis or the mail
server be away for an hour. The promise is a row in the transaction that owes the mail; the
same promise (`about`) twice is one row. Into the development mailbox a mail is put in the same
transaction that says it was sent. A mail server can't be part of a transaction: if we die
between its "yes" and our note of it, the mail goes again under the same Message-ID.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from eventflow import vault
from eventflow.db import db, new_id, transaction
from eventflow.errors import NotFound, Refusal
from eventflow.masking import masked
from eventflow.messages import composing, mailbox, smtp
from eventflow.messages.mails import Mail
from eventflow.messages.models import Delivery
from eventflow.queue import enqueue
from eventflow.tenancy import across_tenants

log = logging.getLogger(__name__)


class AlreadySent(Refusal):
    """There is nothing to send again: it went out."""


def promise(
    about: str,
    kind: str,
    to: str,
    *,
    facts: Mapping[str, Any] | None = None,
    tenant_id: uuid.UUID | None,
    order_id: uuid.UUID | None = None,
    at: datetime,
) -> Delivery:
    """Owe this address a mail, as part of the caller's transaction.

    `about` says what for (`order:<id>:confirmation`): promised before, it is not promised again.
    `facts` are what the mail needs and no row holds; they are sealed, and gone once it is sent.
    """
    if kind not in composing.KINDS:
        raise ValueError(f"There is no mail called {kind}.")
    made = db.session.scalar(
        insert(Delivery)
        .values(
            id=new_id(),
            tenant_id=tenant_id,
            about=about,
            kind=kind,
            order_id=order_id,
            to=to,
            subject="",
            facts=_sealed(facts),
            status="queued",
            attempts=0,
            failure="",
            queued_at=at,
        )
        .on_conflict_do_nothing(index_elements=["about"])
        .returning(Delivery.id)
    )
    if made:
        enqueue("messages.send", made, queue="prompt", tenant_id=tenant_id)
    return db.session.scalars(select(Delivery).where(Delivery.about == about)).one()


def send(delivery_id: uuid.UUID, *, at: datetime) -> None:
    """Write the mail and hand it over, unless that is done. Not part of a caller's transaction.

    Raises when it can't be sent now, so that the job is tried again; a mail that the server
    refuses for good is noted as failed instead.
    """
    delivery = db.session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound(_("There is no such mail."))
    if delivery.status == "sent":
        return
    try:
        mail = composing.compose(delivery, facts=_opened(delivery.facts), at=at)
        db.session.rollback()  # Nothing is held open while the network is asked.
        if smtp.is_configured():
            smtp.hand_over(mail, at=at)
        with transaction():
            _note_sent(delivery_id, mail, at=at)
    except smtp.Refused as refusal:
        log.warning("the mail server refused a mail: %s", refusal)
        _note_failure(delivery_id, str(refusal), status="failed")
    except Exception as error:
        _note_failure(delivery_id, f"{type(error).__name__}: {error}", status="queued")
        raise


def retry(delivery: Delivery, *, at: datetime) -> None:
    """Try a mail again that has failed, now. Part of the caller's transaction."""
    if delivery.status == "sent":
        raise AlreadySent(_("This mail was sent already."))
    delivery.status = "queued"
    delivery.failure = ""
    enqueue("messages.send", delivery.id, queue="prompt", tenant_id=delivery.tenant_id)


def count_unsent() -> dict[str, float]:
    """How many mails wait, and how many were refused for good, over all tenants."""
    with across_tenants():
        rows = db.session.execute(
            select(Delivery.status, func.count())
            .where(Delivery.status != "sent")
            .group_by(Delivery.status)
        ).all()
    found = {status: float(count) for status, count in rows}
    return {"queued": 0.0, "failed": 0.0} | found


def _note_sent(delivery_id: uuid.UUID, mail: Mail, *, at: datetime) -> None:
    # Locked, so that of two who got here at once the second finds it sent.
    delivery = db.session.scalars(
        select(Delivery)
        .where(Delivery.id == delivery_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if delivery.status == "sent":
        return
    if not smtp.is_configured():
        mailbox.put(mail, at=at)
    delivery.status = "sent"
    delivery.sent_at = at
    delivery.attempts += 1
    delivery.failure = ""
    delivery.subject = mail.subject
    delivery.facts = {}


def _note_failure(delivery_id: uuid.UUID, failure: str, *, status: str) -> None:
    db.session.rollback()
    with transaction():
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.status != "sent")
            .values(status=status, attempts=Delivery.attempts + 1, failure=masked(failure)[:2000])
        )


def _sealed(facts: Mapping[str, Any] | None) -> dict[str, str]:
    return {"sealed": vault.seal(json.dumps(dict(facts)))} if facts else {}


def _opened(facts: Mapping[str, str]) -> dict[str, Any]:
    return json.loads(vault.open_sealed(facts["sealed"])) if facts else {}
