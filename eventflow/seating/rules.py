"""Rules: how people choose at one event, and which tables are sold whole.

The promise kept here is that no rule strands what is left: a table of which a part is sold or kept
back can't become one that is sold whole.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, text

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid, Refusal
from eventflow.events.models import Event
from eventflow.seating import chairs, pricing
from eventflow.seating.models import Seating, SeatRow

NAMES = ("choosing", "most_seats", "no_single_seats", "swap_until", "accessible_release_at")
CHOOSING = ("choose_first", "hold_at_once")


def change(seating: Seating, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Change the rules, from a mapping of NAMES. Raises Invalid; then nothing is changed."""
    wrong: dict[str, str] = {}
    if facts.get("choosing", CHOOSING[0]) not in CHOOSING:
        wrong["choosing"] = _("Choose how seats are taken.")
    if not 1 <= facts.get("most_seats", 1) <= 100:
        wrong["most_seats"] = _("From 1 to 100 seats.")
    if wrong:
        raise Invalid(wrong)
    for name in NAMES:
        if name in facts and getattr(seating, name) != facts[name]:
            setattr(seating, name, facts[name])
    before, after = audit.changes(seating)
    if not after:
        return
    # Browsers and processes that remember the hall load it anew, with its rules.
    seating.version += 1
    seating.event.version += 1
    db.session.flush()
    words = _("Changed the rules of choosing seats at %(title)s", title=seating.event.title)
    audit.record("seating.rules", seating.event, words, before, after, at=at)


def tables(event: Event) -> list[SeatRow]:
    """The tables and booths of an event, in the order of their names."""
    query = select(SeatRow).where(SeatRow.event_id == event.id, SeatRow.kind != "row")
    rows = list(db.session.scalars(query))
    return sorted(rows, key=lambda row: (row.section, len(row.label), row.label))


def sell_whole(event: Event, whole: set[uuid.UUID], *, at: datetime) -> None:
    """Of all tables and booths, sell these whole and the others by the chair."""
    chairs.lock_rows(event.id)
    changed = [row for row in tables(event) if row.whole != (row.id in whole)]
    if not changed:
        return
    in_part = begun(event.id)
    if stuck := [row for row in changed if not row.whole and row.id in in_part]:
        raise Refusal(begun_words(stuck))
    for row in changed:
        row.whole = row.id in whole
    db.session.flush()
    pricing.changed(pricing.find(event), at=at)
    after = {f"{row.section} {row.label}": row.whole for row in changed}
    words = _("Said which tables of %(title)s are sold whole", title=event.title)
    audit.record("seating.tables", event, words, None, after, at=at)


def begun_words(rows: Sequence[SeatRow]) -> str:
    """Why these tables can't be sold whole."""
    labels = ", ".join(f"{row.section} {row.label}" for row in rows[:10])
    return _("Of %(tables)s a part is sold, held or kept back already.", tables=labels)


def begun(event_id: uuid.UUID) -> set[uuid.UUID]:
    """The tables, booths and rows of which some seats can be had and some can't."""
    return set(db.session.scalars(_BEGUN, {"event": event_id}))


_BEGUN = text(
    """
    select s.seat_row_id
      from seats s
      left join tickets t on t.seat_id = s.id and t.status = 'valid'
      left join holds h on h.id = s.hold_id and h.status = 'live'
     where s.event_id = :event
     group by 1
    having bool_or(t.id is not null or h.id is not null)
       and bool_or(t.id is null and h.id is null)
        -- Kept back in part, or for more than one.
        or count(s.allocation_id) between 1 and count(*) - 1
        or count(distinct s.allocation_id) > 1
    """
)
