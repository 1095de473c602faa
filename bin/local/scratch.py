"""A PostgreSQL and a Valkey for one run of tests or benchmarks, gone when it ends.

Everything lies in a temporary directory of its own, so any number of runs go side by side and
none touches what bin/dev uses. What a killed run left behind, the next one removes.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import accounts, launch, locks, postgres, valkey
from .services import Services
from .voice import CannotRun

PREFIX = "eventflow-scratch-"


@contextmanager
def stack(*, durable: bool = False) -> Iterator[tuple[Path, Services]]:
    """Both servers, ready, and the state directory they are in, for as long as this is open."""
    _sweep()
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place())).resolve()
    directory.chmod(0o755)
    lock = locks.Lock(directory / "lock")
    lock.take()
    started: list[tuple[launch.Server, subprocess.Popen[bytes]]] = []

    def begin(server: launch.Server) -> None:
        started.append((server, server.start(dies_with_us=True)))

    try:
        cluster = postgres.cluster(directory, durable=durable)
        cluster.prepare()
        port = cluster.choose_port()
        begin(launch.of_postgres(cluster, port))
        database_url = cluster.url(port)
        redis = valkey.server(directory)
        port = redis.choose_port()
        begin(launch.of_valkey(redis, port))
        yield directory, Services(database_url, redis.url(port), cluster.home)
    finally:
        for server, process in reversed(started):
            server.stop(process)
        shutil.rmtree(directory, ignore_errors=True)
        lock.close()


def _place() -> Path:
    """The first temporary directory that the account of PostgreSQL can enter."""
    account = accounts.unprivileged()
    for place in (Path(tempfile.gettempdir()), Path("/var/tmp"), Path("/tmp")):
        if place.is_dir() and (account is None or account.can_enter(place)):
            return place
    raise CannotRun(f"PostgreSQL runs as {account}, which can enter no temporary directory.")


def _sweep() -> None:
    for directory in _place().glob(f"{PREFIX}*"):
        try:
            left_behind = directory.lstat().st_uid == os.geteuid() and not locks.is_held(
                directory / "lock"
            )
        except OSError:
            continue
        if left_behind and (directory / "lock").exists():
            shutil.rmtree(directory, ignore_errors=True)
