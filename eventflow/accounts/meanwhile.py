"""Forms that lay open while somebody changed what they show.

The promise kept here is that nothing kept is written over unseen. A form says at which version of
things it was opened; whoever is about to save over somebody else's change is told so first.
"""

import uuid
from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db
from eventflow.errors import Refusal


class ChangedMeanwhile(Refusal):
    """Somebody changed what a form shows since it was opened."""


def who_changed(about: Iterable[uuid.UUID]) -> str:
    """Who was the last to change one of these rows."""
    query = select(AuditEntry.actor_name).where(
        AuditEntry.subject_id.in_([str(one) for one in about])
    )
    last = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)
    return db.session.scalar(last) or _("Somebody")
