"""Riverside Hall and, always present, Northgate. Olivia owns, Ada administers, Sam sells,
Gus minds the gate; Bea and Carl buy; the Winter Gala is what they all come for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from eventflow import limits
from eventflow.accounts import hosts
from eventflow.accounts.models import Tenant
from eventflow.db import now
from eventflow.events.models import Event
from eventflow.tenancy import acting_for
from tests import factories

NOON = datetime(2027, 1, 10, 12, 0, tzinfo=UTC)
"""A moment to pass in where a test wants one of its own."""


@pytest.fixture
def riverside(app) -> Tenant:
    hosts._known.clear()
    return factories.make_tenant("riverside", "Riverside Hall")


@pytest.fixture
def northgate(app) -> Tenant:
    return factories.make_tenant("northgate", "Northgate")


@pytest.fixture
def at_riverside(riverside: Tenant, northgate: Tenant) -> Iterator[Tenant]:
    """Everything in the test is done as Riverside Hall."""
    with acting_for(riverside.id):
        yield riverside


@pytest.fixture
def gala(at_riverside: Tenant) -> Event:
    """The Winter Gala: on sale, five Stalls at 25.00 and three in the Circle at 40.00."""
    return factories.make_event(
        title="Winter Gala", tiers=[("Stalls", 2500, 5), ("Circle", 4000, 3)]
    )


@pytest.fixture
def storefront(app, riverside):
    """A stranger's browser at Riverside Hall's box office."""
    browser = app.test_client()
    browser.address = "http://riverside.eventflow.test"
    return browser


@pytest.fixture
def counting(app) -> Iterator[None]:
    """Rate limits, which tests do without otherwise."""
    app.extensions["limits"] = limits._Counters(app.config["REDIS_URL"])
    yield
    app.extensions["limits"] = None


@pytest.fixture
def soon() -> datetime:
    return now() + timedelta(days=30)
