"""Spots: two seats of a map that stand where only one can.

A file that draws such a pair is refused, since it is a slip of who made it, and a buyer could press
but one of the two. While somebody draws it may be so for a while: the editor says it, and saves.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from eventflow.seating.drawing import Drawing
from eventflow.seating.models import seat_name

NEAR = 0.5
"""Centimetres. No two chairs of a real hall are drawn so near to each other, not even those of a
balcony above the stalls, but for a slip."""

Who = TypeVar("Who")


class Spots(Generic[Who]):
    """Where seats stand already, and whose."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, Who]]] = {}

    def take(self, x: float, y: float, who: Who) -> Who | None:
        """Who stands there already; if nobody does, this one does from now on."""
        column, line = math.floor(x / NEAR), math.floor(y / NEAR)
        for across in _STEPS:
            for down in _STEPS:
                for found in self._cells.get((column + across, line + down), ()):
                    if math.dist(found[:2], (x, y)) < NEAR:
                        return found[2]
        self._cells.setdefault((column, line), []).append((x, y, who))
        return None


_STEPS = (0, -1, 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A seat: where it is in the drawing, and what it is called."""

    path: str
    label: str


def shared(drawing: Drawing) -> Iterator[tuple[Spot, Spot]]:
    """Each seat that stands where one before it stands, with that one."""
    spots: Spots[tuple[int, int, int]] = Spots()
    for s, section in enumerate(drawing["sections"]):
        for r, row in enumerate(section["rows"]):
            for k, seat in enumerate(row["seats"]):
                if first := spots.take(seat["x"], seat["y"], (s, r, k)):
                    yield _spot(drawing, s, r, k), _spot(drawing, *first)


def _spot(drawing: Drawing, s: int, r: int, k: int) -> Spot:
    section = drawing["sections"][s]
    row = section["rows"][r]
    name = seat_name(row["kind"], row["label"], row["seats"][k]["number"])
    return Spot(f"sections.{s}.rows.{r}.seats.{k}", f"{section['name']} {name}")
