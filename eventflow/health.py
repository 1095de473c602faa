"""Health: whether this process serves, and whether it can do its work.

`/healthz` asks nothing but the process itself. `/readyz` runs every registered check at once,
none for longer than its time-out, and is 503 while one fails. Both answer on any host, since
probes come by address.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, perf_counter

from flask import Blueprint, Flask, Response, current_app, jsonify

ENDPOINTS = frozenset({"health.live", "health.ready"})
"""Served on any host, without a tenant."""

REMEMBER_FOR = 1.0
"""Seconds. However many probes ask, the database is asked this seldom."""

Check = Callable[[], object]

log = logging.getLogger(__name__)
bp = Blueprint("health", __name__)


@dataclass
class _Result:
    name: str
    ok: bool = False
    failure: str = "no answer in time"
    milliseconds: float | None = None


@dataclass
class _Checks:
    """What to ask, what was last found, and what has not answered yet."""

    checks: dict[str, tuple[Check, float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    found: list[_Result] = field(default_factory=list)
    found_at: float = float("-inf")
    waiting: dict[str, threading.Thread] = field(default_factory=dict)


def init_app(app: Flask) -> None:
    app.extensions["health"] = _Checks()
    app.register_blueprint(bp)


def register_check(app: Flask, name: str, check: Check, *, timeout: float = 2.0) -> None:
    """Ask this before saying "ready". The check raises when something is wrong; it runs in a
    thread of its own, in an application context."""
    _of(app).checks[name] = (check, timeout)


@bp.get("/healthz")
def live() -> Response:
    return _uncached(jsonify({"status": "ok"}))


@bp.get("/readyz")
def ready() -> Response:
    results = results_now(current_app._get_current_object())  # type: ignore[attr-defined]
    all_well = all(result.ok for result in results)
    response = jsonify(
        {
            "status": "ready" if all_well else "not ready",
            "checks": {result.name: _told(result) for result in results},
            "failed": [result.name for result in results if not result.ok],
        }
    )
    response.status_code = 200 if all_well else 503
    if not all_well:
        response.headers["Retry-After"] = "2"
    return _uncached(response)


def results_now(app: Flask) -> list[_Result]:
    """The result of every check, at most REMEMBER_FOR seconds old."""
    state = _of(app)
    with state.lock:
        if monotonic() - state.found_at > REMEMBER_FOR:
            state.found = _run_all(app, state)
            state.found_at = monotonic()
        return state.found


def _run_all(app: Flask, state: _Checks) -> list[_Result]:
    results = {name: _Result(name) for name in state.checks}
    for name, (check, _timeout) in state.checks.items():
        # One that hangs is not asked again until it has answered: probes must not pile up.
        if (earlier := state.waiting.get(name)) is None or not earlier.is_alive():
            thread = threading.Thread(
                target=_run,
                args=(app, check, results[name]),
                name=f"check-{name}",
                daemon=True,
            )
            state.waiting[name] = thread
            thread.start()
    began = monotonic()
    for name, (_check, timeout) in state.checks.items():
        state.waiting[name].join(max(0.0, began + timeout - monotonic()))
    # Copies: a check that answers late must not change what was said.
    final = [_Result(**vars(result)) for result in results.values()]
    for result in final:
        if not result.ok:
            log.warning("not ready: %s: %s", result.name, result.failure)
    return final


def _run(app: Flask, check: Check, result: _Result) -> None:
    started = perf_counter()
    try:
        with app.app_context():
            check()
    except Exception as error:
        result.failure = f"{type(error).__name__}: {error}".strip()[:300]
    else:
        result.ok, result.failure = True, ""
    result.milliseconds = round((perf_counter() - started) * 1000, 1)


def _told(result: _Result) -> dict[str, object]:
    # Only the kind of failure: the page is public, and messages name hosts and accounts.
    told: dict[str, object] = {"ok": result.ok, "ms": result.milliseconds}
    if not result.ok:
        told["failure"] = result.failure.split(":")[0]
    return told


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _of(app: Flask) -> _Checks:
    return app.extensions["health"]
