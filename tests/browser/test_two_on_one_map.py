"""Two people on one seat map: told of each other, their work brought together, none of it lost."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from eventflow.db import db, now, transaction
from eventflow.seating import maps
from eventflow.tenancy import acting_for
from tests.browser.conftest import _watched
from tests.browser.editor import address, drawn, kept, open_editor, press_block, saved
from tests.people import make_member

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent


@contextmanager
def by_ana(riverside, room) -> Iterator[dict]:
    """The drawing as it is kept, for somebody else to change and save."""
    db.session.rollback()
    with acting_for(riverside.id), transaction():
        theirs = maps.find(room.id, locked=True)
        drawing = json.loads(json.dumps(theirs.drawing))
        yield drawing
        maps.replace(theirs, drawing, at=now())
        theirs.changed_by = "Ana"


def _no_saves(route) -> None:
    route.abort() if route.request.method == "PUT" else route.continue_()


def test_what_somebody_else_saves_is_told_at_once_and_undoing_leaves_it_alone(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4")
    saved(desk)
    with by_ana(riverside, room) as drawing:
        for seat in drawing["sections"][0]["rows"][1]["seats"]:
            seat["number"] = f"1{seat['number']}"
        drawing["shapes"].append({"id": "h9", "kind": "rectangle", "width": 200, "height": 90})

    bar = desk.locator("[data-together]")
    expect(bar).to_contain_text("Ana changed this map at")
    expect(bar).to_contain_text("4 seats in Stalls and rectangle.")
    both = drawn(desk)
    assert both == kept(riverside, room).drawing

    bar.get_by_role("button", name="Look at it").click()
    compared = desk.locator("[data-dialog=compare]")
    expect(compared.locator("figcaption")).to_have_text(["Before", "Now"])
    compared.get_by_role("button", name="Close").click()

    desk.locator("[data-do=undo]").click()
    assert [shape["id"] for shape in drawn(desk)["shapes"]] == ["h9"]
    desk.locator("[data-do=redo]").click()
    assert drawn(desk) == both

    bar.get_by_role("button", name="Take it out again").click()
    assert drawn(desk)["shapes"] == []
    assert [seat["number"] for seat in drawn(desk)["sections"][0]["rows"][1]["seats"]] == [
        "1", "2", "3", "4",
    ]  # fmt: skip
    saved(desk)
    assert kept(riverside, room).drawing == drawn(desk)
    assert desk.troubles == []


def test_a_drawing_that_cannot_be_had_is_asked_for_less_and_less(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    asked = []
    desk.route("**/drawing", lambda route: (asked.append(1), route.fulfill(status=503)))
    with by_ana(riverside, room) as drawing:
        drawing["width"] = 4321
    desk.wait_for_function(
        "() => document.querySelector('seat-editor').together.patience === 12000"
    )
    told = "document.querySelector('seat-editor').together.ask()"

    for _again in range(5):
        desk.evaluate(told)

    assert asked == [1]
    desk.unroute("**/drawing")
    desk.evaluate("document.querySelector('seat-editor').together.notBefore = 0")
    desk.evaluate(told)
    expect(desk.locator("[data-together]")).to_contain_text("Ana changed this map")


def test_what_two_draw_at_once_comes_together(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4")
    saved(desk)
    desk.route("**/now*", lambda route: route.abort())  # Only a save will tell.
    with by_ana(riverside, room) as drawing:
        rows = drawing["sections"][0]["rows"]
        rows[0]["seats"][0]["kind"] = "accessible"
        seats = [{"id": "k9", "number": "1", "x": 100, "y": 100}]
        rows.append({"id": "r9", "label": "C", "seats": seats})

    press_block(desk, (400, 300), rows="1", seats="2", y="1500")
    bar = desk.locator("[data-together]")
    expect(bar).to_contain_text("Yours and what Ana saved at")
    expect(bar).to_contain_text("Both were called C; yours is D now.")
    saved(desk)
    together = kept(riverside, room).drawing
    assert together == drawn(desk)
    [section] = together["sections"]
    assert sorted((row["label"], len(row["seats"])) for row in section["rows"]) == [
        ("A", 4), ("B", 4), ("C", 1), ("D", 2),
    ]  # fmt: skip
    assert section["rows"][0]["seats"][0]["kind"] == "accessible"
    expect(desk.locator("[data-conflict]")).to_be_hidden()


@pytest.mark.parametrize(
    ("press", "y"), [("Keep mine", 20), ("Take theirs", 500)], ids=["mine", "theirs"]
)
def test_only_where_both_changed_the_same_is_there_a_choice(
    desk, served, riverside, ada, room, press, y
):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4", x="1500", y="1000")
    saved(desk)
    desk.route("**/now*", lambda route: route.abort())
    with by_ana(riverside, room) as drawing:
        for seat in drawing["sections"][0]["rows"][0]["seats"]:
            seat["y"] = 1500
        drawing["width"] = 4321
    desk.keyboard.press("ArrowDown")
    mine = drawn(desk)

    clash = desk.locator("[data-conflict]")
    expect(clash).to_contain_text("You and Ana both changed the same")
    expect(clash).to_contain_text("Stalls, row A.")
    clash.get_by_role("button", name="Look at both").click()
    compared = desk.locator("[data-dialog=compare]")
    expect(compared.locator("figcaption")).to_have_text(["Theirs", "Yours"])
    compared.get_by_role("button", name="Close").click()
    assert kept(riverside, room).drawing["width"] == 4321
    assert drawn(desk) == mine

    clash.get_by_role("button", name=press, exact=True).click()
    saved(desk)
    together = kept(riverside, room).drawing
    assert together == drawn(desk)
    assert together["width"] == 4321
    assert [row["seats"][0]["y"] - 1000 for row in together["sections"][0]["rows"]] == [y, 115]
    if press == "Take theirs":
        desk.locator("[data-do=undo]").click()
        assert drawn(desk)["sections"] == mine["sections"]


def test_undoing_what_came_before_a_choice_keeps_the_choice(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4", x="1500", y="1000")
    saved(desk)
    desk.route("**/drawing", _no_saves)
    desk.route("**/now*", lambda route: route.abort())
    with by_ana(riverside, room) as drawing:
        for seat in drawing["sections"][0]["rows"][0]["seats"]:
            seat["y"] = 1500
    desk.keyboard.press("ArrowDown")
    moved = drawn(desk)["sections"]
    press_block(desk, (200, 200), rows="1", seats="3")
    desk.unroute("**/drawing")
    desk.evaluate("document.querySelector('seat-editor').saving.hurry()")
    clash = desk.locator("[data-conflict]")
    expect(clash).to_contain_text("You and Ana both changed the same")
    clash.get_by_role("button", name="Keep mine", exact=True).click()
    saved(desk)

    desk.locator("[data-do=undo]").click()
    assert drawn(desk)["sections"] == moved


def test_edits_of_a_page_that_is_gone_are_asked_about_where_others_changed_the_same(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4", x="1500", y="1000")
    saved(desk)
    desk.route("**/drawing", _no_saves)
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("[data-saved]")).to_have_text("Not saved: no network, trying again")
    mine = drawn(desk)
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.goto(served.at(riverside, "/manage/venues"))
    desk.unroute("**/drawing")
    with by_ana(riverside, room) as drawing:
        for seat in drawing["sections"][0]["rows"][0]["seats"]:
            seat["y"] = 1500

    desk.goto(served.at(riverside, address(room)))
    desk.wait_for_selector("seat-editor[ready]")
    expect(desk.locator("[data-kept]")).to_contain_text("the map was changed since")
    # Somebody saves before that is answered, and so does this page: it is still there.
    with by_ana(riverside, room) as drawing:
        drawing["width"] = 4321
    expect(desk.locator("[data-together]")).to_contain_text("Ana", timeout=20_000)
    press_block(desk, (200, 200), rows="1", seats="3", name="Circle")
    saved(desk)
    desk.reload()
    desk.wait_for_selector("seat-editor[ready]")
    desk.get_by_role("button", name="Bring them back").click()
    clash = desk.locator("[data-conflict]")
    expect(clash).to_contain_text("both changed the same")
    assert kept(riverside, room).drawing["sections"][0]["rows"][0]["seats"][0]["y"] == 1500
    clash.get_by_role("button", name="Keep mine", exact=True).click()
    saved(desk)

    together = kept(riverside, room).drawing
    assert together == drawn(desk)
    assert together["width"] == 4321
    assert [one["name"] for one in together["sections"]][1:] == ["Circle"]
    assert together["sections"][0] == mine["sections"][0]
    expect(desk.locator("[data-kept]")).to_be_hidden()


def test_an_open_page_keeps_its_own_edits_and_no_other_is_offered_them(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    desk.route("**/drawing", _no_saves)
    press_block(desk, (400, 300), rows="2", seats="4")
    expect(desk.locator("[data-saved]")).to_have_text("Not saved: no network, trying again")
    other = _watched(desk.context)
    other.goto(served.at(riverside, address(room)))
    other.wait_for_selector("seat-editor[ready]")
    press_block(other, (400, 300), rows="1", seats="3", name="Circle")
    saved(other)
    other.wait_for_timeout(300)
    assert other.locator("[data-kept]").is_hidden()

    desk.close()
    other.reload()
    other.wait_for_selector("seat-editor[ready]")
    other.get_by_role("button", name="Bring them back").click()
    saved(other)
    names = [one["name"] for one in kept(riverside, room).drawing["sections"]]
    assert sorted(names) == ["Circle", "Stalls"]


def test_who_is_there_too_is_said_and_mine_can_be_kept_as_a_map(
    desk, browser, served, riverside, ada, room
):
    ana = make_member(riverside, "admin", "Ana")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    other = _watched(context)
    open_editor(other, served, riverside, ana, room)
    open_editor(desk, served, riverside, ada, room)
    expect(desk.locator(".editor__company")).to_have_text("Ana has this map open too")
    expect(other.locator(".editor__company")).to_have_text("Ada has this map open too")

    press_block(other, (400, 300), rows="1", seats="3", name="Circle")
    saved(other)
    expect(desk.locator("[data-together]")).to_contain_text("Ana changed this map at")
    assert drawn(desk) == drawn(other)

    desk.route("**/now*", lambda route: route.abort())
    other.locator("[data-do=undo]").click()
    saved(other)
    desk.locator("[data-outline] button").first.click()
    desk.locator("[data-panel=section] [data-fact=note]").fill("Up the stairs")
    desk.locator("[data-panel=section] [data-fact=note]").press("Enter")
    mine = drawn(desk)
    clash = desk.locator("[data-conflict]")
    expect(clash).to_contain_text("Section Circle")
    other.close()
    desk.unroute("**/now*")
    desk.evaluate("document.querySelector('seat-editor').together.ask()")
    expect(desk.locator(".editor__company")).to_be_hidden()
    clash.get_by_role("button", name="Keep mine as a map of its own").click()
    desk.wait_for_url(lambda url: str(room.id) not in url)
    desk.wait_for_selector("seat-editor[ready]")
    assert drawn(desk) == mine
    assert "Ada" in desk.locator("h1").inner_text()
    assert desk.troubles == other.troubles == []
    context.close()


def test_edits_of_two_that_touch_different_things_all_come_together(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    assert desk.evaluate((HERE / "merging_apart.js").read_text()) == []


def test_where_two_changed_the_same_one_side_stands_whole_and_it_is_told(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    told = desk.evaluate((HERE / "merging_same.js").read_text())
    for name in (
        "a row labelled twice",
        "a seat moved twice",
        "a section gone and drawn in",
        "a section drawn in and gone",
    ):
        assert [told[f"{name}, {side}"] for side in ("mine", "theirs")] == [
            [1, "mine"],
            [1, "theirs"],
        ]
    assert told["the same twice, mine"] == [0, "mine"]
    assert told["moved"] == [["sb"], ["ta", "tb", "Y"]]
    assert told["unused"] == ["c", "d"]
