"""Presence: who has a seat map open at this moment.

An editor that somebody can see says every few seconds that it is there, and once when it is left;
one that has said nothing for a while is gone. Redis alone keeps it: where that is away, nobody is
said to be there, and nothing else is different.
"""

import json
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import redis

from eventflow import queue

SEEN_FOR = 20
"""Seconds after which an editor that says nothing is taken to be closed."""
MOST = 50
"""Editors of one map that are remembered."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One open editor: whose, and which of their tabs."""

    person: str
    tab: str
    name: str


def say(map_id: uuid.UUID, visitor: Visitor, *, at: datetime) -> list[Visitor]:
    """Say that this editor is open, and hear which others are, the longest silent first."""
    key, own = _key(map_id), _written(visitor)
    try:
        with queue.without_waiting() as client:
            pipe = client.pipeline(transaction=False)
            pipe.zremrangebyscore(key, "-inf", f"({at.timestamp() - SEEN_FOR}")
            pipe.zadd(key, {own: at.timestamp()})
            pipe.zremrangebyrank(key, 0, -MOST - 1)
            pipe.zrange(key, 0, -1)
            pipe.expire(key, SEEN_FOR * 2)
            told: Iterable[bytes] = pipe.execute()[3]
    except redis.RedisError:
        return []
    visitors = [Visitor(*json.loads(one)) for one in told]
    return [one for one in visitors if (one.person, one.tab) != (visitor.person, visitor.tab)]


def leave(map_id: uuid.UUID, visitor: Visitor) -> None:
    """Say that this editor was closed."""
    with suppress(redis.RedisError), queue.without_waiting() as client:
        client.zrem(_key(map_id), _written(visitor))


def _key(map_id: uuid.UUID) -> str:
    return f"map-open:{map_id}"


def _written(visitor: Visitor) -> str:
    return json.dumps([visitor.person, visitor.tab, visitor.name])
