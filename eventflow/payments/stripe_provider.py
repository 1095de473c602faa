"""Cards and wallets through Stripe: hosted pages, paid on to the organizer's connected account.

The gateway, and with it Stripe's library, is loaded when the first payment asks for it: a copy that
takes its payments in the sandbox, or serves pages only, does without.
"""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _

from eventflow.db import now
from eventflow.payments.gateway_errors import GatewayDown, GatewayRefused
from eventflow.payments.providers import (
    Opened,
    PaymentAsked,
    PaymentRefused,
    ProviderDown,
    RefundAnswer,
    RefundAsked,
    Report,
    offers,
)
from eventflow.payments.stripe_facts import CheckoutSession, RefundResult

if TYPE_CHECKING:
    from eventflow.payments.stripe_gateway import StripeGateway

KEYS_LIVE = timedelta(hours=20)
"""For so long, and some more, Stripe remembers what it answered to an idempotency key."""

CAME_BACK = "from"
"""The part of an order's address that tells who comes back from Stripe's page: `from=stripe`."""


class Stripe:
    name = "stripe"

    def open(self, asked: PaymentAsked) -> Opened:
        from eventflow.payments.stripe_gateway import CheckoutLine

        if asked.destination is None:
            raise PaymentRefused(_("This organizer cannot take card payments at the moment."))
        try:
            session = gateway().open_checkout(
                order_code=asked.order_code,
                line_items=[
                    CheckoutLine(line.name, line.unit_price, line.quantity) for line in asked.lines
                ],
                currency=asked.currency,
                buyer_email=asked.buyer_email,
                application_fee=min(asked.application_fee, asked.amount),
                destination=asked.destination,
                success_url=f"{asked.return_url}&{CAME_BACK}=stripe",
                cancel_url=asked.return_url,
                expires_at=asked.expires_at,
                metadata={
                    "payment_id": str(asked.id),
                    "tenant_id": str(asked.tenant_id),
                    "order_id": str(asked.order_id),
                },
                idempotency_key=f"payment-{asked.id}",
                at=asked.asked_at,
            )
        except GatewayDown as down:
            raise ProviderDown(str(down)) from down
        except GatewayRefused as refused:
            raise PaymentRefused(_(refused.message, **refused.facts)) from refused
        return Opened(session.id, session.url)

    def refund(self, asked: RefundAsked) -> RefundAnswer:
        if asked.charge_reference is None:
            return RefundAnswer("failed", failure=_("This payment is not known at Stripe."))
        marks = {"refund_id": str(asked.id), "tenant_id": str(asked.tenant_id)}
        try:
            result = None
            if now() - asked.asked_at > KEYS_LIVE:
                result = gateway().find_refund(asked.charge_reference, marks)
            result = result or gateway().refund(
                payment_intent=asked.charge_reference,
                amount=asked.amount,
                reason=asked.reason,
                idempotency_key=f"refund-{asked.id}",
                metadata=marks,
            )
        except GatewayDown as down:
            raise ProviderDown(str(down)) from down
        except GatewayRefused as refused:
            return RefundAnswer("failed", failure=_(refused.message, **refused.facts))
        return RefundAnswer(result.status, result.id, failure_words(result))

    def read(self, kind: str, payload: dict[str, Any]) -> Report:
        about: dict[str, Any] = payload["data"]["object"]
        if kind.startswith("checkout.session."):
            return session_report(CheckoutSession.of(about), kind)
        if kind == "payment_intent.payment_failed":
            return _declined(about)
        if kind in ("refund.created", "refund.updated", "refund.failed", "charge.refund.updated"):
            return refund_report(RefundResult.of(about), about.get("metadata") or {})
        if kind in ("account.updated", "account.application.deauthorized"):
            return Report("account", account=payload.get("account") or about["id"])
        # `charge.refunded` among them: what it says, `refund.*` says refund by refund.
        return Report("nothing")


offers("stripe")(Stripe)


def gateway() -> "StripeGateway":
    """Stripe, as this copy's settings name it; ProviderDown without settings."""
    if "stripe_gateway" not in current_app.extensions:
        from eventflow.payments.stripe_gateway import StripeGateway

        secret_key = current_app.config["STRIPE_SECRET_KEY"]
        if not secret_key:
            raise ProviderDown("STRIPE_SECRET_KEY is not set")
        current_app.extensions["stripe_gateway"] = StripeGateway(
            secret_key,
            current_app.config["STRIPE_API_BASE"],
            current_app.config["STRIPE_WEBHOOK_SECRET"] or "",
        )
    known: StripeGateway = current_app.extensions["stripe_gateway"]
    return known


def session_report(session: CheckoutSession, told: str = "") -> Report:
    """What a page of Stripe's means for its payment, as it is now or as an event told it."""
    if session.is_paid:
        kind = "paid"
    elif session.status == "expired" or told == "checkout.session.async_payment_failed":
        kind = "abandoned"
    else:
        # Open; or complete, with money that is still on its way.
        kind = "nothing"
    return Report(
        kind,
        payment_id=_id(session.metadata.get("payment_id")),
        tenant_id=_id(session.metadata.get("tenant_id")),
        reference=session.id,
        charge_reference=session.payment_intent,
    )


def refund_report(refund: RefundResult, metadata: dict[str, Any]) -> Report:
    """What became of a refund. One that was not asked for here is not ours."""
    refund_id = _id(metadata.get("refund_id"))
    if refund_id is None:
        return Report("nothing")
    return Report(
        "refund",
        tenant_id=_id(metadata.get("tenant_id")),
        refund_id=refund_id,
        reference=refund.id,
        status=refund.status,
        failure=failure_words(refund),
    )


def failure_words(refund: RefundResult) -> str:
    """Why a refund failed, for the people of the box office."""
    if refund.status != "failed":
        return ""
    return {
        "expired_or_canceled_card": _("The buyer's card has expired or was cancelled."),
        "lost_or_stolen_card": _("The buyer's card was reported lost or stolen."),
        "insufficient_funds": _("There is not enough money on the account to pay this back yet."),
        "declined": _("The buyer's bank declined it."),
    }.get(refund.failure or "", _("The buyer's bank sent it back."))


def _declined(intent: dict[str, Any]) -> Report:
    metadata = intent.get("metadata") or {}
    error = intent.get("last_payment_error") or {}
    return Report(
        "declined",
        payment_id=_id(metadata.get("payment_id")),
        tenant_id=_id(metadata.get("tenant_id")),
        failure=error.get("message") or _("The card was declined."),
    )


def _id(given: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        return None
