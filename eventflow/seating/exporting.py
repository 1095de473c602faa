"""Exporting a drawing: as JSON, the drawing itself; as CSV, one line for each thing in it.

The CSV is what `importing.py` reads, and reading it gives the same drawing again, ids and all:
docs/seat-maps.md describes it. A text that a spreadsheet would calculate gets an apostrophe in
front, which importing takes away again.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from eventflow.spreadsheets import SIGNS

COLUMNS = (
    "section",
    "row",
    "number",
    "x",
    "y",
    "category",
    "kind",
    "aisle",
    "note",
    "id",
    "width",
    "height",
    "rotation",
    "capacity",
    "whole",
    "shape",
    "colour",
    "outline",
    "floor",
    "rake",
    "text",
    "size",
)
TEXTS = ("section", "row", "number", "category", "note", "text")
"""What people wrote, and a spreadsheet might take for a formula."""

CALCULATED = re.compile(rf"[{SIGNS}\t\r]")
_WOULD_CALCULATE = re.compile(rf"(?:\A|(?<=;))(?=['\"]*[{SIGNS}\t\r])")
TAKEN_BACK = re.compile(rf"(?:\A|(?<=;))'(?=['\"]*[{SIGNS}\t\r])")
"""The apostrophes that `as_csv` put in, also before what would begin a cell where the reader's
spreadsheet parts lines at semicolons."""

Cells = dict[str, Any]


def as_json(drawing: dict[str, Any]) -> str:
    return json.dumps(drawing, ensure_ascii=False, separators=(",", ":")) + "\n"


def as_csv(drawing: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for cells in _lines(drawing):
        writer.writerow([_cell(name, cells.get(name)) for name in COLUMNS])
    return out.getvalue()


def _lines(drawing: dict[str, Any]) -> Iterator[Cells]:
    names = {one["id"]: one["name"] for one in drawing["categories"]}
    names[None] = ""
    yield {
        "kind": "map",
        "x": drawing["focal"][0],
        "y": drawing["focal"][1],
        "width": drawing["width"],
        "height": drawing["height"],
    }
    for category in drawing["categories"]:
        yield {
            "kind": "category",
            "category": category["name"],
            "id": category["id"],
            "colour": category["colour"],
        }
    for shape in drawing["shapes"]:
        yield {**shape, "outline": shape["points"]}
    for section in drawing["sections"]:
        standing = section["kind"] == "standing"
        yield {
            **section,
            "section": section["name"],
            "category": names[section["category"]],
            "kind": "standing" if standing else "section",
        }
        for row in section["rows"]:
            yield from _row(section["name"], row, names)


def _row(section: str, row: dict[str, Any], names: dict[str | None, str]) -> Iterator[Cells]:
    place = {"section": section, "row": row["label"]}
    yield place | {
        **row.get("table", {}),
        "kind": row["kind"],
        "id": row["id"],
        "whole": row["whole"],
    }
    for seat in row["seats"]:
        yield (
            place
            | seat
            | {
                "kind": seat.get("kind", "seat"),
                "category": names[seat.get("category")],
            }
        )


def _cell(name: str, value: Any) -> str:
    if value is None or value is False or value == [] or value == "":
        return ""
    if value is True:
        return "yes"
    if name == "outline":
        return " ".join(f"{x}/{y}" for x, y in value)
    return _WOULD_CALCULATE.sub("'", value) if name in TEXTS else str(value)
