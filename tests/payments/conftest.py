"""A box office that takes cards through Stripe, and a Stripe to take them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from eventflow.accounts.models import Tenant
from eventflow.db import db, now, transaction
from eventflow.payments import accounts
from tests.payments.shop import Shop
from tests.people import browser_at
from tests.stripe_fake.fake import StripeFake
from tests.stripe_fake.fixtures import stripe_fake as stripe_fake
from tests.stripe_fake.scenarios import gateway_to, ready_organizer


@pytest.fixture
def stripe(app: Flask, stripe_fake: StripeFake) -> Iterator[StripeFake]:
    """This copy takes its payments at Stripe, and is impatient with it."""
    settings = {
        "STRIPE_SECRET_KEY": stripe_fake.secret_key,
        "STRIPE_WEBHOOK_SECRET": stripe_fake.webhook_secret,
        "STRIPE_API_BASE": stripe_fake.url,
    }
    before = {name: app.config[name] for name in settings}
    app.config.update(settings)
    app.extensions["stripe_gateway"] = gateway_to(stripe_fake, timeouts=(2.0, 2.0))
    yield stripe_fake
    app.config.update(before)
    del app.extensions["stripe_gateway"]


@pytest.fixture
def connected(stripe: StripeFake, app: Flask, at_riverside: Tenant) -> str:
    """Riverside Hall's account at Stripe, ready to charge."""
    account = ready_organizer(stripe, app.extensions["stripe_gateway"])
    with transaction():
        row = accounts.current()
        row.stripe_account = account
        row.charges_enabled = row.payouts_enabled = True
        row.checked_at = now()
    stripe.lose_webhooks()
    db.session.rollback()
    return account


@pytest.fixture
def receive(app: Flask) -> Callable[[bytes, str], int]:
    """Where Stripe delivers its webhooks: our own address for them."""
    base = browser_at(app, None)

    def deliver(body: bytes, signature: str) -> int:
        answer = base.post(
            "/webhooks/stripe",
            data=body,
            headers={"Stripe-Signature": signature},
            content_type="application/json",
        )
        return answer.status_code

    return deliver


@pytest.fixture
def shop(app: Flask, at_riverside: Tenant, gala, connected: str, stripe: StripeFake) -> Shop:
    """Bea's browser at Riverside Hall, which sells the Winter Gala by card."""
    return Shop(browser_at(app, at_riverside), at_riverside, stripe)
