"""Refunds in the audit log: each that somebody asked for, once, whichever way they asked."""

import pytest
from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db, now, transaction
from eventflow.events import publishing
from eventflow.payments import refunding
from eventflow.sales import orders
from tests import factories
from tests.api.conftest import make_program
from tests.payments.shop import work
from tests.people import browser_at


@pytest.fixture
def paid(gala, at_riverside):
    """Two Stalls and a Circle, 92.55 in all, paid."""
    return factories.pay(factories.order(at_riverside, gala, 2, 1))


@pytest.fixture
def program(app, at_riverside):
    return make_program(app, at_riverside, "owner")


def logged() -> list[AuditEntry]:
    db.session.rollback()
    refunds = select(AuditEntry).where(AuditEntry.action == "refunds.start")
    return list(db.session.scalars(refunds.order_by(AuditEntry.id)))


def test_a_program_that_refunds_is_named_with_what_it_gave_back(program, paid):
    address, circle = f"/orders/{paid.code}/refund", str(paid.tickets[2].id)
    for asked in (
        {"tickets": [circle], "reason": "Ill"},
        {"amount": {"amount": 100, "currency": "USD"}, "reason": "because"},
        {},
    ):
        assert program.post(address, asked).status_code == 200

    entries = logged()
    assert [(one.words, one.after["tickets"]) for one in entries] == [
        ("Refunded $41.13 to Bea Buyer: Ill", 1),
        ("Refunded $1.00 to Bea Buyer: because", 0),
        ("Refunded $50.42 to Bea Buyer", 2),
    ]
    assert {(one.actor_kind, one.actor_name) for one in entries} == {
        ("token", "owner of Riverside Hall")
    }
    assert {one.subject_name for one in entries} == {paid.code}


def test_the_log_shows_it_among_the_refunds(app, riverside, olivia, program, paid):
    program.post(f"/orders/{paid.code}/refund", {"reason": "because"})

    page = browser_at(app, riverside, olivia).get("/manage/audit?action=refunds").text
    assert "Refunded $92.55 to Bea Buyer: because" in page


def test_a_refund_asked_for_twice_is_logged_once(paid):
    for _time in range(2):
        with transaction():
            refunding.start(orders.locked(paid.id), reason="It\n rains", form_key="one", at=now())

    assert [one.words for one in logged()] == ["Refunded $92.55 to Bea Buyer: It rains"]


def test_what_goes_back_with_a_cancelled_event_is_the_one_change(gala, paid):
    with transaction():
        publishing.cancel(gala, at=now())
    work("payments.refund_event")
    work("payments.call_off_order")

    db.session.expire_all()
    assert paid.status == "refunded"
    assert logged() == []
