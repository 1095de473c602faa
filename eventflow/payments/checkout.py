"""From hold to money: making an order and opening its payment.

The promise kept here is that a form pressed twice makes one order and one payment, and that the
provider is called between transactions, never within one.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.models import Tenant
from eventflow.db import db, new_id, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.payments import accounts, providers, settling
from eventflow.payments.models import Payment, PaymentAccount
from eventflow.queue import enqueue
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer


class SalesPaused(Refusal):
    """The organizer can't be paid at the moment, so nothing is sold."""


@dataclass(frozen=True, slots=True)
class Begun:
    """An order, and where to pay it; no address when nothing is to be paid online."""

    order_id: uuid.UUID
    code: str
    secret: str
    payment_url: str | None


def begin(
    tenant: Tenant,
    hold_id: uuid.UUID | str,
    buyer: Buyer,
    *,
    attendees: Sequence[Mapping[str, str]] = (),
    method: str = "online",
    form_key: str | None = None,
    locale: str = "en",
    at: datetime,
) -> Begun:
    """Make an order of a hold and prepare its payment; a free one is paid at once.

    Commits by itself, twice: the order is safe before the provider is asked. Raises what
    `orders.make` raises, Invalid for a method the tenant doesn't take, SalesPaused while it takes
    none, and what the provider raises, when the order is made all the same.
    """
    if form_key and (made := orders.of_form(form_key)):
        return Begun(made.id, made.code, made.secret, pay(tenant, made, at=at))
    to_ask = None
    with transaction():
        order = orders.make(
            hold_id,
            buyer,
            attendees=attendees,
            payment_method=method,
            form_key=form_key,
            locale=locale,
            at=at,
        )
        if order.total == 0:
            settling.complete(order, at=at)
        else:
            account = accounts.found()
            _check_method(method, account)
            payment = open_payment(order, at=at)
            if method == "online":
                to_ask = payment.provider, _asked(tenant, order, payment, account)
            else:
                _give_time_to_pay(order, account, at=at)
                enqueue("sales.tell_how_to_pay", order.id, queue="prompt")
        # Read here, and not anew after the commit.
        begun = Begun(order.id, order.code, order.secret, None)
    return replace(begun, payment_url=_open_page(*to_ask)) if to_ask else begun


def pay(tenant: Tenant, order: Order, *, at: datetime) -> str | None:
    """Where to pay this order now; None when there is nothing to pay online.

    Asks the provider if nobody has yet, and after a decline or an abandoned page opens another
    payment, as long as the hold lives.
    """
    if order.status_at(at) != "pending" or order.payment_method != "online":
        return None
    payment = _payment_begun(order)
    if payment is None:
        with transaction():
            # A report may have come before the lock was ours.
            if orders.locked(order.id).status_at(at) != "pending":
                return None
            payment = _payment_begun(order) or open_payment(order, at=at)
    if payment.page_url:
        return payment.page_url
    to_ask = payment.provider, _asked(tenant, order, payment, accounts.found())
    db.session.rollback()  # Nothing is held open while the network is asked.
    return _open_page(*to_ask)


def _open_page(provider: str, asked: providers.PaymentAsked) -> str | None:
    """Ask the provider for the page of a payment, and note it. To be called in no transaction."""
    try:
        opened = providers.named(provider).open(asked)
    except providers.PaymentRefused as refusal:
        # Asked the same again it would say the same: the next press is another payment.
        with transaction():
            payment = db.session.get_one(Payment, asked.id, with_for_update=True)
            payment.status, payment.failure = "abandoned", refusal.message
        raise
    with transaction():
        payment = db.session.get_one(Payment, asked.id, with_for_update=True)
        payment.reference = opened.reference
        payment.page_url = opened.page_url
    return opened.page_url


def methods() -> list[str]:
    """How the current tenant's buyers may pay; nothing while it can't be paid at all."""
    return _methods(accounts.found())


def _methods(account: PaymentAccount | None) -> list[str]:
    taken = ["online"] if accounts.takes_cards(account) else []
    if account and account.takes_transfer:
        taken.append("transfer")
    if account and account.takes_at_door:
        taken.append("door")
    return taken


def cannot_be_paid() -> str:
    return _(
        "This box office can't take payments at the moment, so nothing is sold and nothing is "
        "charged. Please try again later, or write to the organizer."
    )


def order_url(tenant: Tenant, order: Order) -> str:
    """The buyer's page of an order: whoever has this address has the order."""
    return tenant_url(tenant.slug, f"/orders/{order.code}?secret={order.secret}")


def _check_method(method: str, account: PaymentAccount | None) -> None:
    taken = _methods(account)
    if not taken:
        raise SalesPaused(cannot_be_paid())
    if method not in taken:
        raise Invalid({"payment_method": _("This way of paying is not offered here.")})


def open_payment(order: Order, *, at: datetime) -> Payment:
    """A payment of the whole order, by its own method, that waits to be made."""
    provider = providers.name_for(order.payment_method)
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        order_id=order.id,
        provider=provider,
        method=order.payment_method,
        reference=f"offline-{payment_id}" if provider == "offline" else None,
        amount=order.total,
        currency=order.currency,
        application_fee=min(order.platform_fee, order.total),
        status="open",
        created_at=at,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def _payment_begun(order: Order) -> Payment | None:
    return db.session.scalar(
        select(Payment)
        .where(Payment.order_id == order.id, Payment.status.in_(("open", "declined")))
        .order_by(Payment.created_at.desc())
        .limit(1)
    )


def _asked(
    tenant: Tenant, order: Order, payment: Payment, account: PaymentAccount | None
) -> providers.PaymentAsked:
    return providers.PaymentAsked(
        id=payment.id,
        order_code=order.code,
        description=order.event.title,
        amount=payment.amount,
        currency=payment.currency,
        application_fee=payment.application_fee,
        destination=account.stripe_account if account else None,
        buyer_email=order.buyer_email,
        return_url=order_url(tenant, order),
        asked_at=payment.created_at,
        expires_at=order.hold.expires_at,
        tenant_id=tenant.id,
        order_id=order.id,
        lines=_lines(order),
    )


def _lines(order: Order) -> tuple[providers.LineAsked, ...]:
    """What the order comes to, in the words of the language it was placed in: a repeated request
    says the same whoever repeats it."""
    title = order.event.title
    with force_locale(order.locale):
        added = (
            (_("Discount"), -order.discount),
            (_("Fees"), order.fees),
            (_("Tax"), order.tax),
        )
        return (
            *(
                providers.LineAsked(f"{title}: {line.name}", line.quantity, line.unit_price)
                for line in order.lines
            ),
            *(providers.LineAsked(name, 1, amount) for name, amount in added if amount),
        )


def _give_time_to_pay(order: Order, account: PaymentAccount | None, *, at: datetime) -> None:
    """Whoever pays later gets days, but not beyond the event's start."""
    hold = order.hold
    until = at + timedelta(days=account.days_to_pay if account else 0)
    if order.payment_method == "door":
        until = order.event.ends_at or until
    elif order.event.starts_at:
        until = min(until, order.event.starts_at)
    hold.expires_at = max(hold.expires_at, until)
