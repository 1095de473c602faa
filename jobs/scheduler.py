"""The scheduler: `python -m jobs.scheduler` keeps `jobs/schedule.py`, on RQ's own CronScheduler.

It outlives Redis and PostgreSQL being away, and any number of them may run: telling RQ twice of
the same work does no harm.
"""

import logging
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import redis
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.cron import CronJob, CronScheduler
from rq.exceptions import StopRequested
from rq.job import Job
from sqlalchemy.exc import DBAPIError

import jobs
from eventflow import create_app, queue
from eventflow.db import now
from jobs.schedule import RELAY_EVERY, SCHEDULE, Recurring

log = logging.getLogger(__name__)

LONGEST_PAUSE = 2.0


class Turn(CronJob):
    """One line of the schedule. While a turn of it waits for a worker, no other joins it."""

    def enqueue(self, connection: Redis) -> Job:
        waiting = Queue(self.queue_name, connection=connection)
        job_id = f"recurring-{self.args[0].replace('.', '-')}"
        if waiting.get_job_position(job_id) is not None and (job := waiting.fetch_job(job_id)):
            return job
        return waiting.enqueue(self.func_name, *self.args, job_id=job_id, **self.job_options)


class Scheduler(CronScheduler):
    """RQ's loop, with the relay in it."""

    def __init__(self, app: Flask, connection: Redis) -> None:
        super().__init__(connection=connection)
        self.app = app
        self.database_is_away = False

    def keep(self, schedule: Sequence[Recurring]) -> None:
        for line in schedule:
            self._cron_jobs.append(
                Turn(
                    line.queue,
                    jobs.run_recurring,
                    args=(line.work,),
                    name=line.work,
                    interval=line.every,
                    job_timeout=queue.TIMEOUTS[line.queue],
                    result_ttl=0,
                    failure_ttl=3600,
                )
            )

    def enqueue_jobs(self) -> list[CronJob]:
        self._relay()
        return super().enqueue_jobs()

    def calculate_sleep_interval(self) -> float:
        return min(super().calculate_sleep_interval(), RELAY_EVERY)

    def _relay(self) -> None:
        try:
            with self.app.app_context():
                if told := queue.relay(at=now()):
                    log.info("told of %s jobs that were late or lost", told)
        except DBAPIError as error:
            # Said once, not every two seconds.
            if not self.database_is_away:
                log.warning("the database is away: %s", error.orig)
            self.database_is_away = True
        else:
            self.database_is_away = False


def main() -> int:
    app = create_app()
    logging.getLogger("rq.cron").setLevel(logging.WARNING)
    client = Redis.from_url(
        app.config["REDIS_URL"],
        socket_connect_timeout=1,
        socket_timeout=5,
        retry=Retry(NoBackoff(), 1),
    )
    scheduler = Scheduler(app, client)
    scheduler._install_signal_handlers()
    scheduler.keep(SCHEDULE)
    log.info("keeping the schedule")
    with suppress(StopRequested):
        _run(scheduler)
    log.info("stopped")
    return 0


def _run(scheduler: Scheduler) -> None:
    pause = 0.2
    while True:
        began = time.monotonic()
        try:
            scheduler.start()
            return
        except redis.RedisError as error:
            log.warning("redis is away: %s", error)
        pause = 0.2 if time.monotonic() - began > 10 else min(2 * pause, LONGEST_PAUSE)
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(main())
