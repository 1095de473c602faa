"""How soon a hall is seen, and how smoothly it moves, on a slow telephone and a slow computer.

Runs inside the environment: python paint.py CHROMIUM ROUNDS < ADDRESSES; prints, as JSON and a line
each, what was measured each time. The addresses are taken in turn, so that what the machine does
meanwhile falls on all of them. Everything is read from Chromium's own trace, with the processor
slowed down four times; the clock starts when the address is asked for, with nothing fetched before.
"""

import json
import os
import sys
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

Event = dict[str, Any]
Measured = dict[str, float | int | str | None]

SLOWED = 4
WIDTHS = (390, 1280)
HEIGHT = 844
TOUCH = {"gestureSourceType": "touch"}
ZOOMS: list[Event] = [{"scaleFactor": factor, "relativeSpeed": 200} for factor in (2.5, 0.4)]
PULLS: list[Event] = [
    {"xDistance": way * 150, "yDistance": way * 60, "speed": 150, "preventFling": True}
    for way in (-1, 1)
]
CATEGORIES = ["blink.user_timing", "loading", "disabled-by-default-devtools.timeline.frame"]
WORK = "disabled-by-default-devtools.timeline"

# Looks before each frame is drawn. "outlines": every section is there; "useful": one can read them
# too, their names and, where there is room, their prices; "alive": it can be moved.
PROBE = """
(() => {
  const seen = new Set()
  const mark = (name) => {
    if (!seen.has(name)) performance.mark(`map ${name}`)
    seen.add(name)
  }
  const look = () => {
    const hall = document.querySelector("seat-map")
    if (hall?.querySelector("[data-window]")?.nextElementSibling) {
      mark("outlines")
      const names = hall.querySelectorAll('.name:not([data-room="none"]) .name__name')
      if ([...names].some((name) => name.getBoundingClientRect().height >= 10)) mark("useful")
      if (hall.dataset.ready !== undefined) mark("alive")
    }
    if (seen.size < 3) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  const moved = () => performance.mark("map moved")
  addEventListener("pointermove", moved, { capture: true, passive: true })
})()
"""


def main(chromium: str, rounds: int, addresses: list[str]) -> None:
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        for address in addresses:  # The first time warms everybody up.
            measure(browser, address, WIDTHS[0])
        for turn in range(rounds):
            for width in WIDTHS:
                for address in addresses if turn % 2 else addresses[::-1]:
                    print(json.dumps(measure(browser, address, width)), flush=True)
        browser.close()


def measure(browser: Browser, address: str, width: int) -> Measured:
    """Once, as a browser that has never been there."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        is_mobile=width < 600,
        has_touch=True,
    )
    page = context.new_page()
    page.add_init_script(PROBE)
    control = context.new_cdp_session(page)
    control.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    weight = _Weight(control)
    browser.start_tracing(page=page, categories=[*CATEGORIES, WORK])
    page.goto(f"{address}#tickets", wait_until="load")
    page.wait_for_selector("seat-map[data-ready]", state="attached")
    page.wait_for_timeout(500)
    found = painted(json.loads(browser.stop_tracing())["traceEvents"])
    found["bytes"] = weight.bytes
    moved = _smoothness(browser, page, control)
    context.close()
    return {"address": address, "width": width, **found, **moved}


class _Weight:
    """What came over the wire, headers included."""

    def __init__(self, control: CDPSession) -> None:
        self.bytes = 0
        control.on("Network.loadingFinished", self._add)
        control.send("Network.enable")

    def _add(self, finished: Event) -> None:
        self.bytes += int(finished["encodedDataLength"])


def painted(events: list[Event]) -> Measured:
    """Milliseconds from asking for the page to each sight of it."""
    start = max(
        (event for event in events if event["name"] == "navigationStart"),
        key=lambda event: "/events/" in str(event["args"]),
    )
    frame = start["args"]["frame"]

    def of_page(name: str) -> list[float]:
        return [
            event["ts"]
            for event in events
            if event["name"] == name and event["args"].get("frame", frame) == frame
        ]

    drawn = sorted(of_page("DrawFrame"))

    def after(name: str) -> float | None:
        marked = of_page(name)
        return next((at for at in drawn if marked and at > marked[0]), None)

    sights = {
        "first": min(of_page("firstContentfulPaint"), default=None),
        "largest": max(of_page("largestContentfulPaint::Candidate"), default=None),
        **{name: after(f"map {name}") for name in ("outlines", "useful", "alive")},
    }
    said: Measured = {
        name: round((at - start["ts"]) / 1000) if at is not None else None
        for name, at in sights.items()
    }
    until = sights["useful"] or 0
    return said | {"work": round(_work(events, start, until) / 1000)}


def _work(events: list[Event], start: Event, until: float) -> float:
    """What the page itself made the processor do until then, whatever else the machine did."""
    thread = start["pid"], start["tid"]
    return sum(
        event.get("tdur", 0)
        for event in events
        if event["name"] == "RunTask"
        and (event["pid"], event["tid"]) == thread
        and start["ts"] <= event["ts"] < until
    )


def _smoothness(browser: Browser, page: Page, control: CDPSession) -> dict[str, float]:
    """Frames a second while two fingers zoom, and while one pulls the hall about."""
    page.locator("[data-window]").scroll_into_view_if_needed()
    found = {"zoom": _frames_a_second(browser, page, control, "Pinch", ZOOMS)}
    for _ in range(3):
        page.locator('[data-zoom="in"]').click()
    page.wait_for_timeout(1500)
    return found | {"pan": _frames_a_second(browser, page, control, "Scroll", PULLS)}


def _frames_a_second(
    browser: Browser, page: Page, control: CDPSession, gesture: str, ways: list[Event]
) -> float:
    box = page.locator("[data-window]").bounding_box()
    assert box
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + min(box["height"], 300) / 2}
    frames, seconds = 0, 0.0
    for way in ways:
        browser.start_tracing(page=page, categories=CATEGORIES)
        control.send(f"Input.synthesize{gesture}Gesture", TOUCH | middle | way)
        events = json.loads(browser.stop_tracing())["traceEvents"]
        moved = [event["ts"] for event in events if event["name"] == "map moved"]
        first, last = min(moved), max(moved)
        drawn = [event["ts"] for event in events if event["name"] == "DrawFrame"]
        frames += sum(first < at <= last for at in drawn)
        seconds += (last - first) / 1e6
        page.wait_for_timeout(500)
    return round(frames / seconds, 1)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), json.load(sys.stdin))
