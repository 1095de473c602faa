"""The outbox: work that is promised is a row; RQ only makes it prompt.

`enqueue` writes the row in the caller's transaction and tells RQ after commit. When Redis is
away, forgets, or the worker dies with the job in its hands, `relay` finds the row and tells RQ
again; it looks at what waits in Redis first, so a long queue isn't told of twice.

A job runs under a short lease (`claimed_until`), renewed while it runs. It can still run out under
a worker that hangs, so jobs are safe to run twice all the same.
"""

import logging
import threading
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, mapped_column

from eventflow import health, heartbeat, metrics
from eventflow.db import Id, Model, after_commit, db, new_id, now, transaction
from eventflow.logs import request_id
from eventflow.tenancy import across_tenants, tenant_id_or_none

log = logging.getLogger(__name__)

QUEUES = ("prompt", "default", "bulk")
"""`prompt` is for what somebody is waiting for; nothing slow ever goes there, nor what follows from
bulk work, of which there is as much."""

TIMEOUTS = {"prompt": 60, "default": 300, "bulk": 600}
"""Seconds a job of each queue may take."""

LEASE = timedelta(seconds=20)
RENEW_EVERY = 5.0
RETELL_AFTER = timedelta(seconds=10)
BACK_OFF = [
    timedelta(seconds=s) for s in (2, 5, 15, 30, 60, 120, *[300] * 15, *[900] * 12, *[3600] * 20)
]
"""Whoever was away for an hour is found back within five minutes. After about a day a job rests,
listed in the console, until somebody retries it."""

KEEP_DONE = timedelta(days=3)
LONGEST_LOOK = 20_000
"""Where more than this waits in Redis, what was told of is believed to be there still."""

_AWAY_FOR = 1.0

_at_work: ContextVar[str] = ContextVar("at_work", default="")
"""The queue of the job that is being done, if one is."""


class OutboxJob(Model):
    """One piece of work that was promised."""

    __tablename__ = "outbox_jobs"
    __table_args__ = (
        CheckConstraint("queue in ('prompt', 'default', 'bulk')", name="queue"),
        Index(
            "ix_outbox_jobs_waiting",
            "run_at",
            postgresql_where="done_at is null and failed_at is null",
        ),
        Index(
            "ix_outbox_jobs_failed",
            "failed_at",
            postgresql_where="failed_at is not null",
        ),
        Index(None, "tenant_id", "created_at"),
    )

    id: Mapped[Id]
    tenant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tenants.id"))
    job: Mapped[str]
    args: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    queue: Mapped[str] = mapped_column(default="default")
    request_id: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    run_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")

    @property
    def rests(self) -> bool:
        return self.failed_at is not None


def init_app(app: Flask) -> None:
    health.register_check(app, "worker", _a_worker_is_alive)
    for part, name, means in (
        (0, "eventflow_queue_waiting", "Due jobs that are not done, by queue"),
        (1, "eventflow_queue_age_seconds", "How long the oldest due job of each queue has waited"),
    ):
        metrics.register_gauge(app, name, means, partial(_figures, part), label="queue")
    metrics.register_gauge(
        app,
        "eventflow_jobs_resting",
        "Jobs that failed too often and wait for somebody to retry them",
        count_resting,
    )


def enqueue(
    job: str,
    *args: Any,
    queue: str = "default",
    delay: timedelta | None = None,
    tenant_id: uuid.UUID | None = None,
) -> None:
    """Promise a job, named as in `jobs/` ("sales.confirm_order"), with ids as arguments.

    Part of the surrounding transaction: rolled back with it, told to RQ after it. It will run
    for `tenant_id`, or for the tenant that is being acted for. What a job of the bulk queue
    promises goes there too, whatever `queue` says.
    """
    if _at_work.get() == "bulk":
        queue = "bulk"
    at = now()
    row = OutboxJob(
        id=new_id(),
        tenant_id=tenant_id or tenant_id_or_none(),
        job=job,
        args=[str(arg) if isinstance(arg, uuid.UUID) else arg for arg in args],
        queue=queue,
        request_id=request_id() or "",
        run_at=at + delay if delay else at,
        told_at=None if delay else at,
    )
    db.session.add(row)
    if not delay:
        row_id = row.id
        after_commit(partial(tell, row_id, queue))


def retry(row: OutboxJob, *, at: datetime) -> None:
    """Try a job again, now, with all its attempts before it. Part of the caller's transaction."""
    row.failed_at = None
    row.attempts = 0
    row.run_at = at
    row.told_at = at
    row.claimed_until = None
    row_id, queue = row.id, row.queue
    after_commit(partial(tell, row_id, queue))


def still_to_do(job: str) -> list[list[Any]]:
    """The arguments of all of the tenant's jobs of this name that are still to be done."""
    query = select(OutboxJob.args).where(
        OutboxJob.job == job,
        OutboxJob.tenant_id == tenant_id_or_none(),
        OutboxJob.done_at.is_(None),
        OutboxJob.failed_at.is_(None),
    )
    return list(db.session.scalars(query))


# What the worker does with a row


def claim(row_id: uuid.UUID, *, at: datetime) -> OutboxJob | None:
    """Take a waiting row for the length of a lease; none if it is done, resting or taken."""
    with across_tenants(), transaction():
        row = db.session.scalar(
            select(OutboxJob)
            .where(
                OutboxJob.id == row_id,
                OutboxJob.done_at.is_(None),
                OutboxJob.failed_at.is_(None),
                or_(OutboxJob.claimed_until.is_(None), OutboxJob.claimed_until < at),
            )
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return None
        if row.attempts > len(BACK_OFF):
            # Nobody lived to note a failure: it takes its worker with it, again and again.
            row.failed_at, row.claimed_until = at, None
            row.failure = "The worker died each time it was tried."
            return None
        row.claimed_until = at + LEASE
        row.attempts += 1
        db.session.flush()
        db.session.expunge(row)
        return row


@contextmanager
def leased(row: OutboxJob) -> Iterator[None]:
    """Renew a claimed row's lease while its work is done inside."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_EVERY):
            try:
                with app.app_context():
                    _renew(row.id, at=now())
            except DBAPIError as error:
                log.warning("the lease of job %s could not be renewed: %s", row.id, error)

    threading.Thread(target=renew, name="lease", daemon=True).start()
    before = _at_work.set(row.queue)
    try:
        yield
    finally:
        _at_work.reset(before)
        over.set()


def finish(row: OutboxJob, *, at: datetime) -> None:
    _note(row.id, done_at=at, claimed_until=None, failure="")


def fail(row: OutboxJob, failure: str, *, at: datetime, for_good: bool = False) -> bool:
    """Note a failure. True when the job will be tried again by itself."""
    again = not for_good and row.attempts <= len(BACK_OFF)
    when = {"run_at": at + BACK_OFF[row.attempts - 1]} if again else {"failed_at": at}
    _note(row.id, claimed_until=None, told_at=None, failure=failure[:2000], **when)
    return again


def _renew(row_id: uuid.UUID, *, at: datetime) -> None:
    with across_tenants(), transaction():
        db.session.execute(
            update(OutboxJob)
            .where(OutboxJob.id == row_id, OutboxJob.claimed_until.is_not(None))
            .values(claimed_until=at + LEASE)
        )


def _note(row_id: uuid.UUID, **values: Any) -> None:
    with across_tenants(), transaction():
        db.session.execute(update(OutboxJob).where(OutboxJob.id == row_id).values(**values))


# Telling RQ


def tell(row_id: uuid.UUID, queue: str) -> None:
    """Tell RQ that a row waits. While Redis is away nothing is said: the relay will."""
    try:
        with without_waiting() as client:
            _push(client, [(row_id, queue)])
    except redis.RedisError as error:
        log.warning("redis is away, the relay will tell of job %s: %s", row_id, error)


def relay(*, at: datetime, most: int = 500) -> int:
    """Tell RQ of every due row that nobody was told of, or that was told of and got lost."""
    try:
        there = {queue: _in_redis(queue) for queue in QUEUES}
    except redis.RedisError:
        return 0
    told = 0
    while due := _due(at, most):
        lost = [
            (row_id, queue)
            for row_id, queue, was_told in due
            if not was_told or ((ids := there[queue]) is not None and job_id(row_id) not in ids)
        ]
        try:
            _push(connection(), lost)
        except redis.RedisError as error:
            log.warning("redis went away while %s jobs were told of: %s", len(lost), error)
            _untell([row_id for row_id, _queue in lost])
            return told
        told += len(lost)
        if len(due) < most:
            break
    return told


def job_id(row_id: uuid.UUID) -> str:
    return f"outbox-{row_id}"


def _in_redis(queue: str) -> Collection[str] | None:
    """The jobs that wait in RQ's queue; none if there are too many to look at."""
    listed = Queue(queue, connection=connection())
    if listed.count > LONGEST_LOOK:
        return None
    return set(listed.get_job_ids())


def _due(at: datetime, most: int) -> list[tuple[uuid.UUID, str, bool]]:
    """Due rows nobody seems to care for, with whether RQ was told before. Marked as told."""
    with across_tenants(), transaction():
        rows = db.session.execute(
            select(OutboxJob.id, OutboxJob.queue, OutboxJob.told_at)
            .where(
                OutboxJob.done_at.is_(None),
                OutboxJob.failed_at.is_(None),
                OutboxJob.run_at <= at,
                or_(OutboxJob.told_at.is_(None), OutboxJob.told_at < at - RETELL_AFTER),
                or_(OutboxJob.claimed_until.is_(None), OutboxJob.claimed_until < at),
            )
            .order_by(OutboxJob.run_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        if rows:
            ids = [row.id for row in rows]
            db.session.execute(update(OutboxJob).where(OutboxJob.id.in_(ids)).values(told_at=at))
        return [(row.id, row.queue, row.told_at is not None) for row in rows]


def _untell(ids: list[uuid.UUID]) -> None:
    with across_tenants(), transaction():
        db.session.execute(update(OutboxJob).where(OutboxJob.id.in_(ids)).values(told_at=None))


def _push(client: redis.Redis, rows: list[tuple[uuid.UUID, str]]) -> None:
    with client.pipeline() as pipeline:
        for row_id, queue in rows:
            # One id a row: telling again overwrites what is left of an earlier, lost telling.
            Queue(queue, connection=client).enqueue(
                "jobs.run",
                str(row_id),
                job_id=job_id(row_id),
                job_timeout=TIMEOUTS[queue],
                result_ttl=0,
                failure_ttl=3600,
                pipeline=pipeline,
            )
        pipeline.execute()


# Looking at the whole


def waiting(*, at: datetime) -> dict[str, tuple[int, float]]:
    """For each queue, how many due jobs wait, and for how many seconds the oldest has."""
    with across_tenants():
        rows = db.session.execute(
            select(OutboxJob.queue, func.count(), func.min(OutboxJob.run_at))
            .where(
                OutboxJob.done_at.is_(None),
                OutboxJob.failed_at.is_(None),
                OutboxJob.run_at <= at,
            )
            .group_by(OutboxJob.queue)
        ).all()
    found = {queue: (count, (at - oldest).total_seconds()) for queue, count, oldest in rows}
    return {queue: found.get(queue, (0, 0.0)) for queue in QUEUES}


def _figures(part: int) -> dict[str, float]:
    return {queue: figures[part] for queue, figures in waiting(at=now()).items()}


def count_resting() -> int:
    with across_tenants():
        return (
            db.session.scalar(
                select(func.count()).select_from(OutboxJob).where(OutboxJob.failed_at.is_not(None))
            )
            or 0
        )


def forget(*, at: datetime) -> int:
    """Forget jobs done long ago; what failed stays until somebody has seen to it."""
    with across_tenants(), transaction():
        gone = db.session.execute(delete(OutboxJob).where(OutboxJob.done_at < at - KEEP_DONE))
        return gone.rowcount  # type: ignore[attr-defined]


def _a_worker_is_alive() -> None:
    # Of the queue that people wait for; the ages of the others are in the metrics.
    if not heartbeat.served(connection(), ["prompt"]):
        raise RuntimeError("no worker is there for the prompt queue")


class _Link:
    """One pool a process and address; and until when Redis is taken to be away."""

    def __init__(self, url: str) -> None:
        # Short time-outs and no waiting between attempts, since every caller can do without.
        # The second attempt is for a pooled connection that a restart of Redis has cut.
        self.redis = redis.Redis.from_url(
            url,
            socket_connect_timeout=0.5,
            socket_timeout=2,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 1),
        )
        self.away_until = 0.0


_links: dict[str, _Link] = {}


def connection() -> redis.Redis:
    return _link().redis


@contextmanager
def without_waiting() -> Iterator[redis.Redis]:
    """Redis for what can be done without: where it was away a moment ago, RedisError at once, so
    that people do not wait for its time-out one by one."""
    link = _link()
    if monotonic() < link.away_until:
        raise redis.ConnectionError("away a moment ago")
    try:
        yield link.redis
    except redis.RedisError:
        link.away_until = monotonic() + _AWAY_FOR
        raise


def _link() -> _Link:
    url = current_app.config["REDIS_URL"]
    if url not in _links:
        _links[url] = _Link(url)
    return _links[url]
