"""The Python that runs the launcher: 3.11 or newer, found or asked for in words.

Written for any Python 3, so that an old one can still read it and say what is missing.
"""

import importlib
import os
import shutil
import subprocess
import sys

NEEDED = (3, 11)
CANDIDATES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")


def begin(command):
    """Run a command of bin/, given the Python it needs."""
    require()
    entry = importlib.import_module("local.entry")
    entry.enter(importlib.import_module("local.commands." + command).main)


def require():
    """Carry on with a Python that is new enough, starting over with one if this is not it."""
    if sys.version_info >= NEEDED:
        return
    for name in CANDIDATES:
        found = shutil.which(name)
        if found and _answers(found, "import sys; sys.exit(sys.version_info < (3, 11))"):
            os.execv(found, [found, *sys.argv])
    this = "%d.%d" % sys.version_info[:2]  # noqa: UP031 (an old Python has to read this too)
    sys.exit("EventFlow needs Python 3.11 or newer: this is " + this + ", and PATH has none.")


def able_to_make_environments():
    """A Python that has venv with pip inside, or None. Debian packages it apart."""
    for name in (sys.executable, *CANDIDATES):
        found = shutil.which(name)
        if found and _answers(
            found,
            "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))",
        ):
            return found
    return None


def _answers(python, question):
    answer = subprocess.run([python, "-c", question], stderr=subprocess.DEVNULL, check=False)
    return answer.returncode == 0
