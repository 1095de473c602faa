from pathlib import Path

import pytest
from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_precision

from eventflow import money

PAGE = Path(__file__).parents[2] / "docs" / "currencies.md"


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("USD", 2),
        ("JPY", 0),
        ("KWD", 3),
        ("IQD", 3),
        ("RSD", 2),
        ("MGA", 2),
        ("CLF", 4),
    ],
)
def test_a_currency_has_the_decimals_iso_4217_gives_it(currency, digits):
    assert money.minor_digits(currency) == digits


def test_decimals_differ_from_cldr_only_where_cldr_rounds_for_writing():
    rounded_for_writing = {
        code
        for code in money.currencies()
        if money.minor_digits(code) != get_currency_precision(code)
    }

    assert rounded_for_writing == {
        *("AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP"),
        *("MGA", "MMK", "RSD", "SOS", "SYP", "YER"),
    }


def test_every_legal_tender_cldr_knows_can_be_sold_in_except_the_lev():
    tender = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _since, until, is_tender in uses
        if until is None and is_tender
    }

    assert tender - set(money.currencies()) == {"BGN"}


@pytest.mark.parametrize("code", ["", "usd", "US", "XXX", "XAU", "DEM", "EURO"])
def test_what_is_no_currency_is_refused(code):
    assert not money.is_currency(code)
    with pytest.raises(ValueError, match="not a currency"):
        money.minor_digits(code)
    with pytest.raises(ValueError, match="not a currency"):
        money.Money(1, code)


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF"])
def test_the_fixed_fee_is_thirty_cents_in_the_large_currencies(currency):
    assert money.default_fixed_fee(currency) == 30


def test_the_fixed_fee_has_the_decimals_of_its_currency():
    assert money.default_fixed_fee("JPY") == 40
    assert money.default_fixed_fee("KWD") == 100


def test_every_currency_has_a_fixed_fee():
    assert all(money.default_fixed_fee(code) > 0 for code in money.currencies())


def test_the_page_on_currencies_says_what_the_program_does():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][2:]

    expected = []
    for code in money.currencies():
        fee = money.Money(money.default_fixed_fee(code), code)
        name = get_currency_name(code, locale="en")
        digits = money.minor_digits(code)
        expected.append(f"| {code} | {name} | {digits} | {fee.decimal:f} | {fee.amount} |")
    assert rows == expected, "docs/currencies.md should hold:\n" + "\n".join(expected)
