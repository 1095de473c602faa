"""The plan of a door: its areas and gates, and who may come in through which.

The promise kept here is that a change of plan never takes back a scan: what was read at a gate or
counted in an area stays in the history, also when the gate is gone.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from eventflow.accounts import audit, people
from eventflow.checkin.models import Area, Gate, GateTier, Scan
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound
from eventflow.events.models import Event

DIRECTIONS = ("in", "out", "both")
MOST_GATES = 50
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A gate as it shall be. `entries`: how often one ticket may enter; None is any number."""

    name: str
    area_id: uuid.UUID | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    entries: int | None = 1
    direction: str = "in"
    tier_ids: frozenset[uuid.UUID] = frozenset()
    """None means all of them."""


@dataclass(frozen=True, slots=True)
class AreaFacts:
    name: str
    capacity: int | None = None
    alarm_percent: int = 90


def find_gate(event: Event, gate_id: uuid.UUID) -> Gate:
    gate = db.session.scalar(
        select(Gate).where(
            Gate.id == gate_id, Gate.event_id == event.id, Gate.archived_at.is_(None)
        )
    )
    if gate is None:
        raise NotFound(_("There is no such gate at this event."))
    return gate


def find_area(event: Event, area_id: uuid.UUID) -> Area:
    area = db.session.scalar(select(Area).where(Area.id == area_id, Area.event_id == event.id))
    if area is None:
        raise NotFound(_("There is no such area at this event."))
    return area


def tiers_of(event: Event) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The tiers that each gate is for; a gate that isn't named here is for all."""
    rows = db.session.execute(
        select(GateTier.gate_id, GateTier.tier_id)
        .join(Gate, Gate.id == GateTier.gate_id)
        .where(Gate.event_id == event.id)
    )
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for gate_id, tier_id in rows:
        found.setdefault(gate_id, set()).add(tier_id)
    return found


def add_gate(event: Event, facts: GateFacts, *, at: datetime) -> Gate:
    """One more gate. Raises Invalid."""
    facts = _checked_gate(event, facts)
    count = db.session.scalar(select(func.count()).where(Gate.event_id == event.id)) or 0
    if count >= MOST_GATES:
        raise Invalid({"name": _("An event has %(most)s gates at most.", most=MOST_GATES)})
    gate = Gate(id=new_id(), event_id=event.id, position=count, name=facts.name)
    _write(gate, facts)
    db.session.add(gate)
    db.session.flush()
    _set_tiers(gate, facts.tier_ids)
    words = _("Added the gate %(gate)s to %(title)s", gate=gate.name, title=event.title)
    audit.record("gates.add", gate, words, after=_told(facts), at=at)
    return gate


def change_gate(event: Event, gate: Gate, facts: GateFacts, *, at: datetime) -> None:
    """Make a gate so. Raises Invalid."""
    facts = _checked_gate(event, facts, gate)
    _write(gate, facts)
    before, after = audit.changes(gate)
    db.session.flush()
    was = tiers_of(event).get(gate.id, set())
    if was != set(facts.tier_ids):
        _set_tiers(gate, facts.tier_ids)
        before["tiers"], after["tiers"] = len(was), len(facts.tier_ids)
    if after:
        words = _("Changed the gate %(gate)s of %(title)s", gate=gate.name, title=event.title)
        audit.record("gates.change", gate, words, before, after, at=at)


def remove_gate(event: Event, gate: Gate, *, at: datetime) -> None:
    """Put a gate away; what was scanned there keeps pointing at it."""
    words = _("Removed the gate %(gate)s from %(title)s", gate=gate.name, title=event.title)
    audit.record("gates.remove", gate, words, at=at)
    gate.archived_at = at
    db.session.flush()


def add_area(event: Event, facts: AreaFacts, *, at: datetime) -> Area:
    facts = _checked_area(event, facts)
    area = Area(id=new_id(), event_id=event.id, name=facts.name)
    area.capacity, area.alarm_percent = facts.capacity, facts.alarm_percent
    db.session.add(area)
    db.session.flush()
    words = _("Added the area %(area)s to %(title)s", area=area.name, title=event.title)
    audit.record("areas.add", area, words, after={"capacity": facts.capacity}, at=at)
    return area


def change_area(event: Event, area: Area, facts: AreaFacts, *, at: datetime) -> None:
    facts = _checked_area(event, facts, area)
    area.name, area.capacity = facts.name, facts.capacity
    area.alarm_percent = facts.alarm_percent
    before, after = audit.changes(area)
    db.session.flush()
    if after:
        words = _("Changed the area %(area)s of %(title)s", area=area.name, title=event.title)
        audit.record("areas.change", area, words, before, after, at=at)


def remove_area(event: Event, area: Area, *, at: datetime) -> None:
    """Take an area away; its gates stay, and lead nowhere in particular."""
    db.session.execute(update(Gate).where(Gate.area_id == area.id).values(area_id=None))
    db.session.execute(update(Scan).where(Scan.area_id == area.id).values(area_id=None))
    words = _("Removed the area %(area)s from %(title)s", area=area.name, title=event.title)
    audit.record("areas.remove", area, words, at=at)
    db.session.delete(area)
    db.session.flush()


def _checked_gate(event: Event, facts: GateFacts, gate: Gate | None = None) -> GateFacts:
    name = people.called(facts.name, most=LONGEST_NAME)
    wrong = _named(Gate, event, name, gate)
    if facts.direction not in DIRECTIONS:
        wrong["direction"] = _("Choose which way people go through it.")
    if facts.entries is not None and not 1 <= facts.entries <= 100:
        wrong["entries"] = _("Type a number from 1 to 100, or leave it empty for any number.")
    if facts.opens_at and facts.closes_at and facts.closes_at <= facts.opens_at:
        wrong["closes_at"] = _("The gate closes after it opens.")
    if facts.area_id:
        find_area(event, facts.area_id)
    if not facts.tier_ids <= {tier.id for tier in event.tiers}:
        wrong["tiers"] = _("Choose among the tiers of this event.")
    if wrong:
        raise Invalid(wrong)
    return replace(facts, name=name)


def _checked_area(event: Event, facts: AreaFacts, area: Area | None = None) -> AreaFacts:
    name = people.called(facts.name, most=LONGEST_NAME)
    wrong = _named(Area, event, name, area)
    if facts.capacity is not None and not 1 <= facts.capacity <= 10_000_000:
        wrong["capacity"] = _("Type how many may be in it, or leave it empty.")
    if not 1 <= facts.alarm_percent <= 100:
        wrong["alarm_percent"] = _("Type a number from 1 to 100.")
    if wrong:
        raise Invalid(wrong)
    return replace(facts, name=name)


def _named(
    kind: type[Gate] | type[Area], event: Event, name: str, own: Gate | Area | None
) -> dict[str, str]:
    if not name:
        return {"name": _("Give it a name, such as Main entrance.")}
    query = select(kind.id).where(kind.event_id == event.id, kind.name == name)
    if kind is Gate:
        query = query.where(Gate.archived_at.is_(None))
    if own is not None:
        query = query.where(kind.id != own.id)
    if db.session.scalar(query):
        return {"name": _("There is one of this name already.")}
    return {}


def _write(gate: Gate, facts: GateFacts) -> None:
    gate.name, gate.area_id, gate.direction = facts.name, facts.area_id, facts.direction
    gate.opens_at, gate.closes_at, gate.entries = facts.opens_at, facts.closes_at, facts.entries


def _set_tiers(gate: Gate, tier_ids: Collection[uuid.UUID]) -> None:
    db.session.execute(delete(GateTier).where(GateTier.gate_id == gate.id))
    db.session.expire(gate, ["tiers"])
    db.session.add_all(
        GateTier(id=new_id(), gate_id=gate.id, tier_id=tier_id) for tier_id in sorted(tier_ids)
    )
    db.session.flush()


def _told(facts: GateFacts) -> dict[str, object]:
    return {
        "entries": facts.entries,
        "direction": facts.direction,
        "tiers": len(facts.tier_ids),
    }
