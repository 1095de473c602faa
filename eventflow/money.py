"""Amounts of money: whole minor units with a currency, and what the platform charges.

The promise kept here is that every sum adds up to the minor unit, in any currency:
nothing is a float, nothing is rounded twice, and two currencies never meet in one sum.
"""

import copy
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.numbers import (
    NumberPattern,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)

from eventflow.currencies import (
    currencies,
    default_fixed_fee,
    is_currency,
    minor_digits,
)

# Whoever deals with money asks this module about its currency too.
__all__ = [
    "DEFAULT_FEE_PERCENT",
    "MAX_AMOUNT",
    "MAX_PRICE",
    "N_",
    "FeeMode",
    "FeeRule",
    "MixedCurrencies",
    "Money",
    "Totals",
    "UnclearAmount",
    "currencies",
    "default_fixed_fee",
    "is_currency",
    "minor_digits",
    "parse_amount",
    "platform_fee",
    "price_with_fees",
    "share_out",
    "totals",
]

FeeMode = Literal["passed_on", "absorbed"]

# Larger than any real order, small enough for a bigint and for JavaScript's exact integers.
MAX_AMOUNT = 10**15

# What one ticket costs at most: fifty tiers of a hundred each, and as much again in fees, are
# still no more than MAX_AMOUNT.
MAX_PRICE = 10**11

_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def N_(sentence: str) -> str:
    """Marks a sentence for translation; the page that shows it translates it."""
    return sentence


class UnclearAmount(ValueError):
    """What was typed is not an amount; the sentence says why, for the person who typed it.

    `sentence` and `details` are kept apart so that a page can translate it.
    """

    def __init__(self, sentence: str, **details: str):
        super().__init__(sentence % details)
        self.sentence = sentence
        self.details = details


class MixedCurrencies(TypeError):
    def __init__(self, one: str, other: str):
        super().__init__(f"{one} and {other} do not add up")


# Amounts


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units, bound to its currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("an amount of money is a whole number of minor units")
        if not is_currency(self.currency):
            raise ValueError(f"{self.currency!r} is not a currency of ISO 4217")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._alike(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._alike(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        if type(quantity) is not int:
            raise TypeError("money is multiplied by whole quantities only")
        return Money(self.amount * quantity, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._alike(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._alike(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._alike(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._alike(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def _alike(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not add up")
        if other.currency != self.currency:
            raise MixedCurrencies(self.currency, other.currency)
        return other.amount

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, as people write it: 25.00."""
        return Decimal(self.amount).scaleb(-minor_digits(self.currency))

    def as_json(self) -> dict[str, int | str]:
        return {"amount": self.amount, "currency": self.currency}

    def format(self, locale: Locale | str = "en", *, narrow: bool = False) -> str:
        """As people of this locale write it, always with all of its decimals.

        `narrow` says "$25.00" where the locale would say "US$25.00": for places where the
        currency has been named already, never for the only mention of a price.
        """
        locale = Locale.parse(locale)
        pattern = _pattern(str(locale), minor_digits(self.currency))
        symbol = get_currency_symbol(self.currency, locale)
        text = pattern.apply(
            self.decimal, locale, currency=self.currency, currency_digits=False
        ).replace(symbol, _narrow(symbol) if narrow and self.currency != "BRL" else symbol)
        # CLDR asks for a space between a symbol that ends in a letter and the number; Babel
        # does not put it, and "CHF25.00" is hard to read.
        return re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", "\N{NO-BREAK SPACE}", text)


@lru_cache(maxsize=256)
def _pattern(locale: str, digits: int) -> NumberPattern:
    pattern: NumberPattern = copy.copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (digits, digits)
    return pattern


def _narrow(symbol: str) -> str:
    """The bare sign in a symbol: "$" of "US$" or "$US"; "CHF" stays as it is."""
    signs = [sign for sign in symbol if unicodedata.category(sign) == "Sc"]
    return signs[0] if signs else symbol


def parse_amount(text: str, currency: str, locale: Locale | str = "en") -> int:
    """The minor units a person meant by "25", "25.00", "25,00" or "1,250.00".

    The locale decides which sign groups and which divides; the other's decimal sign is
    understood too where it cannot be a grouping. Where it can be both, as in "1,500" dinars of
    three decimals, nobody guesses. Raises UnclearAmount with a sentence.
    """
    locale = Locale.parse(locale)
    digits = minor_digits(currency)
    example = _plain(Decimal(25).quantize(Decimal(1).scaleb(-digits)), locale)
    typed = _without_symbol(text, currency, locale)
    if not typed:
        raise UnclearAmount(N_("Type an amount, such as %(example)s."), example=example)
    if typed[0] in "-\N{MINUS SIGN}":
        raise UnclearAmount(N_("An amount cannot be less than zero."))

    if digits >= 3:
        _refuse_two_meanings(typed, digits, locale)
    whole, fraction = _whole_and_fraction(typed, locale, example)
    if len(fraction) > digits:
        if digits == 0:
            raise UnclearAmount(
                N_("%(currency)s has no decimals. Type a whole amount, such as %(example)s."),
                currency=currency,
                example=example,
            )
        raise UnclearAmount(
            N_("%(currency)s has %(digits)s decimals. Type an amount such as %(example)s."),
            currency=currency,
            digits=str(digits),
            example=example,
        )
    # The length first: Python refuses to read numbers of thousands of digits at all.
    minor_units = whole + fraction.ljust(digits, "0")
    if len(minor_units) > 50 or int(minor_units) > MAX_AMOUNT:
        raise UnclearAmount(N_("This amount is too large."))
    return int(minor_units)


def _refuse_two_meanings(typed: str, digits: int, locale: Locale) -> None:
    # Three digits after a comma are thousands here and decimals there: a thousandfold apart.
    group = get_group_symbol(locale)
    match = re.fullmatch(r"([1-9]\d{0,2})([.,])(\d{3})", typed)
    if match and match[2] == group:
        large = Decimal(match[1] + match[3]).quantize(Decimal(1).scaleb(-digits))
        raise UnclearAmount(
            N_("“%(text)s” can be read in two ways. Type %(large)s or %(small)s."),
            text=typed,
            large=_plain(large, locale),
            small=_plain(large.scaleb(-3).quantize(large), locale),
        )


def _whole_and_fraction(typed: str, locale: Locale, example: str) -> tuple[str, str]:
    decimal, group = get_decimal_symbol(locale), get_group_symbol(locale)
    # Spaces and apostrophes come in many kinds and are never decimals, so any of them groups.
    typed = re.sub(r"(?<=\d)[\s'\N{RIGHT SINGLE QUOTATION MARK}](?=\d)", "_", typed)
    groups = {"_", group} - {decimal}
    for sign in groups:
        grouped = re.escape(sign)
        match = re.fullmatch(
            rf"(?!0{grouped})(\d{{1,3}}(?:{grouped}\d{{2,3}})*{grouped}\d{{3}}|\d+)"
            rf"(?:{re.escape(decimal)}(\d+))?",
            typed,
        )
        if match:
            return match[1].replace(sign, ""), match[2] or ""
    match = re.fullmatch(r"(\d+)[.,](\d+)", typed)
    if match:
        return match[1], match[2]
    raise UnclearAmount(
        N_("“%(text)s” is not an amount. Type it like %(example)s."),
        text=typed.replace("_", " ")[:40],
        example=example,
    )


def _without_symbol(text: str, currency: str, locale: Locale) -> str:
    # Pasted amounts bring marks of writing direction, and so do symbols such as the dirham's.
    text = _DIRECTION_MARKS.sub("", text).strip()
    symbol = _DIRECTION_MARKS.sub("", get_currency_symbol(currency, locale))
    for mark in (currency, symbol, _narrow(symbol)):
        if text.upper().startswith(mark.upper()):
            return text[len(mark) :].strip()
        if text.upper().endswith(mark.upper()):
            return text[: -len(mark)].strip()
    return text


def _plain(number: Decimal, locale: Locale) -> str:
    return str(number).replace(".", get_decimal_symbol(locale))


# Fees and sums


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What the platform takes of a paid order: a share of it, plus a fixed part once."""

    percent: Decimal
    fixed: int
    mode: FeeMode = "passed_on"

    def __post_init__(self) -> None:
        if not 0 <= self.percent <= 100:
            raise ValueError("the fee is between 0 and 100 percent")
        if self.fixed < 0:
            raise ValueError("the fixed fee is not less than zero")
        if self.mode not in ("passed_on", "absorbed"):
            raise ValueError("a fee is passed_on or absorbed")


DEFAULT_FEE_PERCENT = Decimal("2.5")


@dataclass(frozen=True, slots=True)
class Totals:
    """An order's sums in minor units: total = subtotal - discount + fees + tax.

    `fees` is what the buyer pays on top, `platform_fee` what the platform takes whoever
    bears it, `proceeds` what the organizer is left with: total = platform_fee + proceeds.
    """

    subtotal: int
    discount: int
    fees: int
    tax: int
    total: int
    platform_fee: int
    proceeds: int


def platform_fee(rule: FeeRule, subtotal_after_discount: int) -> int:
    """The percentage, rounded half up to the minor unit, plus the fixed part; free stays free."""
    if subtotal_after_discount < 0:
        raise ValueError("a discount cannot exceed what it is taken from")
    if subtotal_after_discount == 0:
        return 0
    share = (Decimal(subtotal_after_discount) * rule.percent).scaleb(-2)
    return int(share.quantize(Decimal(1), ROUND_HALF_UP)) + rule.fixed


def totals(rule: FeeRule, subtotal: int, discount: int = 0, tax: int = 0) -> Totals:
    """All sums of one order. Tax is the organizer's to pass on, and no fee is taken of it."""
    if subtotal < 0 or discount < 0 or tax < 0:
        raise ValueError("subtotal, discount and tax are not less than zero")
    fee = platform_fee(rule, subtotal - discount)
    fees = fee if rule.mode == "passed_on" else 0
    total = subtotal - discount + fees + tax
    return Totals(subtotal, discount, fees, tax, total, fee, total - fee)


def price_with_fees(rule: FeeRule, unit_price: int, quantity: int = 1) -> int:
    """What this many tickets, bought alone, cost their buyer with every fee in it.

    The fixed part falls once per order, so n tickets cost less than n times the price of one,
    and no single number is true for every basket. Shown honestly: the price of one bought alone
    is said first, with what is in it ("$25.93, fees of $0.93 included"); as soon as a quantity
    is chosen, the exact total for it, computed here, replaces that. With a fixed part in the
    fee, nobody ever pays more per ticket than the page said first.
    """
    if quantity < 1:
        raise ValueError("a price is for one ticket or more")
    return totals(rule, unit_price * quantity).total


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to the weights, losing nothing: the parts sum to it.

    For the share of a discount, a fee or a refund that falls on each line or ticket. What
    rounding leaves over goes to the largest remainders, the first of equals first.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("an amount is shared among at least one weight, none below zero")
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    most_left_over = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for i in most_left_over[: amount - sum(parts)]:
        parts[i] += 1
    return parts
