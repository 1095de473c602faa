"""Chromium for the browser tests: found, or installed, or asked for out loud."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .places import PYTHON
from .voice import CannotRun, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_WHERE_PLAYWRIGHT_KEEPS_IT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


def path() -> str:
    """A Chromium that starts."""
    if named := os.environ.get("CHROMIUM_PATH"):
        if not _starts(named):
            raise CannotRun(f"CHROMIUM_PATH: {named} does not start.")
        return named
    for candidate in _installed():
        if _starts(candidate):
            return candidate
    say("No Chromium found: installing one for the browser tests …")
    for install in (_from_the_system, _from_playwright):
        install()
        for candidate in _installed():
            if _starts(candidate):
                return candidate
    raise CannotRun(
        "The browser tests need Chromium, and none could be installed (see above).\n"
        "Install it (Debian, Ubuntu: apt install chromium), or set CHROMIUM_PATH."
    )


def _installed() -> Iterator[str]:
    for name in NAMES:
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


def _from_the_system() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _show(["apt-get", "update", "-q"], quiet)
        _show(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], quiet)


def _from_playwright() -> None:
    _show([str(PYTHON), "-m", "playwright", "install", "chromium"], os.environ)


def _show(command: list[str], environment) -> None:
    # What an installer prints is news for the person, not a result of the tests.
    subprocess.run(command, env=dict(environment), stdout=2, check=False)
