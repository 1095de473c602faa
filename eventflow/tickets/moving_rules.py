"""The rules of moving: which ticket may have which seat, as far as reading tells.

What is found holds for good only under the locks that `moving.py` takes.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, text

from eventflow.db import db
from eventflow.errors import NotFound, Refusal
from eventflow.sales.seat_plans import bank_name
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import best, house, pricing, states
from eventflow.seating.hall import Hall
from eventflow.seating.models import Seat, Seating, SeatRow
from eventflow.tenancy import current_tenant_id
from eventflow.tickets.models import MOST_ISSUES, Ticket


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
    if ticket.state != "valid" or event.status != "published" or event.has_ended(at):
        return False
    # Who has to stay together stays where one of them is.
    return not sits_whole(ticket) or all(
        one.checked_in_at is None
        for one in ticket.order.tickets
        if one.status == "valid" and one.seat and one.seat.row is ticket.seat.row  # type: ignore[union-attr]
    )


def refuse_late(ticket: Ticket, at: datetime) -> None:
    if may_swap(ticket, at):
        return
    # What is wrong with the ticket itself is said in its own words.
    _refuse_ticket(ticket)
    _refuse_party(party(ticket))
    raise CannotMove(_("Seats of this event can't be changed any more."))


def refuse_single(ticket: Ticket, seat: Seat, *, at: datetime) -> None:
    if seat.row.whole:
        return
    hall, now = house.look(pricing.find(ticket.event), at=at)
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


def find(seat_id: uuid.UUID | str, event_id: uuid.UUID) -> Seat:
    try:
        key = seat_id if isinstance(seat_id, uuid.UUID) else uuid.UUID(seat_id)
    except ValueError:
        raise NotFound(_("There is no such seat.")) from None
    seat = db.session.scalar(select(Seat).where(Seat.id == key, Seat.event_id == event_id))
    if seat is None:
        raise NotFound(_("There is no such seat."))
    return seat


def steps(ticket: Ticket, seat: Seat, leave: Leave, *, at: datetime) -> list[Step]:
    """The ticket to this seat, or its whole party to the table the seat belongs to; refused if
    one of them can't."""
    _refuse_ticket(ticket)
    refuse_there(ticket, seat)
    if not sits_whole(ticket):
        if seat.row.whole:
            words = _("%(table)s is sold as a whole: one ticket alone can't have a seat there.")
            raise CannotMove(words % {"table": table(seat)})
        steps, wanted = [Step(ticket, seat)], [seat]
    else:
        steps, wanted = _steps_of_party(ticket, seat, leave)
    _refuse_party([step.ticket for step in steps])
    for step in steps:
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
        _refuse_party(party(ticket))
    except CannotMove as refusal:
        return refusal.message
    return ""


def _refuse_party(tickets: list[Ticket]) -> None:
    if len(tickets) > 1 and any(one.checked_in_at is not None for one in tickets):
        raise CannotMove(_("Somebody of this party has come in already."))
    for one in tickets:
        _refuse_ticket(one)


def _refuse_ticket(ticket: Ticket) -> None:
    if ticket.status != "valid":
        raise CannotMove(_("This ticket is void."))
    if ticket.checked_in_at is not None:
        raise CannotMove(_("The holder of this ticket has come in already."))
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    if ticket.issue >= MOST_ISSUES:
        raise CannotMove(_("This ticket was changed too often."))


def refuse_there(ticket: Ticket, seat: Seat) -> None:
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
