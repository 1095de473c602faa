"""Stripe's rules for amounts, read from its page on currencies; kept apart from the product's.

The product converts to these rules in its gateway; the fake only refuses what breaks them, so
that a mistake in the conversion is seen here.
"""

from .store import Declined

THREE_DECIMALS = {"bhd", "jod", "kwd", "omr", "tnd"}
# Zero decimals in the world, two on the wire, the last two always 00.
WHOLE_IN_HUNDREDTHS = {"isk", "ugx"}
SMALLEST = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
    "kwd": 150, "bhd": 190, "isk": 7000, "ugx": 190000, "krw": 700, "mga": 2300,
}  # fmt: skip
LARGEST = 99_999_999


def accept(amount: int, currency: str, *, param: str) -> None:
    """Refuse an amount that Stripe would not take in this currency."""
    name = currency.upper()
    if currency in WHOLE_IN_HUNDREDTHS and amount % 100:
        raise Declined(
            f"Invalid amount. Currency {name} has become effectively zero-decimal and charged"
            " amounts must be evenly divisible by 100.",
            param=param,
        )
    if currency in THREE_DECIMALS and amount % 10:
        raise Declined(
            f"Invalid amount. The last digit of an amount in {name} must be 0.", param=param
        )
    if amount > LARGEST:
        raise Declined(
            f"Amount must be no more than {LARGEST}", code="amount_too_large", param=param
        )


def accept_total(amount: int, currency: str) -> None:
    accept(amount, currency, param="line_items")
    if amount < SMALLEST.get(currency, 1):
        raise Declined(
            "The Checkout Session's total amount must convert to at least 50 cents."
            f" {amount} {currency.upper()} is less.",
            code="amount_too_small",
        )


def processing_fee(amount: int) -> int:
    """What Stripe keeps of a payment: 2.9 % and 30, near enough in every currency."""
    return min(amount, (amount * 29 + 500) // 1000 + 30)


def in_proportion(part: int, done: int, whole: int) -> int:
    """The share of `part` that belongs to `done` of `whole`, rounded half up."""
    return (2 * part * done + whole) // (2 * whole)
