"""The console's looks at events: all of them, one of them, and the page before the end of one."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.events import drafting, publishing, tiers
from eventflow.payments import accounts
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from tests import factories
from tests.people import browser_at, make_member

GALA = "/manage/events/winter-gala"


def titles(answer) -> list[str]:
    return re.findall(r'class="glance__title"[^>]*>([^<]+)<', answer.text)


@pytest.fixture
def season(at_riverside):
    """Something of every kind, the order of making it not that of its dates."""
    soon = now()
    make = factories.make_event
    make(title="Late", starts_at=soon + timedelta(days=90), category="Film")
    make(title="Early", starts_at=soon + timedelta(days=9), venue_name="Cellar")
    make(title="Sketch", publish=False, tiers=[], starts_at=soon + timedelta(days=50))
    make(title="Over", starts_at=soon - timedelta(days=3), at=soon - timedelta(days=9))
    make(title="Long over", starts_at=soon - timedelta(days=30), at=soon - timedelta(days=40))
    with transaction():
        drafting.create(title="Idea", currency="EUR", at=soon)
        publishing.cancel(make_one(make, "Called off", soon + timedelta(days=20)), at=soon)
        publishing.archive(make_one(make, "Put away", soon - timedelta(days=50)), at=soon)


def make_one(make, title, starts_at):
    slug = make(title=title, starts_at=starts_at, at=starts_at - timedelta(days=9)).slug
    return drafting.find(slug)


# The list


def test_what_is_coming_stands_first_and_what_was_last(console, season):
    assert titles(console.get("/manage/")) == [
        *("Idea", "Early", "Called off", "Sketch", "Late"),
        *("Over", "Long over"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=draft", ["Idea", "Sketch"]),
        ("status=published", ["Early", "Late"]),
        ("status=ended", ["Over", "Long over"]),
        ("status=cancelled", ["Called off"]),
        ("status=archived", ["Put away"]),
        ("when=past", ["Over", "Long over"]),
        ("when=upcoming&status=published", ["Early", "Late"]),
        ("q=over", ["Over", "Long over"]),
        ("q=CELL", ["Early"]),
        ("q=film", ["Late"]),
        ("q=%25", []),
        ("q=_", []),
        ("sort=title", ["Called off", "Early", "Idea", "Late", "Long over", "Over", "Sketch"]),
        ("sort=-title&status=draft", ["Sketch", "Idea"]),
        ("sort=-date&when=past", ["Over", "Long over"]),
        ("sort=date&when=past", ["Long over", "Over"]),
        ("status=nonsense&when=never&sort=price", None),
        ("page=0", None),
        ("page=-1", None),
        ("page=x", None),
    ],
)
def test_the_list_is_what_its_address_says(console, season, query, expected):
    answer = console.get(f"/manage/?{query}")

    assert answer.status_code == 200
    whole = titles(console.get("/manage/"))
    assert titles(answer) == (whole if expected is None else expected)


def test_sorted_by_what_is_sold(console, at_riverside):
    for title, sold in (("One", 1), ("Three", 3), ("Two", 2)):
        made = factories.make_event(title=title)
        factories.pay(factories.order(at_riverside, made, sold))

    assert titles(console.get("/manage/?sort=-sold")) == ["Three", "Two", "One"]
    assert 'aria-sort="descending"' in console.get("/manage/?sort=-sold").text


def test_a_line_says_it_all(console, at_riverside, gala):
    factories.pay(factories.order(at_riverside, gala, 2))
    factories.hold(gala, 1)
    factories.hold(gala, 2, at=now() - timedelta(hours=1))

    page = console.get("/manage/").text

    assert "Winter Gala: 2 sold, 1 held, 5 left of 8" in page
    assert "<b>2</b> of 8" in page
    assert "2 tickets in the last 30 days" in page
    assert "$51.55" in page
    assert "On sale" in page


def test_long_lists_come_in_pages_that_keep_their_filters(console, at_riverside):
    for n in range(27):
        factories.make_event(title=f"Night {n:02}", tiers=[], publish=False)

    first = console.get("/manage/?sort=title&q=night")
    assert len(titles(first)) == 25
    assert "1 to 25 of 27" in first.text
    onward = re.search(r'href="([^"]+)" rel="next"', first.text)[1].replace("&amp;", "&")
    assert titles(console.get(onward)) == ["Night 25", "Night 26"]


def test_a_longer_list_asks_no_more_questions(console, at_riverside, query_count):
    def asked() -> int:
        console.get("/manage/")  # whose box office this is, is remembered
        with query_count() as found:
            assert console.get("/manage/").status_code == 200
        return len(found)

    def make(number):
        made = factories.make_event(title=f"Night {number}")
        factories.pay(factories.order(at_riverside, made, 1))
        factories.hold(made, 1)

    make(1)
    few = asked()
    for number in range(2, 9):
        make(number)

    assert asked() == few
    assert few <= 10


def test_an_empty_box_office_is_shown_its_first_step(console, at_riverside):
    page = console.get("/manage/").text

    assert "Your first event" in page
    assert page.count('href="/manage/events/new"') == 1
    assert 'role="search"' not in page


def test_a_search_that_finds_nothing_offers_everything(console, gala):
    page = console.get("/manage/?q=opera").text

    assert "No event fits" in page
    assert "Your first event" not in page


def test_htmx_gets_the_list_alone(console, gala):
    answer = console.get("/manage/?q=gala", headers={"HX-Request": "true"})

    assert titles(answer) == ["Winter Gala"]
    assert "<html" not in answer.text


def test_a_box_office_sees_its_own_events_only(app, northgate, noah, gala):
    browser = browser_at(app, northgate, noah)

    assert titles(browser.get("/manage/")) == []
    assert browser.get(GALA).status_code == 404
    assert browser.get(GALA + "/cancel").status_code == 404
    assert browser.post(GALA + "/cancel", data={"title": "Winter Gala"}).status_code == 404


# One event


def test_one_glance_at_an_event(console, at_riverside, gala):
    factories.pay(factories.order(at_riverside, gala, 2, 1))
    factories.hold(gala, 1)
    with transaction():
        order = db.session.query(orders.Order).filter_by(status="paid").one()
        order.tickets[0].checked_in_at = now()

    page = console.get(GALA).text

    assert "Stalls: 2 sold, 1 held, 2 left of 5" in page
    assert "Circle: 1 sold, 0 held, 2 left of 3" in page
    assert "$92.55" in page
    assert "$90.00 after fees" in page
    assert "33 % of those sold" in page
    assert "3 in the last 30 days, 3 today" in page
    assert "http://riverside.eventflow.test/events/winter-gala" in page


def test_the_figures_alone_are_asked_for_again(console, gala):
    page = console.get(GALA).text
    assert f'hx-get="{GALA}"' in page

    answer = console.get(GALA, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="figures"')


def test_what_is_over_is_not_asked_for_again(console, at_riverside):
    factories.make_event(starts_at=now() - timedelta(days=3), at=now() - timedelta(days=9))
    assert "poll-when-visible" not in console.get(GALA).text


def test_a_draft_says_what_it_lacks_and_leads_there(console, at_riverside):
    factories.make_event(publish=False, tiers=[], venue_name="")

    page = console.get(GALA).text

    assert "Before it goes on sale" in page
    assert f'href="{GALA}/edit/2">Say where' in page
    assert f'href="{GALA}/edit/3">Add at least one tier' in page
    assert "Look it over and publish" not in page


def test_a_tier_that_would_go_on_sale_too_late_is_said(console, at_riverside):
    event = factories.make_event(publish=False)
    with transaction():
        event = db.session.merge(event)
        event.tiers[0].sale_start = event.ends_at

    page = console.get(GALA).text

    assert f'href="{GALA}/edit/3">Stalls would go on sale when the event is over' in page
    with pytest.raises(Invalid), transaction():
        publishing.publish(drafting.find(event.slug), at=now())


def test_a_draft_that_lacks_nothing_is_looked_over_before_it_goes_on_sale(console, at_riverside):
    """And no single key, which presses a page's main button, puts it there."""
    factories.make_event(publish=False)

    page = console.get(GALA).text

    assert f'href="{GALA}/edit/4"' in page
    assert f'action="{GALA}/publish"' not in page


def test_staff_is_told_and_not_led_where_it_may_not_go(app, riverside, sam, at_riverside):
    factories.make_event(publish=False, tiers=[])

    page = browser_at(app, riverside, sam).get(GALA).text

    assert "Add at least one tier" in page
    assert f"{GALA}/edit" not in page


@pytest.mark.parametrize("role", ["scanner", "staff", "admin"])
def test_everybody_sees_what_their_role_may(app, riverside, gala, role):
    factories.pay(factories.order(riverside, gala, 2))
    browser = browser_at(app, riverside, make_member(riverside, role))

    page, listed = browser.get(GALA).text, browser.get("/manage/").text

    sees_money = role != "scanner"
    assert ("$51.55" in page) == ("$51.55" in listed) == sees_money
    assert ("Income" in page) == ("Income" in listed) == sees_money
    assert ("/manage/orders?event" in page) == sees_money
    may_change = role == "admin"
    assert (f"{GALA}/edit" in page) == may_change
    assert (f"{GALA}/cancel" in page) == may_change
    assert ("/manage/events/new" in listed) == may_change


def test_what_wants_attention(console, at_riverside, gala):
    with transaction():
        accounts.current().takes_transfer = True
    factories.order(at_riverside, gala, 1, method="transfer")
    factories.pay(factories.order(at_riverside, gala, 0, 3))

    page = console.get(GALA).text

    assert "One order waits for its money: $25.93." in page
    assert 'href="/manage/orders?event=winter-gala&amp;status=pending"' in page
    assert "Circle is sold out." in page


def test_nothing_on_sale_is_said(console, gala):
    with transaction():
        for tier in drafting.find("winter-gala").tiers:
            tiers.change(tier, {"hidden": True}, at=now())

    assert "Nothing is on sale" in console.get(GALA).text


def test_everything_gone_is_said(console, at_riverside, gala):
    factories.pay(factories.order(at_riverside, gala, 5, 3))
    assert "Everything is sold or held." in console.get(GALA).text


@pytest.mark.parametrize("state", ["draft", "published", "cancelled", "archived", "ended"])
def test_every_state_has_a_page(console, at_riverside, state):
    long_ago = now() - timedelta(days=9)
    when = {"starts_at": long_ago + timedelta(days=1), "at": long_ago} if state == "ended" else {}
    factories.make_event(publish=state != "draft", **when)
    with transaction():
        event = drafting.find("winter-gala")
        if state in ("cancelled", "archived"):
            publishing.cancel(event, at=now())
        if state == "archived":
            publishing.archive(event, at=now())

    page = console.get(GALA)

    assert page.status_code == 200
    assert (f"{GALA}/cancel" in page.text) == (state in ("published", "ended"))
    assert (f"{GALA}/archive" in page.text) == (state in ("draft", "cancelled", "ended"))
    assert (f"{GALA}/restore" in page.text) == (state == "archived")


def test_an_early_price_and_a_sale_to_come_are_said(console, gala):
    with transaction():
        stalls, circle = drafting.find("winter-gala").tiers
        soon = now() + timedelta(days=3)
        tiers.set_early_prices(stalls, [tiers.EarlyPrice(0, soon)], at=now())
        tiers.change(circle, {"sale_start": soon}, at=now())

    page = console.get(GALA).text

    assert "Free" in page
    assert "then $25.00" in page
    assert re.search(r"From \w{3} \d", page)


# The end of it


def test_the_end_is_told_in_numbers_first(console, at_riverside, gala):
    factories.pay(factories.order(at_riverside, gala, 2))
    factories.pay(factories.order(at_riverside, gala, 1))

    page = console.get(GALA + "/cancel").text

    assert "2 paid orders are refunded: $77.48 goes back to their buyers." in page
    assert "Cancel it and refund $77.48" in page


def test_an_end_that_concerns_nobody(console, gala):
    assert "nobody has to be told" in console.get(GALA + "/cancel").text


@pytest.mark.parametrize("typed", ["", "Winter", "Winter Gala 2", "Summer Gala", "x" * 5000])
def test_the_title_is_typed_before_it_ends(console, gala, typed):
    answer = console.post(GALA + "/cancel", data={"title": typed})

    assert answer.status_code == 422
    assert 'id="error-title"' in answer.text
    db.session.rollback()
    assert drafting.find("winter-gala").status == "published"


def test_called_off(console, at_riverside, gala, storefront):
    factories.pay(factories.order(at_riverside, gala, 2))

    answer = console.post(GALA + "/cancel", data={"title": " winter  GALA "})

    assert answer.location == GALA
    assert "Refunds and mails are on their way." in console.get(GALA).text
    db.session.rollback()
    assert drafting.find("winter-gala").status == "cancelled"
    jobs = db.session.scalars(select(OutboxJob.job)).all()
    assert "payments.refund_event" in jobs


@pytest.mark.parametrize("publish", [True, False])
def test_only_what_is_on_sale_is_called_off(console, at_riverside, publish):
    factories.make_event(publish=publish)
    if publish:
        with transaction():
            publishing.cancel(drafting.find("winter-gala"), at=now())

    assert console.get(GALA + "/cancel").location == GALA
    assert console.post(GALA + "/cancel", data={"title": "Winter Gala"}).location == GALA


def test_only_admins_call_off(app, riverside, sam, gala):
    browser = browser_at(app, riverside, sam)

    assert browser.get(GALA + "/cancel").status_code == 403
    answer = browser.post(GALA + "/cancel", data={"title": "Winter Gala"})
    assert answer.status_code == 403
    db.session.rollback()
    assert drafting.find("winter-gala").status == "published"
