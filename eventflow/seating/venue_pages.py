"""The console's pages of venues: the list, one venue with its photos and maps, its particulars."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import gettext as _

from eventflow import pictures, uploads
from eventflow.accounts import access
from eventflow.accounts.choices import timezone_choices
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.limits import limited
from eventflow.pages import page
from eventflow.pictures import PictureRefused
from eventflow.seating import maps, venues
from eventflow.seating.models import Venue

bp = access.console(Blueprint("venues_console", __name__, url_prefix="/manage/venues"))


@bp.get("")
def show_venues() -> Response:
    return _list(archived=False)


@bp.get("/archived")
def show_archived() -> Response:
    return _list(archived=True)


def _list(*, archived: bool) -> Response:
    shown = venues.all_of_them(archived=archived)
    drawn = {venue.id: maps.of_venue(venue) for venue in shown}
    counts = maps.counts([one for some in drawn.values() for one in some])
    return page(
        "seating/organizer/venues.html",
        venues=[(venue, venues.photos(venue)[:1], drawn[venue.id]) for venue in shown],
        counts=counts,
        archived=archived,
        any_archived=bool(venues.all_of_them(archived=True)),
        may_change=access.may("admin"),
    )


@bp.get("/new")
@access.require("admin")
def new() -> Response:
    return _form(None, {"timezone": g.tenant.timezone}, {})


@bp.post("/new")
@access.require("admin")
def create() -> Response:
    try:
        with transaction():
            slug = venues.create(_typed(), zone=g.tenant.timezone, at=now()).slug
    except Invalid as refusal:
        return _form(None, request.form, refusal.fields, 422)
    flash(_("The venue is kept. Now draw its seats."), "right")
    return _to(slug)


@bp.get("/<venue_slug>")
def show_venue(venue_slug: str) -> Response:
    return _venue(venues.find(venue_slug))


@bp.get("/<venue_slug>/edit")
@access.require("admin")
def edit(venue_slug: str) -> Response:
    venue = venues.find(venue_slug)
    return _form(venue, {name: getattr(venue, name) for name in venues.FIELDS}, {})


@bp.post("/<venue_slug>/edit")
@access.require("admin")
def change(venue_slug: str) -> Response:
    try:
        with transaction():
            venues.change(venues.find(venue_slug), _typed(), at=now())
    except Invalid as refusal:
        return _form(venues.find(venue_slug), request.form, refusal.fields, 422)
    flash(_("The venue is kept."), "right")
    return _to(venue_slug)


@bp.post("/<venue_slug>/archive")
@access.require("admin")
def archive(venue_slug: str) -> Response:
    with transaction():
        venue = venues.find(venue_slug)
        venues.archive(venue, at=now())
        name = venue.name
    flash(_("%(name)s is archived. It can be brought back.", name=name), "right")
    return _to(venue_slug)


@bp.post("/<venue_slug>/restore")
@access.require("admin")
def restore(venue_slug: str) -> Response:
    with transaction():
        venue = venues.find(venue_slug)
        venues.restore(venue, at=now())
        name = venue.name
    flash(_("%(name)s is back.", name=name), "right")
    return _to(venue_slug)


@bp.post("/<venue_slug>/photos")
@uploads.taken
@access.require("admin")
@limited("upload")
def add_photo(venue_slug: str) -> Response:
    venue = venues.find(venue_slug)
    try:
        upload = uploads.chosen("photo")
    except Invalid as refusal:
        return _venue(venue, refusal.fields, 422)
    if upload is None:
        return _venue(venue, {"photo": _("Choose a picture first.")}, 422)
    folder = venues.folder(venue)
    db.session.rollback()  # Nothing is held open while a picture is made.
    try:
        picture = venues.make_photo(upload.read(), folder=folder)
    except PictureRefused as refused:
        return _venue(venues.find(venue_slug), {"photo": str(refused)}, 422)
    try:
        with transaction():
            venue = venues.find(venue_slug)
            venues.add_photo(venue, picture, request.form.get("alt", ""), at=now())
    except (Invalid, ValueError) as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {"alt": str(refusal)}
        return _venue(venues.find(venue_slug), fields, 422)
    flash(_("The photo is kept."), "right")
    return _to(venue_slug, "#photos")


@bp.post("/<venue_slug>/photos/<int:number>/remove")
@access.require("admin")
def remove_photo(venue_slug: str, number: int) -> Response:
    with transaction():
        picture = venues.remove_photo(venues.find(venue_slug), number, at=now())
    pictures.discard(picture)
    flash(_("The photo is gone."), "right")
    return _to(venue_slug, "#photos")


@bp.post("/<venue_slug>/maps")
@access.require("admin")
def create_map(venue_slug: str) -> Response:
    """A new map of this venue; on to the editor."""
    template = request.form.get("template", "empty")
    try:
        with transaction():
            venue = venues.find(venue_slug)
            seat_map = maps.create(venue, request.form.get("name", ""), template=template, at=now())
            address = f"/manage/venues/{venue_slug}/maps/{seat_map.id}"
    except Invalid as refusal:
        return _venue(venues.find(venue_slug), refusal.fields, 422)
    return redirect(address, 303)  # type: ignore[return-value]


def _venue(venue: Venue, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    shown = maps.of_venue(venue)
    return page(
        "seating/organizer/venue.html",
        status=status,
        venue=venue,
        photos=venues.photos(venue),
        maps=shown,
        archived=maps.of_venue(venue, archived=True),
        counts=maps.counts(shown),
        errors=errors or {},
        typed=request.form,
        may_change=access.may("admin"),
        templates=[
            {"value": "empty", "label": _("Empty"), "hint": _("A floor and nothing on it.")},
            {
                "value": "theatre",
                "label": _("Theatre"),
                "hint": _("Curved stalls and a circle before a stage."),
            },
            {
                "value": "round",
                "label": _("In the round"),
                "hint": _("Four blocks about a stage in the middle."),
            },
            {
                "value": "banquet",
                "label": _("Banquet"),
                "hint": _("Twenty round tables of eight."),
            },
        ],
    )


def _form(
    venue: Venue | None, typed: Mapping[str, Any], errors: Mapping[str, str], status: int = 200
) -> Response:
    return page(
        "seating/organizer/venue_form.html",
        status=status,
        venue=venue,
        typed={name: _shown(typed.get(name)) for name in venues.FIELDS},
        errors=errors,
        zones=timezone_choices(_shown(typed.get("timezone"))),
    )


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _typed() -> dict[str, str]:
    return {name: request.form[name] for name in venues.FIELDS if name in request.form}


def _to(slug: str, part: str = "") -> Response:
    return redirect(f"/manage/venues/{slug}{part}", 303)  # type: ignore[return-value]
