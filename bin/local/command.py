"""One command run in the foreground, with its signals and its exit status."""

import signal
import subprocess
from types import FrameType

from . import processes
from .places import ROOT


def run(command: list[str], environment: dict[str, str]) -> int:
    """Run it to its end and answer its exit status, as a shell would.

    Ctrl-C reaches it from the terminal; a SIGTERM sent to us is passed on. Either way we outlive
    it, so that whatever was set up for it is taken down.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        preexec_fn=_as_usual(processes.dies_with_parent()),
    )

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    status = child.wait()
    return 128 - status if status < 0 else status


def _as_usual(bind):
    def prepare() -> None:
        # What is ignored stays ignored in a child, unless said otherwise.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if bind:
            bind()

    return prepare
