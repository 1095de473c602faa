"""The web server: which address it serves, and whether it is ready."""

import http.client
import os
import socket
from dataclasses import dataclass

from . import ports
from .places import ENVIRONMENT
from .voice import CannotRun


@dataclass(frozen=True)
class Readiness:
    ready: bool
    said: str


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    @property
    def reached_at(self) -> str:
        """Where we ourselves find it."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1", "localhost": "127.0.0.1"}.get(
            self.host, self.host
        )

    def reserve(self) -> socket.socket | None:
        """Make sure that nobody serves here, and that no other bin/dev is about to.

        The web server would share the port with another one without a word, and each would
        answer half of the requests.
        """
        if not ports.is_free(self.port, self.host):
            raise CannotRun(f"Port {self.port} is in use. Choose another: PORT=8001 bin/dev")
        if not hasattr(socket, "SO_PASSCRED"):
            return None
        # A name in the kernel, gone with its holder; network namespaces have each their own.
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0eventflow-dev-{self.port}")
        except OSError:
            claim.close()
            raise CannotRun(
                f"Another bin/dev is starting on port {self.port}. Choose another: "
                "PORT=8001 bin/dev"
            ) from None
        return claim

    def readiness(self, base_domain: str) -> Readiness:
        connection = http.client.HTTPConnection(self.reached_at, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz", headers={"Host": base_domain})
            answer = connection.getresponse()
            return Readiness(answer.status == 200, answer.read(2000).decode(errors="replace"))
        except (OSError, http.client.HTTPException) as problem:
            return Readiness(False, str(problem))
        finally:
            connection.close()


def address() -> Address:
    port = os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise CannotRun(f"PORT is a number from 1 to 65535, not {port!r}.")
    return Address(os.environ.get("HOST") or "127.0.0.1", int(port))


def size() -> dict[str, str]:
    """How many processes and threads serve: as told, else chosen from the cores."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "WEB_WORKERS": os.environ.get("WEB_WORKERS") or str(min(max(2, cores or 2), 4)),
        "WEB_THREADS": os.environ.get("WEB_THREADS") or "8",
    }


def command(
    at: Address, environment: dict[str, str], more: dict[str, str] | None = None
) -> list[str]:
    options = {
        "--interface": "wsgi",
        "--host": at.host,
        "--port": str(at.port),
        "--workers": environment["WEB_WORKERS"],
        "--blocking-threads": environment["WEB_THREADS"],
        "--backlog": "1024",
        "--respawn-interval": "0.5",
        "--workers-kill-timeout": "5",
        **(more or {}),
    }
    flat = [word for option in options.items() for word in option]
    granian = str(ENVIRONMENT / "bin" / "granian")
    return [granian, *flat, "--no-ws", "--respawn-failed-workers", "wsgi:app"]
