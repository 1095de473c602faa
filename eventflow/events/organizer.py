"""The console's pages that make an event: the wizard, its picture, its preview, going on sale."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import gettext as _

from eventflow import files, uploads
from eventflow.accounts import access
from eventflow.accounts.meanwhile import ChangedMeanwhile
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events import (
    covers,
    drafting,
    houses,
    price_list,
    publishing,
    repricing,
    wizard,
    wizard_pages,
)
from eventflow.events.models import Event
from eventflow.events.wizard import LOOK, STEPS, TICKETS, WHAT, WHEN
from eventflow.limits import limited
from eventflow.pages import wants_fragment
from eventflow.pictures import Picture, PictureRefused

bp = access.console(Blueprint("events_console", __name__, url_prefix="/manage/events"), "admin")


@bp.get("/new")
def new() -> Response:
    return wizard_pages.answer(None, WHAT)


@bp.post("/new")
def create() -> Response:
    typed = wizard.typed(request.form, WHAT)
    if "do" in request.form:
        return wizard_pages.answer(None, WHAT, typed=typed)
    try:
        with transaction():
            event = wizard.begin(
                typed,
                currency=request.form.get("currency", g.tenant.currency),
                zone=g.tenant.timezone,
                by=access.person_id(),
                at=now(),
            )
            slug = event.slug
    except Invalid as refusal:
        return wizard_pages.answer(None, WHAT, typed=typed, errors=refusal.fields, status=422)
    return _onward(slug, WHAT)


@bp.get("/<slug>/edit")
def resume(slug: str) -> Response:
    """Where whoever worked on it last left off."""
    return _to(slug, wizard.resumes_at(drafting.find(slug)))


@bp.get("/<slug>/edit/<int:step>")
def edit(slug: str, step: int) -> Response:
    return wizard_pages.answer(drafting.find(slug), _known(step))


@bp.post("/<slug>/edit/<int:step>")
def save(slug: str, step: int) -> Response:
    """Keep a step and go on, or do what one of its own buttons says and show it again."""
    if _known(step) == LOOK:
        drafting.find(slug)
        return _onward(slug, LOOK)
    return _save_prices(slug) if step == TICKETS else _save_facts(slug, step)


def _save_facts(slug: str, step: int) -> Response:
    typed = wizard.typed(request.form, step)
    if "do" in request.form:
        return wizard_pages.answer(drafting.find(slug), step, typed=typed)
    # A form without the field says nothing of the house.
    house = request.form.get("house") if step == WHEN else None
    try:
        with transaction():
            event = wizard.locked(slug, request.form.get("version", ""))
            before = event.timezone
            despite_clash = request.form.get("despite_clash") == "1"
            wizard.save(
                event,
                step,
                typed,
                house=house,
                despite_clash=despite_clash,
                despite_sold=request.form.get("despite_sold") == "1",
                at=now(),
            )
            is_on_its_venues_clock = event.timezone not in (before, typed.get("timezone"))
            clock = houses.clock_in_words(event) if is_on_its_venues_clock else ""
            has_moved = event.timezone != before and any(
                tier.sale_start or tier.sale_end or tier.price_steps for tier in event.tiers
            )
    except ChangedMeanwhile as changed:
        event = drafting.find(slug)
        return wizard_pages.answer(event, step, typed=typed, notice=changed.message, status=409)
    except Invalid as refusal:
        event = drafting.find(slug)
        return wizard_pages.answer(
            event, step, typed=typed, errors=refusal.fields, status=refusal.status
        )
    if clock:
        flash(clock, "doubt")
    if has_moved:
        flash(
            _("Sales begin and end at the same moments as before; see how the clock shows them."),
            "doubt",
        )
    return _onward(slug, step)


def _save_prices(slug: str) -> Response:
    usual = g.tenant.fee_mode
    if button := request.form.get("do"):
        event = drafting.find(slug)
        prices = price_list.of_form(event, request.form, usual_fee_mode=usual)
        price_list.press(prices, button)
        return wizard_pages.answer(event, TICKETS, prices=prices, errors=prices.errors)
    try:
        with transaction():
            event = wizard.locked(slug, request.form.get("version", ""))
            prices = price_list.of_form(event, request.form, usual_fee_mode=usual)
            repricing.save(event, prices, usual_fee_mode=usual, at=now())
            if wizard_pages.keep_seat_prices:
                wizard_pages.keep_seat_prices(event, now())
            wizard.reach(event, LOOK)
    except ChangedMeanwhile as changed:
        return _prices_again(slug, notice=changed.message, status=409)
    except Invalid as refusal:
        return _prices_again(slug, errors=refusal.fields, status=422)
    if "make" in request.form:  # One of the buttons among the prices of seats.
        return _to(slug, TICKETS, "prices")
    return _onward(slug, TICKETS)


def _prices_again(
    slug: str, *, status: int, notice: str = "", errors: Mapping[str, str] | None = None
) -> Response:
    # What was typed is read anew, against the tiers as they are after all was undone.
    event = drafting.find(slug)
    prices = price_list.of_form(event, request.form, usual_fee_mode=g.tenant.fee_mode)
    return wizard_pages.answer(
        event, TICKETS, prices=prices, notice=notice, errors=errors, status=status
    )


# The picture


@bp.post("/<slug>/cover")
@uploads.taken
@limited("upload")
def keep_cover(slug: str) -> Response:
    event = drafting.find(slug)
    try:
        upload = uploads.chosen("cover")
    except Invalid as refusal:
        return _picture_refused(event, refusal.message)
    if upload is None:
        return _picture_refused(event, _("Choose a picture first."))
    folder = covers.folder(event)
    db.session.rollback()  # Nothing is held open while a picture is made.
    try:
        picture = covers.make(upload.read(), folder=folder)
    except PictureRefused as refused:
        return _picture_refused(event, str(refused))
    return _show_cover(slug, picture, _("The picture is kept."))


@bp.post("/<slug>/cover/focus")
def focus_cover(slug: str) -> Response:
    """Crop the picture around what matters in it, and say in words what it shows."""
    event = drafting.find(slug)
    if event.cover is None:
        return _to(slug, LOOK)
    kept, folder = Picture.from_json(event.cover), covers.folder(event)
    focus = covers.focus_typed(request.form, kept.focus)
    picture = kept
    db.session.rollback()
    if focus != kept.focus:
        try:
            picture = covers.recrop(kept, folder=folder, focus=focus)
        except (PictureRefused, files.NoSuchFile):
            return _picture_refused(event, _("Please choose the picture again."))
    alt = " ".join(request.form.get("cover_alt", "").split())
    try:
        with transaction():
            event = drafting.find(slug)
            if picture != kept:
                covers.keep(event, picture, at=now())
            if alt != event.cover_alt:
                drafting.change(event, {"cover_alt": alt}, at=now())
    except Invalid as refusal:
        return wizard_pages.answer(drafting.find(slug), LOOK, errors=refusal.fields, status=422)
    covers.discard(kept, keep=picture)
    if wants_fragment():
        return wizard_pages.answer(drafting.find(slug), LOOK)
    return _to(slug, LOOK, "picture")


@bp.post("/<slug>/cover/remove")
def remove_cover(slug: str) -> Response:
    drafting.find(slug)
    return _show_cover(slug, None, _("The picture is gone."))


def _show_cover(slug: str, picture: Picture | None, words: str) -> Response:
    with transaction():
        before = covers.keep(drafting.find(slug), picture, at=now())
    covers.discard(before, keep=picture)
    flash(words, "right")
    return _to(slug, LOOK, "picture")


def _picture_refused(event: Event, sentence: str) -> Response:
    return wizard_pages.answer(event, LOOK, errors={"cover": sentence}, status=422)


# Who may see it


@bp.post("/<slug>/preview")
def open_preview(slug: str) -> Response:
    """A new secret link. `look=1` goes there at once."""
    with transaction():
        event = drafting.find(slug)
        had_one = event.preview_token is not None
        token = publishing.open_preview(event, at=now())
    if "look" in request.form:
        return _answer(f"/events/{slug}?preview={token}")
    words = _("There is a new preview link; the one before it shows nothing any more.")
    flash(words if had_one else _("The preview link is made."), "right")
    return _to(slug, LOOK, "preview")


@bp.post("/<slug>/preview/close")
def close_preview(slug: str) -> Response:
    with transaction():
        publishing.close_preview(drafting.find(slug), at=now())
    flash(_("The preview link shows nothing any more."), "right")
    return _to(slug, LOOK, "preview")


@bp.post("/<slug>/publish")
def publish(slug: str) -> Response:
    try:
        with transaction():
            event = drafting.find(slug)
            was_out = event.status == "published"
            publishing.publish(event, at=now())
            title = event.title
    except Invalid as refusal:
        event = drafting.find(slug)
        return wizard_pages.answer(event, LOOK, notice=refusal.message, status=422)
    if not was_out:
        flash(_("%(title)s is on sale.", title=title), "right")
    return _overview(slug)


@bp.post("/<slug>/archive")
def archive(slug: str) -> Response:
    with transaction():
        event = drafting.find(slug)
        publishing.archive(event, at=now())
        title = event.title
    flash(_("%(title)s is archived. It can be brought back.", title=title), "right")
    return _overview(slug)


@bp.post("/<slug>/restore")
def restore(slug: str) -> Response:
    with transaction():
        event = drafting.find(slug)
        publishing.restore(event, at=now())
        title = event.title
    flash(_("%(title)s is back.", title=title), "right")
    return _overview(slug)


# Ways


def _known(step: int) -> int:
    if step not in STEPS:
        raise NotFound
    return step


def _onward(slug: str, step: int) -> Response:
    """Where the pressed button leads."""
    go = request.form.get("go", "next")
    if go in map(str, STEPS):
        return _to(slug, int(go))
    if go == "back":
        return _to(slug, max(WHAT, step - 1))
    if go == "next" and step < LOOK:
        return _to(slug, step + 1)
    flash(_("Everything is kept."), "right")
    return _overview(slug)


def _to(slug: str, step: int, part: str = "") -> Response:
    anchor = f"#{part}" if part else ""
    return _answer(f"/manage/events/{slug}/edit/{step}{anchor}")


def _overview(slug: str) -> Response:
    return _answer(f"/manage/events/{slug}")


def _answer(address: str) -> Response:
    return redirect(address, 303)  # type: ignore[return-value]
