"""What is offered instead of seats that can't be had: their names, and what they come to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventflow.money import price_with_fees
from eventflow.sales.offers import Offer
from eventflow.seating.hall import Hall


@dataclass(frozen=True, slots=True)
class Alternative:
    """A group of seats that one press takes."""

    seats: list[str]
    """Keys of the drawing."""
    words: str
    total: int | None
    """All of them in one order, with every fee, in minor units; None where one has no price now."""


def of_ids(hall: Hall, offer: Offer, choices: Iterable[Sequence[str]]) -> list[Alternative]:
    """The same, of groups of ids, as a refusal's document has them."""
    known = hall.position_of
    return of_choices(hall, offer, ([known[one] for one in ids] for ids in choices))


def of_choices(hall: Hall, offer: Offer, choices: Iterable[Sequence[int]]) -> list[Alternative]:
    """Groups of positions in the hall, in the order they come in."""
    return [
        Alternative(
            [hall.keys[position] for position in choice],
            ", ".join(hall.labels[position] for position in choice),
            _total(hall, offer, choice),
        )
        for choice in choices
    ]


def _total(hall: Hall, offer: Offer, choice: Sequence[int]) -> int | None:
    price_of = {one.id: one.price for one in offer.tiers}
    prices = [price_of.get(hall.tiers[position] or "") for position in choice]
    if None in prices:
        return None
    return price_with_fees(offer.rule, sum(price for price in prices if price))
