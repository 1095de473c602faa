"""What is left of each tier: asked of the database once a second and event, however many look.

One query a second is kept across processes: the process that asks leaves the answer in Redis
for the others, and each keeps what it read for a moment. When Redis is away, each process asks for
itself, some three times a second. An answer is at most two seconds old.
"""

import json
import threading
import time
import uuid
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import redis
from sqlalchemy import text

from eventflow import queue
from eventflow.db import db

FRESH = 0.35
"""Seconds that a process trusts what it read last."""
SHARED = 1.0
"""Seconds that processes trust each other's reading."""
PATIENCE = 0.25
"""Seconds that one thread waits for what another is asking."""


@dataclass(frozen=True, slots=True)
class TierLeft:
    """One tier as buyers see it: `status` is on_sale, sold_out, upcoming or ended."""

    id: str
    name: str
    status: str
    available: int
    hidden: bool


_QUERY = text(
    """
    with lapsed as (
      select ts.stock_id, sum(l.quantity) as n
        from holds h
        join hold_lines l on l.hold_id = h.id
        join tier_stocks ts on ts.tier_id = l.tier_id
       where h.event_id = any(:events) and h.status = 'live' and h.expires_at <= :at
       group by ts.stock_id
    )
    select t.event_id, t.id::text, t.name, t.hidden, t.sale_start, t.sale_end,
           greatest(0, min(coalesce(s.capacity - s.sold - s.held + coalesce(lapsed.n, 0),
                                    2147483647)))::bigint as available,
           e.status as event_status, e.ends_at
      from tiers t
      join events e on e.id = t.event_id
      join tier_stocks ts on ts.tier_id = t.id
      join stocks s on s.id = ts.stock_id
      left join lapsed on lapsed.stock_id = s.id
     where t.event_id = any(:events)
       and (cast(:tenant as uuid) is null or t.tenant_id = :tenant)
     group by t.id, e.id
     order by t.event_id, t.position, t.id
    """
)

_read: dict[uuid.UUID, tuple[float, tuple[TierLeft, ...]]] = {}
_asking: dict[uuid.UUID, threading.Lock] = {}


def of(event_id: uuid.UUID, tenant_id: uuid.UUID, *, at: datetime) -> tuple[TierLeft, ...]:
    """What is left of every tier, hidden ones too, at most two seconds old."""
    kept = _read.get(event_id)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    lock = _asking.setdefault(event_id, threading.Lock())
    # While somebody else is asking, what we know serves a moment longer; old news never does.
    young = kept is not None and time.monotonic() < kept[0] + 0.2
    # Nobody waits long: whoever asks may be waiting for a connection that one of us has.
    if not lock.acquire(timeout=0 if young else PATIENCE):
        return kept[1] if kept and young else ask(event_id, tenant_id, at=at)
    try:
        kept = _read.get(event_id)
        if kept and time.monotonic() < kept[0]:
            return kept[1]
        left = _shared(event_id, tenant_id, at=at)
        if len(_read) > 5_000:
            _read.clear()
            _asking.clear()
        _read[event_id] = (time.monotonic() + FRESH, left)
        return left
    finally:
        lock.release()


def ask(event_id: uuid.UUID, tenant_id: uuid.UUID, *, at: datetime) -> tuple[TierLeft, ...]:
    """The same, straight from the database, for those about to decide something."""
    return ask_all([event_id], tenant_id, at=at)[event_id]


def ask_all(
    event_ids: Collection[uuid.UUID], tenant_id: uuid.UUID | None = None, *, at: datetime
) -> dict[uuid.UUID, tuple[TierLeft, ...]]:
    """The same for many events at once, for lists; of all tenants' if none is named."""
    found: dict[uuid.UUID, list[TierLeft]] = {event_id: [] for event_id in event_ids}
    asked = {"events": list(found), "tenant": tenant_id, "at": at}
    for row in db.session.execute(_QUERY, asked) if found else ():
        left = TierLeft(
            row.id,
            row.name,
            _status(row, at),
            0 if _is_over(row, at) else row.available,
            row.hidden,
        )
        found[row.event_id].append(left)
    return {event_id: tuple(tiers) for event_id, tiers in found.items()}


def forget(event_id: uuid.UUID) -> None:
    """Look afresh next time, in this process; for whoever just changed the tiers."""
    _read.pop(event_id, None)
    with suppress(redis.RedisError):
        queue.connection().delete(_key(event_id))


def _shared(event_id: uuid.UUID, tenant_id: uuid.UUID, *, at: datetime) -> tuple[TierLeft, ...]:
    key = _key(event_id)
    try:
        told = queue.connection().get(key)
        if told:
            return tuple(TierLeft(*row) for row in json.loads(told))
    except redis.RedisError:
        pass  # Then each process asks for itself.
    left = ask(event_id, tenant_id, at=at)
    rows: list[list[Any]] = [[t.id, t.name, t.status, t.available, t.hidden] for t in left]
    with suppress(redis.RedisError):
        queue.connection().set(key, json.dumps(rows), px=int(SHARED * 1000))
    return left


def _status(row: Any, at: datetime) -> str:
    if _is_over(row, at) or (row.sale_end and at >= row.sale_end):
        return "ended"
    if row.sale_start and at < row.sale_start:
        return "upcoming"
    return "on_sale" if row.available > 0 else "sold_out"


def _is_over(row: Any, at: datetime) -> bool:
    called_off = row.event_status in ("cancelled", "archived")
    return called_off or (row.ends_at is not None and at >= row.ends_at)


def _key(event_id: uuid.UUID) -> str:
    return f"availability:{event_id}"
