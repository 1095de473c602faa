"""Moving: giving a ticket another seat.

The promise kept here is that the ticket is good for exactly one seat at every moment: the old seat
is free and the old code dead in the transaction that takes the new one, and whoever holds the
ticket is sent the new code.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, text

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import NotFound, Refusal
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.seat_plans import bank_name
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import best, chairs, pricing, states
from eventflow.seating import hall as halls
from eventflow.seating.hall import Hall
from eventflow.seating.models import Seat, Seating, SeatRow
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import issuing
from eventflow.tickets.models import MOST_ISSUES, Ticket

MORE_TO_COME = timedelta(seconds=30)
"""Whoever changes one seat of an order changes the next right after: one mail tells of both."""


class CannotMove(Refusal):
    """This ticket can't have that seat, or none any more."""

    code = "cannot_move"


class IsThere(CannotMove):
    """The ticket has that seat already: a second press asks for what the first one did."""


@dataclass(frozen=True, slots=True)
class Step:
    """Who goes where."""

    ticket: Ticket
    seat: Seat


@dataclass(frozen=True, slots=True)
class Leave:
    """What whoever moves a ticket may do."""

    together: bool = False
    """Take along whoever has to stay with it."""
    any_tier: bool = False
    blocked_too: bool = False
    alike: bool = False
    """Only to a seat of the same category and kind, and to a table as large as its own."""


def party(ticket: Ticket) -> list[Ticket]:
    """The ticket with those that have to stay with it, in the order of their seats: the valid ones
    of its order at the same table, where that is sold as a whole."""
    if not sits_whole(ticket):
        return [ticket]
    assert ticket.seat is not None
    return list(
        db.session.scalars(
            select(Ticket)
            .join(Seat, Seat.id == Ticket.seat_id)
            .where(
                Ticket.order_id == ticket.order_id,
                Ticket.status == "valid",
                Seat.seat_row_id == ticket.seat.seat_row_id,
            )
            .order_by(Seat.position)
            .execution_options(populate_existing=True)
        )
    )


def sits_whole(ticket: Ticket) -> bool:
    """Whether its seat belongs to a table that is sold as a whole."""
    return ticket.status == "valid" and ticket.seat is not None and ticket.seat.row.whole


def as_shown(tickets: Iterable[Ticket]) -> str:
    """What a page says of the tickets it is about to move, for `move` to see that they are still
    as it showed them."""
    return "-".join(f"{one.position}.{one.issue}" for one in tickets)


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
    return _give(_steps(ticket, seat, leave, at=at), actor=actor, at=at)


def look(
    ticket: Ticket,
    seat_id: uuid.UUID | str,
    *,
    together: bool = False,
    any_tier: bool = False,
    at: datetime,
) -> list[Step]:
    """What `move` would do at this moment; raises what that raises."""
    seat = _find(seat_id, ticket.event_id)
    leave = Leave(together=together, any_tier=any_tier, blocked_too=True)
    return _steps(ticket, seat, leave, at=at)


def _locked(ticket: Ticket, seat_id: uuid.UUID | str, shown: str | None) -> Seat:
    """The seat, once nobody can take it, nor any beside it, and the tickets are ours to change."""
    orders.locked(ticket.order_id)
    db.session.refresh(ticket)
    seat = _find(seat_id, ticket.event_id)
    seating = pricing.find(ticket.event)
    if any(one.seat and pricing.is_behind(seating, one.seat) for one in party(ticket)):
        # It will be sold as something else, for which all rows are locked.
        chairs.lock_rows(ticket.event_id)
    rows = {seat.seat_row_id, *([ticket.seat.seat_row_id] if ticket.seat else [])}
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.id.in_(rows))
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )
    own = [one.id for one in party(ticket)]
    db.session.execute(
        select(Ticket.id).where(Ticket.id.in_(own)).order_by(Ticket.id).with_for_update()
    )
    db.session.refresh(ticket)
    for row_id in rows:
        db.session.refresh(db.session.get_one(SeatRow, row_id))
    db.session.refresh(seat)
    if shown is not None and shown != as_shown(party(ticket)):
        _refuse_there(ticket, seat)
        raise CannotMove(_("This ticket was changed meanwhile. Please look again."))
    return seat


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
    if ticket.seat is not None and sits_whole(ticket):
        return ngettext(
            "%(num)d ticket moved from %(old)s to %(new)s",
            "%(num)d tickets moved from %(old)s to %(new)s",
            len(steps),
            old=table(ticket.seat),
            new=table(seat),
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


def may_swap(ticket: Ticket, at: datetime, *, seating: Seating | None = None) -> bool:
    """Whether its buyer may choose another seat for it at this moment."""
    if not ticket.seat_id or not _stands(ticket, at):
        return False
    seating = seating or pricing.of(ticket.event_id)
    return seating is not None and seating.swap_until is not None and at < seating.swap_until


def swap_was_until(ticket: Ticket, at: datetime) -> datetime | None:
    """When the time to do so ran out, for a ticket that could still be used; None otherwise."""
    seating = pricing.of(ticket.event_id) if ticket.seat_id and _stands(ticket, at) else None
    until = seating.swap_until if seating else None
    return until if until is not None and until <= at else None


def _stands(ticket: Ticket, at: datetime) -> bool:
    event = ticket.event
    return ticket.state == "valid" and event.status == "published" and not event.has_ended(at)


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
    _refuse_late(ticket, at)
    seat = _locked(ticket, seat_id, shown)
    steps = _steps(ticket, seat, Leave(together=together, alike=True), at=at)
    _refuse_single(ticket, seat, at=at)
    return _give(steps, actor=ticket.order.buyer_name, at=at)


def look_swap(
    ticket: Ticket, seat_id: uuid.UUID | str, *, together: bool = False, at: datetime
) -> list[Step]:
    """What `swap` would do at this moment; raises what that raises."""
    _refuse_late(ticket, at)
    seat = _find(seat_id, ticket.event_id)
    steps = _steps(ticket, seat, Leave(together=together, alike=True), at=at)
    _refuse_single(ticket, seat, at=at)
    return steps


def _refuse_late(ticket: Ticket, at: datetime) -> None:
    if may_swap(ticket, at):
        return
    # What is wrong with the ticket itself is said in its own words.
    _refuse_ticket(ticket)
    raise CannotMove(_("Seats of this event can't be changed any more."))


def _refuse_single(ticket: Ticket, seat: Seat, *, at: datetime) -> None:
    if seat.row.whole:
        return
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


def _steps(ticket: Ticket, seat: Seat, leave: Leave, *, at: datetime) -> list[Step]:
    """The ticket to this seat, or its whole party to the table the seat belongs to; refused if
    one of them can't."""
    _refuse_ticket(ticket)
    _refuse_there(ticket, seat)
    if not sits_whole(ticket):
        if seat.row.whole:
            words = _("%(table)s is sold as a whole: one ticket alone can't have a seat there.")
            raise CannotMove(words % {"table": table(seat)})
        steps, wanted = [Step(ticket, seat)], [seat]
    else:
        steps, wanted = _steps_of_party(ticket, seat, leave)
    for step in steps:
        _refuse_ticket(step.ticket)
        _refuse_seat(step, leave)
    taken = [one for one in wanted if _is_taken(one)]
    if taken and seat.row.whole:
        raise SeatTaken(_("%(table)s is sold or held by somebody else.", table=table(seat)))
    if taken:
        raise SeatTaken(_("%(seat)s is sold or held by somebody else.", seat=seat.label))
    return steps


def _steps_of_party(ticket: Ticket, seat: Seat, leave: Leave) -> tuple[list[Step], list[Seat]]:
    assert ticket.seat is not None
    if not leave.together:
        raise CannotMove(
            _(
                "%(table)s is sold as a whole, so its tickets stay together.",
                table=table(ticket.seat),
            )
        )
    if not seat.row.whole:
        words = _(
            "%(table)s is sold as a whole: its party moves together, to another whole table.",
            table=table(ticket.seat),
        )
        raise CannotMove(words)
    own, wanted = _seats_of(ticket.seat.row), _seats_of(seat.row)
    tickets = party(ticket)
    if leave.alike and _kinds(own) != _kinds(wanted):
        raise CannotMove(_("Choose a table of the same category and with as many seats."))
    if len(wanted) < len(tickets):
        raise CannotMove(
            ngettext(
                "%(table)s has %(num)d seat only, too few for this party.",
                "%(table)s has %(num)d seats only, too few for this party.",
                len(wanted),
                table=table(seat),
            )
        )
    return _paired(tickets, wanted), wanted


def _paired(tickets: list[Ticket], wanted: list[Seat]) -> list[Step]:
    """Each to a chair like its own where there is one, in the order they sit in."""
    left, found = list(wanted), {}
    for exact in (True, False):
        for ticket in tickets:
            fitting = (one for one in left if not exact or _kind(one) == _kind(ticket.seat))
            if ticket.id not in found and (chair := next(fitting, None)):
                left.remove(chair)
                found[ticket.id] = Step(ticket, chair)
    return [found[ticket.id] for ticket in tickets]


def _kind(seat: Seat | None) -> tuple[str, str]:
    return (seat.category, seat.kind) if seat else ("", "")


def _kinds(seats: list[Seat]) -> list[tuple[str, str]]:
    return sorted(_kind(seat) for seat in seats)


def _seats_of(row: SeatRow) -> list[Seat]:
    query = select(Seat).where(Seat.seat_row_id == row.id).order_by(Seat.position)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def table(seat: Seat) -> str:
    """What names the table, the booth or the row that a seat belongs to."""
    return f"{seat.row.section}, {bank_name(seat.row)}"


def why_not(ticket: Ticket) -> str:
    """Why the ticket can have no other seat at all, whoever asks; empty where it can."""
    try:
        _refuse_ticket(ticket)
    except CannotMove as refusal:
        return refusal.message
    return ""


def _refuse_ticket(ticket: Ticket) -> None:
    if ticket.status != "valid":
        raise CannotMove(_("This ticket is void."))
    if ticket.checked_in_at is not None:
        raise CannotMove(_("The holder of this ticket has come in already."))
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    if ticket.issue >= MOST_ISSUES:
        raise CannotMove(_("This ticket was changed too often."))


def _refuse_there(ticket: Ticket, seat: Seat) -> None:
    if ticket.seat_id == seat.id:
        raise IsThere(_("The ticket is for this seat already."))
    if seat.row.whole and ticket.seat and ticket.seat.seat_row_id == seat.seat_row_id:
        raise IsThere(_("The ticket is for this table already."))


def _refuse_seat(step: Step, leave: Leave) -> None:
    ticket, seat = step.ticket, step.seat
    if leave.alike and _kind(seat) != _kind(ticket.seat):
        raise CannotMove(_("Choose a seat of the same category."))
    if seat.tier_id != ticket.tier_id and not leave.any_tier:
        raise CannotMove(_("%(seat)s is sold at another price.", seat=seat.label))
    if seat.allocation_id is not None and not leave.blocked_too:
        raise CannotMove(_("%(seat)s is not for sale.", seat=seat.label))


def _is_taken(seat: Seat) -> bool:
    return bool(db.session.scalar(_IS_TAKEN, {"tenant": current_tenant_id(), "seat": seat.id}))


# A lapsed hold counts here: somebody may be paying for it at this moment.
_IS_TAKEN = text(
    """
    select exists (select from tickets where seat_id = :seat and status = 'valid')
        or exists (select from seats s join holds h on h.id = s.hold_id
                    where s.tenant_id = :tenant and s.id = :seat and h.status = 'live')
    """
)
