"""bin/bench --door: how a scanner does with a large house, in a real browser with a filmed camera.

    bin/bench --door                 20,000 tickets
    bin/bench --door --tickets 1000

The list is fetched from the product itself, as any phone fetches it; then the network goes, and the
camera is shown codes that were sold. All figures are this machine's: a phone is slower, and its
radio too.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import BrowserContext, CDPSession, Playwright, sync_playwright
from sqlalchemy import create_engine, select, text

from bench import servers, world
from eventflow import create_app
from eventflow.accounts.models import Tenant
from eventflow.checkin import devices
from eventflow.config import Settings, owner_url
from eventflow.db import db, now, transaction
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from tests.browser.film import RATE, Scene, shoot

PORT = 18_080
HOST = f"bench.eventflow.localhost:{PORT}"
SLUG = "filler-1"
SHOWN = 20
PHONE = {"width": 390, "height": 844}

# Names of the lengths that names have; one name for all would be compressed to nothing.
NAMES = """
update tickets set attendee_name =
  (array['Ana','Bartholomew','Chiara','Dmitri','Eleanor','Femi','Guadalupe','Hiroshi','Ines',
         'Jean-Baptiste','Karolina','Lars'])[1 + mod(abs(hashtext(id::text)), 12)] || ' ' ||
  (array['Abernathy','Bui','Castellanos','Dvořák','Eriksson','Fitzgerald','Güneş','Hernández'])
    [1 + mod(abs(hashtext(id::text || 's')), 8)] || '-' || substr(md5(id::text), 1, 5)
 where attendee_name = 'Filler'
"""

# From the moment a code is in the picture (there is nothing as bright as its paper before) to the
# moment the answer on the screen has changed.
WATCH = """
() => {
  const video = document.querySelector("#screen-scan video")
  const answer = document.querySelector("#answer")
  window.waits = []
  let since = null, inView = false, said = ""
  const look = async (_now, { presentationTime }) => {
    const frame = new VideoFrame(video)
    const rect = { x: 0, y: video.videoHeight / 2, width: video.videoWidth, height: 2 }
    const brightness = new Uint8Array(frame.allocationSize({ rect }))
    await frame.copyTo(brightness, { rect })
    frame.close()
    const bright = brightness.subarray(0, rect.width).some((level) => level > 200)
    if (bright && !inView) since = presentationTime
    inView = bright
    video.requestVideoFrameCallback(look)
  }
  video.requestVideoFrameCallback(look)
  new MutationObserver(() => {
    if (answer.hidden || answer.innerText === said || since === null) return
    said = answer.innerText
    window.waits.push(performance.now() - since)
    since = null
  }).observe(answer, { subtree: true, childList: true, characterData: true, attributes: true })
}
"""

LOOK_UP = """
async ([digests, name, code]) => {
  const { here } = await import("/static/js/gate/state.js")
  const { scanText } = await import("/static/js/gate/door.js")
  const timed = async (times, act) => {
    const took = []
    for (let turn = 0; turn < times; turn++) {
      const began = performance.now()
      await act(turn)
      took.push(performance.now() - began)
    }
    return took.sort((one, other) => one - other)
  }
  const size = digests.length
  const kinds = {
    "by code's digest": await timed(1000, (turn) => here.manifest.ticket(digests[turn % size])),
    "by name": await timed(20, () => here.manifest.search(name, 50)),
    "by order": await timed(20, () => here.manifest.search("F1234", 50)),
    "a code, to its row on the disk": await timed(20, () => scanText(code)),
  }
  return Object.entries(kinds).map(([kind, took]) => [kind, took[took.length >> 1], took.at(-1)])
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench --door", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    tickets = parser.parse_args().tickets
    os.environ |= {"BASE_DOMAIN": f"eventflow.localhost:{PORT}"}
    subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], check=True)
    pairing, codes = _house(tickets)
    server = servers.serve("wsgi:app", PORT)
    try:
        with TemporaryDirectory(prefix="eventflow-bench-door-") as kept:
            folder = Path(kept)
            film = shoot(folder / "film.y4m", _shown(codes))
            with sync_playwright() as playwright, _phone(playwright, folder, film) as phone:
                _measure(phone, pairing, codes[SHOWN])
    finally:
        os.killpg(server.pid, signal.SIGTERM)


def _house(tickets: int) -> tuple[str, list[str]]:
    """An event with so many tickets; answers a code to pair a device, and some of the tickets'."""
    app = create_app()
    with app.app_context():
        world.make(10)
        world.fill(events=1, number_of_orders=-(-tickets // 4), tickets=tickets)
        engine = create_engine(owner_url(Settings.from_environment()))
        with engine.begin() as connection:
            connection.execute(text(NAMES))
        engine.dispose()
        tenant = db.session.scalars(select(Tenant)).one()
        with acting_for(tenant.id):
            with transaction():
                _pairing, pairing = devices.offer("Bench", role="staff", at=now())
            sold = select(Ticket).where(Ticket.attendee_email == "f@example.com").limit(SHOWN + 1)
            return pairing, [issuing.code_of(ticket) for ticket in db.session.scalars(sold)]


def _shown(codes: list[str]) -> Iterator[Scene]:
    """One after the other, each for a second, with a moment of nothing in between."""
    for code in codes[:SHOWN]:
        yield Scene(None, frames=RATE)
        yield Scene(code, frames=RATE)


def _phone(playwright: Playwright, folder: Path, film: Path) -> BrowserContext:
    return playwright.chromium.launch_persistent_context(
        str(folder / "phone"),
        executable_path=os.environ["CHROMIUM_PATH"],
        args=[
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ],
        viewport=PHONE,
    )


def _measure(phone: BrowserContext, pairing: str, spare: str) -> None:
    page = phone.new_page()
    with page.expect_response(f"**/events/{SLUG}/manifest") as fetched:
        page.goto(f"http://{HOST}/scan/#pair={pairing}")
        page.get_by_text("Filler 1").click()
    page.get_by_role("button", name="Stand here").click()
    sizes = fetched.value.request.sizes()
    took = fetched.value.request.timing["responseEnd"]
    page.wait_for_selector('#check-list[data-kind="right"]', timeout=60_000)
    _say("the list, over the wire", f"{sizes['responseBodySize'] / 1e6:.2f} MB", "2 MB")
    _say("the list, fetched", f"{took / 1000:.2f} s", "3 s")
    page.wait_for_selector('#check-shell[data-kind="right"]', timeout=120_000)
    page.get_by_role("button", name="Start scanning").click()
    page.wait_for_selector("#screen-scan:not([hidden])")
    phone.set_offline(True)
    page.evaluate(WATCH)
    page.wait_for_timeout(1000 * 2 * (SHOWN + 1))
    waits = sorted(page.evaluate("window.waits"))
    _say(
        f"code in view to answer, {len(waits)} codes",
        f"{median(waits):.0f} ms median, {waits[-1]:.0f} ms slowest",
        "400 ms median",
    )
    digests = page.evaluate(
        """async () => {
          const { here } = await import("/static/js/gate/state.js")
          return here.manifest.rows.filter((_, index) => index % 20 === 0).map(([digest]) => digest)
        }"""
    )
    for kind, middle, most in page.evaluate(LOOK_UP, [digests, "eleanor bui", spare]):
        _say(f"a lookup, {kind}", f"{middle:.2f} ms median, {most:.2f} ms slowest", "5 ms")
    _say("memory of the page's objects", f"{_heap(phone.new_cdp_session(page)):.0f} MB", "150 MB")
    _say("memory of its process, not shared", f"{_renderer(phone):.0f} MB", "150 MB")


def _heap(devtools: CDPSession) -> float:
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize") / 1e6


def _renderer(phone: BrowserContext) -> float:
    """Of the process that draws the page: the largest, as the browser has others at hand."""
    assert phone.browser is not None
    devtools = phone.browser.new_browser_cdp_session()
    known = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    drawing = [str(each["id"]) for each in known if each["type"] == "renderer"]
    return max(servers.of_process(each, "Private_Dirty:") for each in drawing)


def _say(what: str, figure: str, wanted: str) -> None:
    print(f"{what:42}{figure:42} wanted: {wanted}", flush=True)


if __name__ == "__main__":
    main()
