"""The event page and its counter, as a stranger's browser meets them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eventflow import shared_pages
from eventflow.db import db, now, transaction
from eventflow.events import publishing, tiers
from eventflow.events.models import Event
from eventflow.sales import availability, holds
from eventflow.sales.models import Hold
from tests import factories
from tests.people import browser_at

PAGE = "/events/winter-gala"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def shopper(app, riverside):
    return browser_at(app, riverside)


@pytest.fixture
def other(app, riverside):
    return browser_at(app, riverside)


def press(browser, event: Event, *wanted: int, **more):
    fields = {
        f"tier-{tier.id}": str(quantity)
        for tier, quantity in zip(event.tiers, wanted, strict=False)
    }
    return browser.post(f"/events/{event.slug}/holds", data=fields, **more)


def count_holds() -> int:
    return db.session.scalar(select(func.count()).select_from(Hold))


def test_the_first_price_seen_is_the_price_paid(gala, shopper):
    page = shopper.get(PAGE).text

    assert "$25.93" in page
    assert "$25.00 + $0.93 fees" in page


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("static", None),
        ("rotating", "The ticket is shown on a phone; printed, it does not admit."),
        ("rotating_or_printed", "The ticket is shown on a phone; printed, it needs an ID."),
    ],
)
def test_what_a_code_asks_for_at_the_door_is_said_before_paying(gala, shopper, kind, said):
    tiers.change(gala.tiers[0], {"code_kind": kind}, at=now())
    db.session.commit()

    pages = [
        shopper.get(PAGE).text,
        shopper.get(press(shopper, gala, 1).location).text,
    ]

    for page in pages:
        assert page.count("shown on a phone") == (1 if said else 0)
        assert said is None or said in page


def test_an_event_online_asks_for_no_phone(gala, shopper):
    gala.format, gala.join_url = "virtual", "https://meet.example/gala"
    gala.tiers[0].code_kind = "rotating"
    db.session.commit()

    assert "shown on a phone" not in shopper.get(PAGE).text


def test_absorbed_fees_are_said_to_be_included(at_riverside, shopper):
    factories.make_event(title="Winter Gala", fee_mode="absorbed")

    page = shopper.get(PAGE).text

    assert "$25.00" in page and "fees included" in page
    assert "$25.93" not in page


def test_the_page_is_the_same_for_everybody(gala, shopper, other):
    press(other, gala, 1)

    mine, theirs = shopper.get(PAGE), other.get(PAGE)

    assert mine.data == theirs.data
    assert "Set-Cookie" not in theirs.headers
    assert "public" in theirs.headers["Cache-Control"]
    assert "Cookie" not in theirs.headers["Vary"]


def test_who_has_the_page_already_is_told_so(gala, shopper):
    etag = shopper.get(PAGE, headers=GZIP).headers["ETag"]

    for headers in ({}, GZIP):
        again = shopper.get(PAGE, headers={"If-None-Match": etag, **headers})
        assert again.status_code == 304
        assert again.data == b""


def test_a_changed_page_has_another_tag(gala, shopper):
    first = shopper.get(PAGE).headers["ETag"]
    factories.hold(gala, 5)
    availability.forget(gala.id)

    second = shopper.get(PAGE, headers={"If-None-Match": first})

    assert second.status_code == 200
    assert "Sold out" in second.text


def test_the_page_comes_compressed_to_those_who_can_read_it(gala, shopper):
    plain, squeezed = shopper.get(PAGE), shopper.get(PAGE, headers=GZIP)

    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert len(squeezed.data) * 3 < len(plain.data)
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_hidden_tier_is_not_in_the_page_at_all(gala, shopper):
    with transaction():
        factories.make_tier(db.session.get_one(Event, gala.id), "Friends", 100, 5, hidden=True)

    assert "Friends" not in shopper.get(PAGE).text
    assert "Friends" not in shopper.get(PAGE + "/availability").text


def test_a_draft_is_nobodys_business(at_riverside, shopper):
    factories.make_event(title="Winter Gala", publish=False)

    assert shopper.get(PAGE).status_code == 404


def test_a_preview_shows_the_draft_and_sells_nothing(at_riverside, shopper):
    draft = factories.make_event(title="Winter Gala", publish=False)
    with transaction():
        token = publishing.open_preview(db.session.get_one(Event, draft.id), at=now())

    page = shopper.get(f"{PAGE}?preview={token}")

    assert page.status_code == 200
    assert "Only those who were given its link see it" in page.text
    assert "noindex" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert "/holds" not in page.text
    assert shopper.get(f"{PAGE}?preview=wrong").status_code == 404
    assert shopper.get(PAGE).status_code == 404
    assert press(shopper, draft, 1).status_code == 404


def test_a_cancelled_event_says_so_and_sells_nothing(gala, shopper):
    with transaction():
        publishing.cancel(db.session.get_one(Event, gala.id), at=now())

    page = shopper.get(PAGE).text

    assert "has been cancelled" in page
    assert "EventCancelled" in page
    assert "/holds" not in page


def test_an_event_that_is_over_is_still_there_to_read(at_riverside, shopper):
    long_ago = now() - timedelta(days=40)
    factories.make_event(starts_at=now() - timedelta(days=10), at=long_ago)

    page = shopper.get(PAGE)

    assert page.status_code == 200
    assert "This event is over" in page.text
    assert "/holds" not in page.text


def test_a_sale_yet_to_come_says_when(gala, shopper):
    with transaction():
        event = db.session.get_one(Event, gala.id)
        factories.make_tier(event, "Late", 900, 5, sale_start=now() + timedelta(days=5))

    assert "On sale from" in shopper.get(PAGE).text


def test_markup_in_a_title_is_text(at_riverside, shopper):
    factories.make_event(title="<script>alert(1)</script>", summary='"><img src=x>')
    slug = db.session.scalar(select(Event.slug))

    page = shopper.get(f"/events/{slug}").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_structured_data_follows_the_stock(gala, shopper):
    assert "https://schema.org/InStock" in shopper.get(PAGE).text
    factories.hold(gala, 5)
    availability.forget(gala.id)

    assert '"https://schema.org/SoldOut"' in shopper.get(PAGE).text


def test_looking_at_what_is_left_asks_the_database_once(gala, shopper, monkeypatch):
    asked = []
    monkeypatch.setattr(availability, "FRESH", 600)
    ask_all = availability.ask_all
    monkeypatch.setattr(
        availability, "ask_all", lambda *args, **how: asked.append(1) or ask_all(*args, **how)
    )

    etags = {shopper.get(PAGE + "/availability").headers["ETag"] for _n in range(20)}

    assert len(asked) == 1
    assert len(etags) == 1
    unchanged = shopper.get(PAGE + "/availability", headers={"If-None-Match": etags.pop()})
    assert unchanged.status_code == 304


def test_a_refreshed_line_finds_its_place_and_no_other(gala, shopper):
    fragment = shopper.get(PAGE + "/availability").text

    places = re.findall(r'id="availability-([^"]+)"[^>]*hx-swap-oob="true"', fragment)
    assert places == [str(tier.id) for tier in gala.tiers]
    assert "<input" not in fragment


def test_a_page_with_nothing_to_choose_is_looked_at_anew_once_there_is(gala, shopper):
    address = PAGE + "/availability?closed=1"

    assert shopper.get(address).headers["HX-Refresh"] == "true"
    factories.hold(gala, 5, 3)
    availability.forget(gala.id)
    assert "HX-Refresh" not in shopper.get(address).headers


def test_pressing_the_button_leads_to_the_checkout(gala, shopper):
    answer = press(shopper, gala, 2)

    assert answer.status_code == 303
    hold = db.session.scalars(select(Hold)).one()
    assert answer.location.endswith(f"/checkout/{hold.id}")
    assert [line.quantity for line in hold.lines] == [2]


def test_pressing_twice_is_one_hold(gala, shopper):
    first, second = press(shopper, gala, 2), press(shopper, gala, 2)

    assert first.location == second.location
    assert count_holds() == 1


def test_two_presses_under_way_at_once_are_one_hold(app, gala, shopper, riverside):
    press(shopper, gala, 0, 1)
    cookie = shopper.get_cookie(
        app.config["SESSION_COOKIE_NAME"], domain="riverside.eventflow.test"
    )
    twin = browser_at(app, riverside)
    twin.set_cookie(cookie.key, cookie.value, domain="riverside.eventflow.test")

    first, second = press(shopper, gala, 2), press(twin, gala, 2)

    assert first.location == second.location
    assert count_holds() == 2


def test_two_browsers_are_two_buyers(gala, shopper, other):
    assert press(shopper, gala, 1).location != press(other, gala, 1).location


def test_who_chooses_anew_is_not_in_their_own_way(gala, shopper):
    first = press(shopper, gala, 4).location
    full = holds.find(first.rpartition("/")[2]).expires_at

    second = press(shopper, gala, 3).location
    third = press(shopper, gala, 5).location

    assert len({first, second, third}) == 3
    [hold] = db.session.scalars(select(Hold).where(Hold.status == "live"))
    assert third.endswith(str(hold.id))
    assert [line.quantity for line in hold.lines] == [5]
    assert hold.expires_at == full


def test_who_gave_the_tickets_back_may_take_them_again_at_once(gala, shopper):
    first = press(shopper, gala, 2).location
    shopper.post(first + "/release")

    second = press(shopper, gala, 2).location

    assert second != first
    assert shopper.get(second).status_code == 200


def test_a_press_whose_hold_has_lapsed_unseen_holds_anew(app, gala, riverside):
    browser = browser_at(app, riverside)
    press(browser, gala, 0, 1)
    cookies = app.config["SESSION_COOKIE_NAME"], "riverside.eventflow.test"
    before = browser.get_cookie(cookies[0], domain=cookies[1]).value
    lost = press(browser, gala, 1).location
    with transaction():
        hold = holds.find(lost.rpartition("/")[2])
        hold.expires_at = now() - timedelta(seconds=1)
    # The answer never reached the browser, which still has the cookie of before.
    browser.set_cookie(cookies[0], before, domain=cookies[1])

    again = press(browser, gala, 1)

    assert again.location != lost
    assert browser.get(again.location).status_code == 200


def test_sold_out_is_said_on_the_page_with_what_was_chosen(gala, shopper):
    factories.hold(gala, 4)

    answer = press(shopper, gala, 2, 1)

    assert answer.status_code == 409
    assert "There are not that many tickets left" in answer.text
    assert re.search(rf'name="tier-{gala.tiers[1].id}"[^>]*value="1"', answer.text, re.DOTALL)
    assert answer.headers["Cache-Control"] == "no-store"
    assert count_holds() == 1


def test_what_is_kept_of_a_refusal_is_the_same_whatever_else_was_typed(gala, shopper):
    factories.hold(gala, 5)
    stalls = f"tier-{gala.tiers[0].id}"
    press(shopper, gala, 1, 0)
    kept = set(shared_pages._kept)

    for more in ({"tier-" + "A" * 900_000: "0"}, {f"tier-{'0' * 36}": ""}, {stalls: " 001 "}):
        assert shopper.post(f"{PAGE}/holds", data={stalls: "1"} | more).status_code == 409
    assert set(shared_pages._kept) == kept

    wrong = {"tier-" + "A" * 900_000: "1", stalls: "x" * 100_000}
    assert shopper.post(f"{PAGE}/holds", data=wrong).status_code == 422
    assert all(len(repr(key)) < 500 for key in shared_pages._kept)


def test_refusals_do_not_push_out_the_page_that_many_look_at(gala, shopper, monkeypatch):
    monkeypatch.setattr(shared_pages, "MOST", 10)
    shopper.get(PAGE)
    [(key, page)] = shared_pages._kept.items()

    for number in range(6, 30):
        assert press(shopper, gala, number).status_code >= 400
        shopper.get(PAGE)

    assert shared_pages._kept[key] is page, "it was never rendered anew"
    assert len(shared_pages._kept) <= 10


def test_for_htmx_a_refusal_lands_in_the_notice_and_shows_how_things_stand(gala, shopper):
    factories.hold(gala, 5)

    answer = press(shopper, gala, 1, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert answer.headers["HX-Retarget"] == "#notice"
    assert "There are not that many tickets left" in answer.text
    assert f'id="availability-{gala.tiers[0].id}"' in answer.text
    assert "<html" not in answer.text


def test_for_htmx_a_hold_goes_on_without_a_second_page(gala, shopper):
    answer = press(shopper, gala, 1, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "/checkout/" in answer.headers["HX-Redirect"]


@pytest.mark.parametrize("typed", ["two", "-1", "1.5", "99999999", "1e3", "²"])
def test_a_number_that_is_none_is_refused_in_words(gala, shopper, typed):
    answer = shopper.post(f"{PAGE}/holds", data={f"tier-{gala.tiers[0].id}": typed})

    assert answer.status_code == 422
    assert "whole number" in answer.text


def test_more_than_an_order_may_have_is_refused_in_words(at_riverside, shopper):
    event = factories.make_event(tiers=[("Stalls", 2500, 50)])

    answer = press(shopper, event, 11)

    assert answer.status_code == 422
    assert "10" in answer.text and "at most" in answer.text


def test_nothing_chosen_and_nonsense_chosen_are_refused(gala, shopper):
    assert "Choose at least one ticket" in shopper.post(f"{PAGE}/holds").text
    assert shopper.post(f"{PAGE}/holds", data={"tier-nonsense": "1"}).status_code == 422
    assert shopper.post("/events/nowhere/holds", data={"tier-x": "1"}).status_code in (404, 422)


def test_a_hidden_tier_is_not_sold_to_who_guesses_it(gala, shopper):
    with transaction():
        event = db.session.get_one(Event, gala.id)
        hidden = factories.make_tier(event, "Friends", 100, 5, hidden=True)
        field = f"tier-{hidden.id}"

    assert shopper.post(f"{PAGE}/holds", data={field: "1"}).status_code == 422


def test_who_opens_the_address_of_a_refusal_again_finds_the_event(gala, shopper):
    press(shopper, gala, 6)

    again = shopper.get(PAGE + "/holds", headers={"Sec-Fetch-Mode": "navigate"})

    assert (again.status_code, again.location) == (303, PAGE)
    # An order's page opens only with its secret: where to find orders does without.
    lost = shopper.get("/orders/ABCDEF/pay", headers={"Sec-Fetch-Mode": "navigate"})
    assert (lost.status_code, lost.location) == (303, "/orders")
    # A program that asks is told what it did wrong.
    assert shopper.get(PAGE + "/holds").status_code == 405


def test_what_entitles_to_a_price_is_said_before_it_is_paid_and_after(at_riverside, shopper):
    gala = factories.make_event()
    with transaction():
        factories.make_tier(gala, "Student", 1000, 5, proof="Student card")
    words = "Student card"

    assert shopper.get(PAGE).text.count(f"To be shown at the door: {words}") == 1
    checkout = press(shopper, gala, 1, 1).location
    assert f"Student. To be shown at the door: {words}" in shopper.get(checkout).text

    sold = factories.pay(factories.order(at_riverside, gala, 1, 1))
    page = shopper.get(f"/orders/{sold.code}?secret={sold.secret}").text
    assert page.count(f"To be shown at the door: {words}") == 1


def test_another_box_offices_event_is_not_here(app, gala, northgate):
    stranger = browser_at(app, northgate)

    assert stranger.get(PAGE).status_code == 404
    assert stranger.get(PAGE + "/availability").status_code == 404
    assert press(stranger, gala, 1).status_code == 404


def test_the_base_host_has_no_event_pages(app, gala):
    assert browser_at(app, None).get(PAGE).status_code == 404


def test_a_reader_elsewhere_is_told_the_end_and_the_doors_too(at_riverside, shopper):
    starts_at = (now() + timedelta(days=30)).replace(microsecond=0)
    doors_at = starts_at - timedelta(hours=1)
    event = factories.make_event(starts_at=starts_at, doors_at=doors_at)

    page = shopper.get(PAGE).text

    assert f'datetime="{starts_at.isoformat()}" data-until="{event.ends_at.isoformat()}"' in page
    assert f'Doors open at <time datetime="{doors_at.isoformat()}" data-clock>' in page
