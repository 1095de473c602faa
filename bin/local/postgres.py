"""A PostgreSQL cluster of our own.

It listens on 127.0.0.1 only, on a port that is remembered, and asks for a generated password.
There is no Unix socket, and so no path that could be too long for one.
"""

import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import accounts, binaries, keys, ports, processes
from .accounts import Account
from .voice import CannotRun

USER = DATABASE = "eventflow"
# From 17 on; deploy/compose.yaml asks for the same. Letters of every language are letters, and the
# order is the same on every machine.
FORM = ("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# What others note, beside the data, to have been done to it.
NOTES = ("migrated", "demo-loaded")


@dataclass(frozen=True)
class Running:
    pid: int
    port: int
    state: str


@dataclass(frozen=True)
class Cluster:
    """One data directory, the programs that run it, and the account they run as."""

    home: Path
    programs: Path
    account: Account | None
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgresql.log"

    @property
    def password(self) -> str:
        return keys.remembered(self.home / "password", lambda: secrets.token_urlsafe(24))

    def url(self, port: int) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{port}/{DATABASE}"

    def identity(self) -> dict[str, Any]:
        """What subprocess needs to start a program of PostgreSQL, the environment apart."""
        return self.account.runs_as() if self.account else {"cwd": self.home}

    @staticmethod
    def environment() -> dict[str, str]:
        """Ours, less what would have PostgreSQL follow a person's own settings and language."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "LC_", "LANG"))
        }
        return ours | {"LC_ALL": "C"}

    def prepare(self) -> None:
        """Make the cluster when there is none, and look whether these programs can run it."""
        if self.data.exists():
            self._refuse_what_cannot_run()
            self._forget_the_dead()
        else:
            self._initialize()

    def choose_port(self) -> int:
        """The port of last time if it is free, else another; remembered for the next time."""
        memory = self.home / "port"
        remembered = int(memory.read_text()) if memory.exists() else None
        port = ports.free(remembered)
        memory.write_text(f"{port}\n")
        return port

    def command(self, port: int) -> list[str]:
        """PostgreSQL in the foreground."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "256MB",
            "log_line_prefix": "%m [%p] ",
            "logging_collector": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_destination": "stderr",
            "log_checkpoints": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def running(self) -> Running | None:
        """The server that runs on this data now, if one does."""
        lines = self._postmaster_lines()
        if len(lines) < 4 or str(self.data) not in processes.command_line(int(lines[0])):
            return None
        return Running(int(lines[0]), int(lines[3]), lines[7].strip() if len(lines) > 7 else "")

    def is_ready(self) -> bool:
        running = self.running()
        return running is not None and running.state == "ready"

    def _postmaster_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _initialize(self) -> None:
        # Made under another name first: whatever is called "data" is whole.
        draft = self.home / "data.unfinished"
        password_file = self.home / "password.for-initdb"
        shutil.rmtree(draft, ignore_errors=True)
        for noted in NOTES:
            (self.home / noted).unlink(missing_ok=True)
        draft.mkdir(mode=0o700)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self.account:
            for path in (draft, password_file):
                os.chown(path, self.account.uid, self.account.gid)
        try:
            self._make(draft, password_file)
        finally:
            password_file.unlink()
        draft.rename(self.data)

    def _make(self, data: Path, password_file: Path) -> None:
        account = ["--username", USER, "--auth=scram-sha-256", f"--pwfile={password_file}"]
        careless = [] if self.durable else ["--no-sync"]
        self._run(["initdb", "-D", str(data), *account, *self._form(), *careless])
        # The single-user mode needs no port and no password.
        careless = [] if self.durable else ["-F"]
        single = ["postgres", "--single", *careless, "-D", str(data), "postgres"]
        self._run(single, f"CREATE DATABASE {DATABASE}\n")

    def _form(self) -> Sequence[str]:
        if binaries.major_version(self.programs) >= 17:
            return FORM
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False)
        if any(name.lower() in ("c.utf8", "c.utf-8") for name in known.stdout.split()):
            return ["--encoding=UTF8", "--locale=C.UTF-8"]
        return ["--encoding=UTF8", "--no-locale"]

    def _run(self, command: list[str], typed: str = "") -> None:
        program, *arguments = command
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=self.environment(),
            **self.identity(),
        )
        if done.returncode:
            raise CannotRun(f"{done.stdout}\n{program} failed; what it said is above.")

    def _refuse_what_cannot_run(self) -> None:
        try:
            made_by = int((self.data / "PG_VERSION").read_text())
        except PermissionError:
            raise CannotRun(
                f"{self.data} belongs to another account.\n"
                "Start as whoever made it, or set EVENTFLOW_VAR to another directory."
            ) from None
        version = binaries.major_version(self.programs)
        if made_by != version:
            raise CannotRun(
                f"{self.data} was made by PostgreSQL {made_by}, and {self.programs} is {version}.\n"
                f"Set EVENTFLOW_PG_BIN to the programs of PostgreSQL {made_by}, "
                "or EVENTFLOW_VAR to another directory to begin anew."
            )

    def _forget_the_dead(self) -> None:
        # After a crash PostgreSQL sees by itself that the process in postmaster.pid is dead,
        # unless its number has been given to another process since. The file also guards against
        # a lone backend that outlived its server: it goes only when nobody works in there.
        lines = self._postmaster_lines()
        if not lines or self.running() or not processes.is_alive(int(lines[0])):
            return
        if not self._somebody_works_in_the_data():
            (self.data / "postmaster.pid").unlink()

    def _somebody_works_in_the_data(self) -> bool:
        # Asked as the account: without the right to trace, root may not see where others work.
        look = "[ -e /proc/self/cwd ] || exit 0; for p in /proc/[0-9]*; do "
        look += '[ "$p/cwd" -ef "$1" ] && exit 0; done; exit 1'
        question = ["/bin/sh", "-c", look, "sh", str(self.data)]
        return subprocess.run(question, check=False, **self.identity()).returncode == 0


def cluster(state: Path, *, durable: bool = True) -> Cluster:
    """The cluster of this state directory."""
    account = accounts.unprivileged()
    home = _home(state, account)
    if account and (home / "data").is_dir():
        account = accounts.owner_of(home / "data")
    return Cluster(home, binaries.postgres(account), account, durable)


def _home(state: Path, account: Account | None) -> Path:
    beside_the_rest = state / "postgres"
    beside_the_rest.mkdir(exist_ok=True)
    if account is None or (beside_the_rest / "data").is_dir():
        return beside_the_rest
    beside_the_rest.chmod(0o755)
    if account.can_enter(beside_the_rest):
        return beside_the_rest
    beside_the_rest.rmdir()
    # A name of its own rather than one from the path: whoever clones anew into the same place
    # has new keys too, with which the old data can't be read.
    name = keys.remembered(state / "run" / "name", lambda: secrets.token_hex(6))
    home = binaries.place_of_ours(f"eventflow-{name}") / "postgres"
    home.mkdir(exist_ok=True)
    home.chmod(0o755)
    return home
