"""Reconciling: asking Stripe about what we have heard nothing of.

The promise kept here is that a webhook that never arrives strands nobody: a buyer who comes back
from paying is looked up at once, what stays open is asked about every few minutes, and a page on
which an order could still be paid is closed once the order is over. What Stripe answers goes the
same way as what it tells by itself.
"""

import logging
import uuid
from datetime import datetime, timedelta

from sqlalchemy import and_, select

from eventflow.db import db, transaction
from eventflow.payments import providers, settling, stripe_provider, webhooks
from eventflow.payments.gateway_errors import GatewayDown, GatewayRefused
from eventflow.payments.models import Payment, PaymentAccount, Refund
from eventflow.payments.stripe_facts import CheckoutSession
from eventflow.sales.models import Order

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=3)
"""How long we wait to be told before we ask."""
REFUND_PATIENCE = timedelta(hours=1)
LOST = timedelta(days=7)
"""After this nothing is to be expected any more."""

_UNANSWERED = ("open", "declined")


def look(payment_id: uuid.UUID, *, at: datetime) -> str:
    """Ask what became of a payment, and act on it; close its page if its order is over.

    Not in a transaction. Answers what came of it; raises ProviderDown.
    """
    payment = db.session.get_one(Payment, payment_id)
    if payment.provider != "stripe" or payment.status not in _UNANSWERED:
        return "nothing to ask"
    reference, is_over = payment.reference, payment.order.status_at(at) != "pending"
    if reference is None:
        return _never_opened(payment, at=at) if is_over else "not opened yet"
    db.session.rollback()  # Nothing is held open while the network is asked.
    report = stripe_provider.session_report(_ask(reference, close=is_over))
    return webhooks.act_on(report, at=at)


def look_quietly(order: Order, *, at: datetime) -> None:
    """Look up an order's payment for whoever waits for it; if Stripe is away, they wait on."""
    for payment_id in open_payments(order.id):
        try:
            look(payment_id, at=at)
        except (providers.ProviderDown, GatewayRefused) as error:
            log.warning("payment %s could not be looked up: %s", payment_id, error)


def look_at_refund(refund_id: uuid.UUID, *, at: datetime) -> str:
    """Ask what became of a refund that was on its way. Not in a transaction."""
    refund = db.session.get_one(Refund, refund_id)
    reference, marks = refund.reference, {"refund_id": str(refund.id)}
    if refund.status != "pending" or reference is None:
        return "nothing to ask"
    db.session.rollback()
    try:
        result = stripe_provider.gateway().refund_status(reference)
    except GatewayDown as down:
        raise providers.ProviderDown(str(down)) from down
    return webhooks.act_on(stripe_provider.refund_report(result, marks), at=at)


def open_payments(order_id: uuid.UUID) -> list[uuid.UUID]:
    """The payments of an order that Stripe has not answered yet."""
    return list(
        db.session.scalars(
            select(Payment.id).where(
                Payment.order_id == order_id,
                Payment.provider == "stripe",
                Payment.status.in_(_UNANSWERED),
            )
        )
    )


def unanswered(*, at: datetime, most: int = 200) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, payment) of what we should have heard of by now, the oldest first."""
    rows = db.session.execute(
        select(Payment.tenant_id, Payment.id)
        .where(
            Payment.provider == "stripe",
            Payment.status.in_(_UNANSWERED),
            Payment.created_at.between(at - LOST, at - PATIENCE),
        )
        .order_by(Payment.created_at)
        .limit(most)
    )
    return [(row.tenant_id, row.id) for row in rows]


def unsettled_refunds(*, at: datetime, most: int = 200) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, refund) of what has been on its way for long, the oldest first."""
    at_stripe = and_(Refund.payment_id == Payment.id, Payment.provider == "stripe")
    rows = db.session.execute(
        select(Refund.tenant_id, Refund.id)
        .join(Payment, at_stripe)
        .where(
            Refund.status == "pending",
            Refund.reference.is_not(None),
            Refund.created_at < at - REFUND_PATIENCE,
        )
        .order_by(Refund.created_at)
        .limit(most)
    )
    return [(row.tenant_id, row.id) for row in rows]


def connected() -> list[uuid.UUID]:
    """The tenants that have an account at Stripe."""
    return list(
        db.session.scalars(
            select(PaymentAccount.tenant_id).where(PaymentAccount.stripe_account.is_not(None))
        )
    )


def _ask(reference: str, *, close: bool) -> CheckoutSession:
    gateway = stripe_provider.gateway()
    try:
        if close:
            return gateway.expire_checkout(reference)
        return gateway.retrieve_checkout(reference)
    except GatewayDown as down:
        raise providers.ProviderDown(str(down)) from down


def _never_opened(payment: Payment, *, at: datetime) -> str:
    """Whoever asked for the page died before the answer, so nobody was ever sent there."""
    with transaction():
        settling.abandoned(payment, at=at)
    return "never opened"
