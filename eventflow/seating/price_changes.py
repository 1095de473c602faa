"""Price changes: many prices at once, by percent or by an amount, shown before they count.

The promise kept here is that what was shown is what is kept: whoever applies a change names the
prices it was shown for, early ones too, and is told if one of them is another by now.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from flask_babel import gettext as _

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid, Refusal
from eventflow.events import tiers
from eventflow.events.models import Event, Tier
from eventflow.events.tiers import EarlyPrice
from eventflow.money import MAX_AMOUNT, MAX_PRICE

LEAST_PERCENT, MOST_PERCENT = Decimal(-100), Decimal(1000)


@dataclass(frozen=True, slots=True)
class Change:
    """By `percent`, or by an `amount` of minor units; either may be less than nothing.

    `step`: prices are rounded to whole ones of these minor units, half up.
    """

    percent: Decimal | None = None
    amount: int = 0
    step: int = 1

    def of(self, price: int) -> int:
        """The new price. What is free stays free when it is changed by percent."""
        exact = Decimal(price)
        exact = (
            exact * (100 + self.percent) / 100 if self.percent is not None else exact + self.amount
        )
        steps = (exact / self.step).quantize(Decimal(1), ROUND_HALF_UP)
        return max(0, min(int(steps) * self.step, MAX_AMOUNT))


@dataclass(frozen=True, slots=True)
class Line:
    """What would become of one price: a tier's own, or one that ends `until`."""

    tier: Tier
    old: int
    new: int
    until: datetime | None = None

    @property
    def key(self) -> str:
        """Which price it is, as a form names it."""
        return f"{self.tier.id}@{self.until.isoformat()}" if self.until else str(self.tier.id)


def check(change: Change) -> None:
    """Raises Invalid."""
    if change.percent is not None and not (
        change.percent.is_finite() and LEAST_PERCENT <= change.percent <= MOST_PERCENT
    ):
        raise Invalid({"by": _("From -100 to 1000 percent.")})
    if abs(change.amount) > MAX_AMOUNT:
        raise Invalid({"by": _("This amount is too large.")})
    if not 1 <= change.step <= MAX_AMOUNT:
        raise Invalid({"step": _("Choose what to round to.")})


def preview(event: Event, chosen: Collection[str], change: Change) -> list[Line]:
    """Each price of these tiers (by their ids), old and new."""
    check(change)
    found = [tier for tier in event.tiers if str(tier.id) in set(chosen)]
    if not found:
        raise Invalid({"tiers": _("Choose at least one tier.")})
    lines = list(_lines(found, change))
    if any(line.new > MAX_PRICE for line in lines):
        raise Invalid({"by": _("This amount is too large.")})
    return lines


def apply(
    event: Event,
    chosen: Collection[str],
    change: Change,
    *,
    shown: Mapping[str, int],
    at: datetime,
) -> int:
    """Change them all; answers how many prices that were. `shown`: old prices by their keys."""
    lines = preview(event, chosen, change)
    by_tier: dict[Tier, list[Line]] = {}
    for line in lines:
        by_tier.setdefault(line.tier, []).append(line)
    if {line.key: line.old for line in lines} != dict(shown):
        raise Refusal(_("A price was changed meanwhile. Look at the new prices once more."))
    for tier, its in by_tier.items():
        own = next(line for line in its if line.until is None)
        steps = [EarlyPrice(line.new, line.until) for line in its if line.until is not None]
        if own.new != own.old:
            tiers.change(tier, {"price": own.new}, at=at)
        if any(line.new != line.old for line in its if line.until is not None):
            tiers.set_early_prices(tier, steps, at=at)
    changed = sum(line.new != line.old for line in lines)
    words = _("Changed %(num)s prices of %(title)s at once", num=changed, title=event.title)
    audit.record("tier.reprice", event, words, at=at)
    db.session.flush()
    return changed


def _lines(found: Collection[Tier], change: Change) -> Iterator[Line]:
    for tier in found:
        yield Line(tier, tier.price, change.of(tier.price))
        for step in tier.price_steps:
            yield Line(tier, step.price, change.of(step.price), step.until)
