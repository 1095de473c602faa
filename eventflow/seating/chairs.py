"""Chairs: making the rows and seats of an event out of a drawing, and making them what it is now.

Who may be disturbed by that is decided in `freezing.py`, before it comes here.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from eventflow.db import db, new_id
from eventflow.seating import drawing as drawings
from eventflow.seating.models import Seat, SeatRow
from eventflow.tenancy import current_tenant_id


def make(event_id: uuid.UUID, drawing: drawings.Drawing) -> None:
    """All rows and chairs of a drawing, for an event that has none."""
    rows = {key: {**facts, "id": new_id()} for key, facts in drawn_rows(drawing).items()}
    _insert(SeatRow, event_id, rows.values())
    _insert(
        Seat,
        event_id,
        (
            {**_kept(facts), "id": new_id(), "seat_row_id": rows[facts["row"]]["id"]}
            for facts in _seats(drawing)
        ),
    )


def renew(
    event_id: uuid.UUID,
    old_rows: Mapping[str, SeatRow],
    old_seats: Mapping[str, Seat],
    rows: Mapping[str, dict[str, Any]],
    seats: Mapping[str, dict[str, Any]],
) -> None:
    """Make the event's rows and chairs what is drawn now; what has the same key is the same."""
    _remove(event_id, old_seats, seats)
    ids = _renew_rows(event_id, old_rows, rows)
    _renew_seats(event_id, old_seats, seats, ids)
    _remove_rows(event_id, old_rows, rows)


def drawn_rows(drawing: drawings.Drawing) -> dict[str, dict[str, Any]]:
    """The rows of a drawing that have chairs, by key."""
    return {
        row["id"]: {
            "key": row["id"],
            "section_key": section["id"],
            "section": section["name"],
            "label": row["label"],
            "kind": row.get("kind") or "row",
            "whole": bool(row.get("whole")),
        }
        for section in drawing.get("sections", ())
        for row in section.get("rows", ())
        if row.get("seats")
    }


def drawn_seats(drawing: drawings.Drawing) -> dict[str, dict[str, Any]]:
    """The chairs of a drawing, by key; `row` is the key of theirs."""
    return {facts["key"]: facts for facts in _seats(drawing)}


def _seats(drawing: drawings.Drawing) -> Iterable[dict[str, Any]]:
    for section, row, seat, position in drawings.each_seat(drawing):
        yield {
            "row": row["id"],
            "key": seat["id"],
            "position": position,
            "number": str(seat["number"]),
            "x": float(seat["x"]),
            "y": float(seat["y"]),
            "category": drawings.category_of(section, seat),
            "kind": seat.get("kind") or "standard",
            "aisle_after": bool(seat.get("aisle")),
            "note": seat.get("note") or "",
        }


def _kept(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "row"}


def _insert(model: Any, event_id: uuid.UUID, rows: Iterable[dict[str, Any]]) -> None:
    tenant_id = current_tenant_id()
    values = [{"tenant_id": tenant_id, "event_id": event_id, **row} for row in rows]
    if values:
        # The table and not the class: of 20,000 rows nobody needs anything back.
        db.session.execute(insert(model.__table__), values)


def rows_of(event_id: uuid.UUID) -> dict[str, SeatRow]:
    query = select(SeatRow).where(SeatRow.event_id == event_id)
    fresh = query.execution_options(populate_existing=True)
    return {row.key: row for row in db.session.scalars(fresh)}


def seats_of(event_id: uuid.UUID) -> dict[str, Seat]:
    query = select(Seat).where(Seat.event_id == event_id)
    fresh = query.execution_options(populate_existing=True)
    return {seat.key: seat for seat in db.session.scalars(fresh)}


def lock_rows(event_id: uuid.UUID) -> None:
    """Nobody takes a seat of the event until this transaction ends."""
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.event_id == event_id)
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )


def _remove(event_id: uuid.UUID, old: Mapping[str, Seat], new: Mapping[str, Any]) -> None:
    gone = [seat.id for key, seat in old.items() if key not in new]
    if gone:
        forget_past(event_id, gone)
        db.session.execute(delete(Seat).where(Seat.id.in_(gone)))


def forget_past(event_id: uuid.UUID, seats: list[uuid.UUID] | None) -> None:
    """Cancelled tickets let go of chairs that are taken away; their orders keep the labels."""
    # By the table's name: tickets are to our right.
    tickets = db.metadata.tables["tickets"]
    query = update(tickets).where(
        tickets.c.event_id == event_id,
        tickets.c.status == "cancelled",
        tickets.c.tenant_id == current_tenant_id(),
    )
    if seats is not None:
        query = query.where(tickets.c.seat_id.in_(seats))
    db.session.execute(query.values(seat_id=None))


def _renew_rows(
    event_id: uuid.UUID, old: Mapping[str, SeatRow], new: Mapping[str, dict[str, Any]]
) -> dict[str, uuid.UUID]:
    ids = {key: row.id for key, row in old.items() if key in new}
    added = {key: {**facts, "id": new_id()} for key, facts in new.items() if key not in old}
    # Two rows may change names with each other: first out of each other's way.
    renamed = [
        key
        for key in ids
        if (old[key].section, old[key].label) != (new[key]["section"], new[key]["label"])
    ]
    gone = [key for key in old if key not in new]
    for key in (*renamed, *gone):
        old[key].label = f"\x7f{old[key].id}"
    db.session.flush()
    for key in ids:
        for name, value in new[key].items():
            if getattr(old[key], name) != value:
                setattr(old[key], name, value)
    db.session.flush()
    _insert(SeatRow, event_id, added.values())
    return ids | {key: facts["id"] for key, facts in added.items()}


def _renew_seats(
    event_id: uuid.UUID,
    old: Mapping[str, Seat],
    new: Mapping[str, dict[str, Any]],
    rows: Mapping[str, uuid.UUID],
) -> None:
    changed = {}
    for key in old.keys() & new.keys():
        facts = {**_kept(new[key]), "seat_row_id": rows[new[key]["row"]]}
        if any(getattr(old[key], name) != value for name, value in facts.items()):
            changed[key] = facts
    for key in changed:
        if (old[key].number, old[key].seat_row_id) != (
            changed[key]["number"],
            changed[key]["seat_row_id"],
        ):
            old[key].number = f"\x7f{old[key].id}"
    db.session.flush()
    for key, facts in changed.items():
        for name, value in facts.items():
            setattr(old[key], name, value)
    db.session.flush()
    _insert(
        Seat,
        event_id,
        (
            {**_kept(facts), "id": new_id(), "seat_row_id": rows[facts["row"]]}
            for key, facts in new.items()
            if key not in old
        ),
    )


def _remove_rows(event_id: uuid.UUID, old: Mapping[str, SeatRow], new: Mapping[str, Any]) -> None:
    gone = [row.id for key, row in old.items() if key not in new]
    if gone:
        db.session.execute(delete(SeatRow).where(SeatRow.id.in_(gone)))
