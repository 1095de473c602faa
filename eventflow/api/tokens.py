"""Who calls the HTTP API: the bearer token of a request, and what its role may do.

Most are API tokens. Another kind of token begins with a prefix of its own, and whoever makes it
says with `register` who it is.

A token is looked up once a request, and remembered for a second in each process: a door that
scans fast does not ask the database about its token each time. What must not outlive a
revocation by even that second asks for `principal().token_id` in its own statement.
"""

import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from eventflow.accounts import tokens
from eventflow.accounts.actors import Actor, bind
from eventflow.accounts.models import ROLES
from eventflow.db import now, transaction
from eventflow.vault import hash_token

REMEMBER = 1.0

P = ParamSpec("P")
R = TypeVar("R")

_SHAPE = re.compile(r"[A-Za-z0-9_]{20,100}")
_known: dict[tuple[uuid.UUID, str], tuple[float, "Principal"]] = {}


@dataclass(frozen=True, slots=True)
class Principal:
    """A program that calls, known by its token."""

    token_id: uuid.UUID | None
    tenant_id: uuid.UUID
    role: str
    name: str
    device_id: uuid.UUID | None = None
    """A device of the door, which is no API token: `token_id` is None then."""
    supervises: bool = False
    """A device that may override and undo, whatever else its role may not."""
    event_ids: frozenset[uuid.UUID] = frozenset()
    gate_ids: frozenset[uuid.UUID] = frozenset()
    """What it is kept to; empty: nothing."""
    is_revoked: bool = False
    """A device that may only tell what it did before it was revoked."""

    def covers(self, event_id: uuid.UUID) -> bool:
        return not self.event_ids or event_id in self.event_ids

    @property
    def works_here(self) -> bool:
        """Whether drafts and hidden tiers are shown: to programs of the office, not to devices."""
        return self.device_id is None

    def may(self, role: str) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


Finder = Callable[[str], Principal]
"""Who has this secret. Raises what is to be answered if nobody has."""

_finders: dict[str, Finder] = {}


def register(prefix: str, finder: Finder) -> None:
    """Tokens that begin with this are somebody else's to know."""
    _finders[prefix] = finder


def principal() -> Principal | None:
    """Who calls; None for a call without a token; 401 for a token that is none of this tenant."""
    if "principal" not in g:
        g.principal = _identify(request.headers.get("Authorization"))
    found: Principal | None = g.principal
    return found


def works_here() -> bool:
    """Whether whoever calls may see what is not public."""
    who = principal()
    return who is not None and who.works_here


def covers(event_id: uuid.UUID) -> bool:
    """Whether whoever calls may know of this event, as far as that is kept to some."""
    who = principal()
    return who is None or who.covers(event_id)


def require_role(role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator: 401 without a good token, 403 below this role."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            demand(role)
            return view(*args, **kwargs)

        return checked

    return decorate


def demand(role: str) -> Principal:
    """Who calls, if they have this role or more."""
    who = principal()
    if who is None:
        raise _unauthorized(_("This call needs a token: Authorization: Bearer …"))
    if not who.may(role):
        raise Forbidden(_("This call needs a token of the role %(role)s.", role=role))
    return who


def forget() -> None:
    """Ask the database about every token again; for whoever just revoked one."""
    _known.clear()


def _identify(header: str | None) -> Principal | None:
    if header is None:
        return None
    scheme, _space, secret = header.strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise _unauthorized(_("Send the token as Authorization: Bearer …"), "invalid_request")
    if not _SHAPE.fullmatch(secret) or g.tenant is None:
        raise _unknown()
    for prefix, finder in _finders.items():
        if secret.startswith(prefix):
            return finder(secret)
    who = _look_up(secret)
    if who is None:
        raise _unknown()
    bind(Actor("token", who.token_id, who.name, request.remote_addr or ""))
    return who


def _look_up(secret: str) -> Principal | None:
    # By its hash even here, so that no secret lies about in memory.
    key = (g.tenant.id, hash_token(secret))
    moment = time.monotonic()
    until, who = _known.get(key, (0.0, None))
    if who is not None and moment < until:
        return who
    token = tokens.find(secret)
    if token is None:
        _known.pop(key, None)
        return None
    who = Principal(token.id, token.tenant_id, token.role, token.name)
    if len(_known) > 10_000:
        _known.clear()
    _known[key] = (moment + REMEMBER, who)
    at = now()
    if token.last_used_at is None or at - token.last_used_at >= tokens.USED_AT_MOST_EVERY:
        with transaction():
            tokens.used(token.id, at=at)
    return who


def _unknown() -> Unauthorized:
    return _unauthorized(_("This token is not known here, or was revoked."), "invalid_token")


def _unauthorized(detail: str, error: str | None = None) -> Unauthorized:
    challenge: dict[str, str | None] = {"realm": "EventFlow"}
    if error:
        challenge["error"] = error
    return Unauthorized(detail, www_authenticate=WWWAuthenticate("bearer", challenge))
