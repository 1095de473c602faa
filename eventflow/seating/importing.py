"""Importing a drawing from a CSV or JSON file: all of it, or nothing and why.

`read` only reads. Whoever calls it shows what it would draw, and puts it in the place of a map's
drawing once somebody has agreed (`map_imports.py`). Every complaint names its line, its column
and what would do, so that a file of thousands of lines is put right in one go.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from flask_babel import gettext as _

from eventflow.errors import Invalid
from eventflow.seating import checking, spots
from eventflow.seating.csv_lines import Lines, Wrong

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 60_000
MOST_ERRORS = 200
REPORT_EVERY = 1000
FORMATS = ("csv", "json")

Progress = Callable[[int, int], None]


@dataclass
class Read:
    """What a file would draw, or what is wrong with it."""

    drawing: dict[str, Any] | None = None
    errors: list[Wrong] = field(default_factory=list)


def format_of(filename: str, content_type: str = "") -> str | None:
    """CSV or JSON, by what a file is called or said to be."""
    suffix = filename.rpartition(".")[2].lower()
    if suffix in FORMATS:
        return suffix
    kind = content_type.partition(";")[0].strip().lower()
    known = {"text/csv": "csv", "application/csv": "csv", "application/json": "json"}
    return known.get(kind)


def read(data: bytes, format: str, progress: Progress = lambda done, of: None) -> Read:
    """Read a file without changing anything."""
    if len(data) > MOST_BYTES:
        return _refused(0, "", _("This file is larger than 10 MB. A hall of 40,000 seats has 4."))
    if not data.strip():
        return _refused(1, "", _("This file is empty."))
    if kind := _other_kind(data):
        return _refused(1, "", kind)
    text = _decoded(data)
    if isinstance(text, Wrong):
        return Read(errors=[text])
    return _read_json(text) if format == "json" else _read_csv(text, progress)


def _refused(line: int, column: str, sentence: str) -> Read:
    return Read(errors=[Wrong(line, column, sentence)])


def _other_kind(data: bytes) -> str | None:
    """What a file says by its first bytes that it is, where that is no text."""
    if data.startswith(b"%PDF"):
        return _("This is a PDF, whatever it is called. Save the seats as CSV in UTF-8.")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _("This is a spreadsheet, not a CSV. Save it as CSV in UTF-8 from there.")
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        return _("This is a picture, whatever it is called. Seats come as CSV or JSON.")
    return None


def _decoded(data: bytes) -> str | Wrong:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Wrong(1, "", _("This file is in UTF-16. Save it in UTF-8."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        words = _("This line has letters that are not in UTF-8. Save the file as CSV in UTF-8.")
        return Wrong(line, "", words)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        return Wrong(line, "", _("This is not a text file: this line has bytes that are no text."))
    return text


def _read_json(text: str) -> Read:
    try:
        value = json.loads(text, parse_constant=lambda name: None)
    except json.JSONDecodeError as error:
        words = _("This is not JSON: character %(column)s is not expected.", column=error.colno)
        return _refused(error.lineno, "", words)
    except (RecursionError, ValueError):
        return _refused(1, "", _("This is not JSON that a drawing could be in."))
    try:
        drawing = checking.check(value)
    except Invalid as wrong:
        found = _JsonLines(text, value)
        errors = [Wrong(found.line(path), path, words) for path, words in wrong.fields.items()]
        return Read(errors=errors)
    if not drawing["sections"]:
        return _refused(0, "sections", _("There is no seat and no section in this file."))
    if errors := list(_on_one_spot(drawing, _JsonLines(text, value))):
        return Read(errors=errors)
    return Read(drawing=drawing)


def _on_one_spot(drawing: dict[str, Any], found: "_JsonLines") -> Iterator[Wrong]:
    for spot, first in islice(spots.shared(drawing), MOST_ERRORS):
        line, before = found.line(spot.path), found.line(first.path)
        if before:
            words = _("%(seat)s stands on the very spot of %(other)s, in line %(line)s.")
        else:
            words = _("%(seat)s stands on the very spot of %(other)s.")
        facts = {"seat": spot.label, "other": first.label, "line": before}
        yield Wrong(line, f"{spot.path}.x", words % facts)


class _JsonLines:
    """Where in a JSON file the things of a drawing are, found by their ids."""

    def __init__(self, text: str, value: Any) -> None:
        self._text, self._value = text, value

    def line(self, path: str) -> int:
        """The line of what stands at this path, or of the nearest thing around it that has an id;
        0 where that can't be told."""
        thing, nearest = self._value, None
        for part in path.split("."):
            try:
                thing = thing[int(part)] if part.isdecimal() else thing[part]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(thing, dict) and isinstance(thing.get("id"), str):
                nearest = thing["id"]
        if nearest is None or not checking.ID.fullmatch(nearest):
            return 0
        found = re.finditer(rf'"id"\s*:\s*"{nearest}"', self._text)
        first, second = next(found, None), next(found, None)
        if first is None or second is not None:
            return 0
        return self._text.count("\n", 0, first.start()) + 1


def _read_csv(text: str, progress: Progress) -> Read:
    of = text.count("\n") + 1
    if of > MOST_LINES:
        return _refused(MOST_LINES, "", _("A file has 60,000 lines at most."))
    lines = Lines()
    try:
        for number, cells in _records(text):
            lines.take(number, cells)
            if len(lines.errors) >= MOST_ERRORS:
                break
            if number % REPORT_EVERY == 0:
                progress(number, of)
    except csv.Error:
        words = _("This line can't be read as CSV: a quotation mark is open, or a cell too long.")
        lines.errors.append(Wrong(lines.last + 1, "", words))
    drawing = lines.drawing()
    progress(of, of)
    return Read(errors=lines.errors) if lines.errors else Read(drawing=drawing)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    head = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    for cells in reader:
        yield number, cells
        number = reader.line_num + 1
