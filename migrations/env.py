"""Runs migrations as the owner of the tables, with short time-outs, one process at a time.

The web and the workers connect as `eventflow_app`, which owns nothing; see eventflow/tenancy.py.
"""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text

from eventflow.config import owner_url
from eventflow.db import Base

MIGRATING = 7_233_114


def run() -> None:
    engine = create_engine(owner_url(current_app.config["SETTINGS"]), poolclass=pool.NullPool)
    with engine.connect() as connection:
        # Two machines that start at once: the second waits here and finds nothing left to do.
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATING})
        connection.execute(text("set lock_timeout = '5s'"))
        connection.execute(text("set statement_timeout = '10min'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.registry.metadata,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
