"""Jobs to try the queue with, and a look at what was promised."""

from collections.abc import Iterator

import pytest
from rq import Queue
from sqlalchemy import select

import jobs
from eventflow import heartbeat, queue
from eventflow.db import db
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants


@pytest.fixture
def done(monkeypatch) -> Iterator[list]:
    """What the job `tests.note` was told, in order."""
    told: list = []
    monkeypatch.setitem(jobs._registry, "tests.note", told.append)
    yield told


def rows() -> list[OutboxJob]:
    with across_tenants():
        found = list(db.session.scalars(select(OutboxJob).order_by(OutboxJob.id)))
        db.session.expunge_all()
        return found


def only_row() -> OutboxJob:
    (row,) = rows()
    return row


def in_redis(name: str = "default") -> list[str]:
    return Queue(name, connection=queue.connection()).get_job_ids()


def served() -> set[str]:
    """The queues that some worker is there for."""
    return heartbeat.served(queue.connection(), queue.QUEUES)
