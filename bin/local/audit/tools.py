"""Lighthouse and axe, pinned, under the state directory. They need Node; the product does not."""

import re
import shutil
import subprocess
from pathlib import Path

from ..voice import CannotRun, say

OLDEST_NODE = 20
PINNED = Path(__file__).parent


def install(place: Path) -> Path:
    """The directory with both in it, installed when the pins have changed since the last time."""
    _require_node()
    place.mkdir(exist_ok=True)
    pins = {name: (PINNED / name).read_text() for name in ("package.json", "package-lock.json")}
    stamp = place / "installed-from"
    if stamp.exists() and stamp.read_text() == pins["package-lock.json"]:
        return place / "node_modules"
    say("Installing Lighthouse and axe …")
    for name, text in pins.items():
        (place / name).write_text(text)
    words = "npm ci --no-audit --no-fund --loglevel=error"
    done = subprocess.run(words.split(), cwd=place, stdout=2, check=False)
    if done.returncode:
        raise CannotRun("Lighthouse and axe could not be installed; what npm said is above.")
    stamp.write_text(pins["package-lock.json"])
    return place / "node_modules"


def _require_node() -> None:
    if not shutil.which("npm") or not shutil.which("node"):
        raise CannotRun("bin/audit needs Node and npm, and neither is needed for anything else.")
    printed = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    found = re.match(r"v(\d+)", printed.stdout)
    if not found or int(found.group(1)) < OLDEST_NODE:
        raise CannotRun(
            f"bin/audit needs Node {OLDEST_NODE} or newer; this is {printed.stdout.strip()}."
        )
