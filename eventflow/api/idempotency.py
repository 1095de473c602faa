"""Idempotency keys (after the IETF draft "The Idempotency-Key HTTP Header Field").

The promise kept here is that the same key and body on the same path gets the first answer again,
byte for byte, and does nothing twice. A key lives 24 hours; one whose first request died is free
again within 60 seconds.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from eventflow.api.models import IdempotencyKey
from eventflow.db import db, transaction
from eventflow.errors import Refusal
from eventflow.tenancy import current_tenant_id

LIVES = timedelta(hours=24)
AT_WORK = timedelta(seconds=45)
LONGEST = 255
WRITTEN = re.compile(r"[!-~]([ -~]*[!-~])?")
"""Signs of ASCII and blanks between them, as in that draft."""
KEPT_HEADERS = ("Content-Type", "Location", "Cache-Control")
_NO_WAITING = func.set_config("synchronous_commit", "off", True)
"""Returned by a statement, it spares its transaction the wait for the disk, and a round trip."""


class KeyReused(Refusal):
    code = "idempotency_key_reused"
    status = 422


class InProgress(Refusal):
    code = "idempotency_in_progress"


@dataclass(frozen=True, slots=True)
class Key:
    method: str
    path: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Use:
    """A key in use since its first request: a day later, or with its body put right, the same key
    is another use, which has nothing to do with this one."""

    key: Key
    since: datetime

    @property
    def form_key(self) -> str:
        """For rows that must not be made twice even if the answer was never stored."""
        return f"api:{self.key.path}:{self.key.key}:{self.since.timestamp()}"


def given() -> Key | None:
    """The key this request carries."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    key = key.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        # As a string of that draft: its quotes are not of the key, others are.
        key = key[1:-1]
    if len(key) > LONGEST or not WRITTEN.fullmatch(key):
        raise Refusal(
            _("An Idempotency-Key has 1 to %(most)s printable characters of ASCII.", most=LONGEST),
            code="bad_request",
            status=400,
        )
    body = hashlib.sha256(request.get_data()).hexdigest()
    return Key(request.method, request.path, key, body)


def begin(key: Key, *, at: datetime) -> Use | Response:
    """Take the key; the first answer instead, if there is one. Raises KeyReused or InProgress."""
    with transaction():
        if _take(key, at=at):
            return Use(key, at)
        row = db.session.scalar(select(IdempotencyKey).where(*_this(key)).with_for_update())
        if row is None:
            raise InProgress(_("The first request with this key has just ended. Send it again."))
        if row.body_hash != key.body_hash:
            raise KeyReused(_("This Idempotency-Key was used with another body."))
        if row.status is not None:
            return Response(row.body, row.status, row.headers)
        if row.locked_until > at:
            raise InProgress(_("The first request with this key is still being answered."))
        row.locked_until = at + AT_WORK
        return Use(key, row.created_at)


def end(use: Use, response: Response) -> None:
    """Keep the answer for whoever sends the key again. One that says to try later is not kept: the
    same again goes on where this one stopped."""
    status = response.status_code
    if status == 429 or status >= 500:
        values: dict[str, Any] = {"locked_until": use.since}
    else:
        headers = {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        }
        values = {"status": status, "body": response.get_data(), "headers": headers}
    kept = update(IdempotencyKey).where(*_this(use.key)).values(values)
    with transaction():
        db.session.execute(kept.returning(_NO_WAITING) if status >= 400 else kept)


def free(use: Use) -> None:
    """Let the key be used again: what it was sent with came to nothing."""
    with transaction():
        db.session.execute(delete(IdempotencyKey).where(*_this(use.key)))


def forget_old(*, at: datetime) -> int:
    """Housekeeping: keys live 24 hours."""
    gone = db.session.execute(
        delete(IdempotencyKey)
        .where(IdempotencyKey.created_at < at - LIVES)
        .returning(IdempotencyKey.key)
    )
    return len(gone.all())


def _take(key: Key, *, at: datetime) -> bool:
    row = {
        "tenant_id": current_tenant_id(),
        "method": key.method,
        "path": key.path,
        "key": key.key,
        "body_hash": key.body_hash,
        "created_at": at,
        "locked_until": at + AT_WORK,
        "headers": {},
    }
    place = insert(IdempotencyKey).values(row)
    taken = place.on_conflict_do_update(
        index_elements=["tenant_id", "method", "path", "key"],
        # A key that has lived its day is as good as new.
        set_={name: place.excluded[name] for name in ("body_hash", "created_at", "locked_until")}
        | {"status": None, "body": None},
        where=IdempotencyKey.created_at < at - LIVES,
    ).returning(_NO_WAITING)
    return db.session.execute(taken).first() is not None


def _this(key: Key) -> tuple:
    return (
        IdempotencyKey.tenant_id == current_tenant_id(),
        IdempotencyKey.method == key.method,
        IdempotencyKey.path == key.path,
        IdempotencyKey.key == key.key,
    )
