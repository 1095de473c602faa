"""The console's pages of what is kept back: one allocation with its seats, and letting them go."""

import re
import uuid
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventflow.accounts import access
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import drafting, wall_clock
from eventflow.events.models import Event
from eventflow.locale import format_number
from eventflow.pages import page
from eventflow.seating import allocations, house, landing, pricing, states
from eventflow.seating import hall as halls
from eventflow.seating.models import Allocation, Seat

bp = access.console(Blueprint("event_allocations", __name__, url_prefix="/manage/events"), "admin")

FIELDS = ("name", "kind", "code", "release_at", "release_at_turn", "release_below")

Typed = dict[str, str]


@bp.get("/<slug>/seating/allocations")
def show_all(slug: str) -> Response:
    event = drafting.find(slug)
    return _list_page(event, dict.fromkeys(FIELDS, "") | {"kind": "house"}, {})


@bp.post("/<slug>/seating/allocations")
def create(slug: str) -> Response:
    """A new one, with the seats that a list names in it at once."""
    typed, seats = _typed(), request.form.get("seats", "")
    try:
        with transaction():
            event = drafting.find(slug)
            allocation = allocations.create(event, _facts(typed, event.timezone), at=now())
            if seats.strip():
                found = allocations.read_list(event, seats)
                allocations.put_in(allocation, found, at=now())
            allocation_id, event_id = allocation.id, event.id
    except NotFound:
        raise
    except Refusal as refusal:
        return _list_page(drafting.find(slug), typed | {"seats": seats}, _fields(refusal))
    halls.forget(event_id)
    return _done(slug, allocation_id, _("The allocation is there."))


@bp.get("/<slug>/seating/allocations/<uuid:allocation_id>")
def show(slug: str, allocation_id: uuid.UUID) -> Response:
    event = drafting.find(slug)
    return _page(event, allocations.find(event, allocation_id))


@bp.post("/<slug>/seating/allocations/<uuid:allocation_id>")
def change(slug: str, allocation_id: uuid.UUID) -> Response:
    typed = _typed()
    try:
        with transaction():
            event = drafting.find(slug)
            allocation = allocations.find(event, allocation_id)
            allocations.change(allocation, _facts(typed, event.timezone), at=now())
    except Invalid as refusal:
        event = drafting.find(slug)
        return _page(event, allocations.find(event, allocation_id), typed, refusal.fields)
    return _done(slug, allocation_id, _("The allocation is kept."))


@bp.post("/<slug>/seating/allocations/<uuid:allocation_id>/seats")
def choose_seats(slug: str, allocation_id: uuid.UUID) -> Response:
    """Keep seats back or let them go: those that are marked, or those that a list names."""
    listed = request.form.get("seats", "")
    try:
        with transaction():
            event = drafting.find(slug)
            allocation = allocations.find(event, allocation_id)
            seats = [_id(one) for one in request.form.getlist("seat")]
            if listed.strip() or not seats:
                seats += allocations.read_list(event, listed)
            if request.form.get("do") == "release":
                number = allocations.take_out(allocation, seats, at=now())
                words = _let_go(number)
            else:
                number = allocations.put_in(allocation, seats, at=now())
                words = ngettext(
                    "%(number)s seat is kept back.",
                    "%(number)s seats are kept back.",
                    number,
                    number=format_number(number),
                )
            event_id = event.id
    except NotFound:
        raise
    except Refusal as refusal:
        event = drafting.find(slug)
        found = allocations.find(event, allocation_id)
        return _page(event, found, errors=_fields(refusal), listed=listed)
    halls.forget(event_id)
    return _done(slug, allocation_id, words, request.form.get("section", ""))


@bp.post("/<slug>/seating/allocations/<uuid:allocation_id>/release")
def release(slug: str, allocation_id: uuid.UUID) -> Response:
    with transaction():
        event = drafting.find(slug)
        number = allocations.release(allocations.find(event, allocation_id), at=now())
        event_id = event.id
    halls.forget(event_id)
    return _done(slug, allocation_id, _let_go(number))


@bp.post("/<slug>/seating/allocations/<uuid:allocation_id>/remove")
def remove(slug: str, allocation_id: uuid.UUID) -> Response:
    with transaction():
        event = drafting.find(slug)
        allocations.remove(allocations.find(event, allocation_id), at=now())
        event_id = event.id
    halls.forget(event_id)
    flash(_("The allocation is gone, and its seats are on sale."), "right")
    return redirect(f"/manage/events/{quote(slug)}/seating/allocations", 303)  # type: ignore[return-value]


def kind_names() -> list[tuple[str, str]]:
    names = {
        "house": _("The house: artists, staff, press"),
        "box_office": _("The box office, to sell on the evening"),
        "sponsor": _("A sponsor"),
        "presale": _("A presale, sold by code"),
        "technical": _("Technical: cameras, a mixing desk"),
    }
    return [(kind, names[kind]) for kind in allocations.KINDS]


def _list_page(event: Event, typed: Typed, errors: dict[str, str]) -> Response:
    pricing.find(event)
    return page(
        "seating/organizer/allocations.html",
        status=422 if errors else 200,
        event=event,
        allocations=allocations.with_counts(event, at=now()),
        kinds=kind_names(),
        typed={"seats": "", **typed},
        turns=_turns(typed, event.timezone),
        errors=errors,
        suggested=allocations.new_code(),
    )


def _page(
    event: Event,
    allocation: Allocation,
    typed: Typed | None = None,
    errors: dict[str, str] | None = None,
    listed: str = "",
) -> Response:
    seating = pricing.find(event)
    hall, letters = house.look(seating, at=now())
    sections = house.sections(seating)
    wanted = request.values.get("section", "")
    section = wanted if any(wanted == key for key, _name in sections) else ""
    seats = db.session.scalars(
        select(Seat)
        .where(Seat.allocation_id == allocation.id)
        .order_by(Seat.position)
        .options(joinedload(Seat.row))
    ).all()
    state_of = {seat.id: letters[hall.position_of[str(seat.id)]] for seat in seats}
    kept, sold, held = (
        [seat for seat in seats if state_of[seat.id] == state]
        for state in (states.BLOCKED, states.SOLD, states.HELD)
    )
    typed = typed or _written(allocation, event.timezone)
    return page(
        "seating/organizer/allocation.html",
        status=422 if errors else 200,
        event=event,
        allocation=allocation,
        tally=allocations.Tally(len(kept), len(sold), len(held)),
        kept_ids={str(seat.id) for seat in seats},
        in_words=allocations.in_words(kept),
        taken_in_words=[
            (_("sold"), allocations.in_words(sold)),
            (_("held"), allocations.in_words(held)),
        ],
        said=landing.said(),
        kinds=kind_names(),
        sections=sections,
        section=section,
        rows=house.rows_of(hall, letters, section) if section else [],
        typed=typed,
        turns=_turns(typed, event.timezone),
        listed=listed,
        errors=errors or {},
        suggested=allocations.new_code(),
    )


def _typed() -> Typed:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _turns(typed: Typed, zone: str) -> list[tuple[str, str]]:
    return wall_clock.turns(typed["release_at"], zone)


def _facts(typed: Typed, zone: str) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    facts: dict[str, Any] = {name: typed[name] for name in ("name", "kind", "code")}
    try:
        facts["release_at"] = wall_clock.read(typed["release_at"], zone, typed["release_at_turn"])
    except wall_clock.UnclearTime as unclear:
        wrong["release_at"] = str(unclear)
    below = typed["release_below"]
    if below and not re.fullmatch(r"[0-9]{1,7}", below):
        wrong["release_below"] = _("A whole number from 1.")
    else:
        facts["release_below"] = int(below) if below else None
    if wrong:
        raise Invalid(wrong)
    return facts


def _written(allocation: Allocation, zone: str) -> Typed:
    return {
        "name": allocation.name,
        "kind": allocation.kind,
        "code": allocation.code,
        "release_at": wall_clock.written(allocation.release_at, zone),
        "release_at_turn": wall_clock.turn(allocation.release_at, zone),
        "release_below": str(allocation.release_below or ""),
    }


def _fields(refusal: Refusal) -> dict[str, str]:
    return refusal.fields or {"seats": refusal.message}


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _let_go(number: int) -> str:
    return ngettext(
        "%(number)s seat is let go.",
        "%(number)s seats are let go.",
        number,
        number=format_number(number),
    )


def _done(slug: str, allocation_id: uuid.UUID, words: str, section: str = "") -> Response:
    if section:
        landing.say("seats", words)
    else:
        flash(words, "right")
    part = f"?section={quote(section)}#seats" if section else ""
    address = f"/manage/events/{quote(slug)}/seating/allocations/{allocation_id}{part}"
    return redirect(address, 303)  # type: ignore[return-value]
