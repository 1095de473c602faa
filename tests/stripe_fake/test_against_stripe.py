"""What can be tried without a browser, on the fake and, where a key is given, on Stripe itself.

STRIPE_TEST_KEY is a platform's secret test key, STRIPE_TEST_ACCOUNT a connected account of it that
may take payments. Without them only the fake is asked; with them every test here runs twice, and a
difference between the two is a mistake in the fake.
"""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from eventflow.payments.gateway_errors import GatewayRefused
from eventflow.payments.stripe_gateway import CheckoutLine, StripeGateway

from .fake import StripeFake
from .scenarios import gateway_to, open_order, ready_organizer

KEY, ACCOUNT = os.environ.get("STRIPE_TEST_KEY"), os.environ.get("STRIPE_TEST_ACCOUNT")


@dataclass
class Platform:
    gateway: StripeGateway
    organizer: str


@pytest.fixture(params=["fake", "stripe"] if KEY and ACCOUNT else ["fake"])
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    if request.param == "stripe":
        yield Platform(StripeGateway(str(KEY)), str(ACCOUNT))
        return
    with StripeFake() as fake:
        gateway = gateway_to(fake)
        yield Platform(gateway, ready_organizer(fake, gateway))
        assert fake.broken == []


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def test_a_new_account_is_not_ready_and_has_a_page_to_become_so(platform, key):
    account = platform.gateway.create_account(
        email="olivia@riverside.example.com", country="US", idempotency_key=key
    )

    status = platform.gateway.account_status(account)
    link = platform.gateway.onboarding_link(
        account, refresh_url="https://example.com/again", return_url="https://example.com/back"
    )

    assert not status.charges_enabled
    assert status.requirements_due
    assert link.startswith("http")
    with pytest.raises(GatewayRefused, match="cannot take card payments"):
        open_order(platform.gateway, account, idempotency_key=key + "-order")


def test_a_session_is_opened_once_and_ended_once(platform, key):
    first = open_order(platform.gateway, platform.organizer, idempotency_key=key)

    assert first.status == "open"
    assert platform.gateway.retrieve_checkout(first.id) == first
    assert platform.gateway.expire_checkout(first.id).status == "expired"
    assert platform.gateway.expire_checkout(first.id).status == "expired"


def test_a_key_belongs_to_one_request(platform, key):
    open_order(platform.gateway, platform.organizer, idempotency_key=key)

    with pytest.raises(GatewayRefused) as refused:
        open_order(platform.gateway, platform.organizer, idempotency_key=key, order_code="OTHER1")

    assert refused.value.code == "idempotency_error"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"buyer_email": "bea"}, "email_invalid"),
        ({"line_items": [CheckoutLine("Tea", 40)], "application_fee": 0}, "amount_too_small"),
    ],
)
def test_refusals_have_the_same_codes(platform, key, changes, code):
    with pytest.raises(GatewayRefused) as refused:
        open_order(platform.gateway, platform.organizer, idempotency_key=key, **changes)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", 5000), ("KWD", 5120), ("UGX", 500_000), ("ISK", 7000)]
)
def test_amounts_mean_the_same_on_both_sides(platform, key, currency, amount):
    session = open_order(
        platform.gateway,
        platform.organizer,
        idempotency_key=key,
        currency=currency,
        line_items=[CheckoutLine("Stalls", amount)],
        application_fee=0,
    )

    assert session.total.amount == amount


def test_what_was_never_paid_is_not_refunded(platform, key):
    with pytest.raises(GatewayRefused) as refused:
        platform.gateway.refund(
            payment_intent="pi_none", amount=100, reason="", idempotency_key=key
        )

    assert refused.value.code == "resource_missing"
