"""axe over some pages, in a real browser: narrow and wide, light and dark.

Runs inside the environment: python axe.py AXE_SCRIPT CHROMIUM < PAGES, pairs of an address and the
cookie it is seen with; prints, as JSON, the complaints about each address.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, sync_playwright

WAYS: list[tuple[int, Literal["light", "dark"]]] = [
    (390, "light"),
    (390, "dark"),
    (1280, "light"),
    (1280, "dark"),
]


def complaints(browser: Browser, script: str, address: str, session: str) -> list[str]:
    found: dict[str, list[str]] = {}
    for width, colours in WAYS:
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=colours, reduced_motion="reduce"
        )
        if session:
            name, _, value = session.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address, wait_until="load")
        page.evaluate(script)
        result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        for violation in result["violations"]:
            places = ", ".join(" ".join(map(str, node["target"])) for node in violation["nodes"])
            sentence = f"{violation['id']}: {violation['help']} at {places}"
            found.setdefault(sentence, []).append(f"{width} {colours}")
        context.close()
    return [f"{sentence} ({', '.join(ways)})" for sentence, ways in found.items()]


def main(script: str, chromium: str, pages: list[list[str]]) -> None:
    source = Path(script).read_text()
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        found = {address: complaints(browser, source, address, who) for address, who in pages}
        print(json.dumps(found))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.load(sys.stdin))
