"""Where files are kept: on the local disk, or in a bucket that is somewhere else.

Both answer the same four calls, and raise FileNotFoundError for what they do not have. A file is
there whole or not at all, also to whoever asks while it is written, and after a power cut.
"""

import os
from pathlib import Path
from secrets import token_hex
from typing import Protocol


class Store(Protocol):
    def put(self, key: str, data: bytes) -> None: ...
    def get(self, key: str) -> bytes: ...
    def exists(self, key: str) -> bool: ...
    def delete(self, key: str) -> None: ...


class Disk:
    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, key: str, data: bytes) -> None:
        path = self._folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{token_hex(8)}")
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _keep_names(path.parent)

    def get(self, key: str) -> bytes:
        return (self._folder / key).read_bytes()

    def exists(self, key: str) -> bool:
        return (self._folder / key).is_file()

    def delete(self, key: str) -> None:
        (self._folder / key).unlink()


def _keep_names(folder: Path) -> None:
    """The names in a folder are on the disk: a file that nobody can name is none."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Bucket:
    """Whatever obstore knows by its address."""

    def __init__(self, url: str):
        import obstore  # It weighs 6 MB: for those whose files are elsewhere.

        self._obstore, self._store = obstore, obstore.store.from_url(url)

    def put(self, key: str, data: bytes) -> None:
        self._obstore.put(self._store, key, data)

    def get(self, key: str) -> bytes:
        return bytes(self._obstore.get(self._store, key).bytes())

    def exists(self, key: str) -> bool:
        try:
            self._obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        self._obstore.delete(self._store, key)
