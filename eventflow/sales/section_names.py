"""What is written on the sections of a hall's map, so that it can be read before any script runs.

Each says its name, from what it costs and what is left, in the fullest way that its ground has room
for: in words, without the word "from", in small letters; else its name alone. The page says it as
it fits on a telephone, and so on anything wider. As soon as `seat-map` runs it writes the names
anew, a little bolder, for the window that there is and each time it is zoomed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from flask_babel import gettext as _

from eventflow.locale import format_money, format_number
from eventflow.sales.seat_plans import BlockState
from eventflow.seating.plan import Block, Plan, Point

WIDE, LOW, HIGH = 360, 272, 520
"""The window on a telephone of 360 pixels, as high as the hall wants (`static/css/seats.css`)."""
EDGE = 25.0
"""Centimetres by which a section's ground is drawn beyond its outline, or nearly so."""

Lines = tuple[str, str, str, str]
Room = Literal["all", "short", "brief", "name", "none"]


class _Way(NamedTuple):
    """A way to write all three lines: how wide letters are on average, in a wide face, how far
    the middle of the name is from the upper and the lower end, in pixels, and how much of it has
    to lie on the section's ground, as seen from the middle."""

    room: Room
    letter: float
    small: float
    above: float
    below: float
    inside: float


WAYS = (
    _Way("all", 10, 7, 8, 35, 1),
    _Way("short", 10, 7, 8, 35, 0.75),
    _Way("brief", 9, 5.8, 7, 29, 0.75),
)


@dataclass(frozen=True, slots=True)
class SectionName:
    """The lines of one section, how much of them there is room for, and where."""

    name: str
    price: str
    left: str
    cost: str
    """The price alone, where there is no room for more of it; without one, its categories."""
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


def written(states: Sequence[BlockState], plan: Plan, currency: str) -> dict[str, SectionName]:
    """By the section's key. The largest first: no two are written over each other, nor any off
    the paper's edge."""
    left, top, right, bottom = plan.box
    scale = WIDE / (right - left)
    scale = min(scale, min(max((bottom - top) * scale, LOW), HIGH) / (bottom - top))
    blocks = [state.block for state in sorted(states, key=lambda one: -_area(one.block))]
    lines = {state.block.key: _lines(state, currency) for state in states}
    # Large letters in one section may leave its neighbours no room for any.
    layouts = [_laid_out(blocks, lines, plan, scale, ways) for ways in (WAYS, WAYS[::2])]
    places = max(layouts, key=_worth)
    found = {}
    for block in blocks:
        place = places.get(block.key)
        x, y = (place.x, place.y) if place else block.middle
        found[block.key] = SectionName(*lines[block.key], place.room if place else "none", x, y)
    return found


def _laid_out(
    blocks: Iterable[Block],
    lines: dict[str, Lines],
    plan: Plan,
    scale: float,
    ways: tuple[_Way, ...],
) -> dict[str, _Place]:
    taken: dict[str, _Place] = {}
    for block in blocks:
        for place in _places(block, lines[block.key], plan, scale, ways):
            if not any(map(place.touches, taken.values())):
                taken[block.key] = place
                break
    return taken


def _worth(places: dict[str, _Place]) -> tuple[int, int]:
    """How many sections say all there is to say; how many say anything."""
    return sum(place.room != "name" for place in places.values()), len(places)


def _lines(state: BlockState, currency: str) -> Lines:
    price = [category.letter for category in state.categories[:3]]
    cost = " ".join(price)
    if state.lowest is not None:
        cost = format_money(state.lowest, currency)
        price.append(_("from %(price)s", price=cost))
    left = _("%(number)s left", number=format_number(state.left)) if state.left else _("sold out")
    return state.block.name, " ".join(price), left, cost


def _places(
    block: Block, lines: Lines, plan: Plan, scale: float, ways: tuple[_Way, ...]
) -> Iterator[_Place]:
    """Where all of it could be written, and then the name alone; `nameAll` of seat-map.js."""
    name, price, left, cost = lines
    for way in ways if len(block.pieces) == 1 else ():
        small = max(len(price if way.room == "all" else cost), len(left)) * way.small
        wide = max(len(name) * way.letter, small)
        place = _place(way.room, block, plan, scale, wide, way.above, way.below)
        if _is_within(place, way.inside, block.pieces[0]):
            yield place
    wide = len(name) * WAYS[0].letter
    box = block.box
    if (box[2] - box[0]) * scale >= wide * 0.65 and (box[3] - box[1]) * scale > 14:
        yield _place("name", block, plan, scale, wide, 9, 9)


def _place(
    room: Room, block: Block, plan: Plan, scale: float, wide: float, above: float, below: float
) -> _Place:
    """Its middle where the middle of the section is."""
    x, y = block.middle
    half = wide / 2 / scale
    x = min(max(x, plan.box[0] + half), plan.box[2] - half)
    y += (above - below) / 2 / scale
    return _Place(room, x, y, x - half, x + half, y - above / scale, y + below / scale)


def _is_within(place: _Place, inside: float, ground: tuple[Point, ...]) -> bool:
    x, y = (place.left + place.right) / 2, (place.top + place.bottom) / 2
    half, low = (place.right - x) * inside - EDGE, (place.bottom - y) * inside - EDGE
    return all(
        _lies_in(ground, across, down)
        for across in (x - half, x + half)
        for down in (y - low, y + low)
    )


def _lies_in(ground: tuple[Point, ...], x: float, y: float) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(ground, ground[1:] + ground[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


def _area(block: Block) -> float:
    left, top, right, bottom = block.box
    return (right - left) * (bottom - top)
