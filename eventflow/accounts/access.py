"""Access: who is asking, and whether they may.

A blueprint of the console is put behind the door once, and each view that needs more says so:

    bp = access.console(Blueprint("events_console", __name__, url_prefix="/manage"))

    @bp.post("/events/<slug>/publish")
    @access.require("admin")
    def publish(slug): …

Nobody signed in is sent to sign in; somebody who doesn't belong to this tenant gets the same 404
as for a page that isn't there; a member whose role does not reach so far gets a 403.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, g, make_response, redirect, request
from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import tenancy
from eventflow.accounts import sessions
from eventflow.accounts.actors import Actor, actor, bind
from eventflow.accounts.models import Membership, User
from eventflow.accounts.roles import role_name
from eventflow.db import db, now
from eventflow.errors import Refusal

__all__ = ["actor", "console", "current_membership", "current_person", "may", "platform", "require"]

P = ParamSpec("P")
R = TypeVar("R")

FRESH = timedelta(hours=1)


class RoleTooSmall(Refusal):
    status = 403
    code = "forbidden"

    def __init__(self, role: str) -> None:
        super().__init__(
            _(
                "This is for the role %(role)s. Ask an owner of this box office.",
                role=role_name(role),
            )
        )


def console(bp: Blueprint, role: str = "staff") -> Blueprint:
    """Only members of the tenant, of this role or more, come to these routes."""
    bp.before_request(lambda: admit(role))
    return bp


def platform(bp: Blueprint) -> Blueprint:
    """Only those who run the platform come to these routes, which are on the base host alone."""
    bp.before_request(_admit_platform)
    return bp


def require(role: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only this role and those above it come to this route of a console."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            answer: Any = admit(role)
            return view(*args, **kwargs) if answer is None else answer

        return checked

    return decorate


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Only somebody with a login comes to this route; for what is one's own, on any host."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if current_person() is None:
            answer: Any = send_to_sign_in()
            return answer
        return view(*args, **kwargs)

    return checked


def freshly_signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Whoever comes here has proved who they are within the hour; keys, money and ownership ask."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_fresh(now()):
            answer: Any = send_to_sign_in(again=True)
            return answer
        return view(*args, **kwargs)

    return checked


def is_fresh(at: datetime) -> bool:
    sign_in = sessions.current_sign_in()
    return sign_in is not None and sign_in.proven_at is not None and at - sign_in.proven_at < FRESH


def current_person() -> User | None:
    """Who is signed in on this host: a row of no session, for reading only."""
    sign_in = sessions.current_sign_in()
    return sign_in.user if sign_in else None


def person_id() -> uuid.UUID:
    """The id of who is signed in, behind a door that lets nobody else in."""
    person = current_person()
    assert person is not None
    return person.id


def current_membership() -> Membership | None:
    """What the person who asks is at the tenant asked for: a row of no session."""
    if "membership" not in g:
        g.membership = None
        person = current_person()
        if person is not None and g.tenant is not None:
            tenancy.bind_person(person.id)
            g.membership = db.session.scalar(
                select(Membership).where(Membership.user_id == person.id)
            )
            if g.membership is not None:
                db.session.expunge(g.membership)
            # The next transaction tells PostgreSQL who is signed in.
            db.session.rollback()
    membership: Membership | None = g.membership
    return membership


def may(role: str) -> bool:
    """Whether who is asking has this role, or more, at the tenant asked for."""
    membership = current_membership()
    return membership is not None and membership.may(role)


def send_to_sign_in(*, again: bool = False, back: str | None = None) -> Response:
    """Ask who it is, and come back here afterwards; or `back` to the page a form was typed on."""
    here = request.full_path.rstrip("?") if request.method == "GET" else back or "/manage/"
    asked = {"next": here} | ({"again": "1"} if again else {})
    address = "/sign-in?" + urlencode(asked)
    if "HX-Request" in request.headers:
        response = make_response("", 200)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)  # type: ignore[return-value]


def way_back(default: str = "/") -> str:
    """Where the person wanted to go: a path on this host, whatever the address says."""
    wanted = request.values.get("next", "")
    # A second slash, or a backslash that browsers read as one, would leave this host.
    if not wanted.startswith("/") or wanted[1:2] in ("/", "\\") or not wanted.isprintable():
        return default
    return wanted


def belongs_here(user: User) -> bool:
    """Whether a person who is about to sign in has any role at the tenant asked for."""
    query = select(Membership.id).where(Membership.user_id == user.id)
    return db.session.scalar(query) is not None


def admit(role: str) -> Response | None:
    """None for whoever has this role or more here; where to sign in for whoever may have it."""
    if g.tenant is None:
        abort(404)
    person = current_person()
    if person is None:
        if sessions.is_carried_over():
            abort(404)
        return send_to_sign_in()
    membership = current_membership()
    if membership is None:
        abort(404)
    bind(Actor("user", person.id, person.name or person.email, request.remote_addr or ""))
    if not membership.may(role):
        raise RoleTooSmall(role)
    return None


def _admit_platform() -> Response | None:
    if g.tenant is not None:
        abort(404)
    person = current_person()
    if person is None:
        return send_to_sign_in()
    if not person.is_platform_admin:
        abort(404)
    bind(Actor("user", person.id, person.name or person.email, request.remote_addr or ""))
    return None
