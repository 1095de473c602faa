"""The list of seats in a real browser: by keys, sifted, and refused, with script and without."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventflow.db import db, transaction
from eventflow.sales import holds, seat_plans
from eventflow.sales.models import Hold
from eventflow.seating import states
from tests.browser.test_choosing_seats import labels, others_take
from tests.seating import halls
from tests.seating.theatres import make_seated

pytestmark = pytest.mark.browser

EITHER_WAY = pytest.mark.parametrize("kind", ["phone", "old_phone"])
"""With script and without."""
THEATRE = {"premium": 1, "stalls": 0, "circle": 1, "boxes": 1}


def seated(drawing, prices):
    event = make_seated(drawing, prices)
    states.clear()
    seat_plans.clear()
    return event


@pytest.fixture
def play(at_riverside):
    """Three rows of eight Stalls at 25.00; the first seat is a wheelchair place."""
    drawing = halls.room()
    drawing["sections"][0]["rows"][0]["seats"][0]["kind"] = "accessible"
    return seated(drawing, {"stalls": 0})


def box(page: Page, row: str, number: int):
    group = page.get_by_role("group", name=f"Row {row}")
    return group.get_by_role("checkbox", name=re.compile(rf"seat {number}, "))


@EITHER_WAY
def test_from_any_row_a_key_leads_to_the_button(kind, request, served, riverside, play):
    page: Page = request.getfixturevalue(kind)
    page.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    box(page, "A", 4).check()

    box(page, "B", 7).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("On to holding the ticked seats")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("running-total button")).to_be_focused()


@EITHER_WAY
def test_enter_on_a_seat_holds_what_is_ticked(kind, request, served, riverside, play):
    page: Page = request.getfixturevalue(kind)
    page.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    expect(page.get_by_text("Enter on any seat holds what is ticked")).to_be_visible()

    for number in (4, 5):
        box(page, "A", number).check()
    box(page, "A", 5).press("Enter")

    expect(page.get_by_label("Your name")).to_be_visible()
    assert labels() == ["Stalls A4", "Stalls A5"]


def test_enter_with_nothing_ticked_leaves_one_where_one_is(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    expect(phone.get_by_role("button", name="Show these seats")).to_be_hidden()

    box(phone, "B", 4).press("Enter")

    expect(phone.get_by_text("Tick a seat first.")).to_be_visible()
    expect(box(phone, "B", 4)).to_be_focused()


@EITHER_WAY
def test_what_is_refused_is_said_where_the_keys_are(kind, request, served, riverside, play):
    page: Page = request.getfixturevalue(kind)
    page.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    box(page, "A", 1).check()
    box(page, "A", 1).press("Enter")

    refusal = page.get_by_role("group", name=re.compile("wheelchair"))
    expect(refusal).to_be_focused()
    expect(refusal.get_by_role("alert")).to_be_in_viewport()
    expect(box(page, "A", 1)).to_be_checked()


@EITHER_WAY
def test_the_list_is_sifted_and_no_tick_is_lost(kind, request, served, riverside, at_riverside):
    page: Page = request.getfixturevalue(kind)
    event = seated(halls.theatre(), THEATRE)
    others_take(event, 0, 1, 2, 3)
    page.goto(served.at(riverside, f"/events/{event.slug}/seats/list"))
    ticked = page.locator("input[value=k400]")
    ticked.check()
    page.locator("input[value=k401]").check()

    page.get_by_label("Only free seats").check()
    page.get_by_label("Price").select_option("premium")
    if kind == "old_phone":
        page.get_by_role("button", name="Show these seats").click()

    expect(page.get_by_text("Seats shown: 286")).to_be_visible()
    expect(page.locator("#seat-k1")).to_be_hidden()
    expect(page.locator("#seat-k5")).to_be_visible()
    expect(page.locator("#seat-k402")).to_be_hidden()
    expect(ticked).to_be_visible()
    expect(ticked).to_be_checked()
    circle = page.get_by_role("region", name="Circle")
    expect(circle.get_by_text("no such seats here")).to_be_visible()
    expect(circle.get_by_role("group")).to_have_count(0)

    page.get_by_role("button", name=re.compile("^Hold ")).click()
    expect(page.get_by_label("Your name")).to_be_visible()
    assert labels() == ["Stalls M4", "Stalls M5"]


def test_enter_on_what_sifts_holds_nothing(served, riverside, play, phone):
    phone.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    expect(phone.get_by_role("button", name="Show these seats")).to_be_hidden()
    others_take(play, 8, 9)
    box(phone, "A", 4).check()
    box(phone, "A", 5).check()

    phone.get_by_label("Only free seats").focus()
    for key in ("Space", "Enter"):
        phone.keyboard.press(key)

    expect(phone.get_by_label("Only free seats")).to_be_checked()
    expect(phone.get_by_label("Only free seats")).to_be_focused()
    assert labels() == []


def test_a_sifted_list_follows_others_and_nothing_goes_from_under_a_finger(
    served, riverside, play, phone
):
    others_take(play, 8, 9)
    phone.goto(served.at(riverside, f"/events/{play.slug}/seats/list"))
    row = phone.get_by_role("group", name="Row B")
    phone.get_by_label("Only free seats").check()
    expect(row.get_by_role("checkbox")).to_have_count(6)
    expect(row).to_contain_text("Row B, Stalls, 6 of 8 free")

    others_take(play, 10, 11)
    expect(row).to_contain_text("Row B, Stalls, 4 of 8 free", timeout=5_500)
    expect(phone.locator("#seat-k11 b")).to_have_text("held")
    expect(phone.locator("#seat-k11")).to_be_visible()

    with transaction():
        for hold in db.session.scalars(select(Hold).where(Hold.buyer == "carl")):
            holds.give_back(hold)
    states.forget(play.id)
    expect(phone.locator("#seat-k9")).to_be_visible(timeout=5_500)
    expect(row).to_contain_text("Row B, Stalls, 8 of 8 free")


@pytest.mark.parametrize("width", [320, 390])
def test_how_many_are_left_stands_beside_what_they_cost(
    served, riverside, at_riverside, phone, width
):
    drawing = halls.theatre()
    drawing["sections"][1]["name"] = "Dress circle, looking onto the stage from the side"
    drawing["sections"][2]["name"] = "Gesellschaftslogen"
    event = seated(drawing, THEATRE)
    phone.set_viewport_size({"width": width, "height": 800})
    phone.goto(served.at(riverside, f"/events/{event.slug}/seats/list"))

    for section in phone.locator(".sections__section").all():
        cost, left = (
            section.locator(part).bounding_box() for part in (".sections__price", ".sections__left")
        )
        assert cost and left
        assert abs(cost["y"] - left["y"]) < 3, section.inner_text()
    assert phone.evaluate("document.documentElement.scrollWidth") == width
