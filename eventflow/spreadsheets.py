"""Tables as CSV files, sent while they are read, and harmless to open.

What a buyer typed may begin with a sign that a spreadsheet takes for a formula; such a cell gets an
apostrophe in front, which spreadsheets show as text.
"""

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence

from flask import Flask, Response, current_app

from eventflow.tenancy import acting_for, current_tenant_id

Cell = str | int | None
Row = Sequence[Cell]


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
    dangerous = isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n")
    return f"'{cell}" if dangerous else cell


def _lines(
    app: Flask, tenant_id: uuid.UUID, heads: Row, parts: Iterator[Iterable[Row]]
) -> Iterator[str]:
    yield _written([heads])
    while True:
        # The request is over by now, and whoever sends the file may do so from another thread.
        with app.app_context(), acting_for(tenant_id):
            part = next(parts, None)
            text = _written(part) if part is not None else None
        if text is None:
            return
        yield text


def _written(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([defused(cell) for cell in row])
    return out.getvalue()
