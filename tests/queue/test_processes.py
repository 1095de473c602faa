"""The worker and the scheduler as processes: killed, cut off, asked to stop."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from eventflow import queue
from eventflow.config import Settings
from eventflow.db import transaction
from eventflow.queue import enqueue
from tests.queue.conftest import in_redis, only_row, served
from tests.queue.line import Line

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds, for a machine that is busy with other things. What these tests say is that it
happens at all; none of them is about how fast."""


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a Python module as a process of its own, in the settings of the tests."""
    processes: list[subprocess.Popen] = []

    def start(*arguments: str, **changed: str) -> subprocess.Popen:
        known = {field.name: getattr(settings, field.name) for field in fields(settings)}
        given = {name: str(value) for name, value in known.items() if value is not None}
        given |= {"LOG_LEVEL": "INFO", "PYTHONPATH": str(ROOT)} | changed
        with (tmp_path / f"{len(processes)}.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env={**os.environ, **given},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
    for log in sorted(tmp_path.glob("*.log")):
        print(log.read_text())


def seen(key: str) -> int:
    return int(queue.connection().get(key) or 0)


def is_done() -> bool:
    return only_row().done_at is not None


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    parts = urlsplit(url)
    line = Line(parts.port or 0)
    netloc = parts.netloc.replace(f":{parts.port}", f":{line.port}")
    try:
        yield line, parts._replace(netloc=netloc).geturl()
    finally:
        line.cut()


def test_a_job_outlives_the_worker_that_was_killed_with_it(db, start):
    with transaction():
        enqueue("tests.linger", "job", queue="prompt")
    victim = start("tests.queue.lingering_worker", "prompt")
    until(lambda: seen("began:job") == 1)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert not is_done()

    queue.connection().set("go:job", 1)
    start("tests.queue.lingering_worker", "default", "bulk", "prompt")
    start("jobs.scheduler")
    until(is_done)

    assert seen("began:job") == 2
    assert seen("ended:job") == 1
    assert only_row().attempts == 2


def test_a_worker_asked_to_stop_finishes_what_it_is_at(db, start):
    with transaction():
        enqueue("tests.linger", "job", queue="prompt")
    worker = start("tests.queue.lingering_worker", "prompt")
    until(lambda: seen("began:job") == 1)
    assert served() == {"prompt"}

    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGTERM)
    queue.connection().set("go:job", 1)

    assert worker.wait(PATIENCE) == 0
    assert is_done()
    assert seen("ended:job") == 1
    assert served() == set()


def test_worker_and_scheduler_outlive_redis_and_postgresql_being_away(db, settings, start):
    def promise() -> None:
        with transaction():
            enqueue("tests.linger", "job", queue="prompt")

    def all_done() -> bool:
        return seen("ended:job") == promised and queue.waiting(at=queue.now())["prompt"][0] == 0

    queue.connection().set("go:job", 1)
    with (
        line_to(settings.REDIS_URL) as (to_redis, redis_url),
        line_to(settings.DATABASE_URL) as (to_database, database_url),
    ):
        worker = start(
            "tests.queue.lingering_worker",
            "prompt",
            REDIS_URL=redis_url,
            DATABASE_URL=database_url,
        )
        scheduler = start("jobs.scheduler", REDIS_URL=redis_url, DATABASE_URL=database_url)
        promise()
        promised = 1
        until(all_done)

        to_redis.cut()
        # Told to a Redis that then loses it.
        promise()
        queue.connection().delete("rq:queue:prompt")
        promised = 2
        to_redis.mend()
        until(all_done)

        to_database.cut()
        promise()
        promised = 3
        until(lambda: in_redis("prompt") == [])
        to_database.mend()
        until(all_done)

        for process in (worker, scheduler):
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
        assert [worker.wait(PATIENCE), scheduler.wait(PATIENCE)] == [0, 0]
