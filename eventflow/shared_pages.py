"""Pages that are the same for everybody: rendered once, kept, and answered from memory.

The promise kept here is that such a page costs next to nothing however many look, and is not
older than what it is about: its caller names what the page shows (`basis`), and as soon as that
is different the page is rendered anew. Only while that is under way do others get the page that
was right less than half a second before; after that they wait for the new one. Whoever has the
page already is told so (304).
"""

import hashlib
import re
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from flask import Response, request
from flask_babel import get_locale

from eventflow import compression, fast_lane, logs, pseudo

REVALIDATE = "public, max-age=0, must-revalidate"
"""Any cache may keep it, and asks us each time whether it still holds: what is left must not be
older than two seconds wherever it shows, and being asked is cheap."""

A_MOMENT = 0.4
"""Seconds from when a page was last seen to be right, within which others still get it while a new
one is made. Longer than the fast lane, behind which nobody looks."""
PATIENCE = 2.0
"""Seconds that one waits for the page that another is making, who may be waiting for a database
connection that the first has; then each makes their own."""

MOST = 300
"""Pages that are kept. A key must not hold text of any length that somebody typed."""

SMALL = 100_000
"""Bytes up to which a page is squeezed hard; beyond, whoever is first would wait for it."""

BROUGHT_LATER = frozenset(
    {
        *("ban", "check", "clock", "flag", "flame", "minus"),
        *("circle-alert", "circle-check", "info", "triangle-alert", "x"),
    }
)
"""Icons that a fragment or a notice may bring into the page after it is there."""

_SYMBOL = re.compile(r'\s*<symbol id="i-([a-z0-9-]+)".*?</symbol>', re.DOTALL)
_USED = re.compile(r'href="#i-([a-z0-9-]+)"')


@dataclass(slots=True)
class _Kept:
    basis: Any
    body: bytes
    packed: dict[str, bytes]
    etag: str
    was_right: float
    """When it was last asked for and showed what it is about, in seconds of a clock that only goes
    forward."""


_kept: dict[Hashable, _Kept] = {}
_rendering: dict[Hashable, threading.Lock] = {}


def answer(
    key: Hashable,
    render: Callable[[], str],
    *,
    basis: Any,
    mimetype: str = "text/html",
    status: int = 200,
    cache_control: str = REVALIDATE,
) -> Response:
    """The page kept under this key (and the reader's language), or rendered now if `basis` is new.

    `render` must not look at the request or the session beyond that.
    """
    asked = monotonic()
    key = (key, str(get_locale()), pseudo.wanted())
    kept = _kept.get(key)
    if kept is None or kept.basis != basis:
        # A cache elsewhere, which is told to keep it, must not get the one before.
        moment = A_MOMENT if cache_control == REVALIDATE else 0
        kept = _fresh(key, render, basis, asked, moment)
    else:
        kept.was_right = asked
    if status == 200 and cache_control == REVALIDATE and request.url_rule is not None:
        request.environ[fast_lane.SHARED] = fast_lane.Shared(
            kept.etag,
            request.url_rule.rule,
            logs.tenant_slug() or "",
            is_newest=kept.basis == basis,
        )
    return _answer(kept, mimetype, status, cache_control)


def _fresh(
    key: Hashable, render: Callable[[], str], basis: Any, asked: float, moment: float
) -> _Kept:
    if len(_kept) >= MOST and key not in _kept:
        _forget_some()
    before = _kept.get(key)
    young = before if before is not None and asked < before.was_right + moment else None
    lock = _rendering.setdefault(key, threading.Lock())
    if not lock.acquire(timeout=0 if young else PATIENCE):
        return young or _rendered(render, basis, before, asked)
    try:
        kept = _kept.get(key)
        if kept is None or kept.basis != basis:
            kept = _rendered(render, basis, kept, asked)
            _kept[key] = kept
        return kept
    finally:
        lock.release()


def _rendered(render: Callable[[], str], basis: Any, before: _Kept | None, asked: float) -> _Kept:
    body = _lighter(render()).encode()
    etag = hashlib.blake2b(body, digest_size=12).hexdigest()
    if before is not None and before.etag == etag:
        return _Kept(basis, before.body, before.packed, etag, asked)
    return _Kept(basis, body, _packed(body), etag, asked)


def _packed(body: bytes) -> dict[str, bytes]:
    how_hard = compression.FOR_MANY if len(body) < SMALL else compression.AT_ONCE
    return {coding: compression.packed(body, coding, how_hard) for coding in compression.CODINGS}


def _lighter(html: str) -> str:
    """The page without the icons it does not show: two thirds of the sprite."""
    used = BROUGHT_LATER.union(_USED.findall(html))
    return _SYMBOL.sub(lambda symbol: symbol[0] if symbol[1] in used else "", html)


def _forget_some() -> None:
    # Those that nobody has asked for the longest: what one reader asks for under ever new keys
    # leaves the pages that many look at where they are.
    by_last_asked = sorted(_kept.items(), key=lambda page: page[1].was_right)
    for key, _page in by_last_asked[: MOST // 10]:
        _kept.pop(key, None)
        _rendering.pop(key, None)


def _answer(kept: _Kept, mimetype: str, status: int, cache_control: str) -> Response:
    environ = request.environ
    headers = {
        "ETag": f'W/"{kept.etag}"',
        "Cache-Control": cache_control,
        "Vary": "Accept-Encoding",
    }
    if status == 200 and kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return Response(status=304, headers=headers, mimetype=mimetype)
    body = kept.body
    if environ["REQUEST_METHOD"] != "HEAD" and (coding := compression.best()):
        body = kept.packed[coding]
        headers["Content-Encoding"] = coding
    return Response(body, status=status, headers=headers, mimetype=mimetype)
