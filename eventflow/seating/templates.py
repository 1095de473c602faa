"""What a new seat map may begin with: a theatre, a theatre in the round, a banquet, or nothing.

All by rule, in centimetres, small enough to be changed at once into the hall one has.
"""

import math
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

Thing = dict[str, Any]

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def draw(template: str) -> Thing:
    return TEMPLATES[template]()


def _blank() -> Thing:
    return {
        "format": 1,
        "width": 3000,
        "height": 2400,
        "focal": [1500, 200],
        "categories": [{"id": "c1", "name": _("Standard"), "colour": "#b4232f"}],
        "sections": [],
        "shapes": [],
    }


def _theatre() -> Thing:
    drawing = _blank()
    drawing["categories"] = [
        {"id": "c1", "name": _("Premium"), "colour": "#b4232f"},
        {"id": "c2", "name": _("Standard"), "colour": "#1f6f8b"},
    ]
    drawing["shapes"] = [_stage(1000, 60, 1000, 260)]
    stalls = _section("s1", _("Stalls"), "c1", 15)
    stalls["rows"] = [_arc(f"r{n + 1}", LETTERS[n], 1500, 200, 500 + n * 95) for n in range(10)]
    circle = _section("s2", _("Circle"), "c2", 30)
    circle["floor"] = 400
    circle["rows"] = [_arc(f"q{n + 1}", LETTERS[n], 1500, 200, 1580 + n * 100) for n in range(4)]
    drawing["sections"] = [stalls, circle]
    return drawing


def _round() -> Thing:
    drawing = _blank()
    drawing["focal"] = [1500, 1200]
    drawing["shapes"] = [_stage(1250, 950, 500, 500)]
    for number, middle in enumerate((90, 180, 270, 0)):
        name = (_("South"), _("West"), _("North"), _("East"))[number]
        section = _section(f"s{number + 1}", name, "c1", 20)
        section["rows"] = [
            _arc(f"r{number}-{n}", LETTERS[n], 1500, 1200, 440 + n * 95, middle=middle, spread=76)
            for n in range(6)
        ]
        drawing["sections"].append(section)
    return drawing


def _banquet() -> Thing:
    drawing = _blank()
    drawing["shapes"] = [_stage(900, 60, 1200, 240)]
    section = _section("s1", _("Hall"), "c1", 0)
    for number in range(20):
        x, y = 500 + number % 5 * 500, 600 + number // 5 * 480
        section["rows"].append(_table(number + 1, x, y))
    drawing["sections"] = [section]
    return drawing


def _stage(x: int, y: int, width: int, height: int) -> Thing:
    return {
        "id": "h1",
        "kind": "stage",
        "x": x,
        "y": y,
        "width": width,
        "height": height,
        "text": _("Stage"),
    }


def _section(key: str, name: str, category: str, rake: int) -> Thing:
    return {"id": key, "name": name, "category": category, "rake": rake, "rows": []}


def _arc(
    key: str, label: str, x: int, y: int, radius: int, *, middle: int = 90, spread: int = 90
) -> Thing:
    """Seats 52 cm apart on an arc around a point, from the house's left to its right."""
    count = int(math.radians(spread) * radius / 52)
    seats = []
    for n in range(count):
        angle = math.radians(middle) + (count - 1 - 2 * n) * 26 / radius
        seat = {
            "id": f"{key}-{n + 1}",
            "number": str(n + 1),
            "x": round(x + math.cos(angle) * radius, 1),
            "y": round(y + math.sin(angle) * radius, 1),
        }
        seats.append(seat)
    if count > 16:
        seats[count // 2 - 1]["aisle"] = True
    return {"id": key, "label": label, "seats": seats}


def _table(number: int, x: int, y: int) -> Thing:
    seats = []
    for n in range(8):
        angle = math.tau * n / 8 - math.pi / 2
        seat = {
            "id": f"t{number}-{n + 1}",
            "number": str(n + 1),
            "x": round(x + math.cos(angle) * 130, 1),
            "y": round(y + math.sin(angle) * 130, 1),
        }
        seats.append(seat)
    return {
        "id": f"t{number}",
        "label": str(number),
        "kind": "table",
        "table": {"shape": "round", "x": x, "y": y, "width": 180, "height": 180},
        "seats": seats,
    }


TEMPLATES: dict[str, Callable[[], Thing]] = {
    "empty": _blank,
    "theatre": _theatre,
    "round": _round,
    "banquet": _banquet,
}
