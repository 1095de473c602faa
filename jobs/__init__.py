"""What the worker does: shells over the verbs, one module for each capability.

A job is named "<module>.<function>" ("sales.confirm_order"), is handed ids, does one thing, and is
safe to run twice. `run` is what RQ executes: it takes the promised row, does the work as the
tenant that promised it and under the request that caused it, and notes how it ended.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any, TypeVar

from eventflow import metrics, queue
from eventflow.db import now
from eventflow.logs import bound_request_id
from eventflow.masking import masked
from eventflow.tenancy import acting_for
from jobs.patience import patiently

Work = TypeVar("Work", bound=Callable[..., Any])

log = logging.getLogger(__name__)

_registry: dict[str, Callable[..., Any]] = {}


class UnknownJob(LookupError):
    """Promised under a name that nothing here answers to."""


class GiveUp(Exception):
    """Trying this job again by itself can't help: it rests until somebody has seen to it."""


def job(work: Work) -> Work:
    """Register a function of `jobs/<module>.py` as the job "<module>.<function>"."""
    module = work.__module__.removeprefix("jobs.")
    _registry[f"{module}.{work.__name__}"] = work
    return work


def find(name: str) -> Callable[..., Any]:
    """The function of this name; UnknownJob if there is none."""
    module = name.partition(".")[0]
    if name not in _registry and find_spec(f"jobs.{module}"):
        import_module(f"jobs.{module}")
    if name not in _registry:
        raise UnknownJob(f"There is no job called {name}.")
    return _registry[name]


def run(outbox_id: str) -> None:
    """Do what was promised, unless it is done or somebody is at it. The worker provides the app."""
    row = patiently(lambda: queue.claim(uuid.UUID(outbox_id), at=now()))
    if row is None:
        return
    with (
        bound_request_id(row.request_id or None, job=row.job, attempt=row.attempts),
        queue.leased(row),
        _timed(row.job) as outcome,
    ):
        try:
            with acting_for(row.tenant_id):
                find(row.job)(*row.args)
        except Exception as error:
            outcome.append(_failed(row, error))
        else:
            outcome.append("done")
            patiently(lambda: queue.finish(row, at=now()))


def run_recurring(name: str) -> None:
    """Do recurring work once. It isn't tried again when it fails: its next turn comes."""
    module, _dot, function = name.partition(".")
    work = getattr(import_module(f"jobs.{module}"), function)
    with bound_request_id(None, job=name), _timed(name, logging.DEBUG) as outcome:
        try:
            with acting_for(None):
                work()
        except Exception:
            log.exception("recurring work failed")
            outcome.append("failed")
        else:
            outcome.append("done")


def _failed(row: queue.OutboxJob, error: Exception) -> str:
    failure = masked(f"{type(error).__name__}: {error}")
    for_good = isinstance(error, GiveUp)
    again = patiently(lambda: queue.fail(row, failure, at=now(), for_good=for_good))
    if again:
        log.warning("the job failed and will be tried again", exc_info=error)
        return "failed"
    log.error("the job failed and rests until it is retried by hand", exc_info=error)
    return "given up"


@contextmanager
def _timed(name: str, level: int = logging.INFO) -> Iterator[list[str]]:
    started = perf_counter()
    outcome: list[str] = []
    try:
        yield outcome
    finally:
        took = perf_counter() - started
        ended = outcome[-1] if outcome else "lost"
        metrics.job_done(name, ended, took)
        log.log(
            level if ended == "done" else logging.WARNING,
            "job %s %s in %.0f ms",
            name,
            ended,
            took * 1000,
        )
