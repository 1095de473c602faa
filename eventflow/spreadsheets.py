"""Tables as CSV files, sent while they are read, and harmless to open.

What a buyer typed may begin with a sign that a spreadsheet takes for a formula; such a cell gets an
apostrophe in front, which spreadsheets show as text. So does what would begin a cell where the
reader's spreadsheet parts lines at semicolons.

A file for a person begins with a byte order mark, without which Excel reads "Zoë" as another
alphabet's. One for a program, from the HTTP API, has none.
"""

import csv
import io
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence

from flask import Flask, Response, current_app

from eventflow.tenancy import acting_for, current_tenant_id

Cell = str | int | None
Row = Sequence[Cell]

BYTE_ORDER_MARK = "\ufeff"

SIGNS = r"=+\-@＝＋－＠"
"""What a formula begins with, for a set of a regular expression."""

_CALCULATED = re.compile(rf"\A(?=[{SIGNS}\t\r\n])|(?<=[;\r\n])(?=\"*[{SIGNS}])")


def csv_file(name: str, heads: Row, parts: Iterator[Iterable[Row]]) -> Response:
    """A file of this name to save; `parts` are read one by one while it is sent.

    Each part is read in a session of its own: however slowly the file is taken, no connection to
    the database waits for it.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    response = Response(
        _lines(app, current_tenant_id(), heads, parts), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def defused(cell: Cell) -> Cell:
    """The same cell, as something that no spreadsheet calculates."""
    return _CALCULATED.sub("'", cell) if isinstance(cell, str) else cell


def lines_of(rows: Iterable[Row]) -> str:
    """The rows as lines of CSV, their cells defused."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([defused(cell) for cell in row])
    return out.getvalue()


def _lines(
    app: Flask, tenant_id: uuid.UUID, heads: Row, parts: Iterator[Iterable[Row]]
) -> Iterator[str]:
    yield BYTE_ORDER_MARK + lines_of([heads])
    while True:
        # The request is over by now, and whoever sends the file may do so from another thread.
        with app.app_context(), acting_for(tenant_id):
            part = next(parts, None)
            text = lines_of(part) if part is not None else None
        if text is None:
            return
        yield text
