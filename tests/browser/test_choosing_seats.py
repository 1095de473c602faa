"""Choosing seats in a real browser: by mouse, by touch, by keyboard, and without script."""

import math
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FloatRect, Page, Route, expect
from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.demo.halls import club
from eventflow.sales import holds, seat_plans, seats
from eventflow.sales.models import Hold, Order
from eventflow.sales.seat_wishes import Asker
from eventflow.seating import allocations, states
from tests.browser.test_buying import fill_in, weigh
from tests.seating import halls
from tests.seating.theatres import a_drawing, a_row, hall_of, make_seated

pytestmark = pytest.mark.browser

LIGHT = 250_000
"""Bytes over the wire for an arena, all that the page loads included."""
CLUB = {club.TABLE: 0, club.WHOLE: 1, club.BAR: 1, club.FLOOR: 2}
ANY_PAGE = 60_000
ARENA = {"lower": 0, "side": 0, "upper": 0, "floor": 2}
THEATRE = {"premium": 1, "stalls": 0, "circle": 1, "boxes": 1}


@pytest.fixture
def play(at_riverside):
    """Three rows of eight Stalls at 25.00."""
    event = make_seated(halls.room(), {"stalls": 0})
    states.clear()
    seat_plans.clear()
    return event


@pytest.fixture
def tapped(at_riverside):
    """The same room, where a seat is held as soon as it is taken."""
    event = make_seated(halls.room(), {"stalls": 0}, choosing="hold_at_once")
    states.clear()
    seat_plans.clear()
    return event


def others_take(event, *positions: int) -> None:
    hall = hall_of(event)
    seats.place(
        event.slug,
        seats=[hall.ids[position] for position in positions],
        asker=Asker(buyer="carl"),
        at=now(),
    )
    states.forget(event.id)


def open_map(page: Page, address: str, *, near: str = "A") -> None:
    """Until the seats are there and can be pressed."""
    page.goto(address)
    expect(page.locator("seat-map[data-ready]")).to_be_attached()
    page.locator("seat-map").scroll_into_view_if_needed()
    for _step in range(6):
        if page.locator("seat-map[data-level=near]").count():
            break
        page.get_by_role("button", name="Closer").click()
        page.wait_for_timeout(250)
    expect(seat(page, near, 4)).to_be_attached()


def seat(page: Page, row: str, number: int):
    return page.locator(f".chair[data-at][aria-label^='Row {row}, seat {number},']")


def take(page: Page, row: str, number: int) -> None:
    seat(page, row, number).dispatch_event("click", {"detail": 0})
    page.get_by_role("button", name="Take this seat").click()
    expect(
        page.locator(".chosen__seat").filter(has_text=f"row {row}, seat {number}")
    ).to_be_visible()


def only_hold() -> Hold:
    query = select(Hold).where(Hold.status == "live", Hold.buyer != "carl")
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def labels() -> list[str]:
    """What is held; nothing between one hold and the next that takes its place."""
    query = select(Hold).where(Hold.status == "live", Hold.buyer != "carl")
    held = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return [seat.label for hold in held for seat in holds.seats_of(hold)]


def comes_about(page: Page, is_so: Callable[[], bool]) -> bool:
    """Whether it is so within seconds: what a page shows may be ahead of what was stored."""
    for _attempt in range(100):
        if is_so():
            return True
        page.wait_for_timeout(100)
    return is_so()


def test_two_seats_by_touch_from_the_map_to_the_tickets(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))

    seat(phone, "A", 4).click(force=True)
    expect(phone.locator(".view__picture")).to_be_visible()
    expect(phone.get_by_role("heading", name="Stalls, row A, seat 4")).to_be_visible()
    phone.get_by_role("button", name="Take this seat").click()
    take(phone, "A", 5)
    shown = phone.locator("[data-total]").inner_text()
    phone.get_by_role("button", name="Hold 2 tickets").click()
    phone.wait_for_url("**/checkout/**")

    expect(phone.locator("button.button--primary[form=checkout]:visible")).to_have_text(
        f"Pay {shown}"
    )
    fill_in(phone)
    phone.get_by_role("button", name=f"Pay {shown}").click()
    expect(phone.get_by_role("heading", name="Here are your tickets")).to_be_visible()
    expect(phone.get_by_text("Stalls A4").first).to_be_visible()
    order = db.session.scalars(select(Order)).one()
    assert [ticket.seat_label for ticket in order.tickets] == ["Stalls A4", "Stalls A5"]
    assert phone.troubles == []


def test_who_is_quicker_than_the_network_loses_no_seat(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    phone.route("**/seats/chosen?*", lambda route: (phone.wait_for_timeout(400), route.continue_()))

    for number in (1, 2, 3):
        seat(phone, "A", number).dispatch_event("click", {"detail": 0})
        phone.get_by_role("button", name="Take this seat").click()

    expect(phone.locator(".chosen__seat")).to_have_count(3)


def test_the_view_from_a_seat_that_comes_while_its_button_is_pressed_waits(
    served, riverside, play, phone
):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    coming = []
    phone.route("**/sheet", lambda route: coming.append(route))
    seat(phone, "A", 4).dispatch_event("click", {"detail": 0})
    phone.get_by_role("button", name="Take this seat").hover()

    phone.mouse.down()
    with phone.expect_request_finished(lambda request: request.url.endswith("/sheet")):
        coming[0].continue_()
    phone.wait_for_timeout(200)
    phone.mouse.up()

    expect(phone.locator(".chosen__seat")).to_have_text(re.compile("row A, seat 4"))


def test_down_a_bent_row_is_to_the_row_behind(served, riverside, at_riverside, phone):
    bent = halls.room()
    for n, row in enumerate(bent["sections"][0]["rows"]):
        for number, place in enumerate(row["seats"]):
            place["x"] += n * 27
            place["y"] += n * 20 + number * 22
    event = make_seated(bent, {"stalls": 0})
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))

    for start, key, end in (("A1", "Down", "B1"), ("B1", "Right", "B2"), ("B2", "Up", "A3")):
        seat(phone, *start).focus()
        phone.keyboard.press(f"Arrow{key}")
        expect(seat(phone, *end)).to_be_focused()


def test_home_and_end_lead_to_the_ends_of_a_row(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    first, last = seat(phone, "B", 1), seat(phone, "B", 8)

    seat(phone, "B", 5).focus()
    phone.keyboard.press("End")
    expect(last).to_be_focused()
    phone.keyboard.press("Home")
    expect(first).to_be_focused()
    phone.keyboard.press("Home")
    expect(first).to_be_focused()


def test_home_and_end_lead_to_the_ends_of_a_row_round_a_corner(
    served, riverside, at_riverside, phone
):
    bent = halls.room()
    for row in bent["sections"][0]["rows"]:
        for number, place in enumerate(row["seats"]):
            angle = math.radians(40 + 4.2 * number)
            place["x"] = 800 + math.cos(angle) * (place["y"] - 200)
            place["y"] = 400 + math.sin(angle) * (place["y"] - 200)
    event = make_seated(bent, {"stalls": 0})
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))

    seat(phone, "B", 4).focus()
    phone.keyboard.press("Home")
    expect(seat(phone, "B", 8)).to_be_focused()
    phone.keyboard.press("End")
    expect(seat(phone, "B", 1)).to_be_focused()


def test_two_seats_are_bought_with_the_keyboard_alone(served, riverside, play, phone):
    page = phone
    page.goto(served.at(riverside, f"/events/{play.slug}"))
    expect(page.locator("seat-map[data-ready]")).to_be_attached()

    page.locator("a.block").first.focus()
    page.keyboard.press("Enter")
    expect(seat(page, "A", 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take this seat")).to_be_focused()
    page.keyboard.press("Enter")
    expect(seat(page, "A", 1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(seat(page, "A", 2)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(seat(page, "B", 2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(seat(page, "A", 2)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take this seat")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".chosen__seat")).to_have_count(2)
    page.locator("running-total button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/**")

    page.locator("#field-buyer_name").focus()
    page.keyboard.type("Bea Buyer")
    page.keyboard.press("Tab")
    page.keyboard.type("bea@example.com")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile(r"^Pay \$")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Here are your tickets")).to_be_visible()


SLOW_SHEET = """
  const text = Response.prototype.text
  Response.prototype.text = async function () {
    const words = await text.call(this)
    if (this.url.endsWith("/sheet") && !window.read) await new Promise((go) => (window.read = go))
    return words
  }
"""


def test_a_card_that_is_read_after_its_seat_was_taken_leaves_the_next_one_its_focus(
    served, riverside, play, phone
):
    phone.add_init_script(SLOW_SHEET)
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    seat(phone, "A", 1).focus()
    phone.keyboard.press("Enter")
    assert comes_about(phone, lambda: phone.evaluate("Boolean(window.read)"))
    phone.keyboard.press("Enter")
    expect(seat(phone, "A", 1)).to_be_focused()
    phone.evaluate("window.read()")

    phone.keyboard.press("ArrowRight")
    expect(seat(phone, "A", 2)).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Stalls, row A, seat 2")).to_be_visible()
    expect(phone.get_by_role("button", name="Take this seat")).to_be_focused()
    assert phone.troubles == []


IN_SIGHT = """() => {
  const { left, top, right, bottom } = document.activeElement.getBoundingClientRect()
  const corners = [[left + 3, top + 3], [right - 3, bottom - 3]]
  const isHall = ([x, y]) => document.elementFromPoint(x, y)?.closest(".hall__window")
  return corners.every(isHall) && top >= 0 && bottom <= innerHeight
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 600), (1280, 500)])
def test_the_page_follows_the_seat_that_the_keys_lead_to(
    served, riverside, at_riverside, phone, width, height
):
    event = make_seated(halls.theatre(), THEATRE)
    states.clear()
    seat_plans.clear()
    phone.set_viewport_size({"width": width, "height": height})
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()
    phone.locator("a.block").first.focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("a.chair:focus")).to_be_attached()

    for key in ["Down"] * 8 + ["Up"] * 10 + ["Right"] * 5:
        before = phone.evaluate("document.activeElement.dataset.at")
        phone.keyboard.press(f"Arrow{key}")
        phone.wait_for_timeout(350)
        assert phone.evaluate(IN_SIGHT), (key, before)

    phone.evaluate("scrollTo(0, 0)")
    phone.keyboard.press("Escape")
    phone.wait_for_timeout(350)
    expect(phone.locator("a.block:focus")).to_be_in_viewport()


def test_from_the_seats_card_the_keys_lead_on_from_the_seat(served, riverside, play, desk):
    open_map(desk, served.at(riverside, f"/events/{play.slug}"))
    waiting: list[Callable[[], None]] = []
    desk.route("**/at/*/sheet", lambda route: waiting.append(route.continue_))
    seat(desk, "A", 4).focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Take this seat")).to_be_focused()
    desk.keyboard.press("Tab")
    close = desk.locator("dialog").get_by_role("button", name="Close")
    expect(close).to_be_focused()
    waiting.pop()()
    expect(desk.locator(".view__picture")).to_be_visible()
    expect(close).to_be_focused()
    desk.unroute("**/at/*/sheet")

    desk.keyboard.press("Tab")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    expect(desk.get_by_role("button", name="Closer")).to_be_focused()

    desk.keyboard.press("Shift+Tab")
    expect(seat(desk, "A", 4)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="Take this seat")).to_be_focused()
    desk.keyboard.press("Shift+Tab")
    expect(desk.locator("dialog[open]")).to_have_count(0)
    expect(seat(desk, "A", 4)).to_be_focused()


def test_two_seats_are_bought_without_script(served, riverside, play, old_phone):
    old_phone.goto(served.at(riverside, f"/events/{play.slug}"))
    old_phone.get_by_role("link", name="Choose from a list instead").click()
    old_phone.get_by_role("checkbox", name=re.compile("seat 4, ")).first.check()
    old_phone.get_by_role("checkbox", name=re.compile("seat 5, ")).first.check()
    old_phone.get_by_role("button", name="Hold the ticked seats").click()
    fill_in(old_phone)
    old_phone.get_by_role("button", name=re.compile(r"^Pay \$")).click()

    expect(old_phone.get_by_role("heading", name="Here are your tickets")).to_be_visible()
    assert old_phone.troubles == []


def test_from_a_row_with_ticked_seats_a_key_leads_past_all_other_rows(
    served, riverside, play, old_phone
):
    old_phone.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    row = old_phone.get_by_role("group", name="Row B")
    row.get_by_role("checkbox").nth(-2).focus()
    for key in ("Space", "Tab", "Space", "Tab"):
        old_phone.keyboard.press(key)

    expect(old_phone.locator(":focus")).to_have_text("On to holding the ticked seats")
    for key in ("Enter", "Tab", "Enter"):
        old_phone.keyboard.press(key)

    expect(old_phone.get_by_label("Your name")).to_be_visible()


def test_on_the_list_the_focus_lies_under_nothing_that_sticks(
    served, riverside, at_riverside, phone
):
    event = make_seated(a_drawing(a_row("A", 20), a_row("B", 20, y=90)))
    phone.goto(served.at(riverside, f"/events/{event.slug}/seats/list"))
    boxes = phone.get_by_role("group", name="Row A").get_by_role("checkbox")
    boxes.nth(0).focus()
    covered = """() => { const focused = document.activeElement
      const { left, top, width, height } = focused.getBoundingClientRect()
      const above = document.elementFromPoint(left + width / 2, top + height / 2)
      return above === focused ? null : above?.outerHTML.slice(0, 80) }"""

    for key in ["Tab"] * 30 + ["Shift+Tab"] * 25:
        phone.keyboard.press(key)
        assert phone.evaluate(covered) is None


def test_without_script_a_section_on_the_map_leads_to_its_seats(served, riverside, play, old_phone):
    old_phone.goto(served.at(riverside, f"/events/{play.slug}"))
    old_phone.locator("a.block").first.click()

    expect(old_phone.get_by_role("heading", name="Stalls")).to_be_visible()
    expect(old_phone.get_by_role("group", name="Row A")).to_be_visible()


def test_a_seat_that_somebody_else_takes_is_told_within_seconds(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 4)
    take(phone, "A", 5)

    others_take(play, 3)

    expect(phone.get_by_text("row A, seat 4 went to somebody else")).to_be_visible(timeout=8_000)
    expect(phone.locator(".chosen__seat")).to_have_count(1)
    expect(seat(phone, "A", 4)).to_have_attribute("data-s", "h")
    expect(phone.get_by_role("button", name="Hold 1 ticket")).to_be_visible()


def test_a_refusal_offers_others_and_one_press_takes_them(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 2)

    phone.get_by_role("button", name="Hold 1 ticket").click()
    expect(phone.get_by_text("would leave a single seat")).to_be_visible()
    expect(phone.locator(".chosen__seat")).to_have_count(1)
    expect(phone.locator("[data-instead]").first).to_have_text(
        "Take Stalls A1, Stalls A2 for $51.55"
    )
    instead = phone.locator("[data-instead]").nth(1)
    words = instead.inner_text()
    instead.click()
    expect(phone.get_by_text("would leave a single seat")).to_be_hidden()
    phone.get_by_role("button", name="Hold 1 ticket").click()
    phone.wait_for_url("**/checkout/**")

    assert words.startswith(f"Take {labels()[0]} for $")


def test_who_says_so_may_have_a_place_for_a_wheelchair(served, riverside, at_riverside, phone):
    drawing = halls.room()
    drawing["sections"][0]["rows"][0]["seats"][0]["kind"] = "accessible"
    event = make_seated(drawing, {"stalls": 0})
    states.clear()
    seat_plans.clear()
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))
    take(phone, "A", 1)
    phone.get_by_role("button", name="Hold 1 ticket").click()
    expect(phone.get_by_text("Kept for people who use a wheelchair")).to_be_visible()

    phone.get_by_role("button", name="Somebody in my party uses a wheelchair").click()
    expect(phone.get_by_text("Kept for people who use a wheelchair")).to_be_hidden()
    expect(phone.get_by_label("Somebody in my party uses a wheelchair")).to_be_checked()
    phone.get_by_role("button", name="Hold 1 ticket").click()
    phone.wait_for_url("**/checkout/**")

    assert labels() == ["Stalls A1"]


def stop_asking(page: Page) -> None:
    """How the seats stand, until somebody asks again."""
    page.locator("seat-states").evaluate("states => { states.asking = true }")


def ask_again(page: Page) -> None:
    page.locator("seat-states").evaluate("states => { states.asking = false; states.ask() }")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_refusal_stays_when_the_map_learns_what_it_said(served, riverside, play, phone, width):
    phone.set_viewport_size({"width": width, "height": 800})
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    for number in (4, 5, 6):
        take(phone, "A", number)
    stop_asking(phone)
    others_take(play, 3)

    phone.get_by_role("button", name="Hold 3 tickets").click()
    refusal = phone.locator("[data-notice] .notice")
    expect(refusal).to_contain_text("Stalls A4 went to somebody else. Please choose again.")
    ask_again(phone)

    expect(phone.locator(".chosen__seat")).to_have_count(2)
    expect(refusal).to_be_focused()
    expect(refusal).to_be_in_viewport(ratio=0.95)
    expect(phone.get_by_text("went to somebody else just now")).to_have_count(0)
    others_take(play, 4, 5)
    expect(
        phone.get_by_text("row A, seat 5; Stalls, row A, seat 6 went to somebody else just now.")
    ).to_be_visible(timeout=8_000)
    expect(refusal.locator("[data-instead]").first).to_be_visible()
    refusal.get_by_role("button", name="Close this message").click()
    expect(refusal).to_have_count(0)
    expect(phone.locator("running-total button")).to_be_focused()


def test_who_presses_twice_takes_no_alternative_and_who_takes_one_is_told(
    served, riverside, play, phone
):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 2)
    hold = phone.locator("running-total button")
    hold.press("Enter")
    refusal = phone.locator("[data-notice] .notice")
    expect(refusal).to_be_focused()

    phone.keyboard.press("Enter")
    phone.wait_for_timeout(500)
    expect(refusal).to_be_focused()
    expect(phone.locator(".chosen__seat")).to_have_count(1)
    phone.keyboard.press("Tab")
    expect(refusal.get_by_role("button", name="Take Stalls A1, Stalls A2 for")).to_be_focused()
    phone.keyboard.press("Enter")

    expect(phone.locator("seat-choice > [data-announcement]")).to_have_text(
        "Chosen now: Stalls, row A, seat 1; Stalls, row A, seat 2."
    )
    expect(phone.locator(".chosen__seat")).to_have_count(2)
    expect(refusal).to_have_count(0)
    expect(hold).to_be_focused()
    expect(hold).to_have_text("Hold 2 tickets")


def test_what_was_chosen_is_there_after_a_reload(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 4)

    phone.reload()

    expect(phone.locator(".chosen__seat")).to_have_text(re.compile("row A, seat 4"))
    expect(phone.get_by_role("button", name="Hold 1 ticket")).to_be_visible()


def test_where_seats_are_held_at_once_every_change_is_a_hold(served, riverside, tapped, phone):
    open_map(phone, served.at(riverside, f"/events/{tapped.slug}"))
    take(phone, "A", 1)
    expect(phone.locator("hold-countdown")).to_be_visible()
    assert comes_about(phone, lambda: labels() == ["Stalls A1"])
    take(phone, "A", 2)
    assert comes_about(phone, lambda: labels() == ["Stalls A1", "Stalls A2"])

    phone.locator(".chosen__seat input").last.uncheck()

    expect(phone.locator(".chosen__seat")).to_have_count(1)
    assert comes_about(phone, lambda: labels() == ["Stalls A1"])


def test_a_closed_tab_gives_its_seats_back_early(served, riverside, tapped, phone):
    open_map(phone, served.at(riverside, f"/events/{tapped.slug}"))
    take(phone, "A", 1)
    expect(phone.locator("hold-countdown")).to_be_visible()
    full = only_hold().expires_at

    phone.goto(served.at(riverside, "/"))
    assert comes_about(phone, lambda: only_hold().expires_at < full)

    phone.go_back()
    expect(phone.locator("hold-countdown")).to_be_visible()
    assert comes_about(phone, lambda: only_hold().expires_at == full)


def test_who_goes_back_from_the_checkout_still_has_the_seats(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 1)
    take(phone, "A", 2)
    phone.get_by_role("button", name="Hold 2 tickets").click()
    phone.wait_for_url("**/checkout/**")
    full = only_hold().expires_at

    phone.go_back()

    expect(phone.locator("hold-countdown")).to_be_visible()
    expect(phone.locator(".chosen__seat")).to_have_count(2)
    expect(phone.get_by_text("went to somebody else")).to_be_hidden()
    take(phone, "A", 3)
    assert labels() == ["Stalls A1", "Stalls A2", "Stalls A3"]
    phone.get_by_role("button", name="Go on to pay").click()
    phone.wait_for_url("**/checkout/**")
    assert only_hold().expires_at == full
    expect(phone.get_by_text("Stalls A1, Stalls A2, Stalls A3")).to_be_visible()


def test_enter_among_the_counts_holds_what_was_counted_and_not_the_best(
    served, riverside, play, phone
):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    phone.get_by_label("How many: Floor").press("Enter")
    expect(phone.get_by_text("Choose a seat on the map first")).to_be_visible()
    assert labels() == []

    phone.get_by_label("How many: Floor").fill("2")
    phone.get_by_label("How many: Floor").press("Enter")
    phone.wait_for_url("**/checkout/**")

    [line] = only_hold().lines
    assert (line.quantity, labels()) == (2, [])


def test_enter_among_the_fields_for_the_best_seats_holds_these(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))

    phone.get_by_label("Seats", exact=True).fill("3")
    phone.get_by_label("Seats", exact=True).press("Enter")

    expect(phone.locator(".chosen__said")).to_contain_text("All side by side.")
    assert len(labels()) == 3


def test_enter_after_a_refusal_holds_what_is_ticked_and_no_alternative(
    served, riverside, play, old_phone
):
    old_phone.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    row = old_phone.get_by_role("group", name="Row A")
    row.get_by_role("checkbox", name=re.compile("seat 2, ")).check()
    old_phone.get_by_role("button", name="Hold the ticked seats").click()
    expect(old_phone.get_by_text("would leave a single seat")).to_be_visible()

    first = row.get_by_role("checkbox", name=re.compile("seat 1, "))
    first.check()
    first.press("Enter")

    expect(old_phone.get_by_label("Your name")).to_be_visible()
    assert labels() == ["Stalls A1", "Stalls A2"]


def test_what_is_said_is_in_sight_beside_the_map(served, riverside, at_riverside, phone):
    event = make_seated(halls.room(), {"stalls": 0}, most_seats=1)
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))
    take(phone, "A", 1)
    phone.locator("seat-map").scroll_into_view_if_needed()

    seat(phone, "A", 2).dispatch_event("click", {"detail": 0})
    phone.get_by_role("button", name="Take this seat").click()

    expect(phone.get_by_role("alert")).to_have_text("One person may take 1 seat here.")
    expect(phone.get_by_role("alert")).to_be_in_viewport(ratio=1)


def test_standing_places_that_are_held_are_shown_and_made_fewer(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    more = phone.get_by_role("button", name="One more: Floor")
    more.click()
    more.click()
    phone.get_by_role("button", name="Hold 2 tickets").click()
    phone.wait_for_url("**/checkout/**")

    phone.go_back()

    expect(phone.locator("hold-countdown")).to_be_visible()
    expect(phone.get_by_role("button", name="Go on to pay")).to_be_visible()
    phone.get_by_role("button", name="One fewer: Floor").click()
    expect(phone.get_by_label("How many: Floor")).to_have_value("1")
    phone.get_by_role("button", name="Go on to pay").click()
    phone.wait_for_url("**/checkout/**")
    [line] = only_hold().lines
    assert line.quantity == 1


def test_another_tab_knows_the_seats_as_ones_own(served, riverside, play, phone):
    address = served.at(riverside, f"/events/{play.slug}")
    early = phone.context.new_page()
    open_map(early, address)
    open_map(phone, address)
    take(phone, "A", 1)
    take(phone, "A", 2)
    phone.get_by_role("button", name="Hold 2 tickets").click()
    phone.wait_for_url("**/checkout/**")
    full = only_hold().expires_at
    late = phone.context.new_page()
    open_map(late, address)

    for tab in (early, late):
        expect(tab.locator("hold-countdown")).to_be_visible()
        expect(tab.get_by_role("button", name="Go on to pay")).to_be_visible()
        seat(tab, "A", 1).dispatch_event("click", {"detail": 0})
        expect(tab.get_by_role("button", name="Give this seat back")).to_be_visible()
        expect(tab.get_by_text("Somebody else has this seat")).to_be_hidden()
        # The tab that took them is at the checkout still.
        tab.close(run_before_unload=True)
    phone.wait_for_timeout(500)
    assert only_hold().expires_at == full


def test_a_whole_table_is_taken_at_its_price(served, riverside, at_riverside, phone):
    table = a_row("T1", 4) | {"kind": "table", "whole": True}
    event = make_seated(a_drawing(table, a_row("A", 4, y=300)))
    states.clear()
    seat_plans.clear()
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))

    chair = phone.locator(".chair[aria-label^='Table T1, seat 2, Stalls, $102.80 for all 4 seats']")
    chair.dispatch_event("click", {"detail": 0})
    expect(phone.locator(".seat-sheet__price")).to_contain_text("$102.80")
    phone.get_by_role("button", name="Take this table").click()

    expect(phone.locator(".chosen__seat")).to_have_count(4)
    expect(phone.locator("[data-total]")).to_have_text("$102.80")
    chair.dispatch_event("click", {"detail": 0})
    phone.get_by_role("button", name="Give this table back").click()
    expect(phone.locator(".chosen__seat")).to_have_count(0)


def test_a_whole_table_that_goes_to_somebody_else_is_spoken_of_as_a_table(
    served, riverside, at_riverside, phone
):
    table = a_row("T1", 4) | {"kind": "table", "whole": True}
    event = make_seated(a_drawing(table, a_row("A", 4, y=300)))
    states.clear()
    seat_plans.clear()
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))
    chair = phone.locator(".chair[aria-label^='Table T1, seat 2']")
    chair.dispatch_event("click", {"detail": 0})
    phone.get_by_role("button", name="Take this table").click()
    expect(phone.locator(".chosen__seat")).to_have_count(4)

    others_take(event, 0, 1, 2, 3)

    expect(phone.get_by_text("Stalls, Table T1 went to somebody else just now.")).to_be_visible()
    chair.dispatch_event("click", {"detail": 0})
    expect(phone.get_by_text("Somebody else has this table")).to_be_visible()


def test_a_checkout_that_is_closed_gives_its_seats_back_early(served, riverside, play, phone):
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    take(phone, "A", 1)
    phone.get_by_role("button", name="Hold 1 ticket").click()
    phone.wait_for_url("**/checkout/**")
    address, full = phone.url, only_hold().expires_at

    phone.goto(served.at(riverside, "/"))
    assert comes_about(phone, lambda: only_hold().expires_at < full)

    phone.goto(address)
    expect(phone.locator("[data-clock]")).to_be_visible()
    assert comes_about(phone, lambda: only_hold().expires_at == full)


def test_the_best_seats_are_held_and_shown_on_the_map(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()

    phone.get_by_label("Seats", exact=True).fill("3")
    phone.get_by_role("button", name="Hold the best seats").click()

    found = phone.locator(".chosen__said")
    expect(found).to_contain_text("All side by side.")
    expect(found).to_be_in_viewport()
    expect(phone.locator("seat-choice > [data-announcement]")).to_have_text(found.inner_text())
    expect(phone.locator("hold-countdown")).to_be_visible()
    expect(phone.locator(".chair--mine")).to_have_count(3)
    assert len(labels()) == 3


def test_the_best_seats_end_what_was_said_of_another(served, riverside, play, desk):
    others_take(play, 3)
    open_map(desk, served.at(riverside, f"/events/{play.slug}"))
    seat(desk, "A", 4).click(force=True)
    expect(desk.get_by_text("Somebody else has this seat")).to_be_visible()

    desk.get_by_label("Seats", exact=True).fill("3")
    desk.get_by_role("button", name="Hold the best seats").click()

    expect(desk.locator("hold-countdown")).to_be_visible()
    expect(desk.locator(".seat-sheet")).to_be_hidden()
    expect(seat(desk, "A", 4)).not_to_be_focused()


def test_prices_and_needs_make_the_others_pale(served, riverside, at_riverside, phone):
    drawing = halls.room()
    drawing["sections"][0]["rows"][0]["seats"][0]["kind"] = "accessible"
    drawing["sections"][0]["rows"][0]["seats"][1]["kind"] = "companion"
    event = make_seated(drawing, {"stalls": 0})
    states.clear()
    seat_plans.clear()
    open_map(phone, served.at(riverside, f"/events/{event.slug}"))

    phone.get_by_text("Wheelchair places").click()
    expect(phone.locator(".chair--pale")).to_have_count(23)
    said = phone.locator("seat-choice > [data-announcement]")
    expect(said).to_have_text("Free seats in sight that fit: 1")
    phone.get_by_text("Wheelchair places").click()
    expect(phone.locator(".chair--pale")).to_have_count(0)
    expect(said).to_have_text("")
    phone.get_by_label("Together").select_option("8")
    expect(phone.locator(".chair--pale")).to_have_count(0)


def test_a_section_that_is_pale_covers_what_is_written_below_it(
    served, riverside, at_riverside, phone
):
    event = make_seated(halls.arena(2_000), ARENA, no_single_seats=False)
    states.clear()
    seat_plans.clear()
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    colour = "one => getComputedStyle(one).opacity + getComputedStyle(one.firstElementChild).fill"
    floor = phone.locator("a.block--standing")
    full = floor.evaluate(colour)

    phone.locator(".prices button").filter(has_not_text="$15.68").first.click()

    expect(floor).to_have_class(re.compile("block--pale"))
    expect(phone.locator("seat-choice > [data-announcement]")).to_have_text(
        re.compile("^(Come closer to see which seats fit|Free seats in sight that fit: )")
    )
    pale = floor.evaluate(colour)
    assert pale != full
    assert pale.startswith("1") and "/" not in pale and "rgba" not in pale


def test_a_theatre_is_as_light_as_any_page(served, riverside, at_riverside, phone):
    event = make_seated(halls.theatre(), THEATRE)
    states.clear()
    seat_plans.clear()
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))

    weight = weigh(phone, served.at(riverside, f"/events/{event.slug}"))

    expect(phone.locator(".chair")).to_have_count(1200)
    # The demo's has a picture and a logo of 8 kB together.
    assert weight < ANY_PAGE - 8_500
    assert not [url for url in asked if re.search("seat-(choice|gestures).js|seat-sheet.css", url)]
    assert phone.troubles == []


def test_a_seat_that_is_gone_is_smaller_and_none_costs_a_layer(served, riverside, play, phone):
    others_take(play, 0, 1)
    open_map(phone, served.at(riverside, f"/events/{play.slug}"))
    expect(phone.locator('.chair[data-s="h"]')).to_have_count(2)

    wide = phone.evaluate(
        """Object.fromEntries(["h", "f"].map((letter) =>
          [letter, document.querySelector(`.chair[data-s=${letter}] path`).getBBox().width]))"""
    )
    # Each would be looked at again in every frame in which the hall moves.
    layers = phone.evaluate(
        """[...document.querySelectorAll(".chair, .chair path, .chair text")].filter((part) => {
          const { transform, opacity } = getComputedStyle(part)
          return transform !== "none" || opacity !== "1" || part.hasAttribute("transform")
        }).length"""
    )

    assert 0.75 < wide["h"] / wide["f"] < 0.8
    assert layers == 0


def seats_on_their_way(page: Page, address: str) -> tuple[FloatRect, Route]:
    """Where the hall's window is, near enough for seats; and these, to be sent on when wanted."""
    asked: list[Route] = []
    page.route("**/sections/*/seats?*", lambda route: asked.append(route))
    page.goto(address)
    expect(page.locator("seat-map[data-ready]")).to_be_attached()
    window = page.locator("[data-window]")
    window.scroll_into_view_if_needed()
    page.get_by_role("button", name="Closer").click()
    assert comes_about(page, lambda: bool(asked))
    box = window.bounding_box()
    assert box
    return box, asked[0]


def test_seats_that_arrive_while_the_hall_moves_wait_until_it_rests(served, riverside, play, desk):
    box, coming = seats_on_their_way(desk, served.at(riverside, f"/events/{play.slug}"))

    desk.mouse.move(box["x"] + 200, box["y"] + 200)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 240, box["y"] + 200, steps=4)
    with desk.expect_response("**/sections/*/seats?*"):
        coming.continue_()
    desk.wait_for_timeout(400)
    assert desk.locator(".chair").count() == 0
    desk.mouse.up()
    expect(seat(desk, "A", 4)).to_be_attached()
    assert desk.troubles == []


def test_a_finger_that_stops_the_hall_and_is_lifted_lets_the_seats_come(
    served, riverside, play, desk
):
    box, coming = seats_on_their_way(desk, served.at(riverside, f"/events/{play.slug}"))

    desk.mouse.move(box["x"] + 5, box["y"] + 5)
    desk.wait_for_timeout(400)  # Whoever has just scrolled the page scrolls on.
    desk.mouse.wheel(0, -20)
    desk.mouse.down()
    desk.wait_for_timeout(400)
    desk.mouse.up()
    coming.continue_()
    expect(seat(desk, "A", 4)).to_be_attached()

    desk.mouse.move(box["x"] + 5, box["y"] + 100)
    desk.mouse.wheel(0, -20)
    desk.mouse.down()
    desk.mouse.move(box["x"] - 2, box["y"] + 100)
    desk.mouse.up()
    desk.wait_for_timeout(400)
    assert desk.evaluate("document.querySelector('seat-map').camera.motion") is None
    assert desk.troubles == []


def test_what_is_done_before_its_script_is_there_is_not_lost(served, riverside, play, phone):
    """The first tap on a seat, and the form sent, on a slow line."""
    waiting: list[Callable[[], None]] = []
    phone.route(
        re.compile("seat-(choice|gestures).js"), lambda route: waiting.append(route.continue_)
    )
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    phone.locator("seat-map[data-ready] a.block").first.focus()
    phone.keyboard.press("Enter")
    expect(seat(phone, "A", 1)).to_be_focused()
    phone.keyboard.press("Enter")
    phone.locator("running-total button").click()
    assert waiting and not phone.locator("seat-choice dialog[open]").count()
    for go_on in waiting:
        go_on()

    expect(phone.locator(".view__picture")).to_be_visible()
    expect(phone.get_by_text("Choose a seat on the map first")).to_be_in_viewport(ratio=1)
    assert phone.troubles == []


def test_places_that_are_counted_before_the_script_are_in_the_total(served, riverside, play, phone):
    waiting: list[Callable[[], None]] = []
    phone.route("**/seat-choice-when-needed.js*", lambda route: waiting.append(route.continue_))
    phone.goto(served.at(riverside, f"/events/{play.slug}"), wait_until="commit")
    more = phone.get_by_role("button", name="One more: Floor")
    more.click()
    more.click()
    assert comes_about(phone, lambda: waiting)
    waiting[0]()

    expect(phone.get_by_role("button", name="Hold 2 tickets")).to_be_visible()
    assert phone.troubles == []


def test_an_arena_is_light(served, riverside, at_riverside, phone):
    event = make_seated(halls.arena(20_000), ARENA)
    states.clear()
    seat_plans.clear()
    address = served.at(riverside, f"/events/{event.slug}")

    weight = weigh(phone, address)

    assert weight < LIGHT
    assert phone.troubles == []


def test_the_hall_is_drawn_before_the_other_scripts_are_asked_for(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    waiting = phone.locator("template[data-script]")
    names = {str(one.get_attribute("data-script")) for one in waiting.all()}
    assert any("theme-switch" in name for name in names)

    phone.wait_for_load_state("networkidle")
    assert phone.evaluate("document.querySelector('theme-switch').matches(':defined')")
    # The hall is drawn once its style sheets are there.
    came = phone.evaluate(
        """() => {
          const all = performance.getEntriesByType("resource")
          const styles = all.filter((one) => /[.]css/.test(one.name))
          const styled = Math.max(...styles.map((one) => one.responseEnd))
          return all.filter((one) => one.startTime > styled).map((one) => one.name)
        }"""
    )
    assert all(any(url.endswith(name) for url in came) for name in names)
    assert phone.troubles == []


def test_pages_without_seats_load_no_scripts_for_them(served, riverside, gala, phone):
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))

    phone.goto(served.at(riverside, "/events/winter-gala"), wait_until="networkidle")

    assert [url for url in asked if "seat" in url] == []


def test_the_list_follows_others_and_leaves_whoever_reads_it_where_they_are(
    served, riverside, play, phone
):
    address = served.at(riverside, f"/events/{play.slug}/seats/list")
    phone.goto(address)
    mine, beside = phone.locator("input[value=k3]"), phone.locator("#seat-k5")
    mine.check()
    phone.locator("input[value=k4]").focus()
    before = phone.evaluate("window.scrollY")

    others_take(play, 2, 3, 4, 5)

    expect(beside.locator("b")).to_have_text("held", timeout=5_500)
    expect(beside.locator("input")).to_be_disabled()
    expect(phone.locator("[data-section]").first).to_have_text("20 left")
    assert phone.evaluate("document.activeElement.value") == "k4"
    assert phone.evaluate("window.scrollY") == before
    expect(mine).not_to_be_checked()
    expect(phone.locator("[data-announcement]")).to_contain_text(
        "Row A, Stalls, seat 3, $25.93 went"
    )
    expect(phone.get_by_role("button", name="Hold the ticked seats")).to_be_visible()

    phone.keyboard.press("Space")
    expect(phone.locator("input[value=k4]")).not_to_be_checked()
    phone.locator("input[value=k8]").focus()
    expect(phone.locator("input[value=k4]")).to_be_disabled()

    with transaction():
        holds.give_back(db.session.scalars(select(Hold).where(Hold.buyer == "carl")).one())
    states.forget(play.id)
    expect(beside.locator("b")).to_have_text("free", timeout=5_500)
    expect(beside.locator("input")).to_be_enabled()


def test_a_code_opens_its_seats_on_the_map(served, riverside, play, phone):
    with transaction():
        facts = {"name": "Friends", "kind": "presale", "code": "FRIENDS"}
        allocation = allocations.create(play, facts, at=now())
        allocations.put_in(allocation, allocations.read_list(play, "Stalls A1-A4"), at=now())
    seat_plans.clear()
    states.clear()
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    phone.get_by_text("I have a code").click()
    phone.get_by_label("Code").fill("FRIEND")
    phone.get_by_role("button", name="Use the code").click()
    expect(phone.get_by_text("This code opens no seats")).to_be_visible()
    phone.get_by_label("Code").fill("FRIENDS")
    phone.get_by_role("button", name="Use the code").click()
    expect(phone.get_by_text("Your code is in use")).to_be_visible()

    open_map(phone, phone.url)
    take(phone, "A", 3)
    take(phone, "A", 4)
    phone.get_by_role("button", name="Hold 2 tickets").click()

    phone.wait_for_url("**/checkout/*")
    assert [seat.label for seat in holds.seats_of(only_hold())] == ["Stalls A3", "Stalls A4"]


NAMES = """() => {
  const edge = document.querySelector(".hall__window").getBoundingClientRect()
  const names = [...document.querySelectorAll('[data-names] .name:not([data-room="none"])')]
  const box = (name) => name.getBoundingClientRect()
  const inside = (a) => a.left >= edge.left && a.right <= edge.right
  const beside = (a, b) => a.right <= b.left || b.right <= a.left
  const over = (a, b) => !beside(a, b) && a.bottom > b.top && b.bottom > a.top
  const others = (name) => names.filter((other) => other !== name)
  const words = (name) => name.textContent
  return {
    number: names.length,
    outside: names.filter((one) => !inside(box(one))).map(words),
    over: names.filter((one) => others(one).some((other) => over(box(one), box(other)))).map(words),
  }
}"""


@pytest.mark.parametrize(("width", "least"), [(320, 2), (390, 2), (1280, 1)])
def test_the_names_of_sections_are_all_to_be_read(
    served, riverside, at_riverside, phone, width, least
):
    event = make_seated(club.draw(), CLUB)
    states.clear()
    seat_plans.clear()
    phone.set_viewport_size({"width": width, "height": 844})
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator("seat-map[data-level]")).to_be_attached()

    told = phone.evaluate(NAMES)

    assert told["number"] >= least
    assert told["outside"] == [] and told["over"] == []


def test_the_hall_is_to_be_read_before_there_is_a_script(
    served, riverside, at_riverside, old_phone
):
    event = make_seated(halls.arena(), ARENA, no_single_seats=False)
    states.clear()
    seat_plans.clear()

    for width in (360, 390, 1280):
        old_phone.set_viewport_size({"width": width, "height": 844})
        old_phone.goto(served.at(riverside, f"/events/{event.slug}"))

        told = old_phone.evaluate(NAMES)
        high = old_phone.evaluate(
            """[...document.querySelectorAll('.name:not([data-room="none"]) .name__name')]
              .map((name) => Math.round(name.getBoundingClientRect().height))"""
        )

        assert told["number"] >= 10, width
        assert told["outside"] == [] and told["over"] == [], width
        assert all(14 <= one <= 22 for one in high), width


def test_what_a_section_costs_is_on_the_map_before_there_is_a_script(
    served, riverside, play, old_phone
):
    old_phone.goto(served.at(riverside, f"/events/{play.slug}"))

    name = old_phone.locator('.name[data-room="all"]')
    expect(name.locator(".name__price")).to_have_text(re.compile("A from .25[.]"))
    expect(name.locator(".name__left")).to_be_visible()


def test_a_finger_beside_a_small_seat_comes_closer_all_the_same(
    served, riverside, at_riverside, phone
):
    """The browser names the seat that it thinks a wide finger means, between two of them too."""
    event = make_seated(halls.room(20, 40), {"stalls": 0})
    states.clear()
    seat_plans.clear()
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator(".chair").first).to_be_attached()
    phone.evaluate("document.querySelector('seat-map').nearest = () => null")
    before = phone.evaluate("document.querySelector('seat-map').camera.scale")

    phone.evaluate(
        """() => document.querySelector("seat-map").tapped(
          { x: 0, y: 0, target: document.querySelector(".chair path") })"""
    )
    phone.wait_for_timeout(600)

    assert phone.evaluate("document.querySelector('seat-map').camera.scale") > before


def test_a_page_that_cannot_draw_the_seats_of_today_leads_to_them(
    served, riverside, at_riverside, phone
):
    event = make_seated(halls.arena(), ARENA, no_single_seats=False)
    states.clear()
    seat_plans.clear()
    phone.route(
        "**/section-drawing.js*",
        lambda route: route.fulfill(
            content_type="text/javascript", body="export const somethingElse = 1"
        ),
    )
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()

    phone.locator("a.block").nth(3).focus()
    phone.keyboard.press("Enter")

    phone.wait_for_url("**/sections/*")


def test_every_price_is_to_be_seen_on_a_phone(served, riverside, at_riverside, phone):
    event = make_seated(halls.arena(2_000), ARENA, no_single_seats=False)
    states.clear()
    seat_plans.clear()
    phone.goto(served.at(riverside, f"/events/{event.slug}"))
    expect(phone.locator(".prices button").first).to_be_attached()

    edges = phone.evaluate(
        """[...document.querySelectorAll(".prices__amount")]
          .map((amount) => amount.getBoundingClientRect().right)"""
    )

    assert len(edges) == 4
    assert max(edges) <= 390


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_lies_over_the_hall(served, riverside, play, phone, width):
    phone.set_viewport_size({"width": width, "height": 844})
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()

    window, tools = (phone.locator(one).bounding_box() for one in (".hall__window", ".hall__tools"))

    below = tools["y"] >= window["y"] + window["height"]
    assert below or tools["y"] + tools["height"] <= window["y"]
    assert tools["x"] + tools["width"] <= width
    assert all(one.bounding_box()["height"] >= 40 for one in phone.locator(".hall__tool").all())


def test_on_a_phone_the_hall_does_not_peep_out_beside_the_name_over_it(
    served, riverside, play, phone
):
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()

    window, here = (phone.locator(one).bounding_box() for one in (".hall__window", ".hall__here"))

    assert (here["x"], here["width"]) == (window["x"], window["width"])


def test_what_one_looks_for_stays_where_it_is_when_it_is_pressed(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}"))
    expect(phone.locator("seat-map[data-ready]")).to_be_attached()
    picks = phone.locator(".pick")
    where = "all => all.map((one) => [one.offsetLeft, one.offsetTop, one.offsetWidth])"
    before = picks.evaluate_all(where)

    for one in picks.locator("input").all():
        one.check(force=True)

    assert picks.evaluate_all(where) == before
