"""Finding events: a box office's programme, the list of all, and what machines ask for."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from eventflow.db import db, now, transaction
from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.messages.models import Delivery
from eventflow.queue import OutboxJob
from eventflow.sales import finding
from eventflow.tenancy import acting_for
from jobs import run
from tests import factories
from tests.people import browser_at

RIVERSIDE = "http://riverside.eventflow.test"


@pytest.fixture
def shopper(app, riverside):
    return browser_at(app, riverside)


@pytest.fixture
def base(app):
    return browser_at(app, None)


@pytest.fixture
def two_halls(gala, northgate):
    """The Winter Gala at Riverside Hall, Northern Lights at Northgate."""
    with acting_for(northgate.id):
        factories.make_event(
            title="Northern Lights",
            category="Talk",
            starts_at=now() + timedelta(days=5),
            venue_name="Northgate",
        )


def test_the_storefront_lists_what_is_on_with_its_price(gala, shopper):
    page = shopper.get("/").text

    assert "Winter Gala" in page
    assert "from $25.93" in page


def test_the_storefront_says_what_is_sold_out(at_riverside, shopper):
    event = factories.make_event(tiers=[("Stalls", 2500, 1)])
    factories.hold(event, 1)

    assert "Sold out" in shopper.get("/").text


def test_drafts_and_other_halls_stay_off_the_storefront(two_halls, at_riverside, shopper):
    factories.make_event(title="Secret Plan", publish=False)

    page = shopper.get("/").text

    assert "Secret Plan" not in page and "Northern Lights" not in page


def test_what_is_over_is_listed_apart(at_riverside, shopper):
    long_ago = now() - timedelta(days=40)
    factories.make_event(title="Old Gala", starts_at=now() - timedelta(days=10), at=long_ago)

    page = shopper.get("/").text

    assert page.index("1 past event") < page.index("Old Gala")
    assert "Nothing announced yet" in page


def test_the_storefront_is_the_same_for_everybody(gala, shopper):
    first = shopper.get("/")

    assert "Set-Cookie" not in first.headers
    assert "public" in first.headers["Cache-Control"]
    assert shopper.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_terms_say_that_not_every_ticket_is_good_on_paper(riverside, shopper):
    terms = shopper.get("/terms").text

    assert "printed need an ID or do not admit; which do is said with their price" in terms
    assert "Who comes first with its code comes in" not in terms


def test_the_base_host_says_what_it_is_and_what_it_costs(two_halls, base):
    page = base.get("/").text

    assert "Open your own box office" in page and "2.5 %" in page and "$0.30" in page
    assert "/sign-up" in page
    assert f"{RIVERSIDE}/events/winter-gala" in page
    assert "http://northgate.eventflow.test/events/northern-lights" in page


def test_the_list_has_only_what_is_public(two_halls, at_riverside, base):
    factories.make_event(title="Secret Plan", publish=False)
    gone = factories.make_event(title="Called Off")
    with transaction():
        publishing.cancel(db.session.get_one(Event, gone.id), at=now())

    page = base.get("/events").text

    assert page.index("Northern Lights") < page.index("Winter Gala")
    assert "Secret Plan" not in page and "Called Off" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=gala", {"Winter Gala"}),
        ("q=GALA winter", {"Winter Gala"}),
        ("q=northgate", {"Northern Lights"}),
        ("q=100%25", set()),
        ("q=_", set()),
        ("category=talk", {"Northern Lights"}),
        ("category=Music", set()),
        ("q=%C3%BC", set()),
        ("from=nonsense&to=2026-99-99", {"Winter Gala", "Northern Lights"}),
        ("page=2", set()),
        ("page=-1", {"Winter Gala", "Northern Lights"}),
        ("page=99999999999999999999", {"Winter Gala", "Northern Lights"}),
        ("page=00000199999999999999999999", {"Winter Gala", "Northern Lights"}),
        ("page=000001" + "9" * 5000, {"Winter Gala", "Northern Lights"}),
    ],
)
def test_the_list_is_searched(two_halls, base, query, found):
    page = base.get(f"/events?{query}")

    assert page.status_code == 200
    listed = {title for title in ("Winter Gala", "Northern Lights") if f">{title}</a>" in page.text}
    assert listed == found


@pytest.mark.parametrize("typed", ["cafe", "Café", "LODZ", "łódź", "café lodz"])
def test_accents_need_not_be_typed(at_riverside, base, typed):
    factories.make_event(title="Repair café", venue_name="Teatr Wielki, Łódź")
    factories.make_event(title="Winter Gala")

    page = base.get("/events", query_string={"q": typed}).text

    assert "Repair café</a>" in page and "Winter Gala</a>" not in page


def test_the_list_is_searched_by_day(two_halls, base):
    soon = (now() + timedelta(days=10)).date()

    before = base.get(f"/events?to={soon}").text
    after = base.get(f"/events?from={soon}").text

    assert "Northern Lights" in before and "Winter Gala" not in before
    assert "Winter Gala" in after and "Northern Lights" not in after


def test_the_list_has_pages(at_riverside, base):
    for number in range(21):
        factories.make_event(
            title=f"Night {number:02}", starts_at=now() + timedelta(days=number + 1)
        )

    first, second = base.get("/events").text, base.get("/events?page=2").text

    assert "Night 19" in first and "Night 20" not in first
    assert "Night 20" in second and "Night 19" not in second
    assert 'href="/events?page=2"' in first


def test_robots_know_what_is_somebodys_own(gala, shopper, base):
    tenants, ours = shopper.get("/robots.txt").text, base.get("/robots.txt").text

    for path in ("/checkout/", "/orders", "/tickets/", "/manage/"):
        assert f"Disallow: {path}" in tenants
    assert f"Sitemap: {RIVERSIDE}/sitemap.xml" in tenants
    assert "Sitemap: http://eventflow.test/sitemap.xml" in ours


def test_the_sitemap_lists_what_is_public(two_halls, at_riverside, shopper, base):
    factories.make_event(title="Secret Plan", publish=False)

    tree = ElementTree.fromstring(shopper.get("/sitemap.xml").data)
    tenants = [element.text for element in tree.iter() if element.tag.endswith("loc")]
    ours = base.get("/sitemap.xml").text

    assert tenants == [f"{RIVERSIDE}/", f"{RIVERSIDE}/events/winter-gala"]
    assert "northern-lights" in ours and "winter-gala" in ours and "secret" not in ours


def test_the_brand_is_a_style_sheet_that_may_be_kept(riverside, shopper, base):
    exact = shopper.get(f"/brand.css?v={riverside.accent[1:]}")

    assert exact.mimetype == "text/css" and "--accent:" in exact.text
    assert "immutable" in exact.headers["Cache-Control"]
    assert "immutable" not in shopper.get("/brand.css?v=000000").headers["Cache-Control"]
    assert base.get("/brand.css").status_code == 404


def test_a_part_beyond_the_end_of_a_file_is_called_that(shopper):
    answer = shopper.get("/static/css/base.css", headers={"Range": "bytes=99999999-"})

    assert answer.status_code == 416
    assert "begins after its end" in answer.text


# My tickets


def ask(browser, path: str, email: str) -> str:
    return browser.post(path, data={"email": email}).text


def link_for(browser, at, host: str, path: str) -> str:
    with acting_for(at.id if at else None), transaction():
        return finding.link("bea@example.com", host=host, path=path, at=now())


def test_asking_tells_nobody_whose_address_is_known(riverside, gala, shopper):
    factories.order(riverside, gala, 1)

    known, unknown = (
        ask(shopper, "/orders/find", email).replace(email, "…")
        for email in ("bea@example.com", "zoe@example.com")
    )

    assert known == unknown
    assert shopper.post("/orders/find", data={"email": "nonsense"}).status_code == 422


def test_a_link_is_mailed_to_those_with_orders_only(riverside, gala, shopper):
    factories.order(riverside, gala, 1)
    for email in ("Bea@example.com", "zoe@example.com"):
        ask(shopper, "/orders/find", email)
    promised = db.session.scalars(
        select(OutboxJob.id).where(OutboxJob.job == "sales.mail_order_list")
    ).all()
    assert len(promised) == 2

    for row_id in promised:
        run(str(row_id))

    mails = db.session.execute(select(Delivery.kind, Delivery.to)).all()
    assert [tuple(mail) for mail in mails] == [("find_orders", "bea@example.com")]


def test_the_link_lists_the_orders_once(app, riverside, gala, shopper):
    order = factories.order(riverside, gala, 2)
    link = link_for(shopper, riverside, "riverside.eventflow.test", "/orders/list")

    listed = shopper.get(link, follow_redirects=True)

    assert "Winter Gala" in listed.text
    assert f"/orders/{order.code}?secret={order.secret}" in listed.text
    assert listed.request.path == "/orders/list" and not listed.request.args
    assert "Winter Gala" in shopper.get("/orders/list").text, "the browser that followed it"
    again = shopper.get(link, follow_redirects=True)
    assert "Winter Gala" in again.text, "the mail's link, pressed again in the same browser"
    stranger = browser_at(app, riverside)
    assert stranger.get(link).status_code == 410
    assert stranger.get("/orders/list").location.endswith("/orders/find")


def test_an_order_that_cost_nothing_is_confirmed_and_not_paid(riverside, gala, shopper):
    with transaction():
        gala.tiers[0].price = 0
    factories.order(riverside, gala, 1)

    link = link_for(shopper, riverside, "riverside.eventflow.test", "/orders/list")
    page = shopper.get(link, follow_redirects=True).text

    assert "1 ticket, free" in page
    assert "Confirmed" in page and "Paid" not in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_only_looks_at_a_link_does_not_use_it_up(app, riverside, gala, shopper, method):
    factories.order(riverside, gala, 1)
    link = link_for(shopper, riverside, "riverside.eventflow.test", "/orders/list")
    for _time in range(3):
        looking = browser_at(app, riverside, use_cookies=False)
        assert looking.open(link, method=method, follow_redirects=True).status_code == 200

    assert "Winter Gala" in shopper.get(link, follow_redirects=True).text


def test_a_browser_without_cookies_presses_a_button(app, riverside, gala, shopper):
    factories.order(riverside, gala, 1)
    link = link_for(shopper, riverside, "riverside.eventflow.test", "/orders/list")
    browser = browser_at(app, riverside, use_cookies=False)

    asked = browser.get(link, follow_redirects=True)
    assert "Winter Gala" not in asked.text and "Show my orders" in asked.text
    code = link.rpartition("code=")[2]
    listed = browser.post("/orders/list", data={"code": code})

    assert "Winter Gala" in listed.text
    assert browser.post("/orders/list", data={"code": code}).status_code == 410


def test_a_link_for_one_host_opens_nothing_on_another(app, riverside, northgate, gala):
    factories.order(riverside, gala, 1)
    link = link_for(None, riverside, "riverside.eventflow.test", "/orders/list")
    code = link.partition("?")[2]

    assert browser_at(app, northgate).get(f"/orders/list?{code}").status_code == 410
    assert browser_at(app, None).get(f"/my-tickets/list?{code}").status_code == 410


def test_the_address_of_my_tickets_leads_to_a_box_offices_own(shopper):
    answer = shopper.get("/my-tickets")

    assert (answer.status_code, answer.location) == (303, "/orders/find")
    assert "My tickets" in shopper.get(answer.location).text
    assert shopper.post("/my-tickets", data={"email": "bea@example.com"}).status_code == 404


def test_the_base_host_lists_the_orders_of_all_halls(app, riverside, northgate, two_halls):
    with acting_for(riverside.id):
        factories.order(riverside, db.session.query(Event).one(), 1)
    with acting_for(northgate.id):
        factories.order(northgate, db.session.query(Event).one(), 1)
    base = browser_at(app, None)
    link = link_for(base, None, "eventflow.test", "/my-tickets/list")

    page = base.get(link, follow_redirects=True).text

    addresses = re.findall(r'href="(http://[a-z]+\.eventflow\.test)/orders/', page)
    assert set(addresses) == {RIVERSIDE, "http://northgate.eventflow.test"}
