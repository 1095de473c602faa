"""Whether the lock files hold what pyproject.toml asks for, and all that this needs in turn.

There are two: requirements.lock with everything, and that part of it that goes to production.
Runs inside the environment: it asks the installed packages what they require.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?:\s*;[^\\]*)?\s*(\\?)$")


def complaints(project: Path, lock: Path, *, extras: bool) -> Iterator[str]:
    """What this lock file lacks for the product, and for its extras when those belong in it."""
    pins, unhashed = _pins(lock.read_text())
    for name in unhashed:
        yield f"{name} has no hash in {lock}"
    asked = list(_asked_for(project, extras))
    for requirement in asked:
        yield from _unmet(requirement, pins, f"{project.name} asks for")
    for requirement, by in _reached_from(asked, pins):
        yield from _unmet(requirement, pins, f"{by} needs")


def differences(whole: Path, part: Path) -> Iterator[str]:
    pins, _ = _pins(whole.read_text())
    for name, version in _pins(part.read_text())[0].items():
        if pins.get(name) != version:
            yield f"{part} has {name} {version}, but {whole.name} has {pins.get(name)}"


def _pins(text: str) -> tuple[dict[NormalizedName, Version], list[str]]:
    pins: dict[NormalizedName, Version] = {}
    unhashed: list[str] = []
    lines = text.splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        if found := PIN.match(line):
            name = canonicalize_name(found.group(1))
            pins[name] = Version(found.group(2))
            if "--hash=sha256:" not in after:
                unhashed.append(name)
    return pins, unhashed


def _asked_for(project: Path, extras: bool) -> Iterator[Requirement]:
    table = tomllib.loads(project.read_text())["project"]
    yield from map(Requirement, table["dependencies"])
    if extras:
        for lines in table["optional-dependencies"].values():
            yield from map(Requirement, lines)


def _unmet(
    requirement: Requirement, pins: dict[NormalizedName, Version], says: str
) -> Iterator[str]:
    pinned = pins.get(canonicalize_name(requirement.name))
    if pinned is None:
        yield f"{says} {requirement}, which is not in the lock file"
    elif not requirement.specifier.contains(pinned, prereleases=True):
        yield f"{says} {requirement}, but the lock file has {pinned}"


def _reached_from(
    asked: list[Requirement], pins: dict[NormalizedName, Version]
) -> list[tuple[Requirement, str]]:
    """What the installed packages require in turn, each with the one that requires it."""
    reached: list[tuple[Requirement, str]] = []
    seen: set[tuple[str, str]] = set()
    waiting = list(asked)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen or name not in pins:
                continue
            seen.add((name, extra))
            for line in _requires(name):
                needed = Requirement(line)
                if _applies(needed, extra):
                    reached.append((needed, requirement.name))
                    waiting.append(needed)
    return reached


def _applies(needed: Requirement, extra: str) -> bool:
    """Whether it is needed on a machine like this one, for this extra ("": for none)."""
    if needed.marker is None:
        return not extra
    return needed.marker.evaluate({"extra": extra})


def _requires(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    project, everything = root / "pyproject.toml", root / "requirements.lock"
    production = root / "deploy" / "requirements.lock"
    found = [
        *complaints(project, everything, extras=True),
        *complaints(project, production, extras=False),
        *differences(everything, production),
    ]
    for complaint in found:
        print(complaint)
    if found:
        print("bin/lock writes the lock files anew.")
    sys.exit(bool(found))
