"""Where things are kept."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
LOCK_FILE = ROOT / "requirements.lock"


def state() -> Path:
    """The directory of all state, made when it is missing: EVENTFLOW_VAR, else var/."""
    given = os.environ.get("EVENTFLOW_VAR")
    directory = Path(given).expanduser().absolute() if given else ROOT / "var"
    directory.mkdir(parents=True, exist_ok=True)
    return directory.resolve()
