"""Paying later: by bank transfer, or at the door. Staff say when the money came."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventflow.errors import Refusal
from eventflow.payments import settling
from eventflow.payments.models import Payment
from eventflow.payments.providers import (
    Opened,
    PaymentAsked,
    RefundAnswer,
    RefundAsked,
    Report,
    offers,
)
from eventflow.sales import orders
from eventflow.sales.models import Order


class Offline:
    name = "offline"

    def open(self, asked: PaymentAsked) -> Opened:
        return Opened(f"offline-{asked.id}", None)

    def refund(self, asked: RefundAsked) -> RefundAnswer:
        # Money that came by hand goes back by hand; the timeline says to whom and how much.
        return RefundAnswer("succeeded", f"by-hand-{asked.id}")

    def read(self, kind: str, payload: dict[str, Any]) -> Report:
        return Report(kind="nothing")


offers("offline")(Offline)


def mark_paid(order: Order, *, actor: str, at: datetime) -> Payment:
    """Staff say that the money for an order has come. The caller has locked the order."""
    if order.status not in ("pending", "expired"):
        raise Refusal(_("Order %(code)s is not waiting for money.", code=order.code))
    payment = next((p for p in order.payments if p.provider == "offline"), None)
    if payment is None:
        raise Refusal(_("Order %(code)s is paid online by its buyer.", code=order.code))
    orders.note(order, "marked_paid", _("Marked as paid"), at=at, actor=actor)
    settling.paid(payment, charge_reference=payment.reference, at=at)
    return payment
