"""What is written on the sections of a hall's map, so that it can be read before any script runs.

The page says it as it fits on a telephone, and so on anything wider. As soon as `seat-map` runs it
writes the names anew, a little bolder, for the window that there is and each time it is zoomed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext as _

from eventflow.locale import format_money, format_number
from eventflow.sales.seat_plans import BlockState
from eventflow.seating.plan import Block, Plan

WINDOW = {"wide": (328, 272), "square": (328, 360), "tall": (328, 520)}
"""Of a telephone of 360 pixels, by what a hall wants (`static/css/seats.css`)."""
LETTER, SMALL_LETTER = 10, 7
"""How wide they are, on average, in a wide face."""

Room = Literal["all", "name", "none"]


@dataclass(frozen=True, slots=True)
class SectionName:
    """The lines of one section, how much of them there is room for, and where."""

    name: str
    price: str
    left: str
    room: Room
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class _Place:
    room: Room
    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: "_Place") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and self.top < other.bottom and other.top < self.bottom


def written(states: Iterable[BlockState], plan: Plan, currency: str) -> dict[str, SectionName]:
    """By the section's key. The largest first: no two are written over each other, nor any off
    the paper's edge."""
    wide, high = WINDOW[plan.proportion]
    left, top, right, bottom = plan.box
    scale = min(wide / (right - left), high / (bottom - top))
    taken: list[_Place] = []
    found = {}
    for state in sorted(states, key=lambda one: -_area(one.block)):
        lines = _lines(state, currency)
        places = _places(state.block, lines, plan, scale)
        place = next((one for one in places if not any(map(one.touches, taken))), None)
        if place:
            taken.append(place)
        x, y = (place.x, place.y) if place else state.block.middle
        found[state.block.key] = SectionName(*lines, place.room if place else "none", x, y)
    return found


def _lines(state: BlockState, currency: str) -> tuple[str, str, str]:
    price = [category.letter for category in state.categories[:3]]
    if state.lowest is not None:
        price.append(_("from %(price)s", price=format_money(state.lowest, currency)))
    left = _("%(number)s left", number=format_number(state.left)) if state.left else _("sold out")
    return state.block.name, " ".join(price), left


def _places(block: Block, lines: tuple[str, str, str], plan: Plan, scale: float) -> list[_Place]:
    """Where all of it could be written, and then the name alone; `nameAll` of seat-map.js."""
    left, top, right, bottom = block.box
    wide, high = (right - left) * scale, (bottom - top) * scale
    name = len(lines[0]) * LETTER
    words = max(name, *(len(line) * SMALL_LETTER for line in lines[1:]))
    found = []
    if len(block.pieces) == 1 and wide >= 100 and high >= 56:
        found.append(_place("all", block, plan, scale, words, 50, -15))
    if wide >= name * 0.8 and high > 14:
        found.append(_place("name", block, plan, scale, name, 18, 0))
    return found


def _place(
    room: Room, block: Block, plan: Plan, scale: float, wide: float, high: float, lift: float
) -> _Place:
    x, y = block.middle
    half = wide / 2 / scale
    x = min(max(x, plan.box[0] + half), plan.box[2] - half)
    y += lift / scale
    return _Place(room, x, y, x - half, x + half, y - 12 / scale, y + (high - 12) / scale)


def _area(block: Block) -> float:
    left, top, right, bottom = block.box
    return (right - left) * (bottom - top)
