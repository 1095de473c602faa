"""Takes pictures of pages in a real browser, as small as they can be read.

Runs inside the environment: python camera.py < ORDER, which names the folder, the browser, who
signs in where, and the pages. Each page is taken narrow and wide, light and dark, from its top.
Some are pictures of a scene, which is played first.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {390: (844, 1.5), 1280: (900, 1)}
"""Width: height of the screen, and pixels of the picture for each of the page."""
TALLEST = 1800
"""Of longer pages the beginning says enough."""
LARGEST = 80_000
FAKE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""A scanner is ready only where there is a camera."""
PATIENCE = 20_000


def take(page: Page, address: str, width: int, scene: str | None = None) -> bytes:
    """The page as a picture; RuntimeError when it does not show."""
    answer = page.goto(address, wait_until="load")
    if answer is None or answer.status >= 400:
        raise RuntimeError(f"{address} answers {answer.status if answer else 'nothing'}")
    page.evaluate("document.fonts.ready")
    if "/manage/" in address and "/sign-in" in page.url:
        raise RuntimeError(f"{address} asks to sign in")
    shown = page.viewport_size or {"height": 0}
    if scene:
        SCENES[scene](page)
        if scene in ON_ONE_SCREEN:
            return _small(page.screenshot())
    height = page.evaluate("document.documentElement.scrollHeight")
    # As on a screen tall enough, so that what sticks to its lower edge is found there.
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    picture = page.screenshot()
    page.set_viewport_size({"width": width, "height": shown["height"]})
    return _small(picture)


def _sell_two(page: Page) -> None:
    """At the till: a shift is open, two tickets are chosen, and cash lies on the counter."""
    if page.get_by_role("button", name="Open the shift").is_visible():
        page.get_by_label("Change in the drawer").fill("80")
        page.get_by_role("button", name="Open the shift").click()
        page.wait_for_selector(".till")
        page.reload()
    page.locator(".till__tier input:not([disabled])").first.fill("2")
    page.get_by_label("Given").fill("400")


def _watch_the_hall_appear(page: Page) -> None:
    """In the hall: script has drawn every chair."""
    page.wait_for_selector("seat-map:defined")
    page.wait_for_timeout(2_000)


def _point_at_another_seat(page: Page) -> None:
    """Before the hall, ticket in hand: another seat is pressed, the question about it asked."""
    _watch_the_hall_appear(page)
    page.locator("[data-chairs] .chair[data-s=f]:not(.chair--mine)").first.click()
    page.wait_for_selector(".moving__sentence")
    page.evaluate("scrollTo(0, 0)")


def _draw(page: Page) -> None:
    """At the drawing board: its tools are laid out."""
    page.locator(".editor__tools").wait_for(state="visible", timeout=PATIENCE)
    page.wait_for_timeout(1_000)


def _stand_at_the_door(page: Page) -> None:
    if page.locator("#pair-sign-in").is_visible():
        page.locator("#pair-sign-in").click()
        page.get_by_role("button", name="Stand here").click()
        page.wait_for_selector("#check-shell[data-kind=right]", timeout=PATIENCE)
        page.get_by_role("button", name="Start scanning").click()


def _let_in(page: Page) -> None:
    """At the door: somebody is found by name, and comes in."""
    page.wait_for_selector("[data-screen]:not([hidden]):not(#screen-opening)")
    page.wait_for_timeout(1_000)
    _stand_at_the_door(page)
    _found(page).filter(has_text=NOT_YET).first.get_by_role("button").click()
    page.wait_for_selector("#answer:not([hidden])")


def _refuse(page: Page) -> None:
    """At the door: the same person once more."""
    _let_in(page)
    page.locator("#answer-close").click()
    _found(page).filter(has_not_text=NOT_YET).first.get_by_role("button").click()
    page.wait_for_selector("#answer:not([hidden])")


def _found(page: Page) -> Locator:
    page.locator('a[href="#search"]').click()
    page.locator("#search-text").fill(WANTED)
    return page.locator(".found__row")


WANTED = "Adé"
"""Enough people of the demo begin like that."""
NOT_YET = "Not in yet"
SCENES = {
    "seats": _watch_the_hall_appear,
    "another seat": _point_at_another_seat,
    "draw": _draw,
    "till": _sell_two,
    "admit": _let_in,
    "refuse": _refuse,
}
ON_ONE_SCREEN = ("draw", "admit", "refuse")


def _small(png: bytes) -> bytes:
    """As WebP: with every letter sharp if that is small enough, else nearly so."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    sharp = io.BytesIO()
    picture.save(sharp, "WEBP", method=4, lossless=True)
    kept = sharp
    for quality in (88, 78, 65, 50):
        if kept.tell() < LARGEST:
            break
        kept = io.BytesIO()
        picture.save(kept, "WEBP", method=6, quality=quality)
    return kept.getvalue()


def signed_in(browser: Browser, login: dict[str, str]) -> Any:
    """The cookies of somebody who has signed in, once for all pictures."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(login["address"])
    page.fill("input[name=email]", login["email"])
    page.fill("input[name=password]", login["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


def main(order: dict[str, Any]) -> int:
    options = [*FAKE_CAMERA, "--no-sandbox"] if os.geteuid() == 0 else [*FAKE_CAMERA]
    failures = []
    pages = order["pages"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=order["chromium"], args=options)
        # Whoever is nobody comes first: what they see must not depend on a session.
        people: dict[str | None, Any] = {None: None}
        for host in sorted({page["host"] for page in pages.values() if page["host"]}):
            people[host] = signed_in(browser, order["logins"][host])
        for width, (height, scale) in SIZES.items():
            for colours in COLOURS:
                for host, who in people.items():
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        device_scale_factor=scale,
                        color_scheme=colours,
                        reduced_motion="reduce",
                        storage_state=who,
                    )
                    page = context.new_page()
                    for name, wanted in pages.items():
                        if wanted["host"] != host or width not in wanted.get("widths", SIZES):
                            continue
                        file = Path(order["folder"]) / f"{name}-{width}-{colours}.webp"
                        try:
                            picture = take(page, wanted["address"], width, wanted.get("scene"))
                            file.write_bytes(picture)
                        except (RuntimeError, PlaywrightError) as problem:
                            failures.append(f"{name}: {problem}")
                    context.close()
        browser.close()
    for failure in dict.fromkeys(failures):
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
