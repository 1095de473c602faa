"""Seat maps: drawn of a venue, saved change by change, and never lost to somebody else's save.

A save names the version it was drawn on. Where somebody saved in between, it is refused with who
and when (`SavedMeanwhile`); the editor brings both together and saves that on the newest version,
or what was drawn is kept as a map of its own.
"""

import copy as copying
import math
import uuid
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, text
from sqlalchemy.orm import defer

from eventflow.accounts import audit
from eventflow.accounts.actors import actor
from eventflow.db import db
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.seating import checking, templates
from eventflow.seating.models import SeatMap, Venue
from eventflow.security import ControlCharacters, refuse_control_characters

Drawing = dict[str, Any]


class SavedMeanwhile(Refusal):
    """Somebody else saved a newer version; nothing of theirs or ours is dropped."""

    def __init__(self, seat_map: SeatMap) -> None:
        who = seat_map.changed_by or _("Somebody")
        facts = {
            "version": seat_map.version,
            "changed_by": who,
            "changed_at": seat_map.changed_at.isoformat(),
        }
        super().__init__(
            _("%(who)s saved a newer version of this map meanwhile.", who=who), document=facts
        )


def find(map_id: uuid.UUID, venue: Venue | None = None, *, locked: bool = False) -> SeatMap:
    query = select(SeatMap).where(SeatMap.id == map_id)
    if venue is not None:
        query = query.where(SeatMap.venue_id == venue.id)
    if locked:
        query = query.with_for_update(of=SeatMap).execution_options(populate_existing=True)
    seat_map = db.session.scalar(query)
    if seat_map is None:
        raise NotFound(_("There is no such seat map."))
    return seat_map


def newest(map_id: uuid.UUID, venue: Venue) -> SeatMap:
    """A map without its drawing: which version is the newest, by whom and since when."""
    query = select(SeatMap).where(SeatMap.id == map_id, SeatMap.venue_id == venue.id)
    seat_map = db.session.scalar(query.options(defer(SeatMap.drawing)))
    if seat_map is None:
        raise NotFound(_("There is no such seat map."))
    return seat_map


def of_venue(venue: Venue, *, archived: bool = False) -> list[SeatMap]:
    """A venue's maps, without their drawings."""
    there = SeatMap.archived_at.is_not(None) if archived else SeatMap.archived_at.is_(None)
    query = select(SeatMap).where(SeatMap.venue_id == venue.id, there)
    query = query.options(defer(SeatMap.drawing)).order_by(SeatMap.name, SeatMap.id)
    return list(db.session.scalars(query))


def counts(maps: list[SeatMap]) -> dict[uuid.UUID, tuple[int, int]]:
    """How many seats each map has, and how many places to stand; counted in the database."""
    seats = func.jsonb_array_length(
        func.jsonb_path_query_array(SeatMap.drawing, text("'$.sections[*].rows[*].seats[*]'"))
    )
    standing = func.jsonb_path_query_array(SeatMap.drawing, text("'$.sections[*].capacity'"))
    query = select(SeatMap.id, seats, standing).where(SeatMap.id.in_([one.id for one in maps]))
    return {row[0]: (row[1], sum(row[2])) for row in db.session.execute(query)}


def count(drawing: Drawing) -> tuple[int, int]:
    seats = sum(len(row["seats"]) for one in drawing["sections"] for row in one["rows"])
    return seats, sum(one.get("capacity", 0) for one in drawing["sections"])


def create(venue: Venue, name: str, *, template: str = "empty", at: datetime) -> SeatMap:
    """A new map, empty or of a template to begin with."""
    if template not in templates.TEMPLATES:
        raise Invalid({"template": _("Choose what to begin with.")})
    return keep(venue, name, templates.draw(template), at=at)


def keep(venue: Venue, name: str, drawing: Any, *, at: datetime) -> SeatMap:
    """A new map that shows this drawing."""
    seat_map = SeatMap(venue_id=venue.id, name=_free_name(venue.id, named(name)), version=1)
    seat_map.drawing = checking.check(drawing)
    _stamp(seat_map, at)
    db.session.add(seat_map)
    db.session.flush()
    words = _("Added the seat map %(name)s", name=seat_map.name)
    audit.record("map.create", seat_map, words, at=at)
    return seat_map


def copy(seat_map: SeatMap, *, at: datetime) -> SeatMap:
    venue = db.session.scalars(select(Venue).where(Venue.id == seat_map.venue_id)).one()
    name = _("%(name)s, copy", name=seat_map.name[: checking.LONGEST - 20])
    return keep_beside(venue, name, copying.deepcopy(seat_map.drawing), at=at)


def keep_beside(venue: Venue, name: str, drawing: Any, *, at: datetime) -> SeatMap:
    """A new map whatever others are called: with a number, where there is one of this name."""
    name, number = named(name), 1
    free = name
    while _is_taken(venue.id, free):
        number += 1
        free = f"{name[: checking.LONGEST - 5]} {number}"
    return keep(venue, free, drawing, at=at)


def rename(seat_map: SeatMap, name: str, *, at: datetime) -> None:
    before, wanted = seat_map.name, named(name)
    if wanted.casefold() != before.casefold():
        wanted = _free_name(seat_map.venue_id, wanted)
    seat_map.name = wanted
    if before != seat_map.name:
        words = _("Renamed the seat map %(before)s to %(name)s", before=before, name=seat_map.name)
        audit.record("map.rename", seat_map, words, at=at)


def archive(seat_map: SeatMap, *, at: datetime) -> None:
    if seat_map.archived_at is None:
        seat_map.archived_at = at
        words = _("Archived the seat map %(name)s", name=seat_map.name)
        audit.record("map.archive", seat_map, words, at=at)


def restore(seat_map: SeatMap, *, at: datetime) -> None:
    if seat_map.archived_at is not None:
        if _is_taken(seat_map.venue_id, seat_map.name):
            words = _("Another seat map is called %(name)s by now. Rename that one first.")
            raise Refusal(words % {"name": seat_map.name})
        seat_map.archived_at = None
        words = _("Brought back the seat map %(name)s", name=seat_map.name)
        audit.record("map.restore", seat_map, words, at=at)


def save(seat_map: SeatMap, changes: Any, *, base: Any, at: datetime) -> None:
    """Save what was drawn on version `base`. The map is locked, so that two saves can't cross.

    `changes` is the drawing with every section, row and shape that did not change only named:
    {"same": "s1"}. A whole drawing is such a thing too.
    """
    if isinstance(base, bool) or not isinstance(base, int):
        raise Invalid({"version": _("Say which version this was drawn on.")})
    if base != seat_map.version:
        raise SavedMeanwhile(seat_map)
    replace(seat_map, _filled_in(seat_map.drawing, changes), at=at)


def replace(seat_map: SeatMap, drawing: Any, *, at: datetime) -> None:
    """Show another drawing from now on. Events that were seated keep the copy they have."""
    before = count(seat_map.drawing)
    seat_map.drawing = checking.check(drawing)
    seat_map.version += 1
    after = count(seat_map.drawing)
    if actor().id is None or before != after or not _is_going_on(seat_map, at):
        words = _("Drew on the seat map %(name)s", name=seat_map.name)
        facts = [{"seats": seats, "standing": standing} for seats, standing in (before, after)]
        audit.record("map.draw", seat_map, words, *facts, at=at)
    _stamp(seat_map, at)
    db.session.flush()


def named(name: Any) -> str:
    try:
        name = " ".join(refuse_control_characters(str(name or "")).split())
    except ControlCharacters as error:
        raise Invalid({"name": str(error)}) from None
    if not name:
        raise Invalid({"name": _("A seat map needs a name.")})
    if len(name) > checking.LONGEST:
        most = checking.LONGEST
        raise Invalid({"name": _("This is longer than %(most)s characters.", most=most)})
    return name


def _free_name(venue_id: uuid.UUID, name: str) -> str:
    """The name, if no other map of the venue has it: people tell them apart by their names."""
    if _is_taken(venue_id, name):
        raise Invalid({"name": _("Another seat map of this venue is called %(name)s.", name=name)})
    return name


def _is_taken(venue_id: uuid.UUID, name: str) -> bool:
    # One after the other for each venue, so that two can't take the same name at once.
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"maps {venue_id}", 0))
    db.session.execute(select(lock))
    with db.session.no_autoflush:
        query = select(SeatMap.id).where(
            SeatMap.venue_id == venue_id,
            SeatMap.archived_at.is_(None),
            func.lower(SeatMap.name) == func.lower(name),
        )
        return db.session.scalar(query.limit(1)) is not None


def _is_going_on(seat_map: SeatMap, at: datetime) -> bool:
    # Autosave comes every few seconds: one entry for a sitting says as much as hundreds.
    by_the_same = seat_map.changed_by == actor().name
    return by_the_same and (at - seat_map.changed_at).total_seconds() < 600


def _stamp(seat_map: SeatMap, at: datetime) -> None:
    seat_map.changed_by, seat_map.changed_at = actor().name, at


def _filled_in(drawing: Drawing, changes: Any) -> Any:
    """The changes, with what they only name taken from the drawing as it is."""
    if not isinstance(changes, dict):
        return changes
    sections = {one["id"]: one for one in drawing["sections"]}
    rows = {row["id"]: row for one in drawing["sections"] for row in one["rows"]}
    shapes = {one["id"]: one for one in drawing["shapes"]}
    filled = dict(changes)
    for path, known in (("shapes", shapes), ("sections", sections)):
        if path in changes:
            filled[path] = _named_ones(changes[path], known, path)
    if isinstance(filled.get("sections"), list):
        filled["sections"] = [
            one | {"rows": _named_ones(one["rows"], rows, "sections")}
            if isinstance(one, dict) and "rows" in one
            else one
            for one in filled["sections"]
        ]
    return filled


def _named_ones(things: Any, known: dict[str, Drawing], path: str) -> Any:
    if not isinstance(things, list):
        return things
    found = []
    for thing in things:
        if isinstance(thing, dict) and "same" in thing:
            same = thing["same"]
            if not isinstance(same, str) or same not in known:
                raise Invalid({path: _("A part that is said to be unchanged is not there.")})
            thing = known[same]
        found.append(thing)
    return found


def extent(drawing: Drawing) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all that is drawn; of the canvas where nothing is."""
    xs: list[float] = []
    ys: list[float] = []
    for section in drawing["sections"]:
        points = section["outline"] + [
            (seat["x"], seat["y"]) for row in section["rows"] for seat in row["seats"]
        ]
        xs += [point[0] for point in points]
        ys += [point[1] for point in points]
    for shape in drawing["shapes"]:
        xs += [point[0] for point in shape["points"]]
        ys += [point[1] for point in shape["points"]]
        if shape["points"]:
            continue
        reach = math.hypot(shape["width"], shape["height"]) / 2 if shape["rotation"] else 0
        middle = (shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2)
        xs += [middle[0] - max(reach, shape["width"] / 2)]
        xs += [middle[0] + max(reach, shape["width"] / 2)]
        ys += [middle[1] - max(reach, shape["height"] / 2)]
        ys += [middle[1] + max(reach, shape["height"] / 2)]
    if not xs:
        return 0, 0, drawing["width"], drawing["height"]
    return min(xs) - 60, min(ys) - 60, max(xs) + 60, max(ys) + 60
