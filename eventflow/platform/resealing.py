"""Resealing: everything that is sealed in the database, under the newest key in DATA_KEY.

The promise kept here is that a key can truly be changed: once nothing is sealed with an old one,
it is taken away, and whoever got hold of it opens nothing.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from eventflow import vault
from eventflow.db import db, transaction
from eventflow.messages.models import Delivery
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants
from eventflow.tickets.models import TicketKey

_KEPT: dict[str, tuple[type[TicketKey | Delivery | OutboxJob], str, Any]] = {
    "signing keys": (TicketKey, "private_key", True),
    "letters not sent": (Delivery, "facts", Delivery.status != "sent"),
    "jobs not done": (OutboxJob, "args", OutboxJob.done_at.is_(None)),
}
"""What is sealed: the rows, the column, and for which of them. The rest is never opened again."""


def reseal() -> Iterator[tuple[str, int, int]]:
    """Seal all of it anew; tells of each kind how much is under the newest key now, and how much
    no key in DATA_KEY opens, which stays as it was. Done twice it does no harm."""
    for what, (model, column, which) in _KEPT.items():
        with across_tenants():
            ids = list(db.session.scalars(select(model.id).where(which)))
            outcomes = [_reseal(model, column, one) for one in ids]
        yield what, outcomes.count(True), outcomes.count(False)


def _reseal(model: type[Any], column: str, id: uuid.UUID) -> bool | None:
    """One row, in a transaction of its own. None if there is nothing sealed in it."""
    with transaction():
        row = db.session.get(model, id, with_for_update=True, populate_existing=True)
        before = getattr(row, column, None)
        try:
            after = _anew(before)
        except vault.CannotOpen:
            return False
        if after == before:
            return None
        setattr(row, column, after)
    return True


def _anew(value: Any) -> Any:
    """The same value, with whatever is sealed in it sealed with the newest key."""
    match value:
        case bytes():
            return vault.reseal(value.decode()).encode()
        case str() if vault.is_sealed(value):
            return vault.reseal(value)
        case dict():
            return {name: _anew(one) for name, one in value.items()}
        case list():
            return [_anew(one) for one in value]
    return value
