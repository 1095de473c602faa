"""Figures: the counters and timers themselves, and reading them over all processes.

Imported by `eventflow.metrics` when the first thing is counted and not before: the library below
decides on import where it keeps its figures.

Processes of several containers may share the folder, so a process is known by its host and its
number there; and that it lives is a lock, which the kernel lets go of when it doesn't.
"""

import fcntl
import os
import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
JOB_BUCKETS = (0.05, 0.25, 1.0, 5.0, 30.0, 120.0)
LAG_BUCKETS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)

Gauge = tuple[str, str, str, float | Mapping[str, float]]
"""Name, help, the label's name or nothing, and what was measured."""


def _folder() -> Path | None:
    """Where processes share their figures; nowhere when there is only this one."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


_SHARED = _folder()
_HOST = re.sub(r"[^\w.-]", "-", platform.node()) or "host"
_alive: dict[int, IO[str]] = {}


def _this_process() -> str:
    number = os.getpid()
    name = f"{_HOST}-{number}"
    if _SHARED is not None and number not in _alive:
        # Nobody looks who is gone meanwhile. A parent's lock stays its own when we forget it.
        with _alone(_SHARED):
            _alive.clear()
            _alive[number] = (_SHARED / f"{name}.alive").open("w")
            fcntl.flock(_alive[number], fcntl.LOCK_EX)
    return name


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "reading.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Decided again here, in case something else imported the library before the folder was known.
values.ValueClass = (
    values.MultiProcessValue(_this_process) if _SHARED is not None else values.MutexValue
)

FAMILIES: dict[str, Any] = {
    "requests": Histogram(
        "eventflow_request_seconds",
        "Time from a request's first hook to its answer",
        ["route", "method", "status"],
        buckets=REQUEST_BUCKETS,
    ),
    "holds_placed": Counter("eventflow_holds_placed", "Holds placed"),
    "hold_refusals": Counter(
        "eventflow_hold_refusals", "Holds refused, by the code of the refusal", ["reason"]
    ),
    "orders": Counter("eventflow_orders", "Orders that reached a state", ["state"]),
    "payments": Counter(
        "eventflow_payments", "Reports of payments, by outcome", ["provider", "outcome"]
    ),
    "webhook_lag": Histogram(
        "eventflow_webhook_lag_seconds",
        "From an event at the payment provider to its effect here",
        ["provider"],
        buckets=LAG_BUCKETS,
    ),
    "checkins": Counter("eventflow_checkins", "Scans at the door, by result", ["result"]),
    "jobs": Histogram(
        "eventflow_job_seconds",
        "Time a job took, by how it ended",
        ["job", "outcome"],
        buckets=JOB_BUCKETS,
    ),
    "rate_limited": Counter(
        "eventflow_rate_limited", "Requests refused by a rate limit", ["limit"]
    ),
}


def told(gauges: list[Gauge]) -> bytes:
    """Everything, in the words of Prometheus."""
    with _registry() as registry:
        registry.register(_Measured(gauges))
        return generate_latest(registry)


class _Measured:
    def __init__(self, gauges: list[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Any]:
        for name, meaning, label, figures in self._gauges:
            family = GaugeMetricFamily(name, meaning, labels=[label] if label else [])
            if isinstance(figures, Mapping):
                for value, figure in figures.items():
                    family.add_metric([value], figure)
            else:
                family.add_metric([], figures)
            yield family


@contextmanager
def _registry() -> Iterator[Any]:
    registry = CollectorRegistry()
    if _SHARED is None:
        for family in FAMILIES.values():
            registry.register(family)
        yield registry
        return
    # Nobody reads while somebody folds: a figure read in both places would look like a jump.
    with _alone(_SHARED):
        _fold_the_gone(_SHARED)
        MultiProcessCollector(registry, path=str(_SHARED))
        yield registry


def _fold_the_gone(folder: Path) -> None:
    """Add what processes that are gone have counted to one file, and remove theirs."""
    names = {path.stem.partition("_")[2] for path in folder.glob("*_*.db")} - {"gone"}
    for name in filter(lambda name: _is_gone(folder, name), names):
        for kind in ("counter", "histogram"):
            path = folder / f"{kind}_{name}.db"
            if path.exists():
                _add(path, folder / f"{kind}_gone.db")
                path.unlink()
        (folder / f"{name}.alive").unlink(missing_ok=True)


def _add(path: Path, to: Path) -> None:
    sums = MmapedDict(str(to))
    for key, value, _at, _position in MmapedDict.read_all_values_from_file(str(path)):
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()


def _is_gone(folder: Path, name: str) -> bool:
    try:
        with (folder / f"{name}.alive").open() as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
