"""Chromium for the browser tests: found, or installed, or asked for out loud."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from .places import PYTHON
from .voice import CannotRun, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WITHOUT_WINDOWS = "chromium-headless-shell"
"""The same engine and nothing of the windows around it, which headless nobody sees: it starts and
opens pages in some three fifths of the time."""

_WHERE_PLAYWRIGHT_KEEPS_IT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def path() -> str:
    """A Chromium that starts, as people have it."""
    return _named() or _found(NAMES) or _installed(["chromium"], NAMES)


def for_tests() -> str:
    """A Chromium that starts: the one without windows, where there is one or can be."""
    names = (WITHOUT_WINDOWS, *NAMES)
    return _named() or _found(names) or _installed([WITHOUT_WINDOWS, "chromium"], names)


def _named() -> str | None:
    named = os.environ.get("CHROMIUM_PATH")
    if named and not _starts(named):
        raise CannotRun(f"CHROMIUM_PATH: {named} does not start.")
    return named


def _found(names: Iterable[str]) -> str | None:
    return next(filter(_starts, _candidates(names)), None)


def _installed(packages: Sequence[str], names: Iterable[str]) -> str:
    say("No Chromium found: installing one for the browser tests …")
    ways: list[Callable[[], None]] = [partial(_from_the_system, package) for package in packages]
    for install in (*ways, _from_playwright):
        install()
        if found := _found(names):
            return found
    raise CannotRun(
        "The browser tests need Chromium, and none could be installed (see above).\n"
        "Install it (Debian, Ubuntu: apt install chromium), or set CHROMIUM_PATH."
    )


def _candidates(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if found := shutil.which(name):
            yield found
    asked = subprocess.run(
        [PYTHON, "-c", _WHERE_PLAYWRIGHT_KEEPS_IT], capture_output=True, text=True, check=False
    )
    kept = Path(asked.stdout.strip())
    if asked.returncode == 0 and kept.is_file():
        yield str(kept)


def _starts(program: str) -> bool:
    # Ubuntu has a chromium-browser that only says to install something else.
    try:
        done = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _from_the_system(package: str) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _show(["apt-get", "update", "-q"], quiet)
        _show(["apt-get", "install", "-y", "-q", "--no-install-recommends", package], quiet)


def _from_playwright() -> None:
    _show([str(PYTHON), "-m", "playwright", "install", "chromium"], os.environ)


def _show(command: list[str], environment) -> None:
    # What an installer prints is news for the person, not a result of the tests.
    subprocess.run(command, env=dict(environment), stdout=2, check=False)
