"""Webhooks as badly as a network can: twice, late, out of order, forged, never."""

import pytest
from sqlalchemy import func, select

from eventflow import limits
from eventflow.db import db, now, transaction
from eventflow.payments import desk, webhooks
from eventflow.payments.models import WebhookEvent
from eventflow.queue import OutboxJob
from eventflow.sales import orders
from eventflow.tenancy import across_tenants
from eventflow.tickets import stocktaking
from jobs import payments as jobs
from tests import factories
from tests.payments.shop import all_payments, all_refunds, aside, inbox, work
from tests.people import browser_at


def stored() -> int:
    with across_tenants():
        return db.session.scalar(select(func.count()).select_from(WebhookEvent))


@pytest.fixture
def runner(app):
    return app.test_cli_runner()


# Believed or not


@pytest.mark.parametrize("signature", ["wrong", "stale", "missing"])
def test_what_stripe_did_not_sign_is_not_believed(shop, gala, receive, signature):
    order, page_url = shop.order(gala)
    shop.press(page_url)

    deliveries = shop.stripe.deliver_webhooks(receive, signature=signature)

    assert {delivery.status for delivery in deliveries} == {400}
    assert shop.fresh(order).status == "pending"
    assert stored() == 0


def test_without_stripe_nothing_is_believed(app, stripe_fake, receive):
    body = b'{"object": "event", "id": "evt_1"}'
    assert receive(body, stripe_fake.sign(body)) == 400


def test_webhooks_come_to_the_base_host_only(app, shop):
    assert shop.browser.post("/webhooks/stripe", data=b"{}").status_code == 404
    assert browser_at(app, None).get("/webhooks/stripe").status_code == 405


def test_what_we_do_not_know_is_kept_and_left_alone(shop, receive, stripe):
    body = (
        b'{"object": "event", "id": "evt_new", "type": "something.new", "created": 1767225600,'
        b' "data": {"object": {"id": "x_1"}}}'
    )
    assert receive(body, stripe.sign(body)) == 200
    assert inbox() == [("something.new", "not for us")]


@pytest.mark.parametrize("tenant", ["00000000-0000-4000-8000-000000000000", "nonsense", ""])
def test_a_payment_of_somebody_else_is_left_alone(shop, gala, receive, stripe, tenant):
    _order, page_url = shop.order(gala)
    session = stripe.store.find("checkout.session", shop.session(page_url))
    stripe.store.change(
        session,
        metadata={"tenant_id": tenant, "payment_id": "00000000-0000-4000-8000-000000000001"},
    )
    shop.press(page_url)
    stripe.deliver_webhooks(receive)
    assert {outcome for _kind, outcome in inbox()} <= {"not for us", "no such payment"}


def test_a_report_that_fails_is_kept_tried_again_and_seen(shop, gala, receive, stripe):
    """An event of a shape we can't read: Stripe is told 200, and the job says what is wrong."""
    body = (
        b'{"object": "event", "id": "evt_odd", "type": "checkout.session.completed",'
        b' "created": 1767225600, "data": {"object": {"id": "cs_1"}}}'
    )
    assert receive(body, stripe.sign(body)) == 200
    with across_tenants():
        row = db.session.scalar(select(WebhookEvent))
        assert (row.processed_at, row.attempts) == (None, 1)
        assert "currency" in row.failure
    with pytest.raises(KeyError):
        work("payments.process_webhook")


# In any order, any number of times


def final_state(order) -> tuple:
    return (
        order.status,
        order.refunded,
        [ticket.status for ticket in order.tickets],
        [payment.status for payment in all_payments()],
        [(refund.status, refund.amount) for refund in all_refunds()],
    )


@pytest.mark.parametrize("order_of_arrival", ["made", "reversed", "shuffled"])
@pytest.mark.parametrize("seed", range(3))
def test_however_they_come_the_end_is_the_same(shop, gala, receive, order_of_arrival, seed):
    order, page_url = shop.order(gala)
    shop.press(page_url, "declined")
    shop.press(page_url)

    shop.stripe.deliver_webhooks(receive, order=order_of_arrival, seed=seed, times=2)
    shop.stripe.deliver_webhooks(receive, order=order_of_arrival, seed=seed + 7, again=True)

    assert final_state(shop.fresh(order)) == ("paid", 0, ["valid"] * 2, ["paid"], [])
    confirmations = select(func.count()).where(OutboxJob.job == "sales.confirm_order")
    assert db.session.scalar(confirmations) == 1
    assert stocktaking.differences() == []


@pytest.mark.parametrize("seed", range(3))
def test_refunds_told_in_any_order_end_the_same(shop, gala, receive, seed):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    shop.stripe.next_refund("failed")
    with transaction():
        wish = desk.Wish("amount", amount="20")
        desk.refund(orders.locked(order.id), wish, shown=2000, reason="Ill", form_key="k", at=now())
    work("payments.carry_out_refund")

    shop.stripe.deliver_webhooks(receive, order="shuffled", seed=seed, times=2)

    state = final_state(shop.fresh(order))
    assert state == ("partially_refunded", 2000, ["valid"] * 2, ["paid"], [("failed", 2000)])


@pytest.mark.parametrize("declined", [False, True])
def test_a_session_that_ran_out_changes_no_order(app, shop, gala, receive, declined):
    order, page_url = shop.order(gala)
    if declined:
        shop.press(page_url, "declined")
    app.extensions["stripe_gateway"].expire_checkout(shop.session(page_url))
    shop.stripe.deliver_webhooks(receive)
    assert [payment.status for payment in all_payments()] == ["abandoned"]
    assert shop.fresh(order).status == "pending"

    again = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
    assert again.location.startswith(shop.stripe.url)
    assert again.location != page_url
    shop.press(again.location)
    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "paid"


# Late


def test_paid_after_the_hold_the_places_are_taken_anew(shop, gala, receive):
    order, page_url = shop.order(gala)
    shop.let_lapse(order)
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)

    assert (shop.fresh(order).status, len(order.tickets)) == ("paid", 2)
    assert stocktaking.differences() == []


def test_paid_when_the_places_are_gone_the_money_goes_back(shop, gala, receive, connected):
    order, page_url = shop.order(gala, 5)
    shop.let_lapse(order)
    factories.hold(gala, 5)
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    work("payments.carry_out_refund")

    assert final_state(shop.fresh(order)) == (
        "refunded",
        order.total,
        [],
        ["paid"],
        [("succeeded", order.total)],
    )
    assert shop.stripe.balance(connected) == {"usd": 0}
    promised = select(func.count()).where(OutboxJob.job == "sales.tell_paid_too_late")
    assert db.session.scalar(promised) == 1
    assert stocktaking.differences() == []


# Lost


def test_who_comes_back_first_is_looked_up(shop, gala):
    order, page_url = shop.order(gala)
    back = shop.press(page_url)
    shop.stripe.lose_webhooks()

    page = shop.come_back(back)

    assert "Here are your tickets" in page.text
    assert page.request.args.get("from") is None, "a reload asks Stripe nothing"
    assert shop.fresh(order).status == "paid"


def test_who_comes_back_while_stripe_is_away_waits(shop, gala, receive):
    order, page_url = shop.order(gala)
    back = shop.press(page_url)
    shop.stripe.fail_next(1, 500)
    assert "Waiting for your payment" in shop.come_back(back).text

    shop.stripe.deliver_webhooks(receive)
    assert shop.fresh(order).status == "paid"


ONCE = (limits.Limit(1, 3600, "order"),)
"""However slow the machine is."""


def asked_about(shop, page_url: str) -> int:
    """How often Stripe was asked what became of the session of this page."""
    path = f"/v1/checkout/sessions/{shop.session(page_url)}"
    return sum(one.path == path for one in shop.stripe.requests)


@pytest.mark.parametrize("redis", ["there", "away"])
def test_stripe_is_asked_once_in_a_while_however_often_one_comes_back(
    app, shop, gala, counting, monkeypatch, redis
):
    monkeypatch.setitem(limits.LIMITS, "payment_look", ONCE)
    if redis == "away":
        app.extensions["limits"] = limits._Counters("redis://127.0.0.1:1/0")
    order, page_url = shop.order(gala)
    _other, other_page = shop.order(gala)
    address = f"/orders/{order.code}?secret={order.secret}&from=stripe"

    for _ in range(4):
        assert "Waiting for your payment" in shop.come_back(address).text
    assert asked_about(shop, page_url) == 1

    assert "Here are your tickets" in shop.come_back(shop.press(other_page)).text

    limits.forgive("payment_look", order=str(order.id))  # as after a few seconds
    shop.press(page_url)
    assert "Here are your tickets" in shop.come_back(address).text
    assert asked_about(shop, page_url) == 2


def test_whoever_comes_back_for_many_orders_uses_up_nothing(shop, gala, counting, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "came_back", (limits.Limit(1, 60, "address"),))
    pages = [shop.order(gala)[1] for _ in range(2)]

    first, second = (shop.come_back(shop.press(page)) for page in pages)

    assert "Here are your tickets" in first.text
    assert (second.status_code, "Waiting for your payment" in second.text) == (200, True)
    assert [asked_about(shop, page) for page in pages] == [1, 0]


def test_who_comes_back_and_presses_pay_is_at_stripes_page_again(shop, gala, counting, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "payment_look", ONCE)
    order, page_url = shop.order(gala)
    shop.come_back(f"/orders/{order.code}?secret={order.secret}&from=stripe")

    for _ in range(3):
        answer = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})
        assert answer.location == page_url

    assert asked_about(shop, page_url) == 1


def test_who_presses_pay_again_has_paid(shop, gala):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    shop.stripe.lose_webhooks()

    answer = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret})

    assert answer.location.startswith(f"/orders/{order.code}")
    assert shop.fresh(order).status == "paid"


def test_who_never_comes_back_is_found(shop, gala):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    shop.stripe.lose_webhooks()
    assert aside(jobs.reconcile) == 0, "we wait a little before we ask"

    shop.backdate(minutes=4)
    assert aside(jobs.reconcile) == 1

    assert (shop.fresh(order).status, len(order.tickets)) == ("paid", 2)
    assert aside(jobs.reconcile) == 0


def test_one_that_cannot_be_asked_about_holds_up_no_other(shop, gala):
    first, first_page = shop.order(gala, 1)
    second, second_page = shop.order(gala, 1)
    for page_url in (first_page, second_page):
        shop.press(page_url)
    shop.stripe.lose_webhooks()
    shop.backdate(minutes=4)

    shop.stripe.fail_next(1, 500)
    assert aside(jobs.reconcile) == 1
    assert aside(jobs.reconcile) == 1
    assert {shop.fresh(first).status, shop.fresh(second).status} == {"paid"}


def test_a_page_nobody_may_pay_on_any_more_is_closed(shop, gala):
    order, page_url = shop.order(gala)
    shop.let_lapse(order)
    shop.backdate(minutes=12)

    aside(jobs.reconcile)

    assert shop.stripe.find(shop.session(page_url))["status"] == "expired"
    assert [payment.status for payment in all_payments()] == ["abandoned"]
    assert shop.press(page_url) is None, "nothing can be paid there"


def test_who_was_quicker_than_the_closing_has_paid(shop, gala):
    order, page_url = shop.order(gala)
    shop.let_lapse(order)
    shop.backdate(minutes=12)
    shop.press(page_url)
    shop.stripe.lose_webhooks()

    aside(jobs.reconcile)

    assert shop.fresh(order).status == "paid"


def test_a_cancelled_orders_page_is_closed(shop, gala):
    order, page_url = shop.order(gala)
    with transaction():
        desk.cancel(orders.locked(order.id), at=now())
    assert work("payments.close_pages") == ["payments.close_pages"]
    assert shop.stripe.find(shop.session(page_url))["status"] == "expired"


def test_a_page_that_was_never_opened_is_let_go(shop, gala):
    address = shop.hold(gala)
    shop.stripe.fail_next(1, 500)
    shop.begin(address)
    shop.let_lapse(shop.last_order())
    shop.backdate(minutes=12)

    assert aside(jobs.reconcile) == 1
    assert [payment.status for payment in all_payments()] == ["abandoned"]


def test_the_sandbox_has_nobody_to_ask(at_riverside, gala):
    factories.order(at_riverside, gala, 1)
    assert aside(jobs.reconcile) == aside(jobs.check_accounts) == 0


def test_whoever_stored_it_and_died_leaves_a_job_behind(shop, gala, stripe):
    """Stored and answered, but the machine stopped before it was acted on."""
    order, page_url = shop.order(gala)
    shop.press(page_url)
    (event,) = [e for e in stripe.post.pending() if e["type"] == "checkout.session.completed"]
    aside(webhooks.receive, "stripe", event["id"], event["type"], event)
    assert shop.fresh(order).status == "pending"

    assert work("payments.process_webhook") == ["payments.process_webhook"]

    assert shop.fresh(order).status == "paid"


# Again, by hand


def test_a_report_is_replayed_by_its_name(shop, gala, receive, runner):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    (event_id,) = [
        one["id"] for one in shop.stripe.store.events if one["type"] == "checkout.session.completed"
    ]

    done = aside(runner.invoke, args=["webhooks", "replay", "--id", event_id])

    assert done.exit_code == 0, done.output
    assert f"{event_id} checkout.session.completed: order {order.code} paid" in done.output
    assert len(shop.fresh(order).tickets) == 2


def test_what_failed_is_replayed_together(shop, gala, receive, runner, stripe):
    order, page_url = shop.order(gala)
    shop.press(page_url)
    for event in stripe.post.pending():
        aside(webhooks.receive, "stripe", event["id"], event["type"], event)

    done = aside(runner.invoke, args=["webhooks", "replay", "--failed"])
    assert done.exit_code == 0, done.output
    assert shop.fresh(order).status == "paid"
    assert aside(runner.invoke, args=["webhooks", "replay", "--failed"]).output == ""


def test_what_cannot_be_replayed_is_said(shop, runner, receive, stripe):
    unknown = aside(runner.invoke, args=["webhooks", "replay", "--id", "evt_unknown"])
    assert unknown.exit_code == 1
    assert "No report of this name" in unknown.output
    assert aside(runner.invoke, args=["webhooks", "replay"]).exit_code == 1

    odd = (
        b'{"object": "event", "id": "evt_odd", "type": "refund.updated", "created": 1,'
        b' "data": {"object": {}}}'
    )
    receive(odd, stripe.sign(odd))
    broken = aside(runner.invoke, args=["webhooks", "replay", "--failed"])
    assert broken.exit_code == 1
    assert "evt_odd refund.updated" in broken.output
