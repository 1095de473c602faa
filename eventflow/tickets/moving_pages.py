"""Another seat for a ticket: its buyer's page, and the one of whoever works at the box office.

A second press of the same button asks for the seat that the ticket has by then, and changes
nothing.
"""

import uuid

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from eventflow.accounts import access
from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.models import Tier
from eventflow.pages import page
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import allocations, house, pricing
from eventflow.seating import states as readings
from eventflow.security import keep_address_secret
from eventflow.tickets import issuing, moving
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving import CannotMove

buyers = only_on_tenant_host(Blueprint("seat", __name__))
console = access.console(Blueprint("move", __name__, url_prefix="/tickets"))


@buyers.before_request
def _keep_address_secret() -> None:
    keep_address_secret()


# Its buyer


@buyers.get("/tickets/<uuid:ticket_id>/seat")
def choose(ticket_id: uuid.UUID) -> Response:
    return _buyers_page(_with_secret(ticket_id))


@buyers.post("/tickets/<uuid:ticket_id>/seat")
def swap(ticket_id: uuid.UUID) -> Response:
    wanted = request.form.get("seat", "")
    try:
        with transaction():
            ticket = _with_secret(ticket_id)
            if not wanted:
                raise Invalid({"seat": _("Choose a seat first.")})
            if str(ticket.seat_id) != wanted:
                moving.swap(ticket, wanted, at=now())
            event_id = ticket.event_id
    except NotFound:
        raise
    except (CannotMove, SeatTaken, SingleSeat, Invalid) as refusal:
        return _buyers_page(_with_secret(ticket_id), refusal)
    readings.forget(event_id)
    address = url_for("tickets.show_ticket", ticket_id=ticket_id, secret=_secret())
    return redirect(address, 303)  # type: ignore[return-value]


def _buyers_page(ticket: Ticket, refusal: Refusal | None = None) -> Response:
    at = now()
    may = moving.may_swap(ticket, at)
    seating = pricing.find(ticket.event)
    return page(
        "tickets/seat.html",
        status=refusal.status if refusal else 200,
        ticket=ticket,
        reference=issuing.reference(ticket),
        event=ticket.event,
        may_swap=may,
        until=seating.swap_until,
        others=_swaps(ticket) if may else [],
        refusal=refusal.message if refusal else "",
        secret=_secret(),
    )


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
    """What moving it does, before it is done: to a seat of the list, or to one that is named;
    to another price only where that is said."""
    if not request.args:
        return redirect(url_for(".show", ticket_id=ticket_id), 303)  # type: ignore[return-value]
    named, any_tier = request.args.get("named", "").strip(), _any_tier()
    try:
        ticket = _seated(ticket_id)
        wanted = _named(ticket, named) if named else request.args.get("seat", "")
        if not wanted:
            raise Invalid({"named": _("Choose a seat first, or name one.")})
        seat = moving.look(ticket, wanted, any_tier=any_tier, at=now())
    except NotFound:
        raise
    except (CannotMove, SeatTaken, Invalid) as refusal:
        return _console_page(issuing.find(ticket_id), refusal, named=named, any_tier=any_tier)
    tier = db.session.get(Tier, seat.tier_id) if seat.tier_id else None
    return page(
        "tickets/organizer/move_sure.html",
        ticket=ticket,
        reference=issuing.reference(ticket),
        event=ticket.event,
        order=ticket.order,
        seat=seat,
        tier=tier if tier and tier.id != ticket.tier_id else None,
        difference=tier.price_at(now()) - ticket.unit_price if tier else 0,
        any_tier=any_tier,
    )


@console.post("/<uuid:ticket_id>/seat")
def move(ticket_id: uuid.UUID) -> Response:
    """As the page before it said: a ticket that was changed since is not moved."""
    any_tier, shown = _any_tier(), request.form.get("issue", type=int)
    try:
        with transaction():
            ticket = _seated(ticket_id)
            wanted = request.form.get("seat", "")
            if str(ticket.seat_id) != wanted:
                if shown != ticket.issue:
                    raise CannotMove(_("This ticket was changed meanwhile. Please look again."))
                moving.move(ticket, wanted, any_tier=any_tier, at=now(), actor=access.actor().name)
            words = _("The ticket is for %(seat)s now.", seat=ticket.seat_label)
            code, event_id = ticket.order.code, ticket.event_id
    except NotFound:
        raise
    except (CannotMove, SeatTaken) as refusal:
        return _console_page(issuing.find(ticket_id), refusal, any_tier=any_tier)
    readings.forget(event_id)
    flash(words, "right")
    return redirect(f"/manage/orders/{code}", 303)  # type: ignore[return-value]


def _console_page(
    ticket: Ticket, refusal: Refusal | None = None, *, named: str = "", any_tier: bool = False
) -> Response:
    errors = {}
    if refusal:
        errors = refusal.fields or {"named": refusal.message}
    return page(
        "tickets/organizer/move.html",
        status=refusal.status if refusal else 200,
        ticket=ticket,
        reference=issuing.reference(ticket),
        event=ticket.event,
        order=ticket.order,
        others=_others(ticket) if ticket.seat_id else [],
        named=named,
        any_tier=any_tier,
        errors={name if name == "seat" else "named": words for name, words in errors.items()},
    )


def _any_tier() -> bool:
    return request.values.get("any_tier") == "1"


def _seated(ticket_id: uuid.UUID) -> Ticket:
    ticket = issuing.find(ticket_id)
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    return ticket


def _named(ticket: Ticket, named: str) -> uuid.UUID:
    try:
        found = allocations.read_list(ticket.event, named)
    except Invalid:
        raise Invalid({"named": _("There is no seat %(name)s.", name=named[:80])}) from None
    if len(found) != 1:
        raise Invalid({"named": _("Name one seat, like Stalls A12.")})
    return found[0]


def _others(ticket: Ticket) -> list[tuple[str, str]]:
    """Free seats of the same kind, the nearest first."""
    assert ticket.seat_id is not None
    hall, letters = house.look(pricing.find(ticket.event), at=now())
    return house.free_like(hall, letters, ticket.seat_id)


def _swaps(ticket: Ticket) -> list[tuple[str, str]]:
    """Those of them that a buyer may take."""
    assert ticket.seat_id is not None
    hall, letters = house.look(pricing.find(ticket.event), at=now())
    own = hall.position_of.get(str(ticket.seat_id))
    return [
        (seat_id, label)
        for seat_id, label in house.free_like(hall, letters, ticket.seat_id)
        if own is not None and not moving.left_alone(hall, letters, own, hall.position_of[seat_id])
    ]
