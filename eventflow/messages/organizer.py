"""The console's pages about what leaves the house: the delivery log, and what failed."""

import uuid
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _

from eventflow import lists
from eventflow.accounts import access, people
from eventflow.db import now, transaction
from eventflow.messages import failures, log
from eventflow.pages import page

bp = access.console(Blueprint("messages_console", __name__, url_prefix="/manage"))


@bp.get("/mail")
def show_mail() -> Response:
    filters = log.Filters(
        query=lists.text("q"),
        status=request.args.get("status", ""),
        kind=request.args.get("kind", ""),
    )
    number = _page_number("page")
    rows, total = log.read(filters, page=number)
    if last := lists.beyond(number, total, per_page=log.PER_PAGE):
        return redirect(last, 303)  # type: ignore[return-value]
    return page(
        "messages/organizer/mail.html",
        "log",
        rows=rows,
        filters=filters,
        kinds=log.kinds(),
        at=now(),
        **_part("page", number, len(rows), total, log.PER_PAGE),
    )


@bp.post("/mail/<uuid:delivery_id>/retry")
def retry_mail(delivery_id: uuid.UUID) -> Response:
    with transaction():
        to = people.as_written(log.retry(delivery_id, at=now()).to)
    flash(_("The mail to %(to)s is tried again.", to=to), "right")
    return _back("/manage/mail")


@bp.get("/jobs")
@access.require("admin")
def show_jobs() -> Response:
    number, webhook_number = _page_number("page"), _page_number("webhooks")
    jobs, total = failures.jobs(page=number)
    webhooks, webhook_total = failures.webhooks(page=webhook_number)
    return page(
        "messages/organizer/jobs.html",
        jobs=jobs,
        webhooks=webhooks,
        at=now(),
        job_part=_part("page", number, len(jobs), total, failures.PER_PAGE),
        webhook_part=_part(
            "webhooks", webhook_number, len(webhooks), webhook_total, failures.PER_PAGE
        ),
    )


@bp.post("/jobs/<uuid:job_id>/retry")
@access.require("admin")
def retry_job(job_id: uuid.UUID) -> Response:
    with transaction():
        failures.retry_job(job_id, at=now())
    flash(_("The job is tried again."), "right")
    return _back("/manage/jobs")


@bp.post("/webhooks/<uuid:webhook_id>/retry")
@access.require("admin")
def retry_webhook(webhook_id: uuid.UUID) -> Response:
    with transaction():
        failures.retry_webhook(webhook_id, at=now())
    flash(_("The report is acted on again."), "right")
    return _back("/manage/jobs")


def _back(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]


def _page_number(name: str) -> int:
    return min(max(request.args.get(name, 1, type=int), 1), 100_000)


def _part(name: str, number: int, count: int, total: int, per_page: int) -> dict[str, Any]:
    """Which part of a list this is, and the addresses of its neighbours."""
    before = (number - 1) * per_page
    return {
        "first": before + 1,
        "last": before + count,
        "total": total,
        "previous": _with(name, number - 1) if number > 1 else None,
        "next": _with(name, number + 1) if before + count < total else None,
    }


def _with(name: str, number: int) -> str:
    kept = {key: value for key, value in request.args.items() if key != name and value}
    return f"{request.path}?{urlencode({**kept, name: number})}"
