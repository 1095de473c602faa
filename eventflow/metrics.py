"""Metrics for Prometheus: what was counted in this process's life, and what is measured when asked.

Capabilities count by calling the functions below; what has to be looked up (the age of a queue)
is a gauge they register, asked only when somebody reads `/metrics`.

Several processes serve and work at once, so each keeps its figures in files of its own, in
`EVENTFLOW_VAR/metrics` unless PROMETHEUS_MULTIPROC_DIR says otherwise, and whoever is asked adds
up those of all that share it. The files of a process that died are folded into one, so no count
ever falls.
"""

import logging
import os
from collections.abc import Callable, Mapping
from functools import cache
from hmac import compare_digest
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request

from eventflow.logs import STARTED_AT

ENDPOINTS = frozenset({"metrics.show"})
"""Served on the base host and by bare address, without a tenant."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Figures = float | Mapping[str, float]

log = logging.getLogger(__name__)
bp = Blueprint("metrics", __name__)

_timed: dict[tuple[str, str, int], Any] = {}
_counted: dict[tuple[str, ...], Any] = {}


def init_app(app: Flask) -> None:
    app.extensions["gauges"] = {}
    app.register_blueprint(bp)
    if app.config["EVENTFLOW_ENV"] != "testing" and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        # Before the library is first imported: that is when it decides where figures are kept.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(app.config["EVENTFLOW_VAR"]) / "metrics")

    @app.after_request
    def time_request(response: Response) -> Response:
        started = request.environ.get(STARTED_AT)
        if started is not None:
            rule = request.url_rule
            request_took(
                rule.rule if rule else "",
                request.method,
                response.status_code,
                perf_counter() - started,
            )
        return response


def request_took(rule: str, method: str, status: int, seconds: float) -> None:
    key = (rule, method, status // 100)
    timer = _timed.get(key)
    if timer is None:
        timer = _timer(*key)
    timer.observe(seconds)


# What capabilities count


def hold_placed() -> None:
    _count("holds_placed")


def hold_refused(reason: str) -> None:
    """`reason` is one of the codes of the contract: sold_out, seat_taken, sale_not_open …"""
    _count("hold_refusals", reason)


def order_reached(state: str) -> None:
    _count("orders", state)


def payment(provider: str, outcome: str) -> None:
    _count("payments", provider, outcome)


def webhook_received(provider: str, lag: float) -> None:
    """`lag`: seconds from the event at the provider to its effect here."""
    _figures().FAMILIES["webhook_lag"].labels(provider).observe(max(0.0, lag))


def checked_in(result: str) -> None:
    _count("checkins", result)


def job_done(job: str, outcome: str, seconds: float) -> None:
    _figures().FAMILIES["jobs"].labels(job, outcome).observe(seconds)


def rate_limited(limit: str) -> None:
    _count("rate_limited", limit)


def register_gauge(
    app: Flask, name: str, help: str, measure: Callable[[], Figures], *, label: str = ""
) -> None:
    """Show a figure that is looked up when asked: one number, or one for each value of `label`."""
    app.extensions["gauges"][name] = (help, measure, label)


@bp.get("/metrics")
def show() -> Response:
    if not _on_base_host():
        abort(404)
    if not _may_read():
        abort(401)
    text = _figures().told(_measured())
    return Response(
        text,
        content_type="text/plain; version=0.0.4; charset=utf-8",
        headers={"Cache-Control": "no-store"},
    )


def _measured() -> list[tuple[str, str, str, Figures]]:
    found = []
    for name, (meaning, measure, label) in current_app.extensions["gauges"].items():
        try:
            found.append((name, meaning, label, measure()))
        except Exception as error:
            # One that cannot be measured must not hide the others: it is missing, and said.
            log.warning("the gauge %s could not be measured: %r", name, error)
    return found


def _on_base_host() -> bool:
    if request.host == current_app.config["BASE_DOMAIN"]:
        return True
    name = request.host.rsplit(":", 1)[0].strip("[]")
    return name == "localhost" or _is_address(name)


def _may_read() -> bool:
    """In production: who shows METRICS_TOKEN, or asks from this very machine."""
    if current_app.config["EVENTFLOW_ENV"] != "production":
        return True
    if token := current_app.config.get("METRICS_TOKEN"):
        given = request.headers.get("Authorization", "")
        if compare_digest(given.encode(), f"Bearer {token}".encode()):
            return True
    # A proxy on this machine is no reader on this machine.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    return _is_address(request.remote_addr or "", loopback=True)


def _count(name: str, *labels: str) -> None:
    key = (name, *labels)
    counter = _counted.get(key)
    if counter is None:
        family = _figures().FAMILIES[name]
        counter = _counted[key] = family.labels(*labels) if labels else family
    counter.inc()


def _timer(rule: str, method: str, hundreds: int) -> Any:
    # What has no route and no known method is counted together: anybody can make up another.
    known = method if method in METHODS else "other"
    timer = _figures().FAMILIES["requests"].labels(rule or "none", known, f"{hundreds}xx")
    if rule and method in METHODS:
        _timed[(rule, method, hundreds)] = timer
    return timer


def _is_address(name: str, *, loopback: bool = False) -> bool:
    try:
        address = ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or not loopback


@cache
def _figures() -> ModuleType:
    # Not before something is counted; see there.
    return import_module("eventflow.figures")
