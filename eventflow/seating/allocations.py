"""Allocations: seats kept from public sale, and let go by hand, by date or by rule.

The promise kept here is that a seat somebody has is never kept back from them: what is sold or held
stays out of an allocation; that a table which is sold whole is kept back whole, and let go so; and
each change counts anew, in the same transaction, what the tiers have to sell.
"""

import re
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, text

from eventflow.accounts import audit
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.drafting import forget_lapsed
from eventflow.events.models import Event
from eventflow.seating import chairs, pricing
from eventflow.seating.models import Allocation, Seat, SeatRow, seat_name
from eventflow.security import ControlCharacters, refuse_control_characters

KINDS = ("house", "box_office", "sponsor", "presale", "technical")
LONGEST = {"name": 80, "code": 40}
MOST = 100
MOST_BELOW = 1_000_000

_TAKEN = text(
    """
    select s.id from seats s
     where s.event_id = :event and s.id = any(:seats)
       and (exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
         or exists (select from holds h where h.id = s.hold_id and h.status = 'live'))
    """
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many seats of an allocation are still kept, and how many of them somebody has."""

    kept: int
    sold: int = 0
    held: int = 0


def create(event: Event, facts: Mapping[str, Any], *, at: datetime) -> Allocation:
    """A new allocation with no seats in it. Raises Invalid."""
    pricing.find(event)
    if len(of(event)) >= MOST:
        raise Refusal(_("An event has %(most)s allocations at most.", most=MOST))
    allocation = Allocation(id=new_id(), event_id=event.id, name="", kind="house", code="")
    _write(allocation, facts)
    db.session.add(allocation)
    db.session.flush()
    words = _("Made the allocation %(name)s", name=allocation.name)
    audit.record("allocation.create", allocation, words, at=at)
    return allocation


def change(allocation: Allocation, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Say something else of it: its name, its code, when it is let go. Raises Invalid."""
    _write(allocation, facts)
    before, after = audit.changes(allocation)
    db.session.flush()
    if "code" in after:
        # What a code sells counts as on sale.
        _count(db.session.get_one(Event, allocation.event_id), at=at)
    if after:
        words = _("Changed the allocation %(name)s", name=allocation.name)
        audit.record("allocation.change", allocation, words, before, after, at=at)


def put_in(allocation: Allocation, seats: Collection[uuid.UUID], *, at: datetime) -> int:
    """Keep these seats back for it, and with a seat of a table that is sold whole all its others;
    answers how many. One that is sold or held is refused."""
    event = db.session.get_one(Event, allocation.event_id)
    found = _locked(event, seats, at=at)
    taken = _taken(event, found)
    if taken:
        labels = "; ".join(in_words([seat for seat in found if seat.id in taken]))
        raise Refusal(
            _("%(seats)s: sold or held already, so not to be kept back.", seats=_few(labels))
        )
    _refuse_kept(allocation, found)
    for seat in found:
        seat.allocation_id = allocation.id
    _count(event, at=at)
    words = ngettext(
        "Kept back %(num)s seat for %(name)s",
        "Kept back %(num)s seats for %(name)s",
        len(found),
        name=allocation.name,
    )
    after = {"seats": [seat.label for seat in found[:50]]}
    audit.record("allocation.keep", allocation, words, after=after, at=at)
    return len(found)


def _taken(event: Event, seats: Collection[Seat]) -> set[uuid.UUID]:
    ids = [seat.id for seat in seats]
    return set(db.session.scalars(_TAKEN, {"event": event.id, "seats": ids}))


def _refuse_kept(allocation: Allocation, seats: Sequence[Seat]) -> None:
    """What is kept for one is not taken from them in passing."""
    others: dict[uuid.UUID, list[Seat]] = {}
    for seat in seats:
        if seat.allocation_id not in (None, allocation.id):
            others.setdefault(seat.allocation_id, []).append(seat)
    if not others:
        return
    kept_for = _("%(seats)s: kept for %(name)s already.")
    sentences = [
        kept_for % {"seats": _few("; ".join(in_words(others[one.id]))), "name": one.name}
        for one in _siblings(allocation)
        if one.id in others
    ]
    raise Refusal(" ".join([*sentences, _("Let them go there first, if that is meant.")]))


def take_out(allocation: Allocation, seats: Collection[uuid.UUID], *, at: datetime) -> int:
    """Put these of its seats on public sale, tables that are sold whole as a whole; answers how
    many. What is sold or held leaves it too, and is not on sale by that."""
    event = db.session.get_one(Event, allocation.event_id)
    found = [s for s in _locked(event, seats, at=at) if s.allocation_id == allocation.id]
    taken = _taken(event, found)
    for seat in found:
        seat.allocation_id = None
    _count(event, at=at)
    found = [seat for seat in found if seat.id not in taken]
    words = ngettext(
        "Let go %(num)s seat of %(name)s",
        "Let go %(num)s seats of %(name)s",
        len(found),
        name=allocation.name,
    )
    before = {"seats": [seat.label for seat in found[:50]]}
    audit.record("allocation.release", allocation, words, before, at=at)
    return len(found)


def release(allocation: Allocation, *, at: datetime) -> int:
    """Put all its seats on public sale, and forget when that was due."""
    seats = seats_of(allocation)
    allocation.release_at = allocation.release_below = None
    return take_out(allocation, seats, at=at)


def remove(allocation: Allocation, *, at: datetime) -> None:
    """Take the allocation away; its seats go on sale."""
    release(allocation, at=at)
    words = _("Took away the allocation %(name)s", name=allocation.name)
    audit.record("allocation.remove", allocation, words, at=at)
    db.session.delete(allocation)
    db.session.flush()


def is_due(allocation: Allocation, *, at: datetime) -> bool:
    """Whether its date has come, or its rule applies: too few seats are left for everybody."""
    if allocation.release_at is not None and allocation.release_at <= at:
        return True
    return (
        allocation.release_below is not None
        and _public_left(allocation.event_id, at) < allocation.release_below
    )


def release_due(event_id: uuid.UUID, *, at: datetime) -> int:
    """Let go what is due at one event; answers how many seats that was. Safe to do twice."""
    db.session.execute(select(Event.id).where(Event.id == event_id).with_for_update(key_share=True))
    due = [
        one
        for one in db.session.scalars(
            select(Allocation).where(Allocation.event_id == event_id).order_by(Allocation.id)
        )
        if is_due(one, at=at)
    ]
    return sum(release(one, at=at) for one in due)


def with_conditions(at: datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, event) of all whose allocations may be due; asked across tenants."""
    query = (
        select(Allocation.tenant_id, Allocation.event_id)
        .join(Event, Event.id == Allocation.event_id)
        .where(Event.status.in_(("draft", "published")))
        .where((Allocation.release_at <= at) | Allocation.release_below.is_not(None))
        .distinct()
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


# Looking


def of(event: Event) -> list[Allocation]:
    query = select(Allocation).where(Allocation.event_id == event.id)
    return list(db.session.scalars(query.order_by(Allocation.name, Allocation.id)))


def find(event: Event, allocation_id: uuid.UUID) -> Allocation:
    allocation = db.session.scalar(
        select(Allocation).where(Allocation.id == allocation_id, Allocation.event_id == event.id)
    )
    if allocation is None:
        raise NotFound(_("There is no such allocation."))
    return allocation


def seats_of(allocation: Allocation) -> list[uuid.UUID]:
    query = select(Seat.id).where(Seat.allocation_id == allocation.id).order_by(Seat.position)
    return list(db.session.scalars(query))


def with_counts(event: Event, *, at: datetime) -> list[tuple[Allocation, Tally]]:
    """Each with how many of its seats are kept, sold and held."""
    rows = db.session.execute(_TALLIES, {"event": event.id, "at": at})
    tallies = {row.allocation_id: Tally(row.kept, row.sold, row.held) for row in rows}
    return [(one, tallies.get(one.id, Tally(0))) for one in of(event)]


_TALLIES = text(
    """
    select s.allocation_id,
           count(*) filter (where t.id is null and h.id is null) as kept,
           count(t.id) as sold,
           count(*) filter (where t.id is null and h.id is not null) as held
      from seats s
      left join tickets t on t.seat_id = s.id and t.status = 'valid'
      left join holds h on h.id = s.hold_id and h.status = 'live' and h.expires_at > :at
     where s.event_id = :event and s.allocation_id is not null
     group by 1
    """
)


def in_words(seats: Sequence[Seat]) -> list[str]:
    """Seats as lists say them, row by row: "Stalls A1-A4, A7"."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for seat in seats:
        row = seat.row
        rows.setdefault((row.section, row.kind, row.label), []).append(seat.number)
    return [
        f"{section} " + ", ".join(_ranges(numbers, kind, label))
        for (section, kind, label), numbers in rows.items()
    ]


def read_list(event: Event, typed: str) -> list[uuid.UUID]:
    """The seats that a list names: "Stalls A1-A10, B3", "Circle C", one part a comma or line.

    A section counts for all that follows in its line. Raises Invalid with what can't be read.
    """
    rows = _rows(event)
    sections = sorted({section for section, _label in rows}, key=len, reverse=True)
    found: dict[uuid.UUID, None] = {}
    unread: list[str] = []
    for line in typed.splitlines():
        section = sections[0] if len(sections) == 1 else ""
        for part in filter(None, (" ".join(one.split()) for one in re.split(r"[,;]", line))):
            named = next((s for s in sections if _begins(part, s)), "")
            rest = part[len(named) :].strip() if named else part
            section = named or section
            seats = _of_part(rows, section, rest)
            if seats:
                found |= dict.fromkeys(seats)
            else:
                unread.append(part)
    if unread:
        words = _("These are no seats of this event: %(parts)s.", parts=_few(", ".join(unread)))
        raise Invalid({"seats": words})
    if not found:
        raise Invalid({"seats": _("Name at least one seat.")})
    return list(found)


def _rows(event: Event) -> dict[tuple[str, str], dict[str, uuid.UUID]]:
    """Section and label of each row, with its seats by what they are called."""
    rows: dict[tuple[str, str], dict[str, uuid.UUID]] = {}
    query = (
        select(SeatRow.section, SeatRow.kind, SeatRow.label, Seat.number, Seat.id)
        .join(Seat, Seat.seat_row_id == SeatRow.id)
        .where(SeatRow.event_id == event.id)
        .order_by(Seat.position)
    )
    for section, kind, label, number, seat_id in db.session.execute(query):
        rows.setdefault((section, label), {})[_told(seat_name(kind, label, number))] = seat_id
    return rows


def _told(name: str) -> str:
    """As it is compared: however its letters are written, and wherever there are spaces."""
    return "".join(name.split()).casefold().replace("–", "-")


def _of_part(
    rows: Mapping[tuple[str, str], Mapping[str, uuid.UUID]], section: str, rest: str
) -> list[uuid.UUID]:
    here = [(label, row) for (name, label), row in rows.items() if name == section]
    if not rest:
        return [seat for _label, row in here for seat in row.values()]
    told = _told(rest)
    for label, row in here:
        if told == _told(label):
            return list(row.values())
    for _label, row in here:
        if told in row:
            return [row[told]]
    for label, row in here:
        if seats := _of_range(row, _told(label), told):
            return seats
    return []


def _of_range(row: Mapping[str, uuid.UUID], label: str, told: str) -> list[uuid.UUID]:
    """From one seat of a row to another: "a1-a4", "a1-4", "1-1-1-4"."""
    names = list(row)
    for dash in (place for place, letter in enumerate(told) if letter == "-"):
        first, last = told[:dash], told[dash + 1 :]
        ends = next((n for n in (last, label + last, f"{label}-{last}") if n in row), None)
        if first in row and ends is not None:
            low, high = sorted((names.index(first), names.index(ends)))
            return [row[name] for name in names[low : high + 1]]
    return []


def _begins(part: str, section: str) -> bool:
    after = part[len(section) : len(section) + 1]
    return part[: len(section)].casefold() == section.casefold() and after in ("", " ")


def _ranges(numbers: Sequence[str], kind: str, label: str) -> list[str]:
    parts: list[list[str]] = []
    for number in numbers:
        before = parts[-1][-1] if parts else ""
        follows = number.isdecimal() and before.isdecimal() and int(number) == int(before) + 1
        if follows:
            parts[-1].append(number)
        else:
            parts.append([number])
    ends = [[seat_name(kind, label, end) for end in (part[0], part[-1])] for part in parts]
    return [
        first if first == last else f"{first} – {last}" if "-" in first else f"{first}-{last}"
        for first, last in ends
    ]


def _locked(event: Event, seats: Collection[uuid.UUID], *, at: datetime) -> list[Seat]:
    """These seats, and all others of the tables among them that are sold whole."""
    chairs.lock_rows(event.id)
    forget_lapsed(event.id, at=at)
    asked = set(seats)
    whole = (
        select(Seat.seat_row_id)
        .join(SeatRow, SeatRow.id == Seat.seat_row_id)
        .where(SeatRow.event_id == event.id, SeatRow.whole, Seat.id.in_(asked))
    )
    query = (
        select(Seat)
        .where(Seat.event_id == event.id, Seat.id.in_(asked) | Seat.seat_row_id.in_(whole))
        .order_by(Seat.position)
        .execution_options(populate_existing=True)
    )
    found = list(db.session.scalars(query))
    if not asked <= {seat.id for seat in found}:
        raise NotFound(_("There is no such seat."))
    return found


def _count(event: Event, *, at: datetime) -> None:
    db.session.flush()
    pricing.changed(pricing.find(event), at=at)


def _public_left(event_id: uuid.UUID, at: datetime) -> int:
    return db.session.scalar(_LEFT, {"event": event_id, "at": at}) or 0


_LEFT = text(
    """
    select count(*) from seats s
     where s.event_id = :event and s.tier_id is not null and s.allocation_id is null
       and not exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
       and not exists (select from holds h where h.id = s.hold_id and h.status = 'live'
                                             and h.expires_at > :at)
    """
)


def _write(allocation: Allocation, facts: Mapping[str, Any]) -> None:
    wrong: dict[str, str] = {}
    for name, most in LONGEST.items():
        if name in facts:
            words = " ".join(str(facts[name] or "").split())
            try:
                words = refuse_control_characters(words)
            except ControlCharacters as error:
                wrong[name] = str(error)
            if len(words) > most:
                wrong[name] = _("Keep this to %(most)s characters.", most=most)
            setattr(allocation, name, words)
    if "name" in facts and not allocation.name:
        wrong["name"] = _("Give it a name, such as who the seats are for.")
    elif "name" in facts and any(
        one.name.casefold() == allocation.name.casefold() and one.id != allocation.id
        for one in _siblings(allocation)
    ):
        wrong["name"] = _("There is an allocation of this name already.")
    if "kind" in facts:
        if facts["kind"] not in KINDS:
            wrong["kind"] = _("Choose what the seats are kept for.")
        else:
            allocation.kind = facts["kind"]
    if "release_at" in facts:
        allocation.release_at = facts["release_at"]
    if "release_below" in facts:
        below = facts["release_below"]
        if below is not None and not 1 <= below <= MOST_BELOW:
            wrong["release_below"] = _("A whole number from 1.")
        else:
            allocation.release_below = below
    if wrong:
        raise Invalid(wrong)


def _siblings(allocation: Allocation) -> list[Allocation]:
    with db.session.no_autoflush:
        query = select(Allocation).where(Allocation.event_id == allocation.event_id)
        return list(db.session.scalars(query))


def new_code() -> str:
    """A code for a presale that nobody guesses, of letters that nobody takes for others."""
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _n in range(8))


def _few(words: str) -> str:
    return words if len(words) <= 300 else words[:300].rstrip() + "…"
