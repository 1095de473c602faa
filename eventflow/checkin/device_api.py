"""The HTTP API of devices: pairing, and what they say of themselves."""

import base64
import secrets
from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response, g
from pydantic import Field
from sqlalchemy import select

from eventflow.accounts import access
from eventflow.api.documents import INTEGRAL, Document, Instant, Moment, Text, Words, opaque
from eventflow.api.operations import PUBLIC
from eventflow.checkin import devices, principals
from eventflow.checkin.models import Device
from eventflow.checkin.operations import api
from eventflow.db import db, now, transaction
from eventflow.events.models import Event
from eventflow.tickets.models import TicketKey


class PairRequest(Document):
    code: Annotated[Words, Field(min_length=1, max_length=40)] | None = None
    name: Annotated[Text, Field(max_length=devices.LONGEST_NAME)] | None = None
    app_version: Annotated[Text, Field(max_length=40)] = ""


class KeyShown(Document):
    """A key that codes and manifests are signed with, its public half."""

    number: int
    public: Annotated[str, Field(description="32 bytes of Ed25519, base64url")]


class EventScanned(Document):
    id: str
    slug: str
    title: str
    starts_at: Instant | None
    ends_at: Instant | None
    timezone: str


class DeviceShown(Document):
    id: str
    name: str
    role: Literal["scanner", "staff"]
    kiosk: bool
    events: list[EventScanned]
    gates: Annotated[list[str], Field(description="Ids of its gates; empty: all")]
    paired_at: Instant
    last_seen_at: Instant | None


class DevicePaired(DeviceShown):
    token: str
    key: Annotated[str, Field(description="32 bytes for what the device keeps, base64url")]


class BoxOffice(Document):
    name: str
    slug: str


class PairAnswer(Document):
    device: DevicePaired
    tenant: BoxOffice
    keys: list[KeyShown]
    server_time: Moment


class DeviceAnswer(Document):
    device: DeviceShown
    tenant: BoxOffice
    keys: list[KeyShown]
    server_time: Moment
    revoked: bool


class Facts(Document):
    """What a device says of itself. What it leaves out stays as it was."""

    battery: Annotated[int, Field(ge=0, le=100), INTEGRAL] | None = None
    charging: bool | None = None
    data_age_s: Annotated[int, Field(ge=0, le=10**9), INTEGRAL] | None = None
    waiting: Annotated[int, Field(ge=0, le=10**6), INTEGRAL] | None = None
    clock_skew_ms: Annotated[int, Field(ge=-(10**12), le=10**12), INTEGRAL] | None = None
    manifest_version: Annotated[int, Field(ge=0, le=2**63 - 1), INTEGRAL] | None = None
    camera: Annotated[Text, Field(max_length=100)] | None = None
    app_version: Annotated[Text, Field(max_length=40)] | None = None
    event: Annotated[Text, Field(max_length=100)] | None = None
    gate: Annotated[Text, Field(max_length=100)] | None = None
    storage: Annotated[Text, Field(max_length=100)] | None = None


@api.post(
    "/devices/pair",
    summary="Pair a device",
    role=PUBLIC,
    body=PairRequest,
    answers={201: PairAnswer},
    refusals=("validation_failed",),
    limit="pairing",
    kept=False,
)
def pair_device(body: PairRequest) -> tuple[PairAnswer, int]:
    """With a pairing code of the console; or without one, by a member who is signed in: then it is
    a device of their own, with no more than their role, and revoked when they are off the team.

    The answer carries the device's token, which is never shown again, and so is not kept for an
    Idempotency-Key.
    """
    at = now()
    name, version = body.name or "", body.app_version
    person = None if body.code else access.current_person()
    with transaction():
        if body.code:
            paired = devices.pair(body.code, name=name, app_version=version, at=at)
        else:
            own_id = person.id if person else None
            paired = devices.pair_own(own_id, name=name, app_version=version, at=at)
    device = paired.device
    key = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    shown = DevicePaired.model_construct(**_facts_of(device, at), token=paired.token, key=key)
    answer = PairAnswer.model_construct(
        device=shown, tenant=_box_office(), keys=public_keys(), server_time=now()
    )
    return answer, 201


@api.get(
    "/devices/me",
    summary="The device that asks",
    role="scanner",
    answers={200: DeviceAnswer},
    refusals=("device_revoked",),
)
def show_device() -> DeviceAnswer:
    return _answer()


@api.put(
    "/devices/me/facts",
    summary="What a device says of itself",
    role="scanner",
    body=Facts,
    answers={200: DeviceAnswer},
    refusals=("device_revoked",),
)
def tell_facts(body: Facts) -> DeviceAnswer:
    """The heartbeat of a device."""
    who = principals.the_device()
    assert who.device_id is not None
    with transaction():
        devices.tell(who.device_id, body.model_dump(exclude_none=True), at=now())
    return _answer()


@api.delete(
    "/devices/me",
    summary="Sign a device off",
    role="scanner",
    answers={204: None},
    refusals=("device_revoked",),
)
def sign_device_off() -> Response:
    """The device that calls is none any more."""
    who = principals.the_device()
    assert who.device_id is not None
    with transaction():
        devices.revoke(who.device_id, by=who.name, at=now())
    principals.forget()
    return Response(status=204)


def public_keys() -> list[KeyShown]:
    """What this box office's codes and manifests are checked with, oldest first."""
    rows = db.session.execute(
        select(TicketKey.number, TicketKey.public_key).order_by(TicketKey.number)
    )
    return [
        KeyShown.model_construct(
            number=number, public=base64.urlsafe_b64encode(public).rstrip(b"=").decode()
        )
        for number, public in rows
    ]


def _answer() -> DeviceAnswer:
    who = principals.the_device()
    device = db.session.get_one(Device, who.device_id)
    at = now()
    return DeviceAnswer.model_construct(
        device=DeviceShown.model_construct(**_facts_of(device, at)),
        tenant=_box_office(),
        keys=public_keys(),
        server_time=at,
        revoked=False,
    )


def _facts_of(device: Device, at: datetime) -> dict[str, Any]:
    return {
        "id": opaque(device.id),
        "name": device.name,
        "role": device.role,
        "kiosk": device.kiosk,
        "events": [_event(event) for event in devices.events_of(device.event_ids, at=at)],
        "gates": [opaque(gate) for gate in device.gate_ids],
        "paired_at": device.paired_at,
        "last_seen_at": device.last_seen_at,
    }


def _event(event: Event) -> EventScanned:
    return EventScanned.model_construct(
        id=opaque(event.id),
        slug=event.slug,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
    )


def _box_office() -> BoxOffice:
    return BoxOffice.model_construct(name=g.tenant.name, slug=g.tenant.slug)
