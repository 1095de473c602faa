"""Usual situations, made through the product's own gateway."""

from datetime import UTC, datetime, timedelta
from typing import Any

import stripe

from eventflow.payments.stripe_facts import CheckoutSession
from eventflow.payments.stripe_gateway import CheckoutLine, StripeGateway

from .fake import StripeFake


def gateway_to(fake: StripeFake, **options: Any) -> StripeGateway:
    """The product's gateway, speaking to this fake; impatient, so that failures show at once."""
    asked: dict[str, Any] = {"webhook_secret": fake.webhook_secret, "max_network_retries": 0}
    return StripeGateway(fake.secret_key, fake.url, **(asked | options))


def client(fake: StripeFake, **options: Any) -> stripe.StripeClient:
    """Stripe's own library, for what the product does not ask."""
    return stripe.StripeClient(
        options.pop("key", fake.secret_key),
        base_addresses={"api": fake.url},
        max_network_retries=0,
        **options,
    )


def new_organizer(gateway: StripeGateway, *, country: str = "US", key: str = "") -> str:
    """A connected account that has not told Stripe anything yet."""
    return gateway.create_account(
        email="olivia@riverside.example",
        country=country,
        idempotency_key=key or f"account-{country}",
    )


def ready_organizer(fake: StripeFake, gateway: StripeGateway, *, country: str = "US") -> str:
    """A connected account that may take payments."""
    account = new_organizer(gateway, country=country)
    fake.complete_onboarding(account)
    return account


def open_order(gateway: StripeGateway, account: str, **changes: Any) -> CheckoutSession:
    """Two tickets at 25.00 and the fee on them, waiting to be paid for ten minutes."""
    at = changes.pop("at", datetime.now(UTC))
    asked: dict[str, Any] = {
        "order_code": "W4NTR7",
        "line_items": [CheckoutLine("Stalls", 2500, 2), CheckoutLine("Fees", 155)],
        "currency": "USD",
        "buyer_email": "bea@example.com",
        "application_fee": 155,
        "destination": account,
        "success_url": "https://riverside.example/orders/W4NTR7?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://riverside.example/orders/W4NTR7",
        "expires_at": at + timedelta(minutes=10),
        "metadata": {"payment": "0195f3"},
        "idempotency_key": "payment-0195f3",
        "at": at,
    }
    return gateway.open_checkout(**(asked | changes))


def paid_order(
    fake: StripeFake, gateway: StripeGateway, account: str, **changes: Any
) -> CheckoutSession:
    """The same, paid by card."""
    session = open_order(gateway, account, **changes)
    fake.pay(session.id)
    return gateway.retrieve_checkout(session.id)
