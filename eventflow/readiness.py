"""What has to be there before the product says it is ready: its database, migrated, and Redis.

A database that is further than the code is ready too: migrations suit the code before them, which
goes on selling while an upgrade puts the next in its place.
"""

from functools import lru_cache
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from eventflow import health, queue
from eventflow.db import db

MIGRATIONS = Path(__file__).parents[1] / "migrations" / "versions"


class NotMigrated(RuntimeError):
    """The database has not got all that the code wants."""


def init_app(app: Flask) -> None:
    health.register_check(app, "database", _database)
    health.register_check(app, "redis", _redis)


def _database() -> None:
    with db.engine.connect() as connection:
        stands_at = connection.execute(text("select version_num from alembic_version")).scalar()
    if stands_at is None or stands_at < _newest():
        raise NotMigrated(f"the database is at {stands_at}, the code at {_newest()}")


def _redis() -> None:
    queue.connection().ping()


@lru_cache(maxsize=1)
def _newest() -> str:
    # By name, for the web has no other use for the tool that runs them, which is large: each
    # migration's file begins with its number, and they come one after the other.
    return max(path.name for path in MIGRATIONS.glob("*.py")).split("_")[0]
