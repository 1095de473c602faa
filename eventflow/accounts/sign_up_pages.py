"""Signing up on the base host: one form, and one is in the console of one's own box office."""

from typing import Any

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext as _

from eventflow.accounts import access, choices, hosts, links, sessions, tenants
from eventflow.accounts.models import User
from eventflow.accounts.signing_up import open_box_office
from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.limits import limited
from eventflow.pages import page, wants_fragment

bp = hosts.only_on_base_host(Blueprint("sign_up", __name__))

_FIELDS = ("name", "slug", "your_name", "email", "currency", "timezone")


@bp.get("/sign-up")
def show() -> Response:
    return _form_page({})


@bp.get("/sign-up/subdomain")
@limited("search")
def check_subdomain() -> Response:
    """What stands under the field for the subdomain while one types."""
    if not wants_fragment():
        return redirect("/sign-up", 303)  # type: ignore[return-value]
    return page("accounts/sign_up.html", "subdomain", **_subdomain(request.args.get("slug", "")))


@bp.post("/sign-up")
@limited("sign_up")
def sign_up() -> Response:
    at = now()
    person, sign_in = access.current_person(), sessions.current_sign_in()
    try:
        with tenants.opening(), transaction():
            tenant, owner = open_box_office(
                request.form,
                owner=db.session.get_one(User, person.id) if person else None,
                address=request.remote_addr or "",
                at=at,
            )
            slug = tenant.slug
            proven_at = sign_in.proven_at if sign_in else at
            if sign_in is None:
                sessions.start(owner, proven_at=at, at=at)
            code = links.make(
                "handover",
                host=hosts.host_of(slug),
                user=owner,
                next="/manage/",
                proven_at=proven_at,
                at=at,
            )
    except Refusal as refusal:
        if not refusal.fields:
            raise
        return _form_page(refusal.fields)
    hosts.forget(slug)
    return redirect(hosts.tenant_url(slug, f"/enter?code={code}"), 303)  # type: ignore[return-value]


def _form_page(errors: dict[str, str]) -> Response:
    form = {name: request.form.get(name, "") for name in _FIELDS}
    return page(
        "accounts/sign_up.html",
        status=422 if errors else 200,
        form=form,
        person=access.current_person(),
        errors=errors,
        currencies=choices.currency_choices(),
        zones=choices.timezone_choices(),
        base_domain=hosts.host_of(""),
        **_subdomain(form["slug"]),
    )


def _subdomain(given: str) -> dict[str, Any]:
    """Whether a subdomain can be had, in words: trouble, or an address, or nothing asked yet."""
    slug = given.strip().lower()
    if not slug:
        return {"slug_trouble": None, "slug_host": None}
    trouble = tenants.slug_trouble(slug)
    if trouble is None and tenants.is_taken(slug):
        trouble = _("The subdomain %(slug)s is taken.", slug=slug)
    return {"slug_trouble": trouble, "slug_host": None if trouble else hosts.host_of(slug)}
