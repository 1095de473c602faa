"""Voiding: taking tickets back without money, and giving one a new code.

The promise kept here is that what was taken back is dead at once, at the door too: the code opens
nothing from the moment of the commit, scanners hear of it with their next changes, the place is
free for whoever comes next, and the buyer is told.
"""

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.accounts import audit
from eventflow.db import db, new_id
from eventflow.errors import Invalid, Refusal
from eventflow.queue import enqueue
from eventflow.sales import counters, orders
from eventflow.sales.models import Order, OrderEntry
from eventflow.seating import chairs, pricing
from eventflow.tickets import issuing
from eventflow.tickets.models import MOST_ISSUES, Ticket


class NotGood(Refusal):
    """The ticket is void already, or was changed too often."""


def void(
    order: Order,
    tickets: Collection[Ticket],
    *,
    reason: str,
    actor: str = "",
    ends_as: str = "cancelled",
    key: str | None = None,
    at: datetime,
) -> OrderEntry:
    """Take these tickets back; no money moves. The caller has locked the order.

    A free order none of whose tickets is left is `ends_as`; one with money in it stays what it is.
    The same `key` twice is the same act. Answers the line it left in the order's timeline.
    """
    entry_id = uuid.uuid5(order.id, f"void {key}") if key else new_id()
    if made := db.session.get(OrderEntry, entry_id):
        return made
    leaving = sorted(
        (ticket for ticket in tickets if ticket.status == "valid"),
        key=lambda ticket: ticket.position,
    )
    if not leaving:
        raise NotGood(_("These tickets are void already."))
    reason = " ".join(reason.split())[:500]
    names = ", ".join(issuing.reference(ticket) for ticket in leaving)
    words = ngettext(
        "Ticket %(names)s made void", "Tickets %(names)s made void", len(leaving), names=names
    )
    if reason:
        words = f"{words}: {reason}"
    take_back(order, leaving, at=at)
    if order.total == 0 and not any(ticket.status == "valid" for ticket in order.tickets):
        orders.step(order, ends_as)
        order.cancelled_at = at
    entry = OrderEntry(
        id=entry_id, order_id=order.id, at=at, kind="voided", words=words, actor=actor
    )
    db.session.add(entry)
    before, after = {"status": "valid"}, {"status": "void", "reason": reason}
    audit.record("tickets.void", order, words, before, after, at=at)
    gone = [ticket.position for ticket in leaving]
    enqueue("sales.tell_voided", order.id, entry.id, gone, reason, queue="prompt")
    return entry


def take_back(order: Order, tickets: Collection[Ticket], *, at: datetime) -> None:
    """Void these tickets and give their places back to whoever comes next."""
    strayed = any(one.seat and one.seat.tier_id != one.tier_id for one in tickets)
    seating = pricing.of(order.event_id) if any(one.seat for one in tickets) else None
    behind = seating is not None and any(
        one.seat and pricing.is_behind(seating, one.seat) for one in tickets
    )
    if behind:
        # Before the stocks, as everywhere.
        chairs.lock_rows(order.event_id)
    counters.change(issuing.void(tickets, at=at), sold=-1)
    if seating and behind:
        pricing.catch_up(seating, at=at)
    elif strayed:
        # It sat on another tier's seat, which is that tier's to sell again.
        pricing.recount(order.event, at=at)


def reissue(ticket: Ticket, *, issue: int | None = None, actor: str = "", at: datetime) -> Ticket:
    """Give a ticket a new code and a new link, and its order a new link, which opens every ticket
    of it; the ones so far are dead, in whoever's hands. Links of the order's other tickets stay.

    `issue` is the one that was shown: pressed twice, it is reissued once.
    """
    order = orders.locked(ticket.order_id)
    db.session.refresh(ticket, with_for_update=True)
    if issue is not None and ticket.issue != issue:
        return ticket
    if ticket.status != "valid":
        raise NotGood(_("This ticket is void."))
    if ticket.issue >= MOST_ISSUES:
        raise NotGood(_("This ticket was changed too often."))
    ticket.issue += 1
    # Whoever has an old link would otherwise read the new code there.
    ticket.secret = secrets.token_urlsafe(16)
    order.secret = secrets.token_urlsafe(16)
    db.session.flush()
    name = issuing.reference(ticket)
    words = _(
        "Ticket %(ticket)s got a new code, and the order a new link; the old ones are dead",
        ticket=name,
    )
    orders.note(order, "reissued", words, at=at, actor=actor)
    audit.record("tickets.reissue", ticket, words, at=at, name=name)
    enqueue("sales.tell_reissued", ticket.id, ticket.issue, queue="prompt")
    return ticket


def chosen(order: Order, wanted: Collection[uuid.UUID]) -> list[Ticket]:
    """These tickets of the order; Invalid if there is none, or one is another order's."""
    known = {ticket.id: ticket for ticket in order.tickets}
    if not wanted or any(ticket_id not in known for ticket_id in wanted):
        raise Invalid({"tickets": _("Choose tickets of this order.")})
    return [known[ticket_id] for ticket_id in dict.fromkeys(wanted)]
