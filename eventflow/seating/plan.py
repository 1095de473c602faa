"""Plans: a frozen drawing made ready to be looked at, with every chair at its position.

A plan is what stays the same however the sale goes: outlines, rows, chairs, the signs of the
price categories. It is worked out once for each version of a seating and kept. Positions count
the chairs in the order of the drawing, as the database and the states do.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, dist, hypot, radians, sin
from statistics import median
from typing import Any

Point = tuple[float, float]

SHAPES = 6
"""So many outlines a chair can have, so that two categories differ without their colours."""
PITCH = 50.0
"""How far apart two chairs are where nothing in the drawing says it."""


@dataclass(frozen=True, slots=True)
class Category:
    """A price category as it is told apart: a letter, a shape, and last of all a colour."""

    key: str
    name: str
    colour: str
    number: int

    @property
    def letter(self) -> str:
        tens, ones = divmod(self.number, 26)
        return (chr(64 + tens) if tens else "") + chr(65 + ones)

    @property
    def shape(self) -> int:
        return self.number % SHAPES


@dataclass(frozen=True, slots=True)
class Chair:
    key: str
    position: int
    number: str
    x: float
    y: float
    category: str
    kind: str
    aisle: bool
    note: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A row of chairs, or those around one table or in one booth."""

    key: str
    label: str
    kind: str
    whole: bool
    table: dict[str, Any] | None
    chairs: tuple[Chair, ...]
    height: float
    """Of its floor above the stage's, in centimetres."""

    def runs(self) -> Iterator[tuple[Chair, ...]]:
        """The chairs between two aisles, who are neighbours of each other."""
        run: list[Chair] = []
        for chair in self.chairs:
            run.append(chair)
            if chair.aisle:
                yield tuple(run)
                run = []
        if run:
            yield tuple(run)


@dataclass(frozen=True)
class Block:
    """A section, its chairs being those of the positions from `first` up to `end`."""

    key: str
    name: str
    kind: str
    category: str
    capacity: int
    note: str
    outline: tuple[Point, ...]
    banks: tuple[Bank, ...]
    first: int
    end: int

    @property
    def is_seated(self) -> bool:
        return self.kind == "seated"

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """What its chairs cost, the most frequent first; a standing area's own."""
        if not self.is_seated:
            return (self.category,)
        count: dict[str, int] = {}
        for chair in self.chairs():
            count[chair.category] = count.get(chair.category, 0) + 1
        return tuple(sorted(count, key=lambda key: -count[key]))

    @cached_property
    def whole_banks(self) -> tuple[Bank, ...]:
        """What of it is sold only with all its chairs."""
        return tuple(bank for bank in self.banks if bank.whole and bank.chairs)

    @cached_property
    def loose_categories(self) -> frozenset[str]:
        """What its chairs are sold as that can be had one by one."""
        return frozenset(
            chair.category for bank in self.banks if not bank.whole for chair in bank.chairs
        )

    def chairs(self) -> Iterator[Chair]:
        for bank in self.banks:
            yield from bank.chairs

    @cached_property
    def pieces(self) -> tuple[tuple[Point, ...], ...]:
        """Its ground: as drawn, or the ribbon its rows make, or a patch for each table."""
        if self.outline:
            return (self.outline,)
        if all(bank.kind == "row" for bank in self.banks):
            return (_ribbon(self.banks),) if self.banks else ()
        return tuple(_around(bank) for bank in self.banks if bank.chairs)

    @cached_property
    def middle(self) -> Point:
        """Where its name goes: on its ground, however it is bent or scattered."""
        points = [(chair.x, chair.y) for chair in self.chairs()] or list(self.outline)
        if not points:
            return 0.0, 0.0
        middle = _mean(points)
        if all(bank.kind == "row" for bank in self.banks):
            return min(points, key=lambda at: dist(at, middle)) if self.is_seated else middle
        if self.outline or len(self.pieces) < 2:
            return middle
        # Of the patches its tables stand on, the one that is most in their midst.
        patches = [
            _mean([(chair.x, chair.y) for chair in b.chairs]) for b in self.banks if b.chairs
        ]
        return min(patches, key=lambda at: dist(at, middle))

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom"""
        points = [point for piece in self.pieces for point in piece] or [(0.0, 0.0)]
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(frozen=True)
class Plan:
    """A whole hall."""

    focal: Point
    categories: dict[str, Category]
    blocks: tuple[Block, ...]
    shapes: tuple[dict[str, Any], ...]
    size: int
    """How many chairs there are."""
    box: tuple[float, float, float, float]

    @cached_property
    def pitch(self) -> float:
        """How far apart neighbours sit, by and large."""
        apart = [
            hypot(one.x - other.x, one.y - other.y)
            for block in self.blocks
            for bank in block.banks[:3]
            for one, other in zip(bank.chairs, bank.chairs[1:], strict=False)
            if not one.aisle
        ]
        return min(120.0, max(20.0, median(apart))) if apart else PITCH

    @property
    def proportion(self) -> str:
        """Whether it wants a wide window, a tall one or neither."""
        left, top, right, bottom = self.box
        ratio = (bottom - top) / (right - left)
        return "wide" if ratio < 0.75 else "tall" if ratio > 1.15 else "square"

    @cached_property
    def by_key(self) -> dict[str, tuple[Block, Bank, Chair]]:
        return {
            chair.key: (block, bank, chair)
            for block in self.blocks
            for bank in block.banks
            for chair in bank.chairs
        }

    @cached_property
    def by_position(self) -> tuple[tuple[Block, Bank, Chair], ...]:
        return tuple(self.by_key.values())

    def block(self, key: str) -> Block | None:
        return next((block for block in self.blocks if block.key == key), None)

    @cached_property
    def back_wall(self) -> tuple[Point, Point] | None:
        """The edge of the stage that faces away from the audience; None if that is all around."""
        seats = [(chair.x, chair.y) for block in self.blocks for chair in block.chairs()]
        edges = [
            (one, other)
            for outline in self.stages()
            for one, other in zip(outline, outline[1:] + outline[:1], strict=True)
        ]
        if not seats or not edges:
            return None
        x = sum(seat[0] for seat in seats) / len(seats)
        y = sum(seat[1] for seat in seats) / len(seats)
        if hypot(x - self.focal[0], y - self.focal[1]) < self.pitch * 4:
            return None  # All around it.
        cx = sum(one[0] for one, _other in edges) / len(edges)
        cy = sum(one[1] for one, _other in edges) / len(edges)
        away = (self.focal[0] - x, self.focal[1] - y)

        def faces_away(edge: tuple[Point, Point]) -> float:
            (ax, ay), (bx, by) = edge
            along = hypot(bx - ax, by - ay) or 1.0
            across = ((by - ay) / along, (ax - bx) / along)
            if ((ax + bx) / 2 - cx) * across[0] + ((ay + by) / 2 - cy) * across[1] < 0:
                across = (-across[0], -across[1])
            return across[0] * away[0] + across[1] * away[1]

        return max(edges, key=faces_away)

    def stages(self) -> list[tuple[Point, ...]]:
        return [corners(shape) for shape in self.shapes if shape["kind"] == "stage"]


_kept: dict[uuid.UUID, tuple[int, Plan]] = {}
MOST = 200


def of(seating_id: uuid.UUID, version: int, drawing: dict[str, Any]) -> Plan:
    """The plan of this version of a seating."""
    known = kept(seating_id, version)
    if known is None:
        if len(_kept) >= MOST:
            _kept.clear()
        known = draw(drawing)
        _kept[seating_id] = (version, known)
    return known


def kept(seating_id: uuid.UUID, version: int) -> Plan | None:
    """The same if it is known already, so that a large drawing is not even read."""
    found = _kept.get(seating_id)
    return found[1] if found is not None and found[0] == version else None


def draw(drawing: dict[str, Any]) -> Plan:
    categories = {
        one["id"]: Category(one["id"], one["name"], one["colour"], number)
        for number, one in enumerate(drawing["categories"])
    }
    blocks: list[Block] = []
    position = 0
    for section in drawing["sections"]:
        block = _block(section, position)
        position = block.end
        blocks.append(block)
    shapes = tuple(drawing.get("shapes", ()))
    x, y = drawing["focal"]
    return Plan(
        (x, y), categories, tuple(blocks), shapes, position, _extent(drawing, blocks, shapes)
    )


def corners(shape: dict[str, Any]) -> tuple[Point, ...]:
    """The corners of a shape or a table's top, turned as it is turned."""
    if shape.get("points"):
        return tuple((point[0], point[1]) for point in shape["points"])
    x, y, width, height = (float(shape[name]) for name in ("x", "y", "width", "height"))
    middle = (x + width / 2, y + height / 2)
    around = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    turn = radians(shape.get("rotation") or 0)
    return tuple(_turned(point, middle, turn) for point in around)


def _block(section: dict[str, Any], position: int) -> Block:
    banks, first = [], position
    default = section.get("category") or ""
    for number, row in enumerate(section.get("rows", ())):
        chairs = []
        for seat in row["seats"]:
            chairs.append(
                Chair(
                    seat["id"],
                    position,
                    seat["number"],
                    seat["x"],
                    seat["y"],
                    seat.get("category") or default,
                    seat.get("kind") or "standard",
                    bool(seat.get("aisle")),
                    seat.get("note") or "",
                )
            )
            position += 1
        height = section.get("floor", 0) + number * section.get("rake", 0)
        banks.append(
            Bank(
                row["id"],
                row["label"],
                row.get("kind") or "row",
                bool(row.get("whole")),
                row.get("table"),
                tuple(chairs),
                height,
            )
        )
    return Block(
        section["id"],
        section["name"],
        section.get("kind") or "seated",
        default,
        section.get("capacity") or 0,
        section.get("note") or "",
        tuple((point[0], point[1]) for point in section.get("outline") or ()),
        tuple(banks),
        first,
        position,
    )


def _ribbon(banks: Sequence[Bank]) -> tuple[Point, ...]:
    """Along the first row, down the ends of all, back along the last."""
    rows = [[(chair.x, chair.y) for chair in bank.chairs] for bank in banks if bank.chairs]
    if not rows:
        return ()
    ahead = (rows[0][-1][0] - rows[0][0][0], rows[0][-1][1] - rows[0][0][1])
    for row in rows:
        if (row[-1][0] - row[0][0]) * ahead[0] + (row[-1][1] - row[0][1]) * ahead[1] < 0:
            row.reverse()
    right = [row[-1] for row in rows]
    left = [row[0] for row in rows]
    round_it = [*_thinned(rows[0]), *_thinned(right)]
    if len(rows) > 1:
        round_it += _thinned(rows[-1][::-1])
    return tuple(dict.fromkeys([*round_it, *_thinned(left[::-1])]))


def _thinned(points: Sequence[Point], most: int = 9) -> list[Point]:
    if len(points) <= most:
        return list(points)
    step = (len(points) - 1) / (most - 1)
    return [points[round(n * step)] for n in range(most)]


def _around(bank: Bank) -> tuple[Point, ...]:
    xs, ys = [chair.x for chair in bank.chairs], [chair.y for chair in bank.chairs]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _mean(points: Sequence[Point]) -> Point:
    return sum(x for x, _y in points) / len(points), sum(y for _x, y in points) / len(points)


def _turned(point: Point, middle: Point, turn: float) -> Point:
    x, y = point[0] - middle[0], point[1] - middle[1]
    return (
        middle[0] + x * cos(turn) - y * sin(turn),
        middle[1] + x * sin(turn) + y * cos(turn),
    )


def _extent(
    drawing: dict[str, Any], blocks: Sequence[Block], shapes: Sequence[dict[str, Any]]
) -> tuple[float, float, float, float]:
    """What is drawn on, not the whole canvas: empty paper would only make the hall small."""
    points = [(corner[0], corner[1]) for block in blocks for corner in _ends(block)]
    points += [corner for shape in shapes for corner in corners(shape)]
    if not points:
        return 0.0, 0.0, float(drawing["width"]), float(drawing["height"])
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    edge = 60.0
    return min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge


def _ends(block: Block) -> list[Point]:
    left, top, right, bottom = block.box
    return [(left, top), (right, bottom)] if block.pieces else []
