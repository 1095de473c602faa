"""The console's pages of one seat map: the editor and its saves, a picture, files in and out."""

import uuid
from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, request
from flask_babel import gettext as _

from eventflow import uploads, whole_numbers
from eventflow.accepting import quality
from eventflow.accounts import access
from eventflow.accounts.actors import actor
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal, problem
from eventflow.limits import limited
from eventflow.pages import page
from eventflow.seating import (
    checking,
    editor_words,
    exporting,
    map_imports,
    maps,
    presence,
    spots,
    thumbnails,
    venues,
)
from eventflow.seating.models import SeatMap, Venue
from eventflow.spreadsheets import BYTE_ORDER_MARK

bp = access.console(
    Blueprint("maps_console", __name__, url_prefix="/manage/venues/<venue_slug>/maps/<uuid:map_id>")
)

PICTURE = 900
"""How wide a map's picture is where nothing keeps it narrower."""


def _find(venue_slug: str, map_id: uuid.UUID, *, locked: bool = False) -> tuple[Venue, SeatMap]:
    venue = venues.find(venue_slug)
    return venue, maps.find(map_id, venue, locked=locked)


@bp.get("")
def edit(venue_slug: str, map_id: uuid.UUID) -> Response:
    venue, seat_map = _find(venue_slug, map_id)
    seats, standing = maps.count(seat_map.drawing)
    return page(
        "seating/organizer/editor.html",
        venue=venue,
        map=seat_map,
        seats=seats,
        standing=standing,
        picture=(PICTURE, thumbnails.height_at(PICTURE, seat_map.drawing)),
        words=editor_words.words(),
        limits=checking.LIMITS | {"near": spots.NEAR},
        may_change=access.may("admin") and seat_map.archived_at is None,
        me=actor().name,
        here=_address(venue_slug, map_id),
    )


@bp.get("/drawing")
def show_drawing(venue_slug: str, map_id: uuid.UUID) -> Response:
    """What the editor begins with."""
    _venue, seat_map = _find(venue_slug, map_id)
    return _drawing(seat_map, with_it=True)


@bp.get("/now")
def show_now(venue_slug: str, map_id: uuid.UUID) -> Response:
    """What an open editor asks every few seconds: the newest version, by whom, and who else has
    the map open. 304 while none of that changed."""
    seat_map = maps.newest(map_id, venues.find(venue_slug))
    visitor = _visitor()
    others = presence.say(seat_map.id, visitor, at=now())
    facts = _version_of(seat_map) | {
        "others": sorted({one.name for one in others if one.person != visitor.person}),
        "elsewhere": any(one.person == visitor.person for one in others),
    }
    response = jsonify(facts)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.post("/now")
def leave(venue_slug: str, map_id: uuid.UUID) -> Response:
    """What an editor says as it is closed."""
    presence.leave(maps.newest(map_id, venues.find(venue_slug)).id, _visitor())
    return Response(status=204)


@bp.put("/drawing")
@uploads.up_to(uploads.MOST_BYTES)
@access.require("admin")
def save_drawing(venue_slug: str, map_id: uuid.UUID) -> Response:
    """Save what changed since version `base`; 409 where somebody else saved in between."""
    _find(venue_slug, map_id)
    if (sent := _sent()) is None:
        return problem(400, _("The body is not JSON."))
    try:
        with transaction():
            _venue, seat_map = _find(venue_slug, map_id, locked=True)
            maps.save(seat_map, sent.get("drawing"), base=sent.get("base"), at=now())
    except Refusal as refusal:
        return _refused(refusal)
    return _drawing(seat_map)


@bp.post("/keep-copy")
@uploads.up_to(uploads.MOST_BYTES)
@access.require("admin")
def keep_copy(venue_slug: str, map_id: uuid.UUID) -> Response:
    """What was drawn on a version that is no longer the newest, kept as a map of its own."""
    _find(venue_slug, map_id)
    if (sent := _sent()) is None:
        return problem(400, _("The body is not JSON."))
    try:
        with transaction():
            venue, seat_map = _find(venue_slug, map_id)
            person = access.current_person()
            who = (person.name or person.email) if person else ""
            name = _("%(name)s (as %(who)s drew it)", name=seat_map.name[:40], who=who[:20])
            kept = maps.keep_beside(venue, name, sent.get("drawing"), at=now())
    except Refusal as refusal:
        return _refused(refusal)
    return make_response(jsonify({"url": _address(venue_slug, kept.id)}), 201)


@bp.get("/picture.svg")
def show_picture(venue_slug: str, map_id: uuid.UUID) -> Response:
    _venue, seat_map = _find(venue_slug, map_id)
    return _picture(seat_map.drawing, seat_map.name)


@bp.get("/import/<uuid:import_id>/picture.svg")
@access.require("admin")
def show_import_picture(venue_slug: str, map_id: uuid.UUID, import_id: uuid.UUID) -> Response:
    """What a file would draw."""
    _venue, seat_map = _find(venue_slug, map_id)
    found = map_imports.find(import_id, seat_map)
    if found.drawing is None:
        raise NotFound(_("There is no such import."))
    return _picture(found.drawing, found.filename)


def _picture(drawing: dict[str, Any], name: str) -> Response:
    response = Response(thumbnails.as_svg(drawing, name))
    response.content_type = "image/svg+xml"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@bp.post("/rename")
@access.require("admin")
def rename(venue_slug: str, map_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id, locked=True)
        maps.rename(seat_map, request.form.get("name", ""), at=now())
    if (quality("application/json") or 0) > (quality("text/html") or 0):
        return jsonify({"name": seat_map.name})
    return _to(venue_slug)


@bp.post("/copy")
@access.require("admin")
def copy(venue_slug: str, map_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id)
        name = maps.copy(seat_map, at=now()).name
    flash(_("There is a map “%(name)s” now.", name=name), "right")
    return _to(venue_slug)


@bp.post("/archive")
@access.require("admin")
def archive(venue_slug: str, map_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id, locked=True)
        maps.archive(seat_map, at=now())
        name = seat_map.name
    flash(_("%(name)s is archived. It can be brought back.", name=name), "right")
    return _to(venue_slug)


@bp.post("/restore")
@access.require("admin")
def restore(venue_slug: str, map_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id, locked=True)
        maps.restore(seat_map, at=now())
        name = seat_map.name
    flash(_("%(name)s is back.", name=name), "right")
    return _to(venue_slug)


# Files


@bp.get("/export.csv")
def export_csv(venue_slug: str, map_id: uuid.UUID) -> Response:
    venue, seat_map = _find(venue_slug, map_id)
    text = BYTE_ORDER_MARK + exporting.as_csv(seat_map.drawing)
    return file_answer(text, "text/csv", _filename(venue, "csv"))


@bp.get("/export.json")
def export_json(venue_slug: str, map_id: uuid.UUID) -> Response:
    venue, seat_map = _find(venue_slug, map_id)
    text = exporting.as_json(seat_map.drawing)
    return file_answer(text, "application/json", _filename(venue, "json"))


def file_answer(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/import")
@access.require("admin")
def choose_file(venue_slug: str, map_id: uuid.UUID) -> Response:
    return _import_page(venue_slug, map_id, {})


@bp.post("/import")
@uploads.taken
@access.require("admin")
@limited("upload")
def read_file(venue_slug: str, map_id: uuid.UUID) -> Response:
    """Look at a file. Nothing of the map changes before somebody agrees."""
    try:
        upload = uploads.chosen("file")
    except Invalid as refusal:
        return _import_page(venue_slug, map_id, refusal.fields, status=422)
    if upload is None or not upload.filename:
        fields = {"file": _("Choose a file first.")}
        return _import_page(venue_slug, map_id, fields, status=422)
    _venue, seat_map = _find(venue_slug, map_id)
    db.session.expunge(seat_map)
    db.session.rollback()  # Nothing is held open while a file is stored.
    data = upload.read()
    try:
        key = map_imports.store(seat_map, upload.filename, data)
    except Invalid as refusal:
        return _import_page(venue_slug, map_id, refusal.fields, status=422)
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id)
        found = map_imports.begin(seat_map, upload.filename, data, key, at=now())
        address = f"{_address(venue_slug, map_id)}/import/{found.id}"
    return redirect(address, 303)  # type: ignore[return-value]


@bp.get("/import/<uuid:import_id>")
@access.require("admin")
def show_import(venue_slug: str, map_id: uuid.UUID, import_id: uuid.UUID) -> Response:
    venue, seat_map = _find(venue_slug, map_id)
    found = map_imports.find(import_id, seat_map)
    return page(
        "seating/organizer/import.html",
        fragment="progress",
        venue=venue,
        map=seat_map,
        found=found,
        now_drawn=maps.count(seat_map.drawing),
        would_draw=_summary(found.drawing) if found.status == "ready" else None,
        nobody_reads=map_imports.nobody_reads(found, at=now()),
        here=_address(venue_slug, map_id),
    )


@bp.post("/import/<uuid:import_id>/apply")
@access.require("admin")
def apply_import(venue_slug: str, map_id: uuid.UUID, import_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id, locked=True)
        found = map_imports.find(import_id, seat_map, locked=True)
        map_imports.apply(found, seat_map, base=_base(), at=now())
    flash(_("The file is drawn. What was there before can be taken back."), "right")
    address = f"{_address(venue_slug, map_id)}/import/{import_id}"
    return redirect(address, 303)  # type: ignore[return-value]


@bp.post("/import/<uuid:import_id>/take-back")
@access.require("admin")
def take_back_import(venue_slug: str, map_id: uuid.UUID, import_id: uuid.UUID) -> Response:
    with transaction():
        _venue, seat_map = _find(venue_slug, map_id, locked=True)
        found = map_imports.find(import_id, seat_map, locked=True)
        map_imports.take_back(found, seat_map, base=_base(), at=now())
    flash(_("The map shows what it showed before."), "right")
    address = f"{_address(venue_slug, map_id)}/import/{import_id}"
    return redirect(address, 303)  # type: ignore[return-value]


def _import_page(
    venue_slug: str, map_id: uuid.UUID, errors: dict[str, str], status: int = 200
) -> Response:
    venue, seat_map = _find(venue_slug, map_id)
    return page(
        "seating/organizer/import_file.html",
        status=status,
        venue=venue,
        map=seat_map,
        last=map_imports.last_applied(seat_map),
        errors=errors,
        columns=exporting.COLUMNS,
        here=_address(venue_slug, map_id),
    )


def _summary(drawing: dict[str, Any] | None) -> dict[str, int]:
    drawing = drawing or {"sections": [], "categories": [], "shapes": []}
    seats, standing = maps.count(drawing)
    return {
        "seats": seats,
        "standing": standing,
        "sections": len(drawing["sections"]),
        "rows": sum(len(one["rows"]) for one in drawing["sections"]),
        "categories": len(drawing["categories"]),
    }


def _drawing(seat_map: SeatMap, *, with_it: bool = False) -> Response:
    facts = _version_of(seat_map)
    if with_it:
        facts["drawing"] = seat_map.drawing
    response = jsonify(facts)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _visitor() -> presence.Visitor:
    tab = request.args.get("tab", "")[:20]
    return presence.Visitor(str(access.person_id()), tab, actor().name)


def _version_of(seat_map: SeatMap) -> dict[str, Any]:
    return {
        "version": seat_map.version,
        "changed_at": seat_map.changed_at.isoformat(),
        "changed_by": seat_map.changed_by,
    }


def _refused(refusal: Refusal) -> Response:
    return problem(
        refusal.status,
        refusal.message,
        code=refusal.code,
        fields=refusal.fields,
        **refusal.facts.get("document", {}),
    )


def _sent() -> dict[str, Any] | None:
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # brackets within brackets without end
        return None
    return sent if isinstance(sent, dict) else None


def _base() -> int:
    return whole_numbers.read(request.form.get("version", ""), digits=9) or 0


def _filename(venue: Venue, suffix: str) -> str:
    return f"{venue.slug}-seats.{suffix}"


def _address(venue_slug: str, map_id: uuid.UUID) -> str:
    return f"/manage/venues/{venue_slug}/maps/{map_id}"


def _to(venue_slug: str) -> Response:
    return redirect(f"/manage/venues/{venue_slug}#maps", 303)  # type: ignore[return-value]
