"""Programs are kept running, and when the supervisor ends, nothing it started is left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from local import processes

SCRIPT = Path(__file__).with_name("supervised.py")

NOTE = "import os, time; open('{}', 'a').write(f'{{os.getpid()}}\\n')\n"
SLEEP = "while True: time.sleep(0.05)\n"


class Supervised:
    """A supervisor that runs in another process."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.notes = directory / "pids"
        self.output = directory / "output"
        self.process: subprocess.Popen[bytes]

    def start(self, *programs: str, stdout=None) -> None:
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(self.directory / "log"), *programs],
                stdout=stdout or output,
                stderr=subprocess.STDOUT,
                cwd=self.directory,
            )

    def noted(self) -> list[int]:
        return [int(line) for line in _lines(self.notes)]

    def note(self, script: str = SLEEP) -> str:
        return NOTE.format(self.notes) + script

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line] if path.exists() else []


def happens(condition) -> bool:
    """Waits as long as a slow machine might need; the tests are about what happens, not when."""
    return processes.wait_until(condition, seconds=60)


@pytest.fixture
def supervised(tmp_path):
    running = Supervised(tmp_path)
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()
    for pid in running.noted():
        processes.end([pid], signal.SIGKILL)


def test_a_program_that_dies_is_started_again_and_that_is_said(supervised):
    supervised.start("web=" + supervised.note())
    assert happens(lambda: len(supervised.noted()) == 1)

    os.kill(supervised.noted()[0], signal.SIGKILL)

    assert happens(lambda: len(supervised.noted()) == 2)
    assert processes.is_alive(supervised.noted()[1])
    assert "web was killed by SIGKILL; it starts again" in supervised.output.read_text()


def test_one_that_dies_five_times_stops_the_whole(supervised):
    supervised.start("other=" + supervised.note(), "web=import sys; sys.exit(3)")

    assert supervised.process.wait(timeout=60) == 1

    said = supervised.output.read_text()
    assert said.count("web ended with exit status 3; it starts again") == 4
    assert "web ended with exit status 3. That was the 5th time" in said
    assert not any(processes.is_alive(pid) for pid in supervised.noted())


def test_nothing_is_left_whatever_a_program_forked(supervised):
    forks = "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        " + (
        f"open('{supervised.notes}', 'a').write(f'{{os.getpid()}}\\n')\n"
    )
    supervised.start("worker=" + supervised.note(forks + SLEEP))
    assert happens(lambda: len(supervised.noted()) == 2)
    assert all(processes.is_alive(pid) for pid in supervised.noted())

    assert supervised.end() == 0

    assert not any(processes.is_alive(pid) for pid in supervised.noted())


def test_one_that_will_not_end_is_made_to(supervised):
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    supervised.start("web=" + deaf + supervised.note())
    assert happens(lambda: len(supervised.noted()) == 1)

    assert supervised.end() == 0

    assert not any(processes.is_alive(pid) for pid in supervised.noted())


def test_programs_stop_in_the_opposite_order_of_their_start(supervised):
    order = supervised.directory / "order"
    script = (
        "import signal, sys\n"
        "def leave(*_):\n"
        f"    open('{order}', 'a').write('{{}}\\n')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\n"
    )
    names = ("database", "worker", "web")
    supervised.start(*(f"{name}=" + script.format(name) + supervised.note() for name in names))
    assert happens(lambda: len(supervised.noted()) == 3)

    supervised.end()

    assert _lines(order) == ["web", "worker", "database"]


def test_programs_end_when_the_supervisor_is_killed(supervised):
    supervised.start("web=" + supervised.note())
    assert happens(lambda: len(supervised.noted()) == 1)

    supervised.process.kill()
    supervised.process.wait()

    if sys.platform == "linux":  # Others don't tell children of it; the next start finds them.
        assert happens(lambda: not processes.is_alive(supervised.noted()[0]))


def test_a_terminal_that_nobody_reads_stops_nobody(supervised):
    talk = "print('x' * 1000, flush=True)\n"
    supervised.start(
        "web=" + f"for _ in range(3000): {talk}" + supervised.note(), stdout=subprocess.PIPE
    )

    assert happens(lambda: len(supervised.noted()) == 1)
    assert happens(lambda: (supervised.directory / "log" / "web.log").stat().st_size >= 3000 * 1001)
    supervised.process.stdout.close()
