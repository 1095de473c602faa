"""From hold to money: what a buyer waits for between the two."""

import pytest

from eventflow.db import db, now
from eventflow.payments import checkout
from eventflow.payments.providers import PaymentRefused
from eventflow.payments.sandbox import Sandbox
from eventflow.sales import orders
from eventflow.sales.models import Order
from tests.factories import BEA, hold


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
