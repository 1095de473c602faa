"""Half an hour without a network, at the real box office: two scanners, and browsers killed.

    DOOR_SCANS=500 DOOR_COMMON=50 bin/test tests/browser/test_an_evening_offline.py

is the size it has to hold for. The half an hour passes on the scanners' clocks.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect
from sqlalchemy import func, select

from eventflow.checkin import devices, figures
from eventflow.checkin.models import Scan
from eventflow.db import db, now, transaction
from eventflow.tickets import issuing
from tests import factories
from tests.browser.conftest import PHONE
from tests.browser.test_scanning import all_sent, answered

pytestmark = pytest.mark.browser

SCANS = int(os.environ.get("DOOR_SCANS", "60"))
"""What each device scans."""
COMMON = int(os.environ.get("DOOR_COMMON", "8"))
"""How many of these the other one scans too."""
HALF_AN_HOUR = 30 * 60
AT_A_TIME = 10
# For the whole browser: what Playwright calls offline does not hold for a service worker, and its
# background sync would send what waits.
NO_NETWORK = ("--host-resolver-rules=MAP * ~NOTFOUND",)

SCAN = """async (codes) => {
  const { scanText } = await import("/static/js/gate/door.js")
  const results = []
  for (const code of codes) results.push((await scanText(code)).verdict.result)
  return results
}"""


class Scanner:
    """A phone with a disk; it can be killed and started again."""

    def __init__(self, playwright: Playwright, launch: dict, address: str, disk: Path) -> None:
        self.playwright, self.launch, self.address, self.disk = playwright, launch, address, disk
        self.context: BrowserContext | None = None
        self.late = 0.0
        """Seconds of the evening that passed on its clock alone."""

    def start(self, *, online: bool, path: str = "/scan/") -> Page:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.disk),
            executable_path=self.launch["executable_path"],
            args=[*self.launch["args"], *([] if online else NO_NETWORK)],
            viewport=PHONE,
        )
        self.context.set_offline(not online)
        page = self.context.new_page()
        if not online:
            page.clock.install(time=datetime.now(UTC) + timedelta(seconds=self.late))
        page.goto(self.address + path)
        page.wait_for_selector("[data-screen]:not([hidden]):not(#screen-opening)")
        return page

    def scan(self, page: Page, codes: list[str], *, within: float) -> list[str]:
        """Scan these one after the other, in so much time on the phone's clock."""
        found = []
        for first in range(0, len(codes), AT_A_TIME):
            part = codes[first : first + AT_A_TIME]
            found += page.evaluate(SCAN, part)
            passed = within * len(part) / len(codes)
            page.clock.fast_forward(int(passed * 1000))
            self.late += passed
        return found

    def kill(self) -> None:
        """As the system does it when memory is short: without asking."""
        ours = [pid for pid, command in _processes() if str(self.disk) in command]
        assert ours, "no browser runs on this disk"
        for pid in ours:
            os.kill(pid, signal.SIGKILL)
        while any(str(self.disk) in command for _pid, command in _processes()):
            time.sleep(0.05)
        self.context = None
        for lock in self.disk.glob("Singleton*"):
            lock.unlink()

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


def _processes() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        # What has ended and was not asked about yet has no command line any more.
        if command:
            yield int(folder.name), command


@pytest.fixture
def scanners(
    playwright: Playwright, browser_type_launch_args, served, riverside, tmp_path
) -> Iterator[list[Scanner]]:
    address = served.at(riverside, "")
    made = [
        Scanner(playwright, browser_type_launch_args, address, tmp_path / name)
        for name in ("north", "south")
    ]
    yield made
    for scanner in made:
        scanner.close()


def go_to_the_gate(page: Page) -> None:
    page.get_by_role("button", name="Stand here").click()
    expect(page.locator("#check-list")).to_have_attribute("data-kind", "right", timeout=60_000)
    expect(page.locator("#check-shell")).to_have_attribute("data-kind", "right", timeout=120_000)
    page.get_by_role("button", name="Start scanning").click()


def type_in(page: Page, code: str) -> None:
    page.get_by_role("link", name="Code").click()
    page.get_by_label("Ticket code").fill(code)
    page.get_by_role("button", name="Check this code").click()


def scans_there() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Scan)) or 0


def test_half_an_hour_offline_on_two_devices_is_at_the_box_office_once(
    scanners, at_riverside, riverside
):
    number = 2 * SCANS - COMMON
    event = factories.make_event(title="Long Evening", tiers=[("Stalls", 2500, number + 10)])
    tickets = []
    while len(tickets) < number:
        tickets += factories.pay(factories.order(riverside, event, 10)).tickets
    codes = {ticket.id: issuing.code_of(ticket) for ticket in tickets[:number]}
    ids = list(codes)
    db.session.rollback()
    lists = [ids[:SCANS], ids[SCANS - COMMON :]]
    pairings = []
    for name in ("North", "South"):
        with transaction():
            _pairing, code = devices.offer(name, at=now())
        pairings.append(code)

    started = time.monotonic()
    for scanner, mine, pairing in zip(scanners, lists, pairings, strict=True):
        page = scanner.start(online=True, path=f"/scan/#pair={pairing}")
        go_to_the_gate(page)
        scanner.close()

        half = len(mine) // 2
        for part in (mine[:half], mine[half:]):
            page = scanner.start(online=False)
            type_in(page, codes[part[0]])
            answered(page, "Come in")
            rest = [codes[one] for one in part[1:]]
            results = scanner.scan(page, rest, within=HALF_AN_HOUR / 2)
            assert Counter(results) == {"VALID": len(rest)}
            # What was scanned before the browser was killed is known after it.
            assert page.evaluate(SCAN, [codes[mine[0]]]) == ["USED"]
            scanner.kill()
        assert scanner.late == pytest.approx(HALF_AN_HOUR)
    assert scans_there() == 0

    for scanner in scanners:
        for _time in range(2):  # Again changes nothing.
            all_sent(scanner.start(online=True))
            scanner.close()
    print(f"{SCANS} scans on each, {COMMON} in common: {time.monotonic() - started:.0f} s")

    db.session.rollback()
    scans = db.session.scalars(select(Scan)).all()
    let_in = [scan for scan in scans if scan.admitted]
    # Each device also read its first ticket again, twice, and let nobody in for it.
    assert len(scans) == len(let_in) + 4 == 2 * SCANS + 4
    assert len({scan.scan_id for scan in scans}) == len(scans)
    common = set(lists[0]) & set(lists[1])
    assert Counter(scan.ticket_id for scan in let_in) == {
        ticket: 2 if ticket in common else 1 for ticket in ids
    }
    assert {scan.ticket_id for scan in let_in if scan.result == "VALID"} == set(ids)
    listed = figures.doubles(event)
    assert len(listed) == COMMON
    assert {one.ticket.id for one in listed} == common
    assert all(one.scan.device_id != one.first.device_id for one in listed)
