"""From hold to money: what a buyer waits for between the two."""

import pytest

from eventflow.db import db, now, transaction
from eventflow.payments import checkout, settling
from eventflow.payments.models import Payment
from eventflow.payments.providers import PaymentRefused
from eventflow.payments.sandbox import Sandbox
from eventflow.sales import orders
from eventflow.sales.models import Order
from tests.factories import BEA, hold
from tests.payments.shop import aside


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, bool]]:
    """Of each payment that a provider was asked for: the order, and whether it was safe by then."""
    told: list[tuple[str, bool]] = []
    opened = Sandbox.open

    def open_(self, asked):
        told.append((asked.order_code, not db.session().in_transaction()))
        return opened(self, asked)

    monkeypatch.setattr(Sandbox, "open", open_)
    return told


def test_a_provider_is_asked_when_the_order_is_safe(gala, at_riverside, asked):
    placed = hold(gala, 1)

    begun = checkout.begin(at_riverside, placed.id, BEA, form_key="once", at=now())
    again = checkout.begin(at_riverside, placed.id, BEA, form_key="once", at=now())

    assert asked == [(begun.code, True)]
    assert again == begun
    assert begun.payment_url


def test_an_order_is_safe_though_its_provider_refuses(gala, at_riverside, asked, monkeypatch):
    opened = Sandbox.open

    def refuse(self, payment):
        opened(self, payment)
        raise PaymentRefused("No cards today.")

    monkeypatch.setattr(Sandbox, "open", refuse)
    placed = hold(gala, 1)
    with pytest.raises(PaymentRefused):
        checkout.begin(at_riverside, placed.id, BEA, form_key="once", at=now())
    monkeypatch.setattr(Sandbox, "open", opened)

    begun = checkout.begin(at_riverside, placed.id, BEA, form_key="once", at=now())

    assert asked == [(begun.code, True), (begun.code, True)]
    assert db.session.query(Order).count() == 1


def test_no_second_payment_is_opened_for_what_has_just_been_paid(
    gala, at_riverside, asked, monkeypatch
):
    begun = checkout.begin(at_riverside, hold(gala, 1).id, BEA, at=now())
    order = orders.find(begun.code)
    with transaction():
        order.payments[0].status = "abandoned"
    locked = orders.locked

    def paid_while_we_wait(order_id):
        monkeypatch.undo()
        aside(report_paid, order_id)
        return locked(order_id)

    monkeypatch.setattr(orders, "locked", paid_while_we_wait)

    assert checkout.pay(at_riverside, orders.find(begun.code), at=now()) is None
    assert len(asked) == 1


def report_paid(order_id) -> None:
    with transaction():
        payment = db.session.query(Payment).filter_by(order_id=order_id).one()
        settling.paid(payment, at=now())


def test_what_an_order_says_is_read_once_on_the_way_to_its_provider(
    gala, at_riverside, query_count
):
    placed_id = hold(gala, 1).id
    db.session.remove()

    with query_count() as statements:
        begun = checkout.begin(at_riverside, placed_id, BEA, at=now())

    for table in ("holds", "events", "hold_lines"):
        assert sum(f" FROM {table}" in " ".join(each.split()) for each in statements) == 1, table
    assert not any(" FROM orders" in " ".join(each.split()) for each in statements[-3:])
    assert orders.find(begun.code).total
