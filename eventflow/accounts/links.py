"""One-time links: a code that opens one door, once, for a short while, on one host.

The promise kept here is that a link works once however often and from however many places it is
followed, and that the database holds nothing that could be followed.
"""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, select

from eventflow.accounts.models import OneTimeLink, User
from eventflow.db import db
from eventflow.errors import Refusal
from eventflow.vault import hash_token, new_token

LASTS = {
    "sign_in": timedelta(minutes=20),
    "handover": timedelta(seconds=60),
    "reset_password": timedelta(hours=1),
    "verify_email": timedelta(days=3),
    "find_orders": timedelta(hours=1),
}
KEPT_AFTERWARDS = timedelta(days=7)


class LinkSpent(Refusal):
    status = 410
    code = "gone"

    def __init__(self) -> None:
        super().__init__(_("This link was used already, or is too old. Ask for a new one."))


def make(
    purpose: str,
    *,
    host: str,
    user: User | None = None,
    email: str = "",
    next: str = "/",
    proven_at: datetime | None = None,
    at: datetime,
) -> str:
    """Make a link; the answer is its code, which is kept nowhere."""
    code = new_token("go")
    db.session.add(
        OneTimeLink(
            purpose=purpose,
            token_hash=hash_token(code),
            user_id=user.id if user else None,
            email=email or (user.email if user else ""),
            host=host,
            next=next,
            proven_at=proven_at,
            created_at=at,
            expires_at=at + LASTS[purpose],
        )
    )
    db.session.flush()
    return code


def look(purpose: str, code: str, *, host: str, at: datetime) -> OneTimeLink:
    """What a code would open, without opening it; LinkSpent if nothing."""
    return _find(purpose, code, host, at, lock=False)


def use(purpose: str, code: str, *, host: str, at: datetime) -> OneTimeLink:
    """Open the door, which closes it for the next one; LinkSpent for all who come later."""
    link = _find(purpose, code, host, at, lock=True)
    link.used_at = at
    return link


def sweep(*, at: datetime) -> None:
    """Forget the links that have long been useless."""
    db.session.execute(delete(OneTimeLink).where(OneTimeLink.expires_at < at - KEPT_AFTERWARDS))


def _find(purpose: str, code: str, host: str, at: datetime, *, lock: bool) -> OneTimeLink:
    query = select(OneTimeLink).where(
        OneTimeLink.token_hash == hash_token(code),
        OneTimeLink.purpose == purpose,
        OneTimeLink.host == host,
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = db.session.scalar(query)
    if link is None or link.used_at is not None or at >= link.expires_at:
        raise LinkSpent
    return link
