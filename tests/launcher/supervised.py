"""A supervisor in a process of its own: python supervised.py LOGS NAME=COMMAND …

It is the tests' stand-in for bin/dev, with shorter pauses.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bin"))

from local import supervisor
from local.terminal import Terminal


def main(logs: str, *programs: str) -> int:
    supervisor.FIRST_PAUSE = 0.01
    terminal = Terminal()
    try:
        with supervisor.Supervisor(Path(logs), terminal) as running:
            for program in programs:
                name, _, script = program.partition("=")
                command = [sys.executable, "-c", script]
                running.start(supervisor.Program(name, command, dict(os.environ), patience=0.5))
            running.forever()
    except supervisor.Stopped:
        return 0
    except supervisor.KeepsDying as reason:
        terminal.say(str(reason))
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
