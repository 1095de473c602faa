"""Amounts as Stripe counts them, and back: exactly, or not at all.

Most currencies are counted as ISO 4217 has it. The others, from Stripe's page on currencies:
BHD, JOD, KWD, OMR and TND have three decimals, the last of which has to be 0; ISK and UGX have
none, but are sent as if they had two, both 0; MGA has two, but is sent without any.

An amount in between is refused and not rounded: a buyer is charged what the page said, and paid
back what was agreed. Whoever sets prices can ask `step` beforehand. Only the platform's fee, which
the buyer never sees, is rounded, in the organizer's favour (`whole_steps`).
"""

from eventflow.money import N_, Money, minor_digits
from eventflow.payments.gateway_errors import GatewayRefused

_DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}
_STEPS = {"ISK": 100, "UGX": 100, "BHD": 10, "JOD": 10, "KWD": 10, "OMR": 10, "TND": 10}


def step(currency: str) -> int:
    """The smallest difference between two amounts that Stripe can move, in our minor units."""
    return max(1, from_stripe(_STEPS.get(currency, 1), currency))


def whole_steps(amount: int, currency: str) -> int:
    """What is left of an amount when what lies beyond the last step is dropped."""
    return amount - amount % step(currency)


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe counts them, or GatewayRefused where it cannot."""
    if amount % step(currency):
        raise GatewayRefused(
            N_("%(amount)s cannot be paid by card: %(currency)s moves in steps of %(step)s."),
            code="amount_between_steps",
            amount=Money(amount, currency).format(),
            currency=currency,
            step=Money(step(currency), currency).format(),
        )
    return _shifted(amount, _digits(currency) - minor_digits(currency))


def from_stripe(amount: int, currency: str) -> int:
    """What Stripe counts, in our minor units."""
    return _shifted(amount, minor_digits(currency) - _digits(currency))


def _digits(currency: str) -> int:
    return _DIGITS.get(currency, minor_digits(currency))


def _shifted(amount: int, places: int) -> int:
    return amount * 10**places if places >= 0 else amount // 10**-places
