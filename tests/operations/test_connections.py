"""A request never keeps one database connection while it waits for another.

A process has few. Threads that each keep one while they wait for a second wait for each other.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from uuid import uuid4

from sqlalchemy import create_engine, event, text

from eventflow.api import tokens
from eventflow.db import db, now
from eventflow.sales import availability
from eventflow.tickets import issuing
from tests import factories
from tests.api.conftest import make_program


@contextmanager
def connections_counted() -> Iterator[list[int]]:
    """The last of the list is how many connections were in use at the busiest moment."""
    db.session.remove()
    tokens.forget()
    out, most = set(), [0]

    def taken(connection, record, proxy) -> None:
        out.add(record)
        most.append(max(most[-1], len(out)))

    def given_back(connection, record) -> None:
        out.discard(record)

    pool = db.engine.pool
    event.listen(pool, "checkout", taken)
    event.listen(pool, "checkin", given_back)
    try:
        yield most
    finally:
        event.remove(pool, "checkout", taken)
        event.remove(pool, "checkin", given_back)


def in_use(program):
    """A program that has called before: asked for anew, its token is only read."""
    program.get("/events")
    return program


def test_a_check_in_takes_one_connection(app, riverside, gala):
    order = factories.pay(factories.order(riverside, gala, 1))
    scan = {"code": issuing.code_of(order.tickets[0]), "scan_id": str(uuid4())}
    scanner = in_use(make_program(app, riverside, "scanner"))

    with connections_counted() as most:
        answer = scanner.post("/checkin", scan)

    assert answer.json["result"] == "VALID"
    assert most[-1] == 1


def test_a_hold_by_a_program_takes_one_connection(app, riverside, gala):
    items = {"items": [{"tier": str(gala.tiers[0].id), "quantity": 1}]}
    seller = in_use(make_program(app, riverside, "staff"))

    with connections_counted() as most:
        answer = seller.post("/events/winter-gala/holds", items, Idempotency_Key="one")

    assert answer.status_code == 201
    assert most[-1] == 1


def test_a_hold_by_form_takes_one_connection(gala, storefront):
    chosen = {f"tier-{gala.tiers[0].id}": "1"}

    with connections_counted() as most:
        answer = storefront.post("/events/winter-gala/holds", data=chosen)

    assert answer.status_code == 303
    assert most[-1] == 1


def test_nobody_waits_for_ever_for_what_another_asks(at_riverside, gala, monkeypatch):
    monkeypatch.setattr(availability, "PATIENCE", 0.05)
    # Somebody who asks, and gets no connection since one of them is ours.
    with availability._asking.setdefault(gala.id, Lock()):
        left = availability.of(gala.id, gala.tenant_id, at=now())

    assert [tier.available for tier in left] == [5, 3]


def test_a_crowd_finds_the_connections_that_are_there(app):
    options = app.config["SQLALCHEMY_ENGINE_OPTIONS"] | {"pool_size": 2}
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], **options)
    opened, closed = [], []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    event.listen(engine, "close", lambda connection, _record: closed.append(connection))

    def ask(_number: int) -> int:
        with engine.connect() as connection:
            return connection.execute(text("select 1")).scalar_one()

    with ThreadPoolExecutor(8) as crowd:
        answers = sum(crowd.map(ask, range(200)))

    assert answers == 200
    assert (len(opened), len(closed)) == (2, 0)
    engine.dispose()
