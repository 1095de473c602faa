"""The elements of forms and of the console, in a real browser under the real content policy."""

import pytest
from playwright.sync_api import Dialog, Page, expect

pytestmark = pytest.mark.browser

REFUND = """{% from "components/buttons.html" import confirm_button %}
{{ confirm_button("Refund", "/desk/refund", "Refund $20.00 to Bea?", "Refund $20.00 to Bea",
                  hidden={"ticket": "7"}) }}"""


def test_nothing_is_sent_while_the_question_stands(gallery, page):
    gallery.answer("refund", "<h1>Done</h1>")
    page.goto(gallery.hang(REFUND))

    page.get_by_role("button", name="Refund", exact=True).click()
    expect(page.get_by_role("dialog", name="Refund $20.00 to Bea?")).to_be_visible()
    page.get_by_role("button", name="Leave it as it is").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert gallery.received == []

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_role("button", name="Refund $20.00 to Bea").click()
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert gallery.received == [("refund", {"ticket": "7", "sure": "1"})]


REFUND_BY_HTMX = """<script src="/static/js/confirm-dialog.js" type="module"></script>
<confirm-dialog><form hx-post="/desk/refund"><input type="hidden" name="ticket" value="7">
  <button>Refund</button></form><dialog>
  <button type="button" data-confirm>Refund $20.00 to Bea</button>
  <button type="button" data-cancel>Leave it as it is</button></dialog></confirm-dialog>"""


def test_htmx_waits_for_the_answer_too(gallery, page):
    gallery.answer("refund", "Done")
    page.goto(gallery.hang(REFUND_BY_HTMX))

    page.get_by_role("button", name="Refund", exact=True).click()
    page.get_by_role("button", name="Leave it as it is").click()
    assert gallery.received == []

    page.get_by_role("button", name="Refund", exact=True).click()
    with page.expect_response("**/desk/refund"):
        page.get_by_role("button", name="Refund $20.00 to Bea").click()
    assert gallery.received == [("refund", {"ticket": "7"})]


DIRTY = """{% from "components/forms.html" import field, form %}
{% from "components/buttons.html" import button %}
{% call form("/desk/save", dirty=True) %}
{{ field("Title", "title", "Gala") }}{{ button("Save") }}
{% endcall %}
<a href="/styles">Away</a>"""


def questions(page: Page) -> list[str]:
    """What the browser asks from now on; it is told to stay."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return asked


def test_leaving_a_changed_form_is_asked_about(gallery, page):
    asked = questions(page)
    page.goto(gallery.hang(DIRTY))
    page.get_by_label("Title").fill("Winter Gala")

    page.evaluate("location.assign('/styles')")

    page.wait_for_function("() => true")
    assert asked == ["beforeunload"]
    assert "/exhibit" in page.url


def test_saving_a_changed_form_is_not_asked_about(gallery, page):
    asked = questions(page)
    gallery.answer("save", "<h1>Kept</h1>")
    page.goto(gallery.hang(DIRTY))
    page.get_by_label("Title").fill("Winter Gala")

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Kept")).to_be_visible()
    assert asked == []


def test_a_password_can_be_looked_at(gallery, page):
    page.goto(
        gallery.hang(
            '{% from "components/forms.html" import password %}'
            '<form>{{ password("Password") }}</form>'
        )
    )
    box = page.get_by_label("Password", exact=True)
    box.fill("a long secret")

    page.get_by_role("button", name="Show password").click()
    expect(box).to_have_attribute("type", "text")
    page.get_by_role("button", name="Show password").click()
    expect(box).to_have_attribute("type", "password")


def test_a_value_is_copied_and_said_to_be(gallery, page, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(
        gallery.hang(
            '{% from "components/buttons.html" import copy_button %}{{ copy_button("RH-4F7K2") }}'
        )
    )

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == "RH-4F7K2"


TIME = """{% from "components/live.html" import local_time %}
{{ local_time("Sat 14 Feb 2026, 19:30 CET", "2026-02-14T18:30:00+00:00", "Europe/Berlin") }}"""


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Paris"])
def test_a_readers_own_time_is_offered_only_where_it_differs(gallery, browser, zone):
    page = browser.new_page(timezone_id=zone)
    page.goto(gallery.hang(TIME))
    page.wait_for_function("() => customElements.get('local-time')")
    button = page.get_by_role("button", name="In my time")

    if zone == "Europe/Paris":
        expect(button).to_have_count(0)
    else:
        button.click()
        expect(page.locator("local-time time")).to_have_text("Sat, 14 Feb 2026, 13:30 GMT-5")
        page.get_by_role("button", name="In the event’s time").click()
        expect(page.locator("local-time time")).to_have_text("Sat 14 Feb 2026, 19:30 CET")
    page.close()


FESTIVAL = """{% from "components/live.html" import clock_time, local_time %}
{% call local_time("Fri 8 Jan, 16:00 – Sun 10 Jan 2027, 23:00 CET", "2027-01-08T15:00:00+00:00",
                   "Europe/Berlin", until="2027-01-10T22:00:00+00:00") %}
<span>Doors open at {{ clock_time("14:00", "2027-01-08T13:00:00+00:00") }}</span>{% endcall %}"""


def test_a_clock_of_the_same_day_stays_a_clock(gallery, browser):
    page = browser.new_page(timezone_id="Europe/London")
    page.goto(gallery.hang(FESTIVAL))

    page.get_by_role("button", name="In my time").click()

    expect(page.locator("local-time time").last).to_have_text("13:00")
    page.close()


@pytest.mark.parametrize(
    ("language", "whole", "doors"),
    [
        (
            "en-GB",
            "Sat, 9 Jan 2027, 00:00 GMT+9 – Mon, 11 Jan 2027, 07:00 GMT+9",
            "Fri 8 Jan, 22:00",
        ),
        (
            "en-US",
            "Sat, Jan 9, 2027, 12:00 AM GMT+9 – Mon, Jan 11, 2027, 7:00 AM GMT+9",
            "Fri, Jan 8, 10:00 PM",
        ),
        (
            "de",
            "Sa., 9. Jan. 2027, 00:00 GMT+9 – Mo., 11. Jan. 2027, 07:00 GMT+9",
            "Fr., 8. Jan., 22:00",
        ),
    ],
)
def test_a_readers_own_time_has_its_end_and_its_doors(gallery, browser, language, whole, doors):
    page = browser.new_page(timezone_id="Asia/Tokyo", locale="en-US")
    page.goto(gallery.hang(FESTIVAL))
    page.wait_for_function("() => customElements.get('local-time')")
    page.evaluate("language => { document.documentElement.dataset.times = language }", language)

    page.get_by_role("button", name="In my time").click()

    expect(page.locator("local-time time").first).to_have_text(whole)
    expect(page.locator("local-time time").last).to_have_text(doors)
    page.get_by_role("button", name="In the event’s time").click()
    expect(page.locator("local-time time").last).to_have_text("14:00")
    page.close()


CONSOLE = """{% extends "layouts/organizer.html" %}{% block title %}Orders{% endblock %}
{% block action %}<a class="button button--primary" href="/desk/new">New</a>{% endblock %}
{% block content %}{% from "components/tables.html" import filters %}{{ filters("#", "") }}
{% endblock %}"""


def test_the_console_goes_by_keyboard(gallery, page):
    gallery.answer("new", "<h1>New</h1>")
    page.goto(gallery.hang(CONSOLE))

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("n?")
    expect(page.get_by_role("searchbox")).to_have_value("n?")
    page.get_by_role("searchbox").blur()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New")).to_be_visible()


def test_two_keys_go_to_a_place(gallery, page):
    page.goto(gallery.hang(CONSOLE))

    with page.expect_request("**/manage/orders"):
        page.keyboard.press("g")
        page.keyboard.press("o")


def test_the_keys_can_be_switched_off(gallery, page):
    page.goto(gallery.hang(CONSOLE))
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these keys on this device").uncheck()
    page.get_by_role("button", name="Close").click()

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


ORDERS = """{% extends "layouts/organizer.html" %}
{% block title %}Orders{% endblock %}
{% block content %}{% from "components/tables.html" import table, sort_head %}
{% set heads = ["Order", sort_head("Buyer", "#by-buyer"), "State", ("Total", "number"), "Event"] %}
{% call table("Orders", heads, stacks=True) %}
  <tr><th scope="row"><a href="#one">GNZ93FG7</a></th><td>Wilhelmina Featherstonehaugh</td>
    <td class="table__end">Waiting for payment</td>
    <td class="number" data-word="in all">$1,417.48</td>
    <td>Marea Alta: three days by the sea, the whole of it</td></tr>
{% endcall %}{% endblock %}"""
CUT = "frame => frame.scrollWidth > frame.clientWidth"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_a_table_that_stacks_is_never_cut(gallery, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(gallery.hang(ORDERS))

    assert not page.get_by_role("group", name="Orders").evaluate(CUT)


def test_a_stacked_table_is_a_table_to_the_ear_and_still_sorts(gallery, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(gallery.hang(ORDERS))

    expect(page.get_by_role("table", name="Orders")).to_be_visible()
    expect(page.get_by_role("rowheader", name="GNZ93FG7")).to_be_visible()
    expect(page.get_by_role("cell", name="$1,417.48")).to_be_visible()
    expect(page.get_by_role("link", name="Buyer")).to_be_in_viewport()


def test_a_link_that_stands_by_itself_is_as_tall_as_a_fingertip_needs(gallery, page):
    page.goto(gallery.hang(ORDERS))

    for link in page.get_by_role("main").get_by_role("link").all():
        box = link.bounding_box()
        assert box and box["height"] >= 24, link.inner_text()
