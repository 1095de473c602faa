"""bin/screenshots: the main pages of a running bin/dev, for docs/screenshots.

Narrow and wide, light and dark, of the demo's box offices. It buys a ticket in the sandbox at the
first of them, so that there is an order to look at, opens a shift at its till, and signs in to
the consoles as their owner.
Arguments are names of pages to take anew ("ticket"); without any it takes them all. A page that
can't be shown is said, and makes the exit status 1.
"""

import argparse
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import chromium, environment, places, services
from ..audit.pages import PASSWORD, Copy, Page, owner
from ..places import PYTHON
from ..voice import CannotRun, say

CAMERA = Path(__file__).parents[1] / "camera.py"
FOLDER = places.ROOT / "docs" / "screenshots"
BOX_OFFICES = ("festival", "studio", "hall", "theatre")
HOUSE = "theatre"
"""The one with seats."""
EVENING = "marea-baja-a-session-in-the-boathouse"
"""An event whose door has been busy."""
BASE = {
    "sign-up": "/sign-up",
    "sign-in": "/sign-in",
    "mailbox": "/dev/mail",
}
CONSOLE = {
    "console": "/manage/",
    "console-event": "/manage/events/EVENT",
    "console-wizard": "/manage/events/EVENT/edit/3",
    "console-door": "/manage/events/DOOR/door",
    "console-door-devices": "/manage/events/DOOR/door/devices",
    "console-orders": "/manage/orders",
    "console-attendees": "/manage/attendees",
    "console-mail": "/manage/mail",
    "console-team": "/manage/team",
    "console-tokens": "/manage/tokens",
    "console-settings": "/manage/settings",
    "console-audit": "/manage/audit",
    "console-jobs": "/manage/jobs",
}
SEATING = {
    "console-seating": "/manage/events/SEATED/seating",
    "console-calendar": "/manage/venues/CELLAR/calendar",
    "console-calendar-week": "/manage/venues/CELLAR/calendar?view=week",
}
SEATED = "the-winters-tale"
VENUE = "the-halcyon-main-house"
CELLAR = "the-undercroft"


@dataclass(frozen=True)
class Demo(Copy):
    """A running copy of which only the demo's box offices are looked at."""

    def _tenant_hosts(self) -> list[str]:
        return [f"{slug}.{self.base_domain}" for slug in BOX_OFFICES]

    def drawing(self, host: str) -> str:
        """Where the seat map of the main house is drawn."""
        venue = f"/manage/venues/{VENUE}"
        _, body = self._request(host, "GET", venue, session=self._signed_in(host))
        found = re.search(rf'href="({venue}/maps/[0-9a-f-]+)"', body)
        if not found:
            raise CannotRun(f"No seat map is drawn at http://{host}{venue}.")
        return found[1]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/screenshots", description=__doc__)
    parser.add_argument("pages", nargs="*", metavar="PAGE", help="only these, by name")
    asked = parser.parse_args(arguments)
    environment.ensure()
    told = services.settings_of_dev(places.state())
    if not told:
        raise CannotRun("bin/dev is not running: start it first.")
    base = told["BASE_DOMAIN"]
    say("Looking for the pages …")
    copy = Demo(base, int(told["PORT"]))
    wanted = _wanted(copy, base)
    if unknown := set(asked.pages) - set(wanted):
        raise CannotRun(f"No page is called {', '.join(unknown)}. There are: {', '.join(wanted)}.")
    order = {
        "folder": str(FOLDER),
        "chromium": chromium.path(),
        "logins": {
            f"{slug}.{base}": {
                "address": f"http://{slug}.{base}/sign-in",
                "email": owner(slug),
                "password": PASSWORD,
            }
            for slug in BOX_OFFICES
        },
        "pages": {name: wanted[name] for name in asked.pages or wanted},
    }
    FOLDER.mkdir(exist_ok=True)
    command = [str(PYTHON), str(CAMERA)]
    return subprocess.run(command, input=json.dumps(order), text=True, check=False).returncode


def _wanted(copy: Demo, base: str) -> dict[str, dict[str, Any]]:
    """Every picture by its name: where, behind whose counter, and which scene is played first."""
    door, house = f"{BOX_OFFICES[0]}.{base}", f"{HOUSE}.{base}"
    public = _named(copy.public_pages())
    public |= {name: f"http://{base}{path}" for name, path in BASE.items()}
    seats = f"http://{house}/events/{SEATED}"
    public |= {"seats": seats, "seat-list": f"{seats}/seats/list"}
    public.pop("seat", None)
    wanted: dict[str, dict[str, Any]] = {
        name: {"address": address, "host": None} for name, address in public.items()
    }
    wanted["seats"]["scene"] = "seats"
    wanted["another-seat"]["scene"] = "another seat"
    event = public[f"event-{BOX_OFFICES[0]}"].rpartition("/")[2]

    def behind(host: str, path: str, **more: Any) -> dict[str, Any]:
        names = {"EVENT": event, "DOOR": EVENING, "SEATED": SEATED, "CELLAR": CELLAR}
        for word, name in names.items():
            path = path.replace(f"/{word}", f"/{name}")
        return {"address": f"http://{host}{path}", "host": host, **more}

    wanted |= {name: behind(door, path) for name, path in CONSOLE.items()}
    wanted |= {name: behind(house, path) for name, path in SEATING.items()}
    wanted["console-map-editor"] = behind(house, copy.drawing(house), scene="draw")
    wanted["till"] = behind(door, "/manage/events/EVENT/box-office", scene="till")
    wanted["scanner-admit"] = behind(door, "/scan/", scene="admit", widths=[390])
    wanted["scanner-refuse"] = behind(door, "/scan/", scene="refuse", widths=[390])
    return wanted


def _named(found: list[Page]) -> dict[str, str]:
    """Storefront and an event of every box office, of each other kind of page one."""
    named: dict[str, str] = {}
    for page in found:
        slug = page.address.split("/")[2].split(".")[0]
        if page.kind in ("storefront", "event"):
            named[f"{page.kind}-{slug}"] = page.address
        else:
            named[page.kind] = page.address
    return named
