"""deploy/ is tried on no machine here, but what it says must fit what the product reads."""

import re
from dataclasses import fields

import psycopg
import pytest
from local import postgres
from local.places import ROOT
from psycopg import sql

from eventflow import readiness
from eventflow.config import Settings
from eventflow.db import db

COMPOSE = (ROOT / "deploy" / "compose.yaml").read_text()
ROLES = (ROOT / "deploy" / "postgres" / "roles.sh").read_text()
GIVEN_ELSEWHERE = {
    "EVENTFLOW_ENV",  # the image
    "EVENTFLOW_VAR",
    "DATABASE_OWNER_URL",  # only to what migrates
    "STRIPE_API_BASE",  # for tests
    "LAN_HOST",  # for trying things out
    "LAN_TENANT",
}


def test_every_setting_reaches_the_containers():
    given = set(re.findall(r"^    ([A-Z_]+):", COMPOSE, re.M))
    assert {field.name for field in fields(Settings)} - GIVEN_ELSEWHERE - given == set()


def test_the_database_is_made_as_everywhere_else():
    assert f"POSTGRES_INITDB_ARGS: {' '.join(postgres.FORM)}\n" in COMPOSE


def test_the_image_is_built_once():
    assert len(re.findall(r"^ +build:", COMPOSE, re.M)) == 1


@pytest.fixture
def pooled(app, settings):
    """Signed in as the role of roles.sh, with nothing asked for: as a pooler would."""
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as owner:
        place = owner.info
        name = f"{place.dbname}_pooled"  # Roles are the whole cluster's.
        try:
            for line in ROLES.splitlines():
                if re.match(r"(create|grant|alter) .*eventflow_web", line):
                    line = line.replace("eventflow_web", name)
                    owner.execute(line.replace(":'password'", "'secret'"))
            with psycopg.connect(
                host=place.host,
                port=place.port,
                dbname=place.dbname,
                user=name,
                password="secret",
            ) as connection:
                yield connection
        finally:
            owner.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def test_behind_a_pooler_the_role_brings_what_is_not_passed_on(pooled, settings):
    options = Settings.from_environment(
        {
            "DATABASE_URL": settings.DATABASE_URL,
            "REDIS_URL": settings.REDIS_URL,
            "SECRET_KEY": settings.SECRET_KEY,
            "DATA_KEY": settings.DATA_KEY,
            "PGBOUNCER": "1",
        }
    ).as_flask_config()["SQLALCHEMY_ENGINE_OPTIONS"]
    assert "options" not in options["connect_args"]

    names = ("role", "statement_timeout", "timezone")
    found = [pooled.execute("select current_setting(%s)", [name]).fetchone()[0] for name in names]
    assert found == ["eventflow_app", "15s", "UTC"]


def test_a_database_that_is_further_is_ready_too(app, monkeypatch):
    """So that what still runs during an upgrade goes on selling."""
    readiness._database()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("set local role none")
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    try:
        readiness._database()
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql("set local role none")
            newest = readiness._newest()
            connection.exec_driver_sql(f"update alembic_version set version_num = '{newest}'")
    monkeypatch.setattr(readiness, "_newest", lambda: "9999")
    with pytest.raises(readiness.NotMigrated):
        readiness._database()
