"""What a hall says of itself while one looks around in it: sections, rows, seats, what is left."""

import re

import pytest
from playwright.sync_api import Page, expect

from eventflow.demo.halls import arena, theatre
from eventflow.sales import seat_plans
from eventflow.seating import states
from tests.browser.test_choosing_seats import NAMES, open_map, others_take, seat, take
from tests.seating import halls
from tests.seating.theatres import make_seated

pytestmark = pytest.mark.browser

ARENA = {arena.FRONT: 2, arena.FLOOR: 2, arena.SIDE: 0, arena.LOWER: 1, arena.UPPER: 0}
THEATRE = {theatre.PREMIUM: 1, theatre.STANDARD: 0, theatre.SAVER: 0, theatre.BOX: 1}

# Of every section: its name, and what of the rest can be read.
SAID = """[...document.querySelectorAll("[data-names] .name")].map((name) =>
  [...name.querySelectorAll("text")].filter((line) => getComputedStyle(line).display !== "none")
    .map((line) => line.textContent))"""


def seated(drawing, prices):
    event = make_seated(drawing, prices, no_single_seats=False)
    states.clear()
    seat_plans.clear()
    return event


@pytest.fixture
def play(at_riverside):
    """Three rows of eight Stalls at 25.00."""
    return seated(halls.room(), {"stalls": 0})


@pytest.fixture
def arena_night(at_riverside):
    return seated(arena.draw(), ARENA)


def look(page: Page, address: str, width: int = 390, height: int = 844) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    expect(page.locator("seat-map[data-level]")).to_be_attached()
    page.locator("[data-window]").scroll_into_view_if_needed()


COUNT_RESTS = """const define = customElements.define.bind(customElements)
customElements.define = (name, element) => {
  const settle = element.prototype.settle
  if (name === "seat-map") element.prototype.settle = function () {
    window.rests = (window.rests ?? 0) + 1
    return settle.call(this)
  }
  define(name, element)
}"""


def comes_closer(page: Page, times: int = 1) -> None:
    for _time in range(times):
        page.get_by_role("button", name="Closer").click()
        page.wait_for_timeout(300)
    page.wait_for_timeout(300)


def test_a_hall_that_nobody_moves_comes_to_rest_once(served, riverside, play, phone):
    phone.add_init_script(COUNT_RESTS)
    look(phone, served.at(riverside, f"/events/{play.slug}"))

    phone.wait_for_timeout(600)
    assert phone.evaluate("window.rests") == 1


def test_every_section_of_an_arena_says_its_price_and_what_is_left(
    served, riverside, arena_night, phone
):
    look(phone, served.at(riverside, f"/events/{arena_night.slug}"))
    sections = len(arena.draw()["sections"])
    for width in (360, 390, 1280):
        phone.set_viewport_size({"width": width, "height": 844})
        phone.wait_for_timeout(400)

        said = phone.evaluate(SAID)
        told = phone.evaluate(NAMES)

        assert len(said) == sections
        assert [lines for lines in said if len(lines) != 3 or "$" not in "".join(lines)] == []
        assert all(any(line.endswith(" left") for line in lines) for lines in said)
        assert told["outside"] == [] and told["over"] == []


def test_they_say_it_without_script_too(served, riverside, arena_night, old_phone):
    old_phone.set_viewport_size({"width": 360, "height": 844})
    old_phone.goto(served.at(riverside, f"/events/{arena_night.slug}"))

    said = old_phone.evaluate(SAID)

    assert [lines for lines in said if len(lines) != 3] == []
    assert old_phone.evaluate(NAMES)["over"] == []
    expect(old_phone.locator("[data-here]")).to_contain_text(re.compile(r"from \$15.*[0-9,]+ left"))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_section_of_a_theatre_has_its_name(served, riverside, at_riverside, phone, width):
    event = seated(theatre.draw(), THEATRE)
    look(phone, served.at(riverside, f"/events/{event.slug}"), width)
    phone.wait_for_timeout(400)

    told = phone.evaluate(NAMES)

    assert told["number"] == 4
    assert told["outside"] == [] and told["over"] == []


def test_a_section_says_what_it_costs_and_what_is_left_before_one_comes_closer(
    served, riverside, arena_night, phone
):
    look(phone, served.at(riverside, f"/events/{arena_night.slug}"))
    here = phone.locator("[data-here]")
    expect(here).to_have_text(re.compile(r"The whole hall\s+from \$15.[0-9]+\s+18,000 left\s*"))

    phone.locator("a.block[aria-label^='104,']").focus()
    expect(here).to_have_text(re.compile(r"104\s+C from \$41.[0-9]+\s+\d+ left\s*"))
    scale = "document.querySelector('seat-map').camera.scale"
    before = phone.evaluate(scale)
    phone.locator("a.block[aria-label^='210,']").hover()
    expect(here).to_have_text(re.compile(r"210\s+E from \$25.[0-9]+\s+\d+ left\s*"))
    assert phone.evaluate(scale) == before

    phone.locator("a.block[aria-label^='210,']").click()
    expect(here).to_contain_text("210")
    phone.wait_for_function(f"{scale} > {before}")
    phone.mouse.move(5, 5)
    phone.wait_for_timeout(400)
    expect(here).to_contain_text("210")


def test_what_is_left_is_said_anew_to_eyes_and_ears(served, riverside, play, phone):
    look(phone, served.at(riverside, f"/events/{play.slug}"))
    block = phone.locator("a.block").first
    expect(block).to_have_attribute("aria-label", re.compile("^Stalls, from .*, 24 left$"))

    others_take(play, 0, 1, 2)

    expect(block).to_have_attribute(
        "aria-label", re.compile("^Stalls, from .*, 21 left$"), timeout=8_000
    )
    # With ten places to stand.
    expect(phone.locator("[data-here]")).to_contain_text("21 left")


def test_a_row_whose_end_is_out_of_sight_says_its_name_at_the_edge(
    served, riverside, at_riverside, phone
):
    event = seated(halls.room(20, 40), {"stalls": 0})
    look(phone, served.at(riverside, f"/events/{event.slug}"))
    rows = phone.locator(".hall__rows--sides span")
    expect(rows).to_have_count(0)

    comes_closer(phone, 4)

    expect(rows).not_to_have_count(0)
    window = phone.locator("[data-window]").bounding_box()
    for row in rows.all():
        at = row.bounding_box()
        words = row.inner_text()
        beside = phone.locator(f".chair[aria-label^='Row {words}, ']").first.bounding_box()
        assert abs(at["x"] - window["x"]) < 12
        assert abs(at["y"] + at["height"] / 2 - beside["y"] - beside["height"] / 2) < 3

    # While one pulls the hall they go up and down with the rows, and with nothing else.
    x, y = window["x"] + 150, window["y"] + 150
    phone.mouse.move(x, y)
    phone.mouse.down()
    phone.mouse.move(x, y + 20)
    phone.mouse.move(x + 20, y + 40)
    # What a pull means is fetched with the first pointer, and may come after it.
    only_down = re.compile(r"translate\(0(px)?, [1-9]\d*(\.\d+)?px\)")
    expect(phone.locator(".hall__rows--sides")).to_have_attribute("style", only_down)
    phone.mouse.up()

    phone.get_by_role("button", name="The whole hall").click()
    expect(rows).to_have_count(0)


def test_a_row_whose_own_name_is_in_sight_has_no_other(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    phone.wait_for_timeout(500)
    visible = phone.evaluate(
        """() => { const edge = document.querySelector(".hall__window").getBoundingClientRect()
          return [...document.querySelectorAll(".bank__label")]
            .map((one) => one.getBoundingClientRect())
            .filter(({ left, right }) => left > edge.left + 20 && right < edge.right).length }"""
    )

    assert visible >= 3
    expect(phone.locator(".hall__rows span")).to_have_count(0)


@pytest.mark.parametrize("size", [(390, 844), (1280, 720)])
def test_the_card_of_a_seat_covers_neither_the_seat_nor_what_one_has_chosen(
    served, riverside, play, phone, size
):
    phone.set_viewport_size({"width": size[0], "height": size[1]})
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 4)
    phone.locator("[data-window]").scroll_into_view_if_needed()

    seat(phone, "C", 4).dispatch_event("click", {"detail": 0})
    expect(phone.locator(".view__picture")).to_be_visible()
    phone.wait_for_timeout(600)

    card = phone.locator(".seat-sheet").bounding_box()
    assert phone.troubles == []
    chair = seat(phone, "C", 4).locator("path").bounding_box()
    window = phone.locator("[data-window]").bounding_box()
    assert chair["y"] + chair["height"] <= card["y"]
    assert chair["y"] >= max(0, window["y"])
    if size[0] == 1280:
        counter = phone.locator(".seating__counter").bounding_box()
        assert card["x"] + card["width"] <= counter["x"]
        assert card["y"] + card["height"] <= size[1]
        expect(phone.locator(".chosen__seat")).to_be_in_viewport(ratio=1)
        expect(phone.get_by_role("button", name="Hold 1 ticket")).to_be_in_viewport(ratio=1)


def test_a_seat_says_its_section_too(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))

    said = seat(phone, "A", 4).get_attribute("aria-label")

    assert re.fullmatch(r"Row A, seat 4, Stalls, \$25\.93, free", said)


def test_a_seat_that_goes_while_it_is_looked_at_is_said_to_be_gone(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    seat(phone, "A", 4).dispatch_event("click", {"detail": 0})
    expect(phone.get_by_role("button", name="Take this seat")).to_be_focused()

    others_take(play, 3)

    expect(phone.locator(".seat-sheet__gone")).to_be_visible(timeout=8_000)
    expect(phone.locator("[data-announcement]")).to_have_text("Somebody else has this seat")
    expect(phone.get_by_role("button", name="Close", exact=True)).to_be_focused()


def test_escape_closes_the_card_first_and_then_leads_back_to_the_hall(
    served, riverside, at_riverside, phone
):
    event = seated(halls.room(20, 40), {"stalls": 0})
    others_take(event, 3)
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))
    hall = phone.locator("seat-map")
    expect(hall).to_have_attribute("data-zoomed", "")
    seat(phone, "A", 4).dispatch_event("click", {"detail": 0})
    expect(phone.locator(".seat-sheet__gone")).to_be_visible()
    seat(phone, "A", 4).focus()

    phone.keyboard.press("Escape")
    expect(phone.locator(".seat-sheet")).to_be_hidden()
    expect(seat(phone, "A", 4)).to_be_focused()
    expect(hall).to_have_attribute("data-zoomed", "")

    phone.keyboard.press("Escape")
    expect(hall).not_to_have_attribute("data-zoomed", "")
    expect(phone.locator("a.block").first).to_be_focused()


def test_two_taps_on_a_section_open_no_seat(served, riverside, at_riverside, phone):
    event = seated(halls.room(20, 40), {"stalls": 0})
    phone.emulate_media(reduced_motion="reduce")  # The second tap finds seats where the first fell.
    look(phone, served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator(".chair").first).to_be_attached()
    middle = phone.evaluate(
        """() => { const { left, top, width, height } =
            document.querySelector(".hall__window").getBoundingClientRect()
          const away = ([x, y]) => Math.hypot(x - left - width / 2, y - top - height / 2)
          return [...document.querySelectorAll(".chair path")]
            .map((seat) => seat.getBoundingClientRect())
            .map((box) => [box.left + box.width / 2, box.top + box.height / 2])
            .sort((one, other) => away(one) - away(other))[0] }"""
    )

    phone.mouse.dblclick(*middle)

    expect(phone.locator("seat-map")).to_have_attribute("data-level", "near")
    phone.wait_for_timeout(500)
    expect(phone.locator(".seat-sheet")).to_be_hidden()


def test_between_two_seats_one_tap_does_nothing_and_two_come_closer(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    phone.wait_for_timeout(500)
    one, other = (seat(phone, row, 4).locator("path").bounding_box() for row in "AB")
    x = one["x"] + one["width"] / 2
    y = (one["y"] + one["height"] + other["y"]) / 2
    where = "(({ camera: { x, y, scale } }) => [x, y, scale])(document.querySelector('seat-map'))"
    before = phone.evaluate(where)
    phone.evaluate("document.querySelector('seat-map').nearest = () => null")

    phone.mouse.click(x, y)
    phone.wait_for_timeout(500)
    assert phone.evaluate(where) == before

    phone.mouse.dblclick(x, y)
    phone.wait_for_timeout(500)
    assert phone.evaluate(where)[2] > before[2]


def test_numbers_stand_where_their_line_begins(served, riverside, play, phone):
    """Chromium puts what is centred by `dominant-baseline` up to half a seat away."""
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))

    centred = phone.evaluate(
        """[...document.querySelectorAll(".chair text, .bank__label")]
          .filter((text) => getComputedStyle(text).dominantBaseline !== "auto").length"""
    )

    assert centred == 0
