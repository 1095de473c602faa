"""Moving: giving a ticket another seat.

The promise kept here is that the ticket is good for exactly one seat at every moment: the old seat
is free and the old code dead in the transaction that takes the new one, and whoever holds the
ticket is sent the new code.
"""

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select, text

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import NotFound, Refusal
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.seats import SeatTaken
from eventflow.seating import pricing
from eventflow.seating.models import Seat, SeatRow
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import issuing
from eventflow.tickets.models import MOST_ISSUES, Ticket


class CannotMove(Refusal):
    """This ticket can't have that seat, or none any more."""

    code = "cannot_move"


def move(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    any_tier: bool = False,
    blocked_too: bool = True,
    singles: bool = True,
    actor: str = "",
    at: datetime,
) -> Ticket:
    """Give a ticket this seat in place of its own.

    Staff may also give seats that an allocation keeps back; those of another tier only if they say
    so (`any_tier`): the ticket keeps its tier and its price. Raises CannotMove, SeatTaken or
    NotFound.
    """
    orders.locked(ticket.order_id)
    seat = _find(seat_id, ticket.event_id)
    rows = {seat.seat_row_id, *([ticket.seat.seat_row_id] if ticket.seat else [])}
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.id.in_(rows))
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )
    db.session.refresh(ticket, with_for_update=True)
    db.session.refresh(seat)
    _refuse(ticket, seat, any_tier=any_tier, blocked_too=blocked_too, at=at)
    old_label, new_label = ticket.seat_label or _("no seat"), seat.label
    strayed = ticket.tier_id != seat.tier_id or (
        ticket.seat is not None and ticket.seat.tier_id != ticket.tier_id
    )
    kept_back = seat.allocation_id or (ticket.seat and ticket.seat.allocation_id)
    ticket.seat_id = seat.id
    ticket.issue += 1
    db.session.flush()
    db.session.expire(ticket, ["seat"])
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
    enqueue("sales.tell_moved", ticket.id, ticket.issue, queue="prompt")
    if strayed or kept_back:
        pricing.recount(ticket.event, at=at)
    return ticket


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
    """The same, by the buyer: a free seat of the same category, until the organizer's deadline."""
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
    return move(ticket, seat.id, blocked_too=False, actor=ticket.order.buyer_name, at=at)


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
