"""A database that goes away in the middle is said, and is used again as soon as it is back."""

import psycopg
import pytest
from psycopg import pq
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from eventflow import tenancy
from eventflow.db import ask, db
from tests.people import browser_at

PAGE = "/events/winter-gala"
HOLDS = f"/api/v1{PAGE}/holds"


@pytest.fixture
def all_cut(app, settings):
    """Ends every connection that the product holds, as a restart of PostgreSQL does."""

    def cut() -> None:
        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )

    return cut


@pytest.fixture
def switched_off(app, monkeypatch):
    """From now on no connection can be made at all."""

    def connect(*_args, **_settings):
        raise psycopg.OperationalError("connection failed: Connection refused")

    def switch_off() -> None:
        db.session.remove()
        db.engine.dispose()
        monkeypatch.setattr(db.engine.dialect, "connect", connect)

    return switch_off


def test_an_answer_is_committed_and_leaves_the_connection_as_it_was(app):
    number = ask("select pg_current_xact_id()::text", {})

    status = text("select pg_xact_status(cast(:number as xid8))")
    assert db.session.scalar(status, {"number": number}) == "committed"
    db.session.rollback()
    pooled = db.engine.raw_connection()
    assert pooled.driver_connection.autocommit
    assert pooled.driver_connection.info.transaction_status is pq.TransactionStatus.IDLE
    pooled.close()


def test_what_the_database_refuses_is_raised_as_ever(app):
    with pytest.raises(DBAPIError) as refused:
        ask("select 1 / %(n)s", {"n": 0})

    assert not refused.value.connection_invalidated
    assert ask("select %(n)s + 1", {"n": 1}) == 2


def test_a_question_to_a_database_that_was_restarted_fails_once(app, all_cut):
    held = [db.engine.raw_connection() for _one in range(3)]
    for one in held:
        one.close()
    all_cut()

    with pytest.raises(DBAPIError) as refused:
        ask("select %(n)s + 1", {"n": 1})

    assert refused.value.connection_invalidated
    assert ask("select %(n)s + 1", {"n": 1}) == 2


def test_who_asks_while_there_is_no_database_is_told_to_come_back(
    app, riverside, gala, switched_off
):
    shopper = browser_at(app, riverside)
    switched_off()

    page = shopper.get(PAGE)

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "2"


def test_a_transaction_that_is_refused_is_a_fault_and_not_called_an_absence(
    app, riverside, gala, monkeypatch
):
    shopper = browser_at(app, riverside)
    monkeypatch.setattr(tenancy, "APP_ROLE", "nobody_of_this_name")

    assert shopper.get(PAGE).status_code == 500


def test_a_hold_while_there_is_no_database_is_no_error_of_ours(app, riverside, gala, switched_off):
    shopper = browser_at(app, riverside)
    wanted = {"items": [{"tier": str(gala.tiers[0].id), "quantity": 1}]}
    assert shopper.post(HOLDS, json=wanted).status_code == 201
    switched_off()

    answer = shopper.post(HOLDS, json=wanted)

    assert answer.status_code == 503
