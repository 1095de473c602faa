"""The console's pages of gates and areas."""

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from eventflow import whole_numbers
from eventflow.accounts import access
from eventflow.checkin import figures, plan
from eventflow.checkin.models import Gate
from eventflow.checkin.plan import AreaFacts, GateFacts
from eventflow.db import now, transaction
from eventflow.errors import Invalid
from eventflow.events import drafting, wall_clock
from eventflow.events.models import Event
from eventflow.pages import page

bp = Blueprint("plan", __name__)


@bp.get("/door/gates")
def show_gates(slug: str) -> Response:
    event = drafting.find(slug)
    tiers, names = plan.tiers_of(event), {tier.id: tier.name for tier in event.tiers}
    areas = figures.heads(event)
    return page(
        "checkin/organizer/gates.html",
        event=event,
        gates=figures.gates(event),
        tiers={gate: sorted(names[tier] for tier in chosen) for gate, chosen in tiers.items()},
        areas=[one for one in areas if one.area],
        area_names={one.area.id: one.area.name for one in areas if one.area},
        may_change=access.may("admin"),
    )


@bp.get("/door/gates/new")
@access.require("admin")
def new_gate(slug: str) -> Response:
    return _gate_page(drafting.find(slug))


@bp.post("/door/gates/new")
@access.require("admin")
def add_gate(slug: str) -> Response:
    def add(event: Event) -> None:
        plan.add_gate(event, _gate_typed(event, request.form), at=now())

    words = _("The gate is there. Scanners learn of it within the minute.")
    return _save(slug, add, words, again=_gate_page)


@bp.get("/door/gates/<uuid:gate_id>")
@access.require("admin")
def edit_gate(slug: str, gate_id: uuid.UUID) -> Response:
    return _gate_page(drafting.find(slug), gate_id=gate_id)


@bp.post("/door/gates/<uuid:gate_id>")
@access.require("admin")
def change_gate(slug: str, gate_id: uuid.UUID) -> Response:
    def change(event: Event) -> None:
        gate = plan.find_gate(event, gate_id)
        plan.change_gate(event, gate, _gate_typed(event, request.form), at=now())

    words = _("The gate is changed. Scanners learn of it within the minute.")
    return _save(slug, change, words, again=partial(_gate_page, gate_id=gate_id))


@bp.post("/door/gates/<uuid:gate_id>/remove")
@access.require("admin")
def remove_gate(slug: str, gate_id: uuid.UUID) -> Response:
    def remove(event: Event) -> None:
        plan.remove_gate(event, plan.find_gate(event, gate_id), at=now())

    return _save(slug, remove, _("The gate is gone. What was scanned there stays in the history."))


@bp.get("/door/areas/new")
@access.require("admin")
def new_area(slug: str) -> Response:
    return _area_page(drafting.find(slug))


@bp.post("/door/areas/new")
@access.require("admin")
def add_area(slug: str) -> Response:
    def add(event: Event) -> None:
        plan.add_area(event, _area_typed(request.form), at=now())

    words = _("The area is there. Say at its gates that they lead to it.")
    return _save(slug, add, words, again=_area_page)


@bp.get("/door/areas/<uuid:area_id>")
@access.require("admin")
def edit_area(slug: str, area_id: uuid.UUID) -> Response:
    return _area_page(drafting.find(slug), area_id=area_id)


@bp.post("/door/areas/<uuid:area_id>")
@access.require("admin")
def change_area(slug: str, area_id: uuid.UUID) -> Response:
    def change(event: Event) -> None:
        area = plan.find_area(event, area_id)
        plan.change_area(event, area, _area_typed(request.form), at=now())

    words = _("The area is changed.")
    return _save(slug, change, words, again=partial(_area_page, area_id=area_id))


@bp.post("/door/areas/<uuid:area_id>/remove")
@access.require("admin")
def remove_area(slug: str, area_id: uuid.UUID) -> Response:
    def remove(event: Event) -> None:
        plan.remove_area(event, plan.find_area(event, area_id), at=now())

    return _save(slug, remove, _("The area is gone; its gates stay."))


def _save(
    slug: str,
    act: Callable[[Event], None],
    words: str,
    *,
    again: Callable[[Event, Mapping[str, str]], Response] | None = None,
) -> Response:
    """Do this to the event and say so; or show the form again, as it was typed."""
    try:
        with transaction():
            act(drafting.find(slug))
    except Invalid as refusal:
        if again is None:
            raise
        return again(drafting.find(slug), refusal.fields)
    flash(words, "right")
    return redirect(f"/manage/events/{slug}/door/gates", 303)  # type: ignore[return-value]


def _gate_page(
    event: Event, errors: Mapping[str, str] | None = None, *, gate_id: uuid.UUID | None = None
) -> Response:
    gate = plan.find_gate(event, gate_id) if gate_id else None
    return page(
        "checkin/organizer/gate.html",
        status=422 if errors else 200,
        event=event,
        gate=gate,
        typed=_as_typed(request.form) if errors else _gate_shown(event, gate),
        errors=errors or {},
        areas=[(str(area.id), area.name) for area in figures.areas(event)],
        directions=[
            ("in", _("In")),
            ("out", _("Out")),
            ("both", _("In and out, chosen on the scanner")),
        ],
        tiers=[(str(tier.id), tier.name) for tier in event.tiers],
    )


def _gate_shown(event: Event, gate: Gate | None) -> dict[str, Any]:
    zone = event.timezone
    if gate is None:
        return {"name": "", "area": "", "direction": "in", "entries": "1", "tiers": []} | {
            "opens_at": "",
            "closes_at": "",
        }
    return {
        "name": gate.name,
        "area": str(gate.area_id or ""),
        "direction": gate.direction,
        "entries": str(gate.entries or ""),
        "tiers": [str(tier) for tier in plan.tiers_of(event).get(gate.id, ())],
        "opens_at": wall_clock.written(gate.opens_at, zone),
        "closes_at": wall_clock.written(gate.closes_at, zone),
    }


def _as_typed(form: MultiDict[str, str]) -> dict[str, Any]:
    names = ("name", "area", "direction", "entries", "opens_at", "closes_at")
    return {name: form.get(name, "") for name in names} | {"tiers": form.getlist("tiers")}


def _gate_typed(event: Event, form: MultiDict[str, str]) -> GateFacts:
    wrong: dict[str, str] = {}
    moments = {}
    for name in ("opens_at", "closes_at"):
        try:
            # Of a time that comes twice the first: a gate that opens early harms nobody.
            moments[name] = wall_clock.read(form.get(name, ""), event.timezone, "0")
        except wall_clock.UnclearTime as unclear:
            wrong[name] = str(unclear)
    typed = form.get("entries", "").strip()
    entries = whole_numbers.read(typed, digits=9)
    if typed and entries is None:
        wrong["entries"] = _("Type a number from 1 to 100, or leave it empty for any number.")
    try:
        area_id = uuid.UUID(form["area"]) if form.get("area") else None
        tiers = frozenset(uuid.UUID(tier) for tier in form.getlist("tiers"))
    except ValueError:
        raise Invalid({"tiers": _("Choose among the tiers of this event.")}) from None
    if wrong:
        raise Invalid(wrong)
    return GateFacts(
        name=form.get("name", ""),
        area_id=area_id,
        entries=entries,
        direction=form.get("direction", "in"),
        tier_ids=tiers,
        **moments,
    )


def _area_page(
    event: Event, errors: Mapping[str, str] | None = None, *, area_id: uuid.UUID | None = None
) -> Response:
    area = plan.find_area(event, area_id) if area_id else None
    if errors:
        shown = {name: request.form.get(name, "") for name in ("name", "capacity", "alarm_percent")}
    else:
        shown = {
            "name": area.name if area else "",
            "capacity": str(area.capacity or "") if area else "",
            "alarm_percent": str(area.alarm_percent) if area else "90",
        }
    return page(
        "checkin/organizer/area.html",
        status=422 if errors else 200,
        event=event,
        area=area,
        typed=shown,
        errors=errors or {},
    )


def _area_typed(form: MultiDict[str, str]) -> AreaFacts:
    typed = form.get("capacity", "").strip()
    capacity = whole_numbers.read(typed, digits=9)
    alarm = whole_numbers.read(form.get("alarm_percent", "").strip(), digits=9)
    wrong = {}
    if typed and capacity is None:
        wrong["capacity"] = _("Type how many may be in it, or leave it empty.")
    if alarm is None:
        wrong["alarm_percent"] = _("Type a number from 1 to 100.")
    if wrong or alarm is None:
        raise Invalid(wrong)
    return AreaFacts(form.get("name", ""), capacity, alarm)
