"""Money: acting on what providers say, and sending back what was promised."""

import logging
import uuid
from collections.abc import Callable
from functools import partial

from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.payments import accounts, providers, reconciling, refunding, webhooks
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.tenancy import across_tenants, acting_for
from jobs import job

log = logging.getLogger(__name__)


@job
def process_webhook(webhook_id: str) -> None:
    """What arrived is usually acted on at once; this is for when that failed."""
    webhooks.process(uuid.UUID(webhook_id), at=now())


@job
def carry_out_refund(refund_id: str) -> None:
    refunding.carry_out(uuid.UUID(refund_id))


@job
def refund_event(event_id: str) -> None:
    """A cancelled event: promise each of its orders a job of its own.

    Those are done in bulk, and so is all that follows: other buyers' letters do not wait for
    thousands of them.
    """
    with transaction():
        for order_id in db.session.scalars(
            select(Order.id).where(
                Order.event_id == uuid.UUID(event_id),
                Order.status.in_(("pending", "paid", "partially_refunded")),
            )
        ):
            reason = "The event was cancelled"
            enqueue("payments.call_off_order", order_id, reason, queue="bulk")


@job
def call_off_order(order_id: str, reason: str) -> None:
    with transaction():
        refunding.call_off(orders.locked(uuid.UUID(order_id)), reason=reason, at=now())


@job
def close_pages(order_id: str) -> None:
    """An order is over: let nothing more be paid for it, as far as that can be helped."""
    for payment_id in reconciling.open_payments(uuid.UUID(order_id)):
        reconciling.look(payment_id, at=now())


def reconcile() -> int:
    """Recurring, for all tenants: ask Stripe what we should have been told by now."""
    if providers.name_for("online") != "stripe":
        return 0
    with across_tenants():
        payments = reconciling.unanswered(at=now())
        refunds = reconciling.unsettled_refunds(at=now())
    return sum(
        _asked(tenant_id, partial(look, one, at=now()))
        for look, which in (
            (reconciling.look, payments),
            (reconciling.look_at_refund, refunds),
        )
        for tenant_id, one in which
    )


def check_accounts() -> int:
    """Recurring: ask Stripe of every connected account what it may do."""
    if providers.name_for("online") != "stripe":
        return 0
    with across_tenants():
        tenants = reconciling.connected()
    return sum(_asked(tenant_id, partial(accounts.check, at=now())) for tenant_id in tenants)


def _asked(tenant_id: uuid.UUID, ask: Callable[[], str]) -> bool:
    """Ask for one tenant; what can't be asked about is left for the next turn."""
    try:
        with acting_for(tenant_id):
            ask()
    except Exception:
        log.exception("Stripe could not be asked")
        return False
    return True
