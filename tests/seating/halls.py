"""Halls drawn by rule, in the drawing's own format: a theatre, an arena, a club, one plain row.

They are drawings and nothing else, so whoever tests maps, prices, choosing or speed can take them.
Distances are centimetres; y grows towards the back of the house.
"""

from collections.abc import Sequence
from itertools import count
from math import cos, pi, sin
from typing import Any

Drawing = dict[str, Any]
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Pencil:
    """Draws rows, and counts the ids on."""

    def __init__(self) -> None:
        self._rows, self._seats = count(1), count(1)

    def row(
        self, label: str, spots: Sequence[tuple[float, float]], *, first: int = 1, **facts: Any
    ) -> dict[str, Any]:
        seats = [
            {
                "id": f"k{next(self._seats)}",
                "number": str(first + n),
                "x": _round(x),
                "y": _round(y),
            }
            for n, (x, y) in enumerate(spots)
        ]
        kind = facts.pop("kind", "row")
        return {"id": f"r{next(self._rows)}", "label": label, "kind": kind, **facts, "seats": seats}

    def arc(
        self, label: str, centre: tuple[float, float], radius: float, angles: Sequence[float]
    ) -> dict[str, Any]:
        x, y = centre
        return self.row(label, [(x + radius * sin(a), y + radius * cos(a)) for a in angles])

    def table(self, label: str, x: float, y: float, seats: int, *, whole: bool = False) -> Any:
        turn = [2 * pi * n / seats for n in range(seats)]
        around = [(x + 85 * sin(a), y - 85 * cos(a)) for a in turn]
        top = {"shape": "round", "x": x, "y": y, "width": 110, "height": 110, "rotation": 0}
        return self.row(label, around, kind="table", whole=whole, table=top)


def theatre() -> Drawing:
    """1,200 seats: stalls of 20 curved rows with two aisles, a circle of 10, and 12 boxes."""
    pencil, centre = Pencil(), (1500.0, -900.0)
    stalls, circle = [], []
    for n in range(20):
        radius = 1500 + 90 * n
        row = pencil.arc(
            LETTERS[n], centre, radius, _angles(36, 55 / radius, (9, 27), 100 / radius)
        )
        _aisles(row, 9, 27)
        if n < 8:
            for seat in row["seats"]:
                seat["category"] = "premium"
        stalls.append(row)
    back = stalls[-1]["seats"]
    for at, kind in ((0, "accessible"), (1, "companion"), (34, "companion"), (35, "accessible")):
        back[at]["kind"] = kind
    for row in stalls[12:16]:
        row["seats"][0]["note"] = "Restricted view: pillar"
    for n in range(10):
        radius = 3520 + 90 * n
        row = pencil.arc(LETTERS[n], centre, radius, _angles(36, 55 / radius, (18,), 110 / radius))
        _aisles(row, 18)
        circle.append(row)
    boxes = []
    for n in range(6):
        for side, x in (("L", 120.0), ("R", 2880.0)):
            inward = 1 if side == "L" else -1
            y = 620 + 330 * n
            spots = [(x + inward * 62 * (s % 5) * 0.5, y + 56 * (s % 5)) for s in range(5)]
            spots += [(sx - inward * 70, sy) for sx, sy in spots]
            boxes.append(pencil.row(f"{side}{n + 1}", spots, kind="booth"))
    return {
        "format": 1,
        "width": 3000,
        "height": 3600,
        "focal": [1500, 300],
        "categories": [
            {"id": "premium", "name": "Premium stalls", "colour": "#8c1d40"},
            {"id": "stalls", "name": "Stalls", "colour": "#c9772b"},
            {"id": "circle", "name": "Circle", "colour": "#2f6f8f"},
            {"id": "boxes", "name": "Boxes", "colour": "#5b7f3a"},
        ],
        "sections": [
            _section("stalls", "Stalls", "stalls", stalls, rake=12),
            _section("circle", "Circle", "circle", circle, floor=480, rake=32),
            _section("boxes", "Boxes", "boxes", boxes, floor=300, rake=0),
        ],
        "shapes": [
            _shape("stage", "stage", 750, 60, 1500, 420, text="Stage"),
            _shape("foyer", "text", 1500, 3560, 0, 0, text="Foyer", size=60),
        ],
    }


def arena(seats: int = 18_000) -> Drawing:
    """An oval bowl around a standing floor, in two rings of blocks, of about so many seats."""
    pencil, sections = Pencil(), []
    centre = (6400.0, 6400.0)
    share = seats / 18_000
    for ring, (blocks, rows, start, floor) in enumerate(((24, 18, 2300, 120), (32, 26, 4050, 900))):
        rows = max(2, round(rows * share))
        for block in range(blocks):
            middle = 2 * pi * (block + 0.5) / blocks
            if ring == 0 and abs(middle - pi) < 0.3:
                continue  # Behind the stage.
            drawn = []
            for n in range(rows):
                radius = start + 85 * n
                fits = int(2 * pi * radius / blocks * 0.9 / 55)
                angles = [middle + (s - (fits - 1) / 2) * 55 / radius for s in range(fits)]
                drawn.append(pencil.arc(_letters(n), centre, radius, angles))
            name = f"{(ring + 1) * 100 + block + 1}"
            near = abs(middle) < 0.8
            category = ("lower" if near else "side") if ring == 0 else "upper"
            drawn[-1]["seats"][0]["kind"] = "accessible"
            drawn[-1]["seats"][1]["kind"] = "companion"
            sections.append(
                _section(f"b{name}", name, category, drawn, floor=floor, rake=28 + 10 * ring)
            )
    pit = [(4900, 5200), (7900, 5200), (7900, 8000), (4900, 8000)]
    sections.append(
        {
            "id": "floor",
            "name": "Floor",
            "kind": "standing",
            "category": "floor",
            "capacity": 2000,
            "outline": [list(point) for point in pit],
            "floor": 0,
            "rake": 0,
            "note": "",
            "rows": [],
        }
    )
    return {
        "format": 1,
        "width": 12_800,
        "height": 12_800,
        "focal": [6400, 4850],
        "categories": [
            {"id": "floor", "name": "Floor, standing", "colour": "#b3471e"},
            {"id": "lower", "name": "Lower ring, facing", "colour": "#7a2e86"},
            {"id": "side", "name": "Lower ring, side", "colour": "#24727a"},
            {"id": "upper", "name": "Upper ring", "colour": "#4c6aa8"},
        ],
        "sections": sections,
        "shapes": [_shape("stage", "stage", 5300, 4400, 2200, 650, text="Stage")],
    }


def club() -> Drawing:
    """Tables by the chair, tables sold whole, a bar of stools, and a standing area."""
    pencil = Pencil()
    tables = [
        pencil.table(str(n + 1), 500 + 330 * (n % 5), 900 + 330 * (n // 5), 6, whole=n >= 10)
        for n in range(15)
    ]
    bar = [pencil.row("Bar", [(2350, 800 + 70 * n) for n in range(14)])]
    return {
        "format": 1,
        "width": 2700,
        "height": 2400,
        "focal": [1150, 300],
        "categories": [
            {"id": "tables", "name": "Table", "colour": "#8a5a12"},
            {"id": "bar", "name": "Bar stool", "colour": "#22695f"},
            {"id": "dance", "name": "Standing", "colour": "#8c2f5f"},
        ],
        "sections": [
            _section("tables", "Tables", "tables", tables),
            _section("bar", "Bar", "bar", bar, floor=20),
            {
                "id": "dance",
                "name": "Dance floor",
                "kind": "standing",
                "category": "dance",
                "capacity": 150,
                "outline": [[400, 480], [1900, 480], [1900, 720], [400, 720]],
                "floor": 0,
                "rake": 0,
                "note": "",
                "rows": [],
            },
        ],
        "shapes": [
            _shape("stage", "stage", 700, 120, 900, 300, text="Stage"),
            _shape("counter", "rectangle", 2420, 760, 160, 1000, text="Bar"),
        ],
    }


def room(rows: int = 3, seats: int = 8, *, aisle_after: int | None = None) -> Drawing:
    """A small room of straight rows, where a test wants to know each seat by name."""
    pencil, drawn = Pencil(), []
    for n in range(rows):
        row = pencil.row(LETTERS[n], [(300 + 55 * s, 600 + 90 * n) for s in range(seats)])
        if aisle_after:
            _aisles(row, aisle_after)
        drawn.append(row)
    wide = 600 + 55 * seats
    return {
        "format": 1,
        "width": wide,
        "height": 800 + 90 * rows,
        "focal": [wide / 2, 200],
        "categories": [{"id": "stalls", "name": "Stalls", "colour": "#8c1d40"}],
        "sections": [_section("stalls", "Stalls", "stalls", drawn, rake=10)],
        "shapes": [_shape("stage", "stage", 200, 60, wide - 400, 240, text="Stage")],
    }


def _section(key: str, name: str, category: str, rows: list[Any], **facts: Any) -> dict[str, Any]:
    return {
        "id": key,
        "name": name,
        "kind": "seated",
        "category": category,
        "outline": [],
        "floor": facts.get("floor", 0),
        "rake": facts.get("rake", 0),
        "note": "",
        "rows": rows,
    }


def _shape(
    key: str, kind: str, x: float, y: float, width: float, height: float, **facts: Any
) -> Any:
    return {"id": key, "kind": kind, "x": x, "y": y, "width": width, "height": height,
            "rotation": 0, **facts}  # fmt: skip


def _angles(seats: int, step: float, gaps: Sequence[int], gap: float) -> list[float]:
    """Where the seats of a curved row sit, the middle of the row at 0."""
    angles, at = [], 0.0
    for seat in range(seats):
        if seat in gaps:
            at += gap
        angles.append(at)
        at += step
    middle = (angles[0] + angles[-1]) / 2
    return [angle - middle for angle in angles]


def _aisles(row: dict[str, Any], *after: int) -> None:
    for number in after:
        row["seats"][number - 1]["aisle"] = True


def _letters(n: int) -> str:
    return (
        LETTERS[n]
        if n < len(LETTERS)
        else LETTERS[n // len(LETTERS) - 1] + LETTERS[n % len(LETTERS)]
    )


def _round(value: float) -> float:
    return round(value, 1)
