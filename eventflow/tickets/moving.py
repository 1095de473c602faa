"""Moving: giving a ticket another seat.

The promise kept here is that the ticket is good for exactly one seat at every moment: the old seat
is free and the old code dead in the transaction that takes the new one, and whoever holds the
ticket is sent the new code.
"""

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.seating import chairs, pricing
from eventflow.seating.models import Seat, Seating, SeatRow
from eventflow.tickets import issuing, moving_rules
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving_rules import CannotMove, Leave, Step

MORE_TO_COME = timedelta(seconds=30)
"""Whoever changes one seat of an order changes the next right after: one mail tells of both."""


def move(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    together: bool = False,
    any_tier: bool = False,
    actor: str = "",
    shown: str | None = None,
    at: datetime,
) -> list[Step]:
    """Give a ticket this seat in place of its own.

    Staff may also give seats that an allocation keeps back, and leave a single one; those of
    another tier only if they say so (`any_tier`): the ticket keeps its tier and its price. One of
    a table that is sold as a whole moves `together` with its party, to another whole table: all of
    them, or none. `shown` is what `as_shown` said to whoever decided this. Raises CannotMove,
    SeatTaken or NotFound.
    """
    seat = _locked(ticket, seat_id, shown)
    leave = Leave(together=together, any_tier=any_tier, blocked_too=True)
    return _give(moving_rules.steps(ticket, seat, leave, at=at), actor=actor, at=at)


def look(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    together: bool = False,
    any_tier: bool = False,
    at: datetime,
) -> list[Step]:
    """What `move` would do at this moment; raises what that raises."""
    seat = moving_rules.find(seat_id, ticket.event_id)
    leave = Leave(together=together, any_tier=any_tier, blocked_too=True)
    return moving_rules.steps(ticket, seat, leave, at=at)


def _locked(ticket: Ticket, seat_id: uuid.UUID | str, shown: str | None) -> Seat:
    """The seat, once nobody can take it, nor any beside it, and the tickets are ours to change."""
    orders.locked(ticket.order_id)
    db.session.refresh(ticket)
    seat = moving_rules.find(seat_id, ticket.event_id)
    seating = pricing.find(ticket.event)
    behind = _is_behind(seating, moving_rules.party(ticket))
    if behind:
        # It will be sold as something else, for which all rows are locked.
        chairs.lock_rows(ticket.event_id)
    rows = {seat.seat_row_id, *([ticket.seat.seat_row_id] if ticket.seat else [])}
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.id.in_(rows))
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )
    own = [one.id for one in moving_rules.party(ticket)]
    db.session.execute(
        select(Ticket.id).where(Ticket.id.in_(own)).order_by(Ticket.id).with_for_update()
    )
    db.session.refresh(ticket)
    for row_id in rows:
        db.session.refresh(db.session.get_one(SeatRow, row_id))
    db.session.refresh(seat)
    db.session.refresh(seating)
    if shown is not None and shown != moving_rules.as_shown(moving_rules.party(ticket)):
        moving_rules.refuse_there(ticket, seat)
        raise CannotMove(_("This ticket was changed meanwhile. Please look again."))
    if not behind and _is_behind(seating, moving_rules.party(ticket)):
        # Its price changed while the rows were waited for, and not all of them are locked.
        raise CannotMove(_("What seats are sold as was changed meanwhile. Please look again."))
    return seat


def _is_behind(seating: Seating, tickets: list[Ticket]) -> bool:
    return any(one.seat and pricing.is_behind(seating, one.seat) for one in tickets)


def _give(steps: list[Step], *, actor: str, at: datetime) -> list[Step]:
    event, tickets = steps[0].ticket.event, [step.ticket for step in steps]
    left = [ticket.seat for ticket in tickets]
    words = _words(steps)
    labels = [(ticket.seat_label or _("no seat"), seat.label) for ticket, seat in _pairs(steps)]
    strayed = any(
        step.seat.tier_id != step.ticket.tier_id or (old and old.tier_id != step.ticket.tier_id)
        for step, old in zip(steps, left, strict=True)
    )
    kept_back = any(
        step.seat.allocation_id or (old and old.allocation_id)
        for step, old in zip(steps, left, strict=True)
    )
    for ticket, seat in _pairs(steps):
        ticket.seat_id = seat.id
        ticket.issue += 1
    db.session.flush()
    orders.note(tickets[0].order, "moved", words, at=at, actor=actor)
    for ticket, (old_label, new_label) in zip(tickets, labels, strict=True):
        db.session.expire(ticket, ["seat"])
        _tell(ticket, old_label, new_label, at=at)
    seating = pricing.find(event)
    if any(old is not None and pricing.is_behind(seating, old) for old in left):
        pricing.catch_up(seating, at=at)
    elif strayed or kept_back:
        pricing.recount(event, at=at)
    return steps


def _pairs(steps: list[Step]) -> list[tuple[Ticket, Seat]]:
    return [(step.ticket, step.seat) for step in steps]


def _words(steps: list[Step]) -> str:
    ticket, seat = steps[0].ticket, steps[0].seat
    if ticket.seat is not None and moving_rules.sits_whole(ticket):
        return ngettext(
            "%(num)d ticket moved from %(old)s to %(new)s",
            "%(num)d tickets moved from %(old)s to %(new)s",
            len(steps),
            old=moving_rules.table(ticket.seat),
            new=moving_rules.table(seat),
        )
    return _moved_words(ticket, ticket.seat_label or _("no seat"), seat.label)


def _moved_words(ticket: Ticket, old: str, new: str) -> str:
    reference = issuing.reference(ticket)
    return _("Ticket %(ticket)s moved from %(old)s to %(new)s", ticket=reference, old=old, new=new)


def _tell(ticket: Ticket, old_label: str, new_label: str, *, at: datetime) -> None:
    audit.record(
        "ticket.move",
        ticket,
        _moved_words(ticket, old_label, new_label),
        {"seat": old_label},
        {"seat": new_label},
        at=at,
        name=issuing.reference(ticket),
    )
    enqueue("sales.tell_moved", ticket.id, ticket.issue, queue="prompt", delay=MORE_TO_COME)


def swap(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    together: bool = False,
    shown: str | None = None,
    at: datetime,
) -> list[Step]:
    """The same, by the buyer: a free seat of the same category, until the organizer's deadline,
    and one that leaves no single seat. Raises SingleSeat besides what `move` raises.
    """
    moving_rules.refuse_late(ticket, at)
    seat = _locked(ticket, seat_id, shown)
    steps = moving_rules.steps(ticket, seat, Leave(together=together, alike=True), at=at)
    moving_rules.refuse_single(ticket, seat, at=at)
    return _give(steps, actor=ticket.order.buyer_name, at=at)


def look_swap(
    ticket: Ticket, seat_id: uuid.UUID | str, *, together: bool = False, at: datetime
) -> list[Step]:
    """What `swap` would do at this moment; raises what that raises."""
    moving_rules.refuse_late(ticket, at)
    seat = moving_rules.find(seat_id, ticket.event_id)
    steps = moving_rules.steps(ticket, seat, Leave(together=together, alike=True), at=at)
    moving_rules.refuse_single(ticket, seat, at=at)
    return steps
