"""bin/screenshots: the main pages of a running bin/dev, for docs/screenshots.

Narrow and wide, light and dark, of the demo's box offices. It buys a ticket in the sandbox at the
first of them, so that there is an order to look at, and signs in to its console as the owner.
Arguments are names of pages to take anew ("ticket"); without any it takes them all. A page that
can't be shown is said, and makes the exit status 1.
"""

import argparse
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .. import chromium, environment, places, services
from ..audit.pages import Copy, Page
from ..places import PYTHON
from ..voice import CannotRun, say

CAMERA = Path(__file__).parents[1] / "camera.py"
FOLDER = places.ROOT / "docs" / "screenshots"
PASSWORD = "three paper lanterns"
"""Of everybody in the demo; `bin/flask demo logins` prints it."""

BOX_OFFICES = ("festival", "studio", "hall")
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
    "console-door-gates": "/manage/events/DOOR/door/gates",
    "console-door-devices": "/manage/events/DOOR/door/devices",
    "console-door-paper": "/manage/events/DOOR/door/paper",
    "console-door-badges": "/manage/events/DOOR/door/badges",
    "console-box-office": "/manage/events/EVENT/box-office",
    "console-orders": "/manage/orders",
    "console-attendees": "/manage/attendees",
    "console-mail": "/manage/mail",
    "console-team": "/manage/team",
    "console-tokens": "/manage/tokens",
    "console-settings": "/manage/settings",
    "console-audit": "/manage/audit",
    "console-jobs": "/manage/jobs",
}


@dataclass(frozen=True)
class Demo(Copy):
    """A running copy of which only the demo's box offices are looked at."""

    def _tenant_hosts(self) -> list[str]:
        return [f"{slug}.{self.base_domain}" for slug in BOX_OFFICES]


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
    host = f"{BOX_OFFICES[0]}.{base}"
    wanted = _named(Demo(base, int(told["PORT"])).pages())
    wanted |= {name: f"http://{base}{path}" for name, path in BASE.items()}
    event = wanted[f"event-{BOX_OFFICES[0]}"].rpartition("/")[2]
    wanted |= {
        name: f"http://{host}{path.replace('EVENT', event).replace('DOOR', EVENING)}"
        for name, path in CONSOLE.items()
    }
    if unknown := set(asked.pages) - set(wanted):
        raise CannotRun(f"No page is called {', '.join(unknown)}. There are: {', '.join(wanted)}.")
    order = {
        "folder": str(FOLDER),
        "chromium": chromium.path(),
        "sign_in": f"http://{host}/sign-in",
        "email": f"olivia@{BOX_OFFICES[0]}.example",
        "password": PASSWORD,
        "pages": {name: wanted[name] for name in asked.pages or wanted},
    }
    FOLDER.mkdir(exist_ok=True)
    command = [str(PYTHON), str(CAMERA)]
    return subprocess.run(command, input=json.dumps(order), text=True, check=False).returncode


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
