"""The page where the sandbox "takes" a payment: two buttons, and plain words that no money moves.

Whoever has its address may press them, with or without a session, as with a provider's own page.
"""

import uuid

from flask import Blueprint, Response, abort, current_app, g, redirect, request
from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.db import db, now
from eventflow.errors import NotFound
from eventflow.pages import page, wants_fragment
from eventflow.payments import checkout, order_page, sandbox, webhooks
from eventflow.payments.models import Payment
from eventflow.sales import buyers, receipts, seat_pages

bp = Blueprint("sandbox", __name__)


@bp.before_request
def _never_in_production() -> None:
    if current_app.config["SETTINGS"].is_production:
        abort(404)


@bp.get("/pay/<payment_id>")
def show_payment(payment_id: str) -> Response:
    payment = _payment(payment_id)
    if wants_fragment():
        # The countdown noticed: the whole page is to be looked at anew.
        return Response(status=200, headers={"HX-Refresh": "true"})
    return _payment_page(payment)


@bp.post("/pay/<payment_id>")
def report_outcome(payment_id: str) -> Response:
    at = now()
    payment = _payment(payment_id)
    outcome = request.form.get("outcome", "")
    if outcome not in sandbox.OUTCOMES:
        return _payment_page(payment, error=_("Choose one of the two buttons."), status=422)
    back = request.path if outcome == "declined" else checkout.order_url(g.tenant, payment.order)
    db.session.expunge_all()
    # Stored and acted on as a provider's own report is.
    webhooks.process(sandbox.report(payment, outcome, at=at), at=at)
    return redirect(back, 303)  # type: ignore[return-value]


def _payment_page(payment: Payment, *, error: str = "", status: int = 200) -> Response:
    order, at = payment.order, now()
    return page(
        "payments/sandbox.html",
        status=status,
        payment=payment,
        order=order,
        event=order.event,
        state=order.status_at(at),
        went_back=_went_back(payment),
        choose_again=seat_pages.back_to_choosing(order.event),
        at=at,
        until=order_page.clock(order.hold.expires_at, order.event.timezone),
        receipt_lines=receipts.lines(buyers.bought_by(order), order, order.currency),
        order_url=checkout.order_url(g.tenant, order),
        error=error,
    )


def _went_back(payment: Payment) -> bool:
    """Whether all of it was refunded: it came too late, or the whole order was called off."""
    back = sum(
        refund.amount
        for refund in payment.order.refunds
        if refund.payment_id == payment.id and refund.status != "failed"
    )
    return payment.status == "paid" and back >= payment.amount


def _payment(payment_id: str) -> Payment:
    """The sandbox's payment of this id; NotFound for those that others take."""
    try:
        key = uuid.UUID(payment_id)
    except ValueError:
        raise NotFound(_("There is no such payment.")) from None
    payment = db.session.scalar(
        select(Payment).where(Payment.id == key, Payment.provider == "sandbox")
    )
    if payment is None:
        raise NotFound(_("There is no such payment."))
    return payment
