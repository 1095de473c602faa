"""Presses of the button: which browser asks for a hold, and whether it asked a moment ago.

The event page is the same for everybody, so no form on it can carry a key of its own. What tells
two presses of one browser apart from two buyers is kept in the browser's session instead:
who it is (`buyer`), which hold it got last, and for what. A press that is repeated within seconds,
or while the first is still under way, gets the same hold. Where seats are chosen, a press replaces
this browser's own hold of the event: a choice that grows never competes with itself.
"""

import hashlib
import secrets
import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import session

from eventflow.errors import NotFound
from eventflow.sales import holds
from eventflow.sales import seats as seat_sales
from eventflow.sales.holds import Placed, Wanted
from eventflow.sales.models import Hold
from eventflow.sales.seat_wishes import Asker, Best
from eventflow.seating import hall as halls

AGAIN_WITHIN = 10
"""Seconds in which the same wish is the same press. Less than any hold lives."""
MOST_REMEMBERED = 40
"""Seats of a hold that the session names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a hold was asked for with, as far as the session remembers."""

    seats: list[str]
    """Keys of the drawing."""
    need: bool
    code: str


def place(
    slug: str,
    wanted: Sequence[Wanted],
    *,
    seats: Sequence[uuid.UUID] = (),
    best: Sequence[Best] = (),
    need: bool = False,
    code: str = "",
    keeps: Collection[uuid.UUID] = (),
    at: datetime,
) -> uuid.UUID:
    """Hold what this browser wants, once; some of `seats` it `keeps` from before.

    Raises what `seats.place` and `holds.place` raise.
    """
    buyer = session.get("buyer")
    if buyer is None:
        buyer = session["buyer"] = secrets.token_urlsafe(12)
        before = None
    else:
        before = session.get("hold")
    wish = _wish(slug, wanted, seats, best, need, code)
    if before and before[1] == wish and 0 <= time.time() - before[2] < AGAIN_WITHIN:
        return uuid.UUID(before[0])
    key = f"{buyer}:{wish}:{before[0] if before else ''}"
    replaces = held_at(slug)

    def put(form_key: str) -> Placed:
        asker = Asker(
            buyer=buyer,
            form_key=form_key,
            replaces=replaces,
            code=code,
            need=need,
            keeps=frozenset(keeps),
        )
        return seat_sales.place(slug, seats=seats, best=best, items=wanted, asker=asker, at=at)

    placed = put(key)
    if placed.expires_at <= at:
        # The press that got it never reached the browser, and its time is over: a new one, then.
        placed = put(f"{key}:{secrets.token_urlsafe(6)}")
    if before and before[0] != str(placed.id):
        session["earlier"] = before[0]
    asked = {"code": code, "need": need, "seats": _keys(slug, placed)}
    facts = {name: value for name, value in asked.items() if value}
    session["hold"] = [str(placed.id), wish, int(time.time()), slug, facts]
    return placed.id


def held_at(slug: str) -> uuid.UUID | None:
    """The hold this browser got last, if it was for this event and nothing ended it here."""
    last = session.get("hold")
    if not last or not last[1] or last[3:4] != [slug]:
        return None
    return uuid.UUID(last[0])


def own_hold(slug: str) -> Hold | None:
    """The hold this browser got last, if it was for this event; whatever became of it."""
    last = session.get("hold")
    if not last or last[3:4] != [slug]:
        return None
    try:
        return holds.find(last[0])
    except NotFound:
        return None


def chosen_since(hold: Hold) -> Hold | None:
    """What this browser chose at the event after this hold of its own, in another tab say."""
    latest = own_hold(hold.event.slug) if is_own(hold) else None
    return latest if latest and latest.placed_at > hold.placed_at else None


def is_own(hold: Hold) -> bool:
    """Whether this browser placed it."""
    return bool(hold.buyer) and hold.buyer == session.get("buyer")


def code_at(slug: str) -> str:
    """The code this browser got its last hold with, if that was for this event; or nothing."""
    last = session.get("hold")
    return _facts(last).get("code", "") if last and last[3:4] == [slug] else ""


def asked_for(hold_id: uuid.UUID) -> Asked:
    """What this browser got this hold with; nothing is known of the holds of others."""
    last = session.get("hold")
    facts = _facts(last) if last and last[0] == str(hold_id) else {}
    return Asked(facts.get("seats", []), facts.get("need", False), facts.get("code", ""))


def earlier_hold() -> str | None:
    """The hold this browser had before: what was typed there need not be typed anew."""
    earlier: str | None = session.get("earlier")
    return earlier


def over(hold_id: uuid.UUID) -> None:
    """This hold was given back or bought: the next press, however soon, is a new one."""
    last = session.get("hold")
    if last and last[0] == str(hold_id):
        session["hold"] = [last[0], "", 0, *last[3:]]


def _facts(last: list[Any]) -> dict[str, Any]:
    # A cookie may be older than what is kept in it.
    return last[4] if len(last) > 4 and isinstance(last[4], dict) else {}


def _keys(slug: str, placed: Placed) -> list[str]:
    """The held seats by their keys; of more than a party has, none: it goes into a cookie."""
    ids = [str(seat.id) for line in placed.lines for seat in line.seats]
    if not 0 < len(ids) <= MOST_REMEMBERED or (hall := halls.of_slug(slug)) is None:
        return []
    known = hall.position_of
    return [hall.keys[known[one]] for one in ids if one in known]


def _wish(
    slug: str,
    wanted: Sequence[Wanted],
    seats: Sequence[uuid.UUID],
    best: Sequence[Best],
    need: bool,
    code: str,
) -> str:
    parts = sorted(f"{one.tier_id}:{one.quantity}" for one in wanted)
    parts += sorted(map(str, seats))
    parts += [f"{one.quantity} of {one.tier_id} {one.max_price}" for one in best]
    written = f"{slug} {' '.join(parts)}{' need' if need else ''}{code and f' by {code}'}"
    return hashlib.blake2b(written.encode(), digest_size=9).hexdigest()
