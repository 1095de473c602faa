"""Another seat for a sold ticket, in a real browser: by touch, from the list, at the box office."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from eventflow.db import db, now, transaction
from eventflow.sales import orders, seat_plans
from eventflow.seating import pricing, states
from tests.browser.test_choosing_seats import others_take
from tests.browser.test_organizing import come_in
from tests.sales.test_seats import buy, take
from tests.seating import halls
from tests.seating.theatres import a_drawing, a_row, make_seated

pytestmark = pytest.mark.browser

MINE = re.compile("chair--mine")


@pytest.fixture
def play(at_riverside):
    """Three rows of eight at 25.00, whose buyers may change seats until tomorrow."""
    event = make_seated(halls.room(), {"stalls": 0})
    with transaction():
        pricing.find(event).swap_until = now() + timedelta(days=1)
    states.clear()
    seat_plans.clear()
    return event


@pytest.fixture
def order(at_riverside, play):
    return buy(at_riverside, take(play, 0, 1))


def seat(page: Page, words: str):
    return page.locator(f"[data-chairs] .chair[aria-label*='{words},' i]")


def card(page: Page):
    return page.locator("[data-card]")


def open_map(page: Page, address: str) -> None:
    """Until the ticket's own seat is there to be seen."""
    page.goto(address)
    expect(seat(page, "Row A, seat 1")).to_have_class(MINE)


def places_of(order) -> list[str]:
    db.session.expire_all()
    return [ticket.seat_label for ticket in orders.find(order.code).tickets]


def test_a_buyer_comes_from_the_order_and_takes_a_seat_on_the_map(served, riverside, order, phone):
    phone.goto(served.at(riverside, f"/orders/{order.code}?secret={order.secret}"))
    expect(phone.get_by_text("Seats can be changed for other free ones")).to_be_visible()
    phone.get_by_role("link", name="Change the seat").first.click()
    expect(seat(phone, "Row A, seat 1")).to_have_class(MINE)

    expect(seat(phone, "Row A, seat 2")).to_have_attribute("data-s", "s")
    seat(phone, "Row A, seat 2").click()
    expect(card(phone)).to_have_text("Somebody else has this seat.")
    seat(phone, "Row A, seat 3").click()
    expect(card(phone)).to_contain_text("From Stalls, row A, seat 1 to Stalls, row A, seat 3")
    expect(card(phone)).to_contain_text("The code you have stops working at once")
    expect(card(phone).get_by_role("button", name="Change to Stalls A3")).to_be_in_viewport()
    assert places_of(order) == ["Stalls A1", "Stalls A2"]
    card(phone).get_by_role("link", name="Leave it as it is").click()
    expect(card(phone)).to_contain_text("Press a free seat on the map")
    seat(phone, "Row A, seat 3").click()
    card(phone).get_by_role("button", name="Change to Stalls A3").click()

    expect(phone.get_by_text("Your ticket is for Stalls A3 now.")).to_be_visible()
    assert places_of(order) == ["Stalls A3", "Stalls A2"]
    phone.go_back()
    expect(seat(phone, "Row A, seat 3")).to_have_class(MINE)
    assert phone.troubles == []


def test_a_seat_that_goes_meanwhile_is_answered_with_others(served, riverside, play, order, phone):
    ticket = order.tickets[0]
    open_map(phone, served.at(riverside, f"/tickets/{ticket.id}/seat?secret={ticket.secret}"))
    seat(phone, "Row A, seat 3").click()
    expect(card(phone).get_by_role("button", name="Change to Stalls A3")).to_be_visible()

    others_take(play, 2, 3)

    expect(card(phone)).to_contain_text("Stalls A3 is sold or held by somebody else.")
    expect(card(phone)).to_contain_text("Nothing was changed.")
    card(phone).get_by_role("link", name="Stalls A5", exact=True).click()
    expect(card(phone)).to_contain_text("to Stalls, row A, seat 5")
    card(phone).get_by_role("button", name="Change to Stalls A5").click()
    expect(phone.get_by_text("Your ticket is for Stalls A5 now.")).to_be_visible()
    assert phone.troubles == []


def test_by_keys_alone(served, riverside, order, page):
    ticket = order.tickets[0]
    open_map(page, served.at(riverside, f"/tickets/{ticket.id}/seat?secret={ticket.secret}"))
    page.locator("a.block").first.focus()
    page.keyboard.press("Enter")
    expect(seat(page, "Row A, seat 1")).to_be_focused()
    for _step in range(2):
        page.keyboard.press("ArrowRight")
    expect(seat(page, "Row A, seat 3")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page)).to_be_focused()
    expect(card(page)).to_contain_text("to Stalls, row A, seat 3")
    page.keyboard.press("Escape")
    expect(seat(page, "Row A, seat 3")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Your ticket is for Stalls A3 now.")).to_be_visible()


def test_the_list_does_it_without_script(served, riverside, order, old_phone):
    ticket = order.tickets[0]
    old_phone.goto(served.at(riverside, f"/tickets/{ticket.id}/seat?secret={ticket.secret}"))
    expect(old_phone.locator("seat-map")).to_be_hidden()
    old_phone.get_by_label("Stalls A3").check()
    old_phone.get_by_role("button", name="Go on").click()
    expect(old_phone.get_by_text("From Stalls, row A, seat 1")).to_be_visible()
    old_phone.get_by_role("button", name="Change to Stalls A3").click()

    expect(old_phone.get_by_text("Your ticket is for Stalls A3 now.")).to_be_visible()


def test_the_box_office_moves_a_party_to_another_table(served, at_riverside, sam, phone):
    tables = [a_row(str(n), 4, y=n * 200.0, kind="table", whole=True) for n in (1, 2)]
    event = make_seated(a_drawing(*tables, a_row("A", 4, y=700.0)))
    order = buy(at_riverside, take(event, 0, 1, 2, 3))
    states.clear()
    here = f"/manage/tickets/{order.tickets[0].id}/seat"
    come_in(phone, served, at_riverside, sam, here)

    expect(seat(phone, "Row A, seat 1")).to_have_attribute("data-s", "b")
    seat(phone, "Row A, seat 1").click()
    expect(card(phone)).to_have_text(
        "Only whole tables that are free and large enough can be chosen."
    )
    seat(phone, "Table 2, seat 3").click()
    expect(card(phone)).to_contain_text("From Stalls, Table 1 to Stalls, Table 2")
    card(phone).get_by_role("button", name="Move them to Stalls, Table 2").click()

    expect(phone.get_by_text("The 4 tickets are for Stalls, Table 2 now.")).to_be_visible()
    assert places_of(order) == [f"Stalls 2-{n}" for n in (1, 2, 3, 4)]
