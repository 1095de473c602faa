"""Freezing: an event's own copy of a seat map, and taking over what the map has become since.

The promise kept here is that a chair somebody bought or is buying is never moved, renamed or
removed, whatever happens to the map; and that what a tier has to sell equals its chairs.
Locks go in the order of `place_seats`: rows of seats, then stocks.
"""

import math
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, select, text

from eventflow.accounts import audit
from eventflow.db import db, new_id
from eventflow.errors import Refusal
from eventflow.events.drafting import forget_lapsed
from eventflow.events.models import Event
from eventflow.seating import chairs, pricing, rules
from eventflow.seating import drawing as drawings
from eventflow.seating.models import Allocation, Seat, Seating, SeatMap, SeatRow
from eventflow.seating.pricing import find, of

MOVED = 1.0
"""Centimetres that a chair may shift and still stand where it stood."""


class SeatsTaken(Refusal):
    """Seats that are sold, held or kept back stand in the way; `facts["seats"]` says which of them
    somebody has, and who."""

    code = "seats_taken"


def freeze(event: Event, seat_map: SeatMap, *, at: datetime) -> Seating:
    """Seat an event on a copy of this map. Nothing is for sale before `price` says as what.

    A hall of 20,000 takes a second or two: a second press meanwhile waits for the first, and comes
    to the same.
    """
    db.session.execute(select(Event.id).where(Event.id == event.id).with_for_update())
    if (seated := of(event.id)) is not None:
        if (seated.seat_map_id, seated.map_version) == (seat_map.id, seat_map.version):
            return seated
        raise Refusal(_("This event is seated already. Take over the map, or unseat it first."))
    _refuse_without_category(seat_map.drawing)
    seating = Seating(
        id=new_id(),
        event_id=event.id,
        seat_map_id=seat_map.id,
        map_version=seat_map.version,
        drawing=seat_map.drawing,
        prices={},
        frozen_at=at,
    )
    db.session.add(seating)
    db.session.flush()
    chairs.make(event.id, seat_map.drawing)
    event.version += 1
    words = _("Seated %(title)s on the map %(map)s", title=event.title, map=seat_map.name)
    audit.record("seating.freeze", event, words, after={"map": seat_map.name}, at=at)
    db.session.flush()
    return seating


def _refuse_without_category(drawing: Mapping[str, Any]) -> None:
    """What has no category can never be said a price of."""
    bare = sum(
        not drawings.category_of(section, seat)
        for section, _row, seat, _position in drawings.each_seat(drawing)
    )
    if bare:
        raise Refusal(
            ngettext(
                "%(num)d seat of this map has no price category. Paint it in the editor first.",
                "%(num)d seats of this map have no price category. Paint them in the editor first.",
                bare,
            )
        )


def renew(seating: Seating, *, at: datetime) -> None:
    """Take over the map as it is now. Raises SeatsTaken, and changes nothing, where a chair that
    is sold or held would be moved, renamed or removed, or a table is sold whole of which a part is
    gone.

    What the event itself says of a table stays so, unless the map says something new of it.
    """
    drawing, event_id = seating.seat_map.drawing, seating.event_id
    _refuse_without_category(drawing)
    chairs.lock_rows(event_id)
    forget_lapsed(event_id, at=at)
    old_rows, old_seats = chairs.rows_of(event_id), chairs.seats_of(event_id)
    new_rows, new_seats = chairs.drawn_rows(drawing), chairs.drawn_seats(drawing)
    for key, was in chairs.drawn_rows(seating.drawing).items():
        if key in old_rows and key in new_rows and was["whole"] == new_rows[key]["whole"]:
            new_rows[key]["whole"] = old_rows[key].whole
    keys_of_rows = {row.id: row.key for row in old_rows.values()}
    if wrong := [
        one
        for one in taken(event_id)
        if _is_disturbed(
            old_seats[one["key"]],
            old_rows[keys_of_rows[old_seats[one["key"]].seat_row_id]],
            new_seats.get(one["key"]),
            new_rows,
        )
    ]:
        raise SeatsTaken(_in_words(wrong), seats=wrong)
    begun = {row.id for row in old_rows.values() if row.whole} & rules.begun(event_id)
    chairs.renew(event_id, old_rows, old_seats, new_rows, new_seats)
    _refuse_begun(seating.event, except_for=begun)
    seating.drawing, seating.frozen_at = drawing, at
    seating.map_version = seating.seat_map.version
    pricing.apply(seating)
    pricing.changed(seating, at=at)
    words = _("Took over the map %(map)s as it is now", map=seating.seat_map.name)
    audit.record("seating.renew", seating.event, words, at=at)


def _refuse_begun(event: Event, *, except_for: set[uuid.UUID]) -> None:
    db.session.flush()
    stuck = rules.begun(event.id) - except_for
    tables = [row for row in chairs.rows_of(event.id).values() if row.whole and row.id in stuck]
    if tables:
        ids = [row.id for row in tables]
        keys = set(db.session.scalars(select(Seat.key).where(Seat.seat_row_id.in_(ids))))
        theirs = [one for one in taken(event.id) if one["key"] in keys]
        raise SeatsTaken(rules.begun_words(tables), seats=theirs)


def unseat(event: Event, *, at: datetime) -> None:
    """Back to an event without seats; SeatsTaken while any is sold or held."""
    seating = find(event)
    chairs.lock_rows(event.id)
    forget_lapsed(event.id, at=at)
    if found := taken(event.id):
        raise SeatsTaken(_in_words(found), seats=found)
    chairs.forget_past(event.id, None)
    for model in (Seat, SeatRow, Allocation):
        db.session.execute(delete(model).where(model.event_id == event.id))
    db.session.delete(seating)
    event.version += 1
    audit.record("seating.unseat", event, _("Unseated %(title)s", title=event.title), at=at)
    db.session.flush()


def taken(event_id: uuid.UUID) -> list[dict[str, Any]]:
    """The event's chairs that are sold or held: key, label, ticket (its reference) or None.

    Held by a lapsed hold too, where it was not given back yet: somebody may be paying for it.
    """
    rows = db.session.execute(_TAKEN, {"event": event_id})
    return [
        {"key": row.key, "label": row.label, "ticket": row.ticket, "name": row.name} for row in rows
    ]


_TAKEN = text(
    """
    select s.key, seat_label(r.section, r.kind, r.label, s.number) as label,
           o.code || '-' || t.position as ticket, t.attendee_name as name
      from seats s
      join seat_rows r on r.id = s.seat_row_id
      left join tickets t on t.seat_id = s.id and t.status = 'valid'
      left join orders o on o.id = t.order_id
      left join holds h on h.id = s.hold_id and h.status = 'live'
     where s.event_id = :event and (t.id is not null or h.id is not null)
     order by s.position
    """
)


def _is_disturbed(
    seat: Seat, row: SeatRow, facts: dict[str, Any] | None, rows: Mapping[str, dict[str, Any]]
) -> bool:
    """Whether a chair, known by its key, would not be what and where it was."""
    if facts is None or facts["row"] != row.key:
        return True
    new_row = rows[row.key]
    return (
        math.hypot(seat.x - facts["x"], seat.y - facts["y"]) > MOVED
        or seat.number != facts["number"]
        or seat.kind != facts["kind"]
        or (row.section, row.label, row.kind)
        != (new_row["section"], new_row["label"], new_row["kind"])
    )


def _in_words(found: list[dict[str, Any]]) -> str:
    labels = ", ".join(
        f"{one['label']} ({one['ticket']})" if one["ticket"] else one["label"] for one in found[:10]
    )
    more = len(found) - 10
    if more > 0:
        labels += _(" and %(number)s more", number=more)
    return _(
        "These seats are sold or held, so they can't be moved, renamed or taken away: %(seats)s.",
        seats=labels,
    )
