"""Who acts: the person, program or machine behind everything that is done at this moment.

The edge says it once (the request when it knows who is asking, the HTTP API when it has read the
token, a command, a job), and whatever is done inside can ask `actor()`. Verbs need not be told,
and need not know of requests.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

KINDS = ("user", "token", "device", "buyer", "command", "system")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something. `address` is where the request came from, if it was one."""

    kind: str
    id: uuid.UUID | None = None
    name: str = ""
    address: str = ""


SYSTEM = Actor("system")
"""A job or a clock: nobody asked for it just now."""

_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def actor() -> Actor:
    """Who acts right now."""
    return _actor.get()


def bind(who: Actor) -> None:
    """Say who acts, until the end of the request (whose context ends with it)."""
    _actor.set(who)


@contextmanager
def acting_as(who: Actor) -> Iterator[None]:
    """Do everything inside in this actor's name."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)
