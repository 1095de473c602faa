"""The database: one session, one way to open a transaction, one kind of id."""

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, MetaData, Text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    # Flask-SQLAlchemy copies the base class, so the type map goes in a registry.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            str: Text,
            int: BigInteger,
        },
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    # Flask-SQLAlchemy makes the class of all models at run time, where no type checker sees it.
    Model = Base
else:
    Model = db.Model


def new_id() -> uuid.UUID:
    """An id nobody can guess, and that still sorts by the moment it was made (UUIDv7, RFC 9562)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    random = int.from_bytes(os.urandom(8), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76
    # The fraction of the millisecond (method 3 of the RFC), so that what one process makes in a row
    # sorts in that row.
    value |= (rest * 4096 // 1_000_000) << 64
    value |= 0b10 << 62
    value |= random & 0x3FFF_FFFF_FFFF_FFFF
    return uuid.UUID(int=value)


Id = Annotated[uuid.UUID, mapped_column(primary_key=True, default=new_id, sort_order=-10)]


def now() -> datetime:
    """This instant. Called at the edge (route, job, command) and passed in as `at` from there."""
    return datetime.now(UTC)


@contextmanager
def transaction() -> Iterator[None]:
    """Everything inside is kept, or nothing is. Nothing inside talks to the network."""
    session = db.session()
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)
        raise
    for action in session.info.pop("after_commit", []):
        action()


def ask(question: str, asked: Mapping[str, Any]) -> Any:
    """The one value that a statement returns which commits by itself: the hot paths' way.

    By the driver alone, which takes half as long as with all that SQLAlchemy could do meanwhile;
    so the question names its values as psycopg does, `%(name)s`. Raises what SQLAlchemy would.

    What the session has read so far is let go of first. A process has few connections, and threads
    that each keep one while they wait for a second would wait for each other until they give up.
    """
    if db.session.registry.has():
        db.session.rollback()
    pooled = None
    try:
        pooled = db.engine.raw_connection()
        return _ask(pooled.driver_connection, question, asked)
    except psycopg.Error as error:
        is_gone = pooled is not None and _is_gone(pooled.driver_connection)
        if is_gone:
            db.engine.dispose()  # The others were cut off with it.
        raise DBAPIError.instance(
            question if pooled else None,
            dict(asked),
            error,
            psycopg.Error,
            connection_invalidated=is_gone,
        ) from error
    finally:
        if pooled is not None:
            pooled.close()


def _ask(connection: Any, question: str, asked: Mapping[str, Any]) -> Any:
    # It commits by itself: a connection has begun no transaction as it comes from the pool.
    [value] = connection.execute(question, asked).fetchone()
    return value


def _is_gone(connection: Any) -> bool:
    return bool(connection.closed or connection.broken)


def after_commit(action: Callable[[], None]) -> None:
    """Do this once the surrounding transaction is safely on disk; never if it isn't."""
    db.session().info.setdefault("after_commit", []).append(action)
