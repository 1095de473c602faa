"""The fast lane: what is the same for everybody, answered again before anything else is asked.

When thousands look at one page in the same second, each of them gets the answer that the first got,
for a quarter of a second, without a look at routes, tenants or sessions. Only answers of
`shared_pages` may travel here; they depend on nothing but the address, the host, the language and
whether gzip is read, and those are the key. Each answer still has a request id of its own, is
logged and is counted. With what `availability` and `shared_pages` allow themselves, nothing shown
is older than two seconds: a page of which a newer one is being made travels here for a moment only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic, perf_counter
from typing import Any

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from eventflow import logs, metrics

SHARED = "eventflow.shared"
"""Set in the environment of a request by whoever answers it with something for everybody."""
FRESH = 0.25
"""Seconds."""
BRIEFLY = 0.05
"""Seconds for an answer that is about to be another."""
MOST = 500

Environ = dict[str, Any]
Headers = list[tuple[str, str]]

_OWN = ("x-request-id", "content-length", "date", "set-cookie", "content-type")


@dataclass(frozen=True, slots=True)
class _Kept:
    until: float
    etag: str
    headers: Headers
    content_type: tuple[str, str]
    body: bytes
    rule: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What an answer for everybody says of itself."""

    etag: str
    rule: str
    tenant: str
    is_newest: bool = True


class FastLane:
    """Around the whole application."""

    def __init__(self, wsgi_app: Any) -> None:
        self._wsgi_app = wsgi_app
        self._kept: dict[tuple[str, ...], _Kept] = {}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        key = _key(environ)
        if key is None:
            return self._wsgi_app(environ, start_response)
        kept = self._kept.get(key)
        if kept is not None and monotonic() < kept.until:
            return _answer(kept, environ, start_response)
        return self._ask(key, environ, start_response)

    def _ask(self, key: tuple[str, ...], environ: Environ, start_response: Any) -> Iterable[bytes]:
        told: list[Any] = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> Any:
            told[:] = status, list(headers)
            return start_response(status, headers, exc_info)

        answer = self._wsgi_app(environ, start)
        shared: Shared | None = environ.get(SHARED)
        if shared is None or not told or not told[0].startswith("200"):
            return answer
        body = b"".join(answer)
        if len(self._kept) >= MOST:
            self._kept.clear()
        headers = told[1]
        self._kept[key] = _Kept(
            monotonic() + (FRESH if shared.is_newest else min(FRESH, BRIEFLY)),
            shared.etag,
            [header for header in headers if header[0].lower() not in _OWN],
            next(header for header in headers if header[0].lower() == "content-type"),
            body,
            shared.rule,
            shared.tenant,
        )
        return ClosingIterator([body], getattr(answer, "close", None))


def init_app(app: Flask) -> None:
    """Call last: it goes around all that others have put around the application."""
    app.wsgi_app = FastLane(app.wsgi_app)  # type: ignore[method-assign]


def _key(environ: Environ) -> tuple[str, ...] | None:
    """What an answer for everybody depends on; None for what never goes this way."""
    if (
        environ["REQUEST_METHOD"] != "GET"
        or environ.get("QUERY_STRING")
        or "HTTP_AUTHORIZATION" in environ
        # A reader's own choice of language is a cookie; the session's cookie changes nothing here.
        or "lang=" in environ.get("HTTP_COOKIE", "")
        or "HTTP_RANGE" in environ
    ):
        return None
    get = environ.get
    return (
        get("HTTP_HOST", ""),
        environ["PATH_INFO"],
        get("HTTP_ACCEPT_ENCODING", ""),
        get("HTTP_ACCEPT_LANGUAGE", ""),
        get("HTTP_ACCEPT", ""),
        get("HTTP_HX_REQUEST", ""),
    )


def _answer(kept: _Kept, environ: Environ, start_response: Any) -> Iterable[bytes]:
    started = perf_counter()
    request_id = token_hex(12)
    headers = [*kept.headers, ("X-Request-ID", request_id)]
    if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        status, body = 304, b""
        start_response("304 NOT MODIFIED", headers)
    else:
        status, body = 200, kept.body
        start_response("200 OK", [*headers, kept.content_type, ("Content-Length", str(len(body)))])
    seconds = perf_counter() - started
    metrics.request_took(kept.rule, "GET", status, seconds)
    logs.access(request_id, kept.rule, status, seconds, tenant=kept.tenant)
    return (body,)
