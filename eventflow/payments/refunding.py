"""Refunds: money back to a buyer, and what becomes of the tickets.

The promise kept here is that no more goes back than came in, that a cancelled ticket's place is
for sale again in the same moment, and that money once promised is sent: the refund is a row before
any provider is asked, and is asked for again until it is answered.
"""

import logging
import uuid
from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.accounts import audit
from eventflow.db import db, new_id, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.money import Money
from eventflow.payments import providers
from eventflow.payments.models import Payment, Refund
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.tickets import shares, voiding
from eventflow.tickets.models import Ticket

log = logging.getLogger(__name__)


_ALONG = ("pending", "succeeded", "failed")


class NothingToRefund(Refusal):
    code = "nothing_to_refund"


def quote(order: Order, tickets: Collection[Ticket]) -> int:
    """What cancelling these tickets would give back, in minor units."""
    each = shares.of(order)
    still_good = [ticket for ticket in tickets if ticket.status == "valid"]
    return min(sum(each[ticket.id] for ticket in still_good), order.left_to_refund)


def without_money(
    order: Order, wanted: Collection[uuid.UUID] | None, *, form_key: str | None = None
) -> list[Ticket]:
    """The tickets that this refund would take back without any money going back: those of a free
    order, or of one whose money went back before. None if money would go, or nothing is left."""
    if form_key and of_form(order, form_key):
        return []
    leaving = list(order.tickets) if wanted is None else voiding.chosen(order, wanted)
    if order.left_to_refund > 0 if wanted is None else quote(order, leaving) > 0:
        return []
    return [ticket for ticket in leaving if ticket.status == "valid"]


def start(
    order: Order,
    *,
    amount: int | None = None,
    tickets: Collection[uuid.UUID] | None = None,
    reason: str = "",
    actor: str = "",
    form_key: str | None = None,
    at: datetime,
) -> Refund:
    """Give money back, and say so in the audit log. The caller has locked the order.

    `tickets` alone: these are cancelled, their share goes back. `amount` alone: the tickets stay
    valid. Neither: all that is left, all tickets cancelled. The same `form_key` twice is the same
    refund. Raises NothingToRefund or Invalid.
    """
    if form_key and (made := of_form(order, form_key)):
        return made
    left = order.left_to_refund
    if left <= 0:
        raise NothingToRefund(_("Nothing of this order is left to refund."))
    if tickets is None:
        leaving = list(order.tickets) if amount is None else []
    else:
        leaving = voiding.chosen(order, tickets)
    if amount is None:
        amount = left if tickets is None else quote(order, leaving)
        if amount <= 0:
            raise NothingToRefund(_("These tickets have been refunded or cost nothing."))
    if amount <= 0:
        raise Invalid({"amount": _("Type an amount of more than zero.")})
    if amount > left:
        most = Money(left, order.currency).format()
        raise Invalid({"amount": _("At most %(left)s is left to refund.", left=most)})

    refund_id = _id_of(order, form_key) if form_key else None
    refund = _give_back(order, amount, leaving, reason=reason, actor=actor, id=refund_id, at=at)
    given = Money(amount, order.currency)
    words = _("Refunded %(amount)s to %(name)s", amount=given.format(), name=order.buyer_name)
    if reason := " ".join(reason.split()):
        words = f"{words}: {reason}"
    after = {"amount": given, "tickets": len(refund.tickets)}
    audit.record("refunds.start", order, words, None, after, at=at)
    return refund


def call_off(order: Order, *, reason: str, actor: str = "", at: datetime) -> Refund | None:
    """Undo an order whatever it is: refund a paid one, cancel a free or an unpaid one.

    The caller has locked the order, and writes the audit log: cancelling an event is one change,
    however many orders go with it.
    """
    if (left := order.left_to_refund) > 0:
        return _give_back(order, left, list(order.tickets), reason=reason, actor=actor, at=at)
    if order.status == "pending":
        orders.cancel(order, at=at, actor=actor)
        enqueue("sales.tell_cancelled", order.id, queue="prompt")
        enqueue("payments.close_pages", order.id, queue="prompt")
    elif order.status == "paid":
        orders.step(order, "cancelled")
        order.cancelled_at = at
        orders.note(order, "cancelled", reason or _("Order cancelled"), at=at, actor=actor)
        enqueue("sales.tell_cancelled", order.id, queue="prompt")
        voiding.take_back(order, order.tickets, at=at)
    return None


def find(refund_id: uuid.UUID) -> Refund:
    """A refund as it stands now."""
    return db.session.get_one(Refund, refund_id, populate_existing=True)


def of_form(order: Order, form_key: str) -> Refund | None:
    """The refund that this form made before: a double click, a retry after a time-out."""
    return db.session.get(Refund, _id_of(order, form_key))


def again(refund: Refund, *, actor: str = "", at: datetime) -> Refund:
    """Send once more what the provider refused to send. The caller has locked the order.

    A refund of its own, since to the provider the first one is answered for good; asked twice,
    it is the same one.
    """
    if refund.status != "failed":
        raise Refusal(_("This refund has not failed, so there is nothing to send again."))
    if made := successor(refund):
        return made
    words = _(
        "%(amount)s is sent once more to %(name)s",
        amount=Money(refund.amount, refund.currency).format(),
        name=refund.order.buyer_name,
    )
    orders.note(refund.order, "refunded", words, at=at, actor=actor)
    return promise(
        refund.order,
        refund.payment,
        refund.amount,
        reason=refund.reason,
        actor=actor,
        id=id_after(refund),
        at=at,
    )


def successor(refund: Refund) -> Refund | None:
    """The refund that stands in for one that failed."""
    return db.session.get(Refund, id_after(refund))


def id_after(refund: Refund) -> uuid.UUID:
    """What the refund is called that stands in for a failed one."""
    return uuid.uuid5(refund.id, "again")


def payment_to_refund(order: Order) -> Payment:
    """The payment to send money back of: after being paid twice, the one that was kept."""
    left = {payment: payment.amount for payment in order.payments if payment.status == "paid"}
    for refund in order.refunds:
        if refund.status != "failed" and refund.payment in left:
            left[refund.payment] -= refund.amount
    return max(left, key=lambda payment: left[payment])


def promise(
    order: Order,
    payment: Payment,
    amount: int,
    *,
    reason: str,
    actor: str = "",
    id: uuid.UUID | None = None,
    at: datetime,
) -> Refund:
    """Write down that this much of a payment goes back, and see to it after commit."""
    refund = Refund(
        id=id or new_id(),
        order_id=order.id,
        payment_id=payment.id,
        amount=amount,
        currency=order.currency,
        reason=reason,
        status="pending",
        tickets=[],
        asked_by=actor,
        created_at=at,
    )
    db.session.add(refund)
    db.session.flush()
    enqueue("payments.carry_out_refund", refund.id, queue="prompt")
    return refund


def carry_out(refund_id: uuid.UUID) -> str:
    """Ask the provider to send the money, outside any transaction; answers the refund's status.

    Safe to do twice: the provider knows the refund by its id. Raises what the provider raises
    when it can't be reached, so that the job is tried again.
    """
    refund = db.session.get_one(Refund, refund_id)
    if refund.status != "pending" or refund.reference:
        return refund.status
    provider = providers.named(refund.payment.provider)
    asked = providers.RefundAsked(
        id=refund.id,
        charge_reference=refund.payment.charge_reference,
        amount=refund.amount,
        currency=refund.currency,
        application_fee=refund.payment.application_fee,
        reason=refund.reason,
        asked_at=refund.created_at,
        tenant_id=refund.tenant_id,
    )
    db.session.rollback()  # Nothing is held open while the network is asked.
    answer = provider.refund(asked)
    with transaction():
        settle(refund_id, answer.status, reference=answer.reference, failure=answer.failure)
    return answer.status


def try_now(refund_id: uuid.UUID) -> None:
    """Carry a refund out while somebody is looking; its job does it if this doesn't."""
    try:
        carry_out(refund_id)
    except providers.ProviderDown as down:
        log.warning("the refund %s waits for its provider: %s", refund_id, down)


def settle(
    refund_id: uuid.UUID, status: str, *, reference: str | None = None, failure: str = ""
) -> None:
    """Note what the provider says of a refund, in whatever order it says so.

    A refund may fail after it succeeded, when the buyer's bank sends the money back; a failed one
    never succeeds any more. So what stands further along below is what stands.
    """
    refund = db.session.scalars(
        select(Refund).where(Refund.id == refund_id).with_for_update(of=Refund)
    ).one()
    refund.reference = reference or refund.reference
    if _ALONG.index(status) <= _ALONG.index(refund.status):
        return
    refund.status = status
    refund.failure = failure
    if status != "pending":
        refund.settled_at = now()
    if status == "failed":
        words = _("The refund was refused: %(why)s", why=failure)
        orders.note(refund.order, "refund_failed", words, at=now())


def _give_back(
    order: Order,
    amount: int,
    leaving: Collection[Ticket],
    *,
    reason: str,
    actor: str,
    id: uuid.UUID | None = None,
    at: datetime,
) -> Refund:
    payment = payment_to_refund(order)
    order.refunded += amount
    status = "refunded" if order.refunded == order.total else "partially_refunded"
    if status != order.status:
        orders.step(order, status)
    refund = promise(order, payment, amount, reason=reason, actor=actor, id=id, at=at)
    refund.tickets = [ticket.id for ticket in leaving if ticket.status == "valid"]
    sum_back = Money(amount, order.currency).format()
    words = _("%(amount)s refunded to %(name)s", amount=sum_back, name=order.buyer_name)
    orders.note(order, "refunded", f"{words}: {reason}" if reason else words, at=at, actor=actor)
    enqueue("sales.tell_refunded", refund.id, queue="prompt")
    voiding.take_back(order, leaving, at=at)
    return refund


def _id_of(order: Order, form_key: str) -> uuid.UUID:
    return uuid.uuid5(order.id, f"refund {form_key}")
