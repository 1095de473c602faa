"""Who takes the money: one small interface, and which provider an order is paid through.

Every call here may go over the network, so none is made inside a transaction; each carries an id
of ours as its idempotency key, so that it may be made again after a time-out.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import current_app
from flask_babel import gettext as _

from eventflow.errors import Refusal


@dataclass(frozen=True, slots=True)
class LineAsked:
    """One line of what is paid for: so many at so much each, below zero for what is taken off."""

    name: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """What a provider needs to know to take a payment."""

    id: uuid.UUID
    order_code: str
    description: str
    amount: int
    currency: str
    application_fee: int
    destination: str | None
    """The tenant's account at the provider, where it has one."""
    buyer_email: str
    return_url: str
    """The order's page, where the buyer comes back to."""
    asked_at: datetime
    """When the payment was written down; the same however often it is asked for."""
    expires_at: datetime
    tenant_id: uuid.UUID
    order_id: uuid.UUID
    lines: tuple[LineAsked, ...] = ()
    """What the amount is made of; together exactly the amount."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the buyer pays, and what the provider calls this payment."""

    reference: str
    page_url: str | None


@dataclass(frozen=True, slots=True)
class RefundAsked:
    id: uuid.UUID
    charge_reference: str | None
    amount: int
    currency: str
    application_fee: int
    reason: str
    asked_at: datetime
    tenant_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """`pending`, `succeeded` or `failed`."""

    status: str
    reference: str | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider tells of its own accord, in our words.

    `kind`: paid, declined, abandoned, refund, account or nothing (not for us). `payment_id` or
    `reference` name the payment.
    """

    kind: str
    payment_id: uuid.UUID | None = None
    tenant_id: uuid.UUID | None = None
    reference: str | None = None
    charge_reference: str | None = None
    refund_id: uuid.UUID | None = None
    status: str = ""
    failure: str = ""
    account: str | None = None


class Provider(Protocol):
    name: str

    def open(self, asked: PaymentAsked) -> Opened:
        """Prepare to take a payment; asked twice for the same id, it answers the same.

        Raises PaymentRefused, or ProviderDown when it is to be asked again.
        """
        ...

    def refund(self, asked: RefundAsked) -> RefundAnswer:
        """Send money back; asked twice for the same id, it sends once. Raises ProviderDown."""
        ...

    def read(self, kind: str, payload: dict) -> Report:
        """Say in our words what a stored webhook means."""
        ...


class ProviderDown(Refusal):
    """The provider can't be reached or answers nonsense: worth trying again."""

    status = 503
    code = "unavailable"

    def __init__(self, detail: str = "") -> None:
        super().__init__(_("The payment provider can't be reached right now. Please try again."))
        self.detail = detail

    def __str__(self) -> str:
        return self.detail or self.message


class PaymentRefused(Refusal):
    """The provider will not take this payment, however often it is asked."""

    status = 402
    code = "payment_failed"


_makers: dict[str, Callable[[], Provider]] = {}


def offers(name: str) -> Callable[[Callable[[], Provider]], Callable[[], Provider]]:
    """Say how to make the provider of this name (used by each provider's own module)."""

    def register(make: Callable[[], Provider]) -> Callable[[], Provider]:
        _makers[name] = make
        return make

    return register


def named(name: str) -> Provider:
    return _makers[name]()


def name_for(method: str) -> str:
    """Which provider takes payments of this method (`online`, `transfer`, `door`)."""
    if method in ("transfer", "door"):
        return "offline"
    return "stripe" if current_app.config["STRIPE_SECRET_KEY"] else "sandbox"
