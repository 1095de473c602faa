"""Idempotency keys: what one use of a key made is nobody else's, and no later use's."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from eventflow.api.models import IdempotencyKey
from eventflow.db import db, transaction
from eventflow.payments import checkout
from eventflow.payments.providers import ProviderDown
from eventflow.tenancy import acting_for
from tests.api.test_sale import BUYER, buy, hold, make_gala, report_paid
from tests.people import browser_at

CARL = {"name": "Carl", "email": "carl@example.com"}


@pytest.fixture
def a_day_later(app, riverside):
    def pass_by() -> None:
        with acting_for(riverside.id), transaction():
            earlier = IdempotencyKey.created_at - timedelta(hours=25)
            db.session.execute(update(IdempotencyKey).values(created_at=earlier))

    return pass_by


def held(program, tier, quantity=1) -> str:
    return hold(program, tier, quantity).json["hold"]["id"]


def test_a_programs_key_finds_no_order_in_a_buyers_form(app, riverside, program):
    tier = make_gala(program("admin"))
    order = {"hold": held(program(), tier), "buyer": BUYER}
    made = program().post("/orders", order, Idempotency_Key="1042").json
    report_paid(program(), made["payment_url"])
    theirs = made["order"]

    shopper = browser_at(app, riverside)
    address = shopper.post("/events/winter-gala/holds", data={f"tier-{tier['id']}": "1"}).location
    typed = {"buyer_name": "Carl", "buyer_email": "carl@example.com"}
    for form_key in ("api:/api/v1/orders:1042", "1042"):
        answer = shopper.post(address, data=typed | {"form_key": form_key})
        assert answer.status_code == 303
        assert theirs["code"] not in answer.location
        assert theirs["secret"] not in answer.location


def test_a_day_later_a_key_is_as_good_as_new(program, a_day_later):
    tier = make_gala(program("admin"))
    first = {"hold": held(program(), tier), "buyer": BUYER}
    old = program().post("/orders", first, Idempotency_Key="k-1").json["order"]
    hold(program(), tier, 1, Idempotency_Key="k-1")
    a_day_later()

    other = {"hold": held(program(), tier), "buyer": CARL}
    new = program().post("/orders", other, Idempotency_Key="k-1").json["order"]
    assert new["code"] != old["code"]
    assert new["buyer"]["name"] == "Carl"
    assert hold(program(), tier, 2, Idempotency_Key="k-1").json["hold"]["items"][0]["quantity"] == 2


def test_a_day_later_a_refund_gives_money_back_again(program, a_day_later):
    owner = program("owner")
    order = buy(program(), make_gala(program("admin")))
    asked = {"amount": {"amount": 500, "currency": "USD"}}

    def refund() -> int:
        path = f"/orders/{order['code']}/refund"
        return owner.post(path, asked, Idempotency_Key="k-1").json["order"]["refunded"]["amount"]

    assert [refund(), refund()] == [500, 500]
    a_day_later()
    assert refund() == 1000


def test_an_order_put_right_is_of_what_it_says_now(program):
    tier = make_gala(program("admin"))

    def order(quantity: int, names: int):
        document = {
            "event": "winter-gala",
            "items": [{"tier": tier["id"], "quantity": quantity}],
            "buyer": BUYER,
            "attendees": [{"name": "Ann"}] * names,
        }
        return program().post("/orders", document, Idempotency_Key="k-1")

    # All there is, and a name too many: what was held for it alone is free again.
    assert order(5, 6).status_code == 422
    made = order(3, 3)
    assert made.status_code == 201, made.text
    assert made.json["order"]["items"][0]["quantity"] == 3
    assert order(3, 3).data == made.data


def test_what_says_to_try_later_goes_on_where_it_stopped(program, monkeypatch):
    tier = make_gala(program("admin"))
    order = {"hold": held(program(), tier), "buyer": BUYER}
    with monkeypatch.context() as away:

        def down(*_asked):
            raise ProviderDown

        away.setattr(checkout, "_open_page", down)
        assert program().post("/orders", order, Idempotency_Key="k-1").status_code == 503

    other = program().post("/orders", order | {"buyer": CARL}, Idempotency_Key="k-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    made = program().post("/orders", order, Idempotency_Key="k-1")
    assert made.status_code == 201
    assert made.json["payment_url"]
