"""The HTTP API of seating: the hall of an event, and which of its seats are free."""

import hashlib

from flask import Response, request

from eventflow import shared_pages
from eventflow.api import tokens
from eventflow.api.operations import PUBLIC, Operations
from eventflow.db import now
from eventflow.errors import NotFound
from eventflow.events import showing
from eventflow.events.api import visible
from eventflow.events.models import Event
from eventflow.seating import documents, pricing, states
from eventflow.seating import hall as halls
from eventflow.seating.documents import SeatsAnswer, SeatsQuery
from eventflow.seating.hall import Hall
from eventflow.seating.states import Snapshot

api = Operations("seating", __name__, tag="Seats")
bp = api.bp


@api.get(
    "/events/<slug>/seats",
    summary="The seats of an event",
    role=PUBLIC,
    query=SeatsQuery,
    answers={200: SeatsAnswer, 304: None},
)
def show_seats(slug: str, query: SeatsQuery) -> Response:
    """Which seats there are, and which are free; at most two seconds old.

    Cacheable: ask again with If-None-Match. With `since` (a `version` you were told) only what
    changed after that is answered, or everything if that was too long ago. An event without seats
    has empty lists.
    """
    at = now()
    event = visible(slug) if tokens.principal() else showing.public_event(slug, at=at)
    hall = halls.of(event.id)
    if hall is None:
        return shared_pages.answer(
            (event.tenant_id, slug, "seats.json"),
            lambda: '{"version":0,"sections":[],"seats":[]}',
            basis=None,
            mimetype="application/json",
        )
    snapshot = states.of(event.id, at=at)
    if query.since is not None:
        delta = states.changes(event.id, query.since, at=at)
        if delta is not None and snapshot.seating == hall.version:
            return _answer(documents.changed(hall, delta))
    return _whole(event, hall, snapshot)


def _whole(event: Event, hall: Hall, snapshot: Snapshot) -> Response:
    if len(snapshot.states) != len(hall) or snapshot.seating != hall.version:
        # The hall was changed within the last second, and we know only half of it.
        halls.forget(event.id)
        states.forget(event.id)
        fresh = halls.of(event.id)
        if fresh is None:
            raise NotFound()
        hall, snapshot = fresh, states.of(event.id, at=now())

    def render() -> str:
        seating = pricing.find(event)
        return documents.whole(hall, snapshot, seating.drawing, seating.prices)

    return shared_pages.answer(
        (event.tenant_id, event.slug, "seats.json"),
        render,
        basis=(hall.version, snapshot.version, snapshot.states),
        mimetype="application/json",
    )


def _answer(body: str) -> Response:
    etag = hashlib.blake2b(body.encode(), digest_size=12).hexdigest()
    headers = {"ETag": f'W/"{etag}"', "Cache-Control": shared_pages.REVALIDATE}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers, mimetype="application/json")
    return Response(body, headers=headers, mimetype="application/json")
