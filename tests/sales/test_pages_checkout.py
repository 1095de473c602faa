"""The checkout, the sandbox's page and the order's page, as one buyer meets them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from eventflow import limits
from eventflow.db import db, new_id, now, transaction
from eventflow.payments import refunding
from eventflow.payments.models import Payment, PaymentAccount
from eventflow.queue import OutboxJob
from eventflow.sales import availability, holds, orders
from eventflow.sales.models import Hold, HoldLine, Order
from tests import factories
from tests.people import browser_at

BEA = {"buyer_name": "Bea Buyer", "buyer_email": "Bea@Example.com"}


@pytest.fixture
def shopper(app, riverside):
    return browser_at(app, riverside)


@pytest.fixture
def checkout(gala, shopper) -> str:
    """The address of a checkout with two Stalls in it."""
    field = f"tier-{gala.tiers[0].id}"
    return shopper.post("/events/winter-gala/holds", data={field: "2"}).location


def form_key(page: str) -> str:
    return re.search(r'name="form_key" value="([^"]+)"', page)[1]


def lapse(checkout: str) -> None:
    with transaction():
        hold = holds.find(checkout.rpartition("/")[2])
        hold.expires_at = now() - timedelta(seconds=1)


def only_order() -> Order:
    return db.session.scalars(select(Order).execution_options(populate_existing=True)).one()


def state_in(page: str) -> str:
    """What an order's page says of it beside the receipt."""
    return re.search(r"Receipt</h2>\s*<span.*?</svg>([^<]+)</span>", page, re.S)[1]


def path(location: str) -> str:
    return location.replace("http://riverside.eventflow.test", "")


def test_the_sum_is_broken_down_before_the_button_and_equals_it(checkout, shopper):
    page = shopper.get(checkout).text

    assert page.index("2 × Stalls") < page.index("$50.00") < page.index("$1.55")
    assert page.index("$1.55") < page.rindex("Pay $51.55")


def test_the_checkout_is_kept_by_no_cache_and_told_to_nobody(checkout, shopper):
    answer = shopper.get(checkout)

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert 'content="noindex"' in answer.text


def test_a_paid_order_shows_its_tickets(checkout, shopper):
    paying = shopper.post(checkout, data=BEA).location
    assert "/pay/" in paying

    back = shopper.post(path(paying), data={"outcome": "paid"})

    assert back.status_code == 303
    page = shopper.get(path(back.location)).text
    assert page.count("QR code of ticket") == 2
    assert "Here are your tickets" in page
    assert state_in(page) == "Paid"
    assert re.search(r"in your mail at \S+ too\. Show the code", page)
    order = only_order()
    assert (order.status, order.buyer_email, order.total) == ("paid", "bea@example.com", 5155)


def test_the_checkout_says_what_a_tickets_address_is_for(checkout, shopper):
    page = shopper.get(checkout).text

    assert "mailed to you alone" in page
    assert "The organizer sees the names and addresses" in page


def test_who_is_not_named_is_the_buyer(checkout, shopper):
    shopper.post(checkout, data=BEA | {"name-2": "Carl  Carlson", "email-2": "carl@example.com"})

    names = [(place["name"], place["email"]) for place in only_order().attendees]
    assert names == [("Bea Buyer", "bea@example.com"), ("Carl Carlson", "carl@example.com")]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"buyer_name": ""}, "buyer_name"),
        ({"buyer_name": "Bea\x07"}, "buyer_name"),
        ({"buyer_name": "B" * 121}, "buyer_name"),
        ({"buyer_email": "bea"}, "buyer_email"),
        ({"buyer_email": ""}, "buyer_email"),
        ({"email-2": "not an address"}, "email-2"),
        ({"payment_method": "shells"}, "payment_method"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(checkout, shopper, typed, field):
    answer = shopper.post(checkout, data=BEA | {"name-1": "Dora"} | typed)

    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text or "not offered here" in answer.text
    assert 'value="Dora"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Order)) == 0
    assert 'value="Dora"' in shopper.get(checkout).text


def test_what_is_typed_is_saved_as_it_is_typed(checkout, shopper):
    saved = shopper.post(checkout + "/typed", data={"buyer_name": "Bea", "secret": "x"})

    assert saved.status_code == 204
    assert 'value="Bea"' in shopper.get(checkout).text
    assert db.session.scalars(select(Hold.typed)).one() == {"buyer_name": "Bea"}


def test_pressing_twice_is_one_order_and_one_payment(checkout, shopper):
    key = form_key(shopper.get(checkout).text)

    first = shopper.post(checkout, data=BEA | {"form_key": key})
    second = shopper.post(checkout, data=BEA | {"form_key": key})

    assert first.location == second.location
    assert only_order()
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 1


def test_the_back_button_leads_to_the_order(checkout, shopper):
    shopper.post(checkout, data=BEA | {"form_key": "one"})
    order_page = f"/orders/{only_order().code}"

    assert order_page in shopper.get(checkout).location
    assert order_page in shopper.post(checkout, data=BEA | {"form_key": "two"}).location
    assert only_order()


def test_after_a_decline_everything_is_kept_and_can_be_paid(checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)

    declined = shopper.get(path(shopper.post(paying, data={"outcome": "declined"}).location))

    assert "The payment was declined" in declined.text
    assert "another way" not in declined.text  # there is none here
    assert "<hold-countdown" in declined.text
    assert only_order().status == "pending"
    order_page = f"/orders/{only_order().code}?secret={only_order().secret}"
    assert "The last payment was declined" in shopper.get(order_page).text
    again = shopper.post(
        f"/orders/{only_order().code}/pay", data={"secret": only_order().secret}
    ).location
    shopper.post(path(again), data={"outcome": "paid"})
    assert only_order().status == "paid"


def test_an_outcome_repeated_or_late_changes_nothing(app, checkout, shopper, riverside):
    paying = path(shopper.post(checkout, data=BEA).location)
    provider = app.test_client()
    provider.address = "http://riverside.eventflow.test"

    for outcome in ("paid", "paid", "declined", "paid"):
        assert provider.post(paying, data={"outcome": outcome}).status_code == 303

    order = only_order()
    assert (order.status, len(order.tickets), len(order.payments)) == ("paid", 2, 1)
    assert "This has been paid" in provider.get(paying).text


def test_a_strange_outcome_changes_nothing(checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)

    assert shopper.post(paying, data={"outcome": "stolen"}).status_code == 422
    assert shopper.post(paying).status_code == 422
    assert only_order().status == "pending"


def test_the_sandbox_says_that_no_money_moves(checkout, shopper):
    page = shopper.get(path(shopper.post(checkout, data=BEA).location)).text

    assert "no money moves" in page
    assert "Pay $51.55" in page and "Decline" in page


def test_a_payment_that_went_back_promises_no_tickets(checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)
    shopper.post(paying, data={"outcome": "paid"})
    assert "To your tickets" in shopper.get(paying).text
    with transaction():
        refunding.start(orders.find(only_order().code, lock=True), actor="Olivia", at=now())

    page = shopper.get(paying).text

    assert "the money is on its way back" in page
    assert "To your tickets" not in page


def test_paid_too_late_for_its_places_it_promises_none_either(gala, checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)
    lapse(checkout)
    factories.hold(gala, 5)
    shopper.post(paying, data={"outcome": "paid"})

    page = shopper.get(paying).text

    assert "the money is on its way back" in page
    assert "To your tickets" not in page
    made = only_order()
    page = shopper.get(f"/orders/{made.code}?secret={made.secret}").text
    assert "$51.55 goes back" in page and "not valid any more" not in page


@pytest.mark.parametrize(("price", "paid"), [(0, True), (2500, True), (2500, False)])
def test_an_order_that_is_called_off_says_what_became_of_its_tickets(
    at_riverside, shopper, price, paid
):
    made = factories.order(at_riverside, factories.make_event(tiers=[("Stalls", price, 5)]), 2)
    if price and paid:
        factories.pay(made)
    with transaction():
        refunding.call_off(orders.locked(made.id), reason="Ill", at=now())

    page = shopper.get(f"/orders/{made.code}?secret={made.secret}").text
    assert ("tickets are not valid any more" in page) is paid


def test_a_payment_page_whose_time_is_over_leads_back_to_choosing(checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)
    lapse(checkout)

    noticed = shopper.get(paying, headers={"HX-Request": "true"})
    page = shopper.get(paying).text

    assert noticed.headers["HX-Refresh"] == "true"
    assert "/events/winter-gala" in page and "Choose again" in page
    assert ">Decline<" not in page and "all the same" in page


@pytest.mark.parametrize("payment", ["nonsense", "0190a8a0-0000-7000-8000-000000000000"])
def test_a_payment_that_is_not_there_is_not_found(gala, shopper, payment):
    assert shopper.get(f"/pay/{payment}").status_code == 404
    assert shopper.post(f"/pay/{payment}", data={"outcome": "paid"}).status_code == 404


def test_a_free_order_needs_no_payment(at_riverside, shopper):
    event = factories.make_event(tiers=[("Free seat", 0, 10)])
    checkout = shopper.post(
        f"/events/{event.slug}/holds", data={f"tier-{event.tiers[0].id}": "2"}
    ).location
    assert "Confirm 2 free tickets" in shopper.get(checkout).text

    order_page = shopper.post(checkout, data=BEA).location

    assert "/orders/" in order_page
    page = shopper.get(order_page).text
    assert page.count("QR code of ticket") == 2
    assert (state_in(page), only_order().status) == ("Confirmed", "paid")


def test_other_ways_to_pay_are_offered_only_where_they_are_taken(at_riverside, checkout, shopper):
    assert "Bank transfer" not in shopper.get(checkout).text
    with transaction():
        db.session.add(
            PaymentAccount(
                id=new_id(),
                requirements_due=[],
                days_to_pay=7,
                takes_transfer=True,
                transfer_details="IBAN AT00",
            )
        )
    assert "Bank transfer" in shopper.get(checkout).text

    order_page = shopper.post(checkout, data=BEA | {"payment_method": "transfer"}).location

    page = shopper.get(order_page).text
    assert "Your places are kept" in page
    assert "IBAN AT00" in page and only_order().code in page
    assert "QR code" not in page


def test_a_lapsed_hold_says_what_happened_and_what_was_kept(checkout, shopper):
    shopper.post(checkout + "/typed", data={"buyer_name": "Bea"})
    lapse(checkout)

    for answer in (shopper.get(checkout), shopper.post(checkout, data=BEA)):
        assert answer.status_code == 410
        assert "The time is over" in answer.text
        assert "What you typed is kept" in answer.text
        assert "/events/winter-gala#tickets" in answer.text


def test_places_without_seats_are_taken_again_in_one_press(checkout, shopper, gala):
    lapse(checkout)
    page = shopper.get(checkout).text
    [(field, quantity)] = re.findall(r'type="hidden" name="(tier-[^"]+)" value="([^"]+)"', page)
    assert "Hold the same again" in page

    assert shopper.post("/events/winter-gala/holds", data={field: quantity}).status_code == 303
    availability.forget(gala.id)
    factories.hold(gala, gala.tiers[0].stock.capacity - int(quantity))
    availability.forget(gala.id)

    page = shopper.get(checkout).text
    assert "is sold out by now" in page
    assert "Hold the same again" not in page


def test_who_chooses_again_need_not_type_again(gala, checkout, shopper):
    shopper.post(checkout + "/typed", data={"buyer_name": "Bea", "buyer_email": "bea@example.com"})
    lapse(checkout)
    shopper.get(checkout)

    field = f"tier-{gala.tiers[0].id}"
    again = shopper.post("/events/winter-gala/holds", data={field: "1"}).location

    assert again != checkout
    assert 'value="bea@example.com"' in shopper.get(again).text


def test_nobody_sees_what_another_browser_typed(app, gala, checkout, shopper, riverside):
    shopper.post(checkout + "/typed", data={"buyer_name": "Bea"})

    other = browser_at(app, riverside)
    field = f"tier-{gala.tiers[0].id}"
    theirs = other.post("/events/winter-gala/holds", data={field: "1"}).location

    assert "Bea" not in other.get(theirs).text


def test_given_back_tickets_are_free_again(checkout, shopper, gala):
    answer = shopper.post(checkout + "/release")

    assert answer.status_code == 303
    assert "Given back" in shopper.get(checkout).text
    assert factories.hold(gala, 5)


def test_the_event_tells_its_holder_what_is_held(app, riverside, gala, checkout, shopper):
    factories.hold(gala, 3)

    told = shopper.get("/events/winter-gala/holding")

    assert "You are holding 2 tickets until" in told.text
    assert path(checkout) in told.text
    assert told.headers["Cache-Control"] == "private, no-store"
    assert shopper.get("/events/winter-gala/mine").location == path(checkout)
    stranger = browser_at(app, riverside)
    assert stranger.get("/events/winter-gala/holding").status_code == 204
    assert stranger.get("/events/winter-gala/mine").status_code == 409
    assert "own-hold" in stranger.get("/events/winter-gala").text
    assert path(checkout) not in shopper.get("/events/winter-gala").text


def test_the_event_tells_who_has_yet_to_pay(checkout, shopper):
    paying = path(shopper.post(checkout, data=BEA).location)

    told = shopper.get("/events/winter-gala/holding")
    assert "Your order of 2 tickets waits for your payment until" in told.text

    shopper.post(paying, data={"outcome": "paid"})
    assert shopper.get("/events/winter-gala/holding").status_code == 204


def test_what_is_no_longer_held_is_not_told(checkout, shopper):
    shopper.post(checkout + "/release")

    assert shopper.get("/events/winter-gala/holding").status_code == 204


def test_the_first_tab_says_that_its_buyer_chose_anew_in_another(app, riverside, checkout, shopper):
    field = f"tier-{db.session.scalars(select(HoldLine.tier_id)).one()}"
    other_tab = shopper.post("/events/winter-gala/holds", data={field: "1"}).location

    page = shopper.get(checkout)

    assert "You have chosen anew" in page.text and "Given back" not in page.text
    assert path(other_tab) in page.text
    stranger = browser_at(app, riverside).get(checkout).text
    assert path(other_tab) not in stranger


def test_more_time_is_given_once(checkout, shopper):
    with transaction():
        holds.find(checkout.rpartition("/")[2]).expires_at = now() + timedelta(minutes=1)
    assert "once: the full 10 minutes again." in shopper.get(checkout).text

    assert (
        "You have the full time again"
        in shopper.get(shopper.post(checkout + "/extend").location).text
    )
    assert "was extended already" in shopper.get(shopper.post(checkout + "/extend").location).text
    assert "More time can be had" not in shopper.get(checkout).text


def test_more_time_keeps_what_was_typed(checkout, shopper):
    shopper.post(checkout + "/extend", data={"buyer_name": "Bea Buyer", "form_key": "x"})

    assert 'value="Bea Buyer"' in shopper.get(checkout).text


def ask_for(browser, gala, quantity: int) -> int:
    field = f"tier-{gala.tiers[0].id}"
    return browser.post("/events/winter-gala/holds", data={field: str(quantity)}).status_code


def more_time(checkout, shopper) -> str:
    return shopper.get(shopper.post(checkout + "/extend").location).text


def test_no_more_time_while_others_wait(app, riverside, gala, checkout, shopper):
    factories.hold(gala, 3)
    assert ask_for(browser_at(app, riverside), gala, 1) == 409

    assert "Others are waiting" in more_time(checkout, shopper)


def test_to_hold_the_last_ones_keeps_nobody_waiting(gala, checkout, shopper):
    factories.hold(gala, 3)

    assert "You have the full time again" in more_time(checkout, shopper)


def test_nobody_waits_for_themselves(gala, shopper):
    assert ask_for(shopper, gala, 6) == 409
    field = f"tier-{gala.tiers[0].id}"
    checkout = shopper.post("/events/winter-gala/holds", data={field: "5"}).location
    assert ask_for(shopper, gala, 6) == 409

    assert "You have the full time again" in more_time(checkout, shopper)


def test_nobody_waits_for_what_can_be_had_by_now(app, riverside, gala, checkout, shopper):
    other = factories.hold(gala, 3)
    assert ask_for(browser_at(app, riverside), gala, 1) == 409
    with transaction():
        holds.release(other.id, at=now())

    assert "You have the full time again" in more_time(checkout, shopper)


def test_who_was_refused_before_is_not_asked_after(app, riverside, gala, shopper):
    assert ask_for(browser_at(app, riverside), gala, 6) == 409
    field = f"tier-{gala.tiers[0].id}"
    checkout = shopper.post("/events/winter-gala/holds", data={field: "5"}).location

    assert "You have the full time again" in more_time(checkout, shopper)


def test_the_countdown_notices_and_the_page_is_looked_at_anew(checkout, shopper):
    lapse(checkout)

    answer = shopper.get(checkout, headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("hold", ["nonsense", "0190a8a0-0000-7000-8000-000000000000", "a" * 900])
def test_a_checkout_that_is_not_there_is_not_found(gala, shopper, hold):
    assert shopper.get(f"/checkout/{hold}").status_code == 404
    for action in ("", "/release", "/extend", "/typed"):
        assert shopper.post(f"/checkout/{hold}{action}", data=BEA).status_code == 404


def test_another_box_office_knows_neither_hold_nor_order_nor_payment(
    app, northgate, checkout, shopper
):
    paying = path(shopper.post(checkout, data=BEA).location)
    order = only_order()
    stranger = browser_at(app, northgate)

    for address in (path(checkout), paying, f"/orders/{order.code}?secret={order.secret}"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(paying, data={"outcome": "paid"}).status_code == 404
    assert only_order().status == "pending"


# The order's page


@pytest.fixture
def order(riverside, gala) -> Order:
    return factories.order(riverside, gala, 2)


def address(order: Order, rest: str = "") -> str:
    return f"/orders/{order.code}{rest}?secret={order.secret}"


def test_an_order_opens_to_its_secret_only(order, shopper):
    assert shopper.get(address(order)).status_code == 200
    for wrong in (
        f"/orders/{order.code}",
        f"/orders/{order.code}?secret=wrong",
        "/orders/ABCD2345",
    ):
        assert shopper.get(wrong).status_code == 404


def test_half_a_link_leads_on_whether_there_is_an_order_or_not(app, northgate, order, shopper):
    ticket = factories.pay(order).tickets[0]
    halves = (
        address(order)[:-1],
        "/orders/ABCD2345?secret=x",
        f"/tickets/{ticket.id}?secret=wrong",
        f"/tickets/{str(ticket.id)[:-1]}",
        f"/checkout/{str(order.hold_id)[:-1]}",
    )

    pages = [shopper.get(half) for half in halves]

    assert {page.status_code for page in pages} == {404}
    assert len({re.search(r"<article.*<code>", page.text, re.S)[0] for page in pages}) == 1
    assert "The link may be incomplete" in pages[0].text
    ways = re.findall(r'class="button" href="([^"]+)"', pages[0].text)
    assert ways == ["/orders/find", "/"]
    # What was never opened by a link has no such excuse, nor has the base host.
    for page in (shopper.get("/events/nothing"), browser_at(app, None).get(halves[0])):
        assert page.status_code == 404
        assert "may be incomplete" not in page.text


def test_an_order_is_kept_by_no_cache_and_told_to_nobody(order, shopper):
    answer = shopper.get(address(order))

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.text


def test_a_waiting_order_asks_until_it_is_paid(order, shopper):
    assert address(order, "/state").split("?")[0] in shopper.get(address(order)).text
    state = address(order, "/state") + "&seen=pending"
    assert shopper.get(state).status_code == 204
    factories.pay(order)

    assert shopper.get(state).headers["HX-Refresh"] == "true"
    assert "/state" not in shopper.get(address(order)).text


def test_an_order_whose_time_ran_out_says_so(order, shopper):
    with transaction():
        holds.find(order.hold_id).expires_at = now() - timedelta(seconds=1)

    page = shopper.get(address(order)).text

    assert "The time to pay ran out" in page
    assert "Pay $" not in page


def test_a_refunded_order_shows_no_codes(order, shopper):
    factories.pay(order)
    with transaction():
        refunding.start(orders.find(order.code, lock=True), actor="Olivia", at=now())

    page = shopper.get(address(order)).text

    assert "on its way back" in page
    assert "<svg role" not in page and "QR code of ticket" not in page


def test_the_receipt_has_its_fees(order, shopper):
    factories.pay(order)

    page = shopper.get(address(order)).text

    for line in ("2 × Stalls", "$50.00", "Fees", "$1.55", "$51.55", order.code):
        assert line in page


def test_tickets_are_mailed_again_to_those_who_ask(order, shopper):
    factories.pay(order)

    answer = shopper.post(f"/orders/{order.code}/resend", data={"secret": order.secret})

    assert answer.status_code == 303
    assert "The mail is on its way to bea@example.com" in shopper.get(address(order)).text
    jobs = db.session.scalars(select(OutboxJob.job)).all()
    assert jobs.count("sales.send_tickets_again") == 1


def test_asking_for_them_too_often_leads_back_to_them(app, order, shopper, monkeypatch):
    factories.pay(order)
    monkeypatch.setitem(limits.LIMITS, "resend", (limits.Limit(1, 3600, "order"),))
    monkeypatch.setitem(app.extensions, "limits", limits._Counters(app.config["REDIS_URL"]))
    again = [
        shopper.post(f"/orders/{order.code}/resend", data={"secret": order.secret})
        for _press in range(2)
    ][1]

    page = shopper.get(again.location)

    assert again.status_code == 303
    assert page.request.args["secret"] == order.secret
    assert "Too many attempts. Please try again in" in page.text
    assert "QR code of ticket" in page.text
    jobs = db.session.scalars(select(OutboxJob.job)).all()
    assert jobs.count("sales.send_tickets_again") == 1


def test_nothing_is_mailed_before_it_is_paid(order, shopper):
    answer = shopper.post(f"/orders/{order.code}/resend", data={"secret": order.secret})

    assert answer.status_code == 409
