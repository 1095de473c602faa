"""The arena: 18,000 places. A floor to stand on, and two rings of blocks around three sides."""

from collections.abc import Iterator
from math import cos, pi, sin
from typing import Any

from eventflow.demo.halls.pencil import (
    LETTERS,
    Drawing,
    Pencil,
    Point,
    outline,
    seated,
    stage,
    standing,
)

PLACES = 18_000
MIDDLE: Point = (6200.0, 6600.0)
HALF_WIDE, HALF_LONG, CORNER = 1900.0, 3500.0, 1300.0
"""The floor: a rectangle with round corners. Each row goes around it, a little farther out."""
SEAT, AISLE = 54.0, 120.0
LOWER_FROM, LOWER_ROWS = 240.0, 15
UPPER_FROM, UPPER_ROWS = 1960.0, 18
APART = 84.0

FRONT, FLOOR, SIDE, LOWER, UPPER = "in-front", "on-floor", "beside", "lower", "upper"


def draw() -> Drawing:
    pencil = Pencil()
    lower = list(_ring(pencil, 100, LOWER_FROM, LOWER_ROWS, corner_blocks=2))
    upper = list(_ring(pencil, 200, UPPER_FROM, UPPER_ROWS, corner_blocks=3))
    seats = sum(len(row["seats"]) for one in lower + upper for row in one["rows"])
    return {
        "format": 1,
        "width": MIDDLE[0] * 2,
        "height": 13_400,
        "focal": [MIDDLE[0], 4000],
        "categories": [
            {"id": FRONT, "name": "Front of stage, standing", "colour": "#b23a6b"},
            {"id": FLOOR, "name": "Floor, standing", "colour": "#d0792a"},
            {"id": LOWER, "name": "Lower ring", "colour": "#6a4fa3"},
            {"id": SIDE, "name": "Lower ring, beside the stage", "colour": "#4d8f86"},
            {"id": UPPER, "name": "Upper ring", "colour": "#3f6fb0"},
        ],
        "sections": [*_floor(PLACES - seats), *lower, *upper],
        "shapes": _shapes(pencil),
    }


def _ring(
    pencil: Pencil, first: int, start: float, rows: int, *, corner_blocks: int
) -> Iterator[dict[str, Any]]:
    """The blocks of one ring, clockwise from the left of the stage to its right."""
    for number, (side, begin, end) in enumerate(_blocks(corner_blocks), start=first + 1):
        drawn = [
            pencil.row(LETTERS[n], _across(side, begin, end, start + APART * n))
            for n in range(rows)
        ]
        is_lower = first == 100
        beside = side in ("right", "left") and (begin if side == "right" else end) < 0.3
        category = (SIDE if beside or "top" in side else LOWER) if is_lower else UPPER
        if side in ("right", "left"):
            # Level with the gangway: the last row of the straight blocks.
            back = drawn[-1]["seats"]
            for at, kind in enumerate(("accessible", "companion")):
                back[at]["kind"] = back[-1 - at]["kind"] = kind
        if "top" in side:
            for row in drawn:
                for seat in row["seats"]:
                    seat["note"] = "Restricted view: the stage from the side"
        yield seated(
            f"b{number}",
            str(number),
            category,
            drawn,
            floor=110 if is_lower else 900,
            rake=24 if is_lower else 38,
            outline=_ground(side, begin, end, start - 50, start + APART * (rows - 1) + 50),
        )


def _blocks(corner_blocks: int) -> Iterator[tuple[str, float, float]]:
    """(side, from, to): parts of the sides and corners, clockwise from the stage."""
    step = 1 / corner_blocks
    yield "top right", 1 - step, 1
    for n in range(4):
        yield "right", n / 4, (n + 1) / 4
    for n in range(corner_blocks):
        yield "bottom right", n * step, (n + 1) * step
    yield "bottom", 0, 1
    for n in range(corner_blocks):
        yield "bottom left", n * step, (n + 1) * step
    for n in range(4):
        yield "left", 1 - n / 4, 1 - (n + 1) / 4
    yield "top left", 0, step


def _at(side: str, part: float, out: float) -> Point:
    """Where one is after a part of a side or corner, so far out from the floor's edge.

    Sides to the right and left are measured from the stage's end, all else clockwise.
    """
    x, y = MIDDLE
    wide, long = HALF_WIDE - CORNER, HALF_LONG - CORNER
    match side:
        case "right":
            return x + HALF_WIDE + out, y - long + 2 * long * part
        case "left":
            return x - HALF_WIDE - out, y - long + 2 * long * part
        case "bottom":
            return x + wide - 2 * wide * part, y + HALF_LONG + out
    turns = {"top right": -0.5, "bottom right": 0, "bottom left": 0.5, "top left": 1}
    turn = (turns[side] + part / 2) * pi
    right, down = "right" in side, "bottom" in side
    return (
        x + (wide if right else -wide) + (CORNER + out) * cos(turn),
        y + (long if down else -long) + (CORNER + out) * sin(turn),
    )


def _long(side: str, begin: float, end: float, out: float) -> float:
    wide, long = HALF_WIDE - CORNER, HALF_LONG - CORNER
    whole = {"right": 2 * long, "left": 2 * long, "bottom": 2 * wide}
    return abs(end - begin) * whole.get(side, (CORNER + out) * pi / 2)


def _across(side: str, begin: float, end: float, out: float) -> list[Point]:
    """The chairs of one row of a block, half an aisle away from its neighbours."""
    length = _long(side, begin, end, out)
    fits = int((length - AISLE) // SEAT) + 1
    step = SEAT / length
    edge = (1 - step * (fits - 1)) / 2
    return [_at(side, begin + (end - begin) * (edge + step * n), out) for n in range(fits)]


def _ground(side: str, begin: float, end: float, inner: float, outer: float) -> list[list[float]]:
    def edge(out: float) -> list[Point]:
        spare = 26 / _long(side, begin, end, out)
        steps = 6 if " " in side else 1
        parts = [spare + (1 - 2 * spare) * n / steps for n in range(steps + 1)]
        return [_at(side, begin + (end - begin) * part, out) for part in parts]

    return outline([*edge(inner), *reversed(edge(outer))])


def _floor(places: int) -> list[dict[str, Any]]:
    """A pen in front of the stage, and the floor behind it as far as its round end."""
    x = MIDDLE[0]
    left, right = x - HALF_WIDE + 160, x + HALF_WIDE - 160
    front = [(left, 4560), (right, 4560), (right, 5760), (left, 5760)]
    bottom = [_at("bottom right", n / 8, -160) for n in range(9)]
    bottom += [_at("bottom left", n / 8, -160) for n in range(9)]
    back = [(left, 5960), (right, 5960), *bottom]
    return [
        standing("front", "Front of stage", FRONT, 600, outline(front)),
        standing("floor", "Floor", FLOOR, places - 600, outline(back)),
    ]


def _shapes(pencil: Pencil) -> list[dict[str, Any]]:
    x = MIDDLE[0]
    apron = [
        *((x - 1500, 4100), (x - 330, 4100), (x - 330, 4330)),
        *((x + 330, 4330), (x + 330, 4100), (x + 1500, 4100)),
    ]
    return [
        pencil.shape("stage", points=stage(apron, 3100), text="Stage"),
        pencil.shape("rectangle", x - 420, 8700, 840, 330, text="Sound and light"),
    ]
