"""Bringing the database up to the newest migration."""

import hashlib
import subprocess
from pathlib import Path

from . import locks
from .places import ENVIRONMENT, ROOT
from .voice import CannotRun

FLASK = str(ENVIRONMENT / "bin" / "flask")


def upgrade(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [FLASK, "db", "upgrade"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(f"{done.stdout}\nThe migrations failed; what went wrong is above.")


def is_current(memory: Path | None) -> bool:
    """Whether a database of our own was upgraded since the migrations last changed."""
    if memory is None:
        return False
    marker = memory / "migrated"
    return marker.exists() and marker.read_text() == _migrations()


def upgrade_if_behind(memory: Path | None, environment: dict[str, str]) -> None:
    """Upgrade a database of our own unless that was done since the migrations last changed.

    A server that was named by DATABASE_URL has no memory here, and is left to its owner.
    """
    if memory is None:
        return
    with locks.alone(memory / "migrating.lock"):
        if not is_current(memory):
            upgrade(environment)
            remember(memory)


def remember(memory: Path | None) -> None:
    if memory is not None:
        (memory / "migrated").write_text(_migrations())


def forget(memory: Path | None) -> None:
    if memory is not None:
        (memory / "migrated").unlink(missing_ok=True)


def _migrations() -> str:
    digest = hashlib.sha256()
    for file in sorted((ROOT / "migrations").rglob("*.py")):
        digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
