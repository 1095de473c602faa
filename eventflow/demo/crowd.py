"""The crowd: strangers who buy alone, in pairs, in families, and when they do."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Any

from eventflow.db import db
from eventflow.demo import curve, rush
from eventflow.demo.box_office import BoxOffice
from eventflow.demo.rush import Sale
from eventflow.events import drafting

Basket = Mapping[str, int]
"""So many of each tier, by its name."""

SIZES, LIKELY = (1, 2, 3, 4, 5, 6), (22, 46, 12, 13, 4, 3)


def buys(box: BoxOffice, slug: str, basket: Basket, **when: Any) -> None:
    """Sell it to them in batches; see `sales` for when."""
    rush.sell(box, slug, sales(box, slug, basket, **when))


def sales(
    box: BoxOffice,
    slug: str,
    basket: Basket,
    *,
    first: datetime,
    last: datetime,
    eager: float = 1.5,
    pushes: Mapping[int, float] | None = None,
    with_: str = "",
) -> list[Sale]:
    """So many of each tier, between these moments, in order. `eager` and `pushes` are what the
    curve makes of them; `with_` is a tier that goes with another, as children do."""
    most = {tier.name: tier.max_per_order for tier in drafting.find(slug).tiers}
    db.session.rollback()
    groups = list(_groups(box.random, basket, most, with_))
    when = curve.moments(
        box.random, len(groups), first, last, box.look.zone, eager=eager, pushes=pushes
    )
    return [_sale(box, at, group) for at, group in zip(when, groups, strict=True)]


def _sale(box: BoxOffice, at: datetime, basket: Basket) -> Sale:
    buyer = box.audience.somebody()
    others = (box.audience.companion(buyer) for _n in range(1, sum(basket.values())))
    return Sale(at, buyer, basket, [buyer.name, *others])


def _groups(random: Random, basket: Basket, most: Basket, with_: str) -> Iterator[dict[str, int]]:
    left = dict(basket)
    others = left.pop(with_, 0)
    while any(left.values()):
        tier = random.choices(list(left), list(left.values()))[0]
        group = {tier: min(left[tier], most[tier], random.choices(SIZES, LIKELY)[0])}
        left[tier] -= group[tier]
        if others and group[tier] > 1 and random.random() < 0.3:
            group[with_] = min(others, most[with_], random.choices((1, 2, 3), (5, 5, 1))[0])
            others -= group[with_]
        yield group
    while others:
        # Who thought of the children only later.
        late = min(others, most[with_], 2)
        others -= late
        yield {with_: late}
