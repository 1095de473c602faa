"""A sale by card, from the event page through Stripe's page to the ticket on the screen."""

import threading

import pytest
from sqlalchemy import func, select

from eventflow.db import db, now, transaction
from eventflow.payments import accounts, checkout, providers
from eventflow.payments.models import PaymentAccount
from eventflow.queue import OutboxJob
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer
from eventflow.tickets import stocktaking
from tests import factories
from tests.payments.shop import all_payments, inbox
from tests.people import browser_at
from tests.stripe_fake.webhooks import body_of


def sessions(stripe) -> list[dict]:
    return list(stripe.store.all("checkout.session"))


def test_from_the_event_to_the_ticket_on_the_screen(shop, gala, receive, connected):
    order, page_url = shop.order(gala)
    assert order.status == "pending"
    session = shop.stripe.find(shop.session(page_url))
    assert session["amount_total"] == order.total == 5155
    assert session["customer_email"] == "bea@example.com"
    assert session["metadata"]["order"] == order.code

    back = shop.press(page_url)
    assert back.startswith(f"http://riverside.eventflow.test/orders/{order.code}?secret=")
    shop.stripe.deliver_webhooks(receive)
    page = shop.come_back(back)

    assert "Here are your tickets" in page.text
    assert (shop.fresh(order).status, len(order.tickets)) == ("paid", 2)
    assert ("checkout.session.completed", f"order {order.code} paid") in inbox()
    # 51.55 were paid; the platform keeps its 1.55, the organizer the rest.
    assert shop.stripe.balance(connected) == {"usd": 5000}
    (opened,) = [one for one in shop.stripe.requests if one.path == "/v1/checkout/sessions"]
    assert opened.form["payment_intent_data"]["application_fee_amount"] == "155"
    assert opened.form["payment_intent_data"]["transfer_data"] == {"destination": connected}
    assert stocktaking.differences() == []


def test_the_lines_of_stripes_page_are_those_of_the_order(shop, gala):
    _order, page_url = shop.order(gala)
    lines = shop.stripe.store.line_items[shop.session(page_url)]
    assert [(line["description"], line["quantity"], line["amount_total"]) for line in lines] == [
        ("Winter Gala: Stalls", 2, 5000),
        ("Fees", 1, 155),
    ]


@pytest.mark.parametrize(
    ("currency", "price", "charged", "fee"),
    [("JPY", 5000, 5165, 165), ("KWD", 4000, 4200, 200), ("UGX", 50000, None, None)],
)
def test_every_currency_is_charged_as_stripe_counts_it(shop, currency, price, charged, fee):
    event = factories.make_event(title="Abroad", tiers=[("Floor", price, 5)], currency=currency)
    order = factories.order(shop.tenant, event, 1)
    (session,) = sessions(shop.stripe)
    assert session["currency"] == currency.lower()
    if charged is None:
        # Stripe counts shillings as if they had cents.
        charged, fee = order.total * 100, order.platform_fee
    assert (session["amount_total"], order.platform_fee) == (charged, fee)


def test_what_lies_between_stripes_steps_is_refused_and_not_rounded(shop):
    event = factories.make_event(title="Abroad", tiers=[("Floor", 5000, 5)], currency="KWD")
    with pytest.raises(providers.PaymentRefused, match="moves in steps of"):
        factories.order(shop.tenant, event, 1)
    assert [payment.status for payment in all_payments()] == ["abandoned"]


def test_fees_the_organizer_bears_come_out_of_the_transfer(shop, connected, receive):
    event = factories.make_event(title="Absorbed", tiers=[("Stalls", 2500, 5)], fee_mode="absorbed")
    order, page_url = shop.order(event)
    assert order.total == 5000
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    assert shop.stripe.balance(connected) == {"usd": 5000 - 155}


def test_the_button_pressed_twice_is_one_order_and_one_session(shop, gala):
    address = shop.hold(gala)
    form = {"buyer_name": "Bea", "buyer_email": "bea@example.com", "form_key": "pressed"}
    first, second = (shop.browser.post(address, data=form) for _press in range(2))

    assert first.location == second.location == sessions(shop.stripe)[0]["url"]
    assert len(sessions(shop.stripe)) == 1
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_a_declined_card_is_no_lost_sale(shop, gala, receive):
    order, page_url = shop.order(gala)
    shop.press(page_url, "declined")
    shop.stripe.deliver_webhooks(receive)
    page = shop.come_back(f"/orders/{order.code}?secret={order.secret}")
    assert "The last payment was declined" in page.text
    assert shop.fresh(order).status == "pending"
    assert all_payments()[0].failure == "Your card was declined."

    again = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
    assert again.location == page_url
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)

    assert shop.fresh(order).status == "paid"
    assert len(sessions(shop.stripe)) == 1


def test_money_that_is_still_on_its_way_issues_nothing(shop, gala, receive):
    order, page_url = shop.order(gala)
    shop.press(page_url, "later")
    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "pending"

    shop.stripe.settle(shop.session(page_url))
    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "paid"


def test_money_that_never_came_makes_room_for_another_try(shop, gala, receive):
    order, page_url = shop.order(gala)
    shop.press(page_url, "later")
    shop.stripe.settle(shop.session(page_url), arrived=False)
    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "pending"

    again = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
    assert again.location.startswith(shop.stripe.url)
    assert again.location != page_url


def test_a_free_order_needs_no_stripe(shop, stripe):
    with transaction():
        accounts.current().charges_enabled = False
    event = factories.make_event(title="Taster", tiers=[("Free", 0, 5)])
    answer = shop.begin(shop.hold(event))
    assert answer.location.startswith("/orders/")
    assert shop.last_order().status == "paid"
    assert sessions(stripe) == []


# When Stripe is in trouble


@pytest.mark.parametrize("trouble", [500, 429, 409, "hang up", "silence"])
def test_the_order_is_safe_while_stripe_is_away(shop, gala, trouble):
    address = shop.hold(gala)
    shop.stripe.fail_next(1, trouble)
    answer = shop.begin(address)
    order = shop.last_order()

    assert answer.location.startswith(f"/orders/{order.code}?secret=")
    assert "be reached right now" in shop.come_back(answer.location).text
    assert order.status == "pending"

    pressed = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
    assert pressed.location.startswith(shop.stripe.url)
    assert len(sessions(shop.stripe)) == len(all_payments()) == 1


@pytest.mark.parametrize("trouble", [500, "hang up", "silence"])
def test_an_answer_that_was_lost_is_found_again(shop, gala, trouble):
    address = shop.hold(gala)
    shop.stripe.fail_next(1, trouble, executed=True)
    shop.begin(address)
    order = shop.last_order()
    assert all_payments()[0].reference is None

    pressed = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})

    (session,) = sessions(shop.stripe)
    assert pressed.location == session["url"]
    assert all_payments()[0].reference == session["id"]


def test_killed_between_asking_and_recording_the_session_is_the_same(shop, gala, receive):
    """The provider was asked, and whoever asked died before writing down the answer."""
    order = factories.order(shop.tenant, gala, 2)
    (payment,) = all_payments()
    with transaction():
        payment.reference = payment.page_url = None

    opened = checkout.pay(shop.tenant, order, at=now())

    (session,) = sessions(shop.stripe)
    assert opened == session["url"]
    assert shop.stripe.requests[-1].replayed

    with transaction():
        payment = all_payments()[0]
        payment.reference = payment.page_url = None
    shop.press(opened)
    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "paid"
    assert all_payments()[0].reference == session["id"]


def test_what_stripe_will_not_take_is_said_and_can_be_tried_again(shop):
    event = factories.make_event(title="Tiny", tiers=[("Pin", 1, 5)], fee_mode="absorbed")
    answer = shop.begin(shop.hold(event, 1))
    order = shop.last_order()

    assert answer.location.startswith(f"/orders/{order.code}?secret=")
    assert "too small to be paid by card" in shop.come_back(answer.location).text
    assert [payment.status for payment in all_payments()] == ["abandoned"]
    assert order.status == "pending"

    shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
    keys = {r.idempotency_key for r in shop.stripe.requests if r.path.endswith("/sessions")}
    assert len(keys) == 2, "the next try is another request"


def test_programs_are_told_the_same(app, shop, gala):
    program = browser_at(app, shop.tenant)
    asked = {
        "event": gala.slug,
        "items": [{"tier": str(gala.tiers[0].id), "quantity": 1}],
        "buyer": {"name": "Bea", "email": "bea@example.com"},
    }
    shop.stripe.fail_next(1, 500)
    answer = program.post("/api/v1/orders", json=asked)
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")

    made = program.post("/api/v1/orders", json=asked)
    assert made.json["payment_url"].startswith(shop.stripe.url)


# When nothing can be charged


def test_sales_stop_politely_before_anything_is_typed(shop, gala):
    with transaction():
        accounts.current().charges_enabled = False
    address = shop.hold(gala)
    page = shop.browser.get(address)

    assert page.status_code == 200
    assert "Sales are paused" in page.text
    assert 'name="buyer_name"' not in page.text


def test_sales_stop_for_those_who_are_typing_too(shop, gala):
    address = shop.hold(gala)
    shop.browser.get(address)
    with transaction():
        accounts.current().charges_enabled = False
    form = {"buyer_name": "Bea", "buyer_email": "bea@example.com", "form_key": "k"}
    answer = shop.browser.post(address, data=form)

    assert answer.status_code == 409
    assert "nothing is charged" in answer.text
    assert shop.last_order() is None


def test_another_way_to_pay_goes_on(shop, gala):
    with transaction():
        account = accounts.current()
        account.charges_enabled, account.takes_at_door = False, True
    assert checkout.methods() == ["door"]
    answer = shop.begin(shop.hold(gala), payment_method="door")
    assert answer.location.startswith("/orders/")


def test_a_box_office_without_an_account_asks_stripe_nothing(stripe, gala, at_riverside):
    before = len(stripe.requests)
    with pytest.raises(checkout.SalesPaused):
        factories.order(at_riverside, gala, 1)
    assert len(stripe.requests) == before
    assert db.session.scalar(select(PaymentAccount)) is None
    with pytest.raises(providers.PaymentRefused):
        asked = providers.PaymentAsked(
            id=gala.id,
            order_code="X",
            description="",
            amount=1,
            currency="USD",
            application_fee=0,
            destination=None,
            buyer_email="",
            return_url="",
            asked_at=now(),
            expires_at=now(),
            tenant_id=gala.id,
            order_id=gala.id,
        )
        providers.named("stripe").open(asked)


def test_paid_by_one_report_delivered_by_many_at_once(shop, gala, receive, app):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    event = next(
        one for one in shop.stripe.post.pending() if one["type"] == "checkout.session.completed"
    )
    answers: list[int] = []

    def deliver() -> None:
        with app.app_context():
            answers.append(receive(body_of(event), shop.stripe.post.header_for(event)))

    threads = [threading.Thread(target=deliver) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 6
    assert (shop.fresh(order).status, len(order.tickets)) == ("paid", 2)
    confirmations = select(func.count()).where(OutboxJob.job == "sales.confirm_order")
    assert db.session.scalar(confirmations) == 1
    assert stocktaking.differences() == []


def test_two_buyers_have_a_session_each(shop, gala):
    for name in ("Bea", "Carl"):
        factories.order(shop.tenant, gala, 1, buyer=Buyer(name, f"{name.lower()}@example.com"))
    assert {session["customer_email"] for session in sessions(shop.stripe)} == {
        "bea@example.com",
        "carl@example.com",
    }
