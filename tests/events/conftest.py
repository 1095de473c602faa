"""Events as they stand now, looked at by nobody's session."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.events.models import Event
from tests import factories


@pytest.fixture
def kept(at_riverside) -> Callable[[str], Event]:
    """An event of Riverside Hall as it is in the database at this moment."""

    def look(slug: str) -> Event:
        db.session.rollback()
        return db.session.scalars(
            select(Event).where(Event.slug == slug).execution_options(populate_existing=True)
        ).one()

    return look


@pytest.fixture
def audited(at_riverside) -> Callable[[], list[str]]:
    """What the audit log says of Riverside Hall, oldest first."""

    def read() -> list[str]:
        db.session.rollback()
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id))
        return [f"{entry.actor_name}: {entry.words}" for entry in entries]

    return read


@pytest.fixture
def draft(at_riverside) -> Event:
    """A Winter Gala of which nobody knows more than its title yet."""
    with transaction():
        return drafting.create(title="Winter Gala", currency="USD", at=now())


@pytest.fixture
def unpriced(at_riverside) -> Event:
    """A Winter Gala that is not on sale, in Berlin and in euros, without tiers."""
    return factories.make_event(
        tiers=[],
        publish=False,
        currency="EUR",
        timezone="Europe/Berlin",
        starts_at=datetime(2031, 3, 1, 9, tzinfo=UTC),
    )
