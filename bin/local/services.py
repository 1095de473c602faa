"""The PostgreSQL and Valkey of one state directory, shared by all who use them at once.

While bin/dev runs, they are its children, and everybody else only connects. Otherwise the first
command that needs them starts them, and the last one that used them stops them. Who is using
them is a shared lock, which the kernel lets go of even for a command that was killed.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import launch, locks, postgres, processes, valkey


@dataclass(frozen=True)
class Services:
    """Where the servers answer, and where to note what was done to the database of our own."""

    database_url: str
    redis_url: str
    memory: Path | None = None


@dataclass(frozen=True)
class Locks:
    """starting: held for a moment to look or change; using: shared while in use;
    dev: held by bin/dev for as long as it runs."""

    directory: Path

    @property
    def starting(self) -> Path:
        return self.directory / "starting.lock"

    @property
    def using(self) -> Path:
        return self.directory / "using.lock"

    @property
    def dev(self) -> Path:
        return self.directory / "dev.lock"


def locks_of(state: Path) -> Locks:
    directory = state / "run"
    directory.mkdir(exist_ok=True)
    return Locks(directory)


@contextmanager
def for_a_command(state: Path) -> Iterator[Services]:
    """Both servers, running for at least as long as this is open."""
    files = locks_of(state)
    use = locks.Lock(files.using)
    with locks.alone(files.starting):
        use.take(shared=True)
        database_url, memory = _database(state)
        services = Services(database_url, _redis(state), memory)
    try:
        yield services
    finally:
        with locks.alone(files.starting):
            use.release()
            last = use.try_to_take()
            if last and not locks.is_held(files.dev):
                stop(state)
            use.close()


@contextmanager
def left_to_dev(state: Path, dev: locks.Lock) -> Iterator[None]:
    """For the bin/dev that holds this lock: what commands left to it is stopped when this closes.

    It lets go of the lock then too: a command that ends later sees that nobody is there any more,
    and stops the servers itself.
    """
    files = locks_of(state)
    try:
        yield
    finally:
        with locks.alone(files.starting):
            if not locks.is_held(files.using):
                stop(state)
            dev.release()


def stop(state: Path) -> None:
    """Stop whatever serves the data of this state directory, in good order."""
    if not os.environ.get("DATABASE_URL") and (found := postgres.cluster(state).running()):
        processes.end([found.pid], signal.SIGINT, patience=30)
    if not os.environ.get("REDIS_URL") and (served := valkey.server(state).running()):
        processes.end([served[0]], signal.SIGTERM, patience=30)


def _database(state: Path) -> tuple[str, Path | None]:
    if given := os.environ.get("DATABASE_URL"):
        return given, None
    cluster = postgres.cluster(state)
    cluster.prepare()
    # It may be on its way up, or down.
    processes.wait_until(lambda: cluster.running() is None or cluster.is_ready(), 60)
    if running := cluster.running():
        return cluster.url(running.port), cluster.home
    port = cluster.choose_port()
    launch.of_postgres(cluster, port).start(dies_with_us=False)
    return cluster.url(port), cluster.home


def _redis(state: Path) -> str:
    if given := os.environ.get("REDIS_URL"):
        return given
    server = valkey.server(state)
    processes.wait_until(lambda: server.running() is None or server.is_ready(), 60)
    if running := server.running():
        return server.url(running[1])
    port = server.choose_port()
    launch.of_valkey(server, port).start(dies_with_us=False)
    return server.url(port)


def settings_of_dev(state: Path) -> dict[str, str]:
    """Where the bin/dev that runs now can be reached; nothing when none does."""
    files = locks_of(state)
    try:
        written = json.loads((files.directory / "dev.json").read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return written if locks.is_held(files.dev) else {}
