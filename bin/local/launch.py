"""Starting a server and waiting for it, stopping it and waiting for that."""

import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import postgres, processes, valkey
from .voice import CannotRun


@dataclass(frozen=True)
class Server:
    """How one server is started, how one sees that it is ready, and how it is asked to end."""

    name: str
    command: list[str]
    log: Path
    ready: Callable[[], bool]
    farewell: signal.Signals
    how: dict[str, Any] = field(default_factory=dict)

    def start(self, *, dies_with_us: bool) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(self.farewell) if dies_with_us else None,
                **self.how,
            )
        processes.wait_until(lambda: self.ready() or started.poll() is not None, 60)
        if started.poll() is not None or not self.ready():
            self.stop(started)
            said = self.log.read_text(errors="replace")[-2000:]
            raise CannotRun(f"{said}\n{self.name} did not start; what it said is above.")
        if not dies_with_us:
            # It is meant to outlive us: nobody here waits for its end.
            started.returncode = 0
        return started

    def stop(self, started: subprocess.Popen[bytes]) -> None:
        if started.poll() is None:
            started.send_signal(self.farewell)
        try:
            started.wait(timeout=30)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def of_postgres(cluster: postgres.Cluster, port: int) -> Server:
    return Server(
        "PostgreSQL",
        cluster.command(port),
        cluster.log,
        cluster.is_ready,
        # Its word for: disconnect everybody and end in good order.
        signal.SIGINT,
        cluster.identity() | {"env": cluster.environment()},
    )


def of_valkey(server: valkey.Valkey, port: int) -> Server:
    return Server(
        "Valkey",
        server.command(port),
        server.log,
        lambda: server.answers(port),
        signal.SIGTERM,
    )
