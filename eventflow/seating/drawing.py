"""Reading a drawing: the one format of editor, database and export.

What a drawing may say is checked in `checking.py`; whatever comes out of the database has passed
there, so what is here asks no questions.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Drawing = Mapping[str, Any]

MARGIN = 100.0
"""Centimetres around the outermost things, where a drawing says no extent."""


def each_seat(drawing: Drawing) -> Iterator[tuple[Drawing, Drawing, Drawing, int]]:
    """(section, row, seat, position) of every chair, in the order of sitting."""
    position = 0
    for section in drawing.get("sections", ()):
        for row in section.get("rows", ()):
            for seat in row.get("seats", ()):
                yield section, row, seat, position
                position += 1


def seat_count(drawing: Drawing) -> int:
    return sum(
        len(row.get("seats", ()))
        for section in drawing.get("sections", ())
        for row in section.get("rows", ())
    )


def category_of(section: Drawing, seat: Drawing) -> str:
    """What the chair is sold as: its own category, or its section's."""
    return seat.get("category") or section.get("category") or ""


def standing_sections(drawing: Drawing) -> Iterator[Drawing]:
    """The areas that are sold by number, without chairs."""
    return (one for one in drawing.get("sections", ()) if one.get("kind") == "standing")


def price_of(section: Drawing, prices: Mapping[str, str]) -> str | None:
    """The tier that a standing section is sold as: its own price, or its category's."""
    return prices.get(section["id"]) or prices.get(section.get("category") or "")


def focal(drawing: Drawing) -> tuple[float, float]:
    """What everybody looks at; the middle of the upper edge, if nothing else was said."""
    point = drawing.get("focal")
    if point:
        return float(point[0]), float(point[1])
    left, top, right, _bottom = bounds(drawing)
    return (left + right) / 2, top


def bounds(drawing: Drawing) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of everything that is drawn."""
    points = list(_points(drawing))
    if not points:
        return 0.0, 0.0, float(drawing.get("width", 0)), float(drawing.get("height", 0))
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def _points(drawing: Drawing) -> Iterator[tuple[float, float]]:
    for _section, _row, seat, _position in each_seat(drawing):
        yield float(seat["x"]), float(seat["y"])
    for section in drawing.get("sections", ()):
        for x, y in section.get("outline", ()):
            yield float(x), float(y)
    for shape in drawing.get("shapes", ()):
        points = shape.get("points", ())
        for px, py in points:
            yield float(px), float(py)
        if not points:
            x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
            yield x, y
            yield x + float(shape.get("width") or 0), y + float(shape.get("height") or 0)
