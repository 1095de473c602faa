"""What the pages for another seat show, whoever looks: where from, where to, what could be had."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, jsonify, request
from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.db import db, now
from eventflow.errors import Invalid, NotFound
from eventflow.locale import format_number
from eventflow.sales import seat_plans, section_names
from eventflow.sales.seat_plans import BlockState
from eventflow.seating import allocations
from eventflow.seating import hall as halls
from eventflow.seating import states as readings
from eventflow.seating.models import Allocation, Seat
from eventflow.tickets import issuing, moving_rules
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving_rules import Step
from eventflow.tickets.other_seats import Reach

LISTED = 12
INSTEAD = 4
"""So many are named where the one that was wanted can't be had."""
QUOTED = 40
"""So much is said again of a name that no seat has."""
NOWHERE = -1
"""The version of a hall in which a ticket may go nowhere."""


def named(ticket: Ticket) -> dict[str, Any]:
    party = moving_rules.party(ticket)
    whole = moving_rules.sits_whole(ticket)
    return {
        "ticket": ticket,
        "reference": issuing.reference(ticket),
        "event": ticket.event,
        "order": ticket.order,
        "party": party,
        "whole": whole,
        "shown": moving_rules.as_shown(party),
        "here": _where(ticket.seat, whole=whole) if ticket.seat else "",
    }


def said(steps: list[Step]) -> dict[str, Any]:
    """What the question says of what is about to happen."""
    first = steps[0]
    whole = moving_rules.sits_whole(first.ticket)
    return {
        "steps": steps,
        "seat": first.seat,
        "there": _where(first.seat, whole=whole),
        "name": moving_rules.table(first.seat) if whole else first.seat.label,
        "old_name": moving_rules.table(first.ticket.seat)
        if whole and first.ticket.seat
        else first.ticket.seat_label,
        "notes": sorted({step.seat.note for step in steps if step.seat.note}),
        "goes_back_to": _kept_for([step.ticket.seat for step in steps if step.ticket.seat]),
        "kept_back": any(step.seat.allocation_id for step in steps),
        "empty": len(_chairs_of(first.seat)) - len(steps) if whole else 0,
    }


def _kept_for(seats: list[Seat]) -> str:
    """The allocation that they belong to still, though they were sold; empty: none."""
    ids = {seat.allocation_id for seat in seats if seat.allocation_id}
    query = select(Allocation.name).where(Allocation.id.in_(ids)).order_by(Allocation.name)
    return ", ".join(db.session.scalars(query)) if ids else ""


def _where(seat: Seat, *, whole: bool) -> str:
    if whole:
        return moving_rules.table(seat)
    return seat_plans.where_is(seat.row.section, seat.row, seat.number)


def _chairs_of(seat: Seat) -> list[uuid.UUID]:
    return list(db.session.scalars(select(Seat.id).where(Seat.seat_row_id == seat.seat_row_id)))


def wanted(ticket: Ticket, given: Any) -> Seat:
    """The seat that was chosen, by its key in the drawing, or by its name."""
    named, key = given.get("named", "").strip(), given.get("seat", "")
    if not named and not key:
        raise Invalid({"named": _("Choose a seat first, or name one.")})
    query = select(Seat).where(Seat.event_id == ticket.event_id)
    query = query.where(Seat.id == _of_name(ticket, named) if named else Seat.key == key)
    seat = db.session.scalar(query)
    if seat is None:
        raise NotFound(_("There is no such seat."))
    return seat


def _of_name(ticket: Ticket, named: str) -> uuid.UUID:
    try:
        found = allocations.read_list(ticket.event, named)
    except Invalid:
        quoted = named if len(named) <= QUOTED else named[:QUOTED].rstrip() + "…"
        raise Invalid({"named": _("There is no seat %(name)s.", name=quoted)}) from None
    if len(found) != 1:
        raise Invalid({"named": _("Name one seat, like Stalls A12.")})
    return found[0]


def listed(reach: Reach, *, alike: bool = False) -> list[dict[str, Any]]:
    own = reach.own[0]
    return _seats(reach, reach.nearest(own, most=LISTED, like=own if alike else None))


def instead(reach: Reach | None, wanted: Seat | None) -> list[dict[str, Any]]:
    """The nearest to what was wanted, at its price or the ticket's own."""
    if reach is None:
        return []
    own = reach.own[0]
    position = reach.hall.position_of.get(str(wanted.id), own) if wanted else own
    like = next((at for at in (position, own) if reach.nearest(at, most=1, like=at)), None)
    return _seats(reach, reach.nearest(position, most=INSTEAD, like=like))


def _seats(reach: Reach, positions: list[int]) -> list[dict[str, Any]]:
    hall = reach.hall
    found = []
    for at in positions:
        row = hall.rows[hall.row_of[at]]
        name = f"{row.section}, {seat_plans.bank_name(row)}" if row.whole else hall.labels[at]
        note = hall.notes[at]
        found.append({"key": hall.keys[at], "at": at, "name": name, "note": note})
    return found


def states(ticket: Ticket, may_move: bool, find: Callable[[], Reach]) -> Response:
    """Where it may go by now, for a map that knows the version in `since`; nothing while that is
    as it was, and nowhere once it stays."""
    since = request.args.get("since", "")
    if not may_move:
        hall = halls.of(ticket.event_id)
        return _letters(since, NOWHERE, "b" * len(hall) if hall else "")
    if since == str(readings.of(ticket.event_id, at=now()).version):
        return Response(status=204)
    reach = find()
    return _letters(since, reach.version, reach.letters.decode())


def _letters(since: str, version: int, letters: str) -> Response:
    if since == str(version):
        return Response(status=204)
    return jsonify({"version": version, "states": letters})


def hall(ticket: Ticket, reach: Reach) -> dict[str, Any]:
    """What the map shows before its script runs; none of it where the public may not see the
    event, whose pages the rest comes from."""
    seated = seat_plans.of(ticket.event) if ticket.event.is_public else None
    if seated and seated.version != reach.hall.version:
        seat_plans.forget(ticket.event_id)
        seated = seat_plans.of(ticket.event)
    if seated is None:
        return {"seated": None}
    blocks = []
    for block in seated.plan.blocks:
        part = reach.letters[block.first : block.end] if block.is_seated else b""
        known = [seated.plan.categories.get(key) for key in block.categories]
        categories = tuple(one for one in known if one)
        blocks.append(BlockState(block, part.count(b"f"), None, categories, None))
    left = {one.block.key: left_words(one.left) for one in blocks}
    names = section_names.written(blocks, seated.plan, ticket.event.currency)
    own = seated.plan.categories.get(reach.hall.categories[reach.own[0]])
    return {
        "seated": seated,
        "blocks": blocks,
        "names": {key: replace(name, left=left[key]) for key, name in names.items()},
        "own_category": own,
        "presale": None,
    }


def left_words(left: int) -> str:
    return _("%(number)s free", number=format_number(left)) if left else _("none free")
