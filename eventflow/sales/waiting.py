"""Who waits for places: those who were refused some within the last hour.

Told in Redis, because the database is asked nothing more by those whom a rush turns away. It is a
courtesy, not a promise: without Redis nobody is known to wait. Whoever only looks at a page that
says "sold out" isn't counted, since that page is everybody's and asks nobody who they are.
"""

import time
from contextlib import suppress
from datetime import datetime, timedelta

import redis

from eventflow import queue
from eventflow.tenancy import current_tenant_id

KEPT = timedelta(hours=1)
"""As long as the longest hold lives."""
ENOUGH = 2
"""Buyers who are remembered: of two, one is somebody else."""
A_MOMENT = 1.0
"""Seconds in which a process tells of so many refusals of an event only."""

_told: dict[str, tuple[float, set[str]]] = {}


def note(slug: str, buyer: str, *, at: datetime) -> None:
    """This buyer ("" for one without a browser) was refused places at this event."""
    key, clock = _key(slug), time.monotonic()
    until, lately = _told.get(key, (0.0, set()))
    if clock < until and (buyer in lately or len(lately) >= ENOUGH):
        return
    if len(_told) > 5_000:
        _told.clear()
    _told[key] = (clock + A_MOMENT, lately | {buyer} if clock < until else {buyer})
    with suppress(redis.RedisError):
        link = queue.connection().pipeline()
        link.zadd(key, {buyer: at.timestamp()})
        link.zremrangebyrank(key, 0, -ENOUGH - 1)
        link.expire(key, KEPT)
        link.execute()


def others(slug: str, buyer: str, *, since: datetime) -> bool:
    """Whether anybody but this buyer was refused places at this event since then."""
    try:
        refused = queue.connection().zrangebyscore(_key(slug), since.timestamp(), "+inf")
    except redis.RedisError:
        return False
    return any(not one or one != buyer.encode() for one in refused)


def _key(slug: str) -> str:
    return f"refused:{current_tenant_id()}:{slug}"
