"""Loading the demo: four box offices, each made once, wholly or not at all.

The promise kept here is that a second run changes nothing, whatever became of the first: a box
office that is all there is left alone, and one that a killed run left half made is taken away and
made anew. One that somebody else opened under the same name is never touched.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete, select, text

from eventflow.accounts import tenants
from eventflow.accounts.hosts import base_url, tenant_url
from eventflow.accounts.models import AuditEntry, Tenant
from eventflow.db import db, transaction
from eventflow.demo import box_office, cast, festival, hall, studio, theatre
from eventflow.demo.box_office import BoxOffice, Look
from eventflow.errors import Refusal
from eventflow.payments.models import WebhookEvent
from eventflow.queue import OutboxJob
from eventflow.tenancy import acting_for

_LOCK = 0x64656D6F


class Part(NamedTuple):
    """One box office of the demo."""

    look: Look
    load: Callable[[BoxOffice], None]
    invited: str
    token: str


PARTS = (
    Part(studio.LOOK, studio.load, "roza@studio.example", "Till in the loft"),
    Part(festival.LOOK, festival.load, "noemi@festival.example", "Wristband desk"),
    Part(hall.LOOK, hall.load, "derek@hall.example", "Hatch tablet"),
    Part(theatre.LOOK, theatre.load, "moira@theatre.example", "Foyer kiosk"),
)


class NotInProduction(Refusal):
    def __init__(self) -> None:
        super().__init__("The demo is for trying things out. It is not loaded in production.")


def load(*, at: datetime) -> Iterator[str]:
    """Make what is missing of the demo; says of each box office what became of it."""
    if current_app.config["SETTINGS"].is_production:
        raise NotInProduction
    with _alone():
        for part in PARTS:
            yield _load(part, at=at)


def logins() -> str:
    """The addresses and the logins of the demo, as a table; Refusal if there is none."""
    if current_app.config["SETTINGS"].is_production:
        raise NotInProduction
    looks = [part.look for part in PARTS if _state(part.look.slug) == "loaded"]
    if not looks:
        raise Refusal("The demo is not loaded. Load it with: bin/flask demo load")
    rows: list[tuple[str, ...]] = [(look.name, tenant_url(look.slug)) for look in looks]
    people: list[tuple[str, ...]] = [
        (role, *(cast.login(role, look.slug) for look in looks)) for role in cast.ROLES
    ]
    mailbox = base_url("/dev/mail")
    return "\n".join(
        [
            *_table(rows),
            "",
            *_table(people),
            "",
            f"Sign in at /manage/ of each. Everybody’s password: {cast.PASSWORD}",
            f"A buyer with orders of all kinds: {cast.BEA.email}. Everybody’s mail: {mailbox}",
        ]
    )


def _load(part: Part, *, at: datetime) -> str:
    slug, name = part.look.slug, part.look.name
    state = _state(slug)
    if state == "loaded":
        return f"{name} is there already: {tenant_url(slug)}"
    if state == "somebody's":
        return f"{slug} is somebody’s own box office, and was left alone."
    if state == "half":
        _take_away(slug)
    box = box_office.open_up(part.look, at=at)
    with acting_for(box.tenant.id):
        part.load(box)
        box_office.settle_in(box, part.invited, part.token)
        box_office.finish(box)
    return f"Loaded {name}: {tenant_url(slug)}"


def _state(slug: str) -> str:
    """`none`, `half`, `loaded`, or `somebody's` if it never was the demo's."""
    tenant_id = db.session.scalar(select(Tenant.id).where(Tenant.slug == slug))
    if tenant_id is None:
        return "none"
    with acting_for(tenant_id):
        said = set(
            db.session.scalars(
                select(AuditEntry.action).where(
                    AuditEntry.action.in_((box_office.BEGUN, box_office.LOADED))
                )
            )
        )
    if box_office.LOADED in said:
        return "loaded"
    return "half" if box_office.BEGUN in said else "somebody's"


def _take_away(slug: str) -> None:
    """Remove a box office that is only half there, with all that it has."""
    tenant = tenants.find(slug)
    assert tenant is not None
    tenant_id: uuid.UUID = tenant.id
    with acting_for(tenant_id), transaction():
        reports = [str(report) for report in db.session.scalars(select(WebhookEvent.id))]
        for table in reversed(db.metadata.sorted_tables):
            if "tenant_id" in table.c:
                db.session.execute(delete(table).where(table.c.tenant_id == tenant_id))
        db.session.execute(delete(Tenant).where(Tenant.id == tenant_id))
    with acting_for(None), transaction():
        # What was to be done about its payments belongs to no tenant, and would fail for ever.
        db.session.execute(delete(OutboxJob).where(OutboxJob.args[0].astext.in_(reports)))


@contextmanager
def _alone() -> Iterator[None]:
    """No second run at the same time: it would take the first one's box offices for left ones."""
    with db.engine.connect() as connection:
        if not connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            raise Refusal("The demo is being loaded at this moment.")
        connection.commit()  # The lock is the connection's, and outlives the transaction.
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
