"""Sessions: the cookie of a browser that is signed in, and the person behind it.

The cookie is Flask's signed one, for this host only. It carries a token, and the row of that
token (`sign_ins`) has the last word: it can be revoked, and it names the host it was made for.
Whoever never signs in never has this read, so that buyers' pages stay the same for everybody.
"""

from datetime import datetime
from typing import Any

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_login import LoginManager

from eventflow import tenancy
from eventflow.accounts import sign_ins
from eventflow.accounts.models import SignIn, User
from eventflow.db import db, now, transaction

COOKIE_KEY = "sign_in"

login_manager = LoginManager()
login_manager.session_protection = None


def init_app(app: Flask) -> None:
    # All of its own init_app but the two hooks, which look into the session of every request and
    # so make no page fit for caching: the "remember me" cookie, of no use here, and current_user
    # in every template.
    app.login_manager = login_manager  # type: ignore[attr-defined]
    app.session_interface = _Sessions()


class _Sessions(SecureCookieSessionInterface):
    """Flask's, which prepares to check a signature before it looks whether there is one: who scans
    at the door has no cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


@login_manager.request_loader
def _load_person(_request: Any) -> User | None:
    sign_in = current_sign_in()
    return sign_in.user if sign_in else None


def current_sign_in() -> SignIn | None:
    """The sign-in this request came with: a row of no session, for reading only."""
    if "sign_in" not in g:
        g.sign_in = _load(session.get(COOKIE_KEY))
    sign_in: SignIn | None = g.sign_in
    return sign_in


def is_carried_over() -> bool:
    """Whether this request brought the cookie of another host, which no browser does by itself."""
    current_sign_in()
    return bool(g.get("is_carried_over", False))


def start(user: User, *, proven_at: datetime | None, at: datetime) -> None:
    """Sign this browser in, on this host, within the caller's transaction.

    A new token each time, so that nobody can prepare a browser with one they know. Ask for
    `current_sign_in` before the transaction: what the browser had until now is ended.
    """
    if (old := g.sign_in) is not None:
        sign_ins.end(old.user_id, old.id, at=at)
    session[COOKIE_KEY] = sign_ins.start(
        user,
        request.host,
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        proven_at=proven_at,
        at=at,
    )
    session.permanent = True
    _forget_loaded()


def end(*, at: datetime) -> None:
    """Sign this browser out, within the caller's transaction."""
    if (sign_in := g.sign_in) is not None:
        sign_ins.end(sign_in.user_id, sign_in.id, at=at)
    session.pop(COOKIE_KEY, None)
    _forget_loaded()


def _load(token: Any) -> SignIn | None:
    if not isinstance(token, str):
        return None
    at = now()
    sign_in = sign_ins.find(token, at=at)
    if sign_in is None or sign_in.host != request.host:
        g.is_carried_over = sign_in is not None
        db.session.rollback()
        return None
    # Of no session, so that neither a commit nor another tenant's session makes them stale.
    user = sign_in.user
    db.session.expunge(sign_in)
    db.session.expunge(user)
    db.session.rollback()
    tenancy.bind_person(user.id)
    if sign_ins.is_worth_noting(sign_in, at):
        with transaction():
            sign_ins.seen(sign_in, at=at)
    return sign_in


def _forget_loaded() -> None:
    for name in ("sign_in", "membership", "_login_user"):
        g.pop(name, None)
