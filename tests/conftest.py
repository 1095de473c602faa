"""The world that tests live in: a real PostgreSQL, a real Redis, commits that are real.

Each worker process has a database of its own, made once from a migrated template; each test
begins with its tables empty. So races, jobs and other connections see what they would see.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import Context
from urllib.parse import urlsplit

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from psycopg import sql
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from eventflow import create_app, fast_lane, migrating, queue, shared_pages
from eventflow.accounts import hosts
from eventflow.api import tokens
from eventflow.config import Settings
from eventflow.db import db as _db
from eventflow.sales import availability
from eventflow.seating import hall, states
from eventflow.tickets import keys

pytest_plugins = ["tests.workers", "tests.world", "tests.people"]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """This worker's settings, with a database and a Redis of its own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    number = int(worker.removeprefix("gw") or 0)
    database = f"eventflow_test_{worker}"
    server = os.environ["DATABASE_URL"]
    _make_database(server, database)
    redis_server = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    var = tmp_path_factory.mktemp("var")
    return Settings.from_environment(
        os.environ
        | {
            "EVENTFLOW_ENV": "testing",
            "BASE_DOMAIN": "eventflow.test",
            "DATABASE_URL": urlsplit(server)._replace(path="/" + database).geturl(),
            "DATABASE_POOL": "16",
            "REDIS_URL": f"{redis_server}/{1 + number % 15}",
            "EVENTFLOW_VAR": str(var),
            "RATELIMIT_ENABLED": "0",
            "STRIPE_SECRET_KEY": "",
            "STRIPE_WEBHOOK_SECRET": "",
            "STRIPE_API_BASE": "",
            "SMTP_URL": "",
            "LOG_LEVEL": "WARNING",
        }
    )


@pytest.fixture(scope="session")
def _app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.test_client_class = Browser
    migrating.init_app(app)
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        _db.engine.dispose()


@pytest.fixture(autouse=True)
def no_fast_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test changes, it sees at once; the fast lane has tests of its own."""
    monkeypatch.setattr(fast_lane, "FRESH", -1)


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    """The product, inside its application context, with nothing in it yet."""
    with _app.app_context():
        _empty()
        _app.wsgi_app._kept.clear()  # the fast lane
        yield _app
        _db.session.remove()


@pytest.fixture
def db(app: Flask):
    return _db


@pytest.fixture
def query_count(
    app, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with query_count() as asked:` lists the statements that the database was asked."""
    # What is remembered for a second must not be asked for again because the test was slow.
    monkeypatch.setattr(hosts, "REMEMBER", 60)

    @contextmanager
    def counted() -> Iterator[list[str]]:
        asked: list[str] = []

        def note(connection, cursor, statement, *rest) -> None:
            asked.append(statement)

        event.listen(_db.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(_db.engine, "before_cursor_execute", note)

    return counted


class Browser(FlaskClient):
    """Sends each request from a clean slate, so it never borrows the test's session or tenant."""

    address = "http://eventflow.test"

    def open(self, *args, **kwargs):
        if "base_url" not in kwargs and not str(args[0] if args else "").startswith("http"):
            kwargs["base_url"] = self.address
        kwargs.setdefault("buffered", True)  # So that the file behind an answer is closed again.
        return Context().run(super().open, *args, **kwargs)


def _make_database(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


# A table that has grown beyond this, in bytes, is not worth deleting from.
LARGE = 256 * 1024


def _empty() -> None:
    """Forget everything, here and in the caches of this process."""
    _db.session.remove()
    with _db.engine.connect() as connection:
        while not _emptied_tables(connection):
            connection.rollback()
    queue.connection().flushdb()
    shared_pages._kept.clear()
    availability._read.clear()
    hall.clear()
    states.clear()
    keys._opened.clear()
    keys._newest.clear()
    hosts._known.clear()
    tokens.forget()


def _emptied_tables(connection: Connection) -> bool:
    """Empty them; not where a page that the last test left open waits for us as we do for it."""
    # A test writes to a few tables. To truncate all of them takes longer than most tests, since
    # each of their indexes becomes a new file; to delete what there is takes next to nothing.
    tables = [table.name for table in _db.metadata.sorted_tables]
    # As the owner: the application's role can't truncate, and shouldn't.
    connection.exec_driver_sql("set role none")
    # Whoever still writes for the last test, or has locked a row to, is waited for.
    try:
        connection.exec_driver_sql(f"lock table {', '.join(tables)} in exclusive mode")
    except OperationalError as problem:
        if isinstance(problem.orig, DeadlockDetected):
            return False
        raise
    filled = connection.exec_driver_sql(
        " union all ".join(
            f"select '{name}', pg_relation_size('{name}') where exists (select from {name})"
            for name in tables
        )
    ).all()
    if any(size > LARGE for _, size in filled):
        connection.exec_driver_sql(f"truncate {', '.join(tables)} cascade")
    elif filled:
        # As a replica does it: in any order, and telling no trigger. Altering a table, to
        # whatever it may be, has plans for it made anew: one for the little that the last test
        # had would be a bad one for a hall of twenty thousand seats.
        emptied = (
            f"delete from {name}; alter table {name} set (autovacuum_enabled = false)"
            for name, _ in filled
        )
        connection.exec_driver_sql(
            "; ".join(["set local session_replication_role = replica", *emptied])
        )
    connection.commit()
    connection.exec_driver_sql("set role eventflow_app")
    connection.commit()
    return True
