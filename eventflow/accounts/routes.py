"""Coming in and going out: sign-in by password or mailed link, hand-over, invitations.

These pages exist on the base host and on every tenant's host, and sign in on the one that was
asked. Whether an address has a login shows in none of them.
"""

import uuid
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, g, redirect, request
from flask_babel import gettext as _

from eventflow.accounts import (
    access,
    account_pages,
    hosts,
    invitations,
    letters,
    links,
    people,
    sessions,
    sign_ins,
    sign_up_pages,
)
from eventflow.accounts.models import User
from eventflow.accounts.roles import role_name, role_promise
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.limits import forgive, limited
from eventflow.pages import page
from eventflow.security import keep_address_secret

OTHER_SITES = ("cross-site", "same-site")

bp = Blueprint("accounts", __name__)
bp.register_blueprint(account_pages.bp)
bp.register_blueprint(sign_up_pages.bp)


class NotOnThisTeam(Refusal):
    status = 422
    code = "validation_failed"

    def __init__(self) -> None:
        message = _("This login is not on the team of %(name)s.", name=g.tenant.name)
        super().__init__(message, fields={"email": message})


@bp.before_request
def _who_is_it() -> None:
    # Before any transaction of a view begins, since it lets go of the session.
    sessions.current_sign_in()


@bp.before_request
def _not_from_another_site() -> None:
    # Even without a cookie, which is all that is refused elsewhere: another site may not choose
    # who a browser is signed in as.
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") in OTHER_SITES:
        abort(403)


@bp.get("/sign-in")
def show_sign_in() -> Response:
    again = request.args.get("again") == "1"
    if access.current_person() is not None and not again:
        return redirect(access.way_back(_home()), 303)  # type: ignore[return-value]
    return _sign_in_page({})


@bp.post("/sign-in")
@limited("sign_in")
def sign_in() -> Response:
    password = request.form.get("password", "")
    try:
        user = people.check_password(request.form.get("email", ""), password)
        with transaction():
            if g.tenant is not None and not access.belongs_here(user):
                raise NotOnThisTeam
            people.keep_up(user, password)
            sessions.start(user, proven_at=now(), at=now())
    except Refusal as refusal:
        if not refusal.fields:
            raise
        return _sign_in_page(refusal.fields)
    forgive("sign_in", account=request.form["email"])
    return redirect(access.way_back(_home()), 303)  # type: ignore[return-value]


@bp.post("/sign-out")
def sign_out() -> Response:
    with transaction():
        sessions.end(at=now())
    return redirect("/sign-in", 303)  # type: ignore[return-value]


@bp.post("/sign-in/link")
@limited("mail_link")
def ask_for_link() -> Response:
    try:
        email = people.address(request.form.get("email", ""))
    except Invalid as refusal:
        return _sign_in_page(refusal.fields)
    with transaction():
        letters.ask_for_sign_in(email, host=request.host, next=access.way_back(_home()))
    return page("accounts/mail_sent.html", email=email, purpose="sign_in")


@bp.get("/sign-in/link")
def show_link() -> Response:
    # Only shown here: mail programs that look at every link would use it up.
    keep_address_secret()
    code = request.args.get("code", "")
    link = links.look("sign_in", code, host=request.host, at=now())
    user = _person_of(link.user_id)
    return page(
        "accounts/follow_link.html",
        code=code,
        email=link.email,
        loses_password=people.would_lose_password(user, knew_password=_is_signed_in(user)),
    )


@bp.post("/sign-in/link/follow")
@limited("sign_in")
def follow_link() -> Response:
    at = now()
    with transaction():
        link = links.use("sign_in", request.form.get("code", ""), host=request.host, at=at)
        user = _person_of(link.user_id)
        if g.tenant is not None and not access.belongs_here(user):
            raise NotOnThisTeam
        knew_password = _is_signed_in(user)
        lost_password = people.would_lose_password(user, knew_password=knew_password)
        people.prove_address(user, knew_password=knew_password, at=at)
        sessions.start(user, proven_at=at, at=at)
        wanted = link.next
    if lost_password:
        flash(
            _(
                "Your address is confirmed. The password it had until now was taken away, and every"
                " other browser was signed out: please choose a password."
            ),
            "doubt",
        )
        wanted = "/account"
    return redirect(wanted, 303)  # type: ignore[return-value]


@bp.get("/password/forgotten")
def show_forgotten() -> Response:
    return page("accounts/forgotten.html", email=request.args.get("email", ""), errors={})


@bp.post("/password/forgotten")
@limited("mail_link")
def ask_for_reset() -> Response:
    given = request.form.get("email", "")
    try:
        email = people.address(given)
    except Invalid as refusal:
        return page("accounts/forgotten.html", status=422, email=given, errors=refusal.fields)
    with transaction():
        letters.ask_for_reset(email, host=request.host)
    return page("accounts/mail_sent.html", email=email, purpose="reset")


@bp.get("/password/new")
def show_new_password() -> Response:
    keep_address_secret()
    code = request.args.get("code", "")
    link = links.look("reset_password", code, host=request.host, at=now())
    return page("accounts/new_password.html", code=code, email=link.email, errors={})


@bp.post("/password/new")
@limited("sign_in")
def choose_new_password() -> Response:
    keep_address_secret()
    at, code = now(), request.form.get("code", "")
    try:
        with transaction():
            link = links.use("reset_password", code, host=request.host, at=at)
            user, email = _person_of(link.user_id), link.email
            people.set_password(user, request.form.get("password", ""))
            people.prove_address(user, knew_password=True, at=at)
            sign_ins.end_all(user.id, at=at)
            sessions.start(user, proven_at=at, at=at)
    except Invalid as refusal:
        return page(
            "accounts/new_password.html",
            status=422,
            code=code,
            email=email,
            errors=refusal.fields,
        )
    flash(_("Your new password is set, and every other browser was signed out."), "right")
    return redirect(_home(), 303)  # type: ignore[return-value]


@bp.get("/verify-email")
@access.signed_in
def show_verification() -> Response:
    keep_address_secret()
    code = request.args.get("code", "")
    link = links.look("verify_email", code, host=request.host, at=now())
    _same_person(link.user_id)
    return page("accounts/verify_email.html", code=code, email=link.email)


@bp.post("/verify-email")
@access.signed_in
def verify_email() -> Response:
    at = now()
    with transaction():
        link = links.use("verify_email", request.form.get("code", ""), host=request.host, at=at)
        _same_person(link.user_id)
        people.prove_address(_person_of(link.user_id), knew_password=True, at=at)
    flash(_("Your address is confirmed."), "right")
    return redirect("/account", 303)  # type: ignore[return-value]


@bp.get("/enter")
def enter() -> Response:
    """Come in from the base host, with the one-time code it gave this browser."""
    if g.tenant is None:
        abort(404)
    keep_address_secret()
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        # Another site may not choose who this browser is signed in as.
        return redirect("/sign-in?next=/manage/", 303)  # type: ignore[return-value]
    at = now()
    try:
        with transaction():
            code = request.args.get("code", "")
            link = links.use("handover", code, host=request.host, at=at)
            sessions.start(_person_of(link.user_id), proven_at=link.proven_at, at=at)
            wanted = link.next
    except links.LinkSpent:
        # Most likely somebody went back in their browser.
        return redirect("/sign-in?next=/manage/", 303)  # type: ignore[return-value]
    return redirect(wanted, 303)  # type: ignore[return-value]


@bp.get("/invitation")
def show_invitation() -> Response:
    if g.tenant is None:
        abort(404)
    keep_address_secret()
    return _invitation_page(request.args.get("code", ""), {})


@bp.post("/invitation")
@limited("sign_in")
def accept_invitation() -> Response:
    if g.tenant is None:
        abort(404)
    keep_address_secret()
    at, code = now(), request.form.get("code", "")
    before = access.current_person()
    try:
        with transaction():
            user, membership = invitations.accept(
                code,
                signed_in=before,
                name=request.form.get("name", ""),
                password=request.form.get("password") or None,
                at=at,
            )
            sessions.start(user, proven_at=at, at=at)
            role = membership.role
    except Invalid as refusal:
        return _invitation_page(code, refusal.fields)
    flash(_("Welcome to %(name)s.", name=g.tenant.name), "right")
    return redirect("/scan/" if role == "scanner" else "/manage/", 303)  # type: ignore[return-value]


def _sign_in_page(errors: dict[str, str]) -> Response:
    person = access.current_person()
    next = access.way_back("")
    return page(
        "accounts/sign_in.html",
        status=422 if errors else 200,
        email=request.form.get("email", person.email if person else ""),
        next=next,
        again=request.values.get("again") == "1",
        elsewhere=_by_way_of_base_host(next) if g.tenant is not None else None,
        errors=errors,
    )


def _invitation_page(code: str, errors: dict[str, str]) -> Response:
    offer = invitations.look(code, at=now())
    person = access.current_person()
    return page(
        "accounts/invitation.html",
        status=422 if errors else 200,
        code=code,
        email=offer.email,
        role=role_name(offer.role),
        promise=role_promise(offer.role),
        is_new=people.find(offer.email) is None,
        somebody_else=person is not None and person.email != offer.email,
        name=request.form.get("name", ""),
        errors=errors,
    )


def _by_way_of_base_host(next: str) -> str:
    asked = urlencode({"next": next or "/manage/"})
    return hosts.base_url(f"/account/open/{g.tenant.slug}?{asked}")


def _home() -> str:
    return "/manage/" if g.tenant is not None else "/account"


def _person_of(user_id: uuid.UUID | None) -> User:
    return db.session.get_one(User, user_id)


def _is_signed_in(user: User) -> bool:
    person = access.current_person()
    return person is not None and person.id == user.id


def _same_person(user_id: uuid.UUID | None) -> None:
    person = access.current_person()
    if person is None or person.id != user_id:
        # Somebody else may have signed up with this address, and waits for its owner to say yes.
        raise links.LinkSpent
