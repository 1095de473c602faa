"""The desk: what the people of a box office do with an order, each thing once.

The promise kept here is that nothing happens that was not said before, and nothing twice: a refund
is carried out only as it was shown, and a form that is sent again finds what it did the first time.
Everything done is in the order's own history and in the audit log.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.accounts import audit, people
from eventflow.accounts.actors import actor
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.money import Money, UnclearAmount, parse_amount
from eventflow.payments import offline, refunding
from eventflow.payments.models import Payment, Refund
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.models import Order, OrderEntry
from eventflow.tickets.models import Ticket

WAYS = ("all", "tickets", "amount")


class NotAsShown(Refusal):
    """The order changed after the page was shown; what would happen now is shown instead."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to give back: `way` is all that is left, chosen tickets, or an amount."""

    way: str = "all"
    tickets: tuple[uuid.UUID, ...] = ()
    amount: str = ""
    """As typed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Exactly what a refund will do."""

    amount: int
    leaving: Sequence[Ticket]
    """The tickets that become void."""
    staying: Sequence[Ticket]
    left: int
    """What could still be refunded afterwards."""
    payment: Payment

    @property
    def by_hand(self) -> bool:
        """Whether the box office has to hand the money over itself."""
        return self.payment.provider == "offline"

    @property
    def fee_back(self) -> int:
        """What comes back of the platform's fee, in proportion."""
        if self.by_hand or not self.payment.amount:
            return 0
        return self.payment.application_fee * self.amount // self.payment.amount


def plan(order: Order, wish: Wish, *, locale: str = "en") -> Plan:
    """What this refund would do. Raises NothingToRefund, or Invalid for what can't be refunded."""
    left = order.left_to_refund
    if left <= 0:
        raise refunding.NothingToRefund(_("Nothing of this order is left to refund."))
    good = [ticket for ticket in order.tickets if ticket.status == "valid"]
    leaving: list[Ticket] = []
    if wish.way == "all" and wish.tickets:
        # A ticket ticked and the choice above it forgotten must not empty the order.
        words = _("You have ticked tickets. Choose “Some of the tickets”, or take the ticks away.")
        raise Invalid({"way": words})
    if wish.way == "all":
        amount, leaving = left, good
    elif wish.way == "tickets":
        leaving = [ticket for ticket in good if ticket.id in wish.tickets]
        if not leaving:
            raise Invalid({"ticket": _("Choose at least one ticket that is still good.")})
        amount = refunding.quote(order, leaving)
        if amount <= 0:
            raise Invalid(
                {"ticket": _("These tickets cost nothing. Make them void on the order’s page.")}
            )
    elif wish.way == "amount":
        amount = _amount(wish.amount, order, locale)
    else:
        raise Invalid({"way": _("Choose what to give back.")})
    return Plan(
        amount=amount,
        leaving=leaving,
        staying=[ticket for ticket in good if ticket not in leaving],
        left=left - amount,
        payment=refunding.payment_to_refund(order),
    )


def refund(
    order: Order,
    wish: Wish,
    *,
    shown: int,
    reason: str,
    form_key: str,
    locale: str = "en",
    at: datetime,
) -> Refund:
    """Give back what was shown, and not a cent else. The caller has locked the order.

    Raises NotAsShown when it would be another sum by now, and what `plan` raises.
    """
    if made := refunding.of_form(order, form_key):
        return made
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise Invalid({"reason": _("Say why. The buyer reads it in the mail.")})
    planned = plan(order, wish, locale=locale)
    if planned.amount != shown:
        raise NotAsShown(_("This order changed in the meantime. Please look at it once more."))
    return refunding.start(
        order,
        amount=planned.amount if wish.way == "amount" else None,
        tickets=[ticket.id for ticket in planned.leaving] if wish.way == "tickets" else None,
        reason=reason,
        actor=actor().name,
        form_key=form_key,
        at=at,
    )


def refund_again(order: Order, refund_id: uuid.UUID, *, at: datetime) -> Refund:
    """Send a refund once more that the provider refused. The caller has locked the order."""
    failed = next((one for one in order.refunds if one.id == refund_id), None)
    if failed is None:
        raise NotFound(_("There is no such refund."))
    if made := refunding.successor(failed):
        return made
    made = refunding.again(failed, actor=actor().name, at=at)
    words = _(
        "Sent the refund of %(amount)s to %(name)s once more",
        amount=Money(made.amount, made.currency).format(),
        name=order.buyer_name,
    )
    audit.record("refunds.again", order, words, at=at)
    return made


def resend(order: Order, *, form_key: str, at: datetime) -> None:
    """Mail the tickets once more. The caller has locked the order."""
    if not any(ticket.status == "valid" for ticket in order.tickets):
        raise Refusal(_("This order has no valid tickets to send."))
    if not order.buyer_email:
        raise Refusal(_("Nobody left a mail address with this order."))
    entry_id = uuid.uuid5(order.id, f"resend {form_key}")
    if db.session.scalar(select(OrderEntry.id).where(OrderEntry.id == entry_id)):
        return
    db.session.add(
        OrderEntry(
            id=entry_id,
            order_id=order.id,
            at=at,
            kind="resent",
            words=_(
                "Tickets mailed again to %(email)s", email=people.as_written(order.buyer_email)
            ),
            actor=actor().name,
        )
    )
    words = _("Mailed the tickets again to %(email)s", email=people.as_written(order.buyer_email))
    audit.record("orders.resend", order, words, at=at)
    enqueue("sales.send_tickets_again", order.id, entry_id, queue="prompt")


def cancel(order: Order, *, at: datetime) -> None:
    """Call off an order for which no money came. The caller has locked the order."""
    if order.status == "cancelled":
        return
    was = order.status
    if order.left_to_refund > 0:
        raise Refusal(_("This order is paid. Refund it, and it is cancelled with that."))
    if was not in ("pending", "paid"):
        raise orders.NotThatStep(_("There is nothing left of this order to cancel."))
    refunding.call_off(order, reason=_("Cancelled by the box office"), actor=actor().name, at=at)
    words = _("Cancelled the order of %(name)s", name=order.buyer_name)
    audit.record("orders.cancel", order, words, {"status": was}, {"status": order.status}, at=at)


def mark_paid(order: Order, *, at: datetime) -> None:
    """The money for an order came by hand. The caller has locked the order."""
    if order.is_settled:
        return
    was = order.status
    payment = offline.mark_paid(order, actor=actor().name, at=at)
    words = _(
        "Marked %(amount)s of %(name)s as paid",
        amount=Money(payment.amount, payment.currency).format(),
        name=order.buyer_name,
    )
    audit.record("orders.mark_paid", order, words, {"status": was}, {"status": order.status}, at=at)


def may_be_resent(order: Order) -> bool:
    return bool(order.buyer_email) and any(ticket.status == "valid" for ticket in order.tickets)


def may_be_cancelled(order: Order) -> bool:
    """Whether no money is in it: unpaid, or free."""
    return order.status == "pending" or (order.status == "paid" and order.total == 0)


def may_be_marked_paid(order: Order) -> bool:
    waits = order.status in ("pending", "expired")
    return waits and any(payment.provider == "offline" for payment in order.payments)


def new_form_key() -> str:
    """What a form carries so that it does its work once."""
    return str(new_id())


def _amount(typed: str, order: Order, locale: str) -> int:
    try:
        amount = parse_amount(typed, order.currency, locale)
    except UnclearAmount as unclear:
        sentence = _(unclear.sentence, **unclear.details)
        raise Invalid({"amount": sentence}) from None
    if amount <= 0:
        raise Invalid({"amount": _("Type an amount of more than zero.")})
    if amount > order.left_to_refund:
        most = Money(order.left_to_refund, order.currency).format(locale)
        raise Invalid({"amount": _("At most %(left)s is left to refund.", left=most)})
    return amount
