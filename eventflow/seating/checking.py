"""Checking a drawing, whoever drew it: the editor, a file, a program.

`check` answers the drawing in its one normal form, or says of everything that is wrong where it is
and what would do. What has passed can be shown, frozen, exported and imported again unchanged.
"""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext as _

from eventflow.errors import Invalid
from eventflow.security import ControlCharacters, refuse_control_characters

FORMAT = 1
MOST_SEATS = 40_000
MOST_SECTIONS = 500
MOST_CATEGORIES = 200
MOST_SHAPES = 5_000
MOST_POINTS = 500
MOST_CAPACITY = 1_000_000
LONGEST = 80
FAR = 1_000_000
MOST_ERRORS = 100

LIMITS = {
    "seats": MOST_SEATS,
    "sections": MOST_SECTIONS,
    "categories": MOST_CATEGORIES,
    "shapes": MOST_SHAPES,
    "far": FAR,
}
"""What the editor keeps to as well, so that nothing is drawn that could not be saved."""

SECTION_KINDS = ("seated", "standing")
ROW_KINDS = ("row", "table", "booth")
SEAT_KINDS = ("accessible", "companion")
TABLE_SHAPES = ("round", "long")
SHAPE_KINDS = ("stage", "rectangle", "ellipse", "polygon", "line", "text")
POINTED = ("polygon", "line")

ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
COLOUR = re.compile(r"#[0-9a-f]{6}")

Thing = dict[str, Any]


def check(value: Any) -> Thing:
    """The drawing in its normal form; Invalid with a sentence for each path that is wrong."""
    checker = _Checker()
    drawing = checker.drawing(value)
    if checker.errors:
        raise Invalid(checker.errors, _("This drawing has something to put right."))
    return drawing


def number_of(value: Any) -> int | float | None:
    """A number of a drawing as it is kept, to the hundredth of a millimetre; None for none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared first: a whole number may be too long to ask whether it is finite.
    if not -FAR <= value <= FAR or not math.isfinite(value):
        return None
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


class _Enough(Exception):
    """There is more wrong than anybody reads."""


class _Checker:
    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self._ids: set[str] = set()
        self._categories: set[str] = set()
        self._seats = 0

    def drawing(self, value: Any) -> Thing:
        try:
            return self._drawing(value)
        except _Enough:
            return {}

    def _drawing(self, value: Any) -> Thing:
        if not isinstance(value, dict):
            self._wrong("drawing", _("A drawing is an object with sections and shapes."))
            return {}
        if value.get("format", FORMAT) != FORMAT or isinstance(value.get("format"), bool):
            self._wrong("format", _("This format is not known here; the one that is has number 1."))
        categories = self._each(value, "categories", self._category, MOST_CATEGORIES)
        self._distinct("categories", categories, "name", _("Another category has this name."))
        self._categories = {one["id"] for one in categories}
        sections = self._each(value, "sections", self._section, MOST_SECTIONS)
        self._distinct("sections", sections, "name", _("Another section has this name."))
        drawing = {
            "format": FORMAT,
            "width": self._number(value, "width", "width", 3000, least=1),
            "height": self._number(value, "height", "height", 2400, least=1),
            "focal": self._point(value.get("focal", [1500, 200]), "focal"),
            "categories": categories,
            "sections": sections,
            "shapes": self._each(value, "shapes", self._shape, MOST_SHAPES),
        }
        if "sections" not in value:
            # Any object at all would be an empty hall otherwise, in the place of a full one.
            self._wrong("sections", _("A drawing lists its sections, though there be none yet."))
        return drawing

    def _category(self, value: Thing, path: str) -> Thing:
        colour = value.get("colour")
        if not isinstance(colour, str) or not COLOUR.fullmatch(colour.lower()):
            self._wrong(f"{path}.colour", _("Write the colour like #b4232f."))
            colour = "#000000"
        return {
            "id": self._id(value, path),
            "name": self._text(value, "name", path, needed=True),
            "colour": colour.lower(),
        }

    def _section(self, value: Thing, path: str) -> Thing:
        kind = self._one_of(value, "kind", path, SECTION_KINDS, "seated")
        section: Thing = {
            "id": self._id(value, path),
            "name": self._text(value, "name", path, needed=True),
            "kind": kind,
            "category": self._category_of(value, path),
            "outline": self._points(value.get("outline", []), f"{path}.outline"),
            "floor": self._number(value, "floor", f"{path}.floor", 0),
            "rake": self._number(value, "rake", f"{path}.rake", 0),
            "note": self._text(value, "note", path),
            "rows": [],
        }
        if section["outline"] and len(section["outline"]) < 3:
            self._wrong(f"{path}.outline", _("An outline has three corners or more."))
        if kind == "standing":
            section["capacity"] = self._whole(value, "capacity", path, MOST_CAPACITY)
            if value.get("rows"):
                self._wrong(f"{path}.rows", _("A standing section has no rows."))
            if not section["outline"]:
                self._wrong(f"{path}.outline", _("A standing section needs an outline."))
            return section
        section["rows"] = self._each(value, "rows", self._row, MOST_SEATS, path)
        words = _("Another row of this section has this label.")
        self._distinct(f"{path}.rows", section["rows"], "label", words)
        return section

    def _row(self, value: Thing, path: str) -> Thing:
        kind = self._one_of(value, "kind", path, ROW_KINDS, "row")
        row: Thing = {
            "id": self._id(value, path),
            "label": self._text(value, "label", path, needed=True),
            "kind": kind,
            "whole": self._flag(value, "whole", path),
        }
        table = value.get("table")
        if kind == "row" and table is not None:
            self._wrong(f"{path}.table", _("Only a table or a booth has a table."))
        elif table is not None:
            row["table"] = self._table(table, f"{path}.table")
        elif kind == "table":
            self._wrong(f"{path}.table", _("Say where this table stands, and its size."))
        row["seats"] = self._each(value, "seats", self._seat, MOST_SEATS, path)
        if not row["seats"]:
            self._wrong(f"{path}.seats", _("A row has one seat or more."))
        words = _("Another seat of this row has this number.")
        self._distinct(f"{path}.seats", row["seats"], "number", words)
        return row

    def _table(self, value: Any, path: str) -> Thing:
        if not isinstance(value, dict):
            self._wrong(path, _("This is not what was expected here."))
            return {}
        return {
            "shape": self._one_of(value, "shape", path, TABLE_SHAPES, "round"),
            "x": self._number(value, "x", f"{path}.x"),
            "y": self._number(value, "y", f"{path}.y"),
            "width": self._number(value, "width", f"{path}.width", least=1),
            "height": self._number(value, "height", f"{path}.height", least=1),
            "rotation": self._number(value, "rotation", f"{path}.rotation", 0),
        }

    def _seat(self, value: Thing, path: str) -> Thing:
        self._seats += 1
        if self._seats > MOST_SEATS:
            self._wrong("sections", _("A map has 40,000 seats at most."))
            raise _Enough
        seat: Thing = {
            "id": self._id(value, path),
            "number": self._text(value, "number", path, needed=True),
            "x": self._number(value, "x", f"{path}.x"),
            "y": self._number(value, "y", f"{path}.y"),
        }
        if value.get("category") is not None:
            seat["category"] = self._category_of(value, path)
        kind = value.get("kind")
        if kind not in (None, "", "standard"):
            seat["kind"] = self._one_of(value, "kind", path, SEAT_KINDS, "")
        if value.get("aisle") is not None and self._flag(value, "aisle", path):
            seat["aisle"] = True
        if note := value.get("note") and self._text(value, "note", path):
            seat["note"] = note
        return seat

    def _shape(self, value: Thing, path: str) -> Thing:
        kind = self._one_of(value, "kind", path, SHAPE_KINDS, None)
        points = self._points(value.get("points", []), f"{path}.points")
        if kind in POINTED and len(points) < (3 if kind == "polygon" else 2):
            self._wrong(f"{path}.points", _("There are too few points for this shape."))
        return {
            "id": self._id(value, path),
            "kind": kind,
            "x": self._number(value, "x", f"{path}.x", 0),
            "y": self._number(value, "y", f"{path}.y", 0),
            "width": self._number(value, "width", f"{path}.width", 0, least=0),
            "height": self._number(value, "height", f"{path}.height", 0, least=0),
            "rotation": self._number(value, "rotation", f"{path}.rotation", 0),
            "points": points,
            "text": self._text(value, "text", path),
            "size": self._number(value, "size", f"{path}.size", 40, least=1),
        }

    # What things are made of

    def _wrong(self, path: str, sentence: str) -> None:
        self.errors.setdefault(path, sentence)
        if len(self.errors) >= MOST_ERRORS:
            raise _Enough

    def _each(
        self,
        value: Thing,
        name: str,
        read: Callable[[Thing, str], Thing],
        most: int,
        path: str = "",
    ) -> list[Thing]:
        path = f"{path}.{name}" if path else name
        given = value.get(name, [])
        if not isinstance(given, list):
            self._wrong(path, _("This has to be a list."))
            return []
        if len(given) > most:
            self._wrong(path, _("There are more than %(most)s of these.", most=most))
            raise _Enough
        found = []
        for index, one in enumerate(given):
            if isinstance(one, dict):
                found.append(read(one, f"{path}.{index}"))
            else:
                self._wrong(f"{path}.{index}", _("This is not what was expected here."))
        return found

    def _distinct(self, path: str, things: Iterable[Thing], name: str, sentence: str) -> None:
        seen: set[str] = set()
        for index, thing in enumerate(things):
            if thing[name] in seen:
                self._wrong(f"{path}.{index}.{name}", sentence)
            seen.add(thing[name])

    def _id(self, value: Thing, path: str) -> str:
        given = value.get("id")
        if not isinstance(given, str) or not ID.fullmatch(given):
            words = _("An id is up to 40 letters, digits, hyphens or underscores.")
            self._wrong(f"{path}.id", words)
            return ""
        if given in self._ids:
            self._wrong(f"{path}.id", _("This id is used twice in the drawing."))
        self._ids.add(given)
        return given

    def _text(self, value: Thing, name: str, path: str, *, needed: bool = False) -> str:
        given = value.get(name, "")
        path = f"{path}.{name}"
        if not isinstance(given, str):
            self._wrong(path, _("This has to be text."))
            return ""
        if not given.isprintable():
            try:
                given = refuse_control_characters(given)
            except ControlCharacters as error:
                self._wrong(path, str(error))
                return ""
        # One line, single spaces: what looks the same is the same.
        given = " ".join(given.split())
        if needed and not given:
            self._wrong(path, _("This can't be empty."))
        if len(given) > LONGEST:
            self._wrong(path, _("This is longer than %(most)s characters.", most=LONGEST))
        return given

    def _number(
        self,
        value: Thing,
        name: str,
        path: str,
        default: int | None = None,
        *,
        least: float | None = None,
    ) -> int | float:
        number = number_of(value.get(name, default))
        if number is None:
            words = _("This has to be a number between -1,000,000 and 1,000,000.")
            self._wrong(path, words)
            return 0
        if least is not None and number < least:
            self._wrong(path, _("This has to be at least %(least)s.", least=least))
        return number

    def _whole(self, value: Thing, name: str, path: str, most: int) -> int:
        given = value.get(name)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 < given <= most:
            words = _("This has to be a whole number between 1 and %(most)s.", most=f"{most:,}")
            self._wrong(f"{path}.{name}", words)
            return 1
        return given

    def _flag(self, value: Thing, name: str, path: str) -> bool:
        given = value.get(name, False)
        if not isinstance(given, bool):
            self._wrong(f"{path}.{name}", _("This has to be true or false."))
        return given is True

    def _one_of(
        self, value: Thing, name: str, path: str, known: tuple[str, ...], default: str | None
    ) -> str:
        given = value.get(name, default)
        if not isinstance(given, str) or given not in known:
            words = _("This has to be one of %(known)s.", known=", ".join(known))
            self._wrong(f"{path}.{name}", words)
            return known[0]
        return given

    def _category_of(self, value: Thing, path: str) -> str | None:
        given = value.get("category")
        if given is not None and (not isinstance(given, str) or given not in self._categories):
            self._wrong(f"{path}.category", _("There is no such category in this drawing."))
            return None
        return given

    def _point(self, value: Any, path: str) -> list[int | float]:
        if isinstance(value, list) and len(value) == 2:
            x, y = number_of(value[0]), number_of(value[1])
            if x is not None and y is not None:
                return [x, y]
        self._wrong(path, _("A point is two numbers."))
        return [0, 0]

    def _points(self, value: Any, path: str) -> list[list[int | float]]:
        if not isinstance(value, list) or len(value) > MOST_POINTS:
            words = _("This has to be a list of up to %(most)s points.", most=MOST_POINTS)
            self._wrong(path, words)
            return []
        return [self._point(one, f"{path}.{index}") for index, one in enumerate(value)]
