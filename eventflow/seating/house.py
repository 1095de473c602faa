"""The house: how full each category of a hall is, and a picture of it with the state of each seat.

State is shape as well as colour: free is a full dot in its category's colour, held a ring, sold a
small dark dot, kept back a cross.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from eventflow.seating import drawing as drawings
from eventflow.seating import hall as halls
from eventflow.seating import states, thumbnails
from eventflow.seating.hall import Hall
from eventflow.seating.models import Seating

DARK, GREY = "#4a433d", "#8a8178"
DOT = 40
UNPRICED = ord("n")
SHOWN = (states.FREE, states.HELD, states.SOLD, states.BLOCKED, UNPRICED)


@dataclass(frozen=True, slots=True)
class Fullness:
    """How many seats of a category are sold, held, kept back, without a price, and free."""

    id: str
    name: str
    colour: str
    free: int
    held: int
    sold: int
    blocked: int
    unpriced: int

    @property
    def total(self) -> int:
        return self.free + self.held + self.sold + self.blocked + self.unpriced


def look(seating: Seating, *, at: datetime) -> tuple[Hall, bytes]:
    """The chairs and their states, read afresh."""
    snapshot = states.ask(seating.event_id, at=at)
    hall = halls.of(seating.event_id)
    if hall is None or hall.version != snapshot.seating or len(hall) != len(snapshot.states):
        halls.forget(seating.event_id)
        hall = halls.of(seating.event_id)
    assert hall is not None
    return hall, snapshot.states


def fullness(seating: Seating, hall: Hall, letters: bytes) -> list[Fullness]:
    """Category by category, in the drawing's order; those that no seat has are left out."""
    states_shown = (
        UNPRICED if letter == states.BLOCKED and tier is None else letter
        for letter, tier in zip(letters, hall.tiers, strict=True)
    )
    found = Counter(zip(hall.categories, states_shown, strict=True))
    return [
        Fullness(
            one["id"],
            one["name"],
            one["colour"],
            *(found[one["id"], letter] for letter in SHOWN),
        )
        for one in seating.drawing["categories"]
        if any(found[one["id"], letter] for letter in SHOWN)
    ]


def picture(seating: Seating, hall: Hall, letters: bytes, name: str) -> str:
    """The hall as an SVG."""
    left, top, right, bottom = drawings.bounds(seating.drawing)
    colours = {one["id"]: one["colour"] for one in seating.drawing["categories"]}
    dots: dict[tuple[str, str], list[str]] = {}
    for position, letter in enumerate(letters.decode()):
        x, y = hall.xs[position], hall.ys[position]
        colour = colours.get(hall.categories[position], GREY)
        dots.setdefault((letter, colour), []).append(
            f"M{x:.0f} {y:.0f}h0"
            if letter != "b"
            else f"M{x - 13:.0f} {y - 13:.0f}l26 26m0-26l-26 26"
        )
    parts = [*_around(seating.drawing, colours)]
    for (letter, colour), marks in dots.items():
        parts += _marks(letter, colour, "".join(marks))
    box = f"{left:g} {top:g} {right - left:g} {bottom - top:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img" '
        f"aria-label={quoteattr(name)}>{''.join(parts)}</svg>\n"
    )


def sections(seating: Seating) -> list[tuple[str, str]]:
    """(key, name) of the sections that have seats."""
    return [(one["id"], one["name"]) for one in seating.drawing["sections"] if one.get("rows")]


def rows_of(hall: Hall, letters: bytes, section: str) -> list[dict[str, Any]]:
    """The rows of a section, each with its seats: id, number, state; and whether they are sold as
    a whole."""
    return [
        {
            "label": row.label,
            "kind": row.kind,
            "whole": row.whole,
            "seats": [
                {
                    "id": hall.ids[position],
                    "number": hall.numbers[position],
                    "label": hall.labels[position],
                    "kind": hall.kinds[position],
                    "state": states.NAMES[chr(letters[position])],
                    "aisle": hall.aisles[position],
                }
                for position in range(row.start, row.end)
            ],
        }
        for row in hall.rows
        if row.section_key == section
    ]


def free_like(
    hall: Hall, letters: bytes, seat_id: uuid.UUID, *, most: int = 60
) -> list[tuple[str, str]]:
    """(id, label) of free seats of the same tier and category as this one, the nearest first."""
    own = hall.position_of.get(str(seat_id))
    if own is None:
        return []
    alike = (hall.tiers[own], hall.categories[own], hall.kinds[own])
    found = [
        position
        for position, letter in enumerate(letters)
        if letter == states.FREE
        and (hall.tiers[position], hall.categories[position], hall.kinds[position]) == alike
        and not hall.rows[hall.row_of[position]].whole
    ]
    found.sort(key=lambda p: (hall.xs[p] - hall.xs[own]) ** 2 + (hall.ys[p] - hall.ys[own]) ** 2)
    return [(hall.ids[position], hall.labels[position]) for position in found[:most]]


def _around(drawing: drawings.Drawing, colours: dict[str, str]) -> Iterator[str]:
    for shape in drawing.get("shapes", ()):
        yield thumbnails.shape_of(shape)
    for section in drawing["sections"]:
        if section.get("outline"):
            points = " ".join(f"{x:g},{y:g}" for x, y in section["outline"])
            colour = colours.get(section.get("category") or "", GREY)
            strength = "0.35" if section.get("kind") == "standing" else "0.1"
            yield f'<polygon points="{points}" fill="{colour}" fill-opacity="{strength}"/>'
        for row in section.get("rows", ()):
            if table := row.get("table"):
                yield thumbnails.table_of(table)


def _marks(letter: str, colour: str, path: str) -> Iterator[str]:
    look = 'fill="none" stroke-linecap="round"'
    if letter == "f":
        yield f'<path d="{path}" {look} stroke="{colour}" stroke-width="{DOT}"/>'
    elif letter == "h":
        yield f'<path d="{path}" {look} stroke="{colour}" stroke-width="{DOT}"/>'
        yield f'<path d="{path}" {look} stroke="#fff" stroke-width="{DOT * 0.55:g}"/>'
    elif letter == "s":
        yield f'<path d="{path}" {look} stroke="{GREY}" stroke-width="{DOT * 0.5:g}"/>'
    else:
        yield f'<path d="{path}" {look} stroke="{GREY}" stroke-width="7"/>'
