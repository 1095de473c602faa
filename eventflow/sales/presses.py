"""Presses of the button: which browser asks for a hold, and whether it asked a moment ago.

The event page is the same for everybody, so no form on it can carry a key of its own. What tells
two presses of one browser apart from two buyers is kept in the browser's session instead:
who it is (`buyer`), which hold it got last, and for what. A press that is repeated within seconds,
or while the first is still under way, gets the same hold.
"""

import hashlib
import secrets
import time
import uuid
from collections.abc import Sequence
from datetime import datetime

from flask import session

from eventflow.sales import holds
from eventflow.sales.holds import Wanted

AGAIN_WITHIN = 10
"""Seconds in which the same wish is the same press. Less than any hold lives."""


def place(slug: str, wanted: Sequence[Wanted], *, at: datetime) -> uuid.UUID:
    """Hold what this browser wants, once. Raises what `holds.place` raises."""
    buyer = session.get("buyer")
    if buyer is None:
        buyer = session["buyer"] = secrets.token_urlsafe(12)
        before = None
    else:
        before = session.get("hold")
    wish = _wish(slug, wanted)
    if before and before[1] == wish and 0 <= time.time() - before[2] < AGAIN_WITHIN:
        return uuid.UUID(before[0])
    key = f"{buyer}:{wish}:{before[0] if before else ''}"
    placed = holds.place(slug, wanted, buyer=buyer, form_key=key, at=at)
    if placed.expires_at <= at:
        # The press that got it never reached the browser, and its time is over: a new one, then.
        key += f":{secrets.token_urlsafe(6)}"
        placed = holds.place(slug, wanted, buyer=buyer, form_key=key, at=at)
    if before and before[0] != str(placed.id):
        session["earlier"] = before[0]
    session["hold"] = [str(placed.id), wish, int(time.time())]
    return placed.id


def earlier_hold() -> str | None:
    """The hold this browser had before: what was typed there need not be typed anew."""
    earlier: str | None = session.get("earlier")
    return earlier


def over(hold_id: uuid.UUID) -> None:
    """This hold was given back or bought: the next press, however soon, is a new one."""
    last = session.get("hold")
    if last and last[0] == str(hold_id):
        session["hold"] = [last[0], "", 0]


def _wish(slug: str, wanted: Sequence[Wanted]) -> str:
    written = f"{slug} " + " ".join(sorted(f"{one.tier_id}:{one.quantity}" for one in wanted))
    return hashlib.blake2b(written.encode(), digest_size=9).hexdigest()
