"""Which processes are whose, and how a child dies with its parent."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True) if _LINUX else None
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def is_alive(pid: int) -> bool:
    """Whether it still runs; one that only waits to be buried does not."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state_and_parent(pid)[0] != "Z"


def command_line(pid: int) -> list[str]:
    """How this process was started; nothing when there is no such process."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return []
    printed = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return printed.stdout.split()


def dies_with_parent(sign: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For subprocess's preexec_fn: the child gets this signal should its parent be killed.

    The kernel means the thread that started the child, so start children from the main thread.
    """
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def bind() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), sign)

    return bind


def adopt_orphans() -> None:
    """From now on the orphans among our descendants become our children."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Our own children, adopted ones included, zombies left out."""
    if not _LINUX:
        return []
    mine = []
    for pid in _all():
        state, parent = _state_and_parent(pid)
        if parent == os.getpid() and state != "Z":
            mine.append(pid)
    return mine


def marked(marker: str) -> list[int]:
    """Processes that carry this NAME=VALUE in their environment, other than this one."""
    if not _LINUX:
        return []
    found = []
    for pid in _all():
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if marker.encode() in environment.split(b"\0") and pid != os.getpid():
            found.append(pid)
    return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look again and again; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True


def end(pids: list[int], sign: int = signal.SIGTERM, patience: float = 5) -> None:
    """Ask these processes to end, and make those that don't."""
    for attempt in (sign, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, attempt)
        if wait_until(lambda: not any(is_alive(pid) for pid in pids), patience):
            return


def _all() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _state_and_parent(pid: int) -> tuple[str, int]:
    try:
        # The name, in brackets, may hold anything; what counts comes after the last bracket.
        state, parent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[:2]
    except (OSError, ValueError):
        return "?", 0
    return state, int(parent)
