"""A hall: where an event's chairs stand, kept in memory for as long as nobody changes them.

Everything is an array by position, so that looking for places is arithmetic. What is free is not
here, but in `states.py`: a hall is the same for everybody, all evening.
"""

import math
import threading
import time
import uuid
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import text

from eventflow.db import db
from eventflow.seating import drawing as drawings
from eventflow.tenancy import current_tenant_id

FRESH = 1.0
"""Seconds that a process trusts the version it read last."""
PATIENCE = 2.0
"""Seconds that one thread waits for the hall that another is loading."""
MOST = 64
"""Halls that a process keeps."""

USUAL = 6
"""Parties up to this many are looked for so often that their windows are made at once."""

OFF_CENTRE = 0.25
"""A chair counts as this much of its distance from the centre line farther away."""

NOTED = 10_000
"""A chair with a note, such as a restricted view, counts as so many centimetres farther away: few
halls are so deep that anything clear would come after it."""


@dataclass(frozen=True, slots=True)
class Run:
    """Chairs that sit next to each other: a row, or the part of it between two aisles."""

    row: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HallRow:
    """A row, table or booth: its chairs are start … end - 1."""

    key: str
    label: str
    kind: str
    whole: bool
    section_key: str
    section: str
    start: int
    end: int


@dataclass(frozen=True)
class Hall:
    """The chairs of one event, by position."""

    event_id: uuid.UUID
    version: int
    no_single_seats: bool
    most_seats: int
    ids: Sequence[str]
    keys: Sequence[str]
    numbers: Sequence[str]
    labels: Sequence[str]
    xs: Sequence[float]
    ys: Sequence[float]
    tiers: Sequence[str | None]
    categories: Sequence[str]
    kinds: Sequence[str]
    notes: Sequence[str]
    aisles: Sequence[bool]
    """Whether an aisle follows."""
    row_of: Sequence[int]
    """Which of `rows` the chair is in."""
    rows: Sequence[HallRow]
    scores: Sequence[float]
    """How far from what everybody looks at, in centimetres, what counts as that included; less is
    better."""
    accessible_release_at: datetime | None = None
    """From when accessible and companion places are sold to anybody."""
    masks: dict[Any, bytes] = field(default_factory=dict, repr=False)
    """What `best.py` worked out once for all: which chairs come into question for whom."""
    _windows: dict[int, "array[int]"] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def position_of(self) -> dict[str, int]:
        """By the seat's id."""
        return {seat_id: position for position, seat_id in enumerate(self.ids)}

    @cached_property
    def runs(self) -> list[Run]:
        runs = []
        for number, row in enumerate(self.rows):
            start = row.start
            for position in range(row.start, row.end):
                if self.aisles[position] or position == row.end - 1:
                    runs.append(Run(number, start, position + 1))
                    start = position + 1
        return runs

    @cached_property
    def run_starts(self) -> list[int]:
        return [run.start for run in self.runs]

    @cached_property
    def seated_tiers(self) -> frozenset[str]:
        """Tiers that are sold by seat."""
        return frozenset(tier for tier in self.tiers if tier)

    @cached_property
    def counts(self) -> bytes:
        """1 where a chair counts for the rule of single seats: a plain one, in a row."""
        return bytes(
            kind == "standard" and self.rows[row].kind == "row"
            for kind, row in zip(self.kinds, self.row_of, strict=True)
        )

    def is_released(self, at: datetime) -> bool:
        """Whether accessible and companion places are sold to anybody by now."""
        return self.accessible_release_at is not None and self.accessible_release_at <= at

    def run_at(self, position: int) -> Run:
        return self.runs[bisect_right(self.run_starts, position) - 1]

    def score(self, positions: Sequence[int]) -> float:
        """How good these chairs are together; less is better."""
        return sum(self.scores[position] for position in positions)

    def windows(self, size: int) -> "array[int]":
        """The first positions of every so many neighbours in one run, the best first."""
        ordered = self._windows.get(size)
        if ordered is None:
            found = []
            for run in self.runs:
                if run.end - run.start < size:
                    continue
                total = sum(self.scores[run.start : run.start + size])
                found.append((total, run.start))
                for first in range(run.start + 1, run.end - size + 1):
                    total += self.scores[first + size - 1] - self.scores[first - 1]
                    found.append((total, first))
            found.sort()
            # Kept as bare numbers: a large hall has twenty thousand of each size.
            ordered = self._windows[size] = array("I", (first for _total, first in found))
        return ordered

    def runs_within(self, start: int, end: int) -> list[Run]:
        """The runs that begin within these positions, in their order."""
        return self.runs[bisect_left(self.run_starts, start) : bisect_left(self.run_starts, end)]

    def firsts(self, size: int, where: range) -> list[int]:
        """Where so many neighbours in one run begin, within these positions, in their order."""
        return [
            first
            for run in self.runs_within(where.start, where.stop)
            for first in range(run.start, run.end - size + 1)
        ]

    @cached_property
    def sections(self) -> dict[str, range]:
        """The positions of each section's chairs, by its key."""
        found: dict[str, range] = {}
        for row in self.rows:
            before = found.get(row.section_key)
            found[row.section_key] = range(before.start if before else row.start, row.end)
        return found

    def centre(self, positions: Sequence[int]) -> tuple[float, float]:
        count = len(positions)
        return (
            sum(self.xs[position] for position in positions) / count,
            sum(self.ys[position] for position in positions) / count,
        )


_halls: dict[tuple[uuid.UUID, int], Hall] = {}
_versions: dict[tuple[uuid.UUID, object], tuple[float, Any]] = {}
_loading = threading.Lock()


def of(event_id: uuid.UUID) -> Hall | None:
    """The event's hall as it is, at most a second old; None if it has no seats."""
    return _hall("event_id", event_id)


def of_slug(slug: str) -> Hall | None:
    """The same, for those who know the event by its address."""
    return _hall("slug", slug)


def forget(event_id: uuid.UUID) -> None:
    """Look afresh next time, in this process; for whoever just changed the seating."""
    # By address and by id: few are known at a time, and asking again costs one small query.
    _versions.clear()


def clear() -> None:
    """Forget everything, in this process."""
    _versions.clear()
    _halls.clear()


def build(
    *,
    event_id: uuid.UUID,
    version: int,
    focal: tuple[float, float],
    seats: Sequence[Any],
    no_single_seats: bool = True,
    most_seats: int = 10,
    accessible_release_at: datetime | None = None,
) -> Hall:
    """A hall of rows as `_SEATS` reads them, in order of position."""
    rows = _rows(seats)
    x0, y0 = focal
    return Hall(
        event_id=event_id,
        version=version,
        no_single_seats=no_single_seats,
        most_seats=most_seats,
        accessible_release_at=accessible_release_at,
        ids=[seat.id for seat in seats],
        keys=[seat.key for seat in seats],
        numbers=[seat.number for seat in seats],
        labels=[seat.label for seat in seats],
        xs=[seat.x for seat in seats],
        ys=[seat.y for seat in seats],
        tiers=[seat.tier_id for seat in seats],
        categories=[seat.category for seat in seats],
        kinds=[seat.kind for seat in seats],
        notes=[seat.note for seat in seats],
        aisles=[seat.aisle_after for seat in seats],
        row_of=[number for number, row in enumerate(rows) for _seat in range(row.start, row.end)],
        rows=rows,
        scores=[
            math.hypot(seat.x - x0, seat.y - y0)
            + OFF_CENTRE * abs(seat.x - x0)
            + (NOTED if seat.note else 0)
            for seat in seats
        ],
    )


def _rows(seats: Sequence[Any]) -> list[HallRow]:
    """The rows, tables and booths, of which chairs that follow each other have the same key."""
    rows, start = [], 0
    for _key, chairs in groupby(seats, key=lambda seat: seat.row_key):
        its = list(chairs)
        first, end = its[0], start + len(its)
        rows.append(
            HallRow(
                first.row_key,
                first.row_label,
                first.row_kind,
                first.whole,
                first.section_key,
                first.section,
                start,
                end,
            )
        )
        start = end
    return rows


_VERSION = text(
    """
    select g.event_id, g.version from seatings g join events e on e.id = g.event_id
     where g.tenant_id = :tenant
       and (e.id = cast(:event_id as uuid) or e.slug = cast(:slug as text))
    """
)

_SEATING = text(
    """
    select version, no_single_seats, most_seats, accessible_release_at,
           drawing #> '{focal}' as focal, drawing #> '{width}' as width
      from seatings where tenant_id = :tenant and event_id = :event
    """
)

_SEATS = text(
    """
    select s.id::text, s.key, s.number, s.x, s.y, s.tier_id::text, s.category, s.kind, s.note,
           s.aisle_after, r.key as row_key, r.label as row_label, r.kind as row_kind, r.whole,
           r.section_key, r.section, seat_label(r.section, r.kind, r.label, s.number) as label
      from seats s join seat_rows r on r.id = s.seat_row_id
     where s.tenant_id = :tenant and s.event_id = :event
     order by s.position
    """
)


def _hall(name: str, value: object) -> Hall | None:
    tenant_id = current_tenant_id()
    kept = _versions.get((tenant_id, value))
    if kept is None or time.monotonic() > kept[0]:
        asked = {"tenant": tenant_id, "event_id": None, "slug": None, name: value}
        row = db.session.execute(_VERSION, asked).first()
        if len(_versions) > 5_000:
            _versions.clear()
        kept = (time.monotonic() + FRESH, (row.event_id, row.version) if row else None)
        _versions[tenant_id, value] = kept
    if kept[1] is None:
        return None
    hall = _halls.get(kept[1])
    return hall or _load(tenant_id, *kept[1])


def _load(tenant_id: uuid.UUID, event_id: uuid.UUID, version: int) -> Hall | None:
    # One at a time: a hall of 20,000 takes a moment, and everybody wants the same one. But nobody
    # waits long: whoever loads it may be waiting for a connection that one of us has.
    has_turn = _loading.acquire(timeout=PATIENCE)
    try:
        return _halls.get((event_id, version)) or _read(tenant_id, event_id)
    finally:
        if has_turn:
            _loading.release()


def _read(tenant_id: uuid.UUID, event_id: uuid.UUID) -> Hall | None:
    asked = {"tenant": tenant_id, "event": event_id}
    seating = db.session.execute(_SEATING, asked).first()
    if seating is None:
        return None
    seats = db.session.execute(_SEATS, asked).all()
    middle = {"focal": seating.focal, "sections": ()}
    if not seating.focal:
        xs, ys = [seat.x for seat in seats] or [0.0], [seat.y for seat in seats] or [0.0]
        middle["focal"] = [(min(xs) + max(xs)) / 2, min(ys) - drawings.MARGIN]
    hall = build(
        event_id=event_id,
        version=seating.version,
        focal=drawings.focal(middle),
        seats=seats,
        no_single_seats=seating.no_single_seats,
        most_seats=seating.most_seats,
        accessible_release_at=seating.accessible_release_at,
    )
    for size in range(1, USUAL + 1):
        hall.windows(size)
    for stale in [key for key in _halls if key[0] == event_id and key[1] < hall.version]:
        del _halls[stale]
    while len(_halls) >= MOST:
        del _halls[next(iter(_halls))]
    _halls[event_id, hall.version] = hall
    return hall
