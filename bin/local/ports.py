"""Free ports on the loopback."""

import random
import socket

from .voice import CannotRun

# Below the range from which the kernel takes the ports of outgoing connections, so that none
# of those sits on a port that was remembered for the next start.
RANGE = range(20_000, 32_000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free(remembered: int | None = None) -> int:
    """The remembered port if nobody has taken it meanwhile, else another free one."""
    if remembered and is_free(remembered):
        return remembered
    for port in random.sample(RANGE, 200):
        if is_free(port):
            return port
    raise CannotRun("No free port found on 127.0.0.1.")


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
