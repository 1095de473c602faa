"""What can go wrong, in words: refusals for people, problem documents for programs (RFC 9457)."""

import logging
from typing import Any
from urllib.parse import quote

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    ServiceUnavailable,
)
from werkzeug.exceptions import NotFound as NothingHere
from werkzeug.routing import RequestRedirect

from eventflow.logs import request_id

log = logging.getLogger(__name__)

API_PREFIX = "/api/v1"
BY_LINK = ("/orders/", "/tickets/", "/checkout/")
"""Where a buyer's pages begin, which open only with the secret in their link."""


class Refusal(Exception):
    """What a person asked for and can't have, with a sentence for that person.

    `code` is the machine's word for it, from the table in the contract; `fields` says which
    fields of the form or document are meant; `facts` ride along for those who show it.
    """

    status = 409
    code = "conflict"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        fields: dict[str, str] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status
        self.fields = fields or {}
        self.facts = facts


class Invalid(Refusal):
    """The form or document itself is wrong; each field says how."""

    status = 422
    code = "validation_failed"

    def __init__(self, fields: dict[str, str], message: str | None = None) -> None:
        super().__init__(message or next(iter(fields.values())), fields=fields)


class NotFound(Refusal):
    """Not there, or not yours to see: nobody learns which."""

    status = 404
    code = "not_found"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or _("There is nothing here."))


CODES = {
    400: "bad_request",
    401: "unauthorized",
    402: "payment_failed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    413: "payload_too_large",
    415: "unsupported_media_type",
    422: "validation_failed",
    429: "rate_limited",
    500: "internal_error",
    503: "unavailable",
}


def init_app(app: Flask) -> None:
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PoolTimeout, _busy)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _bug)


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    title: str | None = None,
    fields: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """An RFC 9457 document, as the contract words it."""
    code = code or CODES.get(status, "error")
    response = jsonify(
        {
            "type": "about:blank",
            "title": title or code.replace("_", " ").capitalize(),
            "status": status,
            "detail": detail,
            "code": code,
            "request_id": request_id(),
            "errors": [
                {"field": field, "message": message} for field, message in (fields or {}).items()
            ],
            **more,
        }
    )
    response.status_code = status
    response.content_type = "application/problem+json"
    response.headers["Cache-Control"] = "no-store"
    response.headers.update(headers or {})
    return response


def wants_problem() -> bool:
    return request.path == API_PREFIX or request.path.startswith(API_PREFIX + "/")


def _refused(refusal: Refusal) -> Response:
    if wants_problem():
        return problem(
            refusal.status,
            refusal.message,
            code=refusal.code,
            fields=refusal.fields,
            headers=refusal.facts.get("headers"),
            **refusal.facts.get("document", {}),
        )
    if "HX-Request" in request.headers and refusal.status in (409, 410, 413, 422):
        # Into the notice of the page the person is looking at, which stays as it was.
        html = render_template("errors/notice.html", message=refusal.message)
        response = make_response(html, refusal.status)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        response.headers["HX-Reselect"] = "unset"
        return response
    if isinstance(refusal, NotFound) and _is_by_link():
        # The same words whether it is there or not: only half of the link may have come.
        return _error_page(refusal.status, None)
    # Most conflicts are a rule and no race: nobody was faster, and the sentence says why.
    is_rule = refusal.status == 409 and refusal.code not in ("sold_out", "seat_taken")
    heading = _("That can’t be done now") if is_rule else None
    return _error_page(refusal.status, refusal.message, heading=heading)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if error.response is not None and status < 400:
        return error.response  # type: ignore[return-value]
    headers = {
        name: value
        for name, value in error.get_headers()
        if name in ("Allow", "Retry-After", "WWW-Authenticate")
    }
    if retry_after := getattr(error, "retry_after", None):
        headers["Retry-After"] = str(retry_after)
    if isinstance(error, RequestEntityTooLarge):
        return _too_large()
    if wants_problem():
        words = error.description or error.name
        # Werkzeug's own speaks to somebody who types addresses.
        detail = _("There is nothing here.") if words == NothingHere.description else words
        return problem(status, detail, headers=headers)
    if isinstance(error, MethodNotAllowed) and (page := _page_above()):
        return redirect(page, 303)  # type: ignore[return-value]
    # Whoever is to wait is told how long.
    response = _error_page(status, error.description if status == 429 else None)
    response.headers.update(headers)
    return response


def _too_large() -> Response:
    """What nobody read can't be shown again, so the answer says how much would have been read."""
    most = (request.max_content_length or 0) // 1_000_000
    words = (
        _("A document has %(most)s MB at most.", most=most)
        if wants_problem()
        else _(
            "What you sent is larger than %(most)s MB, or has more fields than any form of ours, "
            "so it was not read. Go back and send less at once.",
            most=most,
        )
    )
    return _refused(Refusal(words, code=CODES[413], status=413))


def _is_by_link() -> bool:
    return bool(g.get("tenant")) and request.path.startswith(BY_LINK)


def _page_above() -> str | None:
    """Where a person goes who opens the address that a form was sent to: the nearest page above it.

    A refused form shows its answer at that address; who opens it again, from the address bar or
    a tab brought back, sent nothing.
    """
    if request.method != "GET" or request.headers.get("Sec-Fetch-Mode") != "navigate":
        return None
    addresses = current_app.create_url_adapter(request)
    path = request.path.rstrip("/")
    while addresses and (path := path.rpartition("/")[0]):
        try:
            addresses.match(path, method="GET")
        except RequestRedirect as elsewhere:
            return elsewhere.new_url
        except HTTPException:
            continue
        if not path.startswith("/orders/"):  # They open only with their secret.
            return quote(path)
    return None


def _busy(error: Exception) -> Response:
    log.error("no database connection was free: %s", error)
    return _http_error(ServiceUnavailable(retry_after=2))


def _database_error(error: DBAPIError) -> Response:
    # Without a statement either there was no connection to begin with, or no transaction to be had.
    unconnected = error.statement is None and isinstance(error, (OperationalError, InterfaceError))
    away = error.connection_invalidated or unconnected
    if away or "the database system is" in str(error.orig):
        log.error("the database went away: %s", error.orig)
        return _http_error(ServiceUnavailable(retry_after=2))
    return _bug(error)


def _bug(error: Exception) -> Response:
    log.exception("unhandled", exc_info=error)
    g.failed = True
    if wants_problem():
        return problem(500, _("Something is broken on our side. It has been noted."))
    return _error_page(500, None)


def _error_page(status: int, message: str | None, *, heading: str | None = None) -> Response:
    html = render_template(
        "errors/error.html",
        status=status,
        title=heading,
        detail=message,
        by_link=status == 404 and _is_by_link(),
        request_id=request_id(),
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response
