"""Wishes: what somebody asks for, seats by name or the best there are, and under which terms."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from eventflow.db import db
from eventflow.seating import presales, states
from eventflow.seating.best import Rules
from eventflow.seating.hall import Hall
from eventflow.tenancy import current_tenant_id


@dataclass(frozen=True, slots=True)
class Best:
    """So many of the best seats: of one tier, or of any up to a price."""

    quantity: int
    tier_id: uuid.UUID | None = None
    max_price: int | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and under which terms."""

    buyer: str = ""
    form_key: str | None = None
    hidden_too: bool = False
    """Also tiers that are not shown."""
    any_number: bool = False
    """As many as the box office likes, and not only what one person may have."""
    replaces: uuid.UUID | None = None
    """An earlier hold of the same buyer, whose seats may be kept: a hold that grows or shrinks."""
    code: str = ""
    """Opens the allocation it belongs to."""
    need: bool = False
    """Somebody in the party uses a wheelchair."""
    may_strand: bool = False
    """The rule of single seats is not for them: the box office said so."""
    keeps: frozenset[uuid.UUID] = frozenset()
    """Seats of the hold that is replaced that were not asked for anew: others join them."""


@dataclass(slots=True)
class Wish:
    hall: Hall
    slug: str
    seats: tuple[int, ...]
    best: tuple[Best, ...]
    others: dict[uuid.UUID, int]
    asker: Asker
    at: datetime
    singles: bool = False
    tiers: dict[int, frozenset[str]] = field(default_factory=dict)
    short: int = 0
    """Which of `best` there was nothing for."""

    @property
    def size(self) -> int:
        return len(self.seats) + sum(one.quantity for one in self.best)

    @property
    def named(self) -> tuple[int, ...]:
        """The seats that were asked for just now."""
        kept = {self.hall.position_of.get(str(seat)) for seat in self.asker.keeps}
        return tuple(position for position in self.seats if position not in kept)

    @property
    def rules(self) -> Rules:
        released = self.hall.is_released(self.at)
        return Rules(need=self.asker.need, released=released, singles=self.singles)

    def sees(self, now: bytes) -> bytes:
        """The states as this buyer may count on them: seats of the hold that is replaced are free,
        but for those that are kept, and so are those that the buyer's code opens."""
        if presale := presales.given(self.hall.event_id, self.asker.code):
            now = presale.opened(now)
        if self.asker.replaces is None or not self.asker.buyer:
            return now
        rows = db.session.execute(
            text("select position from seats where tenant_id = :tenant and hold_id = :hold"),
            {"tenant": current_tenant_id(), "hold": self.asker.replaces},
        ).scalars()
        own = bytearray(now)
        kept = set(self.seats) - set(self.named)
        for position in rows:
            if position < len(own) and own[position] == states.HELD and position not in kept:
                own[position] = states.FREE
        return bytes(own)
