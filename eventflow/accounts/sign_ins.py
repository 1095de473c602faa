"""Sign-ins: which browsers are signed in, and ending that.

The promise kept here is that a cookie works on the one host it was made for, that what the
database keeps of it opens nothing, and that whoever is signed out is out at once.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from eventflow.accounts.models import SignIn, User
from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.vault import hash_token, new_token

LASTS = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
KEPT_AFTERWARDS = timedelta(days=30)
LONGEST_AGENT = 300


def start(
    user: User,
    host: str,
    *,
    address: str = "",
    agent: str = "",
    proven_at: datetime | None,
    at: datetime,
) -> str:
    """Sign a person in on one host; the answer is what their cookie carries, made just now."""
    token = new_token("si")
    db.session.add(
        SignIn(
            user_id=user.id,
            host=host,
            token_hash=hash_token(token),
            address=address,
            agent=agent[:LONGEST_AGENT],
            proven_at=proven_at,
            created_at=at,
            last_seen_at=at,
            expires_at=at + LASTS,
        )
    )
    db.session.flush()
    return token


def find(token: str, *, at: datetime) -> SignIn | None:
    """The live sign-in a cookie stands for, with its person; good on its own host only."""
    sign_in = db.session.scalar(
        select(SignIn)
        .where(SignIn.token_hash == hash_token(token))
        .options(joinedload(SignIn.user, innerjoin=True))
    )
    return sign_in if sign_in is not None and sign_in.is_live(at) else None


def sweep(*, at: datetime) -> None:
    """Forget the sign-ins that ended long ago."""
    long_ago = at - KEPT_AFTERWARDS
    db.session.execute(
        delete(SignIn).where(or_(SignIn.expires_at < long_ago, SignIn.revoked_at < long_ago))
    )


def seen(sign_in: SignIn, *, at: datetime) -> None:
    """Note that it was used, now and then, and let it last longer."""
    db.session.execute(
        update(SignIn)
        .where(SignIn.id == sign_in.id, SignIn.revoked_at.is_(None))
        .values(last_seen_at=at, expires_at=at + LASTS)
    )


def is_worth_noting(sign_in: SignIn, at: datetime) -> bool:
    return at - sign_in.last_seen_at >= SEEN_EVERY


def live(user_id: uuid.UUID, *, at: datetime) -> list[SignIn]:
    """Where a person is signed in, the latest first."""
    return list(
        db.session.scalars(
            select(SignIn)
            .where(
                SignIn.user_id == user_id,
                SignIn.revoked_at.is_(None),
                SignIn.expires_at > at,
            )
            .order_by(SignIn.last_seen_at.desc(), SignIn.id)
        )
    )


def end(user_id: uuid.UUID, sign_in_id: uuid.UUID, *, at: datetime) -> None:
    """Sign one of a person's browsers out."""
    sign_in = db.session.scalar(
        select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id)
    )
    if sign_in is None:
        raise NotFound
    if sign_in.revoked_at is None:
        sign_in.revoked_at = at


def end_all(user_id: uuid.UUID, *, but: uuid.UUID | None = None, at: datetime) -> int:
    """Sign a person out everywhere, or everywhere but in one browser; answers how many."""
    ended = db.session.execute(
        update(SignIn)
        .where(
            SignIn.user_id == user_id,
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > at,
            *([SignIn.id != but] if but else []),
        )
        .values(revoked_at=at)
    )
    return ended.rowcount  # type: ignore[attr-defined]
