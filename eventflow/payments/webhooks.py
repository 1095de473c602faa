"""The inbox: what providers tell us is stored raw before anybody acts on it.

The promise kept here is that a report is acted on once, whenever and in whatever order it comes,
and that it can be acted on again by hand: processing looks at where things stand, not at what was
told before.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from eventflow import metrics
from eventflow.accounts.models import Tenant
from eventflow.db import db, new_id, transaction
from eventflow.errors import NotFound
from eventflow.payments import accounts, providers, refunding, settling
from eventflow.payments.models import Payment, PaymentAccount, Refund, WebhookEvent
from eventflow.payments.providers import Report
from eventflow.queue import enqueue
from eventflow.tenancy import across_tenants, acting_for, current_tenant_id

SOON = timedelta(seconds=5)


def receive(
    provider: str,
    event_id: str,
    kind: str,
    payload: dict[str, Any],
    *,
    raw: str | None = None,
    tenant_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Store a report; answers the id of its row, the same for the same event."""
    with across_tenants(), transaction():
        stored = db.session.scalar(
            insert(WebhookEvent)
            .values(
                id=new_id(),
                tenant_id=tenant_id,
                provider=provider,
                event_id=event_id,
                kind=kind,
                payload=payload,
                raw=raw if raw is not None else json.dumps(payload),
                attempts=0,
                failure="",
                outcome="",
            )
            .on_conflict_do_nothing(index_elements=["provider", "event_id"])
            .returning(WebhookEvent.id)
        )
        if stored is not None:
            # Whoever stores a report acts on it at once; should they die before that, this does.
            enqueue("payments.process_webhook", stored, queue="prompt", delay=SOON)
            return stored
        return db.session.scalars(
            select(WebhookEvent.id).where(
                WebhookEvent.provider == provider, WebhookEvent.event_id == event_id
            )
        ).one()


def process(webhook_id: uuid.UUID, *, at: datetime, again: bool = False) -> str:
    """Act on a stored report; answers what came of it. Done before, it does nothing unless `again`.

    A failure is noted on the row and raised, so that the job is tried again.
    """
    with across_tenants():
        row = db.session.get_one(WebhookEvent, webhook_id)
        if row.processed_at is not None and not again:
            return row.outcome
        db.session.expunge(row)
    tenant_id = row.tenant_id
    try:
        report = providers.named(row.provider).read(row.kind, row.payload)
        tenant_id = tenant_id or report.tenant_id or _tenant_of(report)
        outcome = _act(report, tenant_id, at=at)
    except Exception as error:
        _note(webhook_id, tenant_id, failure=str(error) or type(error).__name__)
        raise
    _note(webhook_id, tenant_id, outcome=outcome, at=at)
    if row.processed_at is None and report.kind != "nothing":
        metrics.payment(row.provider, report.kind)
        metrics.webhook_received(row.provider, (at - _told_at(row)).total_seconds())
    return outcome


@dataclass(frozen=True, slots=True)
class Told:
    """What names a report: our id, its provider's, and what it is about."""

    id: uuid.UUID
    event_id: str
    kind: str


def waiting() -> list[Told]:
    """The reports that nothing came of yet, the oldest first."""
    return _told(WebhookEvent.processed_at.is_(None))


def named(event_id: str) -> list[Told]:
    """The report that its provider calls so, or all of that name; NotFound if there is none."""
    found = _told(WebhookEvent.event_id == event_id)
    if not found:
        raise NotFound(_("No report of this name was ever received."))
    return found


def act_on(report: Report, *, at: datetime) -> str:
    """Act for the current tenant on what a provider answered when it was asked."""
    return _act(report, current_tenant_id(), at=at)


def _act(report: Report, tenant_id: uuid.UUID | None, *, at: datetime) -> str:
    if tenant_id is None or report.kind == "nothing":
        return "not for us"
    with acting_for(tenant_id):
        if report.kind == "account":
            return accounts.check(at=at)
        with transaction():
            if report.kind == "refund":
                return _settle_refund(report)
            payment = _payment(report)
            if payment is None:
                return "no such payment"
            # The answer that named it may never have been recorded.
            payment.reference = payment.reference or report.reference
            if report.kind == "paid":
                order = settling.paid(payment, charge_reference=report.charge_reference, at=at)
            elif report.kind == "declined":
                order = settling.declined(payment, failure=report.failure, at=at)
            else:
                order = settling.abandoned(payment, at=at)
            return f"order {order.code} {order.status}"


def _payment(report: Report) -> Payment | None:
    query = select(Payment)
    if report.payment_id:
        query = query.where(Payment.id == report.payment_id)
    else:
        query = query.where(Payment.reference == report.reference)
    return db.session.scalar(query)


def _told(which: ColumnElement[bool]) -> list[Told]:
    columns = (WebhookEvent.id, WebhookEvent.event_id, WebhookEvent.kind)
    with across_tenants():
        rows = db.session.execute(
            select(*columns).where(which).order_by(WebhookEvent.received_at, WebhookEvent.id)
        )
        return [Told(*row) for row in rows]


def _settle_refund(report: Report) -> str:
    if report.refund_id is None or db.session.get(Refund, report.refund_id) is None:
        return "no such refund"
    refunding.settle(
        report.refund_id, report.status, reference=report.reference, failure=report.failure
    )
    return f"refund {report.status}"


def _tenant_of(report: Report) -> uuid.UUID | None:
    if report.account is not None:
        account = PaymentAccount.stripe_account == report.account
        query = select(PaymentAccount.tenant_id).where(account)
    elif report.reference is not None:
        query = select(Payment.tenant_id).where(Payment.reference == report.reference)
    else:
        return None
    with across_tenants():
        return db.session.scalar(query)


def _told_at(row: WebhookEvent) -> datetime:
    """When it happened at the provider, where it says so."""
    created = row.payload.get("created")
    return datetime.fromtimestamp(created, UTC) if isinstance(created, int) else row.received_at


def _note(
    webhook_id: uuid.UUID,
    tenant_id: uuid.UUID | None,
    *,
    outcome: str = "",
    failure: str = "",
    at: datetime | None = None,
) -> None:
    with across_tenants(), transaction():
        row = db.session.get_one(WebhookEvent, webhook_id, with_for_update=True)
        if row.tenant_id is None and tenant_id and db.session.get(Tenant, tenant_id):
            row.tenant_id = tenant_id
        row.attempts += 1
        row.failure = failure[:2000]
        if at is not None:
            row.processed_at = at
            row.outcome = outcome
