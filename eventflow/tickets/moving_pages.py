"""Another seat for a ticket, by its buyer.

A map and a list of where it may go, then a question that says from where to where and what that
does, then one press. A second press of the same button asks for the seat that the ticket has by
then, and changes nothing.
"""

import uuid
from functools import partial

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.accounts.people import as_written
from eventflow.db import now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.pages import page
from eventflow.sales.seat_refusals import SeatTaken, SingleSeat
from eventflow.seating import pricing
from eventflow.seating import states as readings
from eventflow.seating.models import Seat
from eventflow.security import keep_address_secret
from eventflow.tickets import issuing, moving, moving_rules, moving_shown, other_seats
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving_rules import CannotMove, IsThere, Step
from eventflow.tickets.other_seats import Reach

bp = only_on_tenant_host(Blueprint("seat", __name__))


@bp.before_request
def _keep_address_secret() -> None:
    keep_address_secret()


@bp.get("/tickets/<uuid:ticket_id>/seat")
def choose(ticket_id: uuid.UUID) -> Response:
    return _page(_with_secret(ticket_id))


@bp.get("/tickets/<uuid:ticket_id>/seat/change")
def ask_change(ticket_id: uuid.UUID) -> Response:
    """What changing to a seat does, before it is done; or why it can't be, and what can."""
    ticket = _with_secret(ticket_id)
    steps, refusal, seat = [], None, None
    try:
        seat = moving_shown.wanted(ticket, request.args)
        steps = moving.look_swap(ticket, seat.id, together=_has_order(ticket), at=now())
    except NotFound:
        raise
    except (CannotMove, SeatTaken, SingleSeat, Invalid) as why:
        refusal = why
    return page(
        "tickets/change_seat.html",
        "question",
        status=refusal.status if refusal else 200,
        **moving_shown.named(ticket),
        **(moving_shown.said(steps) if steps else {"steps": []}),
        instead=moving_shown.instead(_reach(ticket), seat) if refusal else [],
        refusal=refusal.message if refusal else "",
        mails_to=_mails_to(ticket),
        secret=_secret(),
    )


@bp.post("/tickets/<uuid:ticket_id>/seat")
def swap(ticket_id: uuid.UUID) -> Response:
    """As the question before it said: a ticket that was changed since is not changed."""
    ticket, seat, shown = _with_secret(ticket_id), None, request.form.get("shown", "")
    try:
        with transaction():
            seat, together = moving_shown.wanted(ticket, request.form), _has_order(ticket)
            steps = moving.swap(ticket, seat.id, together=together, shown=shown, at=now())
    except NotFound:
        raise
    except IsThere:
        pass
    except (CannotMove, SeatTaken, SingleSeat, Invalid) as refusal:
        return _page(_with_secret(ticket_id), refusal, seat)
    else:
        flash(_changed_words(ticket, steps), "right")
    ticket = _with_secret(ticket_id)
    readings.forget(ticket.event_id)
    address = url_for("tickets.show_ticket", ticket_id=ticket_id, secret=_secret())
    if moving_rules.sits_whole(ticket):
        address = url_for("payments.show_order", code=ticket.order.code, secret=_secret())
    return redirect(address, 303)  # type: ignore[return-value]


@bp.get("/tickets/<uuid:ticket_id>/seat/states")
def show_states(ticket_id: uuid.UUID) -> Response:
    """Where the ticket may go, for the map; nothing while that is as it was."""
    ticket, at = _with_secret(ticket_id), now()
    together = _has_order(ticket)
    find = partial(other_seats.for_buyer, ticket, together=together, fresh=False, at=at)
    return moving_shown.states(ticket, moving_rules.may_swap(ticket, at), find)


def _page(ticket: Ticket, refusal: Refusal | None = None, wanted: Seat | None = None) -> Response:
    at = now()
    stays = moving_rules.sits_whole(ticket) and not _has_order(ticket)
    reach = None if stays else _reach(ticket)
    return page(
        "tickets/seat.html",
        status=refusal.status if refusal else 200,
        **moving_shown.named(ticket),
        may_swap=moving_rules.may_swap(ticket, at),
        stays=stays,
        until=pricing.find(ticket.event).swap_until,
        was_until=moving_rules.swap_was_until(ticket, at),
        why_not=moving_rules.why_not(ticket),
        reach=reach,
        others=moving_shown.listed(reach) if reach else [],
        instead=moving_shown.instead(reach, wanted) if refusal else [],
        refusal=refusal.message if refusal else "",
        mails_to=_mails_to(ticket),
        secret=_secret(),
        **(moving_shown.hall(ticket, reach) if reach else {"seated": None}),
    )


def _reach(ticket: Ticket) -> Reach | None:
    """Where whoever asks may take it; None where it stays, for now or for good."""
    if not moving_rules.may_swap(ticket, now()):
        return None
    return other_seats.for_buyer(ticket, together=_has_order(ticket), fresh=True, at=now())


def _has_order(ticket: Ticket) -> bool:
    """Whether whoever asks has the order's own link, and may change what else it has in it."""
    return issuing.is_orders(ticket, _secret())


def _mails_to(ticket: Ticket) -> str:
    """Whom the new code is mailed to, as far as whoever asks may know."""
    return as_written(ticket.order.buyer_email) if _has_order(ticket) else ""


def _changed_words(ticket: Ticket, steps: list[Step]) -> str:
    if len(steps) > 1:
        words = _(
            "Your tickets are for %(table)s now. The codes you had have stopped working; the new "
            "ones are below.",
            table=moving_rules.table(steps[0].seat),
        )
        mailed = _("They are on their way by mail, too.")
    else:
        words = _(
            "Your ticket is for %(seat)s now. The code you had has stopped working; this is the "
            "new one.",
            seat=ticket.seat_label,
        )
        mailed = _("It is on its way by mail, too.")
    return f"{words} {mailed}" if ticket.order.buyer_email else words


def _with_secret(ticket_id: uuid.UUID) -> Ticket:
    ticket = issuing.find_with_secret(str(ticket_id), _secret())
    if ticket.seat_id is None:
        raise CannotMove(_("This ticket has no seat."))
    return ticket


def _secret() -> str:
    return request.values.get("secret", "")
