"""One running copy of the product, as bin/dev runs it."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from . import lan, locks, postgres, schema, services, settings, valkey, webserver
from .places import PYTHON, ROOT
from .services import Services
from .supervisor import Program, Supervisor
from .terminal import Terminal
from .voice import CannotRun

# Seconds after which a start is said to be slow.
PATIENCE = 20
MARKER = "EVENTFLOW_LAUNCHED_FOR"

# In the order they start; they stop the other way round, so that nobody is asked for work whose
# servants have gone.
BACKGROUND = {
    "scheduler": ["-m", "jobs.scheduler"],
    "worker": ["-m", "jobs.worker", "default", "bulk", "prompt"],
    "worker-prompt": ["-m", "jobs.worker", "prompt"],
}


class Development:
    """One running copy."""

    def __init__(
        self,
        state: Path,
        address: webserver.Address,
        supervisor: Supervisor,
        terminal: Terminal,
        phones: lan.Lan | None = None,
    ):
        self.state = state
        self.address = address
        self.supervisor = supervisor
        self.terminal = terminal
        self.phones = phones

    def run(self, *, demo: bool) -> None:
        running = self._start_services()
        self.environment = (
            settings.of_development(self.state, running) | webserver.size() | self._mark()
        )
        if self.phones:
            self.phones.prepare()
            self.environment |= self.phones.environment()
        self._tell_commands()
        if not schema.is_current(running.memory):
            self._set_up("migrate", ["db", "upgrade"])
            self._set_up("templates", ["templates", "compile"])
            schema.remember(running.memory)
        if demo:
            self._load_demo_once(running)
        for name, words in BACKGROUND.items():
            self._start(name, [str(PYTHON), *words], stage="background")
        self._start("web", webserver.command(self.address, self.environment), stage="web")
        if self.phones:
            at = webserver.Address(self.phones.host, self.phones.port)
            command = webserver.command(at, self.environment, self.phones.options())
            self._start("web-lan", command, stage="web")
        self._wait_until_ready()
        self._welcome(demo)
        self.supervisor.forever()

    def _start_services(self) -> Services:
        """Both servers as children of ours; commands wait until they are ready."""
        with self._nobody_using():
            # What a killed bin/dev or a killed command left running would be in our way.
            services.stop(self.state)
            database_url, memory = self._start_postgres()
            redis_url = self._start_valkey()
        return Services(database_url, redis_url, memory)

    @contextlib.contextmanager
    def _nobody_using(self) -> Iterator[None]:
        files = services.locks_of(self.state)
        starting, using = locks.Lock(files.starting), locks.Lock(files.using)
        said = False

        def free() -> bool:
            nonlocal said
            if starting.try_to_take():
                if using.try_to_take():
                    return True
                starting.release()
            if not said:
                self.terminal.say("Waiting for a bin/flask that is using the database …")
                said = True
            return False

        self.supervisor.wait_for(free, every=0.2)
        try:
            yield
        finally:
            using.close()
            starting.close()

    def _start_postgres(self) -> tuple[str, Path | None]:
        if given := os.environ.get("DATABASE_URL"):
            return given, None
        cluster = postgres.cluster(self.state)
        if self.state not in cluster.home.parents:
            self.terminal.say(
                f"PostgreSQL runs as {cluster.account.name if cluster.account else 'we do'}, which "
                f"cannot reach {self.state}: its data is in {cluster.home}."
            )
        cluster.prepare()
        port = cluster.choose_port()
        self.supervisor.start(
            Program(
                "postgres",
                cluster.command(port),
                cluster.environment() | self._mark(),
                cluster.identity(),
                stage="postgres",
                # Its word for: disconnect everybody and end in good order; then, at once.
                farewell=signal.SIGINT,
                insistence=signal.SIGQUIT,
                patience=30,
            )
        )
        self.supervisor.wait_for(cluster.is_ready)
        return cluster.url(port), cluster.home

    def _start_valkey(self) -> str:
        if given := os.environ.get("REDIS_URL"):
            return given
        server = valkey.server(self.state)
        port = server.choose_port()
        self.supervisor.start(
            Program("valkey", server.command(port), dict(os.environ) | self._mark(), stage="valkey")
        )
        self.supervisor.wait_for(server.is_ready)
        return server.url(port)

    def _start(self, name: str, command: list[str], stage: str) -> None:
        how = {"cwd": ROOT}
        self.supervisor.start(Program(name, command, self.environment, how, stage=stage))

    def _wait_until_ready(self) -> None:
        base, began, said = self.environment["BASE_DOMAIN"], time.monotonic(), False

        def ready() -> bool:
            nonlocal said
            answer = self.address.readiness(base)
            if not said and not answer.ready and time.monotonic() - began > PATIENCE:
                self.terminal.say(f"Not ready yet; /readyz says: {answer.said}")
                said = True
            return answer.ready

        self.supervisor.wait_for(ready, every=0.1)

    def _set_up(self, name: str, words: list[str]) -> None:
        command = [schema.FLASK, *words]
        status = self.supervisor.run(Program(name, command, self.environment, {"cwd": ROOT}))
        if status:
            raise CannotRun(f"flask {' '.join(words)} failed; what went wrong is above.")

    def _load_demo_once(self, running: Services) -> None:
        if running.memory is None:
            name = hashlib.sha256(running.database_url.encode()).hexdigest()[:12]
            loaded = self.state / "run" / f"demo-loaded-{name}"
        else:
            # With the data it speaks of: should that go, so does this.
            loaded = running.memory / "demo-loaded"
        if not loaded.exists():
            self.terminal.say("Loading the demo tenants …")
            self._set_up("demo", ["demo", "load"])
            loaded.touch()

    def _mark(self) -> dict[str, str]:
        return {MARKER: str(self.state)}

    def _tell_commands(self) -> None:
        told = {name: self.environment[name] for name in ("PORT", "BASE_DOMAIN")}
        (services.locks_of(self.state).directory / "dev.json").write_text(json.dumps(told))

    def _welcome(self, demo: bool) -> None:
        self.terminal.say(f"\nEventFlow is ready: http://{self.environment['BASE_DOMAIN']}/")
        if demo:
            asked = subprocess.run(
                [schema.FLASK, "demo", "logins"],
                env=self.environment,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.returncode == 0:
                self.terminal.say(f"\n{asked.stdout.strip()}")
        if self.phones:
            self.terminal.say(
                f"\nFor phones in this network: {self.phones.scanner}\n{self.phones.drawn()}\n"
                "The phone warns of a certificate it does not know: see docs/scanning.md."
            )
        self.terminal.say("\nCtrl-C stops it.\n")
