"""The worker: `python -m jobs.worker default bulk prompt`, the queues in order of urgency.

It does one job at a time in its own process: a fork would cost more than most jobs. It outlives
Redis and PostgreSQL being away; asked to stop, it finishes the job in its hands first.
"""

import logging
import os
import signal
import sys
import threading
import time
import uuid
from contextlib import suppress
from types import FrameType
from typing import Any

import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.queue import Queue
from rq.worker.base import WorkerStatus

from eventflow import create_app, heartbeat, queue

log = logging.getLogger(__name__)

IDLE = 15
"""Seconds after which an idle worker looks up, even if Redis went away without a word."""

SIGN_EVERY = 3.0
LONGEST_PAUSE = 2.0


class Stop:
    """Handles the signals that ask to stop: at once when idle, after the job otherwise."""

    def __init__(self) -> None:
        self.asked = False
        self.working_since: float | None = None

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        first, self.asked = not self.asked, True
        if first and self.working_since is None:
            raise StopRequested

    def is_stuck(self) -> bool:
        """Whether the job at hand has taken longer than any may, in spite of its time-out."""
        since = self.working_since
        return since is not None and time.monotonic() - since > max(queue.TIMEOUTS.values()) + 30


class Worker(SimpleWorker):
    """RQ's loop, in our application, with nothing in it that can't do without Redis for a while."""

    max_connection_wait_time = LONGEST_PAUSE

    def __init__(self, app: Flask, stop: Stop, queues: list[str], **options: Any) -> None:
        super().__init__(queues, worker_ttl=IDLE + 15, log_job_description=False, **options)
        self.app = app
        self.stop = stop
        self.log_result_lifespan = False

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        # Not RQ's own: that one sets up logging in another form, and subscribes to commands in a
        # thread and a connection of its own, which nobody here gives.
        self.register_birth()
        self.set_state(WorkerStatus.STARTED)

    def _install_signal_handlers(self) -> None:
        self.stop.listen()

    def check_for_suspension(self, burst: bool) -> None:
        if self.stop.asked:
            raise StopRequested

    def execute_job(self, job: Job, queue: Queue) -> None:
        self.stop.working_since = time.monotonic()
        try:
            with self.app.app_context():
                super().execute_job(job, queue)
        finally:
            self.stop.working_since = None


def main(queues: list[str]) -> int:
    if not queues or not set(queues) <= set(queue.QUEUES):
        print(f"usage: python -m jobs.worker {' '.join(queue.QUEUES)}", file=sys.stderr)
        return 2
    app = create_app()
    rq_log = logging.getLogger("rq.worker")
    rq_log.setLevel(logging.WARNING)
    rq_log.addFilter(_calmly)
    stop = Stop()
    stop.listen()
    name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    over = threading.Event()
    signs = threading.Thread(
        target=_give_signs, args=(app, queues, name, stop, over), daemon=True, name="signs"
    )
    signs.start()
    log.info("working on %s", ", ".join(queues))
    with suppress(StopRequested):
        _work(app, stop, queues)
    over.set()
    signs.join(timeout=5)
    log.info("stopped")
    return 0


def _work(app: Flask, stop: Stop, queues: list[str]) -> None:
    """Work until asked to stop. RQ's loop ends when Redis goes away at a bad moment: begin anew."""
    # A connection of its own: RQ changes its time-outs to fit its waiting.
    client = redis.Redis.from_url(
        app.config["REDIS_URL"],
        socket_connect_timeout=1,
        socket_keepalive=True,
        retry=Retry(NoBackoff(), 1),
    )
    pause = 0.2
    while not stop.asked:
        began = time.monotonic()
        try:
            Worker(app, stop, queues, connection=client).work()
        except redis.RedisError as error:
            log.warning("redis is away: %s", error)
        if stop.asked:
            return
        pause = 0.2 if time.monotonic() - began > 10 else min(2 * pause, LONGEST_PAUSE)
        time.sleep(pause)


def _calmly(record: logging.LogRecord) -> bool:
    """RQ tells of Redis going away with a traceback. A line will do."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, redis.RedisError):
        record.levelno, record.exc_info = logging.WARNING, None
        record.msg, record.args = "redis is away: %s", (error,)
    return True


def _give_signs(
    app: Flask, queues: list[str], name: str, stop: Stop, over: threading.Event
) -> None:
    with app.app_context():
        while True:
            try:
                if over.is_set():
                    heartbeat.stop(queue.connection(), queues, name)
                    return
                if not stop.is_stuck():
                    heartbeat.beat(queue.connection(), queues, name)
            except redis.RedisError as error:
                log.debug("no sign of life could be given: %s", error)
                if over.is_set():
                    return
            over.wait(SIGN_EVERY)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
