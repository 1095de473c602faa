"""What Stripe refuses in a Checkout Session, whoever asks for it."""

from typing import Any

import pytest
import stripe

from .scenarios import client, new_organizer

MINUTE, HOUR = 60, 3600


def line(amount: int = 2500, currency: str = "usd", quantity: int = 1) -> dict[str, Any]:
    return {
        "quantity": quantity,
        "price_data": {
            "currency": currency,
            "unit_amount": amount,
            "product_data": {"name": "Stalls"},
        },
    }


def ask(fake, **changes: Any) -> stripe.checkout.Session:
    asked = {"mode": "payment", "success_url": "https://x.example", "line_items": [line()]}
    asked |= changes
    return client(fake).v1.checkout.sessions.create(
        {name: value for name, value in asked.items() if value is not None}
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"success_url": None}, "Missing required param: success_url"),
        ({"success_url": "/orders"}, "Not a valid URL"),
        ({"cancel_url": "riverside"}, "Not a valid URL"),
        ({"line_items": None}, "line items"),
        ({"line_items": [line()] * 101}, "line items"),
        ({"line_items": [line(), line(currency="eur")]}, "one currency"),
        ({"line_items": [line(-1), line()]}, "non-negative"),
        ({"line_items": [line(quantity=0)]}, "quantity"),
        ({"line_items": [line(49)]}, "at least 50 cents"),
        ({"line_items": [line(50_000_000, quantity=2)]}, "no more than"),
        ({"line_items": [line(5124, "kwd")]}, "last digit"),
        ({"line_items": [line(500_050, "ugx")]}, "divisible by 100"),
        ({"client_reference_id": "x" * 201}, "too long"),
        ({"payment_intent_data": {"application_fee_amount": 5}}, "application_fee_amount"),
        ({"mode": "subscription"}, "payments only"),
    ],
)
def test_a_session_that_cannot_be_is_refused(stripe_fake, changes, says):
    with pytest.raises(stripe.InvalidRequestError, match=says):
        ask(stripe_fake, **changes)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(29 * MINUTE, "at least 30 minutes"), (24 * HOUR + MINUTE, "less than 24 hours")],
)
def test_a_session_lives_from_half_an_hour_to_a_day(stripe_fake, seconds, says):
    now = stripe_fake.store.now()

    with pytest.raises(stripe.InvalidRequestError, match=says):
        ask(stripe_fake, expires_at=now + seconds)

    assert ask(stripe_fake, expires_at=now + 31 * MINUTE).expires_at == now + 31 * MINUTE


def to(account: str, **more: Any) -> dict[str, Any]:
    return {"transfer_data": {"destination": account}, **more}


def test_a_destination_takes_what_it_may(stripe_fake, gateway, organizer):
    not_ready = new_organizer(gateway, key="another")

    for plan, says in [
        (to("acct_none"), "No such destination"),
        (to(not_ready), "capabilities"),
        (to(organizer, on_behalf_of=not_ready), "card_payments"),
        (to(organizer, application_fee_amount=2501), "greater than the amount"),
        (to(organizer, application_fee_amount=-1), "non-negative"),
    ]:
        with pytest.raises(stripe.InvalidRequestError, match=says):
            ask(stripe_fake, payment_intent_data=plan)

    assert ask(stripe_fake, payment_intent_data=to(organizer, application_fee_amount=2500)).url


def test_a_destination_abroad_sells_on_its_own_behalf(stripe_fake, gateway):
    abroad = new_organizer(gateway, country="JP")
    stripe_fake.complete_onboarding(abroad)

    with pytest.raises(stripe.InvalidRequestError, match="outside the platform's region"):
        ask(stripe_fake, payment_intent_data=to(abroad))

    assert ask(stripe_fake, payment_intent_data=to(abroad, on_behalf_of=abroad)).url
