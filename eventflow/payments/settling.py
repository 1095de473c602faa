"""Settling: what happens when a provider says that an order was paid, or was not.

The promise kept here is that what was paid is never lost: the order is paid and its tickets
issued, or the money goes back and the buyer is told. It doesn't matter how often, how late, or in
which order the reports come.
"""

from datetime import datetime

from flask_babel import gettext as _

from eventflow.db import db
from eventflow.events.models import Event
from eventflow.payments import refunding
from eventflow.payments.models import Payment
from eventflow.queue import enqueue
from eventflow.sales import counters, holds, late_seats, orders
from eventflow.sales.models import Hold, Order
from eventflow.tickets import issuing


def paid(payment: Payment, *, charge_reference: str | None = None, at: datetime) -> Order:
    """A provider says this payment was made. Takes its place in the transaction it is called in."""
    order = orders.locked(payment.order_id)
    db.session.refresh(payment, with_for_update=True)
    payment.charge_reference = charge_reference or payment.charge_reference
    if payment.status == "paid":
        return order
    payment.status = "paid"
    payment.paid_at = at
    payment.failure = ""
    if order.is_settled or not complete(order, at=at):
        # Paid twice over, or too late for its places: the money goes straight back.
        _send_back(order, payment, at=at)
    return order


def complete(order: Order, *, at: datetime) -> bool:
    """Make an order that is owed nothing more a paid one; False if its places are gone.

    The caller has locked the order.
    """
    if order.status not in ("pending", "expired"):
        return False
    event = db.session.get_one(Event, order.event_id)
    hold = holds.find(order.hold_id, lock=True)
    if event.is_cancelled:
        return False
    if hold.status != "live" and not late_seats.take_again(order, hold, at=at):
        return False
    orders.step(order, "paid")
    order.paid_at = at
    issuing.issue(order, at=at)
    words = _("Paid; tickets issued") if order.total else _("Confirmed; tickets issued")
    if not _take(hold, at=at):
        return _undo(order)
    orders.note(order, "paid", words, at=at)
    enqueue("sales.confirm_order", order.id, queue="prompt")
    return True


def declined(payment: Payment, *, failure: str, at: datetime) -> Order:
    """A provider says it was refused. The order stays as it is, and may be paid again."""
    order = orders.locked(payment.order_id)
    db.session.refresh(payment, with_for_update=True)
    if payment.status == "open":
        payment.status = "declined"
        payment.failure = failure
        orders.note(order, "declined", _("Payment declined: %(why)s", why=failure), at=at)
    return order


def abandoned(payment: Payment, *, at: datetime) -> Order:
    """A provider says that its page was left or ran out. Nothing changes but that."""
    order = orders.locked(payment.order_id)
    db.session.refresh(payment, with_for_update=True)
    if payment.status in ("open", "declined"):
        payment.status = "abandoned"
    return order


def _take(hold: Hold, *, at: datetime) -> bool:
    """Turn held places into sold ones, or take them anew if the hold had lapsed meanwhile."""
    if hold.status != "live":
        holds.sweep(hold.event_id, at=at)
        if not counters.change(holds.needs(hold), sold=1):
            return False
    # A live hold's places are moved by the database as this commits (`settle_hold`).
    hold.status = "used"
    return True


def _undo(order: Order) -> bool:
    for ticket in list(order.tickets):
        db.session.delete(ticket)
    order.status, order.paid_at = "expired", None
    db.session.flush()
    db.session.expire(order, ["tickets"])
    return False


def _send_back(order: Order, payment: Payment, *, at: datetime) -> None:
    reason = _why_not(order)
    if not order.is_settled:
        orders.step(order, "refunded")
        order.refunded = order.total
        holds.give_back(holds.find(order.hold_id, lock=True))
    refunding.promise(order, payment, payment.amount, reason=reason, at=at)
    orders.note(order, "too_late", _("%(reason)s; the money goes back", reason=reason), at=at)
    enqueue("sales.tell_paid_too_late", order.id, str(payment.id), queue="prompt")


def _why_not(order: Order) -> str:
    if order.is_settled:
        return _("Paid twice")
    if order.event.is_cancelled:
        return _("Paid after the event was cancelled")
    if order.status == "cancelled":
        return _("Paid after the order was cancelled")
    return _("Paid when the places could not be given any more")
