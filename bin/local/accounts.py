"""The unprivileged account that PostgreSQL runs as when the launcher is root.

PostgreSQL refuses to run as root. Nobody's directories change their mode or owner for it:
what the account cannot reach is copied to, or kept in, a place of ours that it can.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .voice import CannotRun

CANDIDATES = ("postgres", "nobody", "eventflow", "daemon")


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    def runs_as(self) -> dict[str, Any]:
        """What subprocess needs to start a child as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/"}

    def can_enter(self, directory: Path) -> bool:
        return self.can_run(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])

    def can_run(self, command: list[str]) -> bool:
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                **self.runs_as(),
            )
        except OSError:
            return False
        return done.returncode == 0


def unprivileged() -> Account | None:
    """The account to drop to; None when there is nothing to drop."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(name, entry.pw_uid, entry.pw_gid)
        if account.uid != 0 and account.can_run(["/bin/sh", "-c", ":"]):
            return account
    raise CannotRun(
        "PostgreSQL does not run as root, and none of the accounts "
        f"{', '.join(CANDIDATES)} can be used in its place.\n"
        "Run this as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
    )


def owner_of(path: Path) -> Account | None:
    """The account that made this; None when that is us."""
    owner = path.stat()
    if owner.st_uid == os.geteuid():
        return None
    try:
        entry = pwd.getpwuid(owner.st_uid)
    except KeyError:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
