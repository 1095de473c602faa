"""How each of the commands begins and ends."""

import signal
import sys
from collections.abc import Callable
from types import FrameType

from .voice import CannotRun, give_up


def enter(main: Callable[[list[str]], int]) -> None:
    """Run a command's main, ending in words and in good order however it ends."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _unwind)
    try:
        sys.exit(main(sys.argv[1:]))
    except CannotRun as reason:
        give_up(reason)
    except PermissionError as problem:
        give_up(
            f"{problem.filename} belongs to another account.\n"
            "Start as whoever made it, or set EVENTFLOW_VAR to another directory."
        )
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def _unwind(number: int, frame: FrameType | None) -> None:
    # An exception rather than the end, so that what was started is stopped on the way out.
    raise SystemExit(128 + number)
