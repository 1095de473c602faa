"""bin/audit: speed, accessibility and size of the pages of a running bin/dev.

Without arguments it measures the pages that buyers see, and buys a ticket in the sandbox to see
them all, then those of seating, the door and the till, signed in as the demo's owner; arguments are
addresses to measure instead. Fails below the thresholds in lighthouse.py.

bin/audit --halls [ADDRESS …] measures how soon the map of a hall is seen and how smoothly it moves
(audit/paint.py), and what it costs to follow its seats (audit/deltas.py), --rounds N times, seven
without. Two copies are compared by the addresses of both: they are taken in turn.
"""

import argparse
import json
import subprocess
from pathlib import Path

from .. import chromium, environment, places, services
from ..audit import halls, tools
from ..audit.lighthouse import (
    BEHIND_THE_COUNTER,
    CATEGORIES,
    LARGEST,
    LARGEST_HALL,
    Lighthouse,
    Measurement,
)
from ..audit.pages import Copy, Page
from ..places import PYTHON
from ..voice import CannotRun, say

AXE = Path(__file__).parents[1] / "audit" / "axe.py"


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    environment.ensure()
    state = places.state()
    pages = [Page("page", address) for address in asked.addresses] or _pages_of_dev(
        state, halls_only=asked.halls
    )
    if asked.halls:
        halls.show(chromium.path(), [page.address for page in pages], asked.rounds)
        return 0
    modules = tools.install(state / "audit")
    browser = chromium.path()
    complaints = _axe(modules, browser, pages)
    program = modules / ".bin" / "lighthouse"
    lighthouse = Lighthouse(program, browser, state / "audit" / "reports")
    print(_row("", "speed", "a11y", "best", "seo", "axe", "bytes"))
    failures: list[str] = []
    for number, page in enumerate(pages, start=1):
        measured = lighthouse.measure(
            page.address, f"{number:02}-{page.kind.replace(' ', '-')}", page.session
        )
        axe = complaints[page.address]
        print(_figures(page, measured, axe), flush=True)
        failures += [f"{page.address}\n    {each}" for each in _shortcomings(page, measured, axe)]
    print(f"\nThe reports are in {lighthouse.reports}.")
    for failure in failures:
        print(f"\n{failure}")
    return 1 if failures else 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/audit", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--halls", action="store_true", help="only halls, and how they are drawn")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("addresses", nargs="*", metavar="ADDRESS")
    return parser.parse_args(arguments)


def _pages_of_dev(state: Path, *, halls_only: bool) -> list[Page]:
    told = services.settings_of_dev(state)
    if not told:
        raise CannotRun("bin/dev is not running: start it, or name the addresses to measure.")
    say("Looking for the pages …")
    copy = Copy(told["BASE_DOMAIN"], int(told["PORT"]))
    return copy.halls() if halls_only else copy.pages()


def _axe(modules: Path, browser: str, pages: list[Page]) -> dict[str, list[str]]:
    script = modules / "axe-core" / "axe.min.js"
    say("Looking with axe …")
    done = subprocess.run(
        [str(PYTHON), str(AXE), str(script), browser],
        input=json.dumps([(page.address, page.session) for page in pages]),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun("axe could not look at the pages; what went wrong is above.")
    return json.loads(done.stdout)


def _shortcomings(page: Page, measured: Measurement, axe: list[str]) -> list[str]:
    found = [
        f"{name} is {measured.scores[name]}, not {least}"
        for name, least in _asked_of(page, measured).items()
        if measured.scores[name] < least
    ]
    if found:
        found += measured.lost
    largest = LARGEST_HALL if page.kind == "large hall" else LARGEST
    if measured.transferred > largest and not page.session:
        found.append(f"{measured.transferred:,} bytes came over the wire, more than {largest:,}")
    found += [f"it asks {host} for something" for host in measured.third_parties]
    return found + axe


def _asked_of(page: Page, measured: Measurement) -> dict[str, int]:
    """All four, less what search engines are told not to look at."""
    if page.session:
        return BEHIND_THE_COUNTER
    asked = dict(CATEGORIES)
    if not page.is_for_search_engines and not measured.is_indexable:
        del asked["seo"]
    return asked


def _figures(page: Page, measured: Measurement, axe: list[str]) -> str:
    asked = _asked_of(page, measured)
    scores = [str(measured.scores[name]) if name in asked else "–" for name in CATEGORIES]
    name = f"{page.kind:<11}{page.address}"
    return _row(name, *scores, str(len(axe)), f"{measured.transferred:,}")


def _row(name: str, *cells: str) -> str:
    return f"{name[:70]:<72}" + "".join(f"{cell:>7}" for cell in cells)
