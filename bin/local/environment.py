"""The virtual environment: made once, from requirements.lock with its hashes.

The promise kept here is that an environment whose stamp matches the lock file is complete;
a second start only compares the two. Two processes that start at once make it once.
"""

import hashlib
import subprocess

from . import interpreter, locks
from .places import ENVIRONMENT, LOCK_FILE, PYTHON, ROOT
from .voice import CannotRun, say

STAMP = ENVIRONMENT / "installed-from"


def ensure() -> None:
    """Have everything in requirements.lock installed under .venv."""
    if _complete():
        return
    # The lock file itself is locked: it is there before anything else is.
    with locks.alone(LOCK_FILE, writable=False):
        if not _complete():
            _make()


def _complete() -> bool:
    return STAMP.is_file() and STAMP.read_text() == _wanted() and _works()


def _wanted() -> str:
    return hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()


def _works() -> bool:
    # An upgrade of the system's Python leaves an environment behind that starts but is empty.
    if not PYTHON.exists():
        return False
    answer = subprocess.run(
        [PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL, cwd=ROOT, check=False
    )
    return answer.returncode == 0


def _make() -> None:
    if not _works():
        python = interpreter.able_to_make_environments()
        if python is None:
            raise CannotRun(
                "This Python cannot make virtual environments (venv or ensurepip is missing).\n"
                "On Debian and Ubuntu: apt install python3-venv"
            )
        say("Making .venv …")
        _run([python, "-m", "venv", "--clear", str(ENVIRONMENT)], "making .venv")
    say("Installing what requirements.lock lists (about a minute) …")
    # The lock file is complete, so there is nothing for pip to resolve.
    install = "-m pip install -qq --disable-pip-version-check --no-input --no-deps"
    _run(
        [str(PYTHON), *install.split(), "--require-hashes", "--requirement", str(LOCK_FILE)],
        "installing from requirements.lock",
    )
    STAMP.write_text(_wanted())


def _run(command: list[str], doing: str) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"{done.stdout}\nFailed while {doing}; what went wrong is above.")
