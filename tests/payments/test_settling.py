"""What was paid is never lost, however the reports come."""

from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import NotFound
from eventflow.events import publishing
from eventflow.payments import refunding, settling
from eventflow.payments.models import Payment, Refund
from eventflow.queue import OutboxJob
from eventflow.sales import holds, orders
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import codes, issuing, keys, stocktaking
from tests.factories import hold, make_event, order, pay


def verified() -> bool:
    db.session.commit()
    return stocktaking.differences() == []


def test_a_paid_order_has_its_tickets(gala, at_riverside):
    made = order(at_riverside, gala, 2, 1, attendees=[{"name": "Ann"}, {}, {"name": "Cy"}])
    assert made.status == "pending"

    pay(made)

    assert made.status == "paid"
    assert [ticket.attendee_name for ticket in made.tickets] == ["Ann", "Bea Buyer", "Cy"]
    assert verified()


def test_a_ticket_code_is_signed_with_the_tenants_key(gala, at_riverside):
    made = pay(order(at_riverside, gala, 1))
    ticket = made.tickets[0]

    facts = codes.verify(keys.newest().public, issuing.code_of(ticket))

    assert facts.ticket_id == ticket.id
    assert facts.issue == 1


def test_a_free_order_is_paid_at_once(at_riverside):
    event = make_event(tiers=[("Free", 0, 5)])
    made = order(at_riverside, event, 2)

    assert made.status == "paid"
    assert made.total == 0
    assert len(made.tickets) == 2
    assert verified()


def test_a_report_told_twice_changes_nothing(gala, at_riverside):
    made = order(at_riverside, gala, 2)
    pay(made)
    tickets = [ticket.id for ticket in made.tickets]
    pay(made)

    assert [ticket.id for ticket in made.tickets] == tickets
    assert db.session.query(Refund).count() == 0
    assert verified()


def test_paid_late_takes_the_places_anew_if_they_are_free(gala, at_riverside):
    made = order(at_riverside, gala, 2, at=now() - timedelta(minutes=9))
    hold(gala, 3, at=now() + timedelta(minutes=5))  # sweeps nothing: there is room
    hold_all_but = hold(gala, 2, at=now() + timedelta(minutes=5))
    with transaction():
        holds.release(hold_all_but.id, at=now())

    pay(made, at=now() + timedelta(minutes=6))

    assert made.status == "paid"
    assert verified()


def test_paid_too_late_goes_back_and_the_buyer_is_told(gala, at_riverside):
    made = order(at_riverside, gala, 5, at=now() - timedelta(minutes=11))
    hold(gala, 5)

    pay(made)

    assert made.status == "refunded"
    assert made.tickets == []
    refund = db.session.query(Refund).one()
    assert refund.amount == made.total
    assert verified()


@pytest.mark.parametrize("is_archived", [False, True])
def test_paid_after_the_event_was_cancelled_goes_back_and_says_why(gala, at_riverside, is_archived):
    made = order(at_riverside, gala, 2)
    with transaction():
        publishing.cancel(gala, at=now())
        if is_archived:
            publishing.archive(gala, at=now())

    pay(made)

    assert made.status == "refunded"
    assert db.session.query(Refund).one().reason == "Paid after the event was cancelled"
    told = [entry.words for entry in made.entries if entry.kind == "too_late"]
    assert told == ["Paid after the event was cancelled; the money goes back"]


def test_paid_after_the_order_was_cancelled_goes_back_and_says_why(gala, at_riverside):
    made = order(at_riverside, gala, 2)
    with transaction():
        orders.cancel(orders.locked(made.id), at=now())

    pay(made)

    assert made.status == "refunded"
    assert db.session.query(Refund).one().reason == "Paid after the order was cancelled"


def test_a_decline_keeps_the_order_and_its_places(gala, at_riverside):
    made = order(at_riverside, gala, 2)
    payment = db.session.query(Payment).one()
    with transaction():
        settling.declined(payment, failure="Card declined", at=now())

    assert made.status == "pending"
    pay(made)
    with transaction():
        settling.declined(payment, failure="Card declined", at=now())
    assert made.status == "paid"


def test_a_whole_refund_voids_the_tickets_and_frees_the_places(gala, at_riverside):
    made = pay(order(at_riverside, gala, 2, 1))
    with transaction():
        refund = refunding.start(orders.locked(made.id), reason="Ill", at=now())

    assert refund.amount == made.total == made.refunded
    assert made.status == "refunded"
    assert {ticket.status for ticket in made.tickets} == {"cancelled"}
    assert verified()
    with pytest.raises(refunding.NothingToRefund):
        refunding.start(made, at=now())
    assert refunding.carry_out(refund.id) == "succeeded"


def test_refunding_ticket_by_ticket_gives_back_every_cent(gala, at_riverside):
    made = pay(order(at_riverside, gala, 2, 1))
    total = made.total
    for number, ticket in enumerate(list(made.tickets), start=1):
        with transaction():
            refunding.start(orders.locked(made.id), tickets=[ticket.id], at=now())
        assert made.status == ("refunded" if number == 3 else "partially_refunded")

    assert made.refunded == total
    assert verified()


def test_an_amount_alone_leaves_the_tickets_valid(gala, at_riverside):
    made = pay(order(at_riverside, gala, 2))
    with transaction():
        refunding.start(orders.locked(made.id), amount=500, at=now())

    assert made.status == "partially_refunded"
    assert {ticket.status for ticket in made.tickets} == {"valid"}
    with pytest.raises(Exception, match="left to refund"):
        refunding.start(made, amount=made.total, at=now())


def test_the_other_tenant_sees_nothing_of_it(gala, at_riverside, northgate):
    code = pay(order(at_riverside, gala, 1)).code

    with acting_for(northgate.id), pytest.raises(NotFound):
        orders.find(code)
    with across_tenants():
        assert orders.find(code).code == code


def test_whoever_has_not_paid_yet_is_told_that_it_is_off(gala, at_riverside):
    made = order(at_riverside, gala, 2)
    with transaction():
        refunding.call_off(orders.locked(made.id), reason="Called off", at=now())

    assert made.status == "cancelled"
    promised = [job.job for job in db.session.query(OutboxJob).filter_by(done_at=None)]
    assert promised.count("sales.tell_cancelled") == promised.count("payments.close_pages") == 1
    assert verified()
