"""The console's pages of scanners: pairing one, seeing how they are, revoking one."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from eventflow.accounts import access, asking, people
from eventflow.accounts.hosts import tenant_url
from eventflow.checkin import devices, figures
from eventflow.checkin.models import Device, Gate, Pairing
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.pages import page
from eventflow.tickets import qr

bp = Blueprint("devices", __name__)


@bp.get("/door/devices")
def show_devices(slug: str) -> Response:
    return _devices_page(drafting.find(slug), {})


@bp.post("/door/devices")
def open_pairing(slug: str) -> Response:
    """A new code, told on this answer and never again."""
    at, event = now(), drafting.find(slug)
    try:
        asked = _asked(event)
    except Invalid as refusal:
        return _devices_page(event, refusal.fields)
    with transaction():
        pairing, code = devices.offer(**asked, by=access.actor().name, at=at)
        pairing_id = pairing.id
    event, pairing = drafting.find(slug), _pairing(pairing_id)
    address = tenant_url(g.tenant.slug, "/scan/")
    return page(
        "checkin/organizer/pairing.html",
        event=event,
        pairing=pairing,
        code=code,
        address=address,
        qr=_drawn(f"{address}#pair={code.replace('-', '')}"),
        device=None,
        is_over=False,
    )


@bp.get("/door/pairings/<uuid:pairing_id>")
def show_pairing(slug: str, pairing_id: uuid.UUID) -> Response:
    """Whether a phone has used the code by now."""
    event, pairing = drafting.find(slug), _pairing(pairing_id)
    return page(
        "checkin/organizer/pairing.html",
        "told",
        event=event,
        pairing=pairing,
        code="",
        address="",
        qr="",
        device=db.session.get(Device, pairing.device_id) if pairing.device_id else None,
        is_over=pairing.expires_at <= now(),
    )


@bp.post("/door/devices/<uuid:device_id>/revoke")
def revoke_device(slug: str, device_id: uuid.UUID) -> Response:
    here = f"/manage/events/{slug}/door/devices"
    if not asking.is_sure():
        drafting.find(slug)
        return asking.ask(
            _("Revoke %(name)s?", name=devices.get(device_id).name),
            _("Revoke it"),
            detail=_(
                "It stops at its next contact, sends what it read before, and forgets everything."
            ),
            back=here,
        )
    with transaction():
        drafting.find(slug)
        device = devices.revoke(device_id, by=access.actor().name, at=now())
        words = _("%(name)s is revoked. It stops at its next contact.", name=device.name)
    flash(words, "right")
    return redirect(here, 303)  # type: ignore[return-value]


def _drawn(address: str) -> Markup:
    title = _("QR code to pair a phone")
    return Markup(qr.of_address(address, title=title))  # noqa: S704 -- drawn by us


def _pairing(pairing_id: uuid.UUID) -> Pairing:
    pairing = db.session.scalar(select(Pairing).where(Pairing.id == pairing_id))
    if pairing is None:
        raise NotFound(_("There is no such code."))
    return pairing


def _devices_page(event: Event, errors: Mapping[str, str]) -> Response:
    gates = figures.gates(event)
    found = figures.devices(event)
    return page(
        "checkin/organizer/devices.html",
        "listed",
        status=422 if errors else 200,
        event=event,
        devices=found,
        allowed=_allowed(found),
        gates=[(str(gate.id), gate.name) for gate in gates],
        typed=_typed(),
        errors=errors,
        at=now(),
    )


def _typed() -> dict[str, Any]:
    form = request.form
    return {
        "name": " ".join(form.get("name", "").split()),
        "scope": form.get("scope", "this"),
        "gates": form.getlist("gates"),
        "supervisor": "supervisor" in form,
        "kiosk": "kiosk" in form,
    }


def _asked(event: Event) -> dict[str, Any]:
    typed = _typed()
    if not people.called(typed["name"], most=60):
        raise Invalid({"name": _("Give it a short name, such as North 2.")})
    known = {str(gate.id): gate.id for gate in figures.gates(event)}
    if not set(typed["gates"]) <= set(known):
        raise Invalid({"gates": _("Choose among the gates of this event.")})
    return {
        "name": typed["name"],
        "role": "staff" if typed["supervisor"] else "scanner",
        "kiosk": typed["kiosk"],
        "event_ids": [] if typed["scope"] == "all" else [event.id],
        "gate_ids": [known[gate] for gate in typed["gates"]],
    }


def _allowed(found: Sequence[Device]) -> dict[uuid.UUID, str]:
    """Where each device may scan, in words."""
    events, gates = (
        {one for device in found for one in getattr(device, name)}
        for name in ("event_ids", "gate_ids")
    )
    titles = {
        event.id: event.title
        for event in db.session.scalars(select(Event).where(Event.id.in_(events)))
    }
    names = {
        gate.id: gate.name for gate in db.session.scalars(select(Gate).where(Gate.id.in_(gates)))
    }
    words = {}
    for device in found:
        parts = [titles[one] for one in device.event_ids if one in titles]
        parts += [names[one] for one in device.gate_ids if one in names]
        words[device.id] = ", ".join(parts) or _("every event")
    return words
