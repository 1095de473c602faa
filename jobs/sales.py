"""Selling: what follows from an order, and the housekeeping of holds."""

import uuid

from sqlalchemy import select

from eventflow import queue, vault
from eventflow.db import db, now, transaction
from eventflow.messages import order_mails
from eventflow.payments.models import Refund
from eventflow.sales import finding, holds, orders
from eventflow.sales.models import Order
from eventflow.tenancy import across_tenants, acting_for, tenant_id_or_none
from eventflow.tickets.models import Ticket
from jobs import job


@job
def confirm_order(order_id: str) -> None:
    """Promise the one mail with the tickets."""
    with transaction():
        order_mails.confirmation(db.session.get_one(Order, uuid.UUID(order_id)), at=now())


@job
def tell_how_to_pay(order_id: str) -> None:
    with transaction():
        order_mails.how_to_pay(db.session.get_one(Order, uuid.UUID(order_id)), at=now())


@job
def tell_refunded(refund_id: str) -> None:
    with transaction():
        order_mails.refunded(db.session.get_one(Refund, uuid.UUID(refund_id)), at=now())


@job
def tell_cancelled(order_id: str) -> None:
    with transaction():
        order_mails.cancelled(db.session.get_one(Order, uuid.UUID(order_id)), at=now())


@job
def tell_paid_too_late(order_id: str, payment_id: str) -> None:
    with transaction():
        order = db.session.get_one(Order, uuid.UUID(order_id))
        order_mails.paid_too_late(order, payment_id, at=now())


@job
def send_tickets_again(order_id: str, asked: str = "") -> None:
    with transaction():
        order = db.session.get_one(Order, uuid.UUID(order_id))
        order_mails.send_again(order, asked=asked, at=now())


@job
def tell_moved(ticket_id: str, issue: int) -> None:
    """The new codes of an order's tickets that were given other seats; the old ones open nothing.

    Whichever comes first tells of all that wait.
    """
    with transaction():
        of = select(Ticket.order_id).where(Ticket.id == uuid.UUID(ticket_id))
        order = orders.locked(db.session.scalars(of).one())
        order_mails.moved(
            order, [(ticket_id, issue), *queue.still_to_do("sales.tell_moved")], at=now()
        )


@job
def tell_reissued(ticket_id: str, issue: int) -> None:
    with transaction():
        ticket = db.session.get_one(Ticket, uuid.UUID(ticket_id))
        order_mails.reissued(ticket, issue, at=now())


@job
def tell_voided(order_id: str, entry_id: str, positions: list[int], reason: str) -> None:
    with transaction():
        order = db.session.get_one(Order, uuid.UUID(order_id))
        order_mails.voided(order, entry_id, positions, reason, at=now())


@job
def mail_order_list(ask_id: str, sealed_email: str, host: str, path: str) -> None:
    """The link that lists an address's orders, to those who have any."""
    email, tenant_id, at = vault.open_sealed(sealed_email), tenant_id_or_none(), now()
    if not (finding.orders_of(email) if tenant_id else finding.orders_everywhere(email)):
        return
    with transaction():
        url = finding.link(email, host=host, path=path, at=at)
        order_mails.list_link(email, url, about=ask_id, tenant_id=tenant_id, at=at)


def sweep_holds() -> int:
    """Recurring, for all tenants: give back what lapsed, so that counters read as they are."""
    with across_tenants():
        lapsed = holds.events_with_lapsed(at=now())
    for tenant_id, event_id in lapsed:
        with acting_for(tenant_id), transaction():
            holds.sweep(event_id, at=now())
    return len(lapsed)


def expire_orders() -> int:
    """Recurring, for all tenants: say of unpaid orders whose time ran out that it did."""
    with across_tenants(), transaction():
        return orders.expire(at=now())
