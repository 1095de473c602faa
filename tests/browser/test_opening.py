"""Opening a box office in a real browser, with script and without, and working in its console."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PASSWORD = "a walk along the quay"


@pytest.mark.parametrize("kind", ["phone", "old_phone"])
def test_from_the_form_into_ones_own_console(kind, request, served):
    page: Page = request.getfixturevalue(kind)

    page.goto(served.at(path="/sign-up"))
    page.get_by_label("Name of your box office").fill("Quay Stage")
    page.get_by_label("Its address").fill("quay")
    there = page.get_by_label("Its address").bounding_box()
    assert there and there["width"] > 120, "room to see what one types, whatever the domain"
    if kind == "phone":
        expect(page.get_by_text(f"quay.{served.domain} is free.")).to_be_visible()
    page.get_by_label("Your name").fill("Quinn")
    page.get_by_label("Your e-mail").fill("quinn@example.com")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("Currency you sell in").select_option("EUR")
    page.get_by_role("button", name="Open the box office").click()
    page.wait_for_url(f"http://quay.{served.domain}/manage/")

    page.goto(f"http://quay.{served.domain}/manage/tokens")
    page.get_by_label("What is it for?").fill("Website")
    page.get_by_label("admin").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("We keep no copy")).to_be_visible()

    page.goto(f"http://quay.{served.domain}/manage/settings")
    page.get_by_label("Name", exact=True).fill("Quay House")
    page.get_by_role("button", name="Keep these settings").click()
    expect(page.get_by_text("The settings are kept.")).to_be_visible()

    page.goto(f"http://quay.{served.domain}/manage/audit")
    expect(page.get_by_text("Changed the name")).to_be_visible()
    expect(page.get_by_text("Made the API token Website for admin")).to_be_visible()

    page.goto(f"http://quay.{served.domain}/account")
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("**/sign-in")
    page.goto(f"http://quay.{served.domain}/manage/settings")
    page.get_by_role("link", name="Come in by way of EventFlow").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Quay House")
    assert page.troubles == []


def test_an_address_is_suggested_until_one_is_typed(phone, served):
    phone.goto(served.at(path="/sign-up"))
    name, address = phone.get_by_label("Name of your box office"), phone.get_by_label("Its address")
    name.press_sequentially("Füße & Hände e. V.")
    expect(address).to_have_value("fusse-hande-e-v")
    expect(phone.get_by_text(f"fusse-hande-e-v.{served.domain} is free.")).to_be_visible()

    address.fill("feet")
    name.fill("Feet of Hamburg")
    expect(address).to_have_value("feet")

    address.fill("")
    name.fill("Hands of Hamburg")
    expect(address).to_have_value("hands-of-hamburg")


def test_a_colour_is_seen_before_it_is_kept(phone, served, riverside, olivia):
    phone.goto(served.at(riverside, "/sign-in?next=/manage/settings"))
    phone.get_by_label("E-mail").fill(olivia.email)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    swatch = phone.locator("#accent-preview rect").first
    expect(swatch).to_have_attribute("fill", "#b3361e")
    phone.wait_for_load_state()  # What listens to the field comes with the page's scripts.

    phone.get_by_label("Brand colour").fill("#00aa33")

    expect(swatch).not_to_have_attribute("fill", "#b3361e")
    assert phone.troubles == []
