"""Orders of days gone by: as real as any, and nobody is written to about them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventflow.checkin.models import Scan
from eventflow.db import db, transaction
from eventflow.demo import counter
from eventflow.demo.cast import BEA
from eventflow.events import drafting
from eventflow.payments.models import Refund, WebhookEvent
from eventflow.queue import OutboxJob, enqueue
from eventflow.sales.models import Order
from eventflow.tickets import stocktaking
from eventflow.tickets.models import Ticket


def jobs() -> list[str]:
    return list(db.session.scalars(select(OutboxJob.job).order_by(OutboxJob.job)))


def status(order_id) -> str:
    return db.session.get_one(Order, order_id).status


def test_an_order_of_last_week_is_paid_and_told_to_nobody(box, evening):
    order_id = counter.sell(box, evening, {"Place": 2}, BEA, at=box.days.ago(7))

    order = db.session.get_one(Order, order_id)
    assert (order.status, len(order.tickets)) == ("paid", 2)
    assert order.created_at == box.days.ago(7)
    assert jobs() == []


def test_whoever_is_told_gets_the_confirmation_after_a_report_through_the_inbox(box, evening):
    counter.sell(box, evening, {"Place": 1}, BEA, at=box.days.ago(0.1), told=True)

    assert jobs() == ["sales.confirm_order"]
    assert db.session.scalars(select(WebhookEvent.kind)).all() == ["paid"]


def test_history_takes_back_its_own_promises_and_nobody_elses(box):
    with transaction():
        enqueue("sales.confirm_order", "of somebody who waits")

    with counter.as_history():
        enqueue("sales.confirm_order", "of long ago")

    assert jobs() == ["sales.confirm_order"]
    assert db.session.scalars(select(OutboxJob.args)).all() == [["of somebody who waits"]]


def test_what_was_never_paid_has_lapsed_and_its_places_are_free(box, evening):
    counter.lapse(box, evening, {"Place": 3}, BEA, at=box.days.ago(5), declined=True)

    assert db.session.scalars(select(Order.status)).all() == ["expired"]
    assert [(s.sold, s.held) for s in drafting.find(evening).stocks] == [(0, 0)] * 3
    assert stocktaking.differences() == []


@pytest.mark.parametrize(
    ("how", "becomes", "left"),
    [
        ({}, "refunded", 0),
        ({"tickets": 1}, "partially_refunded", 1),
        ({"amount": 500}, "partially_refunded", 2),
    ],
)
def test_money_goes_back_at_once(box, evening, how, becomes, left):
    order_id = counter.sell(box, evening, {"Place": 2}, BEA, at=box.days.ago(5))

    counter.refund(box, order_id, reason="Ill", at=box.days.ago(4), **how)

    assert status(order_id) == becomes
    assert db.session.scalars(select(Refund.status)).all() == ["succeeded"]
    valid = select(Ticket).where(Ticket.status == "valid")
    assert len(db.session.scalars(valid).all()) == left
    assert jobs() == []
    assert stocktaking.differences() == []


def test_a_transfer_waits_is_cancelled_or_is_marked_as_paid(box, evening):
    waits, gone, came = (
        counter.pay_later(box, evening, {"Place": 1}, BEA, method="transfer", at=box.days.ago(3))
        for _n in range(3)
    )
    counter.cancel(box, gone, at=box.days.ago(2))
    counter.mark_paid(box, came, at=box.days.ago(1))

    assert [status(one) for one in (waits, gone, came)] == ["pending", "cancelled", "paid"]
    assert stocktaking.differences() == []


def test_calling_off_refunds_what_was_paid_and_cancels_what_was_free(box, evening):
    paid = counter.sell(box, evening, {"Place": 2}, BEA, at=box.days.ago(5))
    free = counter.sell(box, evening, {"Child": 1}, BEA, at=box.days.ago(5))

    counter.call_off(box, evening, reason="Flood", at=box.days.ago(2))

    assert drafting.find(evening).status == "cancelled"
    assert (status(paid), status(free)) == ("refunded", "cancelled")
    assert jobs() == []
    assert stocktaking.differences() == []


def test_everybody_is_let_in_but_the_few_who_did_not_come(box, evening):
    counter.fill(box, evening, {"Place": 9}, first=box.days.ago(9), last=box.days.ago(1))

    opens = box.at - timedelta(hours=5)
    counter.let_in(box, evening, all_but=2, gates=["Loft", "Pier"], opens=opens)

    scans = db.session.scalars(select(Scan)).all()
    assert {scan.result for scan in scans} == {"VALID"}
    assert {scan.gate for scan in scans} == {"Loft", "Pier"}
    assert len(scans) == 7
    came = select(Ticket).where(Ticket.checked_in_at.is_not(None))
    assert len(db.session.scalars(came).all()) == 7


def test_filling_respects_how_many_an_order_may_have(box, evening):
    tier = drafting.find(evening).tiers[0]
    tier.max_per_order = 1
    db.session.commit()

    counter.fill(box, evening, {"Place": 5}, first=box.days.ago(9), last=box.days.ago(1))

    assert len(db.session.scalars(select(Order)).all()) == 5
