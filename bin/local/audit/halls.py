"""A table of how soon each hall is seen, how smoothly it moves, and what it costs to follow it."""

import json
import subprocess
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from ..places import PYTHON
from ..voice import CannotRun
from . import deltas

PAINT = Path(__file__).with_name("paint.py")

COLUMNS = {
    "first": "first paint",
    "largest": "largest",
    "useful": "hall read",
    "alive": "hall moves",
    "work": "work, ms",
    "zoom": "zoom, fps",
    "pan": "pan, fps",
    "bytes": "bytes",
}


def show(chromium: str, addresses: list[str], rounds: int) -> None:
    """Medians of so many rounds; the addresses in turn, so that two versions can be compared."""
    for address in addresses:
        delta = deltas.measure(address)
        print(f"{address}\n    a delta: {delta.bytes} bytes, {delta.milliseconds} ms")
    print(_row("", *COLUMNS.values()))
    for (width, address), each in _measured(chromium, addresses, rounds).items():
        print(_row(f"{width:>5}  {address}", *(_middle(each, name) for name in COLUMNS)))


def _measured(
    chromium: str, addresses: list[str], rounds: int
) -> dict[tuple[int, str], list[dict[str, Any]]]:
    done = subprocess.run(
        [str(PYTHON), str(PAINT), chromium, str(rounds)],
        input=json.dumps(addresses),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun("Chromium could not measure the halls; what went wrong is above.")
    found = defaultdict(list)
    for line in done.stdout.splitlines():
        one = json.loads(line)
        found[one["width"], one["address"]].append(one)
    return dict(sorted(found.items()))


def _middle(each: list[dict[str, Any]], name: str) -> str:
    known = [one[name] for one in each if one[name] is not None]
    return f"{median(known):,.0f}" if known else "–"


def _row(name: str, *cells: str) -> str:
    return f"{name[:88]:<90}" + "".join(f"{cell:>12}" for cell in cells)
