"""Failures: jobs that could not be done and reports of payment that could not be acted on, listed
for the tenant they concern and retried by hand."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select

from eventflow import queue
from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.payments.models import WebhookEvent
from eventflow.queue import OutboxJob, enqueue
from eventflow.tenancy import current_tenant_id

PER_PAGE = 50


def jobs(*, page: int) -> tuple[Sequence[OutboxJob], int]:
    """The current tenant's jobs that rest or have failed at least once, the latest first."""
    total = db.session.scalar(select(func.count()).select_from(OutboxJob).where(_troubled())) or 0
    rows = db.session.scalars(
        select(OutboxJob)
        .where(_troubled())
        .order_by(OutboxJob.failed_at.desc().nulls_last(), OutboxJob.created_at.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return rows, total


def webhooks(*, page: int) -> tuple[Sequence[WebhookEvent], int]:
    """The reports for the current tenant that nothing came of yet, the latest first."""
    waiting = and_(
        WebhookEvent.tenant_id == current_tenant_id(),
        WebhookEvent.processed_at.is_(None),
        WebhookEvent.failure != "",
    )
    total = db.session.scalar(select(func.count()).select_from(WebhookEvent).where(waiting)) or 0
    rows = db.session.scalars(
        select(WebhookEvent)
        .where(waiting)
        .order_by(WebhookEvent.received_at.desc(), WebhookEvent.id.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return rows, total


def retry_job(job_id: uuid.UUID, *, at: datetime) -> OutboxJob:
    """Try a job again, now. One that is done or at work meanwhile is left alone."""
    row = db.session.scalar(
        select(OutboxJob).where(OutboxJob.id == job_id, _troubled()).with_for_update()
    )
    if row is None:
        raise NotFound(_("There is no such job, or it was done meanwhile."))
    queue.retry(row, at=at)
    audit.record("jobs.retry", row, _("Retried the job %(job)s", job=row.job), at=at, name=row.job)
    return row


def retry_webhook(webhook_id: uuid.UUID, *, at: datetime) -> WebhookEvent:
    """Act on a report again."""
    row = db.session.scalar(
        select(WebhookEvent).where(
            WebhookEvent.id == webhook_id, WebhookEvent.tenant_id == current_tenant_id()
        )
    )
    if row is None:
        raise NotFound
    enqueue("payments.process_webhook", row.id, queue="prompt")
    words = _("Had a report of %(provider)s acted on again", provider=row.provider)
    audit.record("webhooks.retry", row, words, at=at, name=row.event_id)
    return row


def _troubled() -> ColumnElement[bool]:
    return and_(
        OutboxJob.tenant_id == current_tenant_id(),
        OutboxJob.done_at.is_(None),
        OutboxJob.claimed_until.is_(None),
        or_(OutboxJob.failed_at.is_not(None), OutboxJob.failure != ""),
    )
