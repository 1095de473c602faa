"""One page through Lighthouse, as a telephone sees it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from ..voice import CannotRun

CATEGORIES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
BEHIND_THE_COUNTER = {"performance": 90, "accessibility": 100, "best-practices": 100}
"""Who works there comes back all day, with style sheets and scripts already fetched."""
LARGEST = 60_000
LARGEST_HALL = 250_000
"""In bytes over the wire: any page of a buyer's, also with a hall of up to some 2,000 seats; and
one with a larger hall."""
# Speed wavers with what else the machine does; a bad first measurement is taken twice more.
TRIES = 3


@dataclass(frozen=True)
class Measurement:
    scores: dict[str, int]
    transferred: int
    third_parties: list[str]
    is_indexable: bool
    lost: list[str]


@dataclass(frozen=True)
class Lighthouse:
    program: Path
    chromium: str
    reports: Path

    def measure(self, address: str, name: str, session: str = "") -> Measurement:
        taken = [self._once(address, name, session)]
        while taken[0].scores["performance"] < CATEGORIES["performance"] and len(taken) < TRIES:
            taken.append(self._once(address, name, session))
        middle = round(median(each.scores["performance"] for each in taken))
        last = taken[-1]
        scores = last.scores | {"performance": middle}
        return Measurement(
            scores, last.transferred, last.third_parties, last.is_indexable, last.lost
        )

    def _once(self, address: str, name: str, session: str) -> Measurement:
        # On a busy machine the browser now and then loses the beginning of its recording.
        for _ in range(TRIES):
            said = self._record(address, name, session)
            if said is None:
                report = self.reports / f"{name}.report.json"
                return read(json.loads(report.read_text()))
        raise CannotRun(f"{said}\nLighthouse could not measure {address}.")

    def _record(self, address: str, name: str, session: str) -> str | None:
        """Write the reports on a page; what went wrong, if something did."""
        self.reports.mkdir(exist_ok=True)
        flags = "--headless=new" + (" --no-sandbox" if os.geteuid() == 0 else "")
        seen_with = [f"--extra-headers={json.dumps({'Cookie': session})}"] if session else []
        done = subprocess.run(
            [
                str(self.program),
                address,
                "--quiet",
                *seen_with,
                f"--chrome-flags={flags}",
                f"--only-categories={','.join(CATEGORIES)}",
                "--output=json",
                "--output=html",
                f"--output-path={self.reports / name}",
            ],
            env=os.environ | {"CHROME_PATH": self.chromium},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout if done.returncode else None


def read(report: dict) -> Measurement:
    if failure := report.get("runtimeError"):
        raise CannotRun(f"{report['requestedUrl']}: {failure['message']}")
    audits = report["audits"]
    requests = audits["network-requests"]["details"]["items"]
    own = urlsplit(report["finalDisplayedUrl"]).hostname
    remote = {urlsplit(each["url"]).hostname for each in requests if "//" in each["url"]} - {own}
    scores = {name: round((report["categories"][name]["score"] or 0) * 100) for name in CATEGORIES}
    return Measurement(
        scores=scores,
        transferred=sum(each.get("transferSize", 0) for each in requests),
        third_parties=sorted(host for host in remote if host),
        is_indexable=audits["is-crawlable"]["score"] == 1,
        lost=_lost(report),
    )


def _lost(report: dict) -> list[str]:
    """The audits that cost points, with what each of them complains about."""
    lost = []
    for name in CATEGORIES:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 0.98:
                value = audit.get("displayValue")
                lost.append(f"{name}: {audit['title']}" + (f" ({value})" if value else ""))
    return lost
