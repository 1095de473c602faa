"""Drawing seats in a real browser: a theatre of 1,200 by hand, by keyboard."""

import re
from time import monotonic

import pytest
from playwright.sync_api import Browser, expect

from eventflow.db import now, transaction
from eventflow.seating import maps
from eventflow.tenancy import acting_for
from tests.browser.conftest import PHONE, _watched
from tests.browser.editor import (
    address,
    category,
    drawn,
    kept,
    open_editor,
    picture,
    press_block,
    saved,
)
from tests.browser.test_organizing import come_in

pytestmark = pytest.mark.browser


def test_enter_draws_what_a_form_says_and_undoing_says_what(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    desk.locator("[data-floor]").focus()
    status = desk.locator("[data-status]")

    for _table in range(2):
        desk.keyboard.press("t")
        desk.keyboard.press("Enter")
        expect(desk.locator("[data-dialog=table] select").first).to_be_focused()
        desk.keyboard.press("Enter")
        expect(status).to_have_text("Drew a table with 8 seats")
    [section] = drawn(desk)["sections"]
    assert len(section["rows"]) == 2

    desk.keyboard.press("Delete")
    expect(status).to_have_text("Deleted: 8 seats")
    desk.keyboard.press("Control+z")
    expect(status).to_have_text("Undone: Deleted: 8 seats")


def test_keys_go_on_where_a_button_has_nothing_left_to_do(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    desk.locator("[data-floor]").focus()
    desk.keyboard.press("t")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-status]")).to_have_text("Drew a table with 8 seats")

    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_role("button", name="Undo")).to_be_disabled()
    expect(desk.locator("[data-floor]")).to_be_focused()
    desk.keyboard.press("Control+Shift+z")

    assert len(drawn(desk)["sections"]) == 1


def test_a_theatre_of_1200_seats_is_drawn_by_hand_within_ten_minutes(
    desk, served, riverside, ada, room
):
    """Only by what a person can press and write. Undone to nothing and done again, it is equal."""
    began = monotonic()
    open_editor(desk, served, riverside, ada, room)
    empty = drawn(desk)
    picture(desk, "1-empty")

    desk.get_by_label("Name of category 1").fill("Stalls")
    desk.get_by_label("Name of category 1").press("Enter")
    for number, name in ((2, "Circle"), (3, "Boxes")):
        desk.get_by_role("button", name="Add a category").click()
        desk.get_by_label(f"Name of category {number}").fill(name)
        desk.get_by_label(f"Name of category {number}").press("Enter")

    desk.get_by_role("button", name="Stage", exact=False).first.click()
    desk.locator("[data-floor]").focus()
    desk.keyboard.press("Enter")
    desk.locator("[data-panel=place] [data-fact=x]").fill("1500")
    desk.locator("[data-panel=place] [data-fact=x]").press("Tab")
    desk.locator("[data-panel=place] [data-fact=y]").fill("120")
    desk.locator("[data-panel=place] [data-fact=y]").press("Tab")

    place = {"x": "1500", "depth": "95"}
    press_block(
        desk, (400, 300), name="Stalls", rows="20", seats="26", widen="1", radius="900",
        y="450", aisles="9, 18", order="middle", **place,
    )  # fmt: skip
    picture(desk, "2-stalls")
    press_block(
        desk, (400, 300), section="new", name="Circle", rows="8", seats="46", radius="3000",
        widen="0", y="2700", category=category(desk, "Circle"), aisles="15, 31", **place,
    )  # fmt: skip
    for side, x in (("left", "100"), ("right", "2900")):
        press_block(
            desk, (400, 300), section="new", name=f"Boxes {side}", rows="6", seats="6", widen="0",
            radius="0", x=x, y="700", depth="240", aisles="", rowsAs="numbers", rowStart="1",
            order="left", category=category(desk, "Boxes"),
        )  # fmt: skip
    desk.keyboard.press("0")
    picture(desk, "3-theatre")

    seats = sum(len(row["seats"]) for one in drawn(desk)["sections"] for row in one["rows"])
    assert seats == 20 * 26 + 190 + 8 * 46 + 2 * 36
    press_block(
        desk, (400, 300), section="new", name="Gallery", rows="2", seats="25", radius="3000",
        widen="0", y="3600", aisles="", rowsAs="letters", rowStart="A",
        category=category(desk, "Circle"), **place,
    )  # fmt: skip
    theatre = drawn(desk)
    assert sum(len(row["seats"]) for one in theatre["sections"] for row in one["rows"]) == 1200

    # Two places for wheelchairs with one beside them, and a pillar.
    desk.get_by_role("group").filter(has_text="20 rows").locator("summary").click()
    desk.locator("[data-outline] button[data-row]").first.click()
    desk.locator("[data-floor]").focus()
    desk.keyboard.press("n")
    desk.keyboard.press("Enter")
    desk.locator("[data-panel=seats] [data-fact=kind]").select_option("accessible")
    desk.locator("[data-panel=seats] [data-fact=note]").fill("Restricted view: pillar")
    desk.locator("[data-panel=seats] [data-fact=note]").press("Enter")
    theatre = drawn(desk)
    saved(desk)
    assert monotonic() - began < 600
    assert kept(riverside, room).drawing == theatre

    while desk.locator("[data-do=undo]").is_enabled():
        desk.locator("[data-do=undo]").click()
    assert drawn(desk) == empty
    picture(desk, "4-undone")
    while desk.locator("[data-do=redo]").is_enabled():
        desk.locator("[data-do=redo]").click()
    assert drawn(desk) == theatre
    saved(desk)
    assert kept(riverside, room).drawing == theatre
    assert desk.troubles == []


def fill(dialog, measures: dict[str, str]) -> None:
    for name, value in measures.items():
        dialog.locator(f"[name={name}]").fill(value)


def test_a_block_of_impossible_measures_is_refused_at_its_fields(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    empty = drawn(desk)
    dialog = desk.locator("[data-dialog=block]")
    possible = {
        "rows": "10", "seats": "20", "pitch": "52", "depth": "95", "radius": "0", "aisles": "",
        "start": "1", "rowStart": "A", "x": "1500", "widen": "0",
    }  # fmt: skip
    desk.locator("[data-tool=block]").click()
    desk.locator("[data-floor]").focus()
    desk.keyboard.press("Enter")
    fill(dialog, possible)

    for measures, field, words in (
        ({"rows": "0"}, "rows", "Write a whole number from 1 to 200."),
        ({"rows": "2.5"}, "rows", "Write a whole number from 1 to 200."),
        ({"rows": ""}, "rows", "Write a whole number from 1 to 200."),
        ({"seats": "1000000000"}, "seats", "Write a whole number from 1 to 500."),
        (
            {"rows": "200", "seats": "500"},
            "seats",
            "That would be 100,000 seats; there is room for 40,000 more.",
        ),
        ({"pitch": "-52"}, "pitch", "Write a number from 20 to 1,000."),
        ({"depth": "0"}, "depth", "Write a number from 20 to 1,000."),
        ({"radius": "-1"}, "radius", "Write a number from 0 to 100,000."),
        ({"radius": "10"}, "radius", "A row would run into itself. Write 0, or 166 and more."),
        ({"aisles": "5, twenty"}, "aisles", "Write numbers of seats in a row"),
        ({"aisles": "20"}, "aisles", "Write numbers of seats in a row"),
        ({"start": ""}, "start", "This can't be empty."),
        ({"start": "A"}, "start", "Write a whole number to start at, such as 1."),
        ({"rowStart": "7"}, "rowStart", "Write a letter to start at, such as A."),
        ({"x": "1000000000"}, "x", "Write a number from -1,000,000 to 1,000,000."),
        ({"x": "1000000"}, "x", "Nothing is drawn further than 10 km"),
    ):
        fill(dialog, measures)
        dialog.locator(f"[name={field}]").press("Enter")
        wrong = dialog.locator("[aria-invalid=true]")
        expect(wrong).to_have_count(1)
        expect(wrong).to_have_attribute("name", field)
        expect(wrong).to_be_focused()
        expect(dialog.locator(".field:has([aria-invalid=true])")).to_contain_text(words)
        expect(dialog).to_be_visible()
        assert drawn(desk) == empty
        # Only what was wrong is written anew: each field has the block shown in its new measures.
        fill(dialog, {name: possible[name] for name in measures})

    fill(dialog, {"radius": "166"})
    expect(dialog.locator("[aria-invalid=true]")).to_have_count(0)
    dialog.locator("[name=radius]").press("Enter")
    expect(dialog).to_be_hidden()
    assert len(drawn(desk)["sections"][0]["rows"]) == 10
    saved(desk)
    assert kept(riverside, room).drawing == drawn(desk)


def test_one_table_is_spoken_of_as_one(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    desk.keyboard.press("t")
    desk.keyboard.press("Enter")
    dialog = desk.locator("[data-dialog=table]")
    seen = dialog.locator("[data-preview] figcaption")
    expect(seen).to_have_text(re.compile("^8 seats at one table: "))
    fill(dialog, {"columns": "2"})
    expect(seen).to_have_text(re.compile("^16 seats at 2 tables: "))


def test_a_block_is_seen_before_it_is_drawn_and_in_sight_afterwards(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    desk.keyboard.press("b")
    desk.keyboard.press("Enter")
    dialog = desk.locator("[data-dialog=block]")
    seen = dialog.locator("[data-preview] figcaption")
    expect(seen).to_have_text("200 seats in 10 rows: 9.9 m wide, 8.6 m deep")
    fill(dialog, {"rows": "20", "seats": "40"})
    expect(seen).to_have_text("800 seats in 20 rows: 20.3 m wide, 18.1 m deep")
    fill(dialog, {"radius": "10"})
    expect(dialog.locator("[data-preview][data-faint]")).to_be_visible()
    fill(dialog, {"radius": "0", "y": "5000"})
    dialog.locator("[name=y]").press("Enter")
    expect(dialog).to_be_hidden()
    desk.wait_for_function(
        "() => { const { floor } = document.querySelector('seat-editor');"
        " return floor.isInSight(floor.frameOf) }"
    )


def test_what_counts_start_at_follows_what_is_counted(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4", rowsAs="numbers")
    [section] = drawn(desk)["sections"]
    assert [row["label"] for row in section["rows"]] == ["1", "2"]

    press_block(desk, (400, 400), rows="2", seats="4", y="1200", seatsAs="letters")
    [section] = drawn(desk)["sections"]
    assert [row["label"] for row in section["rows"]] == ["1", "2", "3", "4"]
    assert [seat["number"] for seat in section["rows"][2]["seats"]] == ["A", "B", "C", "D"]


def test_rows_are_numbered_anew_without_a_start_for_labels_they_keep(
    desk, served, riverside, ada, room
):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4")
    desk.locator("[data-do=number]").click()
    dialog = desk.locator("[data-dialog=number]")
    fill(dialog, {"start": "5", "rowStart": ""})
    dialog.get_by_label("Label the rows anew too").check()
    desk.get_by_role("button", name="Number the rows").click()
    expect(dialog).to_contain_text("This can't be empty.")

    dialog.get_by_label("Label the rows anew too").uncheck()
    desk.get_by_role("button", name="Number the rows").click()

    expect(dialog).to_be_hidden()
    [section] = drawn(desk)["sections"]
    assert [row["label"] for row in section["rows"]] == ["A", "B"]
    assert [seat["number"] for seat in section["rows"][0]["seats"]] == ["5", "6", "7", "8"]


def test_nothing_is_drawn_that_could_not_be_saved(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    floor, status = desk.locator("[data-floor]"), desk.locator("[data-status]")
    floor.focus()
    for key in ("t", "Enter"):
        desk.keyboard.press(key)
    dialog = desk.locator("[data-dialog=table]")
    fill(dialog, {"seats": "100"})
    dialog.locator("[name=seats]").press("Enter")
    expect(dialog).to_contain_text("They would stand less than 20 cm apart.")
    fill(dialog, {"seats": "8", "columns": "100", "lines": "100"})
    dialog.locator("[name=lines]").press("Enter")
    expect(dialog).to_contain_text("That would be 80,000 seats; there is room for 40,000 more.")
    fill(dialog, {"columns": "2", "lines": "1"})
    dialog.locator("[name=lines]").press("Enter")
    expect(dialog).to_be_hidden()
    before = drawn(desk)

    place = desk.locator("[data-panel=place] [data-fact=x]")
    usual = place.input_value()
    place.fill("1000000000")
    place.press("Tab")
    expect(status).to_have_text("Nothing is drawn further than 10 km from where the map begins.")
    expect(place).to_have_value(usual)
    assert drawn(desk) == before
    saved(desk)
    assert kept(riverside, room).drawing == before


def test_seats_on_one_spot_are_told_saved_and_chosen(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4")
    told = desk.locator("[data-do=spots]")
    desk.keyboard.press("Control+d")
    desk.keyboard.press("ArrowLeft")
    for _step in range(2):
        desk.keyboard.press("ArrowUp")
    expect(told).to_be_hidden()
    copies = desk.evaluate("[...document.querySelector('seat-editor').chosen.seats]")
    desk.keyboard.press("ArrowLeft")
    expect(told).to_have_text("8 seats stand on the very spots of others. Choose them")
    saved(desk)
    assert kept(riverside, room).drawing == drawn(desk)

    desk.keyboard.press("Escape")
    told.click()
    assert desk.evaluate("[...document.querySelector('seat-editor').chosen.seats]") == copies
    desk.keyboard.press("Delete")
    expect(told).to_be_hidden()
    assert sum(len(row["seats"]) for row in drawn(desk)["sections"][0]["rows"]) == 8


def test_a_theatre_is_drawn_without_a_pointer(desk, served, riverside, ada, room):
    """From one field to the next with Tab, as somebody does who has no pointer."""
    open_editor(desk, served, riverside, ada, room)
    expect(desk.locator("[data-floor]")).to_be_focused()
    empty = drawn(desk)

    def press(*keys: str) -> None:
        for key in keys:
            desk.keyboard.press(key)

    def tab_to(name: str) -> None:
        for _step in range(60):
            at = desk.evaluate("document.activeElement.name || document.activeElement.dataset.fact")
            if at == name:
                return
            press("Tab")
        raise AssertionError(f"{name} is not reached by Tab")

    def block(**measures: str) -> None:
        press("b", "Enter")
        for name, value in measures.items():
            tab_to(name)
            if desk.evaluate("document.activeElement.tagName") == "INPUT":
                press("Control+a")
            desk.keyboard.type(value)
        expect(desk.locator("[data-dialog=block] [data-faint]")).to_have_count(0)
        press("Enter")
        expect(desk.locator("[data-dialog=block]")).to_be_hidden()

    press("s", "Enter", "f", "Enter")
    block(name="Stalls", rows="12", seats="24", widen="1", radius="900", aisles="8, 16", y="600",
          order="odd and even f")  # fmt: skip
    block(section="A new", name="Circle", rows="4", seats="40", widen="0", radius="3000", y="2400",
          rake="40")  # fmt: skip
    [stalls, circle] = drawn(desk)["sections"]
    assert [len(row["seats"]) for row in stalls["rows"]] == list(range(24, 36))
    assert [len(row["seats"]) for row in circle["rows"]] == [40] * 4
    assert circle["rake"] == 40

    press("Escape", "n", "Enter")
    tab_to("kind")
    desk.keyboard.type("acc")
    desk.locator("[data-floor]").focus()
    press("n", "Enter")
    tab_to("kind")
    desk.keyboard.type("comp")
    tab_to("note")
    desk.keyboard.type("Restricted view")
    press("Enter")
    seats = drawn(desk)["sections"][0]["rows"][0]["seats"]
    assert [seat.get("kind") for seat in seats[:3]] == ["accessible", "companion", None]
    assert seats[1]["note"] == "Restricted view"
    # One dot for the wheelchair, two for who comes along.
    expect(desk.locator(".floor__mark")).to_have_attribute("d", re.compile(r"^(M[^M]+h0){3}$"))
    theatre = drawn(desk)

    desk.locator("[data-floor]").focus()
    while desk.locator("[data-do=undo]").is_enabled():
        press("Control+z")
    assert drawn(desk) == empty
    while desk.locator("[data-do=redo]").is_enabled():
        press("Control+y")
    assert drawn(desk) == theatre
    saved(desk)
    assert kept(riverside, room).drawing == theatre
    assert desk.troubles == []


def test_every_tool_works_by_keyboard(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    floor = desk.locator("[data-floor]")
    floor.focus()
    empty = drawn(desk)
    for key in ("h", "Enter"):
        desk.keyboard.press(key)
    assert drawn(desk) == empty
    for key in "smepxlf":
        desk.keyboard.press(key)
        desk.keyboard.press("Enter")
        desk.keyboard.press("v")
        floor.focus()
    kinds = [one["kind"] for one in drawn(desk)["shapes"]]
    assert kinds == ["stage", "rectangle", "ellipse", "polygon", "text", "line"]
    desk.keyboard.press("r")
    desk.keyboard.press("Enter")
    desk.keyboard.press("v")
    desk.keyboard.press("o")
    desk.keyboard.press("Enter")
    for key, doing in (
        ("b", "Draw the block"),
        ("t", "Draw the tables"),
        ("u", "Draw the tables"),
        ("g", "Draw the section"),
    ):
        floor.focus()
        desk.keyboard.press(key)
        desk.keyboard.press("Enter")
        desk.get_by_role("button", name=doing).press("Enter")
    drawing = drawn(desk)
    rows = [row["kind"] for one in drawing["sections"] for row in one["rows"]]
    assert {"row", "table", "booth"} == set(rows)
    assert {one["kind"] for one in drawing["sections"]} == {"seated", "standing"}
    assert drawing["sections"][0]["outline"]

    floor.focus()
    for key in ("Escape", "n", "Enter", "a", "1", "ArrowRight", ".", "i", "Control+d", "Delete"):
        desk.keyboard.press(key)
    expect(desk.locator("[data-status]")).to_contain_text("Deleted")
    desk.keyboard.press("#")
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_contain_text("Undo, do again")
    assert desk.troubles == []


def test_pulling_chooses_moves_and_paints(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="2", seats="4", x="1500", y="1000")
    desk.keyboard.press("Escape")
    desk.keyboard.press("0")
    frame = desk.locator("[data-floor]").bounding_box()

    def at(x: float, y: float) -> tuple[float, float]:
        view = desk.evaluate("document.querySelector('seat-editor').floor.view")
        return (
            frame["x"] + x * view["scale"] + view["x"],
            frame["y"] + y * view["scale"] + view["y"],
        )

    desk.mouse.move(*at(1300, 900))
    desk.mouse.down()
    desk.mouse.move(*at(1700, 1040), steps=4)
    desk.mouse.up()
    expect(desk.locator("[data-chosen]")).to_have_text("4 seats")

    first = drawn(desk)["sections"][0]["rows"][0]["seats"][0]
    desk.mouse.move(*at(first["x"], first["y"]))
    desk.mouse.down()
    desk.mouse.move(*at(first["x"] + 203, first["y"] + 5), steps=4)
    desk.mouse.up()
    moved = drawn(desk)["sections"][0]["rows"]
    assert 190 <= moved[0]["seats"][0]["x"] - first["x"] <= 220
    assert moved[1]["seats"][0]["x"] == first["x"]

    desk.get_by_role("button", name="Add a category").click()
    desk.locator("[data-tool=brush]").click()
    second = drawn(desk)["sections"][0]["rows"][1]["seats"]
    desk.mouse.move(*at(second[0]["x"], second[0]["y"]))
    desk.mouse.down()
    desk.mouse.move(*at(second[-1]["x"], second[-1]["y"]), steps=12)
    desk.mouse.up()
    painted = drawn(desk)["sections"][0]["rows"][1]["seats"]
    assert {seat.get("category") for seat in painted} == {drawn(desk)["categories"][1]["id"]}


def test_a_save_whose_answer_got_lost_is_nobody_elses(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)

    desk.evaluate(
        """() => {
          const ask = window.fetch
          window.fetch = async (url, how) => {
            const answer = await ask(url, how)
            if (how?.method !== "PUT") return answer
            window.fetch = ask
            throw new TypeError("the answer got lost")
          }
        }"""
    )
    press_block(desk, (400, 300), rows="2", seats="4")
    expect(desk.locator("[data-saved]")).to_have_text("Not saved: no network, trying again")
    desk.keyboard.press("ArrowRight")
    saved(desk)
    expect(desk.locator("[data-conflict]")).to_be_hidden()
    assert kept(riverside, room).drawing == drawn(desk)


def test_what_was_not_saved_is_offered_after_a_crash(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    desk.route("**/drawing", lambda route: route.abort() if route.request.method == "PUT" else
               route.continue_())  # fmt: skip
    press_block(desk, (400, 300), rows="2", seats="4")
    expect(desk.locator("[data-saved]")).to_have_text("Not saved: no network, trying again")
    mine = drawn(desk)
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.goto(served.at(riverside, "/manage/venues"))
    desk.unroute("**/drawing")

    desk.goto(served.at(riverside, address(room)))
    desk.wait_for_selector("seat-editor[ready]")
    desk.get_by_role("button", name="Bring them back").click()
    assert drawn(desk) == mine
    saved(desk)
    assert kept(riverside, room).drawing == mine


def test_without_script_the_page_shows_the_map_and_its_lists(
    old_phone, served, riverside, ada, room
):
    with acting_for(riverside.id), transaction():
        maps.replace(maps.find(room.id, locked=True), maps.templates.draw("theatre"), at=now())
    come_in(old_phone, served, riverside, ada, address(room))
    expect(old_phone.get_by_role("img", name="Drawing of Concert")).to_be_visible()
    expect(old_phone.get_by_role("link", name="Export as CSV")).to_be_visible()
    expect(old_phone.get_by_role("row").filter(has_text="Stalls").first).to_contain_text("A")


def test_on_a_phone_fingers_move_and_choose(browser: Browser, served, riverside, ada, room):
    with acting_for(riverside.id), transaction():
        maps.replace(maps.find(room.id, locked=True), maps.templates.draw("banquet"), at=now())
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    phone = _watched(context)
    open_editor(phone, served, riverside, ada, room)
    phone.wait_for_timeout(200)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    table = drawn(phone)["sections"][0]["rows"][0]["table"]
    view = phone.evaluate("document.querySelector('seat-editor').floor.view")
    frame = phone.locator("[data-floor]").bounding_box()
    phone.touchscreen.tap(
        frame["x"] + table["x"] * view["scale"] + view["x"],
        frame["y"] + table["y"] * view["scale"] + view["y"],
    )
    phone.get_by_role("button", name="What is chosen").click()
    expect(phone.locator("[data-chosen]")).to_have_text("8 seats")
    assert phone.troubles == []
    context.close()


def test_edges_are_aligned_and_rows_distributed_by_keys(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), rows="3", seats="4", x="1500", y="1000")
    floor = desk.locator("[data-floor]")
    rows = drawn(desk)["sections"][0]["rows"]
    desk.evaluate(
        """() => {
          const editor = document.querySelector("seat-editor")
          const nothing = { seats: new Set(), shapes: new Set(), sections: new Set(), focal: false }
          const rows = editor.drawing.sections[0].rows
          const of = (row) => new Set(row.seats.map((seat) => seat.id))
          editor.choose({ ...nothing, seats: of(rows[1]) })
          editor.moveBy(130, 40)
          editor.do("all")
        }"""
    )
    floor.focus()

    def ends(axis: str) -> list[float]:
        return [row["seats"][0][axis] for row in drawn(desk)["sections"][0]["rows"]]

    def middles() -> set[float]:
        rows = drawn(desk)["sections"][0]["rows"]
        return {row["seats"][0]["x"] + row["seats"][-1]["x"] for row in rows}

    assert len(set(ends("x"))) == 2
    desk.keyboard.press("k")  # Across; three middles, of which two are the same.
    desk.keyboard.press("Control+z")
    desk.keyboard.press("Shift+K")
    first, second, third = ends("y")
    assert second - first == third - second
    desk.keyboard.press("q")
    assert set(ends("x")) == {rows[0]["seats"][0]["x"]}
    desk.keyboard.press("Control+z")
    desk.keyboard.press("Shift+Q")
    assert set(ends("x")) == {rows[0]["seats"][0]["x"] + 130}
    desk.keyboard.press("Control+z")
    desk.keyboard.press("d")
    assert len(middles()) == 1
    desk.keyboard.press("Control+z")
    for key in ("w", "Control+z", "Shift+W", "Control+z", "Shift+D"):
        desk.keyboard.press(key)
    assert len(set(ends("y"))) == 1
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_contain_text("Align left edges, right edges")
    assert desk.troubles == []


def test_a_section_comes_to_the_other_side_mirrored(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    press_block(desk, (400, 300), name="Boxes", rows="2", seats="3", x="300", y="900",
                rotation="-15")  # fmt: skip
    desk.keyboard.press("Shift+A")
    desk.keyboard.press("Control+Shift+D")
    expect(desk.locator("[data-status]")).to_have_text("Duplicated to the other side, mirrored")
    left, right = drawn(desk)["sections"]
    assert right["name"] == "Boxes 2"
    for row, other in zip(left["rows"], right["rows"], strict=True):
        assert row["label"] == other["label"]
        for seat, its in zip(row["seats"], other["seats"], strict=True):
            assert (its["x"], its["y"]) == (pytest.approx(3000 - seat["x"]), seat["y"])
            assert its["id"] != seat["id"]
    saved(desk)
    assert kept(riverside, room).drawing == drawn(desk)


def test_corners_of_an_outline_are_pulled_and_moved_by_keys(desk, served, riverside, ada, room):
    open_editor(desk, served, riverside, ada, room)
    floor = desk.locator("[data-floor]")
    floor.focus()
    desk.keyboard.press("g")
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="Draw the section").press("Enter")
    floor.focus()
    desk.keyboard.press("v")
    desk.keyboard.press("Control+a")

    def outline() -> list[list[float]]:
        return drawn(desk)["sections"][0]["outline"]

    before = outline()
    desk.keyboard.press("y")
    desk.keyboard.press("y")
    expect(desk.locator("[data-status]")).to_contain_text("Corner 2 of")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Shift+ArrowDown")
    after = outline()
    assert after[1] == [before[1][0] + 20, before[1][1] + 1]
    assert after[:1] + after[2:] == before[:1] + before[2:]

    box, view = (
        floor.bounding_box(),
        desk.evaluate("document.querySelector('seat-editor').floor.view"),
    )
    x, y = (box[a] + after[0][n] * view["scale"] + view[a] for n, a in enumerate(("x", "y")))
    desk.mouse.move(x, y)
    desk.mouse.down()
    desk.mouse.move(x - 60, y - 40, steps=4)
    desk.mouse.up()
    pulled = outline()
    assert pulled[0][0] < after[0][0] and pulled[0][1] < after[0][1]
    assert pulled[1:] == after[1:]
    desk.keyboard.press("Control+z")
    assert outline() == after
    assert desk.troubles == []


def test_two_fingers_bring_the_floor_nearer(browser: Browser, served, riverside, ada, room):
    with acting_for(riverside.id), transaction():
        maps.replace(maps.find(room.id, locked=True), maps.templates.draw("banquet"), at=now())
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    phone = _watched(context)
    open_editor(phone, served, riverside, ada, room)
    phone.wait_for_timeout(200)
    frame = phone.locator("[data-floor]").bounding_box()
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    fingers = context.new_cdp_session(phone)

    def touch(kind: str, *apart: float) -> None:
        points = [
            {"x": x + side * by, "y": y, "id": n} for by in apart for n, side in enumerate((-1, 1))
        ]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def scale() -> float:
        return phone.evaluate("document.querySelector('seat-editor').floor.view.scale")

    before, seats = scale(), drawn(phone)
    touch("touchStart", 40)
    for apart in (50, 60, 70, 80):
        touch("touchMove", apart)
    touch("touchEnd")

    assert scale() == pytest.approx(2 * before, rel=0.1)
    assert phone.evaluate("visualViewport.scale") == 1
    touch("touchStart", 80)
    for apart in (70, 60, 50, 40):
        touch("touchMove", apart)
    touch("touchEnd")
    assert scale() == pytest.approx(before, rel=0.1)
    assert drawn(phone) == seats
    assert phone.troubles == []
    context.close()
