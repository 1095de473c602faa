"""bin/check: everything that must hold before a change is handed on, the tests apart.

All of it runs, whatever fails on the way; what failed is repeated at the end.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .. import environment, scratch, settings
from ..places import ENVIRONMENT, PYTHON, ROOT
from ..schema import FLASK

# What is written in Python; the commands in bin/ have no suffix to be found by.
PYTHON_SOURCES = [".", *(f"bin/{path.name}" for path in (ROOT / "bin").iterdir() if path.is_file())]


LINT = ("-m", "ruff", "check", "--output-format", "concise")
FORMAT = ("-m", "ruff", "format", "--check", "--output-format", "concise")


def main(arguments: list[str]) -> int:
    if arguments:
        print("bin/check takes no arguments.")
        return 2
    environment.ensure()
    checks: list[tuple[str, Callable[[], str]]] = [
        ("no lint", lambda: run(*LINT, *PYTHON_SOURCES)),
        ("formatted", lambda: run(*FORMAT, *PYTHON_SOURCES)),
        ("types agree", lambda: run("-m", "mypy", "eventflow", "jobs", "bin/local")),
        ("imports point left", lambda: run_program("lint-imports", "--no-cache", "--no-logo")),
        ("migrations make the models", migrations_make_the_models),
        ("lock files fit pyproject.toml", lambda: run("bin/local/lockfile.py")),
        ("vendored files say where they are from", vendored_files_say_where_they_are_from),
    ]
    failed = [name for name, check in checks if not holds(name, check)]
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll of it holds.")
    return 1 if failed else 0


class Failed(Exception):
    """What a check has to complain about."""


def holds(name: str, check: Callable[[], str]) -> bool:
    began = time.monotonic()
    try:
        check()
    except Failed as complaint:
        print(f"failed  {name}\n{complaint}\n", flush=True)
        return False
    print(f"ok      {name} ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def run(*words: str) -> str:
    return _output_of([str(PYTHON), *words], settings.of_checks())


def run_program(name: str, *words: str) -> str:
    return _output_of([str(ENVIRONMENT / "bin" / name), *words], settings.of_checks())


def migrations_make_the_models() -> str:
    """From an empty database, and with nothing left to generate."""
    with scratch.stack() as (state, services):
        variables = settings.of_tests(state, services)
        _output_of([FLASK, "db", "upgrade"], variables)
        return _output_of([FLASK, "db", "check"], variables)


def vendored_files_say_where_they_are_from() -> str:
    complaints = list(_what_vendored_files_lack(ROOT / "static" / "vendor"))
    if complaints:
        raise Failed("\n".join(complaints))
    return ""


def _what_vendored_files_lack(vendor: Path) -> Iterator[str]:
    for path in sorted(vendor.glob("*")):
        if not path.is_dir():
            yield f"{path.relative_to(ROOT)}: belongs into a directory with its licence"
            continue
        names = {file.name.upper().split(".")[0] for file in path.iterdir()}
        if not names & {"LICENSE", "LICENCE", "COPYING"}:
            yield f"{path.relative_to(ROOT)}: has no licence beside it"
        origin = path / "ORIGIN"
        if not origin.is_file() or not origin.read_text().strip():
            yield f"{path.relative_to(ROOT)}: has no ORIGIN saying where from and which version"


def _output_of(command: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(done.stdout.rstrip())
    return done.stdout
