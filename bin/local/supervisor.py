"""Keeping programs running, and stopping every one of them.

The promises kept here: a program that dies is started again with back-off, and said; one that
dies five times within a minute ends everything. When the supervisor ends, nothing it started is
left, whatever its children forked; and should the supervisor itself be killed, the kernel tells
its children to end.

One thread and one loop: a child's parent, to the kernel, is the thread that started it.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any, Self

from . import processes
from .terminal import Log, Terminal
from .voice import CannotRun

DEATHS_ALLOWED = 5
WITHIN = 60.0
FIRST_PAUSE = 0.5


class Stopped(Exception):
    """Somebody asked us to end."""


class KeepsDying(CannotRun):
    """A program died too often."""


@dataclass(frozen=True)
class Program:
    """What to run, and how to end it."""

    name: str
    command: list[str]
    environment: dict[str, str]
    identity: dict[str, Any] = field(default_factory=dict)
    farewell: signal.Signals = signal.SIGTERM
    patience: float = 10.0
    # What to send once patience is over.
    insistence: signal.Signals = signal.SIGKILL
    # Programs of one stage that were started one after the other are stopped at the same time.
    stage: str = ""


class Child:
    """A program, its present process, and its past."""

    def __init__(self, program: Program, log: Log):
        self.program = program
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.status: int | None = None
        self.deaths: list[float] = []
        self.due: float | None = None
        self.once = False

    def start(self) -> None:
        self.due = None
        try:
            self.process = subprocess.Popen(
                self.program.command,
                env=self.program.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=processes.dies_with_parent(self.program.farewell),
                **self.program.identity,
            )
        except OSError as problem:
            raise CannotRun(f"{self.program.name} does not start: {problem}") from problem

    def end_what_it_left(self) -> None:
        """Its session's leader is dead; whoever else is in the group goes too."""
        if self.process is not None:
            signal_group(self.process.pid, signal.SIGKILL)

    def tell_to_end(self, step: int) -> None:
        """Politely, then with insistence, then not at all politely."""
        if self.process is not None:
            signs = (self.program.farewell, self.program.insistence, signal.SIGKILL)
            _send(self.process.pid, signs[step])

    def pause(self, now: float) -> float | None:
        """How long to wait before the next start; None when it died too often."""
        self.deaths = [death for death in self.deaths if now - death < WITHIN] + [now]
        if len(self.deaths) >= DEATHS_ALLOWED:
            return None
        return FIRST_PAUSE * 2 ** (len(self.deaths) - 1)


class Supervisor:
    def __init__(self, logs: Path, terminal: Terminal):
        self._logs = logs
        self._terminal = terminal
        self._children: dict[str, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._asked_to_stop = 0
        self._stopping = False

    def __enter__(self) -> Self:
        self._logs.mkdir(exist_ok=True)
        processes.adopt_orphans()
        awake, self._bell = os.pipe()
        os.set_blocking(awake, False)
        os.set_blocking(self._bell, False)
        signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        self._selector.register(awake, selectors.EVENT_READ, None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup has hang-ups ignored, and means it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, program: Program) -> None:
        """Start it, and again whenever it dies."""
        self._begin(program)

    def run(self, program: Program) -> int:
        """Run it once, to its end, and answer its exit status."""
        child = self._begin(program)
        child.once = True
        self.wait_for(lambda: child.status is not None)
        del self._children[program.name]
        return child.status or 0

    def wait_for(self, condition: Callable[[], bool], every: float = 0.05) -> None:
        """Keep everything running until this holds. Raises Stopped or KeepsDying instead."""
        while not condition():
            self._attend(every)

    def forever(self) -> None:
        self.wait_for(lambda: False, every=5.0)

    def stop(self) -> None:
        """End everything, the latest first, and stay until nothing of it is left."""
        self._stopping = True
        latest_first = reversed(list(self._children.values()))
        for _, children in groupby(
            latest_first, key=lambda child: child.program.stage or child.program.name
        ):
            self._stop_together(list(children))
        self._end_orphans()

    def _begin(self, program: Program) -> Child:
        self._terminal.make_room_for(program.name)
        child = Child(
            program, Log(program.name, self._logs / f"{program.name}.log", self._terminal)
        )
        self._children[program.name] = child
        self._launch(child)
        return child

    def _launch(self, child: Child) -> None:
        child.start()
        assert child.process is not None and child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _attend(self, longest: float) -> None:
        """Wait for something to happen, but not longer than this, and deal with it."""
        due = [child.due for child in self._children.values() if child.due is not None]
        pause = min([longest, *(moment - time.monotonic() for moment in due)])
        for key, _ in self._selector.select(max(0.0, pause)):
            self._listen(key)
        self._bury()
        if self._asked_to_stop and not self._stopping:
            raise Stopped
        now = time.monotonic()
        for child in list(self._children.values()):
            if child.due is not None and child.due <= now and not self._stopping:
                self._launch(child)

    def _listen(self, key: selectors.SelectorKey) -> None:
        try:
            output = os.read(key.fd, 65_536)
        except BlockingIOError:
            return
        if key.data is None:
            return
        if output:
            key.data.log.add(output)
        else:
            self._selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
            key.data.log.finish()

    def _bury(self) -> None:
        """Learn who died: our own children, and the orphans we took in."""
        while True:
            try:
                pid, raw = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for child in self._children.values():
                if child.process is not None and child.process.pid == pid:
                    child.process.returncode = os.waitstatus_to_exitcode(raw)
                    self._mourn(child, child.process.returncode)

    def _mourn(self, child: Child, status: int) -> None:
        child.end_what_it_left()
        child.process = None
        child.status = status
        if child.once or self._stopping:
            return
        name, how = child.program.name, _how(status)
        pause = child.pause(time.monotonic())
        if pause is None:
            raise KeepsDying(
                f"{name} {how}. That was the {DEATHS_ALLOWED}th time within a minute: "
                f"everything stops. What it said is in {self._logs / name}.log."
            )
        child.due = time.monotonic() + pause
        self._terminal.say(f"{name} {how}; it starts again in {pause:g} s.")

    def _stop_together(self, children: list[Child]) -> None:
        for child in children:
            child.due = None
        for step in range(3):
            left = [child for child in children if child.process is not None]
            for child in left:
                child.tell_to_end(step)
            self._wait_for_the_end_of(left)
        for child in children:
            self._drain(child)

    def _wait_for_the_end_of(self, children: list[Child]) -> None:
        """Until all have ended, patience is over, or somebody asks us to stop once more."""
        began, asked = time.monotonic(), self._asked_to_stop
        longest = max((child.program.patience for child in children), default=0.0)
        while any(child.process is not None for child in children):
            self._attend(0.05)
            if self._asked_to_stop > asked or time.monotonic() - began > longest:
                return

    def _drain(self, child: Child) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data is child:
                self._listen(key)

    def _end_orphans(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGKILL):
            told: set[int] = set()
            deadline = time.monotonic() + 5
            # The end of one may make its own children ours.
            while (left := processes.children()) and time.monotonic() < deadline:
                for pid in set(left) - told:
                    _send(pid, sign)
                told.update(left)
                self._attend(0.05)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop += 1


def signal_group(leader: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, sign)


def _send(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def _how(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with exit status {status}"
