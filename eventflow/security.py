"""Security: what every answer tells the browser to refuse, and what we refuse ourselves.

Three promises. No page runs script or style that is not a file of ours. No other site can make a
visitor's browser change something here. No byte in an address or a form is ever a 500.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge

from eventflow import uploads

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STRIPE_PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com")

# What this request's page asked for, kept where both the page and the outermost layer see it.
ALLOWED = "eventflow.allowed_sources"
DISCREET = "eventflow.discreet"
CAMERA = "eventflow.camera"

_FOR_FILES = ("x-content-type-options", "strict-transport-security")

NOTHING = "default-src 'none'; sandbox"
"""The policy of a file that is opened by itself: it may do nothing but be looked at."""

# What can hold no script and is no document, also when it is opened by itself and never taken for
# anything else. Drawings are not among them: opened by themselves they are documents.
_FILES = frozenset(
    {
        *("application/wasm", "font/woff2", "text/css", "text/javascript"),
        *("image/jpeg", "image/png", "image/webp"),
        "application/json",
    }
)

# Line breaks and tabs are text. So is a carriage return, but only before a line feed. Half a
# surrogate pair can be written in JSON and in nothing else: the database would choke on it.
# An embedding or override of the writing direction turns round what is printed after it; marks
# and isolates stay, since names of two scripts need them and they end with the line.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]|\r(?!\n)")
UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
)
"""Characters that are text and leave no trace on a page, for a class of a regular expression."""
_NOTHING_SEEN = re.compile(rf"[\s{UNSEEN}]*")


class ControlCharacters(ValueError):
    """A text with characters in it that nobody can type or see."""

    def __init__(self) -> None:
        super().__init__(_("This text contains characters that cannot be shown."))


def init_app(app: Flask) -> None:
    app.before_request(_examine)
    app.wsgi_app = _Protected(app, app.wsgi_app)  # type: ignore[method-assign]


def _examine() -> None:
    environ = request.environ
    uploads.make_room()
    refuse_unreadable_input(environ)
    if environ["REQUEST_METHOD"] not in SAFE_METHODS:
        refuse_other_sites(environ)


class _Protected:
    """Adds to every answer the headers it did not set itself.

    Around the application rather than a hook in it: here the headers are a plain list, which
    costs a tenth, and what comes from outside Flask's own hooks is covered too.
    """

    def __init__(self, app: Flask, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app
        self._policy = _content_policy(app)
        self._headers = _headers(app, self._policy)
        # A style sheet or a picture asks for nothing by itself: there they would only weigh, and on
        # a page of a dozen small files that is a quarter of it.
        self._of_files = [header for header in self._headers if header[0] in _FOR_FILES]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            present = {name.lower(): value for name, value in headers}
            if DISCREET in environ or ALLOWED in environ or CAMERA in environ:
                self._make_exceptions(environ, headers, present)
            own = self._of_files if _is_file(present) else self._headers
            headers += [header for header in own if header[0] not in present]
            if "cache-control" not in present:
                # Flask says that an answer depends on the session by varying on the cookie.
                personal = "set-cookie" in present or "ookie" in present.get("vary", "")
                headers.append(
                    ("cache-control", "private, no-store" if personal else "private, no-cache")
                )
            return start_response(status, headers, exc_info)

        return self._wsgi_app(environ, start)

    def _make_exceptions(
        self, environ: Environ, headers: list[tuple[str, str]], present: dict[str, str]
    ) -> None:
        own: dict[str, str] = {}
        if ALLOWED in environ:
            own["content-security-policy"] = _policy_text(self._policy, environ[ALLOWED])
        if DISCREET in environ:
            own |= {"referrer-policy": "no-referrer", "cache-control": "private, no-store"}
        if CAMERA in environ:
            own["permissions-policy"] = _features(camera="(self)")
        headers += [(name, value) for name, value in own.items() if name not in present]
        present |= own


def _is_file(headers: dict[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0]
    return kind in _FILES or headers.get("content-security-policy") == NOTHING


def allow(**directives: str) -> None:
    """Let this answer's page do more than the policy: `allow(frame_ancestors="https://a.example")`.

    The source is added to what the directive allows; `'none'` gives way to it.
    """
    allowed = request.environ.setdefault(ALLOWED, {})
    for name, source in directives.items():
        name = name.replace("_", "-")
        allowed[name] = (*allowed.get(name, ()), source)


def keep_address_secret() -> None:
    """For pages whose address is their key: no other page learns it and no cache keeps it."""
    request.environ[DISCREET] = True


def allow_camera() -> None:
    """Let this answer's page ask for the camera, which no other page may."""
    request.environ[CAMERA] = True


def refuse_control_characters(text: str) -> str:
    """The same text, or ControlCharacters if it has any besides line breaks and tabs.

    A text of which nothing can be seen is an empty one.
    """
    if _CONTROL.search(text):
        raise ControlCharacters
    return "" if _NOTHING_SEEN.fullmatch(text) else text


def refuse_other_sites(environ: Environ) -> None:
    """Refuse a change that another site may have made the visitor's browser ask for."""
    if "HTTP_COOKIE" not in environ:
        return  # It acts for nobody, so there is nobody to protect.
    if environ.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer ":
        return  # A browser lets no other site add this header without asking us first.
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site in ("same-origin", "none"):
        return
    if site is None and _comes_from_here(environ):
        return
    raise Forbidden(_("This request came from another site, so it was not carried out."))


def refuse_unreadable_input(environ: Environ) -> None:
    """Answer 400 to an address or form that is not text, before anything tries to read it."""
    path = environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    if "\x00" in path or not (path.isascii() or _is_text(path.encode("latin-1"))):
        raise BadRequest(_("This address contains characters that cannot be read."))
    if query and not _is_readable_query(query):
        raise BadRequest(_("This address contains characters that cannot be read."))
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for name, values in _form_lists():
            if "\x00" in name or any("\x00" in value for value in values):
                raise BadRequest(_("This form contains characters that cannot be read."))


def _form_lists() -> list[tuple[str, list[str]]]:
    try:
        fields = list(request.form.lists())
        uploads.refuse_what_was_cut()
    except RequestEntityTooLarge:
        if not uploads.leave_unread():
            raise
        return []
    return fields


def _is_readable_query(query: str) -> bool:
    if "%" not in query:
        return "\x00" not in query and (query.isascii() or _is_text(query.encode("latin-1")))
    raw = unquote_to_bytes(query.encode("latin-1"))
    return b"\x00" not in raw and _is_text(raw)


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _comes_from_here(environ: Environ) -> bool:
    # Only the host: behind a proxy that ends TLS the scheme may not be what the browser saw.
    origin = environ.get("HTTP_ORIGIN", "")
    try:
        return "://" in origin and urlsplit(origin).netloc == request.host
    except ValueError:
        return False  # No address at all, such as "http://[".


def _content_policy(app: Flask) -> dict[str, tuple[str, ...]]:
    scheme = "https" if app.config["EVENTFLOW_ENV"] == "production" else "http"
    domain = app.config["BASE_DOMAIN"]
    # Chromium holds a form to this rule through redirects too: after paying to Stripe's pages,
    # after signing in from the base host to a tenant's.
    form_targets = [
        "'self'",
        f"{scheme}://{domain}",
        f"{scheme}://*.{domain}",
        *STRIPE_PAGES,
    ]
    if stripe := app.config.get("STRIPE_API_BASE"):
        parts = urlsplit(stripe)
        form_targets.append(f"{parts.scheme}://{parts.netloc}")
    return {
        "default-src": ("'self'",),
        "script-src": ("'self'",),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "form-action": tuple(form_targets),
        "frame-ancestors": ("'none'",),
        "base-uri": ("'none'",),
        "object-src": ("'none'",),
    }


def _policy_text(
    policy: dict[str, tuple[str, ...]],
    allowed: dict[str, tuple[str, ...]] | None = None,
) -> str:
    merged = dict(policy)
    for name, sources in (allowed or {}).items():
        kept = tuple(source for source in merged.get(name, ()) if source != "'none'")
        merged[name] = kept + sources
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in merged.items())


def _features(*, camera: str = "()") -> str:
    return f"camera={camera}, microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def _headers(app: Flask, policy: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    headers = {
        "content-security-policy": _policy_text(policy),
        "referrer-policy": "strict-origin-when-cross-origin",
        "x-content-type-options": "nosniff",
        "permissions-policy": _features(),
        "cross-origin-opener-policy": "same-origin",
    }
    if app.config["EVENTFLOW_ENV"] == "production":
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return list(headers.items())
