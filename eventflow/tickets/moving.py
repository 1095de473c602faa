"""Moving: giving a ticket another seat.

The promise kept here is that the ticket is good for exactly one seat at every moment: the old seat
is free and the old code dead in the transaction that takes the new one, and whoever holds the
ticket is sent the new code.
"""

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, text

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import NotFound, Refusal
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import best, chairs, pricing, states
from eventflow.seating import hall as halls
from eventflow.seating.hall import Hall
from eventflow.seating.models import Seat, SeatRow
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import issuing
from eventflow.tickets.models import MOST_ISSUES, Ticket

MORE_TO_COME = timedelta(seconds=30)
"""Whoever changes one seat of an order changes the next right after: one mail tells of both."""


class CannotMove(Refusal):
    """This ticket can't have that seat, or none any more."""

    code = "cannot_move"


def move(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    any_tier: bool = False,
    blocked_too: bool = True,
    actor: str = "",
    at: datetime,
) -> Ticket:
    """Give a ticket this seat in place of its own.

    Staff may also give seats that an allocation keeps back, and leave a single one; those of
    another tier only if they say so (`any_tier`): the ticket keeps its tier and its price. Raises
    CannotMove, SeatTaken or NotFound.
    """
    seat = _locked(ticket, seat_id)
    return _give(ticket, seat, any_tier=any_tier, blocked_too=blocked_too, actor=actor, at=at)


def look(ticket: Ticket, seat_id: uuid.UUID | str, *, any_tier: bool = False, at: datetime) -> Seat:
    """The seat that `move` would give the ticket at this moment; raises what that raises."""
    seat = _find(seat_id, ticket.event_id)
    _refuse(ticket, seat, any_tier=any_tier, blocked_too=True, at=at)
    return seat


def _locked(ticket: Ticket, seat_id: uuid.UUID | str) -> Seat:
    """The seat, once nobody can take it, nor any beside it, and the ticket is ours to change."""
    orders.locked(ticket.order_id)
    seat = _find(seat_id, ticket.event_id)
    if ticket.seat and pricing.is_behind(pricing.find(ticket.event), ticket.seat):
        # It will be sold as something else, for which all rows are locked.
        chairs.lock_rows(ticket.event_id)
    rows = {seat.seat_row_id, *([ticket.seat.seat_row_id] if ticket.seat else [])}
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.id.in_(rows))
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )
    db.session.refresh(ticket, with_for_update=True)
    db.session.refresh(seat)
    return seat


def _give(
    ticket: Ticket, seat: Seat, *, any_tier: bool, blocked_too: bool, actor: str, at: datetime
) -> Ticket:
    _refuse(ticket, seat, any_tier=any_tier, blocked_too=blocked_too, at=at)
    old = ticket.seat
    old_label, new_label = ticket.seat_label or _("no seat"), seat.label
    strayed = ticket.tier_id != seat.tier_id or (old is not None and old.tier_id != ticket.tier_id)
    kept_back = seat.allocation_id or (old and old.allocation_id)
    ticket.seat_id = seat.id
    ticket.issue += 1
    db.session.flush()
    db.session.expire(ticket, ["seat"])
    _tell(ticket, old_label, new_label, actor=actor, at=at)
    seating = pricing.find(ticket.event)
    if old is not None and pricing.is_behind(seating, old):
        pricing.catch_up(seating, at=at)
    elif strayed or kept_back:
        pricing.recount(ticket.event, at=at)
    return ticket


def _tell(ticket: Ticket, old_label: str, new_label: str, *, actor: str, at: datetime) -> None:
    words = _(
        "Ticket %(ticket)s moved from %(old)s to %(new)s",
        ticket=issuing.reference(ticket),
        old=old_label,
        new=new_label,
    )
    orders.note(ticket.order, "moved", words, at=at, actor=actor)
    audit.record(
        "ticket.move",
        ticket,
        words,
        {"seat": old_label},
        {"seat": new_label},
        at=at,
        name=issuing.reference(ticket),
    )
    enqueue("sales.tell_moved", ticket.id, ticket.issue, queue="prompt", delay=MORE_TO_COME)


def may_swap(ticket: Ticket, at: datetime) -> bool:
    """Whether its buyer may choose another seat for it at this moment."""
    seating = pricing.of(ticket.event_id) if ticket.seat_id else None
    return (
        seating is not None
        and seating.swap_until is not None
        and at < seating.swap_until
        and ticket.state == "valid"
        and ticket.event.status == "published"
        and not ticket.event.has_ended(at)
    )


def swap(ticket: Ticket, seat_id: uuid.UUID | str, *, at: datetime) -> Ticket:
    """The same, by the buyer: a free seat of the same category, until the organizer's deadline,
    and one that leaves no single seat. Raises SingleSeat besides what `move` raises.
    """
    if not may_swap(ticket, at):
        raise CannotMove(_("Seats of this event can't be changed any more."))
    seat = _find(seat_id, ticket.event_id)
    if ticket.seat is None or (seat.category, seat.kind) != (
        ticket.seat.category,
        ticket.seat.kind,
    ):
        raise CannotMove(_("Choose a seat of the same category."))
    if seat.row.whole or ticket.seat.row.whole:
        raise CannotMove(_("A table that is sold as a whole stays together."))
    seat = _locked(ticket, seat.id)
    _refuse_single(ticket, seat, at=at)
    return _give(
        ticket, seat, any_tier=False, blocked_too=False, actor=ticket.order.buyer_name, at=at
    )


def _refuse_single(ticket: Ticket, seat: Seat, *, at: datetime) -> None:
    hall = halls.of(ticket.event_id)
    now = states.ask(ticket.event_id, at=at).states
    if hall is None or len(now) != len(hall):
        return
    own, wanted = hall.position_of[str(ticket.seat_id)], hall.position_of[str(seat.id)]
    # What else is wrong with a seat is said in other words.
    if now[wanted] == states.FREE and (left := left_alone(hall, now, own, wanted)):
        labels = ", ".join(hall.labels[position] for position in left)
        raise SingleSeat(_("This would leave a single seat: %(seats)s.", seats=labels))


def left_alone(hall: Hall, now: bytes, own: int, wanted: int) -> list[int]:
    """The single seats that a swap would leave against the rule, as when seats are bought: one's
    own counts as free, and nobody is refused for what can't be helped."""
    if not hall.no_single_seats:
        return []
    mine = bytearray(now)
    mine[own] = states.FREE
    left = best.strands(hall, bytes(mine), [wanted])
    if left and best.some_choice_strands_nobody(hall, bytes(mine), [wanted], best.Rules()):
        return left
    return []


def _find(seat_id: uuid.UUID | str, event_id: uuid.UUID) -> Seat:
    try:
        key = seat_id if isinstance(seat_id, uuid.UUID) else uuid.UUID(seat_id)
    except ValueError:
        raise NotFound(_("There is no such seat.")) from None
    seat = db.session.scalar(select(Seat).where(Seat.id == key, Seat.event_id == event_id))
    if seat is None:
        raise NotFound(_("There is no such seat."))
    return seat


def _refuse(ticket: Ticket, seat: Seat, *, any_tier: bool, blocked_too: bool, at: datetime) -> None:
    if ticket.status != "valid":
        raise CannotMove(_("This ticket is void."))
    if ticket.checked_in_at is not None:
        raise CannotMove(_("The holder of this ticket has come in already."))
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    if ticket.seat_id == seat.id:
        raise CannotMove(_("The ticket is for this seat already."))
    if ticket.issue >= MOST_ISSUES:
        raise CannotMove(_("This ticket was changed too often."))
    if seat.tier_id != ticket.tier_id and not any_tier:
        raise CannotMove(_("%(seat)s is sold at another price.", seat=seat.label))
    if seat.allocation_id is not None and not blocked_too:
        raise CannotMove(_("%(seat)s is not for sale.", seat=seat.label))
    asked = {"tenant": current_tenant_id(), "seat": seat.id}
    if db.session.scalar(_IS_TAKEN, asked):
        raise SeatTaken(_("%(seat)s is sold or held by somebody else.", seat=seat.label))


# A lapsed hold counts here: somebody may be paying for it at this moment.
_IS_TAKEN = text(
    """
    select exists (select from tickets where seat_id = :seat and status = 'valid')
        or exists (select from seats s join holds h on h.id = s.hold_id
                    where s.tenant_id = :tenant and s.id = :seat and h.status = 'live')
    """
)
