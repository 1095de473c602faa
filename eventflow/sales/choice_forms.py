"""What the buyer's forms ask for: seats by name, the best there are, so many of what has none."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from eventflow import whole_numbers
from eventflow.errors import Invalid
from eventflow.sales.availability import TierLeft
from eventflow.sales.holds import Wanted

FIELD = "tier-"
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for."""

    items: list[Wanted]
    seats: list[str]
    """Keys of the drawing."""
    best: int
    """So many of the best seats there are; 0: none."""
    where: str
    """Of these only: `category:ID`, or `most:AMOUNT` for one with its fees."""
    need: bool
    code: str
    """Opens seats that are kept back from others."""
    kept: list[str]
    """Of `seats` those that are held already, to which a list adds."""


def read(*, best: bool = False) -> Wish:
    """What the form asks for. Raises Invalid."""
    instead = request.form.get("instead", "").split()
    seats = list(dict.fromkeys(instead or request.form.getlist("seat")))
    if len(seats) > MOST_NAMED:
        raise Invalid({"seats": _("That is more than one order can hold.")})
    return Wish(
        items=items(),
        seats=seats,
        best=_number(request.form.get("best", "")) if best else 0,
        where=request.form.get("best-where", "")[:100] if best else "",
        need=request.form.get("need") == "accessible",
        code=request.form.get("code", "").strip(),
        kept=[],
    )


def numbers_chosen(left: Sequence[TierLeft]) -> dict[str, int]:
    """How many of each of these tiers the form asks for, as far as a page can show it again."""
    typed = {one.id: request.form.get(FIELD + one.id, "").strip() for one in left}
    numbers = {tier: whole_numbers.read(value, digits=6) for tier, value in typed.items()}
    return {tier: number for tier, number in numbers.items() if number}


def items() -> list[Wanted]:
    """So many of each tier that is bought by the number. Raises Invalid."""
    wanted = []
    for name, value in request.form.items():
        if not name.startswith(FIELD) or not (value := value.strip()) or value == "0":
            continue
        quantity = whole_numbers.read(value, digits=6)
        if quantity is None:
            raise Invalid({"items": _("A number of tickets is a whole number, such as 2.")})
        try:
            wanted.append(Wanted(uuid.UUID(name.removeprefix(FIELD)), quantity))
        except ValueError:
            raise Invalid({"items": _("There is no such tier at this event.")}) from None
    return wanted


def _number(value: str) -> int:
    value = value.strip()
    if not (value.isascii() and value.isdigit()):
        raise Invalid({"best": _("A number of seats is a whole number, such as 2.")})
    if len(digits := value.lstrip("0")) > 3:
        raise Invalid({"best": _("That is more than one order can hold.")})
    if not digits:
        raise Invalid({"best": _("Say how many seats: one or more.")})
    return int(digits)
