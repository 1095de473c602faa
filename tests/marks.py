"""A letter under a heap of combining marks: to compose it takes the square of its length."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

MARKED = "a" + "\N{COMBINING COMMA ABOVE RIGHT}" * 30_000 + "\N{COMBINING GRAVE ACCENT}" * 30_000


@contextmanager
def at_once() -> Iterator[None]:
    """What happens inside composes no such heap, which takes this machine some five seconds."""
    began = thread_time()
    yield
    assert thread_time() - began < 1
