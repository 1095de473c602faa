"""API tokens: a program's key to one tenant, with a role.

The promise kept here is that a token is shown once and kept only as a hash, and that it opens
nothing any more within a second of being revoked.
"""

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from eventflow.accounts import audit, people
from eventflow.accounts.models import ROLES, ApiToken, User
from eventflow.accounts.roles import role_name
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound
from eventflow.vault import hash_token, new_token

PREFIX = "ef_live"
LONGEST_NAME = 80
USED_AT_MOST_EVERY = timedelta(minutes=1)


class AlreadyMade(Exception):
    """The token of this id is there: the same form arrived twice."""


def create(
    name: str,
    role: str,
    *,
    token_id: uuid.UUID | None = None,
    by: User | None = None,
    at: datetime,
) -> tuple[ApiToken, str]:
    """Make a token for the tenant acted for: its row, and the secret that is never seen again.

    With the same `token_id` again nothing is made; AlreadyMade says so.
    """
    name = people.called(name, most=LONGEST_NAME)
    if not name:
        raise Invalid(
            {"name": _("Say in 1 to %(count)s characters what it is for.", count=LONGEST_NAME)}
        )
    if role not in ROLES:
        raise Invalid({"role": _("A role is one of %(roles)s.", roles=", ".join(ROLES))})
    secret = new_token(PREFIX)
    token = ApiToken(
        id=token_id or new_id(),
        name=name,
        role=role,
        token_hash=hash_token(secret),
        hint=secret[-4:],
        created_by=by.id if by else None,
        created_at=at,
    )
    try:
        with db.session.begin_nested():
            db.session.add(token)
    except IntegrityError:
        raise AlreadyMade from None
    words = _("Made the API token %(name)s for %(role)s", name=name, role=role_name(role))
    audit.record("token.create", token, words, after={"name": name, "role": role}, at=at)
    return token, secret


def revoke(token_id: uuid.UUID, *, at: datetime) -> ApiToken:
    """Close a token for good. Doing it again changes nothing."""
    token = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id).with_for_update())
    if token is None:
        raise NotFound
    if token.revoked_at is None:
        token.revoked_at = at
        words = _("Revoked the API token %(name)s", name=token.name)
        audit.record("token.revoke", token, words, at=at)
    return token


def get(token_id: uuid.UUID) -> ApiToken:
    token = db.session.scalar(select(ApiToken).where(ApiToken.id == token_id))
    if token is None:
        raise NotFound
    return token


def find(secret: str) -> ApiToken | None:
    """The live token of the tenant acted for that has this secret."""
    return db.session.scalar(
        select(ApiToken).where(
            ApiToken.token_hash == hash_token(secret), ApiToken.revoked_at.is_(None)
        )
    )


def used(token_id: uuid.UUID, *, at: datetime) -> None:
    """Note that a token was used, at most once a minute."""
    db.session.execute(
        update(ApiToken)
        .where(
            ApiToken.id == token_id,
            func.coalesce(ApiToken.last_used_at, ApiToken.created_at - USED_AT_MOST_EVERY)
            <= at - USED_AT_MOST_EVERY,
        )
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )


def newest_first() -> list[ApiToken]:
    return list(
        db.session.scalars(
            select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
        )
    )
