"""The pencil: rows, tables and boxes with ids that count on, and ground for them to stand on.

Distances are centimetres; y grows towards the back of the house. Angles are measured from the
middle of the back, to the right of somebody on the stage's side of the drawing.
"""

from collections.abc import Sequence
from itertools import count
from math import cos, pi, sin
from typing import Any

Drawing = dict[str, Any]
Point = tuple[float, float]

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without I and O, which are read as numbers."""


class Pencil:
    """Draws what has chairs, and counts the ids on."""

    def __init__(self) -> None:
        self._rows, self._seats, self._shapes = count(1), count(1), count(1)

    def row(
        self, label: str, spots: Sequence[Point], *, kind: str = "row", **facts: Any
    ) -> dict[str, Any]:
        """Chairs at these spots, numbered from 1 in the order of sitting."""
        seats = [
            {"id": f"k{next(self._seats)}", "number": str(n), "x": round(x, 1), "y": round(y, 1)}
            for n, (x, y) in enumerate(spots, start=1)
        ]
        return {"id": f"r{next(self._rows)}", "label": label, "kind": kind, **facts, "seats": seats}

    def parts(self, label: str, parts: Sequence[Sequence[Point]]) -> dict[str, Any]:
        """One row in several parts, with an aisle after each but the last."""
        row = self.row(label, [spot for part in parts for spot in part])
        end = 0
        for part in parts[:-1]:
            end += len(part)
            row["seats"][end - 1]["aisle"] = True
        return row

    def round_table(
        self, label: str, x: float, y: float, seats: int, *, whole: bool = False
    ) -> dict[str, Any]:
        """A round table with its chairs around it, the first one facing away from the stage."""
        top = 26 + 15 * seats
        away = top / 2 + 32
        around = [polar((x, y), away, 2 * pi * (n + 0.5) / seats) for n in range(seats)]
        # The format names a table by its middle.
        table = {"shape": "round", "x": x, "y": y, "width": top, "height": top, "rotation": 0}
        return self.row(label, around, kind="table", whole=whole, table=table)

    def shape(
        self,
        kind: str,
        left: float = 0,
        top: float = 0,
        width: float = 0,
        height: float = 0,
        **facts: Any,
    ) -> dict[str, Any]:
        box = {"x": left, "y": top, "width": width, "height": height}
        return {"id": f"h{next(self._shapes)}", "kind": kind, **box, **facts}


def polar(centre: Point, radius: float, angle: float) -> Point:
    """So far from the centre, at an angle from straight back."""
    return centre[0] + radius * sin(angle), centre[1] + radius * cos(angle)


def fan(centre: Point, inner: float, outer: float, left: float, right: float) -> list[list[float]]:
    """The outline of a piece of a ring."""
    steps = max(4, round(abs(right - left) / 0.06))
    turns = [left + (right - left) * n / steps for n in range(steps + 1)]
    edge = [polar(centre, outer, turn) for turn in turns]
    edge += [polar(centre, inner, turn) for turn in reversed(turns)]
    return outline(edge)


def outline(points: Sequence[Point]) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in points]


def stage(apron: Sequence[Point], back: float) -> list[list[float]]:
    """A stage with this edge, from right to left or back, and a straight wall behind it.

    As many corners on the wall as on the edge: its name is written in the middle of them all.
    """
    wall = [(x, back) for x, _y in reversed(apron)]
    return outline([*apron, *wall])


def seated(
    key: str, name: str, category: str, rows: list[dict[str, Any]], **facts: Any
) -> dict[str, Any]:
    """A section of chairs; `facts` are its floor, its rake, its note, its outline."""
    return {"id": key, "name": name, "kind": "seated", "category": category, "rows": rows, **facts}


def standing(
    key: str, name: str, category: str, capacity: int, ground: list[list[float]], **facts: Any
) -> dict[str, Any]:
    kind = {"kind": "standing", "capacity": capacity, "outline": ground, "rows": []}
    return {"id": key, "name": name, "category": category, **kind, **facts}
