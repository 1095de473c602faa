"""Forms that lay open while somebody changed what they show.

The promise kept here is that nothing kept is written over unseen. A form says at which version of
things it was opened; whoever is about to save over somebody else's change is told so first.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import array

from eventflow.accounts import particulars
from eventflow.accounts.models import AuditEntry
from eventflow.db import db
from eventflow.errors import Refusal

Difference = tuple[str, str, str]
"""A field, as it is kept now, as it was typed."""


class ChangedMeanwhile(Refusal):
    """Somebody changed what a form shows since it was opened."""

    def __init__(
        self, message: str, *, differences: Collection[Difference] = (), version: str = ""
    ) -> None:
        super().__init__(message)
        self.differences = differences
        self.version = version
        """Of what the differences are to: who has seen them may save over it."""


def version_of(row: Any, fields: Iterable[str]) -> str:
    """What a form that shows these fields of a row says it was opened at."""
    values = json.dumps([getattr(row, name) for name in fields])
    return blake2b(values.encode(), digest_size=9).hexdigest()


@contextmanager
def keeping(row: Any, fields: Collection[str], version: str | None) -> Iterator[None]:
    """For what keeps a form with these fields of a row, which the caller has locked.

    Raises ChangedMeanwhile if they are not any more what they were at this version, unless the
    form says nothing else than is kept. A version of None is a program's, which knows what it does.
    """
    current = version_of(row, fields)
    if version is None or version == current:
        yield
        return
    before = {name: getattr(row, name) for name in fields}
    # Asked first, or the last to change it would be whoever does so now.
    who = who_changed([row.id], fields)
    yield
    differences = [
        (particulars.called(name), particulars.shown(name, old), particulars.shown(name, new))
        for name, old in before.items()
        if (new := getattr(row, name)) != old
    ]
    if differences:
        words = _("%(who)s changed this while you had it open.", who=who)
        raise ChangedMeanwhile(words, differences=differences, version=current)


def who_changed(about: Iterable[uuid.UUID], fields: Collection[str] = ()) -> str:
    """Who was the last to change one of these rows, or of them these fields."""
    query = select(AuditEntry.actor_name).where(
        AuditEntry.subject_id.in_([str(one) for one in about])
    )
    if fields:
        query = query.where(AuditEntry.after.has_any(array(fields)))
    last = query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)
    return db.session.scalar(last) or _("Somebody")
