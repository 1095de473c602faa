import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventflow.money import currencies
from eventflow.payments.gateway_errors import GatewayRefused
from eventflow.payments.stripe_amounts import from_stripe, step, to_stripe, whole_steps

from . import amounts


@pytest.mark.parametrize(
    ("amount", "currency", "sent"),
    [
        (2593, "USD", 2593),
        (500, "JPY", 500),
        (5120, "KWD", 5120),
        (5, "UGX", 500),
        (5, "ISK", 500),
        (120000, "MGA", 1200),
        (2599, "HUF", 2599),
        (0, "KWD", 0),
    ],
)
def test_amounts_are_sent_as_stripe_counts_them(amount, currency, sent):
    assert to_stripe(amount, currency) == sent
    assert from_stripe(sent, currency) == amount


@pytest.mark.parametrize(("amount", "currency"), [(5124, "KWD"), (150, "MGA"), (5, "BHD")])
def test_an_amount_between_steps_is_refused_and_not_rounded(amount, currency):
    with pytest.raises(GatewayRefused) as refused:
        to_stripe(amount, currency)

    assert refused.value.code == "amount_between_steps"
    assert refused.value.facts["currency"] == currency


def test_a_refusal_says_which_steps_there_are():
    with pytest.raises(GatewayRefused, match=r"5\.124 cannot be paid.*steps of KWD.0\.010"):
        to_stripe(5124, "KWD")


def test_what_lies_beyond_a_step_can_be_dropped():
    assert whole_steps(225, "KWD") == 220
    assert whole_steps(225, "USD") == 225


@settings(deadline=None)
@given(currency=st.sampled_from(currencies()), steps=st.integers(0, 10**9))
def test_whole_steps_come_back_as_they_went_and_stripe_takes_them(currency, steps):
    amount = steps * step(currency)

    sent = to_stripe(amount, currency)

    assert from_stripe(sent, currency) == amount
    amounts.accept(min(sent, amounts.LARGEST // 100 * 100), currency.lower(), param="amount")


@settings(deadline=None)
@given(currency=st.sampled_from(currencies()), amount=st.integers(0, 10**9))
def test_dropping_loses_less_than_a_step(currency, amount):
    kept = whole_steps(amount, currency)

    assert kept <= amount < kept + step(currency)
    to_stripe(kept, currency)
