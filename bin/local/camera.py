"""Takes pictures of pages in a real browser, as small as they can be read.

Runs inside the environment: python camera.py < ORDER, which names the folder, the browser, who
signs in where, and the pages. Each page is taken narrow and wide, light and dark, from its top.
"""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {390: (844, 2), 1280: (900, 1)}
"""Width: height of the screen, and pixels of the picture for each of the page."""
TALLEST = 2200
"""Of longer pages the beginning says enough."""
LARGEST = 250_000


def take(page: Page, address: str, width: int) -> bytes:
    """The page as a picture; RuntimeError when it does not show."""
    answer = page.goto(address, wait_until="load")
    if answer is None or answer.status >= 400:
        raise RuntimeError(f"{address} answers {answer.status if answer else 'nothing'}")
    page.evaluate("document.fonts.ready")
    if "/manage/" in address and "/sign-in" in page.url:
        raise RuntimeError(f"{address} asks to sign in")
    shown = page.viewport_size or {"height": 0}
    height = page.evaluate("document.documentElement.scrollHeight")
    # As on a screen tall enough, so that what sticks to its lower edge is found there.
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    picture = page.screenshot()
    page.set_viewport_size({"width": width, "height": shown["height"]})
    return _small(picture)


def _small(png: bytes) -> bytes:
    """As WebP: with every letter sharp if that is small enough, else nearly so."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    sharp = io.BytesIO()
    picture.save(sharp, "WEBP", method=4, lossless=True)
    kept = sharp
    for quality in (88, 78, 65, 50):
        if kept.tell() < LARGEST / 2:
            break
        kept = io.BytesIO()
        picture.save(kept, "WEBP", method=6, quality=quality)
    return kept.getvalue()


def signed_in(browser: Browser, order: dict[str, Any]) -> Any:
    """The cookies of somebody who has signed in, once for all pictures."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(order["sign_in"])
    page.fill("input[name=email]", order["email"])
    page.fill("input[name=password]", order["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


def main(order: dict[str, Any]) -> int:
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    failures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=order["chromium"], args=options)
        console = any("/manage/" in address for address in order["pages"].values())
        team = signed_in(browser, order) if console else None
        for width, (height, scale) in SIZES.items():
            for colours in COLOURS:
                for who in (None, team):
                    context = browser.new_context(
                        viewport={"width": width, "height": height},
                        device_scale_factor=scale,
                        color_scheme=colours,
                        reduced_motion="reduce",
                        storage_state=who,
                    )
                    page = context.new_page()
                    for name, address in order["pages"].items():
                        if ("/manage/" in address) != (who is not None):
                            continue
                        file = Path(order["folder"]) / f"{name}-{width}-{colours}.webp"
                        try:
                            file.write_bytes(take(page, address, width))
                        except RuntimeError as problem:
                            failures.append(str(problem))
                    context.close()
        browser.close()
    for failure in dict.fromkeys(failures):
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
