"""Buying in a real browser, on a phone, with script and without."""

import io
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.sales import holds, orders
from eventflow.sales.models import Hold, Order
from eventflow.tickets import issuing
from tests import factories

pytestmark = pytest.mark.browser

LIGHT = 60_000
"""Bytes over the wire that a buyer's page may take in all."""


def choose(page: Page, address: str, tier, quantity: int) -> None:
    page.goto(address)
    page.fill(f"#field-tier-{tier.id}", str(quantity))
    page.locator("running-total button").click()


def only_hold() -> Hold:
    return db.session.scalars(select(Hold).execution_options(populate_existing=True)).one()


def fill_in(page: Page) -> None:
    page.fill("#field-buyer_name", "Bea Buyer")
    page.fill("#field-buyer_email", "bea@example.com")
    page.wait_for_load_state()  # Before its style is there it has two buttons to be seen.
    page.locator("button.button--primary[form=checkout]:visible").click()


def wait_for_htmx(page):
    """Until the page's script listens; before that a keystroke is nobody's."""
    # Asked from outside: the page's own policy forbids what waiting for a function does in it.
    for _attempt in range(400):
        if page.evaluate("document.readyState === 'complete' && Boolean(window.htmx)"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("htmx did not come")


@pytest.mark.parametrize("kind", ["phone", "old_phone"])
def test_two_tickets_from_the_storefront_to_the_screen(kind, request, served, riverside, gala):
    page: Page = request.getfixturevalue(kind)
    stalls = gala.tiers[0]

    page.goto(served.at(riverside))
    page.get_by_role("link", name="Winter Gala").click()
    expect(page.get_by_role("heading", name="Winter Gala")).to_be_visible()
    page.fill(f"#field-tier-{stalls.id}", "2")
    page.locator("running-total button").click()
    expect(page.get_by_text("$1.55", exact=True)).to_be_visible()
    fill_in(page)
    expect(page.get_by_text("no money moves")).to_be_visible()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("The payment was declined")).to_be_visible()
    page.get_by_role("button", name="Pay $51.55").click()
    expect(page.get_by_role("heading", name="Here are your tickets")).to_be_visible()

    order = db.session.scalars(select(Order)).one()
    assert (order.status, order.total, order.buyer_name) == ("paid", 5155, "Bea Buyer")
    for ticket, shown in zip(order.tickets, page.locator(".ticket__qr").all(), strict=True):
        shown.scroll_into_view_if_needed()
        picture = Image.open(io.BytesIO(shown.screenshot()))
        [read] = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        assert read.text == issuing.code_of(ticket)
    assert page.troubles == []


def test_the_running_total_is_what_is_charged(served, riverside, gala, phone):
    stalls, circle = gala.tiers
    phone.goto(served.at(riverside, "/events/winter-gala"))

    phone.locator(f"#field-tier-{stalls.id} + button").click()
    phone.fill(f"#field-tier-{circle.id}", "2")

    expect(phone.get_by_role("button", name="Hold 3 tickets")).to_be_visible()
    shown = phone.locator("[data-total]").inner_text()
    phone.get_by_role("button", name="Hold 3 tickets").click()
    phone.wait_for_url("**/checkout/**")
    expect(phone.locator("button.button--primary[form=checkout]:visible")).to_have_text(
        f"Pay {shown}"
    )
    assert only_hold().totals.total == 10793


def test_back_from_paying_leads_on_though_a_field_had_to_be_put_right(
    served, riverside, gala, phone
):
    choose(phone, served.at(riverside, "/events/winter-gala"), gala.tiers[0], 1)
    phone.wait_for_url("**/checkout/**")
    phone.fill("#field-buyer_name", "Bea Buyer")
    phone.fill("#field-buyer_email", "bea@nowhere")
    phone.wait_for_load_state()
    pay = phone.locator("button.button--primary[form=checkout]:visible")
    pay.click()
    expect(phone.locator("#error-summary")).to_be_focused()

    phone.reload()
    expect(phone.locator("#field-buyer_email")).to_have_value("bea@nowhere")
    pay.click()
    expect(phone.locator("#error-summary")).to_be_focused()
    fill_in(phone)
    expect(phone.get_by_text("no money moves")).to_be_visible()
    phone.go_back()

    expect(phone.get_by_role("button", name="Pay")).to_be_visible()
    assert phone.troubles == []


def test_what_was_typed_is_there_after_a_reload(served, riverside, gala, phone):
    choose(phone, served.at(riverside, "/events/winter-gala"), gala.tiers[0], 1)
    phone.wait_for_url("**/checkout/**")
    wait_for_htmx(phone)
    phone.fill("#field-buyer_name", "Bea Buyer")
    with phone.expect_response("**/typed"):
        phone.keyboard.press("Tab")

    phone.reload()

    expect(phone.locator("#field-buyer_name")).to_have_value("Bea Buyer")
    expect(phone.locator("[data-clock]")).to_be_visible()


def test_the_page_says_by_itself_that_the_time_is_over(served, riverside, gala, phone):
    choose(phone, served.at(riverside, "/events/winter-gala"), gala.tiers[0], 1)
    phone.wait_for_url("**/checkout/**")
    with transaction():
        holds.find(only_hold().id).expires_at = now() + timedelta(seconds=2)
    phone.reload()

    expect(phone.get_by_role("heading", name="The time is over")).to_be_visible(timeout=15_000)
    phone.get_by_role("link", name="Choose again").click()
    expect(phone.locator("#tickets")).to_be_visible()


def test_a_lapsed_hold_is_explained_without_script(served, riverside, gala, old_phone):
    choose(old_phone, served.at(riverside, "/events/winter-gala"), gala.tiers[0], 1)
    with transaction():
        holds.find(only_hold().id).expires_at = now() - timedelta(seconds=1)

    fill_in(old_phone)

    expect(old_phone.get_by_role("heading", name="The time is over")).to_be_visible()


def test_without_script_a_refusal_is_where_one_looks(served, riverside, gala, old_phone):
    with transaction():
        way = {"venue_address": "\n".join(f"Turn {turn} on the way" for turn in range(24))}
        drafting.change(drafting.find(gala.slug), way, at=now())
    old_phone.goto(served.at(riverside, "/events/winter-gala"))
    old_phone.get_by_role("button", name="Hold").click()

    expect(old_phone.get_by_text("Choose at least one ticket")).to_be_in_viewport()


def test_back_at_the_event_its_holder_finds_the_way_on(served, riverside, gala, phone):
    event = served.at(riverside, "/events/winter-gala")
    choose(phone, event, gala.tiers[0], 5)
    phone.wait_for_url("**/checkout/*")
    # Sent before its script came, the form's own fragment stays behind the address.
    checkout = phone.url.partition("#")[0]

    phone.go_back()
    expect(phone.get_by_text("You are holding 5 tickets until")).to_be_visible()
    phone.goto(event)
    expect(phone.get_by_text("Sold out")).to_be_visible()
    phone.get_by_role("link", name="Go on to pay").click()
    phone.wait_for_url(checkout)
    phone.get_by_role("button", name="Give the tickets back").click()
    phone.wait_for_url(checkout)
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    for _time in range(2):
        phone.goto(event)
        phone.wait_for_load_state("networkidle")
    expect(phone.get_by_text("You are holding")).to_have_count(0)
    assert len([url for url in asked if url.endswith("/holding")]) == 1
    assert phone.troubles == []


@pytest.mark.parametrize("kind", ["phone", "old_phone"])
def test_who_comes_too_late_is_told_and_keeps_the_choice(kind, request, served, riverside, gala):
    page: Page = request.getfixturevalue(kind)
    stalls, circle = gala.tiers
    page.goto(served.at(riverside, "/events/winter-gala"))
    page.fill(f"#field-tier-{stalls.id}", "2")
    page.fill(f"#field-tier-{circle.id}", "1")
    factories.hold(gala, 4)

    page.locator("running-total button").click()

    expect(page.get_by_text("There are not that many tickets left")).to_be_visible()
    expect(page.locator(f"#field-tier-{circle.id}")).to_have_value("1")
    assert len(db.session.scalars(select(Hold)).all()) == 1


def test_more_than_is_left_stays_as_typed_and_is_refused_in_words(served, riverside, gala, phone):
    stalls = gala.tiers[0]
    phone.goto(served.at(riverside, "/events/winter-gala"))
    phone.locator("running-total button").click()
    expect(phone.get_by_text("Choose how many tickets first.")).to_be_visible()

    phone.fill(f"#field-tier-{stalls.id}", "11")
    phone.locator("running-total button").click()

    expect(phone.get_by_text("At most 5 can be had here.")).to_be_visible()
    expect(phone.locator(f"#field-tier-{stalls.id}")).to_have_value("11")
    assert db.session.scalar(select(Hold)) is None

    phone.fill(f"#field-tier-{stalls.id}", "5")
    phone.locator("running-total button").click()
    phone.wait_for_url("**/checkout/**")


def test_what_sells_out_meanwhile_shows_without_losing_the_rest(served, riverside, gala, phone):
    stalls, circle = gala.tiers
    phone.goto(served.at(riverside, "/events/winter-gala"))
    phone.fill(f"#field-tier-{circle.id}", "2")
    wait_for_htmx(phone)
    factories.hold(gala, 5)

    # What the clock would do every fifteen seconds.
    for _try in range(20):
        with phone.expect_response("**/availability**"):
            phone.evaluate("document.querySelector('poll-when-visible').ask()")
        if "Sold out" in phone.locator(f"#availability-{stalls.id}").inner_text():
            break
        phone.wait_for_timeout(250)

    expect(phone.locator(f"#availability-{stalls.id}")).to_have_text("Sold out")
    expect(phone.locator(f"#field-tier-{stalls.id}")).to_be_hidden()
    expect(phone.locator(f"#field-tier-{circle.id}")).to_have_value("2")
    assert phone.troubles == []


def test_the_order_page_turns_into_tickets_by_itself(served, riverside, gala, phone):
    order = factories.order(riverside, gala, 1)
    phone.goto(served.at(riverside, f"/orders/{order.code}?secret={order.secret}"))
    expect(phone.get_by_role("heading", name="Waiting for your payment")).to_be_visible()

    factories.pay(orders.find(order.code))

    expect(phone.get_by_role("heading", name="Here is your ticket")).to_be_visible(timeout=15_000)


def test_every_page_of_a_sale_is_light(served, riverside, gala, phone):
    placed = factories.hold(gala, 1)
    paid = factories.pay(factories.order(riverside, gala, 2))
    secret = f"?secret={paid.secret}"
    weights = {
        path: weigh(phone, served.at(riverside, path))
        for path in (
            "/",
            "/events/winter-gala",
            f"/checkout/{placed.id}",
            f"/orders/{paid.code}{secret}",
            f"/tickets/{paid.tickets[0].id}{secret}",
            "/orders/find",
        )
    }
    weights["the base host"] = weigh(phone, served.at(None))
    weights["the list"] = weigh(phone, served.at(None, "/events"))

    assert {path: weight for path, weight in weights.items() if weight >= LIGHT} == {}
    assert phone.troubles == []


def weigh(page: Page, address: str) -> int:
    """Bytes over the wire, headers included, with nothing in the cache."""
    session = page.context.new_cdp_session(page)
    received: list[int] = []
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda e: received.append(int(e["encodedDataLength"])))
    page.goto(address, wait_until="networkidle")
    session.detach()
    assert received
    return sum(received)
