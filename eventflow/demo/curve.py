"""The curve: when people buy. Much at first, much before a price ends, little before breakfast."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

# One weight an hour: lunch, and the sofa after dinner.
HOURS = (2, 1, 1, 0, 0, 1, 2, 5, 8, 10, 11, 12, 15, 13, 10, 9, 9, 11, 13, 16, 19, 21, 14, 6)
WEEKDAYS = (1.0, 0.95, 1.0, 1.1, 1.25, 0.85, 0.9)


def moments(
    random: Random,
    count: int,
    first: datetime,
    last: datetime,
    zone: str,
    *,
    eager: float = 2.5,
    pushes: Mapping[int, float] | None = None,
) -> list[datetime]:
    """So many instants of buying from first to last, in order, on that clock.

    `eager` is how much more the first day sells than an ordinary one; `pushes` are days, counted
    from the first, on which something made people buy: a line-up, the end of an early price.
    """
    local = ZoneInfo(zone)
    start, end = first.astimezone(local).date(), last.astimezone(local).date()
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    weights = [_weight(random, n, day, eager, pushes or {}) for n, day in enumerate(days)]
    found: list[datetime] = []
    while len(found) < count:
        day = random.choices(days, weights)[0]
        hour = random.choices(range(24), HOURS)[0]
        clock = time(hour, random.randrange(60), random.randrange(60), random.randrange(10**6))
        at = datetime.combine(day, clock, local).astimezone(UTC)
        if first <= at <= last:
            found.append(at)
    return sorted(found)


def _weight(
    random: Random, number: int, day: date, eager: float, pushes: Mapping[int, float]
) -> float:
    base = 1 + eager * math.exp(-number / 2.5)
    # A push is felt for a day or two after.
    pushed = sum(size * 0.45 ** (number - n) for n, size in pushes.items() if number >= n)
    return (base + pushed) * WEEKDAYS[day.weekday()] * random.uniform(0.8, 1.2)
