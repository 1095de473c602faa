import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventflow.money import (
    MixedCurrencies,
    Money,
    UnclearAmount,
    currencies,
    parse_amount,
)

SPACE = "\N{NO-BREAK SPACE}"
amounts = st.integers(min_value=0, max_value=10**14)
any_currency = st.sampled_from(currencies())
locales = st.sampled_from(["en", "de", "fr", "pl", "de_CH", "en_IN", "pt_BR", "ja", "ar", "cs"])


def test_money_of_one_currency_adds_subtracts_and_multiplies():
    ticket = Money(2500, "USD")

    assert ticket + Money(93, "USD") == Money(2593, "USD")
    assert ticket - Money(500, "USD") == Money(2000, "USD")
    assert 3 * ticket == ticket * 3 == Money(7500, "USD")
    assert -ticket == Money(-2500, "USD")
    assert ticket and not Money(0, "USD")


@pytest.mark.parametrize(
    "mix",
    [
        lambda one, other: one + other,
        lambda one, other: one - other,
        lambda one, other: one < other,
        lambda one, other: one <= other,
        lambda one, other: one > other,
        lambda one, other: one >= other,
    ],
)
def test_two_currencies_never_meet(mix):
    with pytest.raises(MixedCurrencies):
        mix(Money(1, "USD"), Money(1, "EUR"))
    with pytest.raises(TypeError):
        mix(Money(1, "USD"), 1)


def test_the_same_amount_of_another_currency_is_not_equal():
    assert Money(1, "USD") != Money(1, "EUR")


@pytest.mark.parametrize("amount", [1.0, "1", True, None])
def test_an_amount_is_a_whole_number(amount):
    with pytest.raises(TypeError):
        Money(amount, "USD")


def test_money_is_not_multiplied_by_a_fraction():
    with pytest.raises(TypeError):
        Money(100, "USD") * 0.5


def test_amounts_of_one_currency_have_an_order():
    one, two = Money(1, "JPY"), Money(2, "JPY")
    assert sorted([two, one]) == [one, two]
    assert one < two and one <= two and one <= Money(1, "JPY")
    assert two > one and two >= one and not one >= two


def test_money_leaves_as_amount_and_currency():
    assert Money(2500, "USD").as_json() == {"amount": 2500, "currency": "USD"}


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(123450, "USD"), "en", "$1,234.50"),
        (Money(-5, "USD"), "en", "-$0.05"),
        (Money(123450, "JPY"), "en", "¥123,450"),
        (Money(123450, "KWD"), "en", f"KWD{SPACE}123.450"),
        (Money(123450, "IQD"), "en", f"IQD{SPACE}123.450"),
        (Money(100, "RSD"), "en", f"RSD{SPACE}1.00"),
        (Money(123450, "EUR"), "de", f"1.234,50{SPACE}€"),
        (Money(123450, "CHF"), "de_CH", f"CHF{SPACE}1’234.50"),
        (Money(123450, "PLN"), "pl", f"1{SPACE}234,50{SPACE}zł"),
        (Money(10**14, "USD"), "en", "$1,000,000,000,000.00"),
    ],
)
def test_money_is_written_as_people_of_the_locale_write_it(money, locale, text):
    assert money.format(locale) == text


def test_narrow_money_leaves_out_whose_dollar_it_is():
    price = Money(2500, "USD")
    assert (price.format("en_CA"), price.format("en_CA", narrow=True)) == (
        "US$25.00",
        "$25.00",
    )
    assert Money(2500, "BRL").format("en", narrow=True) == "R$25.00"
    assert Money(2500, "CHF").format("en", narrow=True) == f"CHF{SPACE}25.00"


@pytest.mark.parametrize(
    ("text", "currency", "locale", "amount"),
    [
        ("25", "USD", "en", 2500),
        ("25.00", "USD", "en", 2500),
        (" 25.5 ", "USD", "en", 2550),
        ("0", "USD", "en", 0),
        ("1,250.00", "USD", "en", 125000),
        ("1,250", "USD", "en", 125000),
        ("$25", "USD", "en", 2500),
        ("usd 25", "USD", "en", 2500),
        ("25,00", "EUR", "de", 2500),
        ("1.250,00 €", "EUR", "de", 125000),
        ("1.250", "EUR", "de", 125000),
        ("1 250,5", "EUR", "fr", 125050),
        ("1'250.50", "CHF", "de_CH", 125050),
        ("1,00,000", "INR", "en_IN", 10000000),
        ("25,00", "USD", "en", 2500),
        ("25.00", "EUR", "de", 2500),
        ("1.5", "KWD", "en", 1500),
        ("1.500", "KWD", "en", 1500),
        ("1,5", "KWD", "en", 1500),
        ("0,500", "KWD", "en", 500),
        ("1,500.000", "KWD", "en", 1500000),
        ("1,250,500", "KWD", "en", 1250500000),
        ("12 500", "KWD", "en", 12500000),
        ("1,500", "KWD", "de", 1500),
        ("2500", "JPY", "en", 2500),
        ("٢٥", "USD", "ar", 2500),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text, currency, locale, amount):
    assert parse_amount(text, currency, locale) == amount


@pytest.mark.parametrize(
    ("text", "currency", "sentence"),
    [
        ("", "USD", "Type an amount, such as 25.00."),
        ("  ", "JPY", "Type an amount, such as 25."),
        ("-1", "USD", "An amount cannot be less than zero."),
        ("−1", "USD", "An amount cannot be less than zero."),
        ("1.005", "USD", "USD has 2 decimals. Type an amount such as 25.00."),
        ("1.0000", "KWD", "KWD has 3 decimals. Type an amount such as 25.000."),
        ("25.5", "JPY", "JPY has no decimals. Type a whole amount, such as 25."),
        ("ten", "USD", "“ten” is not an amount. Type it like 25.00."),
        ("1e5", "USD", "“1e5” is not an amount. Type it like 25.00."),
        ("1.2.3", "USD", "“1.2.3” is not an amount. Type it like 25.00."),
        ("1,2,3", "USD", "“1,2,3” is not an amount. Type it like 25.00."),
        ("25 %s", "USD", "“25 %s” is not an amount. Type it like 25.00."),
        ("€25", "USD", "“€25” is not an amount. Type it like 25.00."),
        (".5", "USD", "“.5” is not an amount. Type it like 25.00."),
        ("²", "USD", "“²” is not an amount. Type it like 25.00."),
        ("10000000000000.01", "USD", "This amount is too large."),
        ("9" * 9000, "USD", "This amount is too large."),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(text, currency, sentence):
    with pytest.raises(UnclearAmount) as refusal:
        parse_amount(text, currency, "en")

    assert str(refusal.value) == sentence
    assert refusal.value.sentence % refusal.value.details == sentence


@pytest.mark.parametrize(
    ("text", "currency", "locale", "sentence"),
    [
        ("1,500", "KWD", "en", "“1,500” can be read in two ways. Type 1500.000 or 1.500."),
        ("KWD 12,500", "KWD", "en", "“12,500” can be read in two ways. Type 12500.000 or 12.500."),
        ("1.500", "KWD", "de", "“1.500” can be read in two ways. Type 1500,000 or 1,500."),
        ("1,500", "CLF", "en", "“1,500” can be read in two ways. Type 1500.0000 or 1.5000."),
    ],
)
def test_nobody_guesses_between_an_amount_and_its_thousandfold(text, currency, locale, sentence):
    with pytest.raises(UnclearAmount) as refusal:
        parse_amount(text, currency, locale)

    assert str(refusal.value) == sentence


def test_nothing_groups_after_a_zero():
    with pytest.raises(UnclearAmount):
        parse_amount("0,500", "USD", "en")


@given(amounts, any_currency, locales)
def test_what_we_write_we_can_read(amount, currency, locale):
    money = Money(amount, currency)

    assert parse_amount(money.format(locale), currency, locale) == amount


@given(st.text(max_size=60), any_currency, locales)
def test_any_text_is_an_amount_or_refused(text, currency, locale):
    try:
        amount = parse_amount(text, currency, locale)
    except UnclearAmount as refusal:
        assert str(refusal)
    else:
        assert 0 <= amount <= 10**15
