"""Making an event in a real browser: on a wide screen and on a phone, with script and without."""

from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from eventflow.accounts.models import Tenant, User
from eventflow.db import db
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.pictures import Picture
from eventflow.tenancy import acting_for
from tests import factories
from tests.browser.conftest import PHONE, Served, _watched
from tests.people import PASSWORD

pytestmark = pytest.mark.browser

SIZES = {"desk": {"width": 1280, "height": 800}, "phone": PHONE}


@pytest.fixture(params=["desk", "phone"])
def organizer(request, browser: Browser) -> Iterator[Page]:
    """Somebody at a desk, and somebody on a phone; with script."""
    context = browser.new_context(viewport=SIZES[request.param], timezone_id="Europe/Vienna")
    yield _watched(context)
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES["desk"])
    yield _watched(context)
    context.close()


def come_in(page: Page, served: Served, tenant: Tenant, user: User, path: str) -> None:
    page.goto(served.at(tenant, f"/sign-in?next={path}"))
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{path}")


def fits(page: Page) -> bool:
    return page.locator("html").evaluate("(root) => root.scrollWidth <= innerWidth")


def kept(slug: str) -> Event:
    db.session.rollback()
    return db.session.scalars(
        select(Event).where(Event.slug == slug).execution_options(populate_existing=True)
    ).one()


def go_on(page: Page) -> None:
    assert fits(page), page.url
    page.locator(".toolbar .button--primary").click()
    page.wait_for_load_state()


def fill_in_the_wizard(page: Page) -> None:
    page.get_by_label("Title").fill("Night on the Quay")
    page.get_by_label("Summary").fill("Three boats, one brass band.")
    page.get_by_label("Description").fill("Bring a **coat**.")
    go_on(page)
    page.get_by_label("Starts").fill("2031-06-14T21:00")
    page.get_by_label("Ends").fill("2031-06-15T01:00")
    page.get_by_label("Place", exact=True).fill("The Quay")
    go_on(page)
    page.get_by_label("Name", exact=True).fill("On deck")
    page.get_by_label("Price", exact=True).fill("25")
    page.get_by_label("How many").fill("40")
    go_on(page)


def test_whoever_signs_up_sells_the_first_ticket(organizer, served, app, phone):
    organizer.goto(served.at(path="/sign-up"))
    organizer.get_by_label("Name of your box office").fill("Quay Stage")
    organizer.get_by_label("Its address").fill("quay")
    organizer.get_by_label("Your name").fill("Quinn")
    organizer.get_by_label("Your e-mail").fill("quinn@example.com")
    organizer.get_by_label("Choose a password").fill(PASSWORD)
    organizer.get_by_label("Currency you sell in").select_option("EUR")
    organizer.get_by_role("button", name="Open the box office").click()
    home = f"http://quay.{served.domain}"

    expect(organizer.get_by_role("heading", name="Your first event")).to_be_visible()
    organizer.get_by_role("link", name="New event").click()
    fill_in_the_wizard(organizer)
    expect(organizer.get_by_role("heading", name="Ready to go on sale")).to_be_visible()
    organizer.get_by_role("button", name="Put it on sale").click()
    expect(organizer.get_by_text("Night on the Quay is on sale.")).to_be_visible()
    assert fits(organizer)

    phone.goto(home)
    phone.get_by_role("link", name="Night on the Quay").click()
    expect(phone.get_by_text("Sat 14 Jun 2031").first).to_be_visible()
    phone.locator("[id^=field-tier-]").fill("1")
    phone.locator("running-total button").click()
    phone.fill("#field-buyer_name", "Bea Buyer")
    phone.fill("#field-buyer_email", "bea@example.com")
    phone.wait_for_load_state()  # Before its style is there it has two buttons to be seen.
    phone.locator("button.button--primary[form=checkout]:visible").click()
    phone.get_by_role("button", name="Pay €25.93").click()
    expect(phone.get_by_role("heading", name="Here is your ticket")).to_be_visible()

    organizer.reload()
    sold = organizer.locator(".stat", has_text="Sold").first
    expect(sold.locator(".figure")).to_have_text("1")
    expect(organizer.locator(".stat", has_text="Income")).to_contain_text("€25.93")
    organizer.goto(home + "/manage/")
    expect(organizer.locator(".glance")).to_contain_text("1 of 40")
    assert fits(organizer)
    assert organizer.troubles == phone.troubles == []


def test_the_wizard_needs_no_script(old_phone, served, riverside, northgate, olivia):
    page = old_phone
    come_in(page, served, riverside, olivia, "/manage/events/new")

    page.get_by_label("Title").fill("Night on the Quay")
    page.get_by_label("Description").fill("Bring a **coat**.")
    page.get_by_role("button", name="Show how it reads").click()
    expect(page.locator("#description-preview strong")).to_have_text("coat")
    page.get_by_label("Title").press("Enter")
    page.get_by_label("Place", exact=True).fill("The Quay")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Title")).to_have_value("Night on the Quay")
    go_on(page)
    expect(page.get_by_label("Place", exact=True)).to_have_value("The Quay")
    page.get_by_label("Starts").fill("2031-06-14T21:00")
    page.get_by_label("Ends").fill("2031-06-15T01:00")
    go_on(page)
    for name, price in (("On deck", "25"), ("Below", "15")):
        row = page.locator("#tier-rows > li").last
        row.get_by_label("Name", exact=True).fill(name)
        row.get_by_label("Price", exact=True).fill(price)
        row.get_by_label("How many").fill("40")
        page.get_by_role("button", name="Add a tier").click()
    page.get_by_role("button", name="Move Below up").click()
    go_on(page)
    page.get_by_role("button", name="Put it on sale").click()
    expect(page.get_by_text("Night on the Quay is on sale.")).to_be_visible()

    with acting_for(riverside.id):
        event = kept("night-on-the-quay")
        assert [(t.name, t.price) for t in event.tiers] == [("Below", 1500), ("On deck", 2500)]
        assert event.status == "published"


def test_the_price_list_redraws_what_changes_and_nothing_else(
    organizer, served, riverside, olivia, gala
):
    page = organizer
    come_in(page, served, riverside, olivia, "/manage/events/winter-gala/edit/3")
    rows = page.locator("#tier-rows > li")
    rows.first.get_by_text("More about it").click()
    rows.first.get_by_label("Description").fill("Kept while others come and go")

    page.get_by_role("button", name="Add a tier").click()
    expect(rows).to_have_count(3)
    expect(rows.last.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Box")
    rows.last.get_by_label("How many").fill("4")
    rows.last.get_by_label("Price", exact=True).fill("90")
    page.keyboard.press("Tab")
    expect(page.locator("#fee-example")).to_contain_text("$92.55")
    page.locator("#fee-mode").get_by_text("You", exact=True).click()
    expect(page.locator("#fee-example")).to_contain_text("$87.45")

    rows.first.get_by_role("button", name="Add an early price").click()
    rows.first.get_by_label("Early price").fill("20")
    rows.first.get_by_label("It holds until").fill("2031-01-01T00:00")
    page.get_by_role("button", name="Let tiers share a room").click()
    room = page.locator("#shared-rows > li").last
    room.get_by_label("Name of the room").fill("Hall")
    room.get_by_label("Room for").fill("7")
    room.get_by_label("Stalls").check()
    room.get_by_label("Box").check()
    page.get_by_role("button", name="Remove Circle").click()
    expect(page.get_by_text("goes when you save")).to_be_visible()
    expect(rows.first.get_by_label("Description")).to_have_value("Kept while others come and go")
    expect(rows.first.get_by_label("Description")).to_be_visible()
    up = rows.last.locator("[id^=up-]")
    name = up.get_attribute("id")
    up.click()
    expect(page.locator(f"#{name}")).to_be_focused()
    page.locator(f"#{name}").click()
    expect(rows.first.get_by_label("Name", exact=True)).to_have_value("Box")
    expect(rows.first.locator("[id^=down-]")).to_be_focused()
    go_on(page)

    page.wait_for_url("**/manage/events/winter-gala")
    event = kept("winter-gala")
    assert [(t.name, t.price) for t in event.tiers] == [("Box", 9000), ("Stalls", 2500)]
    assert [step.price for step in event.tiers[1].price_steps] == [2000]
    assert event.fee_mode == "absorbed"
    assert [(s.name, s.capacity) for s in event.stocks if s.kind == "shared"] == [("Hall", 7)]
    assert page.troubles == []


def test_the_description_reads_while_one_types(desk, served, riverside, olivia, gala):
    come_in(desk, served, riverside, olivia, "/manage/events/winter-gala/edit/1")

    desk.get_by_label("Description").press_sequentially("Some *waltzes*")

    expect(desk.locator("#description-preview em")).to_have_text("waltzes")
    assert desk.troubles == []


def test_leaving_unsaved_words_is_asked_about(desk, served, riverside, olivia, gala):
    come_in(desk, served, riverside, olivia, "/manage/events/winter-gala/edit/1")
    desk.get_by_label("Summary").fill("Unsaved")
    asked = []
    desk.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    desk.get_by_role("link", name="Events").first.click()

    desk.wait_for_url("**/manage/")
    assert asked == ["beforeunload"]


def test_the_picture_is_cut_around_what_one_points_at(
    organizer, served, riverside, olivia, at_riverside, tmp_path
):
    factories.make_event(publish=False)
    page, path = organizer, "/manage/events/winter-gala/edit/4"
    picture = tmp_path / "poster.png"
    Image.linear_gradient("L").resize((900, 1200)).convert("RGB").save(picture)
    come_in(page, served, riverside, olivia, path)

    page.get_by_label("A picture").set_input_files(picture)
    page.get_by_role("button", name="Use this picture").click()
    expect(page.get_by_text("The picture is kept.")).to_be_visible()
    before = Picture.from_json(kept("winter-gala").cover)
    shown = page.locator("[data-picture]")
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    with page.expect_response("**/cover/focus"):
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.9)
    expect(page.locator(".focus__cuts img").first).not_to_have_attribute(
        "src", before.at_least(800).url
    )
    after = Picture.from_json(kept("winter-gala").cover)
    assert after.focus[1] == pytest.approx(0.9, abs=0.02)
    assert after.source == before.source

    page.get_by_label("What the picture shows").fill("A band on a boat")
    with page.expect_response("**/cover/focus"):
        page.keyboard.press("Tab")
    assert kept("winter-gala").cover_alt == "A band on a boat"
    assert fits(page)
    assert page.troubles == []


def test_the_preview_link_opens_copies_and_closes(
    desk, phone, served, riverside, olivia, at_riverside
):
    factories.make_event(publish=False)
    come_in(desk, served, riverside, olivia, "/manage/events/winter-gala/edit/4")
    desk.get_by_role("button", name="Make a preview link").click()
    link = desk.locator("#preview code").inner_text()

    phone.goto(link)
    expect(phone.get_by_role("heading", name="Winter Gala")).to_be_visible()
    desk.get_by_role("button", name="Close it").click()
    expect(desk.get_by_text("shows nothing any more")).to_be_visible()
    assert phone.goto(link).status == 404
    assert drafting.find("winter-gala").preview_token is None


def test_keys_lead_through_the_console(desk, served, riverside, olivia, gala):
    come_in(desk, served, riverside, olivia, "/manage/events/winter-gala")

    desk.keyboard.press("g")
    desk.keyboard.press("e")
    desk.wait_for_url("**/manage/")
    desk.keyboard.press("/")
    desk.keyboard.type("opera")
    expect(desk.get_by_role("heading", name="No event fits")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.locator("h1").click()
    desk.keyboard.press("n")
    desk.wait_for_url("**/manage/events/new")
    assert desk.troubles == []
