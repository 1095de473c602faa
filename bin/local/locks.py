"""Locks between processes. The kernel lets go of them when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """An advisory lock on a file, held until it is released or its process ends."""

    def __init__(self, path: Path, writable: bool = True):
        self.path = path
        flags = os.O_RDWR | os.O_CREAT if writable else os.O_RDONLY
        self._file = os.open(path, flags | os.O_CLOEXEC, 0o600)

    def take(self, shared: bool = False) -> None:
        fcntl.flock(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_to_take(self) -> bool:
        """Take it alone, or say False at once when somebody else has it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def alone(path: Path, writable: bool = True) -> Iterator[None]:
    """One process at a time in here."""
    lock = Lock(path, writable)
    lock.take()
    try:
        yield
    finally:
        lock.close()


def is_held(path: Path) -> bool:
    """Whether some process holds this lock right now."""
    if not path.exists():
        return False
    lock = Lock(path)
    try:
        return not lock.try_to_take()
    finally:
        lock.close()
