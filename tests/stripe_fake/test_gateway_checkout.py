"""The gateway opens a page for each payment, within what Stripe can do, and ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from eventflow.payments.gateway_errors import GatewayDown, GatewayRefused
from eventflow.payments.stripe_gateway import CheckoutLine

from .fake import StripeFake
from .scenarios import new_organizer, open_order, paid_order, ready_organizer


def sent_to(fake: StripeFake, path: str) -> dict:
    """The last form that was posted there."""
    return [r.form for r in fake.requests if r.path == path and r.method == "POST"][-1]


def test_the_money_is_meant_for_the_organizer_less_the_fee(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    charge = stripe_fake.find(stripe_fake.find(paid.payment_intent)["latest_charge"])
    assert charge["amount"] == 5155
    assert charge["application_fee_amount"] == 155
    assert charge["on_behalf_of"] == charge["transfer_data"]["destination"] == organizer
    assert stripe_fake.balance(organizer) == {"usd": 5000}


def test_session_and_payment_both_name_the_order(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    assert paid.order_code == "W4NTR7"
    assert paid.metadata == {"payment": "0195f3", "order": "W4NTR7"}
    assert stripe_fake.find(paid.payment_intent)["metadata"] == paid.metadata
    assert stripe_fake.find(paid.id)["customer_email"] == "bea@example.com"


def test_an_order_has_one_session_however_often_it_is_opened(gateway, organizer):
    at = datetime.now(UTC)

    first = open_order(gateway, organizer, at=at)

    assert open_order(gateway, organizer, at=at) == first


def test_a_hold_that_is_extended_meanwhile_changes_nothing(gateway, organizer):
    at = datetime.now(UTC)
    first = open_order(gateway, organizer, at=at, expires_at=at + timedelta(minutes=10))

    assert open_order(gateway, organizer, at=at, expires_at=at + timedelta(minutes=20)) == first


@pytest.mark.parametrize(
    ("wish", "given"),
    [
        (timedelta(minutes=-1), timedelta(minutes=35)),
        (timedelta(minutes=10), timedelta(minutes=35)),
        (timedelta(hours=2), timedelta(hours=2)),
        (timedelta(days=7), timedelta(hours=23, minutes=50)),
    ],
)
def test_a_session_lives_as_long_as_wished_within_stripes_limits(gateway, organizer, wish, given):
    at = datetime.now(UTC).replace(microsecond=0)

    session = open_order(gateway, organizer, at=at, expires_at=at + wish)

    assert session.expires_at == at + given


def test_an_order_opened_again_after_minutes_is_still_within_the_limits(
    stripe_fake, gateway, organizer
):
    at = datetime.now(UTC)
    stripe_fake.fail_next()
    with pytest.raises(GatewayDown):
        open_order(gateway, organizer, at=at)
    stripe_fake.advance(minutes=4)

    assert open_order(gateway, organizer, at=at).status == "open"


def test_what_is_paid_is_shown_line_by_line(stripe_fake, gateway, organizer):
    open_order(gateway, organizer)

    lines = sent_to(stripe_fake, "/v1/checkout/sessions")["line_items"]

    assert [
        (line["price_data"]["product_data"]["name"], line["quantity"]) for line in lines.values()
    ] == [("Stalls", "2"), ("Fees", "1")]


def test_a_discount_makes_one_line_of_all(stripe_fake, gateway, organizer):
    lines = [CheckoutLine("Stalls", 2500, 2), CheckoutLine("Early bird", -500)]

    session = open_order(gateway, organizer, line_items=lines, application_fee=0)

    (line,) = sent_to(stripe_fake, "/v1/checkout/sessions")["line_items"].values()
    assert session.total.amount == 4500
    assert line["price_data"]["product_data"] == {
        "name": "W4NTR7",
        "description": "2 × Stalls, 1 × Early bird",
    }


def test_more_than_a_hundred_lines_make_one(stripe_fake, gateway, organizer):
    lines = [CheckoutLine(f"Seat {n}", 100) for n in range(101)]

    assert open_order(gateway, organizer, line_items=lines).total.amount == 10100


def test_a_fee_of_nothing_is_not_mentioned(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer, application_fee=0)

    assert stripe_fake.find(paid.payment_intent)["application_fee_amount"] is None
    assert stripe_fake.balance(organizer) == {"usd": 5155}


@pytest.mark.parametrize(
    ("currency", "lines", "fee", "charged", "taken"),
    [
        ("JPY", [CheckoutLine("指定席", 2500, 2), CheckoutLine("Fees", 165)], 165, 5165, 165),
        ("KWD", [CheckoutLine("Stalls", 5000)], 225, 5000, 220),
        ("KWD", [CheckoutLine("Stalls", 5005, 2)], 0, 10010, None),
        ("UGX", [CheckoutLine("Stalls", 50000)], 2350, 5000000, 235000),
        ("MGA", [CheckoutLine("Stalls", 4000000)], 230050, 40000, 2300),
    ],
)
def test_every_currency_is_charged_exactly(
    stripe_fake, gateway, organizer, currency, lines, fee, charged, taken
):
    paid = paid_order(
        stripe_fake, gateway, organizer, currency=currency, line_items=lines, application_fee=fee
    )

    intent = stripe_fake.find(paid.payment_intent)
    assert (intent["amount"], intent["application_fee_amount"]) == (charged, taken)
    assert paid.total.amount == sum(line.amount * line.quantity for line in lines)
    assert paid.total.currency == currency


def test_a_sum_stripe_cannot_charge_is_refused_before_it_is_asked(stripe_fake, gateway, organizer):
    asked = len(stripe_fake.requests)

    with pytest.raises(GatewayRefused) as refused:
        open_order(gateway, organizer, currency="KWD", line_items=[CheckoutLine("Stalls", 5225)])

    assert refused.value.code == "amount_between_steps"
    assert len(stripe_fake.requests) == asked


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"line_items": [CheckoutLine("Tea", 40)], "application_fee": 0}, "amount_too_small",
         "too small"),
        ({"line_items": [CheckoutLine("Hall", 10**8)]}, "amount_too_large", "too large"),
        ({"buyer_email": "bea"}, "email_invalid", "mail address"),
        ({"destination": "acct_none"}, "resource_missing", "cannot take card payments"),
        ({"application_fee": 6000}, "invalid_request_error", "did not accept"),
        ({"metadata": {"long": "x" * 501}}, "invalid_request_error", "did not accept"),
    ],
)  # fmt: skip
def test_a_refusal_is_final_and_in_words(gateway, organizer, changes, code, sentence):
    with pytest.raises(GatewayRefused, match=sentence) as refused:
        open_order(gateway, organizer, **changes)

    assert refused.value.code == code
    assert refused.value.detail


def test_an_organizer_who_is_not_ready_takes_no_payments(gateway):
    with pytest.raises(GatewayRefused, match="cannot take card payments"):
        open_order(gateway, new_organizer(gateway))


def test_an_organizer_abroad_is_paid_like_one_at_home(stripe_fake, gateway):
    account = ready_organizer(stripe_fake, gateway, country="JP")

    paid_order(stripe_fake, gateway, account)

    assert stripe_fake.balance(account) == {"usd": 5000}


def test_the_same_key_for_another_order_is_refused(gateway, organizer):
    open_order(gateway, organizer)

    with pytest.raises(GatewayRefused) as refused:
        open_order(gateway, organizer, order_code="OTHER1")

    assert refused.value.code == "idempotency_error"


def test_a_session_that_is_ended_takes_no_money(stripe_fake, gateway, organizer):
    session = open_order(gateway, organizer)

    ended = gateway.expire_checkout(session.id)

    assert (ended.status, ended.is_paid, ended.url) == ("expired", False, None)
    assert gateway.expire_checkout(session.id) == ended


def test_ending_a_session_too_late_says_that_it_is_paid(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    assert gateway.expire_checkout(paid.id) == paid
    assert paid.is_paid


def test_ending_an_unknown_session_is_refused(gateway):
    with pytest.raises(GatewayRefused) as refused:
        gateway.expire_checkout("cs_test_none")

    assert refused.value.code == "resource_missing"


def test_a_slow_payment_is_complete_before_it_is_paid(stripe_fake, gateway, organizer):
    session = open_order(gateway, organizer)
    stripe_fake.pay_later(session.id)
    waiting = gateway.retrieve_checkout(session.id)
    stripe_fake.settle(session.id)

    assert (waiting.status, waiting.is_paid) == ("complete", False)
    assert gateway.retrieve_checkout(session.id).is_paid
    assert stripe_fake.waiting()[-1] == "checkout.session.async_payment_succeeded"


def test_ways_of_paying_that_take_days_are_not_offered(stripe_fake, gateway, organizer):
    session = open_order(gateway, organizer)

    assert "sepa_debit" in stripe_fake.find(session.id)["excluded_payment_method_types"]
