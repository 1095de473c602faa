"""Development's own pages, on the base host only: the mailbox, and the way to what else there is.

In production none of this exists.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, request

from eventflow.accounts.hosts import base_url
from eventflow.messages import mailbox
from eventflow.messages.mailbox import Enclosure, Page
from eventflow.pages import page

bp = Blueprint("messages", __name__, url_prefix="/dev")

PER_PAGE = 50
MOST = 10_000
SHOWN = frozenset({"image/png", "image/jpeg", "application/pdf"})


@bp.before_request
def only_in_development() -> None:
    if g.tenant is not None or current_app.config["SETTINGS"].is_production:
        abort(404)


@bp.get("/")
def show_index() -> Response:
    return page("messages/development.html")


@bp.get("/mail")
def show_mailbox() -> Response:
    to, after = request.args.get("to", "").strip(), _after()
    found = mailbox.page_of(to, limit=PER_PAGE, after=after)
    last = found.messages[-1].id if found.messages else None
    return page(
        "messages/mailbox.html",
        "mails",
        messages=found.messages,
        enclosures=found.enclosures,
        to=to,
        total=mailbox.count(to),
        newest=_address("/dev/mail", to=to) if after else None,
        next=_address("/dev/mail", to=to, after=last)
        if last and mailbox.has_older(to, last)
        else None,
    )


@bp.get("/mail.json")
def list_mails() -> Response:
    to, after = request.args.get("to", "").strip(), _after()
    limit = min(max(request.args.get("limit", 100, type=int), 1), MOST)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return Response(_written(app, to, limit, after), mimetype="application/json")


@bp.get("/mail/<uuid:message_id>")
def show_mail(message_id: uuid.UUID) -> Response:
    message = mailbox.find(message_id)
    return page(
        "messages/mail.html",
        message=message,
        enclosures=mailbox.enclosures_of([message_id])[message_id],
        file_path=file_path,
    )


@bp.get("/mail/<uuid:message_id>/html")
def show_html(message_id: uuid.UUID) -> Response:
    """The mail as it is, with its pictures, in a frame that may do nothing."""
    html = mailbox.find(message_id).html
    for enclosed in mailbox.enclosures_of([message_id])[message_id]:
        if enclosed.content_id:
            html = html.replace(f"cid:{enclosed.content_id}", file_path(enclosed))
    response = make_response(html)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src {base_url('')}; style-src 'unsafe-inline';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'self';"
        " sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    return response


@bp.get("/mail/<uuid:message_id>/files/<uuid:file_id>/<path:name>")
def show_file(message_id: uuid.UUID, file_id: uuid.UUID, name: str) -> Response:
    enclosed = mailbox.attachment(message_id, file_id)
    response = Response(enclosed.content, content_type=enclosed.content_type)
    how = "inline" if enclosed.content_type in SHOWN else "attachment"
    response.headers.set("Content-Disposition", how, filename=enclosed.filename)
    # The frame a picture is shown in has no origin.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _written(app: Flask, to: str, limit: int, after: uuid.UUID | None) -> Iterator[str]:
    """The list, written as it is read, so that ten thousand mails need no room of their own."""
    yield '{"messages": ['
    left, comma = limit, ""
    while left > 0:
        # A context of its own for each batch: whoever reads on may do so in another one.
        with app.app_context():
            found = mailbox.page_of(to, limit=min(left, mailbox.BATCH), after=after)
            documents = [json.dumps(document) for document in _documents(found)]
            after = found.messages[-1].id if documents else after
        if not documents:
            break
        yield comma + ", ".join(documents)
        left, comma = left - len(documents), ", "
    with app.app_context():
        total = mailbox.count(to)
        more = left == 0 and after is not None and mailbox.has_older(to, after)
        next_url = _address(base_url("/dev/mail.json"), to=to, limit=limit, after=after)
    yield f'], "total": {total}, "next": {json.dumps(next_url if more else None)}}}'


def _documents(found: Page) -> Iterator[dict[str, Any]]:
    for message in found.messages:
        yield {
            "id": str(message.id),
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "sent_at": message.sent_at.isoformat().replace("+00:00", "Z"),
            "attachments": [
                {
                    "filename": enclosed.filename,
                    "content_type": enclosed.content_type,
                    "size": enclosed.size,
                    "url": base_url(file_path(enclosed)),
                }
                for enclosed in found.enclosures[message.id]
            ],
        }


def file_path(enclosed: Enclosure) -> str:
    name = quote(enclosed.filename)
    return f"/dev/mail/{enclosed.message_id}/files/{enclosed.id}/{name}"


def _after() -> uuid.UUID | None:
    """Where a list goes on: after this mail, which has to be there."""
    given = request.args.get("after", "")
    if not given:
        return None
    try:
        return mailbox.find(uuid.UUID(given)).id
    except ValueError:
        abort(404)


def _address(path: str, **values: object) -> str:
    kept = {name: str(value) for name, value in values.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
