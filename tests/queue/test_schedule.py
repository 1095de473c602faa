"""Recurring work: kept on time, and never piled up."""

from datetime import timedelta

import pytest
from rq import Queue, SimpleWorker

import jobs
from eventflow import queue
from eventflow.api.models import IdempotencyKey
from eventflow.db import new_id, now, transaction
from eventflow.messages import mailbox
from eventflow.messages.mails import Mail
from eventflow.queue import enqueue
from eventflow.tenancy import acting_for
from jobs import messages
from jobs.schedule import SCHEDULE, Recurring
from jobs.scheduler import Scheduler
from tests.queue.conftest import in_redis, only_row

EVERY_MINUTE = Recurring("messages.forget_jobs", every=60, queue="bulk")


@pytest.fixture
def scheduler(app) -> Scheduler:
    return Scheduler(app, queue.connection())


def turn_again(scheduler: Scheduler) -> None:
    """Time passes, and it is each line's turn."""
    for line in scheduler.get_jobs():
        line.next_enqueue_time = now() - timedelta(seconds=1)
    scheduler.enqueue_jobs()


def test_every_line_has_its_turn_at_once_and_then_in_time(scheduler):
    scheduler.keep(SCHEDULE)
    scheduler.enqueue_jobs()

    assert sum(len(in_redis(name)) for name in queue.QUEUES) == len(SCHEDULE)
    for line, planned in zip(scheduler.get_jobs(), SCHEDULE, strict=True):
        assert abs((line.next_enqueue_time - now()).total_seconds() - planned.every) < 30


def test_while_no_worker_is_there_turns_do_not_pile_up(scheduler):
    scheduler.keep([EVERY_MINUTE])
    for _n in range(5):
        turn_again(scheduler)

    assert in_redis("bulk") == ["recurring-messages-forget_jobs"]


def test_after_a_turn_was_done_or_failed_the_next_one_comes(scheduler, monkeypatch):
    done = []
    monkeypatch.setattr(messages, "forget_jobs", lambda: (done.append(1), 1 / 0))
    scheduler.keep([EVERY_MINUTE])
    for _n in range(3):
        turn_again(scheduler)
        worker = SimpleWorker(
            [Queue("bulk", connection=queue.connection())], connection=queue.connection()
        )
        worker.work(burst=True, logging_level="ERROR")

    assert done == [1, 1, 1]


def test_the_scheduler_itself_tells_of_lost_work(scheduler):
    with transaction():
        enqueue("tests.note", delay=timedelta(milliseconds=1))
    assert in_redis() == []

    while not in_redis():
        scheduler.enqueue_jobs()

    assert in_redis() == [queue.job_id(only_row().id)]
    assert scheduler.calculate_sleep_interval() <= 2


def test_the_scheduler_outlives_the_database_being_away(scheduler, monkeypatch):
    def away(**_named):
        raise queue.DBAPIError("select", {}, Exception("gone"))

    monkeypatch.setattr(queue, "relay", away)
    scheduler.keep([EVERY_MINUTE])
    scheduler.enqueue_jobs()

    assert len(in_redis("bulk")) == 1


def test_forgetting_mail_and_answers(app, riverside, db):
    mail = Mail(new_id(), "bea@example.com", "Hall", "hall@example.com", "Old", "Old", "Old")
    with transaction():
        mailbox.put(mail, at=now() - mailbox.PRESERVE - timedelta(days=1))
    with acting_for(riverside.id), transaction():
        for days in (0, 2):
            at = now() - timedelta(days=days)
            db.session.add(
                IdempotencyKey(
                    method="POST",
                    path="/api/v1/orders",
                    key=f"key-{days}",
                    body_hash="",
                    created_at=at,
                    locked_until=at,
                )
            )

    jobs.run_recurring("messages.forget_mail")
    jobs.run_recurring("api.forget_answers")

    assert mailbox.count() == 0
    with acting_for(riverside.id):
        assert [kept.key for kept in db.session.query(IdempotencyKey)] == ["key-0"]
