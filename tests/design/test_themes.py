"""Light and dark, and what is left without script."""

import pytest
from playwright.sync_api import expect

from eventflow.brand import DARK, LIGHT, hex_of

pytestmark = pytest.mark.browser

BACKGROUND = """() => {
  const canvas = document.createElement("canvas").getContext("2d")
  canvas.fillStyle = getComputedStyle(document.body).backgroundColor
  canvas.fillRect(0, 0, 1, 1)
  const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data
  return "#" + [red, green, blue].map(part => part.toString(16).padStart(2, "0")).join("")
}"""
PAPER = {"light": hex_of(*LIGHT["paper"]), "dark": hex_of(*DARK["paper"])}


@pytest.mark.parametrize("device", ["light", "dark"])
def test_the_page_follows_the_device(gallery, browser, device):
    page = browser.new_page(color_scheme=device)

    page.goto(f"{gallery.address}/styles")

    assert page.evaluate(BACKGROUND) == PAPER[device]
    page.close()


def test_a_choice_outlives_the_page_and_never_flashes(gallery, browser):
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.goto(f"{gallery.address}/styles")
    page.get_by_label("Dark", exact=True).check()
    assert page.evaluate(BACKGROUND) == PAPER["dark"]

    # With every script that is not in the way of the first paint held back.
    again = context.new_page()
    again.route("**/theme-switch.js", lambda route: route.abort())
    again.goto(f"{gallery.address}/styles", wait_until="domcontentloaded")
    assert again.evaluate(BACKGROUND) == PAPER["dark"]

    page.get_by_label("As the device says").check()
    assert page.evaluate(BACKGROUND) == PAPER["light"]
    context.close()


def test_a_ticket_is_paper_in_the_dark(gallery, browser):
    page = browser.new_page(color_scheme="dark")
    page.goto(f"{gallery.address}/styles")

    body = page.locator(".ticket__body").first
    red, green, blue = page.evaluate(
        """body => {
            const canvas = document.createElement("canvas").getContext("2d")
            canvas.fillStyle = getComputedStyle(body).backgroundColor
            canvas.fillRect(0, 0, 1, 1)
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
        }""",
        body.element_handle(),
    )

    assert min(red, green, blue) > 240
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_sticks_out(gallery, browser, width):
    page = browser.new_page(viewport={"width": width, "height": 800})

    page.goto(f"{gallery.address}/styles")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_without_script_there_are_no_dead_controls(gallery, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{gallery.address}/styles")

    expect(page.get_by_label("How many: Stalls")).to_be_editable()
    for dead in ("One more: Stalls", "Show password", "Copy", "Close this message"):
        expect(page.get_by_role("button", name=dead)).to_have_count(0)
    expect(page.get_by_label("Dark", exact=True)).to_be_hidden()
    context.close()


def test_both_switches_of_the_console_agree(gallery, page):
    page.goto(
        gallery.hang('{% extends "layouts/organizer.html" %}{% block title %}T{% endblock %}')
    )
    switches = page.locator("theme-switch")
    expect(switches.get_by_label("As the device says")).to_have_count(2)

    switches.last.get_by_label("Dark", exact=True).check()

    for switch in switches.all():
        expect(switch.get_by_label("Dark", exact=True)).to_be_checked()
