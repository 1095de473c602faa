"""bin/dev in a process of its own, on a state directory and a port that are nobody else's."""

import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import ports, postgres, processes, scratch, valkey
from local.development import MARKER
from local.places import ROOT

OURS = ("PATH", "HOME", "LANG", "TMPDIR", "EVENTFLOW_PG_BIN")


class Dev:
    """One state directory and one port; whoever runs there."""

    def __init__(self, state: Path, **environment: str):
        self.state = state
        self.port = ports.free()
        self.output = state / "output"
        self.environment = {name: os.environ[name] for name in OURS if name in os.environ} | {
            "EVENTFLOW_VAR": str(state),
            "PORT": str(self.port),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [str(ROOT / "bin" / "dev"), "--no-demo"],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        # By its own word: what a killed one left may still answer in its place.
        assert self.happens(self.says_ready), self.output.read_text()
        assert self.happens(self.is_ready), self.output.read_text()

    def end(self, sign: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(timeout=120)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "bin" / words[0]), *words[1:]],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def says_ready(self) -> bool:
        return "EventFlow is ready" in self.output.read_text()

    def is_ready(self) -> bool:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/readyz",
            headers={"Host": f"eventflow.localhost:{self.port}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def happens(self, condition) -> bool:
        """Waits as long as a slow machine might need, but not for a bin/dev that gave up."""
        seen = False

        def look() -> bool:
            # Asked once more, another web process may answer, which has yet to come round.
            nonlocal seen
            seen = bool(condition())
            return seen or self.process is None or self.process.poll() is not None

        processes.wait_until(look, 180)
        return seen

    def pids(self, word: str) -> list[int]:
        return [
            pid
            for pid in processes.marked(f"{MARKER}={self.state}")
            if any(word in part for part in processes.command_line(pid))
        ]

    def servers(self) -> list[object]:
        found = [postgres.cluster(self.state).running(), valkey.server(self.state).running()]
        return [server for server in found if server]

    def left(self) -> list[object]:
        """Whatever of it still runs, told so that one knows it again."""
        marked = processes.marked(f"{MARKER}={self.state}")
        told = [(pid, " ".join(processes.command_line(pid))) for pid in marked]
        return [*told, *self.servers()]


@contextmanager
def copy(**environment: str) -> Iterator[Dev]:
    """A copy that isn't started yet; it is stopped, and its state gone, when this closes."""
    state = Path(tempfile.mkdtemp(prefix="eventflow-dev-", dir=scratch._place())).resolve()
    state.chmod(0o755)
    running = Dev(state, **environment)
    try:
        yield running
    finally:
        if running.process is not None and running.process.poll() is None:
            running.end(signal.SIGTERM)
        shutil.rmtree(state)
