"""Logs: one JSON object a line, each with the request it belongs to and nobody's address in it.

The promise kept here is that personal data and secrets do not reach the log, whichever way a
line comes: from any logger, as a traceback, as the access line. Everything goes through `masked`
on its way out.

`request_id()` names the request (or the job that request caused) anywhere in the code, with or
without Flask.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_hex
from time import perf_counter
from traceback import format_exception
from types import MappingProxyType
from typing import Any

from flask import Flask, Request, Response, g, request

from eventflow.masking import masked, masked_value

QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines: worth a line only to those who debug."""

STARTED_AT = "eventflow.started_at"
"""Where in the WSGI environment the moment is kept at which a request came in."""

_SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_OUTSIDE = "eventflow.bound_outside"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_bound: ContextVar[Mapping[str, Any]] = ContextVar("bound", default=_NOTHING)
_LEVELS = {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}

_encode = json.JSONEncoder(default=str).encode
_level = logging.INFO
_to_stderr = False


def init_app(app: Flask) -> None:
    """Name each request, log it when it is answered. Call before any other hook is set."""
    configure(app.config.get("LOG_LEVEL", "INFO"), stderr="FLASK_RUN_FROM_CLI" in os.environ)
    believes_proxy = app.config.get("TRUSTED_PROXIES", 0) > 0

    @app.before_request
    def name_request() -> None:
        environ = request.environ
        environ[STARTED_AT] = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID") if believes_proxy else None
        if given is None or not _SANE_REQUEST_ID.fullmatch(given):
            given = token_hex(12)
        environ[_OUTSIDE] = _bound.get()
        _bound.set({"request_id": given})

    @app.teardown_request
    def forget_request(_error: BaseException | None) -> None:
        _bound.set(request.environ.get(_OUTSIDE, _NOTHING))

    @app.after_request
    def log_request(response: Response) -> Response:
        response.headers["X-Request-ID"] = request_id() or ""
        asked = request._get_current_object()  # type: ignore[attr-defined]
        level = logging.DEBUG if asked.environ.get("PATH_INFO") in QUIET_PATHS else logging.INFO
        if level >= _level:
            _write(_line(_access(asked, response), level))
        return response


def configure(level: str = "INFO", *, stderr: bool = False) -> None:
    """Send every logger's lines through here. Commands keep standard output for their results."""
    global _level, _to_stderr
    _level = logging.getLevelNamesMapping()[level.upper()]
    _to_stderr = stderr
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, _Handler)]:
        root.removeHandler(handler)
    root.addHandler(_Handler())
    root.setLevel(_level)
    # These tell at INFO what the access line and the payments' own records already say.
    for talkative in ("werkzeug", "stripe", "alembic"):
        logging.getLogger(talkative).setLevel(max(logging.WARNING, _level))


def access(request_id: str, rule: str, status: int, seconds: float, *, tenant: str) -> None:
    """The line of a request that was answered in the fast lane."""
    if _level > logging.INFO:
        return
    _write(
        _line(
            {
                "request_id": request_id,
                "event": "request",
                "method": "GET",
                "route": rule,
                "status": status,
                "duration_ms": round(seconds * 1000, 2),
                "tenant": tenant,
            },
            logging.INFO,
        )
    )


def request_id() -> str | None:
    """The id of the request being served, or of the one that caused the job at hand."""
    return _bound.get().get("request_id")


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Say these values on every line logged inside."""
    token = _bound.set({**_bound.get(), **values})
    try:
        yield
    finally:
        _bound.reset(token)


@contextmanager
def bound_request_id(request_id: str | None, **values: Any) -> Iterator[None]:
    """For a job: log under the request that caused it, or under an id of its own."""
    with bound(request_id=request_id or token_hex(12), **values):
        yield


def tenant_slug() -> str | None:
    """The tenant of this request, for telling and never for deciding."""
    tenant = g.get("tenant")
    if tenant is None:
        return None
    # From the instance's own dictionary where it has one: asking an expired row for its slug
    # would make a query out of a log line.
    own = getattr(tenant, "__dict__", None)
    return getattr(tenant, "slug", None) if own is None else own.get("slug")


def _access(request: Request, response: Response) -> dict[str, Any]:
    rule = request.url_rule
    started = request.environ.get(STARTED_AT)
    event: dict[str, Any] = {
        "event": "request",
        "method": request.method if rule else masked(request.method[:20]),
        # The rule and not the path: holds, orders and links carry their secret in the path.
        "route": rule.rule if rule else None,
        "status": response.status_code,
    }
    if started is not None:
        event["duration_ms"] = round((perf_counter() - started) * 1000, 2)
    if rule is None:
        event["path"] = masked(request.path[:200])
    if (slug := tenant_slug()) is not None:
        event["tenant"] = slug
    return event


class _Handler(logging.Handler):
    """Takes what the loggers say."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            said = masked_value({**_around(), "event": record.getMessage(), "logger": record.name})
            error = record.exc_info[1] if record.exc_info else None
            if error is not None:
                # Without the locals: they are where the addresses and the keys are.
                said["exception"] = masked("".join(format_exception(error)))
        except Exception as error:  # whatever it is: the standard library asks this of a handler
            # Not what it was to say of whom: that would go out as it is.
            line = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
            said = {
                "event": masked(f"a line of {record.name} could not be written: {line}"),
                "exception": type(error).__name__,
            }
        _write(_line(said, record.levelno))


def _around() -> dict[str, Any]:
    """Where a line was said: filled in for lines other than the access line's own."""
    if not g:
        return {}
    around = {}
    if (slug := tenant_slug()) is not None:
        around["tenant"] = slug
    if request and request.url_rule is not None:
        around["method"] = request.method
        around["route"] = request.url_rule.rule
    return around


def _line(event: dict[str, Any], level: int) -> str:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return _encode({"at": at, "level": _LEVELS.get(level, "info"), **_bound.get(), **event})


def _write(line: str) -> None:
    stream = sys.stderr if _to_stderr else sys.stdout
    try:
        stream.write(line + "\n")
        stream.flush()
    except (OSError, ValueError):
        # A full disk or a closed pipe is no reason to refuse a buyer.
        return
