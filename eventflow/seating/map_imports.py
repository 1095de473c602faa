"""Files read for a map: looked at first, put in its place when somebody agrees, taken back.

Short files are looked at at once. Long ones wait as a file until a worker has read them, and say
how far it is; nothing of the map changes by that.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import files
from eventflow.accounts import audit
from eventflow.accounts.actors import actor
from eventflow.db import db
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.queue import enqueue
from eventflow.seating import importing, maps
from eventflow.seating.models import MapImport, SeatMap

AT_ONCE = 64 * 1024
"""Bytes that are read within the request."""
OUT_FOR = timedelta(seconds=15)
"""After this long without a worker, people are told that there is none."""

Report = Callable[[int, int], None]


def find(import_id: uuid.UUID, seat_map: SeatMap, *, locked: bool = False) -> MapImport:
    query = select(MapImport).where(MapImport.id == import_id, MapImport.seat_map_id == seat_map.id)
    if locked:
        query = query.with_for_update(of=MapImport).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def last_applied(seat_map: SeatMap) -> MapImport | None:
    """The latest import whose drawing this map got, for taking it back."""
    return db.session.scalar(
        select(MapImport)
        .where(
            MapImport.seat_map_id == seat_map.id,
            MapImport.status.in_(("applied", "taken_back")),
        )
        .order_by(MapImport.created_at.desc(), MapImport.id.desc())
        .limit(1)
    )


def store(seat_map: SeatMap, filename: str, data: bytes) -> str:
    """Keep a long file for the worker, answering its key, or nothing for a short one.

    It may go over the network: no transaction around it.
    """
    format = importing.format_of(filename)
    if format is None:
        raise Invalid({"file": _("Choose a file that ends in .csv or .json.")})
    if len(data) > importing.MOST_BYTES:
        raise Invalid({"file": _("This file is larger than 10 MB. A hall of 40,000 seats has 4.")})
    if len(data) <= AT_ONCE:
        return ""
    folder = f"{seat_map.tenant_id}/imports/{seat_map.id}"
    return files.put(data, format, folder=folder, private=True)


def begin(
    seat_map: SeatMap, filename: str, data: bytes, file_key: str, *, at: datetime
) -> MapImport:
    """Look at a file: now if it is short, else as soon as a worker comes to what was stored."""
    format = importing.format_of(filename) or "csv"
    found = MapImport(
        seat_map_id=seat_map.id,
        filename="".join(letter for letter in filename if letter.isprintable())[-200:],
        format=format,
        created_by=actor().name,
        created_at=at,
        lines=data.count(b"\n") + 1,
        lines_read=0,
        errors=[],
        status="waiting",
        file_key=file_key,
    )
    db.session.add(found)
    db.session.flush()
    if file_key:
        enqueue("seating.read_import", found.id, queue="default")
    else:
        note(found, importing.read(data, format))
    return found


def note(found: MapImport, read: importing.Read) -> None:
    """Keep what reading a file came to."""
    found.lines_read = found.lines
    found.errors = [wrong.as_json() for wrong in read.errors]
    found.drawing = read.drawing
    found.status = "refused" if read.drawing is None else "ready"


def nobody_reads(found: MapImport, *, at: datetime) -> bool:
    return found.status == "waiting" and at - found.created_at > OUT_FOR


def apply(found: MapImport, seat_map: SeatMap, *, base: int, at: datetime) -> None:
    """Put what was read in the place of the map's drawing, as one version; both rows locked."""
    if found.status != "ready" or found.drawing is None:
        raise Refusal(_("This import was carried out already, or can't be."))
    _swap(found, seat_map, found.drawing, base=base, at=at)
    found.status = "applied"
    words = _("Imported %(file)s as the seat map %(name)s")
    facts = {"file": found.filename, "name": seat_map.name}
    audit.record("map.import", seat_map, words % facts, at=at)


def take_back(found: MapImport, seat_map: SeatMap, *, base: int, at: datetime) -> None:
    """Show what was drawn before the import again. Pressed once more, it is the import again."""
    if found.status not in ("applied", "taken_back") or found.before is None:
        raise Refusal(_("There is nothing to take back here."))
    _swap(found, seat_map, found.before, base=base, at=at)
    found.status = "taken_back" if found.status == "applied" else "applied"
    words = _("Took back the import of %(file)s on the seat map %(name)s")
    facts = {"file": found.filename, "name": seat_map.name}
    audit.record("map.take_back", seat_map, words % facts, at=at)


def _swap(found: MapImport, seat_map: SeatMap, drawing: dict, *, base: int, at: datetime) -> None:
    if base != seat_map.version:
        raise maps.SavedMeanwhile(seat_map)
    found.before = seat_map.drawing
    maps.replace(seat_map, drawing, at=at)
    found.applied_version = seat_map.version
