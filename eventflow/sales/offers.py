"""Offers: each tier as a buyer sees it, with every fee in its price, and whether it can be had.

The promise kept here is that the first price a buyer sees is the price they pay: what is said is
what one ticket bought alone costs, by the same rule that the order is made with.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from eventflow.accounts.models import Tenant
from eventflow.events import code_kinds
from eventflow.events.models import Event, Tier
from eventflow.money import FeeRule, minor_digits, price_with_fees
from eventflow.sales.availability import TierLeft

FEW = 10
"""From here on we say how many are left."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One tier. Amounts are minor units: `price` the ticket's own, `total` with its fees."""

    id: str
    name: str
    description: str
    status: str
    available: int
    minimum: int
    maximum: int
    price: int
    total: int
    opens: datetime | None
    early_until: datetime | None
    """When this price ends by itself, and `later` takes its place."""
    later: int | None
    proof: str
    """What has to be shown at the door for this price."""
    needed: str
    """What its code asks of whoever comes: a phone, an ID; empty where paper is as good."""

    @property
    def fees(self) -> int:
        return self.total - self.price


@dataclass(frozen=True, slots=True)
class Offer:
    """What an event offers. `state`: on_sale, upcoming, sold_out, ended_sale (no tier is sold any
    more), or the event's own ended, cancelled, draft."""

    state: str
    currency: str
    rule: FeeRule
    tiers: tuple[Offered, ...]

    @property
    def digits(self) -> int:
        return minor_digits(self.currency)

    @property
    def once_per_order(self) -> int:
        """The part of each price that falls once, however many are bought."""
        has_prices = any(tier.price for tier in self.tiers)
        return self.rule.fixed if self.rule.mode == "passed_on" and has_prices else 0

    @property
    def lowest(self) -> int | None:
        """From how much one gets in: of the tiers that can be had, else of all."""
        open_ones = [tier.total for tier in self.tiers if tier.status == "on_sale"]
        return min(open_ones or [tier.total for tier in self.tiers], default=None)

    @property
    def has_one_price(self) -> bool:
        return len({tier.total for tier in self.tiers}) == 1

    @property
    def left(self) -> int | None:
        """How many of the last tickets there are, where they are few enough to be said."""
        most = max((tier.available for tier in self.tiers), default=0)
        only_one = len(self.tiers) == 1
        return most if self.state == "on_sale" and only_one and most <= FEW else None

    @property
    def opens(self) -> datetime | None:
        return min((tier.opens for tier in self.tiers if tier.opens), default=None)

    @property
    def most(self) -> int:
        """Up to how many one order may come to, for the words that are prepared."""
        return min(20, max(1, sum(tier.maximum for tier in self.tiers)))


def offer(event: Event, tenant: Tenant, left: Sequence[TierLeft], *, at: datetime) -> Offer:
    """What the event offers at this moment; `left` is what `availability` says."""
    rule = tenant.fee_rule(event.currency, event.fee_mode)
    known = {one.id: one for one in left}
    tiers = tuple(
        _offered(event, tier, known.get(str(tier.id)), rule, at=at)
        for tier in event.tiers
        if not tier.hidden
    )
    return Offer(_state(event, tiers, at), event.currency, rule, tiers)


def _offered(
    event: Event, tier: Tier, left: TierLeft | None, rule: FeeRule, *, at: datetime
) -> Offered:
    price = tier.price_at(at)
    step = next((step for step in tier.price_steps if at < step.until), None)
    following = tier.price_at(step.until) if step else None
    return Offered(
        id=str(tier.id),
        name=tier.name,
        description=tier.description,
        # A tier just added is not in an answer of a second ago; the next one has it.
        status=left.status if left else "upcoming",
        available=left.available if left else 0,
        minimum=tier.min_per_order,
        maximum=tier.max_per_order,
        price=price,
        total=price_with_fees(rule, price),
        opens=tier.sale_start if tier.sale_start and at < tier.sale_start else None,
        early_until=step.until if step else None,
        later=price_with_fees(rule, following) if following is not None else None,
        proof=tier.proof,
        needed=code_kinds.needed(event, tier.code_kind),
    )


def _state(event: Event, tiers: Sequence[Offered], at: datetime) -> str:
    status = event.status_at(at)
    if status != "published":
        return status
    statuses = {tier.status for tier in tiers}
    for state in ("on_sale", "upcoming", "sold_out"):
        if state in statuses:
            return state
    return "ended_sale" if tiers else "upcoming"
