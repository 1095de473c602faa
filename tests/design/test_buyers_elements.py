"""The buyer's custom elements, in a real browser under the real content policy."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from eventflow.money import FeeRule, Money, minor_digits, totals

pytestmark = pytest.mark.browser

NOON = dt.datetime(2026, 2, 14, 12, tzinfo=dt.UTC)

COUNTDOWN = """{% from "components/icons.html" import icon %}
<script src="/static/js/hold-countdown.js" type="module"></script>
<hold-countdown expires-at="2026-02-14T12:10:00+00:00" server-now="2026-02-14T12:00:00+00:00"
  data-warning="Two minutes left." data-lapsed="It is over.">
  <span class="countdown__text">Held</span><span data-clock hidden role="timer"></span>
  <span role="status" data-announcement></span></hold-countdown>"""


def countdown(gallery, page: Page, client_clock: dt.datetime) -> None:
    page.clock.install(time=client_clock)
    page.goto(gallery.hang(COUNTDOWN))


@pytest.mark.parametrize("hours_wrong", [-3, 0, 26])
def test_a_countdown_goes_by_the_servers_clock(gallery, page, hours_wrong):
    countdown(gallery, page, NOON + dt.timedelta(hours=hours_wrong))

    clock = page.get_by_role("timer")
    expect(clock).to_have_text(re.compile(r"^(10:00|9:5\d)$"))
    expect(page.locator("hold-countdown")).to_have_attribute("data-state", "calm")


def test_a_countdown_warns_once_and_then_says_that_it_is_over(gallery, page):
    countdown(gallery, page, NOON)
    page.evaluate("addEventListener('lapsed', () => { document.title = 'lapsed' })")
    said = page.locator("[data-announcement]")
    expect(said).to_have_text("")

    page.clock.fast_forward(8 * 60 * 1000 + 1000)
    expect(page.locator("hold-countdown")).to_have_attribute("data-state", "soon")
    expect(said).to_have_text("Two minutes left.")

    page.clock.fast_forward(2 * 60 * 1000)
    expect(page.get_by_role("timer")).to_have_text("0:00")
    expect(said).to_have_text("It is over.")
    expect(page.get_by_text("It is over.").locator("visible=true")).to_have_count(1)
    expect(page.get_by_text("Held")).to_be_hidden()
    expect(page).to_have_title("lapsed")


def test_a_countdown_survives_a_reload_from_a_cache(gallery, page):
    """The page from the cache still says twelve o'clock, six minutes later."""
    countdown(gallery, page, NOON)
    page.clock.fast_forward(6 * 60 * 1000)

    page.reload()

    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^(4:00|3:5\d)$"))


TWICE = """{% from "components/forms.html" import form %}
{% from "components/buttons.html" import button %}
{% call form("/desk/pay") %}<input name="key" value="k">{{ button("Pay $53.25") }}{% endcall %}"""


def test_a_form_pressed_thrice_is_sent_once(gallery, page):
    gallery.answer("pay", "<h1>Paid</h1>")
    gallery.at_work.clear()
    page.goto(gallery.hang(TWICE))

    page.get_by_role("button", name="Pay $53.25").click(click_count=3, no_wait_after=True)
    gallery.at_work.set()

    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert gallery.received == [("pay", {"key": "k"})]


def test_a_form_is_busy_until_htmx_has_its_answer(gallery, page):
    gallery.answer("hold", "Held")
    gallery.at_work.clear()
    page.goto(
        gallery.hang(
            '<once-form><form hx-post="/desk/hold" hx-target="#place"><button>Hold</button></form>'
            '</once-form><p id="place"></p>'
        )
    )
    busy = page.locator("[aria-busy=true]")

    page.get_by_role("button", name="Hold", exact=True).click(click_count=2)
    expect(busy).to_have_count(2)
    gallery.at_work.set()

    expect(page.locator("#place")).to_have_text("Held")
    expect(busy).to_have_count(0)
    assert len(gallery.received) == 1


def test_a_button_says_what_it_is_doing_until_it_is_done(gallery, page):
    gallery.answer("hold", "Held")
    gallery.at_work.clear()
    page.goto(
        gallery.hang(
            '<once-form><form hx-post="/desk/hold" hx-target="#place">'
            '<button data-doing="Holding …"><span>Hold</span></button></form></once-form>'
            '<p id="place"></p>'
        )
    )
    button = page.locator("button[data-doing]")

    button.click()
    expect(button).to_have_text("Holding …")
    gallery.at_work.set()

    expect(button).to_have_text("Hold")


def test_a_form_can_be_sent_again_after_coming_back(gallery, page):
    gallery.answer("pay", "<h1>Paid</h1>")
    page.goto(gallery.hang(TWICE))
    page.get_by_role("button", name="Pay $53.25").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()

    page.go_back()
    expect(page.locator("form")).not_to_have_attribute("aria-busy", "true")
    page.get_by_role("button", name="Pay $53.25").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()

    assert len(gallery.received) == 2


SELLING = """{%% from "components/tiers.html" import running_bar, tier, tiers %%}
{%% from "components/badges.html" import availability %%}
<form action="/desk/hold" method="post">
{%% call tiers() %%}
  {{ tier("a", "Stalls", "$26.03", 2500, available=6) }}
  {{ tier("b", "Group", "$15.68", 1533, minimum=4, maximum=8, available=40) }}
  {{ tier("c", "Children", "Free", 0, available=9) }}
{%% endcall %%}
{{ running_bar("%s", %d, {"percent": "%s", "fixed": %d, "mode": "%s"}) }}
</form>"""


def selling(currency="USD", rule=None) -> str:
    rule = rule or FeeRule(Decimal("2.5"), 30)
    return SELLING % (currency, minor_digits(currency), rule.percent, rule.fixed, rule.mode)


def more(page: Page, name: str, times: int = 1) -> None:
    for _ in range(times):
        page.get_by_role("button", name=f"One more: {name}").click()


@pytest.mark.parametrize(
    ("currency", "percent", "fixed", "mode"),
    [
        ("USD", "2.5", 30, "passed_on"),
        ("USD", "2.5", 30, "absorbed"),
        ("JPY", "2.5", 40, "passed_on"),
        ("KWD", "1.125", 100, "passed_on"),
        ("EUR", "0", 0, "passed_on"),
    ],
)
def test_the_bar_says_the_total_the_order_will_have(gallery, page, currency, percent, fixed, mode):
    rule = FeeRule(Decimal(percent), fixed, mode)
    page.goto(gallery.hang(selling(currency, rule)))

    for stalls, groups in ((1, 0), (3, 0), (3, 4), (3, 7)):
        page.get_by_label("How many: Stalls").fill(str(stalls))
        page.get_by_label("How many: Group").fill(str(groups))
        due = totals(rule, 2500 * stalls + 1533 * groups).total
        written = Money(due, currency).format("en")
        expect(page.locator("[data-total]")).to_have_text(written)


def test_the_button_says_how_many_are_held(gallery, page):
    page.goto(gallery.hang(selling()))
    button = page.locator("running-total button")
    expect(button).to_have_text("Choose tickets")

    more(page, "Children")
    expect(button).to_have_text("Hold 1 ticket")
    expect(page.locator("[data-total]")).to_have_text("Free")

    more(page, "Stalls", 2)
    expect(button).to_have_text("Hold 3 tickets")


def test_with_nothing_chosen_the_button_leads_to_where_one_chooses(gallery, page):
    page.goto(gallery.hang(selling()))

    page.get_by_role("button", name="Choose tickets").click()

    expect(page.get_by_label("How many: Stalls")).to_be_focused()
    assert gallery.received == []


def test_a_group_begins_at_its_minimum_and_ends_at_none(gallery, page):
    page.goto(gallery.hang(selling()))
    count = page.get_by_label("How many: Group")

    more(page, "Group")
    expect(count).to_have_value("4")
    page.get_by_role("button", name="One fewer: Group").click()
    expect(count).to_have_value("0")


def test_who_chose_more_than_are_left_is_told_so(gallery, page):
    page.goto(gallery.hang(selling()))
    more(page, "Stalls", 5)
    refreshed = (
        '<span id="availability-a" data-status="on_sale" data-available="2"'
        ' hx-swap-oob="true">Last 2</span>'
    )

    gallery.answer("availability", refreshed)
    page.evaluate("htmx.ajax('GET', '/desk/availability', {swap: 'none'})")

    many = page.get_by_label("How many: Stalls")
    expect(many).to_have_value("5")
    expect(page.locator("[data-said]:visible")).to_contain_text("2")
    expect(page.get_by_role("button", name="One more: Stalls")).to_be_disabled()


LIVE = """{% from "components/live.html" import live %}{{ live("/desk/availability") }}"""


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
            document.dispatchEvent(new Event("visibilitychange"))
        }""",
        hidden,
    )


def asked(gallery) -> int:
    return sum(name == "availability" for name, _ in gallery.received)


def test_a_page_in_sight_asks_every_fifteen_seconds_and_a_hidden_one_not_at_all(gallery, page):
    gallery.answer("availability", "")
    page.clock.install()
    page.goto(gallery.hang(LIVE))
    page.wait_for_function("() => window.htmx && customElements.get('poll-when-visible')")
    assert asked(gallery) == 0

    with page.expect_response("**/desk/availability"):
        page.clock.run_for(15_000)
    with page.expect_response("**/desk/availability"):
        page.clock.run_for(15_000)
    assert asked(gallery) == 2

    hide(page, True)
    page.clock.run_for(120_000)
    assert asked(gallery) == 2

    with page.expect_response("**/desk/availability"):
        hide(page, False)
        page.clock.run_for(100)
    assert asked(gallery) == 3


def test_trouble_doubles_the_pause_and_says_nothing(gallery, page):
    gallery.answer("availability", "", 503)
    page.clock.install()
    page.goto(gallery.hang(LIVE))
    page.wait_for_function("() => window.htmx && customElements.get('poll-when-visible')")

    with page.expect_event("requestfinished", lambda request: "availability" in request.url):
        page.clock.run_for(15_000)
    page.wait_for_function("() => document.querySelector('poll-when-visible').pause === 30")
    page.clock.run_for(16_000)
    assert asked(gallery) == 1
    with page.expect_response("**/desk/availability"):
        page.clock.run_for(15_000)

    expect(page.locator("#notice .notice")).to_have_count(0)


ASKING = '<button hx-post="/desk/hold" hx-target="#place">Hold</button><p id="place">kept</p>'


def test_a_refusal_lands_in_the_notice_and_the_page_stays(gallery, page):
    refusal = '<div class="notice" role="alert">Stalls A1 went to someone else.</div>'
    gallery.answer("hold", refusal, 410, HX_Retarget="#notice", HX_Reswap="innerHTML")
    page.goto(gallery.hang(ASKING))

    page.get_by_role("button", name="Hold", exact=True).click()

    expect(page.get_by_role("alert")).to_have_text("Stalls A1 went to someone else.")
    expect(page.locator("#place")).to_have_text("kept")


@pytest.mark.parametrize(("status", "words"), [(500, "our fault"), (429, "a little fast")])
def test_an_answer_that_is_no_answer_is_put_into_words(gallery, page, status, words):
    gallery.answer("hold", "<h1>Traceback</h1>", status)
    page.goto(gallery.hang(ASKING))

    page.get_by_role("button", name="Hold", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("#place")).to_have_text("kept")


def test_a_lost_network_is_put_into_words(gallery, page):
    page.goto(gallery.hang(ASKING))
    page.route("**/desk/hold", lambda route: route.abort())

    page.get_by_role("button", name="Hold", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("could not reach the box office")


def test_a_notice_can_be_dismissed(gallery, page):
    page.goto(
        gallery.hang(
            '{% from "components/notice.html" import notice %}'
            '<notice-region id="other">{{ notice("Saved.", "right") }}</notice-region>'
        )
    )

    page.get_by_role("button", name="Close this message").click()

    expect(page.get_by_text("Saved.")).to_have_count(0)
