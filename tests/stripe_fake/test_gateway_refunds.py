"""The gateway pays back, once, and takes transfer and fee along."""

import pytest

from eventflow.payments.gateway_errors import GatewayDown, GatewayRefused
from eventflow.payments.stripe_facts import CheckoutSession, RefundResult
from eventflow.payments.stripe_gateway import CheckoutLine

from .scenarios import open_order, paid_order


def refund(gateway, paid: CheckoutSession, amount: int, **changes) -> RefundResult:
    asked = {"reason": "The concert was moved", "idempotency_key": f"refund-{amount}"} | changes
    return gateway.refund(payment_intent=paid.payment_intent, amount=amount, **asked)


def test_a_whole_refund_leaves_nobody_with_anything(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    result = refund(gateway, paid, 5155)

    assert result.status == "succeeded"
    assert (result.amount, result.payment_intent) == (paid.total, paid.payment_intent)
    assert stripe_fake.balance(organizer) == {"usd": 0}
    assert stripe_fake.find(result.id)["metadata"] == {"reason": "The concert was moved"}


def test_a_part_refund_takes_its_part_of_the_fee_along(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    refund(gateway, paid, 2578)

    # 5000 - 2578 back to the buyer + half of the fee of 155, rounded half up.
    assert stripe_fake.balance(organizer) == {"usd": 5000 - 2578 + 78}


def test_the_platform_may_keep_its_fee(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    refund(gateway, paid, 5155, return_fee=False)

    assert stripe_fake.balance(organizer) == {"usd": -155}


def test_a_payment_without_a_fee_is_refunded_too(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer, application_fee=0)

    refund(gateway, paid, 5155)

    assert stripe_fake.balance(organizer) == {"usd": 0}


def test_refunds_carry_marks_of_ours(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)

    result = refund(gateway, paid, 100, metadata={"refund": "0195f4"}, reason="x" * 600)

    kept = stripe_fake.find(result.id)["metadata"]
    assert kept == {"refund": "0195f4", "reason": "x" * 500}


def test_a_refund_is_paid_once_however_often_it_is_asked_for(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    first = refund(gateway, paid, 1000)

    assert refund(gateway, paid, 1000) == first
    assert stripe_fake.balance(organizer) == {"usd": 5000 - 1000 + 30}


def test_a_refund_whose_answer_was_lost_is_found_again(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    # The first request only asks what there is to refund; the second is the refund itself.
    stripe_fake.fail_next(1, "hang up", executed=True, after=1)
    with pytest.raises(GatewayDown):
        refund(gateway, paid, 1000)

    result = refund(gateway, paid, 1000)

    assert stripe_fake.requests[-1].replayed
    assert stripe_fake.find(stripe_fake.find(result.id)["charge"])["amount_refunded"] == 1000


@pytest.mark.parametrize(
    ("currency", "lines", "back"),
    [
        ("JPY", [CheckoutLine("指定席", 5000)], 1234),
        ("UGX", [CheckoutLine("Stalls", 50000)], 1234),
        ("KWD", [CheckoutLine("Stalls", 5000)], 1230),
    ],
)
def test_refunds_know_every_currency(stripe_fake, gateway, organizer, currency, lines, back):
    paid = paid_order(
        stripe_fake, gateway, organizer, currency=currency, line_items=lines, application_fee=0
    )

    result = refund(gateway, paid, back)

    assert (result.amount.amount, result.amount.currency) == (back, currency)


def test_a_refund_between_steps_is_refused(stripe_fake, gateway, organizer):
    lines = [CheckoutLine("Stalls", 5000)]
    paid = paid_order(stripe_fake, gateway, organizer, currency="KWD", line_items=lines)

    with pytest.raises(GatewayRefused) as refused:
        refund(gateway, paid, 1234)

    assert refused.value.code == "amount_between_steps"


def test_no_more_goes_back_than_came_in(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    refund(gateway, paid, 5000)

    with pytest.raises(GatewayRefused, match="did not accept"):
        refund(gateway, paid, 156)
    refund(gateway, paid, 155)
    with pytest.raises(GatewayRefused) as refused:
        refund(gateway, paid, 1)

    assert refused.value.code == "charge_already_refunded"


def test_what_was_never_paid_is_not_refunded(stripe_fake, gateway, organizer):
    session = open_order(gateway, organizer)
    stripe_fake.decline(session.id)
    unpaid = gateway.retrieve_checkout(session.id)

    with pytest.raises(GatewayRefused):
        refund(gateway, unpaid, 1000)


def test_what_the_bank_took_back_is_not_refunded(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    stripe_fake.dispute(paid.payment_intent)

    with pytest.raises(GatewayRefused, match="bank has taken") as refused:
        refund(gateway, paid, 1000)

    assert refused.value.code == "charge_disputed"


def test_a_refund_may_fail_days_later(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    stripe_fake.next_refund("pending")
    pending = refund(gateway, paid, 1000)
    stripe_fake.settle_refund(pending.id, "failed")
    facts = []
    stripe_fake.deliver_webhooks(
        lambda body, signature: facts.append(gateway.read_webhook(body, signature)) or 200,
        only={"refund.failed"},
    )

    assert pending.status == "pending"
    (failed,) = [RefundResult.of(fact.object) for fact in facts]
    assert (failed.status, failed.failure) == ("failed", "expired_or_canceled_card")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pending", "pending"),
        ("requires_action", "pending"),
        ("succeeded", "succeeded"),
        ("failed", "failed"),
        ("canceled", "failed"),
    ],
)
def test_a_refund_is_pending_succeeded_or_failed(theirs, ours):
    shown = {"id": "re_1", "status": theirs, "amount": 100, "currency": "usd"}

    assert RefundResult.of(shown).status == ours
