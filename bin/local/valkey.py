"""A Valkey server of our own: Redis, for the queues and the rate limits."""

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from . import binaries, keys, ports, processes


@dataclass(frozen=True)
class Valkey:
    """One data directory and the program that serves it."""

    home: Path
    program: Path

    @property
    def log(self) -> Path:
        return self.home / "valkey.log"

    @property
    def password(self) -> str:
        # Whoever may write to the queues may run code here: not every account of the machine.
        return keys.remembered(self.home / "password", lambda: secrets.token_urlsafe(24))

    def url(self, port: int) -> str:
        return f"redis://:{self.password}@127.0.0.1:{port}/0"

    def choose_port(self) -> int:
        memory = self.home / "port"
        remembered = int(memory.read_text()) if memory.exists() else None
        port = ports.free(remembered)
        memory.write_text(f"{port}\n")
        return port

    def command(self, port: int) -> list[str]:
        """The server in the foreground, its password in a file that is ours alone."""
        settings = {
            "port": port,
            "bind": "127.0.0.1",
            "dir": self.home,
            "appendonly": "yes",
            "save": "",
            "requirepass": self.password,
            "pidfile": self._pid_file,
            "maxmemory-policy": "noeviction",
            "always-show-logo": "no",
            "loglevel": "warning",
            "daemonize": "no",
            # Its title would be written over the environment that tells whose child it is.
            "set-proc-title": "no",
        }
        file = self.home / "valkey.conf"
        file.touch(mode=0o600)
        lines = [f'{name} "{_quoted(str(value))}"\n' for name, value in settings.items()]
        file.write_text("".join(lines))
        return [str(self.program), str(file)]

    def running(self) -> tuple[int, int] | None:
        """Process and port of the server that runs on this data now, if one does."""
        try:
            pid = int(self._pid_file.read_text())
            port = int((self.home / "port").read_text())
        except (FileNotFoundError, ValueError):
            return None
        ours = str(self.home / "valkey.conf") in processes.command_line(pid)
        return (pid, port) if ours else None

    def is_ready(self) -> bool:
        running = self.running()
        return running is not None and self.answers(running[1])

    def answers(self, port: int) -> bool:
        """Whether it takes commands by now: it reads its data first."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer.endswith(b"+PONG\r\n")

    @property
    def _pid_file(self) -> Path:
        return self.home / "valkey.pid"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def server(state: Path) -> Valkey:
    """The Valkey of this state directory."""
    kind, program = binaries.valkey()
    home = state / kind
    home.mkdir(mode=0o700, exist_ok=True)
    return Valkey(home, program)
