"""Money back through Stripe: once, to the cent, with transfer and fee, whatever goes wrong."""

import pytest

from eventflow.db import db, now, transaction
from eventflow.payments import refunding
from eventflow.sales import orders
from eventflow.tickets import stocktaking
from jobs import payments as jobs
from tests.payments.shop import all_payments, all_refunds, aside, work
from tests.people import browser_at


@pytest.fixture
def admin(app, riverside, ada):
    return browser_at(app, riverside, ada)


@pytest.fixture
def paid(admin, shop, gala, receive):
    """Two Stalls, 51.55, paid by card."""
    order, page_url = shop.order(gala)
    shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    return shop.fresh(order)


def refund(admin, order, **choice):
    shown = {"all": 5155, "amount": int(float(choice.get("amount", 0)) * 100)}
    form = {"way": "all", "reason": "Fell ill", "form_key": "one"} | choice
    form.setdefault("shown", str(shown.get(form["way"], 0)))
    return admin.post(f"/manage/orders/{order.code}/refund", data=form)


def at_stripe(stripe) -> list[dict]:
    return list(stripe.store.all("refund"))


def test_a_whole_refund_leaves_nobody_with_anything(admin, shop, paid, connected, receive):
    answer = refund(admin, paid)
    assert answer.status_code == 303

    (one,) = all_refunds()
    assert (one.status, one.amount) == ("succeeded", 5155)
    assert one.reference == at_stripe(shop.stripe)[0]["id"]
    assert shop.stripe.balance(connected) == {"usd": 0}
    assert at_stripe(shop.stripe)[0]["metadata"]["reason"] == "Fell ill"
    shop.stripe.deliver_webhooks(receive, times=2, order="reversed")
    assert [one.status for one in all_refunds()] == ["succeeded"]
    assert "$51.55 is paid back to Bea Buyer" in admin.get(answer.location).text
    assert stocktaking.differences() == []


def test_a_part_takes_its_part_of_transfer_and_fee_along(admin, shop, paid, connected):
    page = admin.get(f"/manage/orders/{paid.code}/refund?way=amount&amount=25.77")
    assert "You get $0.77 of EventFlow’s fee back" in page.text
    refund(admin, paid, way="amount", amount="25.77")

    assert all_refunds()[0].amount == 2577
    # 50.00 less 25.77, and the fee's share back: 1.55 × 25.77 / 51.55, as Stripe rounds it.
    assert shop.stripe.balance(connected) == {"usd": 5000 - 2577 + 77}


def test_many_small_refunds_end_where_one_large_one_does(admin, shop, paid, connected):
    for number, amount in enumerate(("20.00", "11.11", "20.44")):
        refund(admin, paid, way="amount", amount=amount, form_key=f"form {number}")
    assert shop.fresh(paid).status == "refunded"
    assert shop.stripe.balance(connected) == {"usd": 0}


@pytest.mark.parametrize("trouble", [500, 429, "hang up", "silence"])
def test_a_refund_waits_for_stripe_and_goes_once(admin, shop, paid, connected, trouble):
    shop.stripe.fail_next(1, trouble)
    answer = refund(admin, paid)
    assert "is on its way to Bea Buyer" in admin.get(answer.location).text
    assert all_refunds()[0].status == "pending"

    assert work("payments.carry_out_refund") == ["payments.carry_out_refund"]

    assert all_refunds()[0].status == "succeeded"
    assert len(at_stripe(shop.stripe)) == 1
    assert shop.stripe.balance(connected) == {"usd": 0}


@pytest.mark.parametrize("trouble", [500, "hang up", "silence"])
def test_an_answer_that_was_lost_sends_nothing_twice(admin, shop, paid, connected, trouble):
    # The first request asks what was paid; the second is the refund itself.
    shop.stripe.fail_next(1, trouble, executed=True, after=1)
    refund(admin, paid, way="amount", amount="20.00")
    assert all_refunds()[0].status == "pending"

    work("payments.carry_out_refund")

    assert len(at_stripe(shop.stripe)) == 1
    assert shop.stripe.requests[-1].replayed
    assert all_refunds()[0].status == "succeeded"


def test_the_webhook_may_be_faster_than_the_answer(admin, shop, paid, receive):
    shop.stripe.fail_next(1, "hang up", executed=True, after=1)
    refund(admin, paid, way="amount", amount="20.00")
    asked = len(shop.stripe.requests)
    shop.stripe.deliver_webhooks(receive)
    assert all_refunds()[0].status == "succeeded"

    work("payments.carry_out_refund")
    assert len(shop.stripe.requests) == asked, "nobody asks for what has been answered"


def test_asked_again_after_days_it_is_found_and_not_sent_twice(admin, shop, paid):
    """Stripe forgets an idempotency key after a day; the refund's marks stay."""
    shop.stripe.fail_next(1, "hang up", executed=True, after=1)
    refund(admin, paid, way="amount", amount="20.00")
    shop.stripe.server._stored.clear()
    with transaction():
        all_refunds()[0].created_at = now().replace(year=now().year - 1)

    work("payments.carry_out_refund")

    assert len(at_stripe(shop.stripe)) == 1
    assert all_refunds()[0].status == "succeeded"


def test_what_stripe_refuses_is_said(admin, shop, paid):
    shop.stripe.dispute(all_payments()[0].charge_reference)
    answer = refund(admin, paid)
    page = admin.get(answer.location)
    assert "could not be sent to Bea Buyer" in page.text
    assert "taken this payment back already" in page.text
    (failed,) = all_refunds()
    assert failed.status == "failed"
    assert f"/refunds/{failed.id}/again" in page.text


def test_a_refund_that_did_not_fail_is_not_sent_again(admin, shop, paid):
    refund(admin, paid)
    (done,) = all_refunds()
    answer = admin.post(f"/manage/orders/{paid.code}/refunds/{done.id}/again")
    assert answer.status_code == 303
    assert len(all_refunds()) == len(at_stripe(shop.stripe)) == 1
    assert "has not failed" in admin.get(answer.location).text


def test_a_bank_may_send_it_back_days_later(admin, shop, paid, receive):
    answer = refund(admin, paid)
    (one,) = at_stripe(shop.stripe)
    shop.stripe.settle_refund(one["id"], "failed")
    shop.stripe.deliver_webhooks(receive, order="reversed")

    (failed,) = all_refunds()
    assert failed.status == "failed"
    page = admin.get(answer.location).text
    assert "card has expired or was cancelled" in page
    assert "Send $51.55 again" in page


def test_what_failed_is_sent_again_once(admin, shop, paid, receive):
    refund(admin, paid)
    shop.stripe.settle_refund(at_stripe(shop.stripe)[0]["id"], "failed")
    shop.stripe.deliver_webhooks(receive)
    (failed,) = all_refunds()

    for _press in range(2):
        again = admin.post(f"/manage/orders/{paid.code}/refunds/{failed.id}/again")
        assert again.status_code == 303
    shop.stripe.deliver_webhooks(receive, again=True, order="reversed")

    assert [one.status for one in all_refunds()] == ["failed", "succeeded"]
    assert sorted(one["status"] for one in at_stripe(shop.stripe)) == ["failed", "succeeded"]
    assert shop.fresh(paid).refunded == 5155
    assert f"/refunds/{failed.id}/again" not in admin.get(again.location).text


def test_a_refund_on_its_way_is_asked_about_when_nobody_tells(admin, shop, paid):
    shop.stripe.next_refund("pending")
    refund(admin, paid)
    (one,) = all_refunds()
    assert (one.status, one.reference is not None) == ("pending", True)
    shop.stripe.settle_refund(one.reference)
    shop.stripe.lose_webhooks()
    assert aside(jobs.reconcile) == 0

    with transaction():
        all_refunds()[0].created_at = now().replace(year=now().year - 1)
    assert aside(jobs.reconcile) == 1

    assert all_refunds()[0].status == "succeeded"


def test_paid_twice_is_paid_back_once_and_what_was_kept_is_refundable(admin, shop, gala, receive):
    """Two pages were open: the first ran out for us, but not yet for the buyer."""
    order, first = shop.order(gala)
    with transaction():
        all_payments()[0].status = "abandoned"
    second = shop.browser.post(f"/orders/{order.code}/pay", data={"secret": order.secret}).location
    shop.press(second)
    shop.press(first)
    shop.stripe.deliver_webhooks(receive)
    work("payments.carry_out_refund")
    assert [one.reason for one in all_refunds()] == ["Paid twice"]
    assert shop.fresh(order).status == "paid"
    assert order.refunded == 0

    refund(admin, order, form_key="another")

    assert [one.status for one in all_refunds()] == ["succeeded", "succeeded"]
    assert {one.payment_id for one in all_refunds()} == {one.id for one in all_payments()}
    assert shop.fresh(order).status == "refunded"


def test_calling_an_event_off_gives_all_of_it_back(shop, gala, receive, connected):
    for quantity in (1, 2):
        _order, page_url = shop.order(gala, quantity)
        shop.press(page_url)
    shop.stripe.deliver_webhooks(receive)
    db.session.rollback()
    for code in [order.code for order in db.session.query(orders.Order)]:
        with transaction():
            refunding.call_off(orders.find(code, lock=True), reason="Called off", at=now())
    work("payments.carry_out_refund")
    assert {one.status for one in all_refunds()} == {"succeeded"}
    assert shop.stripe.balance(connected) == {"usd": 0}
