"""Filling a hall as it fills by itself: the best seats first, in pairs and families, and nobody
ever leaves a single seat behind."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from random import Random

from eventflow.db import db
from eventflow.demo import curve, rush
from eventflow.demo.box_office import BoxOffice
from eventflow.demo.rush import Sale
from eventflow.events import drafting
from eventflow.sales.holds import HeldSeat
from eventflow.seating import hall as halls
from eventflow.seating import states
from eventflow.seating.hall import Hall, HallRow

SIZES, LIKELY = (2, 3, 4, 1, 5, 6), (52, 13, 21, 6, 4, 4)

Group = tuple[int, ...]
"""Positions of chairs that are bought together."""


def fill(
    box: BoxOffice,
    slug: str,
    share: float,
    *,
    first: datetime,
    last: datetime,
    standing: Mapping[str, int] | None = None,
) -> int:
    """Sell about this share of the chairs, and so many places to stand, in batches."""
    event_id = drafting.find(slug).id
    hall = halls.of(event_id)
    assert hall is not None
    free = states.ask(event_id, at=box.at).states
    names = {str(tier.id): tier.name for tier in drafting.find(slug).tiers}
    db.session.rollback()
    baskets: list[tuple[Group, dict[str, int]]]
    baskets = [(group, {}) for group in _groups(hall, free, share, box.random)]
    baskets += [((), {name: n}) for name, n in _parties(box.random, standing or {})]
    # Those who come early sit best; who stands comes at any time.
    worst = max(hall.scores)
    order = sorted(baskets, key=lambda one: _patience(hall, one[0], worst, box.random))
    when = curve.moments(box.random, len(order), first, last, box.look.zone, eager=1.5)
    return rush.sell(
        box,
        slug,
        (_sale(box, hall, names, at, *one) for at, one in zip(when, order, strict=True)),
    )


def _sale(
    box: BoxOffice,
    hall: Hall,
    names: Mapping[str, str],
    at: datetime,
    group: Group,
    basket: Mapping[str, int],
) -> Sale:
    seats, wanted = [], dict(basket)
    for position in group:
        tier = hall.tiers[position]
        assert tier is not None
        seats.append(
            HeldSeat(uuid.UUID(hall.ids[position]), uuid.UUID(tier), hall.labels[position])
        )
        wanted[names[tier]] = wanted.get(names[tier], 0) + 1
    buyer = box.audience.somebody()
    others = (box.audience.companion(buyer) for _n in range(1, sum(wanted.values())))
    return Sale(at, buyer, wanted, [buyer.name, *others], seats)


def _groups(hall: Hall, free: bytes, share: float, random: Random) -> Iterator[Group]:
    """Who sits where. Good runs are nearly full, poor ones nearly empty; tables as they come."""
    parts = list(_parts(hall, free))
    ranked = sorted(parts, key=lambda part: hall.score(part) / len(part))
    seats = sum(len(part) for part in ranked)
    before = 0
    for part in ranked:
        # From nearly everything in the best seats to next to nothing in the worst.
        good = 1 - before / seats
        before += len(part)
        fullness = min(0.97, max(0.02, share * 2 * good**1.1 + random.uniform(-0.14, 0.14)))
        row = hall.rows[hall.row_of[part[0]]]
        if row.whole:
            if random.random() < max(share, fullness):
                yield part
        else:
            yield from _along(part, row, fullness, random)


def _parts(hall: Hall, free: bytes) -> Iterator[Group]:
    """Free plain chairs next to each other."""
    for run in hall.runs:
        part: list[int] = []
        for position in range(run.start, run.end):
            if free[position] == states.FREE and hall.kinds[position] == "standard":
                part.append(position)
            elif part:
                yield tuple(part)
                part = []
        if part:
            yield tuple(part)


def _along(part: Group, row: HallRow, fullness: float, random: Random) -> Iterator[Group]:
    """Groups along a run, with free chairs between them: two or more, or none."""
    alone = 2 if row.kind == "row" else 1
    at, end = 0, len(part)
    if random.random() > fullness * 2.2:
        return
    if random.random() > fullness and end > 3 * alone:
        at = random.randint(alone, max(alone, end // 3))
    while at < end:
        size = min(random.choices(SIZES, LIKELY)[0], end - at)
        if end - at - size < alone:
            size = end - at
        yield part[at : at + size]
        at += size
        if random.random() > fullness:
            gap = random.randint(alone, alone + round(8 * (1 - fullness)))
            at = end if end - at - gap < 1 else at + gap


def _parties(random: Random, standing: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for name, count in standing.items():
        left = count
        while left:
            size = min(left, random.choices(SIZES, LIKELY)[0])
            left -= size
            yield name, size


def _patience(hall: Hall, group: Sequence[int], worst: float, random: Random) -> float:
    """How late they buy, from 0 to 1."""
    if not group:
        return random.random()
    return hall.score(group) / len(group) / worst * 0.7 + random.random() * 0.3
