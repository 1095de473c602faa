"""The lines of a seat map's CSV, one by one, and the drawing they make.

A line is one thing: `kind` says which. Most files have nothing but seats, and sections, rows and
categories are then made as they are named; lines of their own say more of them (docs/seat-maps.md).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from flask_babel import gettext as _

from eventflow.errors import Invalid
from eventflow.seating import checking, spots
from eventflow.seating.exporting import CALCULATED, COLUMNS, TAKEN_BACK, TEXTS

NEEDED = ("section", "row", "number", "x", "y")
COLOURS = ("#b4232f", "#1f6f8b", "#c98a12", "#3d7a3a", "#6d4aa3", "#a3476f", "#55606b", "#8a5a2b")
SEATS = {"": None, "seat": None, "standard": None} | {kind: kind for kind in checking.SEAT_KINDS}
CELLS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "": (("section", "row", "number"), ("x", "y"), ("aisle",)),
    "row": (("section", "row"), (), ("whole",)),
    "booth": (("section", "row"), (), ("whole",)),
    "table": (("section", "row"), ("x", "y", "width", "height"), ("whole",)),
    "section": (("section",), (), ()),
    "standing": (("section",), ("capacity",), ()),
    "category": (("category",), (), ()),
    "map": ((), ("x", "y", "width", "height"), ()),
    **dict.fromkeys(checking.SHAPE_KINDS, ((), (), ())),
}
"""Of each kind of line the texts, the numbers and the answers yes or no that it has to have."""
YES, NO = ("yes", "true", "1", "x"), ("", "no", "false", "0")
_NAMED = ("line", "section", "row", "number")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")

Thing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One complaint. Line 0: the file as a whole."""

    line: int
    column: str
    message: str

    def as_json(self) -> Thing:
        return asdict(self)


class _Refused(Exception):
    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


class Lines:
    """Takes line after line, and knows where everything came from."""

    def __init__(self) -> None:
        self.errors: list[Wrong] = []
        self.last = 0
        self._columns: list[str] | None = None
        self._drawing: Thing = {"format": 1, "categories": [], "sections": [], "shapes": []}
        self._categories: dict[str, Thing] = {}
        self._sections: dict[str, Thing] = {}
        self._rows: dict[tuple[str, str], Thing] = {}
        self._numbers: dict[tuple[str, str, str], int] = {}
        self._declared: dict[tuple[str, ...], int] = {}
        self._ids: dict[str, int] = {}
        self._without_id: list[tuple[str, Thing]] = []
        self._line_of: dict[int, int] = {}
        self._spots: spots.Spots[tuple[int, str, str, str]] = spots.Spots()

    def take(self, line: int, cells: list[str]) -> None:
        self.last = line
        if self._columns is None:
            self._columns = self._heads(line, cells)
        elif any(cell.strip() for cell in cells) and self._columns:
            self._take(line, cells)

    def drawing(self) -> Thing | None:
        """What all lines together draw; None with the errors filled where it can't be."""
        if self._columns is None or (not self.errors and not self._drawing["sections"]):
            self._wrong(self.last or 1, "", _("There is no seat and no section in this file."))
        if self.errors:
            return None
        self._name_the_nameless()
        if ("map",) not in self._declared:
            self._make_room()
        try:
            return checking.check(self._drawing)
        except Invalid as wrong:
            for path, sentence in wrong.fields.items():
                line, column = self._whence(path)
                self._wrong(line, column, sentence)
            return None

    def _heads(self, line: int, cells: list[str]) -> list[str]:
        heads = [cell.strip().lower() for cell in cells]
        # Where none is known, they are no names at all: a line of seats, or another kind of file.
        for head in heads if set(heads) & set(COLUMNS) else ():
            if head and head not in COLUMNS:
                self._wrong(line, head[:40], _("There is no column of this name."))
            elif head and heads.count(head) > 1:
                self._wrong(line, head, _("This column is there twice."))
        if missing := [name for name in NEEDED if name not in heads]:
            words = _("The first line has to name the columns; missing: %(names)s.")
            self._wrong(line, "", words % {"names": ", ".join(missing)})
        return [] if self.errors else heads

    def _take(self, line: int, cells: list[str]) -> None:
        columns = self._columns or []
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            words = _("This line has %(cells)s cells for %(columns)s columns.")
            self._wrong(line, "", words % {"cells": len(cells), "columns": len(columns)})
            return
        given = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        try:
            plain = {name: _plain(name, cell) for name, cell in given.items()}
            self._place(line, plain, plain.get("kind", "").lower())
        except _Refused as refused:
            self._wrong(line, refused.column, refused.sentence)
            for other in _faults(given):
                if other.column != refused.column:
                    self._wrong(line, other.column, other.sentence)

    def _place(self, line: int, given: dict[str, str], kind: str) -> None:
        if kind in SEATS:
            self._seat(line, given, SEATS[kind])
        elif kind in checking.ROW_KINDS:
            self._row_line(line, given, kind)
        elif kind in ("section", "standing"):
            self._section_line(line, given, kind)
        elif kind in checking.SHAPE_KINDS:
            self._shape(line, given, kind)
        elif kind == "category":
            self._category_line(line, given)
        elif kind == "map":
            self._once(line, ("map",), "kind")
            drawing = self._drawing
            drawing["focal"] = [_number(given, "x"), _number(given, "y")]
            drawing["width"], drawing["height"] = _number(given, "width"), _number(given, "height")
        else:
            words = _("This kind is not known. A seat is seat, accessible or companion.")
            raise _Refused("kind", words)

    def _seat(self, line: int, given: dict[str, str], kind: str | None) -> None:
        names = (_text(given, "section"), _text(given, "row"), _text(given, "number"))
        if (before := self._numbers.setdefault(names, line)) != line:
            words = _("Seat %(number)s of row %(row)s in %(section)s is in line %(line)s already.")
            facts = {"section": names[0], "row": names[1], "number": names[2], "line": before}
            raise _Refused("number", words % facts)
        x, y = _number(given, "x"), _number(given, "y")
        seat: Thing = {"number": names[2], "x": x, "y": y}
        if given.get("category"):
            seat["category"] = self._category(given["category"])["id"]
        if kind:
            seat["kind"] = kind
        if _flag(given, "aisle"):
            seat["aisle"] = True
        if given.get("note"):
            seat["note"] = given["note"]
        if there := self._spots.take(x, y, (line, *names)):
            words = _(
                "Seat %(number)s of row %(row)s in %(section)s, in line %(line)s, stands on this "
                "very spot."
            )
            raise _Refused("x", words % dict(zip(_NAMED, there, strict=True)))
        self._identify(line, seat, given, "k")
        row = self._row(line, *names[:2])
        row["seats"].append(seat)

    def _row_line(self, line: int, given: dict[str, str], kind: str) -> None:
        names = (_text(given, "section"), _text(given, "row"))
        self._once(line, ("row", *names), "row")
        row = self._row(line, *names)
        row["kind"], row["whole"] = kind, _flag(given, "whole")
        if given.get("shape") or kind == "table":
            row["table"] = {
                "shape": given.get("shape") or "round",
                **{name: _number(given, name) for name in ("x", "y", "width", "height")},
                "rotation": _number(given, "rotation", 0),
            }
        self._identify(line, row, given, "r")

    def _section_line(self, line: int, given: dict[str, str], kind: str) -> None:
        name = _text(given, "section")
        self._once(line, ("section", name), "section")
        section = self._section(line, name)
        section["kind"] = "standing" if kind == "standing" else "seated"
        if given.get("category"):
            section["category"] = self._category(given["category"])["id"]
        if kind == "standing":
            section["capacity"] = _number(given, "capacity")
        section["outline"] = _points(given, "outline")
        section["floor"], section["rake"] = _number(given, "floor", 0), _number(given, "rake", 0)
        section["note"] = given.get("note", "")
        self._identify(line, section, given, "s")

    def _shape(self, line: int, given: dict[str, str], kind: str) -> None:
        shape: Thing = {"kind": kind, "points": _points(given, "outline")}
        for name in ("x", "y", "width", "height", "rotation"):
            shape[name] = _number(given, name, 0)
        shape["text"], shape["size"] = given.get("text", ""), _number(given, "size", 40)
        self._identify(line, shape, given, "h")
        self._drawing["shapes"].append(shape)

    def _category_line(self, line: int, given: dict[str, str]) -> None:
        name = _text(given, "category")
        self._once(line, ("category", name), "category")
        if name in self._categories:
            raise _Refused("category", _("Name a category before the seats that are in it."))
        category = self._category(name, given.get("id", ""))
        self._line_of[id(category)] = line
        if given.get("colour"):
            category["colour"] = given["colour"].lower()

    # The things lines speak of, made when first spoken of

    def _category(self, name: str, wanted: str = "") -> Thing:
        if name not in self._categories:
            count = len(self._categories)
            identity = wanted or self._free("c", count + 1)
            if self._ids.setdefault(identity, self.last) != self.last:
                raise _Refused("id", _("This id is used twice in the file."))
            category = {"id": identity, "name": name, "colour": COLOURS[count % len(COLOURS)]}
            self._line_of[id(category)] = self.last
            self._categories[name] = category
            self._drawing["categories"].append(category)
        return self._categories[name]

    def _section(self, line: int, name: str) -> Thing:
        if name not in self._sections:
            section: Thing = {"name": name, "rows": []}
            self._line_of[id(section)] = line
            self._without_id.append(("s", section))
            self._sections[name] = section
            self._drawing["sections"].append(section)
        return self._sections[name]

    def _row(self, line: int, section: str, label: str) -> Thing:
        key = (section, label)
        if key not in self._rows:
            row: Thing = {"label": label, "seats": []}
            self._line_of[id(row)] = line
            self._without_id.append(("r", row))
            self._rows[key] = row
            self._section(line, section)["rows"].append(row)
        return self._rows[key]

    def _identify(self, line: int, thing: Thing, given: dict[str, str], letter: str) -> None:
        self._line_of[id(thing)] = line
        if identity := given.get("id", ""):
            before = self._ids.setdefault(identity, line)
            if before != line:
                words = _("This id is in line %(line)s already.", line=before)
                raise _Refused("id", words)
            thing["id"] = identity
        elif letter not in ("s", "r"):
            self._without_id.append((letter, thing))

    def _make_room(self) -> None:
        """A canvas for all that is there; everybody looks to the middle, before the first row."""
        seats = [seat for row in self._rows.values() for seat in row["seats"]]
        points = [(seat["x"], seat["y"]) for seat in seats]
        points += [point for one in self._drawing["sections"] for point in one.get("outline", [])]
        xs, ys = [x for x, _y in points], [y for _x, y in points]
        if points:
            self._drawing["focal"] = [round((min(xs) + max(xs)) / 2), round(min(ys) - 300)]
            self._drawing["width"] = max(1000, round(max(xs) + 200))
            self._drawing["height"] = max(1000, round(max(ys) + 200))

    def _name_the_nameless(self) -> None:
        counts: dict[str, int] = {}
        for letter, thing in self._without_id:
            if "id" not in thing:
                counts[letter] = counts.get(letter, 0) + 1
                while f"{letter}{counts[letter]}" in self._ids:
                    counts[letter] += 1
                thing["id"] = f"{letter}{counts[letter]}"

    def _free(self, letter: str, number: int) -> str:
        while f"{letter}{number}" in self._ids:
            number += 1
        return f"{letter}{number}"

    def _once(self, line: int, what: tuple[str, ...], column: str) -> None:
        before = self._declared.setdefault(what, line)
        if before != line:
            words = _("Line %(line)s describes the same already.", line=before)
            raise _Refused(column, words)

    def _wrong(self, line: int, column: str, sentence: str) -> None:
        self.errors.append(Wrong(line, column, sentence))

    def _whence(self, path: str) -> tuple[int, str]:
        """The line and column of what stands at this path of the drawing."""
        thing: Any = self._drawing
        line, column = 0, ""
        for part in path.split("."):
            try:
                thing = thing[int(part)] if part.isdecimal() else thing[part]
            except (KeyError, IndexError, TypeError):
                column = part
                break
            line = self._line_of.get(id(thing), line)
            if not part.isdecimal():
                column = part
        return line, {"name": "section", "label": "row", "points": "outline"}.get(column, column)


def _faults(given: dict[str, str]) -> Iterator[_Refused]:
    """All that is wrong with the cells of a line, each column once, so that nobody has to try again
    and again; what is wrong with a line among others is said one at a time."""
    kind = given.get("kind", "").strip().lower()
    texts, numbers, flags = CELLS.get(kind, CELLS[""])
    readers: list[tuple[str, Callable[[], object]]] = [
        *((name, partial(_plain, name, cell)) for name, cell in given.items()),
        *((name, partial(_text, given, name)) for name in texts),
        *((name, partial(_number, given, name)) for name in numbers),
        *((name, partial(_flag, given, name)) for name in flags),
    ]
    said: set[str] = set()
    for name, read in readers:
        try:
            read()
        except _Refused as refused:
            if name not in said:
                yield refused
            said.add(name)


def _plain(name: str, cell: str) -> str:
    """A cell as it was meant; one that a spreadsheet would calculate is refused."""
    if name not in TEXTS:
        if cell[:1] in ("=", "@"):
            raise _Refused(name, _("This looks like a formula. Write what it comes to."))
        return cell
    if CALCULATED.match(cell):
        words = _(
            "This looks like a formula. If it is meant as it stands, write an apostrophe before it."
        )
        raise _Refused(name, words)
    return TAKEN_BACK.sub("", cell)


def _text(given: dict[str, str], name: str) -> str:
    # As checking will have it, so that what is the same there is the same here.
    if text := " ".join(given.get(name, "").split()):
        return text
    raise _Refused(name, _("This can't be empty."))


def _number(given: dict[str, str], name: str, default: int | None = None) -> int | float:
    cell = given.get(name, "")
    if not cell and default is not None:
        return default
    if not cell.isascii() or len(cell) > 30 or not _NUMBER.fullmatch(cell):
        raise _Refused(name, _("This has to be a number, like 120 or 12.5."))
    number = checking.number_of(float(cell))
    if number is None:
        raise _Refused(name, _("This has to be a number between -1,000,000 and 1,000,000."))
    return number


def _flag(given: dict[str, str], name: str) -> bool:
    cell = given.get(name, "").lower()
    if cell not in YES and cell not in NO:
        raise _Refused(name, _("Write yes, or leave this empty."))
    return cell in YES


def _points(given: dict[str, str], name: str) -> list[list[int | float]]:
    points = []
    for pair in given.get(name, "").split():
        x, _slash, y = pair.partition("/")
        points.append([_number({name: x}, name), _number({name: y}, name)])
    return points
