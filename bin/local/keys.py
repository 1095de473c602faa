"""The secrets of a development copy, made once and kept under the state directory."""

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path


def secret_key(state: Path) -> str:
    """What signs sessions."""
    return remembered(state / "secrets" / "secret_key", lambda: secrets.token_urlsafe(48))


def data_key(state: Path) -> str:
    """What encrypts keys and personal data at rest: 32 random bytes."""
    return remembered(state / "secrets" / "data_key", fresh_data_key)


def fresh_data_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def remembered(path: Path, make: Callable[[], str]) -> str:
    """The secret in this file, made if there is none: the same one for all who ask at once."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    with os.fdopen(file, "w") as opened:
        opened.write(make() + "\n")
    # A link, unlike a rename, fails if somebody else was first; then theirs is the secret.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
    return path.read_text().strip()
