"""What the children say: to the terminal with a short prefix, and whole to a file each."""

import os
import select
from pathlib import Path
from typing import BinaryIO

LARGEST = 10_000_000


class Terminal:
    """Our standard output, shared by all children. It never makes anybody wait.

    Whoever started us may have given us a pipe and forgotten to read it. Then what no longer
    fits is left out here, and is still in the files.
    """

    def __init__(self) -> None:
        self._open = True
        self._width = 0

    def make_room_for(self, name: str) -> None:
        self._width = max(self._width, len(name))

    def show(self, name: str, line: bytes) -> None:
        self._write(f"{name:<{self._width}} | ".encode() + line + b"\n")

    def say(self, sentence: str = "") -> None:
        self._write(sentence.encode() + b"\n")

    def _write(self, line: bytes) -> None:
        if not self._open:
            return
        try:
            _, writable, _ = select.select([], [1], [], 0)
            if writable:
                # A pipe that has room at all has room for this much.
                os.write(1, line[: select.PIPE_BUF])
        except (OSError, ValueError):
            self._open = False


class Log:
    """What one child said, as lines: in its file, and on the terminal."""

    def __init__(self, name: str, file: Path, terminal: Terminal):
        self.name = name
        self._path = file
        self._terminal = terminal
        self._unfinished = b""
        self._file = self._opened()

    def add(self, output: bytes) -> None:
        *lines, self._unfinished = (self._unfinished + output).split(b"\n")
        if len(self._unfinished) > 65_536:
            lines, self._unfinished = [*lines, self._unfinished], b""
        for line in lines:
            self._keep(line)

    def finish(self) -> None:
        if self._unfinished:
            self._keep(self._unfinished)
            self._unfinished = b""

    def _keep(self, line: bytes) -> None:
        self._terminal.show(self.name, line)
        self._file.write(line + b"\n")
        self._file.flush()
        if self._file.tell() > LARGEST:
            self._file.close()
            self._file = self._opened()

    def _opened(self) -> BinaryIO:
        if self._path.exists() and self._path.stat().st_size > LARGEST:
            self._path.replace(self._path.with_suffix(".old.log"))
        return self._path.open("ab")
