"""The seat map editor as a person at a desk uses it."""

import json
import os
from pathlib import Path

from playwright.sync_api import Page, expect

from eventflow.db import db
from eventflow.seating import maps
from eventflow.seating.models import SeatMap
from eventflow.tenancy import acting_for
from tests.browser.test_organizing import come_in

PICTURES = os.environ.get("PICTURES_OF_DRAWING")


def address(seat_map: SeatMap) -> str:
    return f"/manage/venues/riverside-hall/maps/{seat_map.id}"


def open_editor(page: Page, served, riverside, user, seat_map) -> None:
    come_in(page, served, riverside, user, address(seat_map))
    page.wait_for_selector("seat-editor[ready]")


def drawn(page: Page) -> dict:
    """What the editor shows, as it is."""
    return json.loads(
        page.evaluate("JSON.stringify(document.querySelector('seat-editor').drawing)")
    )


def saved(page: Page) -> None:
    page.wait_for_function(
        "() => { const e = document.querySelector('seat-editor');"
        " return !e.saving.isOpen && !e.saving.busy }"
    )


def kept(riverside, seat_map) -> SeatMap:
    db.session.rollback()
    with acting_for(riverside.id):
        found = maps.find(seat_map.id)
        db.session.refresh(found)
        db.session.expunge(found)
    return found


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def press_block(page: Page, at: tuple[int, int], **measures: str) -> None:
    page.get_by_role("button", name="Block of rows").click()
    page.locator("[data-floor]").click(position={"x": at[0], "y": at[1]})
    dialog = page.locator("[data-dialog=block]")
    for name, value in measures.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Draw the block").click()
    expect(dialog).to_be_hidden()


def category(page: Page, name: str) -> str:
    return next(one["id"] for one in drawn(page)["categories"] if one["name"] == name)
