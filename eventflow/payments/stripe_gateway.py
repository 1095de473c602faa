"""Stripe: the only module that calls it, and the only one that knows its library.

What is promised here: a call with the same idempotency key does its work once, however often it
is repeated; what goes wrong is either `GatewayDown` (nobody knows whether it was done: call again
with the same key) or `GatewayRefused` (it was not done, and would not be done the next time
either). Nothing here touches the database, and nothing here is called inside a transaction.

Money moves as destination charges: the buyer pays the platform's Stripe account, the whole sum
passes on to the organizer's, and the application fee comes back out of it. `on_behalf_of` makes
the organizer the merchant: the name on the buyer's statement is theirs, and their account may be
in another region than the platform's. Refunds and disputes are still taken from the platform, so a
refund reverses the transfer, or the organizer would keep the money.

Amounts come and go in our minor units; `stripe_amounts` has Stripe's, and what it cannot move.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import stripe

from eventflow.money import N_
from eventflow.payments.gateway_errors import BadSignature, GatewayDown, GatewayRefused
from eventflow.payments.stripe_amounts import step, to_stripe, whole_steps
from eventflow.payments.stripe_facts import (
    AccountStatus,
    CheckoutSession,
    RefundResult,
    WebhookFact,
)

if TYPE_CHECKING:
    from stripe.params import AccountCreateParams, RefundCreateParams
    from stripe.params.checkout import (
        SessionCreateParams,
        SessionCreateParamsLineItem,
        SessionCreateParamsLineItemPriceDataProductData,
        SessionCreateParamsPaymentIntentData,
    )

CONNECT_WITHIN, ANSWER_WITHIN = 3.05, 10.0
SIGNED_WITHIN = 300
MAX_LINES = 100

# Stripe wants between 30 minutes and 24 hours, by its own clock, when the request arrives. The
# margins are for requests that are repeated after a while and for clocks that differ.
SHORTEST_SESSION = timedelta(minutes=35)
LONGEST_SESSION = timedelta(hours=23, minutes=50)

# Ways of paying whose money comes or fails to come days later; no hold on tickets lasts so long.
TOO_SLOW = [
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "customer_balance",
    "konbini",
    "multibanco",
    "nz_bank_account",
    "oxxo",
    "sepa_debit",
    "sofort",
    "us_bank_account",
]


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """One line of what the buyer pays for. The amount is for one, and below zero for a discount."""

    name: str
    amount: int
    quantity: int = 1


class StripeGateway:
    """The platform's Stripe account.

    `webhook_secret` may be several, separated by commas: Stripe gives the endpoint for the
    platform's own events and the one for connected accounts a secret each.
    """

    def __init__(
        self,
        secret_key: str,
        api_base: str | None = None,
        webhook_secret: str = "",
        *,
        timeouts: tuple[float, float] = (CONNECT_WITHIN, ANSWER_WITHIN),
        max_network_retries: int = 2,
    ):
        self._webhook_secrets = [s for s in webhook_secret.replace(",", " ").split() if s]
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=max_network_retries,
            http_client=stripe.RequestsClient(timeout=timeouts),
        )

    # Organizers' accounts

    def create_account(
        self,
        *,
        email: str,
        idempotency_key: str,
        country: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> str:
        """Open a connected account, and answer its id. Stripe asks its holder for the rest."""
        params: AccountCreateParams = {
            "email": email,
            # What used to be called Express: Stripe collects what it must know and shows the
            # organizer a small dashboard; the platform pays fees and bears losses.
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {
                "card_payments": {"requested": True},
                "transfers": {"requested": True},
            },
            "metadata": dict(metadata or {}),
        }
        if country:
            params["country"] = country
        with _as_ours():
            account = self._client.v1.accounts.create(params, {"idempotency_key": idempotency_key})
        return account.id

    def onboarding_link(self, account_id: str, *, refresh_url: str, return_url: str) -> str:
        """Where the organizer tells Stripe about themselves: good for minutes, and for one visit.

        Coming back from there (`return_url`) says nothing about how it went; `account_status` does.
        """
        with _as_ours():
            link = self._client.v1.account_links.create(
                {
                    "account": account_id,
                    "refresh_url": refresh_url,
                    "return_url": return_url,
                    "type": "account_onboarding",
                }
            )
        return link.url

    def account_status(self, account_id: str) -> AccountStatus:
        with _as_ours():
            account = self._client.v1.accounts.retrieve(account_id)
        return AccountStatus.of(account.to_dict())

    # Orders

    def open_checkout(
        self,
        *,
        order_code: str,
        line_items: Sequence[CheckoutLine],
        currency: str,
        buyer_email: str,
        application_fee: int,
        destination: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        metadata: Mapping[str, str],
        idempotency_key: str,
        at: datetime,
    ) -> CheckoutSession:
        """A page on which this order can be paid, until about `expires_at`.

        Stripe keeps a session for 30 minutes at least, so it may outlive the hold: call
        `expire_checkout` when the hold ends, and expect to be paid late all the same.
        `at` is when the payment was written down, not now: it decides the expiry that is sent,
        and a repeated request has to be the same to the letter.

        `{CHECKOUT_SESSION_ID}` in `success_url` becomes the session's id.
        """
        about = {**metadata, "order": order_code}
        payment: SessionCreateParamsPaymentIntentData = {
            "description": order_code,
            "metadata": about,
            "on_behalf_of": destination,
            "transfer_data": {"destination": destination},
        }
        if fee := whole_steps(application_fee, currency):
            payment["application_fee_amount"] = to_stripe(fee, currency)
        params: SessionCreateParams = {
            "mode": "payment",
            "client_reference_id": order_code,
            "customer_email": buyer_email,
            "line_items": _lines(line_items, currency, order_code),
            "payment_intent_data": payment,
            "metadata": about,
            "expires_at": int(_within_limits(expires_at, at).timestamp()),
            "excluded_payment_method_types": TOO_SLOW,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        with _as_ours():
            session = self._client.v1.checkout.sessions.create(
                params, {"idempotency_key": idempotency_key}
            )
        return CheckoutSession.of(session.to_dict())

    def retrieve_checkout(self, session_id: str) -> CheckoutSession:
        """The session as it is now: for whoever came back before the webhook did."""
        with _as_ours():
            session = self._client.v1.checkout.sessions.retrieve(session_id)
        return CheckoutSession.of(session.to_dict())

    def expire_checkout(self, session_id: str) -> CheckoutSession:
        """Let nothing more be paid there. If somebody was quicker, the answer is paid."""
        try:
            with _as_ours():
                session = self._client.v1.checkout.sessions.expire(session_id)
        except GatewayRefused:
            # Only an open session can be expired; this one is complete, or expired already.
            return self.retrieve_checkout(session_id)
        return CheckoutSession.of(session.to_dict())

    def refund(
        self,
        *,
        payment_intent: str,
        amount: int,
        reason: str,
        idempotency_key: str,
        return_fee: bool = True,
        metadata: Mapping[str, str] | None = None,
    ) -> RefundResult:
        """Pay back this much. The organizer's transfer is reversed by as much, and with
        `return_fee` the platform's fee goes back to the organizer in proportion."""
        with _as_ours():
            # Stripe takes back only what was sent on, and returns only a fee that was taken. The
            # payment does not change any more, so a repeated refund asks for the same.
            paid = self._client.v1.payment_intents.retrieve(payment_intent)
            params: RefundCreateParams = {
                "payment_intent": payment_intent,
                "amount": to_stripe(amount, paid.currency.upper()),
                "reason": "requested_by_customer",
                "metadata": {**(metadata or {}), "reason": reason[:500]},
            }
            if paid.transfer_data:
                params["reverse_transfer"] = True
            if paid.application_fee_amount and return_fee:
                params["refund_application_fee"] = True
            refund = self._client.v1.refunds.create(params, {"idempotency_key": idempotency_key})
        return RefundResult.of(refund.to_dict())

    def find_refund(self, payment_intent: str, metadata: Mapping[str, str]) -> RefundResult | None:
        """The refund of this payment that carries these marks: for asking again after so long
        that Stripe may have forgotten the idempotency key, which it keeps for a day."""
        with _as_ours():
            made = self._client.v1.refunds.list({"payment_intent": payment_intent, "limit": 100})
        for refund in made.data:
            shown = refund.to_dict()
            if dict(metadata).items() <= dict(shown.get("metadata") or {}).items():
                return RefundResult.of(shown)
        return None

    def refund_status(self, refund_id: str) -> RefundResult:
        with _as_ours():
            refund = self._client.v1.refunds.retrieve(refund_id)
        return RefundResult.of(refund.to_dict())

    # Webhooks

    def read_webhook(self, payload: bytes, signature: str) -> WebhookFact:
        """What Stripe tells us, once its signature (at most five minutes old) has been checked."""
        for secret in self._webhook_secrets:
            try:
                stripe.WebhookSignature.verify_header(payload, signature, secret, SIGNED_WITHIN)
                event = json.loads(payload)
            except stripe.SignatureVerificationError:
                continue
            except ValueError:
                break
            if isinstance(event, dict) and event.get("object") == "event":
                return WebhookFact.of(event)
        raise BadSignature("This did not come from Stripe, or is too old.")


def _within_limits(expires_at: datetime, at: datetime) -> datetime:
    return min(max(expires_at, at + SHORTEST_SESSION), at + LONGEST_SESSION)


def _lines(
    lines: Sequence[CheckoutLine], currency: str, order_code: str
) -> list["SessionCreateParamsLineItem"]:
    """The lines as Stripe shows them; as one, where Stripe could not show each by itself.

    It knows no line below zero (a discount), no unit between its steps, and a hundred lines.
    """
    in_one = len(lines) > MAX_LINES or any(
        line.amount < 0 or line.amount % step(currency) for line in lines
    )
    if in_one:
        total = sum(line.amount * line.quantity for line in lines)
        names = [f"{line.quantity} × {line.name}" for line in lines]
        return [_line(order_code, ", ".join(names), total, 1, currency)]
    return [_line(line.name, "", line.amount, line.quantity, currency) for line in lines]


def _line(
    name: str, description: str, amount: int, quantity: int, currency: str
) -> "SessionCreateParamsLineItem":
    product: SessionCreateParamsLineItemPriceDataProductData = {"name": name[:250]}
    if description:
        product["description"] = description[:500]
    return {
        "quantity": quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": to_stripe(amount, currency),
            "product_data": product,
        },
    }


# Refusals

_CANNOT_TAKE = N_("This organizer cannot take card payments at the moment.")
_SENTENCES = {
    "account_invalid": _CANNOT_TAKE,
    "amount_too_large": N_("This amount is too large to be paid by card."),
    "amount_too_small": N_("This amount is too small to be paid by card."),
    "balance_insufficient": N_("There is not enough money on the account to pay this back yet."),
    "charge_already_refunded": N_("This payment has already been paid back in full."),
    "charge_disputed": N_(
        "The buyer's bank has taken this payment back already, so it cannot be refunded."
    ),
    "country_unsupported": N_("Stripe does not open accounts in this country."),
    "email_invalid": N_("Stripe does not accept this mail address."),
    "insufficient_capabilities_for_transfer": _CANNOT_TAKE,
}
_ANYTHING_ELSE = N_("The payment provider did not accept this.")


@contextmanager
def _as_ours() -> Iterator[None]:
    """Whatever Stripe's library raises, as one of the two things that can be acted upon."""
    try:
        yield
    except stripe.StripeError as error:
        if _may_pass(error):
            raise GatewayDown(str(error)) from error
        raise _refusal(error) from error


def _may_pass(error: stripe.StripeError) -> bool:
    status = error.http_status
    # No status: no answer. 401: our key is wrong, which an operator puts right, and no refund
    # must count as failed for it. 409: the same idempotency key is being worked on right now.
    return status is None or status in (401, 409, 429) or status >= 500


def _refusal(error: stripe.StripeError) -> GatewayRefused:
    said = error.error
    code = error.code or (said and (said.code or said.type)) or ""
    param = getattr(error, "param", None) or ""
    detail = error.user_message or str(error)
    sentence = _SENTENCES.get(code, _ANYTHING_ELSE)
    if "destination" in param or "on_behalf_of" in param:
        sentence = _CANNOT_TAKE
    return GatewayRefused(sentence, code=code, detail=detail)
