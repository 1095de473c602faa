"""The main house: 1,200 seats in a horseshoe. Stalls in a fan, a circle behind, boxes along the
sides."""

from math import hypot
from typing import Any

from eventflow.demo.halls.pencil import (
    LETTERS,
    Drawing,
    Pencil,
    Point,
    fan,
    outline,
    polar,
    seated,
    stage,
)

MIDDLE = 1900.0
CENTRE: Point = (MIDDLE, -1150.0)
"""What the rows are drawn around: well behind the stage, so that they bend a little."""
SEAT, AISLE = 56.0, 130.0
STALLS_FROM, STALLS_APART, STALLS_ROWS = 1870.0, 94.0, 19
CIRCLE_FROM, CIRCLE_APART, CIRCLE_ROWS = 3960.0, 100.0, 7
BOXES = 8

PREMIUM, STANDARD, SAVER, BOX = "premium", "standard", "saver", "box"


def draw() -> Drawing:
    pencil = Pencil()
    stalls = [_stalls_row(pencil, n) for n in range(STALLS_ROWS)]
    circle = [_circle_row(pencil, n) for n in range(CIRCLE_ROWS)]
    _price(stalls, circle)
    _mark(stalls, circle)
    left, right = _boxes(pencil, "left", -1), _boxes(pencil, "right", 1)
    stalls_to = STALLS_FROM + STALLS_APART * (STALLS_ROWS - 1)
    circle_to = CIRCLE_FROM + CIRCLE_APART * (CIRCLE_ROWS - 1)
    return {
        "format": 1,
        "width": MIDDLE * 2,
        "height": 3800,
        "focal": [MIDDLE, 470],
        "categories": [
            {"id": PREMIUM, "name": "Premium", "colour": "#a3243b"},
            {"id": STANDARD, "name": "Standard", "colour": "#c77d1e"},
            {"id": SAVER, "name": "Saver", "colour": "#2b6c8a"},
            {"id": BOX, "name": "Box", "colour": "#5c7a3d"},
        ],
        "sections": [
            seated("stalls", "Stalls", STANDARD, stalls, rake=11,
                   outline=fan(CENTRE, STALLS_FROM - 55, stalls_to + 55, -0.425, 0.425)),
            seated("circle", "Circle", SAVER, circle, floor=430, rake=36,
                   outline=fan(CENTRE, CIRCLE_FROM - 60, circle_to + 60, -0.428, 0.428)),
            seated("boxes-left", "Boxes left", BOX, left, floor=290,
                   outline=_balcony(-1)),
            seated("boxes-right", "Boxes right", BOX, right, floor=290,
                   outline=_balcony(1)),
        ],
        "shapes": [
            pencil.shape("stage", points=_stage(), text="Stage"),
            pencil.shape("text", MIDDLE - 110, 3700, 220, 60, text="Foyer", size=70),
        ],
    }  # fmt: skip


def _stalls_row(pencil: Pencil, n: int) -> dict[str, Any]:
    """Three parts with two aisles; each row is half a chair off the one in front of it."""
    radius = STALLS_FROM + STALLS_APART * n
    middle = _in(0.201, radius, n)
    side = round(0.179 * radius / SEAT)
    return pencil.parts(LETTERS[n], _in_parts(radius, (side, middle, side)))


def _circle_row(pencil: Pencil, n: int) -> dict[str, Any]:
    """Four parts with three aisles, and a little shorter towards the back."""
    radius = CIRCLE_FROM + CIRCLE_APART * n
    part = round(0.191 * radius / SEAT)
    inner = round(0.196 * radius / SEAT)
    return pencil.parts(LETTERS[n], _in_parts(radius, (part, inner, inner, part)))


def _in(angle: float, radius: float, n: int) -> int:
    """How many chairs fit; one more or one fewer, so that the rows are staggered."""
    fits = round(2 * angle * radius / SEAT)
    return fits if fits % 2 != n % 2 else fits - 1


def _in_parts(radius: float, sizes: tuple[int, ...]) -> list[list[Point]]:
    turns: list[list[float]] = []
    at = 0.0
    for size in sizes:
        turns.append([at + n * SEAT / radius for n in range(size)])
        at = turns[-1][-1] + AISLE / radius
    half = turns[-1][-1] / 2
    return [[polar(CENTRE, radius, turn - half) for turn in part] for part in turns]


def _price(stalls: list[dict[str, Any]], circle: list[dict[str, Any]]) -> None:
    """Premium is the heart of the stalls and the middle of the circle's front; the far corners of
    the stalls cost what the rest of the circle costs."""
    for row in stalls[2:12]:
        _sell_as(PREMIUM, _part(row, 1))
    for row in circle[:2]:
        _sell_as(PREMIUM, [*_part(row, 1), *_part(row, 2)])
        _sell_as(STANDARD, [*_part(row, 0), *_part(row, 3)])
    for row in stalls[-4:]:
        _sell_as(SAVER, [*_part(row, 0), *_part(row, 2)])


def _part(row: dict[str, Any], number: int) -> list[dict[str, Any]]:
    """The chairs between two aisles."""
    ends = [n + 1 for n, seat in enumerate(row["seats"]) if seat.get("aisle")]
    bounds = [0, *ends, len(row["seats"])]
    seats: list[dict[str, Any]] = row["seats"][bounds[number] : bounds[number + 1]]
    return seats


def _sell_as(category: str, seats: list[dict[str, Any]]) -> None:
    for seat in seats:
        seat["category"] = category


def _mark(stalls: list[dict[str, Any]], circle: list[dict[str, Any]]) -> None:
    """Places for wheelchairs where a floor is level, and what a pillar hides."""
    for row in (stalls[0], stalls[-1], circle[-1]):
        for ends, kind in (((0, -1), "accessible"), ((1, -2), "companion")):
            for at in ends:
                row["seats"][at]["kind"] = kind
    for row in stalls[15:18]:
        for at in (1, 2, -3, -2):
            row["seats"][at]["note"] = "Restricted view: a pillar"
    for row in circle[4:6]:
        for at in (0, -1):
            row["seats"][at]["note"] = "Restricted view: the side of the stage is hidden"
    for seat in stalls[0]["seats"][2:-2]:
        seat["note"] = "Very near: you look up to the stage"


# The boxes go along a curve from the proscenium to the ends of the circle.


def _along(side: int, t: float) -> tuple[Point, Point]:
    """Where the balcony is after a part of its way, and what points from there into the house."""
    a, b, c = (1010.0, 830.0), (1590.0, 1240.0), (1650.0, 2400.0)
    x = (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * b[0] + t**2 * c[0]
    y = (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * b[1] + t**2 * c[1]
    dx = 2 * (1 - t) * (b[0] - a[0]) + 2 * t * (c[0] - b[0])
    dy = 2 * (1 - t) * (b[1] - a[1]) + 2 * t * (c[1] - b[1])
    length = hypot(dx, dy)
    return (MIDDLE + side * x, y), (side * -dy / length, dx / length)


def _boxes(pencil: Pencil, name: str, side: int) -> list[dict[str, Any]]:
    boxes = []
    for n in range(BOXES):
        front, inward = _along(side, (n + 0.5) / BOXES)
        across = (-inward[1], inward[0])
        # Three at the rail, three behind them.
        places = [(-64, 0), (0, 0), (64, 0), (-64, -66), (0, -66), (64, -66)]
        spots = [
            (
                front[0] + a * across[0] + d * inward[0],
                front[1] + a * across[1] + d * inward[1],
            )
            for a, d in places
        ]
        box = pencil.row(str(n + 1), spots, kind="booth")
        for seat in box["seats"][3:] if n else box["seats"]:
            seat["note"] = "Restricted view: part of the stage is hidden"
        boxes.append(box)
    return boxes


def _balcony(side: int) -> list[list[float]]:
    rail, wall = [], []
    for n in range(21):
        (x, y), (ix, iy) = _along(side, n / 20)
        rail.append((x + 44 * ix, y + 44 * iy))
        wall.append((x - 110 * ix, y - 110 * iy))
    return outline([*rail, *reversed(wall)])


def _stage() -> list[list[float]]:
    """A deep stage whose edge bows into the house."""
    apron = [polar(CENTRE, 1700, (n - 8) * 0.0545) for n in range(17)]
    return stage(apron, 60)
