"""Undoing: taking an entry back that was a mistake.

The promise kept here is that nothing is forgotten: the scan stays, with who took it back and why,
and the next one who was let in with that ticket has the entry now.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from eventflow.db import ask
from eventflow.errors import Refusal
from eventflow.tenancy import current_tenant_id

_UNDO = "select undo_scan(%(tenant)s, %(scan)s, %(events)s, %(by)s, %(reason)s, %(at)s)"


@dataclass(frozen=True, slots=True)
class Undone:
    result: str
    reason: str
    undone_at: datetime


def undo(
    scan_id: str, *, reason: str, by: str, event_ids: Collection[UUID] = (), at: datetime
) -> Undone | None:
    """Take the scan of this id back; None where there is none. Commits by itself."""
    asked = {
        "tenant": current_tenant_id(),
        "scan": scan_id,
        "events": list(event_ids),
        "by": by,
        "reason": reason,
        "at": at,
    }
    answer = ask(_UNDO, asked)
    if answer is None:
        return None
    if "refused" in answer:
        raise Refusal(_("Nobody went through with this scan, so there is nothing to take back."))
    return Undone(answer["result"], answer["reason"], datetime.fromisoformat(answer["undone_at"]))
