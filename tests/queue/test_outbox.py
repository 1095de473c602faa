"""The outbox: promised work is done, whatever becomes of Redis or the worker."""

from datetime import timedelta

import pytest

import jobs
from eventflow import heartbeat, queue
from eventflow.db import now, transaction
from eventflow.logs import bound_request_id
from eventflow.queue import BACK_OFF, LEASE, RETELL_AFTER, enqueue
from eventflow.tenancy import tenant_id_or_none
from tests.queue.conftest import in_redis, only_row, rows, served

LATER = RETELL_AFTER + timedelta(seconds=1)


def promise(*args, **how) -> queue.OutboxJob:
    with transaction():
        enqueue("tests.note", *args, **how)
    return only_row()


def test_what_is_rolled_back_was_never_promised(db):
    with pytest.raises(ZeroDivisionError), transaction():
        enqueue("tests.note", 1)
        raise ZeroDivisionError

    assert rows() == []
    assert in_redis() == []


def test_rq_is_told_after_the_commit_and_not_before(db):
    with transaction():
        enqueue("tests.note", 1)
        assert in_redis() == []

    assert in_redis() == [queue.job_id(only_row().id)]


def test_a_job_runs_for_the_tenant_and_under_the_request_that_promised_it(
    at_riverside, monkeypatch
):
    seen = []
    monkeypatch.setitem(
        jobs._registry, "tests.look", lambda: seen.append((tenant_id_or_none(), queue.request_id()))
    )
    with bound_request_id("request-of-bea"), transaction():
        enqueue("tests.look")

    jobs.run(str(only_row().id))

    assert seen == [(at_riverside.id, "request-of-bea")]


def test_what_follows_from_bulk_work_waits_with_it(db, monkeypatch):
    def follow(queue_of_choice: str) -> None:
        with transaction():
            enqueue("tests.note", queue=queue_of_choice)

    monkeypatch.setitem(jobs._registry, "tests.follow", follow)
    for own in ("bulk", "default"):
        with transaction():
            enqueue("tests.follow", "prompt", queue=own)
    for row in rows():
        jobs.run(str(row.id))
    with transaction():
        enqueue("tests.note", queue="prompt")

    assert [row.queue for row in rows() if row.job == "tests.note"] == ["bulk", "prompt", "prompt"]


def test_a_job_told_of_twice_is_done_once(db, done):
    row = promise("once")

    jobs.run(str(row.id))
    jobs.run(str(row.id))

    assert done == ["once"]
    assert only_row().done_at is not None


def test_a_job_somebody_is_at_is_left_to_them(db, done):
    row = promise(1)
    queue.claim(row.id, at=now())

    jobs.run(str(row.id))

    assert done == []


def test_a_failed_job_is_tried_again_later_and_then_done(db, monkeypatch, done):
    row = promise("at last")
    monkeypatch.setitem(jobs._registry, "tests.note", lambda _word: 1 / 0)
    jobs.run(str(row.id))

    failed = only_row()
    assert failed.failure == "ZeroDivisionError: division by zero"
    assert failed.run_at > now()
    queue.connection().flushdb()
    assert queue.relay(at=failed.run_at - timedelta(milliseconds=1)) == 0
    assert queue.relay(at=failed.run_at) == 1

    monkeypatch.setitem(jobs._registry, "tests.note", done.append)
    jobs.run(str(row.id))
    assert done == ["at last"]
    assert only_row().failure == ""


def test_waits_grow_to_an_hour_but_an_outage_of_an_hour_is_over_within_five_minutes():
    so_far = timedelta()
    for wait in BACK_OFF:
        if so_far < timedelta(minutes=65):
            assert wait <= timedelta(minutes=5)
        so_far += wait
    assert timedelta(hours=20) < so_far < timedelta(hours=36)


def test_after_the_last_attempt_a_job_rests_until_somebody_retries_it(db, monkeypatch, done):
    row = promise("retried")
    monkeypatch.setitem(jobs._registry, "tests.note", lambda _word: 1 / 0)
    at = now()
    for attempt in range(len(BACK_OFF) + 1):
        assert not only_row().rests
        claimed = queue.claim(row.id, at=at)
        assert queue.fail(claimed, "no", at=at) is (attempt < len(BACK_OFF))
    assert only_row().rests
    assert queue.count_resting() == 1
    assert queue.relay(at=at + timedelta(days=365)) == 0

    with transaction():
        rested = queue.db.session.get(queue.OutboxJob, row.id)
        queue.retry(rested, at=now())
    monkeypatch.setitem(jobs._registry, "tests.note", done.append)
    jobs.run(str(row.id))

    assert done == ["retried"]
    assert queue.count_resting() == 0


def test_an_unknown_job_fails_and_says_so(db):
    with transaction():
        enqueue("tests.nobody_knows")

    jobs.run(str(only_row().id))

    assert only_row().failure == "UnknownJob: There is no job called tests.nobody_knows."


def test_a_job_that_gives_up_is_not_tried_again_by_itself(db, monkeypatch):
    def give_up() -> None:
        raise jobs.GiveUp("it is pointless")

    monkeypatch.setitem(jobs._registry, "tests.give_up", give_up)
    with transaction():
        enqueue("tests.give_up")

    jobs.run(str(only_row().id))

    assert only_row().rests


def test_what_redis_forgot_is_told_of_again(db, done):
    row = promise("found")
    queue.connection().flushdb()

    assert queue.relay(at=row.run_at + LATER) == 1
    assert in_redis() == [queue.job_id(row.id)]


def test_what_a_worker_took_from_redis_and_lost_is_told_of_again(db):
    row = promise("found")
    queue.connection().rpop("rq:queue:default")

    assert queue.relay(at=row.run_at + LATER) == 1
    assert in_redis() == [queue.job_id(row.id)]


def test_what_waits_in_redis_is_not_told_of_twice(db):
    for _n in range(30):
        with transaction():
            enqueue("tests.note", 1, queue="bulk")

    for minutes in range(1, 4):
        assert queue.relay(at=now() + timedelta(minutes=minutes), most=7) == 0

    assert len(in_redis("bulk")) == 30


def test_a_lost_job_behind_a_long_queue_is_found(db):
    for number in range(30):
        with transaction():
            enqueue("tests.note", number)
    lost = rows()[25]
    queue.connection().lrem("rq:queue:default", 1, queue.job_id(lost.id))

    assert queue.relay(at=now() + LATER, most=7) == 1
    assert in_redis()[-1] == queue.job_id(lost.id)


def test_without_redis_work_is_promised_all_the_same_and_done_when_it_is_back(
    app, db, done, monkeypatch
):
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    row = promise("patient")
    assert queue.relay(at=row.run_at + LATER) == 0
    monkeypatch.undo()
    assert in_redis() == []

    # The outage cost it nothing but the wait: the first look after it finds it.
    assert queue.relay(at=row.run_at + LATER) == 1
    assert in_redis() == [queue.job_id(row.id)]


def test_while_redis_is_away_only_one_telling_in_a_while_is_tried(app, db, monkeypatch):
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:2/0")
    tries = []
    push = queue._push
    monkeypatch.setattr(queue, "_push", lambda *given: (tries.append(1), push(*given)))

    for _n in range(5):
        with transaction():
            enqueue("tests.note", 1)

    assert len(tries) == 1
    assert len(rows()) == 5


def test_a_dead_workers_job_is_free_when_its_lease_ends(db):
    row = promise("orphan")
    at = row.run_at
    queue.claim(row.id, at=at)
    queue.connection().flushdb()

    assert queue.relay(at=at + LEASE - timedelta(seconds=1)) == 0
    assert queue.relay(at=at + LEASE + timedelta(seconds=1)) == 1
    assert queue.claim(row.id, at=at + LEASE + timedelta(seconds=1)).attempts == 2


def test_a_lease_is_renewed_while_its_job_runs(db, monkeypatch):
    monkeypatch.setattr(queue, "RENEW_EVERY", 0.01)
    row = promise("slow")
    claimed = queue.claim(row.id, at=now() - LEASE)

    with queue.leased(claimed):
        for _n in range(500):
            if only_row().claimed_until > now() + LEASE / 2:
                break
            queue.threading.Event().wait(0.01)

    assert queue.claim(row.id, at=now()) is None


def test_a_job_that_kills_its_worker_each_time_rests_in_the_end(db):
    row = promise("poison")
    at = row.run_at
    for _n in range(len(BACK_OFF) + 1):
        assert queue.claim(row.id, at=at) is not None
        at += 2 * LEASE

    assert queue.claim(row.id, at=at) is None
    assert only_row().rests
    assert "worker died" in only_row().failure


def test_delayed_work_is_told_of_when_it_is_due(db, done):
    row = promise("later", delay=timedelta(minutes=5))
    assert in_redis() == []
    assert queue.relay(at=row.run_at - timedelta(seconds=1)) == 0

    assert queue.relay(at=row.run_at) == 1
    assert in_redis() == [queue.job_id(row.id)]


def test_each_queue_says_how_much_waits_and_for_how_long(db):
    promise(1, queue="bulk")
    at = only_row().run_at

    assert queue.waiting(at=at + timedelta(seconds=90)) == {
        "prompt": (0, 0.0),
        "default": (0, 0.0),
        "bulk": (1, 90.0),
    }


def test_done_jobs_are_forgotten_after_days_and_failed_ones_are_not(db, done):
    jobs.run(str(promise(1).id))
    with transaction():
        enqueue("tests.note", 2)
    queue.fail(queue.claim(rows()[1].id, at=now()), "no", at=now(), for_good=True)

    assert queue.forget(at=now()) == 0
    assert queue.forget(at=now() + queue.KEEP_DONE + timedelta(hours=1)) == 1
    assert only_row().rests


def test_the_web_knows_for_which_queues_a_worker_is_there(app):
    with pytest.raises(RuntimeError):
        queue._a_worker_is_alive()

    heartbeat.beat(queue.connection(), ["prompt", "bulk"], "one")
    assert served() == {"prompt", "bulk"}
    queue._a_worker_is_alive()
    assert 0 < queue.connection().ttl("eventflow:worker:prompt") <= 30

    heartbeat.beat(queue.connection(), ["bulk"], "another")
    heartbeat.stop(queue.connection(), ["prompt", "bulk"], "one")
    assert served() == {"bulk"}
