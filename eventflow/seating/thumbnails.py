"""Pictures of a map: an SVG that shows where people sit, in the colours of the categories.

Drawn small it has to weigh little and be recognised; so a large hall's rows are lines, not dots.
Its greys stand on paper and on a dark wall alike, since a picture does not know which it is on.
"""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from eventflow.seating.maps import extent

DOTS_UP_TO = 3000
GREY = "#8a8178"
SEAT = 44


def height_at(width: int, drawing: dict[str, Any]) -> int:
    """How high the picture is where it is so wide: the room to leave for it."""
    left, top, right, bottom = extent(drawing)
    return max(1, round(width * (bottom - top) / (right - left)))


def as_svg(drawing: dict[str, Any], name: str) -> str:
    left, top, right, bottom = extent(drawing)
    colours = {one["id"]: one["colour"] for one in drawing["categories"]}
    colours[None] = GREY
    parts = [shape_of(shape) for shape in drawing["shapes"]]
    count = sum(len(row["seats"]) for one in drawing["sections"] for row in one["rows"])
    paths: dict[str, list[str]] = {}
    for section in drawing["sections"]:
        colour = colours[section["category"]]
        if section["outline"]:
            filled = "0.55" if section["kind"] == "standing" else "0.12"
            points = _points(section["outline"])
            parts.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="{filled}"/>')
        for row in section["rows"]:
            if table := row.get("table"):
                parts.append(table_of(table))
            _add_row(paths, row, section["category"], colours, dots=count <= DOTS_UP_TO)
    width = SEAT if count <= DOTS_UP_TO else SEAT * 0.8
    parts += [
        f'<path d="{"".join(d)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
        for colour, d in paths.items()
    ]
    box = f"{left:g} {top:g} {right - left:g} {bottom - top:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" '
        f"aria-label={quoteattr(name)}>{''.join(parts)}</svg>\n"
    )


def _add_row(
    paths: dict[str, list[str]],
    row: dict[str, Any],
    category: str | None,
    colours: dict[str | None, str],
    *,
    dots: bool,
) -> None:
    before: str | None = None
    for seat in row["seats"]:
        colour = colours[seat.get("category", category)]
        goes_on = not dots and before == colour and row["kind"] == "row"
        step = "L" if goes_on else "M"
        paths.setdefault(colour, []).append(
            f"{step}{seat['x']:.0f} {seat['y']:.0f}" + ("" if goes_on else "h0")
        )
        before = None if seat.get("aisle") else colour


def shape_of(shape: dict[str, Any]) -> str:
    x, y, width, height = (shape[name] for name in ("x", "y", "width", "height"))
    middle = _middle(shape)
    turn = f' transform="rotate({shape["rotation"]} {middle[0]:g} {middle[1]:g})"'
    turn = turn if shape["rotation"] else ""
    look = f'fill="{GREY}" fill-opacity="0.25" stroke="{GREY}" stroke-width="6"'
    kind, drawn = shape["kind"], ""
    if kind == "line":
        points = _points(shape["points"])
        drawn = f'<polyline points="{points}" fill="none" stroke="{GREY}" stroke-width="10"/>'
    elif shape["points"] and kind != "text":
        drawn = f'<polygon points="{_points(shape["points"])}" {look}/>'
    elif kind in ("stage", "rectangle"):
        drawn = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="12" {look}{turn}/>'
    elif kind == "ellipse":
        drawn = (
            f'<ellipse cx="{middle[0]:g}" cy="{middle[1]:g}" rx="{width / 2:g}" '
            f'ry="{height / 2:g}" {look}{turn}/>'
        )
    if shape["text"]:
        drawn += (
            f'<text x="{middle[0]:g}" y="{middle[1]:g}" font-size="{shape["size"]}" '
            'font-family="sans-serif" text-anchor="middle" dominant-baseline="central" '
            f'fill="{GREY}"{turn if kind == "text" else ""}>{escape(shape["text"])}</text>'
        )
    return drawn


def _middle(shape: dict[str, Any]) -> tuple[float, float]:
    if not shape["points"]:
        return shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
    xs, ys = zip(*shape["points"], strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def table_of(table: dict[str, Any]) -> str:
    x, y, width, height = (table[name] for name in ("x", "y", "width", "height"))
    look = f'fill="{GREY}" fill-opacity="0.3"'
    if table["shape"] == "round":
        return f'<ellipse cx="{x}" cy="{y}" rx="{width / 2:g}" ry="{height / 2:g}" {look}/>'
    return (
        f'<rect x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" '
        f'rx="10" {look} transform="rotate({table["rotation"]} {x} {y})"/>'
    )


def _points(points: list[list[float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
