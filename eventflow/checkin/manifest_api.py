"""The HTTP API of what devices take along."""

from typing import Annotated

from flask import Response, request
from pydantic import ConfigDict, Field

from eventflow.api.documents import Document
from eventflow.checkin import manifest, principals
from eventflow.checkin.operations import api
from eventflow.db import now, transaction


class ChangesQuery(Document):
    model_config = ConfigDict(strict=False, extra="ignore")

    since: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0


class ManifestEvent(Document):
    id: str
    slug: str
    title: str
    starts_at: str | None
    ends_at: str | None
    timezone: str
    status: str


class ManifestKey(Document):
    number: int
    public: str


class ManifestTier(Document):
    id: str
    name: str
    code_kind: str
    proof: str


class ManifestArea(Document):
    id: str
    name: str
    capacity: int | None
    alarm_percent: int


class ManifestGate(Document):
    id: str
    name: str
    area: str | None
    tiers: list[str]
    opens_at: str | None
    closes_at: str | None
    entries: int | None
    direction: str
    exits: bool


class Manifest(Document):
    """What a device judges by. `tickets` are rows, `columns` say what is in them."""

    format: int
    version: int
    server_time: str
    event: ManifestEvent
    keys: list[ManifestKey]
    tiers: list[ManifestTier]
    areas: list[ManifestArea]
    gates: list[ManifestGate]
    columns: list[str]
    tickets: list[list[int | str | list[list[int | str]]]]


class Changes(Manifest):
    """Whole rows in place of those with the same digest; `reset`: fetch the manifest anew."""

    reset: bool


@api.get(
    "/events/<slug>/manifest",
    summary="What a device judges tickets by",
    role="scanner",
    answers={200: Manifest},
    refusals=("device_revoked",),
)
def show_manifest(slug: str) -> Response:
    """Signed: `X-EventFlow-Signature` is the key's number, a colon, and the Ed25519 signature.

    It is written in base64url, and made over `EventFlow manifest`, a zero byte, and the body as it
    is before compression.
    """
    at = now()
    with transaction():
        event = principals.event_of(slug)
        tag = manifest.fingerprint(event, at=at)
        if request.if_none_match.contains_weak(tag):
            return _tagged(Response(status=304), tag)
        signed = manifest.of(event, at=at)
    return _tagged(_written(signed), tag)


@api.get(
    "/events/<slug>/manifest/changes",
    summary="What is different since a version of the manifest",
    role="scanner",
    query=ChangesQuery,
    answers={200: Changes},
    refusals=("device_revoked",),
)
def show_changes(slug: str, query: ChangesQuery) -> Response:
    """Signed like the manifest. A row may come twice; none is left out."""
    with transaction():
        signed = manifest.changes(principals.event_of(slug), query.since, at=now())
    response = _written(signed)
    response.headers["Cache-Control"] = "no-store"
    return response


def _written(signed: manifest.Signed) -> Response:
    response = Response(signed.body, content_type="application/json")
    response.headers["X-EventFlow-Signature"] = signed.header
    return response


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
