"""One's own account: name, password, where one is signed in, which box offices one works for.

On the base host it leads to all of them; on a tenant's host it is part of the console.
"""

import uuid

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventflow.accounts import access, hosts, letters, links, people, sessions, sign_ins
from eventflow.accounts.browsers import in_words
from eventflow.accounts.models import Membership, Tenant, User
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.limits import limited
from eventflow.pages import page

bp = Blueprint("own", __name__, url_prefix="/account")


@bp.before_request
def _only_with_a_login() -> Response | None:
    if sessions.is_carried_over():
        raise NotFound
    if access.current_person() is None:
        return access.send_to_sign_in()
    if g.tenant is not None and access.current_membership() is None:
        raise NotFound
    return None


@bp.get("")
def show() -> Response:
    return _account_page({})


@bp.post("/name")
def change_name() -> Response:
    try:
        with transaction():
            people.get(access.person_id()).name = people.called(request.form.get("name", ""))
    except Invalid as refusal:
        return _account_page(refusal.fields)
    flash(_("Your name is changed."), "right")
    return _back()


@bp.post("/password")
@limited("sign_in")
def change_password() -> Response:
    """Whoever has a password gives it; whoever has none proved lately that they read their mail."""
    at, person = now(), people.get(access.person_id())
    if person.password_hash is None and not access.is_fresh(at):
        return access.send_to_sign_in(again=True)
    try:
        if person.password_hash is not None:
            people.check_password(person.email, request.form.get("current", ""))
        with transaction():
            person = people.get(access.person_id())
            people.set_password(person, request.form.get("password", ""))
            sign_ins.end_all(person.id, at=at)
            sessions.start(person, proven_at=at, at=at)
    except people.WrongLogin:
        return _account_page({"current": _("This is not your current password.")})
    except Invalid as refusal:
        return _account_page(refusal.fields)
    flash(_("Your new password is set, and every other browser was signed out."), "right")
    return _back()


@bp.post("/verify")
@limited("mail_link")
def send_verification() -> Response:
    with transaction():
        person = people.get(access.person_id())
        if person.email_verified_at is None:
            letters.ask_for_verification(person)
    flash(_("A link is on its way to you."), "right")
    return _back()


@bp.post("/sessions/<uuid:sign_in_id>/end")
def end_session(sign_in_id: uuid.UUID) -> Response:
    current = sessions.current_sign_in()
    with transaction():
        sign_ins.end(access.person_id(), sign_in_id, at=now())
    if current is not None and current.id == sign_in_id:
        return redirect("/sign-in", 303)  # type: ignore[return-value]
    flash(_("That browser is signed out."), "right")
    return _back()


@bp.post("/sessions/end-others")
def end_other_sessions() -> Response:
    current = sessions.current_sign_in()
    with transaction():
        sign_ins.end_all(access.person_id(), but=current.id if current else None, at=now())
    flash(_("Every other browser is signed out."), "right")
    return _back()


@bp.get("/open/<slug>")
@hosts.on_base_host
def open_tenant(slug: str) -> Response:
    """Go over to the host of a box office one works for, signed in."""
    at, sign_in = now(), sessions.current_sign_in()
    assert sign_in is not None
    membership = db.session.scalar(
        select(Membership)
        .join(Tenant, Tenant.id == Membership.tenant_id)
        .where(Tenant.slug == slug, Membership.user_id == sign_in.user_id)
    )
    if membership is None:
        raise NotFound
    home = "/scan/" if membership.role == "scanner" else "/manage/"
    with transaction():
        code = links.make(
            "handover",
            host=hosts.host_of(slug),
            user=db.session.get_one(User, sign_in.user_id),
            next=access.way_back(home),
            proven_at=sign_in.proven_at,
            at=at,
        )
    return redirect(hosts.tenant_url(slug, f"/enter?code={code}"), 303)  # type: ignore[return-value]


def _account_page(errors: dict[str, str]) -> Response:
    at, person = now(), people.get(access.person_id())
    current = sessions.current_sign_in()
    return page(
        "accounts/account.html",
        status=422 if errors else 200,
        person=person,
        name=request.form.get("name", person.name),
        errors=errors,
        memberships=_memberships(person) if g.tenant is None else [],
        all_url=hosts.base_url("/account"),
        sign_ins=[
            {
                "id": one.id,
                "browser": in_words(one.agent),
                "host": one.host,
                "address": one.address,
                "seen_at": one.last_seen_at,
                "is_this": current is not None and one.id == current.id,
            }
            for one in sign_ins.live(person.id, at=at)
        ],
        at=at,
    )


def _memberships(person: User) -> list[Membership]:
    return list(
        db.session.scalars(
            select(Membership)
            .join(Tenant, Tenant.id == Membership.tenant_id)
            .where(Membership.user_id == person.id)
            .options(joinedload(Membership.tenant))
            .order_by(Tenant.name)
        )
    )


def _back() -> Response:
    return redirect("/account", 303)  # type: ignore[return-value]
