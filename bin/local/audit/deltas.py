"""What it costs to tell a browser what became of a hall's seats: bytes, and milliseconds.

Two seats are held through the API that everybody has, asked about again and again, and given back.
"""

import http.client
import json
import re
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from ..voice import CannotRun

TIMES = 200
SETTLED = 1.5
"""Seconds after which a hold is known to whoever asks: states are read once a second."""


@dataclass(frozen=True)
class Delta:
    bytes: int
    milliseconds: float
    """From asking to the whole answer, on this machine and over one connection: the median."""


def measure(address: str) -> Delta:
    parts = urlsplit(address)
    host, port = parts.netloc, parts.port or 80
    slug = re.sub(r"^/events/", "", parts.path)
    changes = f"/events/{slug}/seats/changes"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        before = json.loads(_ask(connection, host, "GET", changes))["version"]
        wanted = {"best_available": {"quantity": 2}}
        said = _ask(connection, host, "POST", f"/api/v1/events/{slug}/holds", wanted)
        hold = json.loads(said)["hold"]["id"]
        time.sleep(SETTLED)
        took, answer = [], b""
        for _time in range(TIMES):
            began = time.perf_counter()
            answer = _ask(connection, host, "GET", f"{changes}?since={before}")
            took.append((time.perf_counter() - began) * 1000)
        _ask(connection, host, "DELETE", f"/api/v1/holds/{hold}")
    except OSError as problem:
        raise CannotRun(f"Nothing answers on port {port} ({problem}).") from problem
    finally:
        connection.close()
    return Delta(len(answer), round(median(took), 2))


def _ask(
    connection: http.client.HTTPConnection,
    host: str,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
) -> bytes:
    headers = {"Host": host, "Content-Type": "application/json"}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status >= 300:
        raise CannotRun(f"{method} http://{host}{path} answered {answer.status}:\n{said[:500]!r}")
    return said
