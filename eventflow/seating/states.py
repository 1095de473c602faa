"""What is free: one letter a chair, asked of the database once a second however many look.

The promise kept here is that a browser learns of other people's choices within seconds, for a few
hundred bytes: each reading has a version, and what changed between two versions is remembered for a
while. The process that reads leaves its reading in Redis for the others. Without Redis, each
reads for itself. Nobody decides by this: `place_seats` looks for itself.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import redis
from sqlalchemy import text

from eventflow import queue
from eventflow.db import db
from eventflow.tenancy import current_tenant_id

FRESH = 0.35
"""Seconds that a process trusts what it read last."""
SHARED = 1.0
"""Seconds that processes trust each other's reading."""
PATIENCE = 0.25
"""Seconds that one thread waits for what another is asking."""
REMEMBERED = 180
"""Readings that a browser may be behind before it is told everything."""

FREE, HELD, SOLD, BLOCKED = b"fhsb"
NAMES = {"f": "free", "h": "held", "s": "sold", "b": "blocked"}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of every chair at one moment, a letter by position: f, h, s or b."""

    version: int
    states: bytes
    seating: int
    """The version of the seating that the positions are of."""

    def name(self, position: int) -> str:
        """free, held, sold or blocked."""
        return NAMES[chr(self.states[position])]


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed up to a version: (position, letter)."""

    version: int
    changes: tuple[tuple[int, str], ...]


# Memberships and not joins: each is one hash table, whatever the planner knows of the tables yet.
_QUERY = text(
    """
    select (select version from seatings
             where tenant_id = :tenant and event_id = :event) as seating,
           coalesce(string_agg(
             case when s.id in (select t.seat_id from tickets t
                                 where t.tenant_id = :tenant and t.event_id = :event
                                   and t.status = 'valid' and t.seat_id is not null) then 's'
                  when s.hold_id in (select h.id from holds h
                                      where h.tenant_id = :tenant and h.event_id = :event
                                        and h.status = 'live' and h.expires_at > :at) then 'h'
                  when s.tier_id is null or s.allocation_id is not null then 'b' else 'f' end,
             '' order by s.position), '') as states
      from seats s
     where s.tenant_id = :tenant and s.event_id = :event
    """
)

_read: dict[uuid.UUID, tuple[float, Snapshot]] = {}
_past: dict[uuid.UUID, list[Snapshot]] = {}
_noted: dict[uuid.UUID, set[int]] = {}
_asking: dict[uuid.UUID, threading.Lock] = {}


def of(event_id: uuid.UUID, *, at: datetime) -> Snapshot:
    """The state of every chair, at most two seconds old."""
    kept = _read.get(event_id)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    lock = _asking.setdefault(event_id, threading.Lock())
    # While somebody else is asking, what we know serves a moment longer; old news never does.
    young = kept is not None and time.monotonic() < kept[0] + 0.2
    # Nobody waits long: whoever asks may be waiting for a connection that one of us has.
    if not lock.acquire(timeout=0 if young else PATIENCE):
        return kept[1] if kept and young else _alone(event_id, at=at)
    try:
        kept = _read.get(event_id)
        if kept and time.monotonic() < kept[0]:
            return kept[1]
        snapshot = _shared(event_id, at=at)
        if len(_read) > 500:
            clear()
        _keep(event_id, snapshot)
        return snapshot
    finally:
        lock.release()


def _alone(event_id: uuid.UUID, *, at: datetime) -> Snapshot:
    """For whoever can't wait for the others: the last reading if there is one, or their own."""
    kept = _read.get(event_id)
    return kept[1] if kept else _shared(event_id, at=at)


def guess(event_id: uuid.UUID, *, at: datetime) -> bytes:
    """The states with what this process has taken since it read them: where to try first."""
    states = of(event_id, at=at).states
    if noted := _noted.get(event_id):
        changed = bytearray(states)
        for position in list(noted):
            if position < len(changed):
                changed[position] = HELD
        return bytes(changed)
    return states


def note_held(event_id: uuid.UUID, positions: Iterable[int]) -> None:
    """These were taken just now; for `guess`, until the next reading."""
    _noted.setdefault(event_id, set()).update(positions)


def ask(event_id: uuid.UUID, *, at: datetime) -> Snapshot:
    """The same, straight from the database, for those about to decide. It has no version."""
    row = db.session.execute(
        _QUERY, {"tenant": current_tenant_id(), "event": event_id, "at": at}
    ).one()
    return Snapshot(0, row.states.encode(), row.seating or 0)


def changes(event_id: uuid.UUID, since: int, *, at: datetime) -> Delta | None:
    """What changed since a version; None if that is too long ago, or the hall is another one."""
    now = of(event_id, at=at)
    if now.version == since:
        return Delta(since, ())
    before = next((one for one in _past.get(event_id, ()) if one.version == since), None)
    if before is None:
        before = _remembered(event_id, since)
    if before is None or before.seating != now.seating or len(before.states) != len(now.states):
        return None
    return Delta(now.version, difference(before.states, now.states))


def difference(before: bytes, after: bytes) -> tuple[tuple[int, str], ...]:
    """(position, new letter) wherever two readings of one hall differ."""
    if before == after:
        return ()
    return tuple(
        (position, chr(new))
        for position, (old, new) in enumerate(zip(before, after, strict=True))
        if old != new
    )


def forget(event_id: uuid.UUID) -> None:
    """Look afresh next time, in this process and the others."""
    _read.pop(event_id, None)
    with suppress(redis.RedisError):
        queue.connection().delete(_fresh_key(event_id))


def clear() -> None:
    """Forget everything, in this process."""
    _read.clear()
    _past.clear()
    _noted.clear()
    _asking.clear()


def _shared(event_id: uuid.UUID, *, at: datetime) -> Snapshot:
    last: Snapshot | None = None
    try:
        fresh, told = queue.connection().mget(_fresh_key(event_id), _key(event_id))
        last = _opened(told)
        if fresh and last:
            return last
    except redis.RedisError:
        last = _read[event_id][1] if event_id in _read else None
    read = ask(event_id, at=at)
    if last and (last.states, last.seating) == (read.states, read.seating):
        snapshot = last
    else:
        # A moment, so that versions of processes that can't hear each other are never the same
        # number for different readings of one process, and only grow.
        version = max(time.time_ns() // 1000, last.version + 1 if last else 0)
        snapshot = Snapshot(version, read.states, read.seating)
    with suppress(redis.RedisError):
        _leave(event_id, snapshot, new=snapshot is not last)
    return snapshot


def _leave(event_id: uuid.UUID, snapshot: Snapshot, *, new: bool) -> None:
    pipe = queue.connection().pipeline(transaction=False)
    if new:
        written = _closed(snapshot)
        pipe.set(_key(event_id), written, ex=3600)
        pipe.set(_past_key(event_id, snapshot.version), written, ex=REMEMBERED)
    pipe.set(_fresh_key(event_id), 1, px=int(SHARED * 1000))
    pipe.execute()


def _remembered(event_id: uuid.UUID, version: int) -> Snapshot | None:
    """A reading that another process told somebody of."""
    try:
        found = _opened(queue.connection().get(_past_key(event_id, version)))
    except redis.RedisError:
        return None
    if found:
        past = _past.setdefault(event_id, [])
        past.append(found)
        del past[:-REMEMBERED]
    return found


def _keep(event_id: uuid.UUID, snapshot: Snapshot) -> None:
    _read[event_id] = (time.monotonic() + FRESH, snapshot)
    _noted.pop(event_id, None)
    past = _past.setdefault(event_id, [])
    if not any(one.version == snapshot.version for one in past[-3:]):
        past.append(snapshot)
        del past[:-REMEMBERED]


def _closed(snapshot: Snapshot) -> str:
    return json.dumps([snapshot.version, snapshot.states.decode(), snapshot.seating])


def _opened(told: bytes | str | None) -> Snapshot | None:
    if not told:
        return None
    version, states, seating = json.loads(told)
    return Snapshot(version, states.encode(), seating)


def _key(event_id: uuid.UUID) -> str:
    return f"seats:{event_id}"


def _fresh_key(event_id: uuid.UUID) -> str:
    return f"seats:{event_id}:fresh"


def _past_key(event_id: uuid.UUID, version: int) -> str:
    return f"seats:{event_id}:{version}"
