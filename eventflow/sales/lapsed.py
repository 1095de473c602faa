"""A hold whose time is over: what it held, and whether the same can be had again.

Seats of a lapsed hold are free at once, and whoever takes one takes the trace of it too. Which ones
they were, the browser's session still knows (`presses`); for another browser what nobody has taken
since is all there is to tell.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.accounts.models import Tenant
from eventflow.errors import NotFound
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.sales import alternatives, availability, holds, offers, presses, seat_refusals
from eventflow.sales.alternatives import Alternative
from eventflow.sales.availability import TierLeft
from eventflow.sales.models import Hold, HoldLine
from eventflow.seating import hall as halls
from eventflow.seating import presales, states
from eventflow.seating.best import Rules
from eventflow.seating.hall import Hall


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a tier, and where they sat."""

    name: str
    quantity: int
    seats: str


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What was held, and what a form has to say to hold it again."""

    lines: list[Line]
    seats: list[str]
    """Keys of the drawing."""
    counted: list[tuple[uuid.UUID, int]]
    need: bool
    code: str
    is_free: bool
    """All of it can be had again at this moment."""
    gone: str
    """What can't, in a sentence."""
    alternatives: list[Alternative]
    """Seats near those that are gone."""


def of(hold: Hold, tenant: Tenant, *, at: datetime) -> Lapsed:
    """What this hold held, and how that stands now: asked again when it is taken."""
    remembered = presses.asked_for(hold.id)
    hall = halls.of(hold.event_id)
    known = _positions(hall, hold, remembered.seats) if hall else []
    by_tier = _by_tier(hall, hold, known) if hall else {}
    counted = [(line.tier_id, line.quantity) for line in hold.lines if line.tier_id not in by_tier]
    lines = [
        Line(line.tier.name, line.quantity, _labels(hall, by_tier.get(line.tier_id, ())))
        for line in hold.lines
    ]
    rules = Rules(need=remembered.need, released=hall is not None and hall.is_released(at))
    is_whole = sum(map(len, by_tier.values())) == sum(
        line.quantity for line in hold.lines if line.tier_id in by_tier
    )
    gone, near = _gone(hold, hall, known, counted, rules, remembered.code, at=at)
    if hall is not None and not is_whole and gone == "":
        # Somebody has taken them, and with them the trace of which they were.
        gone = seat_refusals.gone_words(hall, [])
    return Lapsed(
        lines,
        [hall.keys[position] for position in known] if hall else [],
        counted,
        remembered.need,
        remembered.code,
        gone == "",
        gone or "",
        _alternatives(hold.event, tenant, hall, near, at=at) if hall and near else [],
    )


def _alternatives(
    event: Event, tenant: Tenant, hall: Hall, near: Sequence[Sequence[int]], *, at: datetime
) -> list[Alternative]:
    left = availability.of(event.id, event.tenant_id, at=at)
    return alternatives.of_choices(hall, offers.offer(event, tenant, left, at=at), near)


def _positions(hall: Hall, hold: Hold, keys: Sequence[str]) -> list[int]:
    position_of = {key: position for position, key in enumerate(hall.keys)} if keys else {}
    if keys and all(key in position_of for key in keys):
        return sorted(position_of[key] for key in keys)
    seats = (hall.position_of.get(str(seat.id)) for seat in holds.seats_of(hold))
    return sorted(position for position in seats if position is not None)


def _by_tier(hall: Hall, hold: Hold, known: Sequence[int]) -> dict[uuid.UUID, list[int]]:
    """The seats of each of its lines; a line that is sold by seat is named without any, too."""
    found: dict[uuid.UUID, list[int]] = {
        line.tier_id: [] for line in hold.lines if str(line.tier_id) in hall.seated_tiers
    }
    for position in known:
        tier = hall.tiers[position]
        if tier is not None and (line := uuid.UUID(tier)) in found:
            found[line].append(position)
    return found


def _labels(hall: Hall | None, positions: Sequence[int]) -> str:
    return ", ".join(hall.labels[position] for position in positions) if hall else ""


def _gone(
    hold: Hold,
    hall: Hall | None,
    known: Sequence[int],
    counted: Sequence[tuple[uuid.UUID, int]],
    rules: Rules,
    code: str,
    *,
    at: datetime,
) -> tuple[str | None, list[tuple[int, ...]]]:
    """Why it can't be had again, and which seats are near; an empty sentence if it can, None where
    nothing is sold any more."""
    try:
        event = showing.public_event(hold.event.slug, at=at)
    except NotFound:
        return None, []
    left = {one.id: one for one in availability.of(event.id, event.tenant_id, at=at)}
    if event.status != "published" or not all(_is_sold(line, left) for line in hold.lines):
        return None, []
    words: list[str] = []
    near: list[tuple[int, ...]] = []
    if hall is not None and known:
        now = states.guess(event.id, at=at)
        if len(now) != len(hall):
            return None, []
        if presale := presales.given(event.id, code):
            now = presale.opened(now)
        taken = [position for position in known if now[position] != states.FREE]
        if taken:
            named = [{"id": hall.ids[one], "label": hall.labels[one]} for one in taken]
            words.append(seat_refusals.gone_words(hall, named))
            near = seat_refusals.nearest(hall, now, tuple(known), rules)
    words += [_few_left(left[str(tier)], many) for tier, many in counted]
    return " ".join(filter(None, words)), near


def _is_sold(line: HoldLine, left: dict[str, TierLeft]) -> bool:
    """Whether it is its time; that its seats are gone is said of the seats."""
    tier = left.get(str(line.tier_id))
    return tier is not None and not tier.hidden and tier.status in ("on_sale", "sold_out")


def _few_left(tier: TierLeft, wanted: int) -> str:
    if tier.available >= wanted:
        return ""
    if not tier.available:
        return _("%(tier)s is sold out by now.", tier=tier.name)
    return ngettext(
        "There is %(num)s of %(tier)s left by now.",
        "There are %(num)s of %(tier)s left by now.",
        tier.available,
        tier=tier.name,
    )
