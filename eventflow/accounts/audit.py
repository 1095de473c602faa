"""The audit log: every change an organizer makes, who made it, before and after, in words.

Whoever makes a change records it, in the same transaction: the verb itself, after it has acted.
The convention is

    before, after = audit.changes(event)         # before anything is flushed
    audit.record("events.change", event, _("Moved to %(date)s", date=…), before, after, at=at)

and who acted is asked of `actors.actor()`, so that no verb has to be told. Buyers' and machines'
doings are not changes by an organizer and belong into an order's own history; `record` takes them
all the same, since an organizer may want to see that the platform itself did something.

Amounts are given as Money, since a bare number of minor units says nothing to its reader.

Words are a sentence without a subject ("Invited sam@example.com as staff"); the log puts the
actor's name in front of it.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

from eventflow.accounts.actors import actor
from eventflow.accounts.models import AuditEntry
from eventflow.db import db
from eventflow.logs import request_id
from eventflow.money import Money

_UNSPOKEN = ("_hash", "_token", "_sealed", "secret")
_NAMES = ("title", "label", "name", "code", "email", "slug")

Values = dict[str, Any]


def record(
    action: str,
    subject: Any,
    words: str,
    before: Values | None = None,
    after: Values | None = None,
    *,
    at: datetime,
    name: str | None = None,
) -> AuditEntry:
    """Note what was just done to a subject (any row with an id), for the tenant acted for.

    `name` is what people call it, where its own title, name or code does not say.
    """
    who = actor()
    entry = AuditEntry(
        at=at,
        actor_kind=who.kind,
        actor_id=who.id,
        actor_name=who.name,
        action=action,
        subject_kind=type(subject).__name__.lower(),
        subject_id=str(subject.id),
        subject_name=name or _name(subject),
        words=words,
        before=_plain(before),
        after=_plain(after),
        address=who.address,
        request_id=request_id() or "",
    )
    db.session.add(entry)
    return entry


def changes(row: Any) -> tuple[Values, Values]:
    """What was assigned to a row since it was read: the old values and the new, by column.

    Ask before the row is flushed. Secrets are left out.
    """
    before: Values = {}
    after: Values = {}
    state = inspect(row)
    for column in state.mapper.column_attrs:
        if column.key.endswith(_UNSPOKEN):
            continue
        # Passively: a column that was never read has no old value, and is worth no query.
        history = state.attrs[column.key].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if old != new:
                before[column.key], after[column.key] = old, new
    return _plain(before) or {}, _plain(after) or {}


def _name(subject: Any) -> str:
    for attribute in _NAMES:
        if name := getattr(subject, attribute, None):
            return str(name)
    return ""


def _plain(values: Values | None) -> Values | None:
    """The same values, as JSON can hold them."""
    if values is None:
        return None
    return {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Money():
            return value.as_json()
        case Decimal() | uuid.UUID():
            return str(value)
        case dict():
            return _plain(value)
        case list() | tuple() | set():
            return [_plain_value(one) for one in value]
        case None | bool() | int() | float() | str():
            return value
    return str(value)
