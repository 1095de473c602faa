"""Receipts: what a sum is made of, line by line, and always to the cent the sum."""

from collections.abc import Iterable
from typing import Protocol

from flask_babel import gettext as _

from eventflow.locale import format_money


class Sums(Protocol):
    """An order, or what a hold comes to."""

    @property
    def discount(self) -> int: ...
    @property
    def fees(self) -> int: ...
    @property
    def tax(self) -> int: ...


def lines(
    bought: Iterable[tuple[str, int, int]], sums: Sums, currency: str
) -> list[tuple[str, ...]]:
    """(label, amount) of each line, of (name, quantity, amount) and what is added or taken off."""

    def written(amount: int) -> str:
        return format_money(amount, currency)

    rows: list[tuple[str, ...]] = [
        (f"{quantity} × {name}", written(amount) if amount else _("Free"))
        for name, quantity, amount in bought
    ]
    if sums.discount:
        rows.append((_("Discount"), written(-sums.discount), "less"))
    if sums.fees:
        rows.append((_("Fees"), written(sums.fees)))
    if sums.tax:
        rows.append((_("Tax"), written(sums.tax)))
    return rows
