"""Another seat for a ticket: its buyer's page, and the one of whoever works at the box office.

Either is a map and a list of where the ticket may go, then a question that says from where to
where and what that does, then one press. A second press of the same button asks for the seat that
the ticket has by then, and changes nothing.
"""

import uuid
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from eventflow.accounts import access
from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.accounts.people import as_written
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.models import Tier
from eventflow.locale import format_number
from eventflow.pages import page, wants_fragment
from eventflow.sales import seat_plans, section_names
from eventflow.sales.seat_plans import BlockState
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import allocations, pricing
from eventflow.seating import states as readings
from eventflow.seating.models import Seat
from eventflow.security import keep_address_secret
from eventflow.tickets import issuing, moving, other_seats
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving import CannotMove, IsThere, Step
from eventflow.tickets.other_seats import Reach

LISTED = 12
INSTEAD = 4
"""So many are named where the one that was wanted can't be had."""

buyers = only_on_tenant_host(Blueprint("seat", __name__))
console = access.console(Blueprint("move", __name__, url_prefix="/tickets"))


@buyers.before_request
def _keep_address_secret() -> None:
    keep_address_secret()


# Its buyer


@buyers.get("/tickets/<uuid:ticket_id>/seat")
def choose(ticket_id: uuid.UUID) -> Response:
    return _buyers_page(_with_secret(ticket_id))


@buyers.get("/tickets/<uuid:ticket_id>/seat/change")
def ask_change(ticket_id: uuid.UUID) -> Response:
    """What changing to a seat does, before it is done; or why it can't be, and what can."""
    ticket = _with_secret(ticket_id)
    steps, refusal, seat = [], None, None
    try:
        seat = _wanted(ticket, request.args)
        steps = moving.look_swap(ticket, seat.id, together=_has_order(ticket), at=now())
    except NotFound:
        raise
    except (CannotMove, SeatTaken, SingleSeat, Invalid) as why:
        refusal = why
    return page(
        "tickets/change_seat.html",
        "question",
        status=refusal.status if refusal else 200,
        **_named(ticket),
        **(_said(steps) if steps else {"steps": []}),
        instead=_instead(_buyers_reach(ticket), seat) if refusal else [],
        refusal=refusal.message if refusal else "",
        mails_to=_mails_to(ticket),
        secret=_secret(),
    )


@buyers.post("/tickets/<uuid:ticket_id>/seat")
def swap(ticket_id: uuid.UUID) -> Response:
    """As the question before it said: a ticket that was changed since is not changed."""
    ticket, seat, shown = _with_secret(ticket_id), None, request.form.get("shown", "")
    try:
        with transaction():
            seat, together = _wanted(ticket, request.form), _has_order(ticket)
            steps = moving.swap(ticket, seat.id, together=together, shown=shown, at=now())
    except NotFound:
        raise
    except IsThere:
        pass
    except (CannotMove, SeatTaken, SingleSeat, Invalid) as refusal:
        return _buyers_page(_with_secret(ticket_id), refusal, seat)
    else:
        flash(_changed_words(ticket, steps), "right")
    ticket = _with_secret(ticket_id)
    readings.forget(ticket.event_id)
    address = url_for("tickets.show_ticket", ticket_id=ticket_id, secret=_secret())
    if moving.sits_whole(ticket):
        address = url_for("payments.show_order", code=ticket.order.code, secret=_secret())
    return redirect(address, 303)  # type: ignore[return-value]


@buyers.get("/tickets/<uuid:ticket_id>/seat/states")
def show_states(ticket_id: uuid.UUID) -> Response:
    """Where the ticket may go, for the map; nothing while that is as it was."""
    ticket = _with_secret(ticket_id)
    return _states(_buyers_reach(ticket, fresh=False))


def _buyers_page(
    ticket: Ticket, refusal: Refusal | None = None, wanted: Seat | None = None
) -> Response:
    at = now()
    stays = moving.sits_whole(ticket) and not _has_order(ticket)
    reach = None if stays else _buyers_reach(ticket)
    return page(
        "tickets/seat.html",
        status=refusal.status if refusal else 200,
        **_named(ticket),
        may_swap=moving.may_swap(ticket, at),
        stays=stays,
        until=pricing.find(ticket.event).swap_until,
        was_until=moving.swap_was_until(ticket, at),
        why_not=moving.why_not(ticket),
        reach=reach,
        others=_listed(reach) if reach else [],
        instead=_instead(reach, wanted) if refusal else [],
        refusal=refusal.message if refusal else "",
        mails_to=_mails_to(ticket),
        secret=_secret(),
        **(_hall(ticket, reach) if reach else {"seated": None}),
    )


def _buyers_reach(ticket: Ticket, *, fresh: bool = True) -> Reach | None:
    """Where whoever asks may take it; None where it stays, for now or for good."""
    if not moving.may_swap(ticket, now()):
        return None
    return other_seats.for_buyer(ticket, together=_has_order(ticket), fresh=fresh, at=now())


def _has_order(ticket: Ticket) -> bool:
    """Whether whoever asks has the order's own link, and may change what else it has in it."""
    return issuing.is_orders(ticket, _secret())


def _mails_to(ticket: Ticket) -> str:
    """Whom the new code is mailed to, as far as whoever asks may know."""
    return as_written(ticket.order.buyer_email) if _has_order(ticket) else ""


def _changed_words(ticket: Ticket, steps: list[Step]) -> str:
    if len(steps) > 1:
        return _(
            "Your tickets are for %(table)s now. The codes you had have stopped working; "
            "the new ones are below and on their way by mail.",
            table=moving.table(steps[0].seat),
        )
    words = _(
        "Your ticket is for %(seat)s now. The code you had has stopped working; this is the new "
        "one.",
        seat=ticket.seat_label,
    )
    if ticket.order.buyer_email:
        words = f"{words} {_('It is on its way by mail, too.')}"
    return words


def _with_secret(ticket_id: uuid.UUID) -> Ticket:
    ticket = issuing.find_with_secret(str(ticket_id), _secret())
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    return ticket


def _secret() -> str:
    return request.values.get("secret", "")


# The box office


@console.get("/<uuid:ticket_id>/seat")
def show(ticket_id: uuid.UUID) -> Response:
    return _console_page(issuing.find(ticket_id))


@console.get("/<uuid:ticket_id>/seat/move")
def ask_move(ticket_id: uuid.UUID) -> Response:
    """What moving it does, before it is done: to a seat of the map or the list, or to one that is
    named; to another price only where that is said."""
    if not request.args:
        return redirect(url_for(".show", ticket_id=ticket_id), 303)  # type: ignore[return-value]
    ticket, seat, any_tier = issuing.find(ticket_id), None, _any_tier()
    try:
        seat = _wanted(ticket, request.args)
        steps = moving.look(ticket, seat.id, together=True, any_tier=any_tier, at=now())
    except NotFound:
        raise
    except (CannotMove, SeatTaken, Invalid) as refusal:
        if not wants_fragment():
            return _console_page(ticket, refusal, seat)
        return page(
            "tickets/organizer/move_sure.html",
            "question",
            status=refusal.status,
            **_named(ticket),
            steps=[],
            refusal=refusal.message,
            instead=_instead(_staffs_reach(ticket), seat),
        )
    return page(
        "tickets/organizer/move_sure.html",
        "question",
        **_named(ticket),
        **_said(steps),
        **_price_of(steps),
        any_tier=any_tier,
        refusal="",
        instead=[],
    )


@console.post("/<uuid:ticket_id>/seat")
def move(ticket_id: uuid.UUID) -> Response:
    """As the page before it said: a ticket that was changed since is not moved."""
    ticket, seat, any_tier = _seated(ticket_id), None, _any_tier()
    try:
        with transaction():
            seat = _wanted(ticket, request.form)
            moving.move(
                ticket,
                seat.id,
                together=True,
                any_tier=any_tier,
                shown=request.form.get("shown", ""),
                actor=access.actor().name,
                at=now(),
            )
    except NotFound:
        raise
    except IsThere:
        pass
    except (CannotMove, SeatTaken, Invalid) as refusal:
        return _console_page(_seated(ticket_id), refusal, seat)
    ticket = _seated(ticket_id)
    readings.forget(ticket.event_id)
    party = moving.party(ticket)
    if moving.sits_whole(ticket) and ticket.seat:
        words = ngettext(
            "The ticket is for %(table)s now.",
            "The %(num)d tickets are for %(table)s now.",
            len(party),
            table=moving.table(ticket.seat),
        )
    else:
        words = _("The ticket is for %(seat)s now.", seat=ticket.seat_label)
    flash(words, "right")
    return redirect(f"/manage/orders/{ticket.order.code}", 303)  # type: ignore[return-value]


@console.get("/<uuid:ticket_id>/seat/states")
def show_states_to_staff(ticket_id: uuid.UUID) -> Response:
    """The same as for its buyer, with what only staff may give."""
    return _states(_staffs_reach(issuing.find(ticket_id), fresh=False))


def _console_page(
    ticket: Ticket, refusal: Refusal | None = None, wanted: Seat | None = None
) -> Response:
    errors = {}
    if refusal:
        errors = refusal.fields or {"named": refusal.message}
    reach = _staffs_reach(ticket)
    return page(
        "tickets/organizer/move.html",
        status=refusal.status if refusal else 200,
        **_named(ticket),
        why_not=moving.why_not(ticket),
        reach=reach,
        others=_listed(reach, alike=True) if reach else [],
        instead=_instead(reach, wanted) if refusal else [],
        named=request.values.get("named", "").strip(),
        any_tier=_any_tier(),
        errors={name if name == "seat" else "named": words for name, words in errors.items()},
        **(_hall(ticket, reach) if reach else {"seated": None}),
    )


def _staffs_reach(ticket: Ticket, *, fresh: bool = True) -> Reach | None:
    """Where the box office may send it; None where it stays for good."""
    if moving.why_not(ticket):
        return None
    return other_seats.for_staff(ticket, fresh=fresh, at=now())


def _price_of(steps: list[Step]) -> dict[str, Any]:
    """What the other price is that they would sit at; no names where it is the same."""
    strange = [step for step in steps if step.seat.tier_id != step.ticket.tier_id]
    tiers = {tier.id: tier for step in strange if (tier := db.session.get(Tier, step.seat.tier_id))}
    at = now()
    return {
        "tiers": [tier.name for tier in tiers.values()],
        "difference": sum(
            tiers[step.seat.tier_id].price_at(at) - step.ticket.unit_price
            for step in strange
            if step.seat.tier_id in tiers
        ),
    }


def _any_tier() -> bool:
    return request.values.get("any_tier") == "1"


def _seated(ticket_id: uuid.UUID) -> Ticket:
    ticket = issuing.find(ticket_id)
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    return ticket


# Both


def _named(ticket: Ticket) -> dict[str, Any]:
    party = moving.party(ticket)
    whole = moving.sits_whole(ticket)
    return {
        "ticket": ticket,
        "reference": issuing.reference(ticket),
        "event": ticket.event,
        "order": ticket.order,
        "party": party,
        "whole": whole,
        "shown": moving.as_shown(party),
        "here": _where(ticket.seat, whole=whole) if ticket.seat else "",
    }


def _said(steps: list[Step]) -> dict[str, Any]:
    """What the question says of what is about to happen."""
    first = steps[0]
    whole = moving.sits_whole(first.ticket)
    return {
        "steps": steps,
        "seat": first.seat,
        "there": _where(first.seat, whole=whole),
        "name": moving.table(first.seat) if whole else first.seat.label,
        "old_name": moving.table(first.ticket.seat)
        if whole and first.ticket.seat
        else first.ticket.seat_label,
        "notes": sorted({step.seat.note for step in steps if step.seat.note}),
        "kept_back": any(step.seat.allocation_id for step in steps),
        "empty": len(_chairs_of(first.seat)) - len(steps) if whole else 0,
    }


def _where(seat: Seat, *, whole: bool) -> str:
    if whole:
        return moving.table(seat)
    return seat_plans.where_is(seat.row.section, seat.row, seat.number)


def _chairs_of(seat: Seat) -> list[uuid.UUID]:
    return list(db.session.scalars(select(Seat.id).where(Seat.seat_row_id == seat.seat_row_id)))


def _wanted(ticket: Ticket, given: Any) -> Seat:
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
        raise Invalid({"named": _("There is no seat %(name)s.", name=named[:80])}) from None
    if len(found) != 1:
        raise Invalid({"named": _("Name one seat, like Stalls A12.")})
    return found[0]


def _listed(reach: Reach, *, alike: bool = False) -> list[dict[str, Any]]:
    own = reach.own[0]
    return _seats(reach, reach.nearest(own, most=LISTED, like=own if alike else None))


def _instead(reach: Reach | None, wanted: Seat | None) -> list[dict[str, Any]]:
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


def _states(reach: Reach | None) -> Response:
    if reach is None:
        return jsonify({"version": 0, "states": ""})
    if reach.version and request.args.get("since") == str(reach.version):
        return Response(status=204)
    return jsonify({"version": reach.version, "states": reach.letters.decode()})


def _hall(ticket: Ticket, reach: Reach) -> dict[str, Any]:
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
