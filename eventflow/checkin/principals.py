"""Who a device is to the HTTP API: a scanner, kept to its events and gates."""

import time
import uuid

from flask import g, request
from flask_babel import gettext as _

from eventflow.accounts.actors import Actor, bind
from eventflow.api import tokens
from eventflow.api.tokens import Principal
from eventflow.checkin import devices
from eventflow.checkin.models import Device
from eventflow.db import now, transaction
from eventflow.errors import NotFound, Refusal
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.vault import hash_token

ASKS_ITSELF = frozenset({"checkin_api.check_in"})
"""Calls whose own statement asks whether the device was revoked meanwhile."""

TELLS_LATE = frozenset({"checkin_api.check_in_batch"})
"""Calls that a revoked device may still make: to tell what it read before that."""

_known: dict[tuple[uuid.UUID, str], tuple[float, Principal]] = {}


class DeviceRevoked(Refusal):
    """The app wipes itself when it hears this."""

    status = 401
    code = "device_revoked"

    def __init__(self) -> None:
        super().__init__(
            _("This device was signed off, or was never paired here."),
            headers={"WWW-Authenticate": 'Bearer realm="EventFlow", error="invalid_token"'},
        )


def find(secret: str) -> Principal:
    """Who has this device token; DeviceRevoked if nobody has, or has no longer."""
    key = (g.tenant.id, hash_token(secret))
    if request.endpoint in ASKS_ITSELF:
        until, known = _known.get(key, (0.0, None))
        if known is not None and time.monotonic() < until:
            return _acting(known)
    at = now()
    device = devices.find(secret)
    if device is None and request.endpoint in TELLS_LATE:
        device = devices.find_revoked(secret, at=at)
        if device is not None:
            return _acting(_principal(device))
    if device is None:
        _known.pop(key, None)
        raise DeviceRevoked
    who = _principal(device)
    if len(_known) > 10_000:
        _known.clear()
    _known[key] = (time.monotonic() + tokens.REMEMBER, who)
    if device.last_seen_at is None or at - device.last_seen_at >= devices.SEEN_AT_MOST_EVERY:
        with transaction():
            devices.seen(device.id, at=at)
    return _acting(who)


def forget() -> None:
    """Ask the database about every device again."""
    _known.clear()


def the_device() -> Principal:
    """The device that calls; for what only a device may ask."""
    who = tokens.demand("scanner")
    if who.device_id is None:
        raise NotFound(_("Only a paired device has this."))
    return who


def event_of(slug: str) -> Event:
    """The event of this address, if whoever calls may scan at it."""
    event = drafting.find(slug)
    is_hidden = event.status == "draft" and not tokens.works_here()
    if is_hidden or not tokens.covers(event.id):
        raise NotFound(_("There is no such event."))
    return event


def _principal(device: Device) -> Principal:
    is_revoked = device.revoked_at is not None
    return Principal(
        None,
        device.tenant_id,
        "scanner",
        device.name,
        device_id=device.id,
        supervises=device.is_supervisor and not is_revoked,
        event_ids=frozenset(device.event_ids),
        gate_ids=frozenset(device.gate_ids),
        is_revoked=is_revoked,
    )


def _acting(who: Principal) -> Principal:
    bind(Actor("device", who.device_id, who.name, request.remote_addr or ""))
    return who
