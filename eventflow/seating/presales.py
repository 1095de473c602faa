"""Presales: seats that are kept back from everybody but whoever has the code of their allocation.

A code is good in capitals and small letters alike. It is shown to be by what it opens, and nothing
is decided here: `place_seats` compares it once more. What it opens is remembered for a second, as
all that many ask for at once.
"""

import time
import uuid
from dataclasses import dataclass, replace

from sqlalchemy import text

from eventflow.db import db
from eventflow.seating.states import BLOCKED, FREE, Delta, Snapshot
from eventflow.tenancy import current_tenant_id

REMEMBER = 1.0
MOST = 1_000
LONGEST = 40

_OPENED = text(
    """
    select s.position from allocations a
      left join seats s on s.allocation_id = a.id and s.tier_id is not null
     where a.tenant_id = :tenant and a.event_id = :event
       and a.code <> '' and lower(a.code) = lower(:code)
    """
)

_known: dict[tuple[uuid.UUID, str], tuple[float, frozenset[int] | None]] = {}


@dataclass(frozen=True, slots=True)
class Presale:
    """A code that somebody gave, and the positions of the seats it opens: none if it is wrong."""

    code: str
    positions: frozenset[int]
    is_known: bool
    """Whether the event has an allocation of this code, though it may have let its seats go."""

    def seen(self, snapshot: Snapshot) -> Snapshot:
        """How the seats stand for whoever has the code."""
        return replace(snapshot, states=self.opened(snapshot.states))

    def opened(self, states: bytes) -> bytes:
        if not self.positions:
            return states
        mine = bytearray(states)
        for position in self.positions:
            if position < len(mine) and mine[position] == BLOCKED:
                mine[position] = FREE
        return bytes(mine)

    def changed(self, delta: Delta) -> Delta:
        """What changed, for whoever has the code."""
        free = chr(FREE)
        changes = (
            (at, free if letter == chr(BLOCKED) and at in self.positions else letter)
            for at, letter in delta.changes
        )
        return replace(delta, changes=tuple(changes))


def given(event_id: uuid.UUID, code: str) -> Presale | None:
    """What this code opens; None where none was given."""
    code = " ".join(code.split())[:LONGEST]
    if not code:
        return None
    positions = _opened(event_id, code)
    return Presale(code, positions or frozenset(), positions is not None)


def _opened(event_id: uuid.UUID, code: str) -> frozenset[int] | None:
    """The positions; None where there is no such code."""
    until, positions = _known.get((event_id, code), (0.0, None))
    if time.monotonic() < until:
        return positions
    if len(_known) > MOST:
        _known.clear()
    asked = {"tenant": current_tenant_id(), "event": event_id, "code": code}
    rows = db.session.execute(_OPENED, asked).scalars().all()
    positions = frozenset(one for one in rows if one is not None) if rows else None
    _known[event_id, code] = (time.monotonic() + REMEMBER, positions)
    return positions
