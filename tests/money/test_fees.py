from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventflow.money import (
    DEFAULT_FEE_PERCENT,
    FeeRule,
    currencies,
    default_fixed_fee,
    platform_fee,
    price_with_fees,
    share_out,
    totals,
)

percents = st.decimals(min_value=0, max_value=100, places=3)
modes = st.sampled_from(["passed_on", "absorbed"])
rules = st.builds(FeeRule, percents, st.integers(0, 10**7), modes)
prices = st.integers(min_value=0, max_value=10**12)
baskets = st.lists(st.tuples(prices, st.integers(1, 100)), min_size=1, max_size=8)


def default_rule(currency, mode="passed_on"):
    return FeeRule(DEFAULT_FEE_PERCENT, default_fixed_fee(currency), mode)


@pytest.mark.parametrize(
    ("currency", "subtotal", "fee"),
    [
        ("USD", 2500, 93),  # 62.5 cents are rounded up
        ("USD", 5000, 155),
        ("USD", 2499, 92),  # 62.475 down
        ("USD", 1, 30),
        ("JPY", 1000, 65),
        ("JPY", 1020, 66),  # 25.5 yen up
        ("KWD", 10000, 350),
        ("EUR", 0, 0),
    ],
)
def test_the_fee_is_a_share_rounded_half_up_and_a_fixed_part(currency, subtotal, fee):
    assert platform_fee(default_rule(currency), subtotal) == fee


def test_a_fee_passed_on_is_paid_by_the_buyer():
    sums = totals(default_rule("USD"), subtotal=6000, discount=1000, tax=400)

    assert (sums.fees, sums.platform_fee) == (155, 155)
    assert sums.total == 6000 - 1000 + 155 + 400
    assert sums.proceeds == 5000 + 400


def test_a_fee_absorbed_is_paid_by_the_organizer():
    sums = totals(default_rule("USD", "absorbed"), subtotal=6000, discount=1000, tax=400)

    assert (sums.fees, sums.platform_fee) == (0, 155)
    assert sums.total == 5000 + 400
    assert sums.proceeds == 5000 + 400 - 155


def test_an_order_discounted_to_nothing_has_no_fee():
    sums = totals(default_rule("USD"), subtotal=6000, discount=6000)

    assert (sums.total, sums.platform_fee, sums.proceeds) == (0, 0, 0)


def test_the_fixed_part_falls_once_however_many_tickets():
    rule = default_rule("USD")

    assert price_with_fees(rule, 2500) == 2593
    assert price_with_fees(rule, 2500, quantity=4) == 10000 + 250 + 30
    assert price_with_fees(default_rule("USD", "absorbed"), 2500) == 2500
    assert price_with_fees(rule, 0) == 0


@pytest.mark.parametrize(
    "mistake",
    [{"subtotal": -1}, {"subtotal": 10, "discount": 11}, {"subtotal": 1, "tax": -1}],
)
def test_sums_that_cannot_be_are_refused(mistake):
    with pytest.raises(ValueError):
        totals(default_rule("USD"), **mistake)


@pytest.mark.parametrize(
    "rule",
    [(Decimal(-1), 0), (Decimal(101), 0), (Decimal(1), -1), (Decimal(1), 0, "hidden")],
)
def test_a_rule_nobody_could_mean_is_refused(rule):
    with pytest.raises(ValueError):
        FeeRule(*rule)


@given(
    baskets,
    st.integers(0, 100),
    st.integers(0, 30),
    modes,
    st.sampled_from(currencies()),
)
def test_any_basket_in_any_currency_adds_up(basket, percent_off, tax_percent, mode, currency):
    rule = default_rule(currency, mode)
    subtotal = sum(price * quantity for price, quantity in basket)
    discount = subtotal * percent_off // 100
    tax = (subtotal - discount) * tax_percent // 100

    sums = totals(rule, subtotal, discount, tax)

    assert sums.total == sums.subtotal - sums.discount + sums.fees + sums.tax
    assert sums.total == sums.platform_fee + sums.proceeds
    assert sums.fees == (sums.platform_fee if mode == "passed_on" else 0)
    lines = share_out(sums.total, [price * quantity for price, quantity in basket])
    assert sum(lines) == sums.total


@given(rules, st.integers(1, 10**15))
def test_the_fee_is_within_half_a_minor_unit_of_the_exact_share(rule, subtotal):
    exact = Fraction(subtotal) * Fraction(rule.percent) / 100 + rule.fixed

    error = platform_fee(rule, subtotal) - exact

    assert Fraction(-1, 2) < error <= Fraction(1, 2)


@given(prices, st.integers(1, 100), st.sampled_from(currencies()))
def test_nobody_pays_more_per_ticket_than_the_page_said_first(price, quantity, currency):
    rule = default_rule(currency)

    assert price_with_fees(rule, price, quantity) <= price_with_fees(rule, price) * quantity


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=50),
)
def test_shares_sum_to_what_was_shared_and_are_fair(amount, weights):
    parts = share_out(amount, weights)

    assert sum(parts) == amount
    if whole := sum(weights):
        for part, weight in zip(parts, weights, strict=True):
            assert abs(Fraction(part) - Fraction(amount * weight, whole)) < 1


def test_what_rounding_leaves_over_goes_to_the_first_of_equals():
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(100, [0, 0]) == [50, 50]
    assert share_out(10, [1, 0, 2]) == [3, 0, 7]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_shares_need_weights(weights):
    with pytest.raises(ValueError):
        share_out(100, weights)
