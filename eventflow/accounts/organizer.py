"""The console's pages about the box office itself: team, API tokens, settings, audit log."""

import uuid
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, flash, g, redirect, request
from flask_babel import gettext as _

from eventflow import brand, lists, pictures, uploads
from eventflow.accounts import (
    access,
    asking,
    carried,
    choices,
    hosts,
    invitations,
    meanwhile,
    people,
    team,
    tenants,
    tokens,
    trail,
)
from eventflow.accounts.meanwhile import ChangedMeanwhile
from eventflow.accounts.roles import roles_in_words
from eventflow.db import new_id, now, transaction
from eventflow.errors import Invalid
from eventflow.limits import limited
from eventflow.pages import page, wants_fragment

bp = access.console(Blueprint("accounts_console", __name__, url_prefix="/manage"), "scanner")

# What the platform takes is not the organizer's to set.
SETTINGS = (
    "name",
    "tagline",
    "about",
    "contact_email",
    "accent",
    "locale",
    "timezone",
    "currency",
    "fee_mode",
    "hold_minutes",
)


@bp.get("/team")
@access.require("owner")
def show_team() -> Response:
    return _team_page({})


@bp.post("/team/invitations")
@access.require("owner")
@limited("resend")
def invite() -> Response:
    email, role = request.form.get("email", ""), request.form.get("role", "")
    if role == "owner" and (proof := carried.to_proof("/manage/team", request.form)):
        return proof
    try:
        with transaction():
            invitation = invitations.invite(
                email, role, by=people.get(access.person_id()), at=now()
            )
            email = invitation.email
    except Invalid as refusal:
        return _team_page(refusal.fields)
    flash(_("An invitation is on its way to %(email)s.", email=people.as_written(email)), "right")
    return redirect("/manage/team", 303)  # type: ignore[return-value]


@bp.post("/team/invitations/<uuid:invitation_id>/again")
@access.require("owner")
@limited("resend")
def invite_again(invitation_id: uuid.UUID) -> Response:
    role = invitations.find(invitation_id).role
    if role == "owner" and (proof := carried.to_proof("/manage/team", {})):
        return proof
    with transaction():
        email = invitations.send_again(invitation_id, at=now()).email
    flash(
        _("Another invitation is on its way to %(email)s.", email=people.as_written(email)), "right"
    )
    return redirect("/manage/team", 303)  # type: ignore[return-value]


@bp.post("/team/invitations/<uuid:invitation_id>/revoke")
@access.require("owner")
def revoke_invitation(invitation_id: uuid.UUID) -> Response:
    with transaction():
        email = invitations.revoke(invitation_id, at=now()).email
    flash(
        _("The invitation to %(email)s no longer works.", email=people.as_written(email)), "right"
    )
    return redirect("/manage/team", 303)  # type: ignore[return-value]


@bp.post("/team/<uuid:membership_id>/role")
@access.require("owner")
def change_role(membership_id: uuid.UUID) -> Response:
    role = request.form.get("role", "")
    typed = {"member": str(membership_id), "role": role}
    if role == "owner" and (proof := carried.to_proof("/manage/team", typed)):
        return proof
    with transaction():
        team.change_role(membership_id, role, at=now())
    flash(_("The role is changed."), "right")
    return redirect("/manage/team", 303)  # type: ignore[return-value]


@bp.post("/team/<uuid:membership_id>/remove")
@access.require("owner")
def remove_member(membership_id: uuid.UUID) -> Response:
    with transaction():
        email = team.remove(membership_id, at=now()).user.email
    flash(_("%(email)s is no longer on the team.", email=people.as_written(email)), "right")
    return redirect("/manage/team", 303)  # type: ignore[return-value]


@bp.post("/team/<uuid:membership_id>/hand-over")
@access.require("owner")
@access.freshly_signed_in
def hand_over(membership_id: uuid.UUID) -> Response:
    with transaction():
        team.hand_over(membership_id, by_id=access.person_id(), at=now())
    flash(_("The ownership is handed over, and you are admin now."), "right")
    return redirect("/manage/", 303)  # type: ignore[return-value]


@bp.post("/team/leave")
def leave() -> Response:
    """Whoever works here may stop."""
    membership = access.current_membership()
    assert membership is not None
    with transaction():
        team.remove(membership.id, at=now())
    return redirect(hosts.base_url("/account"), 303)  # type: ignore[return-value]


@bp.get("/tokens")
@access.require("owner")
@access.freshly_signed_in
def show_tokens() -> Response:
    return _tokens_page({})


@bp.post("/tokens")
@access.require("owner")
def create_token() -> Response:
    if proof := carried.to_proof("/manage/tokens", request.form):
        return proof
    try:
        with transaction():
            token, secret = tokens.create(
                request.form.get("name", ""),
                request.form.get("role", ""),
                token_id=_token_of_form(),
                by=people.get(access.person_id()),
                at=now(),
            )
            name = token.name
    except Invalid as refusal:
        return _tokens_page(refusal.fields)
    except tokens.AlreadyMade:
        # Pressed twice, or the page with the secret was loaded again.
        words = _("This token was made already, and shown once. If it was lost, revoke it.")
        flash(words, "doubt")
        return redirect("/manage/tokens", 303)  # type: ignore[return-value]
    # Answered at once and not after a redirect: the secret is shown here and nowhere again.
    response = _tokens_page({}, made=(name, secret))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/tokens/<uuid:token_id>/revoke")
@access.require("owner")
def revoke_token(token_id: uuid.UUID) -> Response:
    if not asking.is_sure():
        return asking.ask(
            _("Revoke %(name)s?", name=tokens.get(token_id).name),
            _("Revoke this token"),
            detail=_("Whatever uses it stops working at once. It cannot be brought back."),
            back="/manage/tokens",
        )
    with transaction():
        name = tokens.revoke(token_id, at=now()).name
    flash(_("The token %(name)s no longer works.", name=name), "right")
    return redirect("/manage/tokens", 303)  # type: ignore[return-value]


@bp.get("/settings")
@access.require("admin")
def show_settings() -> Response:
    return _settings_page({})


@bp.get("/settings/accent")
@access.require("admin")
def preview_accent() -> Response:
    """How a colour would do, on paper and in the dark, while it is being chosen."""
    if not wants_fragment():
        return redirect("/manage/settings", 303)  # type: ignore[return-value]
    return page(
        "accounts/organizer/settings.html",
        "accent_preview",
        samples=_samples(request.args.get("accent", "")),
    )


@bp.post("/settings")
@access.require("admin")
def change_settings() -> Response:
    given = {key: request.form[key] for key in SETTINGS if key in request.form}
    try:
        with transaction():
            tenant = tenants.locked(g.tenant.id)
            with meanwhile.keeping(tenant, SETTINGS, request.form.get("version")):
                changed = tenants.change(tenant, given, at=now())
    except ChangedMeanwhile as refusal:
        return _settings_page({}, stale=refusal)
    except Invalid as refusal:
        return _settings_page(refusal.fields)
    hosts.forget(g.tenant.slug)
    flash(_("The settings are kept.") if changed else _("Nothing was different."), "right")
    return redirect("/manage/settings", 303)  # type: ignore[return-value]


@bp.post("/settings/logo")
@uploads.taken
@access.require("admin")
@limited("upload")
def keep_logo() -> Response:
    try:
        upload = uploads.chosen("logo")
    except Invalid as refusal:
        return _settings_page(refusal.fields)
    picture = None
    if upload is not None:
        try:
            folder = f"{g.tenant.id}/logo"
            picture = pictures.take(upload.read(), pictures.LOGO, folder=folder)
        except pictures.PictureRefused as refused:
            return _settings_page({"logo": str(refused)})
    elif "remove" not in request.form:
        return _settings_page({"logo": _("Choose a picture first.")})
    with transaction():
        tenant = tenants.get(g.tenant.id)
        before = tenant.logo
        tenants.keep_logo(tenant, picture.as_json() if picture else None, at=now())
    if before:
        pictures.discard(pictures.Picture.from_json(before), keep=picture)
    hosts.forget(g.tenant.slug)
    flash(_("The logo is changed.") if picture else _("The logo is removed."), "right")
    return redirect("/manage/settings", 303)  # type: ignore[return-value]


@bp.get("/audit")
@access.require("admin")
def show_audit() -> Response:
    filters = trail.Filters(
        who=request.args.get("who", ""),
        action=request.args.get("action", ""),
        first=_day("from"),
        last=_day("to"),
        zone=g.tenant.timezone,
    )
    number = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    entries, total = trail.read(filters, page=number)
    if last := lists.beyond(number, total, per_page=trail.PER_PAGE):
        return redirect(last, 303)  # type: ignore[return-value]
    before = (number - 1) * trail.PER_PAGE
    return page(
        "accounts/organizer/audit.html",
        "log",
        entries=entries,
        total=total,
        first=before + 1,
        last=before + len(entries),
        previous=_audit_page(number - 1) if number > 1 else None,
        next=_audit_page(number + 1) if before + len(entries) < total else None,
        filters=filters,
        is_filtered=bool(filters.who or filters.action or filters.first or filters.last),
        actors=trail.actors(),
        kinds=trail.kinds(),
        called=trail.called,
        differences=trail.differences,
    )


def _team_page(errors: dict[str, str]) -> Response:
    """The team, with what was typed: also before one was asked to prove who one is."""
    at, mine, before = now(), access.current_membership(), carried.brought_back()
    typed = before or request.form
    of_member, role = before.get("member"), typed.get("role", "")
    return page(
        "accounts/organizer/team.html",
        status=422 if errors else 200,
        members=team.members(),
        invitations=invitations.waiting(at=at),
        mine=mine,
        roles=roles_in_words(),
        chosen={of_member: role} if of_member else {},
        email=typed.get("email", ""),
        role="staff" if of_member else role or "staff",
        errors=errors,
        at=at,
    )


def _tokens_page(errors: dict[str, str], *, made: tuple[str, str] | None = None) -> Response:
    typed = carried.brought_back() or request.form
    return page(
        "accounts/organizer/tokens.html",
        status=422 if errors else 200,
        tokens=tokens.newest_first(),
        roles=roles_in_words(),
        name="" if made else typed.get("name", ""),
        role=typed.get("role", "scanner"),
        made=made,
        token_id=new_id(),
        api_url=hosts.tenant_url(g.tenant.slug, "/api/v1/docs"),
        errors=errors,
        at=now(),
    )


def _token_of_form() -> uuid.UUID | None:
    """The id that the form keeps for its token, so that it makes one and no second."""
    try:
        return uuid.UUID(request.form.get("token_id", ""))
    except ValueError:
        return None


def _settings_page(errors: dict[str, str], *, stale: ChangedMeanwhile | None = None) -> Response:
    kept = tenants.get(g.tenant.id)
    form = {key: request.form.get(key, getattr(kept, key)) for key in SETTINGS}
    opened_at = request.form.get("version", meanwhile.version_of(kept, SETTINGS))
    return page(
        "accounts/organizer/settings.html",
        status=stale.status if stale else 422 if errors else 200,
        kept=kept,
        form=form,
        version=stale.version if stale else opened_at,
        stale=stale,
        errors=errors,
        currencies=choices.currency_choices(kept.currency),
        zones=choices.timezone_choices(form["timezone"]),
        languages=choices.language_choices(current_app.extensions["languages"]),
        fixed_fee=kept.fee_rule(kept.currency).fixed,
        samples=_samples(form["accent"]),
    )


def _samples(accent: str) -> list[dict[str, str]]:
    """A colour by day and in the dark: what it becomes there, and how well it reads."""
    try:
        accent = brand.normalised(accent)
    except brand.NotAColour:
        return []
    samples = []
    for dark, label in ((False, _("By day")), (True, _("In the dark"))):
        parts = brand.palette(accent, dark=dark)
        ratio = brand.contrast(parts.accent, parts.on_accent)
        samples.append(
            {"label": label, "fill": parts.accent, "ink": parts.on_accent, "ratio": f"{ratio:.1f}"}
        )
    return samples


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _audit_page(number: int) -> str:
    kept = {key: value for key, value in request.args.items() if key != "page" and value}
    return "/manage/audit?" + urlencode({**kept, "page": number})
