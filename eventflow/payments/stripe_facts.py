"""What Stripe says, in our words: accounts, sessions, refunds, events.

Each is read from the document Stripe shows, whether it came as an answer or inside a webhook, so
that no other module knows how Stripe spells things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from eventflow.money import Money
from eventflow.payments.stripe_amounts import from_stripe

_REFUND_WORDS = {"requires_action": "pending", "canceled": "failed"}


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """What a connected account may do, and what Stripe still wants to know for it."""

    id: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    requirements_due: tuple[str, ...]

    @classmethod
    def of(cls, account: Mapping[str, Any]) -> "AccountStatus":
        """From an account as Stripe shows it, in an answer or in `account.updated`."""
        wanted = account.get("requirements") or {}
        due = [*(wanted.get("past_due") or []), *(wanted.get("currently_due") or [])]
        return cls(
            id=account["id"],
            charges_enabled=bool(account.get("charges_enabled")),
            payouts_enabled=bool(account.get("payouts_enabled")),
            details_submitted=bool(account.get("details_submitted")),
            requirements_due=tuple(dict.fromkeys(due)),
        )


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A page of Stripe's on which one order can be paid once.

    `status` is open, complete or expired; `is_paid` is whether the money is there, which after a
    slow way of paying comes later than complete. `url` is None once nothing can be paid there.
    """

    id: str
    url: str | None
    expires_at: datetime
    status: str
    is_paid: bool
    payment_intent: str | None
    order_code: str | None
    total: Money
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, session: Mapping[str, Any]) -> "CheckoutSession":
        """From a session as Stripe shows it, in an answer or in `checkout.session.*`."""
        currency = session["currency"].upper()
        return cls(
            id=session["id"],
            url=session.get("url"),
            expires_at=datetime.fromtimestamp(session["expires_at"], UTC),
            status=session["status"],
            is_paid=session["payment_status"] == "paid",
            payment_intent=_id(session.get("payment_intent")),
            order_code=session.get("client_reference_id"),
            total=Money(from_stripe(session["amount_total"], currency), currency),
            metadata=dict(session.get("metadata") or {}),
        )


@dataclass(frozen=True, slots=True)
class RefundResult:
    """A refund: `pending`, `succeeded` or `failed`.

    Even one that succeeded can turn out failed days later, when the buyer's bank sends it back.
    """

    id: str
    status: str
    amount: Money
    payment_intent: str | None
    failure: str | None

    @classmethod
    def of(cls, refund: Mapping[str, Any]) -> "RefundResult":
        """From a refund as Stripe shows it, in an answer or in `refund.*`."""
        currency = refund["currency"].upper()
        return cls(
            id=refund["id"],
            status=_REFUND_WORDS.get(refund["status"], refund["status"]),
            amount=Money(from_stripe(refund["amount"], currency), currency),
            payment_intent=_id(refund.get("payment_intent")),
            failure=refund.get("failure_reason"),
        )


@dataclass(frozen=True, slots=True)
class WebhookFact:
    """Something that happened at Stripe. `object` is as it was then; `account` whose it is, when
    it is a connected account's."""

    id: str
    type: str
    created: datetime
    account: str | None
    object: dict[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "WebhookFact":
        """From an event whose signature was checked before: one kept in the inbox, say."""
        return cls(
            id=event["id"],
            type=event["type"],
            created=datetime.fromtimestamp(event["created"], UTC),
            account=event.get("account"),
            object=event["data"]["object"],
        )


def _id(reference: Any) -> str | None:
    """An object is named by its id, or shown in full where it was asked for."""
    return reference["id"] if isinstance(reference, Mapping) else reference
