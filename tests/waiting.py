"""Two at once in a database: somebody else who is held up by what a test has locked."""

from collections.abc import Callable
from threading import Thread
from typing import Any

from sqlalchemy import text

from eventflow.db import db


def started(do: Callable[[], Any]) -> Callable[[], Any]:
    """Have this done by somebody who has to wait for us; answers what they get once we let go."""
    answers: list[Any] = []
    other = Thread(target=lambda: answers.append(do()))
    other.start()
    while not _somebody_waits():
        other.join(0.02)
        assert other.is_alive(), "nobody has to wait"

    def answer() -> Any:
        other.join()
        return answers[0]

    return answer


def _somebody_waits() -> bool:
    # In this database alone: other processes of the tests wait in theirs.
    waiting = text(
        "select exists (select from pg_locks join pg_stat_activity using (pid)"
        " where not granted and datname = current_database())"
    )
    with db.engine.connect() as connection:
        return bool(connection.scalar(waiting))
