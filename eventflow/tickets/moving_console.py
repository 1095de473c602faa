"""Another seat for a ticket, by whoever works at the box office.

Pages as its buyer has them (`moving_pages.py`), with the seats that only staff may give.
"""

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from eventflow.accounts import access
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.models import Tier
from eventflow.pages import page, wants_fragment
from eventflow.sales.seat_refusals import SeatTaken
from eventflow.seating import states as readings
from eventflow.seating.models import Seat
from eventflow.tickets import issuing, moving, moving_rules, moving_shown, other_seats
from eventflow.tickets.models import Ticket
from eventflow.tickets.moving_rules import CannotMove, IsThere, Step
from eventflow.tickets.other_seats import Reach

bp = access.console(Blueprint("move", __name__, url_prefix="/tickets"))


@bp.get("/<uuid:ticket_id>/seat")
def show(ticket_id: uuid.UUID) -> Response:
    return _page(issuing.find(ticket_id))


@bp.get("/<uuid:ticket_id>/seat/move")
def ask_move(ticket_id: uuid.UUID) -> Response:
    """What moving it does, before it is done: to a seat of the map or the list, or to one that is
    named; to another price only where that is said."""
    if not request.args:
        return redirect(url_for(".show", ticket_id=ticket_id), 303)  # type: ignore[return-value]
    ticket, seat, any_tier = issuing.find(ticket_id), None, _any_tier()
    try:
        seat = moving_shown.wanted(ticket, request.args)
        steps = moving.look(ticket, seat.id, together=True, any_tier=any_tier, at=now())
    except NotFound:
        raise
    except (CannotMove, SeatTaken, Invalid) as refusal:
        if not wants_fragment():
            return _page(ticket, refusal, seat)
        return page(
            "tickets/organizer/move_sure.html",
            "question",
            status=refusal.status,
            **moving_shown.named(ticket),
            steps=[],
            refusal=refusal.message,
            instead=moving_shown.instead(_reach(ticket), seat),
        )
    return page(
        "tickets/organizer/move_sure.html",
        "question",
        **moving_shown.named(ticket),
        **moving_shown.said(steps),
        **_price_of(steps),
        any_tier=any_tier,
        refusal="",
        instead=[],
    )


@bp.post("/<uuid:ticket_id>/seat")
def move(ticket_id: uuid.UUID) -> Response:
    """As the page before it said: a ticket that was changed since is not moved."""
    ticket, seat, any_tier = _seated(ticket_id), None, _any_tier()
    try:
        with transaction():
            seat = moving_shown.wanted(ticket, request.form)
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
        return _page(_seated(ticket_id), refusal, seat)
    ticket = _seated(ticket_id)
    readings.forget(ticket.event_id)
    party = moving_rules.party(ticket)
    if moving_rules.sits_whole(ticket) and ticket.seat:
        words = ngettext(
            "The ticket is for %(table)s now.",
            "The %(num)d tickets are for %(table)s now.",
            len(party),
            table=moving_rules.table(ticket.seat),
        )
    else:
        words = _("The ticket is for %(seat)s now.", seat=ticket.seat_label)
    flash(words, "right")
    return redirect(f"/manage/orders/{ticket.order.code}", 303)  # type: ignore[return-value]


@bp.get("/<uuid:ticket_id>/seat/states")
def show_states(ticket_id: uuid.UUID) -> Response:
    """The same as for its buyer, with what only staff may give."""
    ticket = issuing.find(ticket_id)
    find = partial(other_seats.for_staff, ticket, fresh=False, at=now())
    return moving_shown.states(ticket, not moving_rules.why_not(ticket), find)


def _page(ticket: Ticket, refusal: Refusal | None = None, wanted: Seat | None = None) -> Response:
    errors = {}
    if refusal:
        errors = refusal.fields or {"named": refusal.message}
    reach = _reach(ticket)
    return page(
        "tickets/organizer/move.html",
        status=refusal.status if refusal else 200,
        **moving_shown.named(ticket),
        why_not=moving_rules.why_not(ticket),
        reach=reach,
        others=moving_shown.listed(reach, alike=True) if reach else [],
        instead=moving_shown.instead(reach, wanted) if refusal else [],
        named=request.values.get("named", "").strip(),
        any_tier=_any_tier(),
        errors={name if name == "seat" else "named": words for name, words in errors.items()},
        **(moving_shown.hall(ticket, reach) if reach else {"seated": None}),
    )


def _reach(ticket: Ticket) -> Reach | None:
    """Where the box office may send it; None where it stays for good."""
    if moving_rules.why_not(ticket):
        return None
    return other_seats.for_staff(ticket, fresh=True, at=now())


def _price_of(steps: list[Step]) -> dict[str, Any]:
    """What the other price is that they would sit at; no names where it is the same."""
    strange = [step for step in steps if step.seat.tier_id != step.ticket.tier_id]
    ids = {step.seat.tier_id for step in strange if step.seat.tier_id}
    tiers = {one.id: one for one in db.session.scalars(select(Tier).where(Tier.id.in_(ids)))}
    at = now()
    return {
        "unpriced": any(step.seat.tier_id is None for step in steps),
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
