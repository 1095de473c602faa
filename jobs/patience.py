"""Waiting for a database that restarts, in the few places where there is nothing better to do."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from eventflow.db import db

Answer = TypeVar("Answer")

LONGEST = 15.0

log = logging.getLogger(__name__)


def patiently(act: Callable[[], Answer], *, longest: float = LONGEST) -> Answer:
    """Do this; while the database is away, wait and do it again, for so many seconds.

    Only for what may be done twice: the answer to a commit may be what got lost.
    """
    until = time.monotonic() + longest
    pause = 0.1
    while True:
        try:
            return act()
        except DBAPIError as error:
            db.session.remove()
            if not is_away(error) or time.monotonic() + pause > until:
                raise
            log.warning("the database is away, trying again in %.1f s: %s", pause, error.orig)
        time.sleep(pause)
        pause = min(2 * pause, 2.0)


def is_away(error: DBAPIError) -> bool:
    """Whether the database went away or isn't back yet, rather than disliking what was asked."""
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
