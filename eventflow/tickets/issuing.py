"""Issuing: making the tickets of a paid order, and taking them back.

The promise kept here is that an order has exactly the tickets it was paid for: one a place, made
in the transaction that says it is paid.
"""

import secrets
import uuid
from collections import Counter
from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventflow.db import db, new_id
from eventflow.errors import NotFound
from eventflow.events.models import TierStock
from eventflow.sales.models import Order
from eventflow.tickets import codes, keys
from eventflow.tickets.models import Ticket


def issue(order: Order, *, at: datetime) -> list[Ticket]:
    """Make the tickets of an order, once. The caller has locked the order."""
    if order.tickets:
        return order.tickets
    key = keys.newest()
    tickets = [
        Ticket(
            id=new_id(),
            order_id=order.id,
            event_id=order.event_id,
            tier_id=uuid.UUID(place["tier"]),
            seat_id=uuid.UUID(place["seat"]) if "seat" in place else None,
            position=position,
            unit_price=place["unit_price"],
            attendee_name=place["name"],
            attendee_email=place["email"],
            status="valid",
            key_number=key.number,
            issue=1,
            secret=secrets.token_urlsafe(16),
            issued_at=at,
        )
        for position, place in enumerate(order.attendees, start=1)
    ]
    db.session.add_all(tickets)
    db.session.flush()
    db.session.expire(order, ["tickets"])
    return tickets


def void(tickets: Collection[Ticket], *, at: datetime) -> dict[uuid.UUID, int]:
    """Cancel these tickets; answers how many places that frees of each stock."""
    freed: Counter[uuid.UUID] = Counter()
    for ticket in tickets:
        if ticket.status == "valid":
            ticket.status = "cancelled"
            ticket.cancelled_at = at
            freed[ticket.tier_id] += 1
    db.session.flush()
    rows = db.session.execute(
        select(TierStock.tier_id, TierStock.stock_id).where(TierStock.tier_id.in_(freed))
    )
    stocks: Counter[uuid.UUID] = Counter()
    for tier_id, stock_id in rows:
        stocks[stock_id] += freed[tier_id]
    return dict(stocks)


def code_of(ticket: Ticket) -> str:
    """What the ticket's QR carries. The same every time, until it is reissued."""
    key = keys.of(ticket.key_number)
    return codes.sign(
        key.private,
        key_id=key.number,
        event_id=ticket.event_id,
        ticket_id=ticket.id,
        issue=ticket.issue,
    )


def find(ticket_id: uuid.UUID | str) -> Ticket:
    """The ticket of this id; NotFound if there is none."""
    try:
        key = ticket_id if isinstance(ticket_id, uuid.UUID) else uuid.UUID(ticket_id)
    except ValueError:
        raise NotFound(_("There is no such ticket.")) from None
    ticket = db.session.scalar(select(Ticket).where(Ticket.id == key))
    if ticket is None:
        raise NotFound(_("There is no such ticket."))
    return ticket


def find_with_secret(ticket_id: str, secret: str) -> Ticket:
    """The ticket, for whoever has its own link, or its order's."""
    ticket = find(ticket_id)
    is_its_own = secrets.compare_digest(ticket.secret.encode(), secret.encode())
    if not is_its_own and not is_orders(ticket, secret):
        raise NotFound(_("There is no such ticket."))
    return ticket


def is_orders(ticket: Ticket, secret: str) -> bool:
    """Whether this is the secret of the whole order, and not of one ticket."""
    return secrets.compare_digest(ticket.order.secret.encode(), secret.encode())


def reference(ticket: Ticket) -> str:
    """What names a ticket over the phone: its order's code and its number in it."""
    return f"{ticket.order.code}-{ticket.position}"


def count_valid(event_id: uuid.UUID) -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Ticket)
            .where(Ticket.event_id == event_id, Ticket.status == "valid")
        )
        or 0
    )
