"""The HTTP API of venues and seat maps, for organizers' programs."""

import uuid
from typing import Annotated, Any, Literal

from flask import Response, g, request
from flask_babel import gettext as _
from pydantic import Field
from werkzeug.exceptions import UnsupportedMediaType

from eventflow.api.documents import (
    INTEGRAL,
    UNSAID,
    Document,
    Instant,
    Name,
    PageQuery,
    Text,
    TimeZone,
    next_page,
    opaque,
)
from eventflow.api.operations import Operations
from eventflow.db import now, transaction
from eventflow.errors import Invalid
from eventflow.seating import checking, exporting, importing, maps, venues
from eventflow.seating.map_pages import file_answer
from eventflow.seating.models import SeatMap, Venue

MOST_BYTES = 10_000_000

api = Operations("venues", __name__, tag="Venues and seat maps")
bp = api.bp


class VenueDraft(Document):
    name: Name
    address: Annotated[Text, Field(max_length=500)] = ""
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    timezone: TimeZone = UNSAID
    notes: Annotated[Text, Field(max_length=2000)] = ""
    setup_minutes: Annotated[int, Field(ge=0, le=venues.MOST_MINUTES), INTEGRAL] = 0
    teardown_minutes: Annotated[int, Field(ge=0, le=venues.MOST_MINUTES), INTEGRAL] = 0


class VenueChange(VenueDraft):
    name: Name = UNSAID


class VenueDocument(Document):
    id: str
    slug: str
    name: str
    address: str
    latitude: float | None
    longitude: float | None
    timezone: str
    notes: str
    setup_minutes: int
    teardown_minutes: int
    archived: bool


class MapDocument(Document):
    id: str
    venue: str
    name: str
    version: int
    changed_at: Instant
    changed_by: str
    seats: int
    standing: int
    archived: bool
    drawing: dict[str, Any] | None = None


class VenueAnswer(Document):
    venue: VenueDocument


class VenueList(Document):
    venues: list[VenueDocument]
    total: int
    next: str | None


class MapAnswer(Document):
    map: MapDocument


class MapList(Document):
    maps: list[MapDocument]
    total: int
    next: str | None


MapName = Annotated[Name, Field(max_length=checking.LONGEST)]


class MapDraft(Document):
    name: MapName
    template: Literal["empty", "theatre", "round", "banquet"] = "empty"
    drawing: dict[str, Any] | None = None


class MapChange(Document):
    version: int
    drawing: dict[str, Any]
    name: MapName | None = None


class ImportQuery(Document):
    dry_run: str = ""
    version: int | None = None


class ImportAnswer(Document):
    dry_run: bool
    seats: int
    standing: int
    sections: int
    map: MapDocument


@api.get("/venues", summary="List venues", role="staff", query=PageQuery, answers={200: VenueList})
def list_venues(query: PageQuery) -> VenueList:
    """Those that are not archived, by name."""
    found = venues.all_of_them()
    shown = found[query.offset : query.offset + query.per_page]
    return VenueList.model_construct(
        venues=[_venue(one) for one in shown],
        total=len(found),
        next=next_page(query, len(found)),
    )


@api.post(
    "/venues", summary="Add a venue", role="admin", body=VenueDraft, answers={201: VenueAnswer}
)
def create_venue(body: VenueDraft) -> VenueAnswer:
    facts = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    with transaction():
        venue = venues.create(facts, zone=g.tenant.timezone, at=now())
    return VenueAnswer.model_construct(venue=_venue(venue))


@api.get("/venues/<uuid:venue_id>", summary="A venue", role="staff", answers={200: VenueAnswer})
def show_venue(venue_id: uuid.UUID) -> VenueAnswer:
    return VenueAnswer.model_construct(venue=_venue(venues.find_by_id(venue_id)))


@api.patch(
    "/venues/<uuid:venue_id>",
    summary="Change a venue",
    role="admin",
    body=VenueChange,
    answers={200: VenueAnswer},
)
def change_venue(venue_id: uuid.UUID, body: VenueChange) -> VenueAnswer:
    """Only what is sent is changed."""
    with transaction():
        venue = venues.find_by_id(venue_id)
        venues.change(venue, body.model_dump(exclude_unset=True), at=now())
    return VenueAnswer.model_construct(venue=_venue(venue))


@api.get(
    "/venues/<uuid:venue_id>/maps",
    summary="List a venue's seat maps",
    role="staff",
    query=PageQuery,
    answers={200: MapList},
)
def list_maps(venue_id: uuid.UUID, query: PageQuery) -> MapList:
    """Without their drawings."""
    found = maps.of_venue(venues.find_by_id(venue_id))
    shown = found[query.offset : query.offset + query.per_page]
    counts = maps.counts(shown)
    return MapList.model_construct(
        maps=[_map(one, counts[one.id]) for one in shown],
        total=len(found),
        next=next_page(query, len(found)),
    )


@api.post(
    "/venues/<uuid:venue_id>/maps",
    summary="Add a seat map",
    role="admin",
    body=MapDraft,
    answers={201: MapAnswer},
    refusals=("validation_failed",),
    most_bytes=MOST_BYTES,
)
def create_map(venue_id: uuid.UUID, body: MapDraft) -> MapAnswer:
    """Of a drawing, or of a template: empty, theatre, round, banquet."""
    with transaction():
        venue = venues.find_by_id(venue_id)
        if body.drawing is not None:
            seat_map = maps.keep(venue, body.name, body.drawing, at=now())
        else:
            seat_map = maps.create(venue, body.name, template=body.template, at=now())
    return _whole(seat_map)


@api.get("/maps/<uuid:map_id>", summary="A seat map", role="staff", answers={200: MapAnswer})
def show_map(map_id: uuid.UUID) -> MapAnswer:
    return _whole(maps.find(map_id))


@api.put(
    "/maps/<uuid:map_id>",
    summary="Save a seat map",
    role="admin",
    body=MapChange,
    answers={200: MapAnswer},
    refusals=("conflict", "validation_failed"),
    most_bytes=MOST_BYTES,
)
def save_map(map_id: uuid.UUID, body: MapChange) -> MapAnswer:
    """`version` is the one that was changed; 409 where somebody saved a newer one meanwhile."""
    with transaction():
        seat_map = maps.find(map_id, locked=True)
        maps.save(seat_map, body.drawing, base=body.version, at=now())
        if body.name is not None:
            maps.rename(seat_map, body.name, at=now())
    return _whole(seat_map)


@api.post(
    "/maps/<uuid:map_id>/import",
    summary="Import a seat map",
    role="admin",
    query=ImportQuery,
    answers={200: ImportAnswer},
    refusals=("conflict", "validation_failed", "unsupported_media_type", "payload_too_large"),
    most_bytes=MOST_BYTES,
    takes=("text/csv", "application/json"),
)
def import_map(map_id: uuid.UUID, query: ImportQuery) -> ImportAnswer:
    """The body is CSV (`text/csv`) or JSON; `?dry_run=1` only looks. All of it, or nothing."""
    maps.find(map_id)
    format = importing.format_of("", request.mimetype)
    if format is None:
        raise UnsupportedMediaType(_("Send the file as text/csv or application/json."))
    read = importing.read(request.get_data(), format)
    if read.drawing is None:
        fields: dict[str, str] = {}
        for wrong in read.errors:
            where = f"line {wrong.line}" + (f", {wrong.column}" if wrong.column else "")
            fields.setdefault(where if wrong.line else wrong.column or "file", wrong.message)
        raise Invalid(fields, _("Nothing was imported."))
    dry = query.dry_run not in ("", "0", "false")
    with transaction():
        seat_map = maps.find(map_id, locked=True)
        if query.version is not None and query.version != seat_map.version:
            raise maps.SavedMeanwhile(seat_map)
        if not dry:
            maps.replace(seat_map, read.drawing, at=now())
    seats, standing = maps.count(read.drawing)
    return ImportAnswer.model_construct(
        dry_run=dry,
        seats=seats,
        standing=standing,
        sections=len(read.drawing["sections"]),
        map=_map(seat_map, maps.count(seat_map.drawing)),
    )


@api.get(
    "/maps/<uuid:map_id>/export.csv",
    summary="A seat map as CSV",
    role="staff",
    answers={200: None},
    media_type="text/csv",
)
def export_csv(map_id: uuid.UUID) -> Response:
    """What import takes."""
    return file_answer(exporting.as_csv(maps.find(map_id).drawing), "text/csv", "seats.csv")


@api.get(
    "/maps/<uuid:map_id>/export.json",
    summary="A seat map as JSON",
    role="staff",
    answers={200: None},
)
def export_json(map_id: uuid.UUID) -> Response:
    """The drawing alone: what import takes."""
    text = exporting.as_json(maps.find(map_id).drawing)
    return file_answer(text, "application/json", "seats.json")


def _venue(venue: Venue) -> VenueDocument:
    facts = {name: getattr(venue, name) for name in venues.FIELDS}
    archived = venue.archived_at is not None
    return VenueDocument.model_construct(
        id=opaque(venue.id), slug=venue.slug, archived=archived, **facts
    )


def _map(
    seat_map: SeatMap, count: tuple[int, int], drawing: dict[str, Any] | None = None
) -> MapDocument:
    return MapDocument.model_construct(
        id=opaque(seat_map.id),
        venue=opaque(seat_map.venue_id),
        name=seat_map.name,
        version=seat_map.version,
        changed_at=seat_map.changed_at,
        changed_by=seat_map.changed_by,
        seats=count[0],
        standing=count[1],
        archived=seat_map.archived_at is not None,
        drawing=drawing,
    )


def _whole(seat_map: SeatMap) -> MapAnswer:
    document = _map(seat_map, maps.count(seat_map.drawing), seat_map.drawing)
    return MapAnswer.model_construct(map=document)
