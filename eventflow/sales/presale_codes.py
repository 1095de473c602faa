"""Codes of presales as they come in, on pages and through the API.

The promise kept here is that nobody guesses in peace: each wrong code is counted, and whoever gave
too many is told nothing of the next one, right or wrong. Right codes are never counted.
"""

import uuid

from eventflow import limits
from eventflow.db import db
from eventflow.seating import presales
from eventflow.seating.presales import Presale


def judge(event_id: uuid.UUID, code: str) -> Presale | None:
    """What this code opens; None where none was given. Raises TooManyRequests."""
    if not code.strip():
        return None
    db.session.rollback()  # Nothing is held open while Redis is asked.
    limits.look("wrong_code")
    presale = presales.given(event_id, code)
    if presale and not presale.is_known:
        db.session.rollback()
        # Once each: a page whose code was good until a moment ago goes on giving it.
        limits.note("wrong_code", f"{event_id} {presale.code.lower()}")
    return presale
