"""bin/lock: the lock files written anew from pyproject.toml. Arguments go to uv.

`bin/lock` keeps what is pinned where it still fits; `bin/lock --upgrade` takes the newest of
everything, `bin/lock --upgrade-package NAME` of one.
"""

import os
import shutil
import subprocess

from .. import environment, interpreter, places
from ..places import ROOT
from ..voice import CannotRun, say

UV = "uv==0.13.8"

COMPILE = (
    "pip compile --quiet --universal --python-version 3.11 --generate-hashes "
    "--no-emit-index-url --no-emit-find-links pyproject.toml"
)
# What a developer's copy needs, and the part of it that goes to production.
EVERYTHING = "--extra embedded --extra dev --output-file requirements.lock"
PRODUCTION = "--constraint requirements.lock --output-file deploy/requirements.lock"


def main(arguments: list[str]) -> int:
    variables = dict(os.environ) | {"UV_CUSTOM_COMPILE_COMMAND": "bin/lock"}
    for words in ([*EVERYTHING.split(), *arguments], PRODUCTION.split()):
        command = [_uv(), *COMPILE.split(), *words]
        status = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
        if status:
            return status
    environment.ensure()
    return 0


def _uv() -> str:
    """The uv of the machine, else one of our own."""
    if found := shutil.which("uv"):
        return found
    tools = places.state() / "tools"
    uv = tools / "bin" / "uv"
    if not uv.exists():
        say(f"Installing {UV} under {tools} …")
        python = interpreter.able_to_make_environments()
        if python is None:
            raise CannotRun("bin/lock needs uv, or a Python with venv to install it with.")
        subprocess.run([python, "-m", "venv", str(tools)], check=True)
        subprocess.run([str(tools / "bin" / "pip"), "install", "-qq", UV], check=True)
    return str(uv)
