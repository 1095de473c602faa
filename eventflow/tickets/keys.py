"""A tenant's signing keys: made when first needed, the private half sealed at rest.

Keys never change once made, so each process remembers them, opened.
"""

import base64
import uuid
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from eventflow import vault
from eventflow.db import after_commit, db, new_id
from eventflow.tenancy import current_tenant_id
from eventflow.tickets import codes
from eventflow.tickets.models import TicketKey


class OpenKey(NamedTuple):
    number: int
    private: bytes
    public: bytes


_opened: dict[tuple[uuid.UUID, int], OpenKey] = {}
_newest: dict[uuid.UUID, int] = {}


def newest() -> OpenKey:
    """The key that new tickets of the current tenant are signed with."""
    tenant_id = current_tenant_id()
    if tenant_id not in _newest:
        number = db.session.scalar(select(func.max(TicketKey.number))) or _make(1)
        _remember(_newest, tenant_id, number)
        return of(number)
    return of(_newest[tenant_id])


def of(number: int) -> OpenKey:
    """The current tenant's key of this number; LookupError if there is none."""
    name = (current_tenant_id(), number)
    if name not in _opened:
        row = db.session.scalar(select(TicketKey).where(TicketKey.number == number))
        if row is None:
            raise LookupError(f"no ticket key {number}")
        private = base64.b64decode(vault.open_sealed(row.private_key.decode()))
        opened = OpenKey(number, private, row.public_key)
        _remember(_opened, name, opened)
        return opened
    return _opened[name]


def _remember(memory: dict[Any, Any], name: Any, value: Any) -> None:
    # A key made by a transaction that may yet be rolled back is nothing to remember.
    if not db.session().info.get("made_ticket_key"):
        memory[name] = value


def _make(number: int) -> int:
    pair = codes.new_key_pair()
    session = db.session()
    # Two first sales at once: the second waits here for the first, and uses its key.
    session.execute(
        insert(TicketKey)
        .values(
            id=new_id(),
            tenant_id=current_tenant_id(),
            number=number,
            public_key=pair.public,
            private_key=vault.seal(base64.b64encode(pair.private).decode()).encode(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "number"])
    )
    session.info["made_ticket_key"] = True
    after_commit(lambda: session.info.pop("made_ticket_key", None))
    return number
