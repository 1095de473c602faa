"""Many clients at once, in one small process: plain sockets, one loop, no threads.

Every client is a generator that yields the bytes of a request and is sent the answer; what it
yields `DONE` after is one thing measured, whether that took one request or five. Before it asks
again for what it could not have it yields `REFUSED`, so that it can be called back there. It costs
about a fifth of what the server spends on its cheapest page, and the same for product and floor.
"""

import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from statistics import quantiles

DONE = b""
REFUSED = b"refused"


@dataclass(slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str:
        """The value of a header, or ''."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _colon, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode("latin-1")
        return ""


Client = Generator[bytes, Answer, None]


@dataclass(slots=True)
class Run:
    """What came of a run: how many things per second, and how long each took, in seconds."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failures: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, which: int) -> float:
        """Milliseconds."""
        if len(self.took) < 2:
            return 0.0
        return quantiles(self.took, n=100)[which - 1] * 1000


def request(method: str, path: str, host: str, *, body: bytes = b"", **headers: str) -> bytes:
    """One request of HTTP/1.1, as bytes."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, clients: int, seconds: float, make: Callable[[int], Client], good: range) -> Run:
    """Let so many clients do what they do for so long. A status outside `good` is a failure."""
    selector = selectors.DefaultSelector()
    outcome = Run()
    begun = time.perf_counter()
    until = begun + seconds
    for number in range(clients):
        _Connection(selector, port, make(number), outcome, good)
    while selector.get_map():
        for key, _events in selector.select(1):
            key.data.ready(until)
        if time.perf_counter() > until + 10:
            raise RuntimeError("the server stopped answering")
    outcome.seconds = time.perf_counter() - begun
    return outcome


class _Connection:
    __slots__ = ("client", "good", "outcome", "parts", "selector", "since", "socket")

    def __init__(
        self,
        selector: selectors.BaseSelector,
        port: int,
        client: Client,
        outcome: Run,
        good: range,
    ) -> None:
        self.selector, self.client, self.outcome, self.good = selector, client, outcome, good
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.parts = b""
        self.selector.register(self.socket, selectors.EVENT_READ, self)
        self.since = time.perf_counter()
        self.socket.sendall(next(client))

    def ready(self, until: float) -> None:
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise RuntimeError("the server hung up")
        self.parts += chunk
        answer = _complete(self.parts)
        if answer is None:
            return
        self.parts = b""
        statuses = self.outcome.statuses
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if answer.status not in self.good:
            self.outcome.failures += 1
        wanted = self.client.send(answer)
        if wanted is DONE:
            moment = time.perf_counter()
            self.outcome.took.append(moment - self.since)
            if moment >= until:
                self._close()
                return
            self.since = moment
            wanted = next(self.client)
        elif wanted is REFUSED:
            if time.perf_counter() >= until:
                self._close()
                return
            wanted = next(self.client)
        self.socket.sendall(wanted)

    def _close(self) -> None:
        self.selector.unregister(self.socket)
        self.socket.close()
        self.client.close()


def _complete(parts: bytes) -> Answer | None:
    end = parts.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = parts[:end]
    status = int(head[9:12])
    length = _length(head, status)
    body = parts[end + 4 :]
    return Answer(status, head, body) if len(body) >= length else None


def _length(head: bytes, status: int) -> int:
    if status in (204, 304):
        return 0
    at = head.lower().find(b"\r\ncontent-length:")
    if at < 0:
        raise RuntimeError("an answer without its length")
    end = head.find(b"\r\n", at + 2)
    return int(head[at + 17 : end if end > 0 else len(head)])


def forever(one: bytes) -> Callable[[int], Client]:
    """A client that sends the same request again and again."""

    def make(_number: int) -> Client:
        while True:
            yield one
            yield DONE

    return make


def each(requests: Iterator[bytes]) -> Callable[[int], Client]:
    """Clients that share out these requests, one after the other."""

    def make(_number: int) -> Client:
        while True:
            yield next(requests)
            yield DONE

    return make
