"""Orders that nobody pays before they are made: how many of them one may make."""

import re

import pytest
from sqlalchemy import func, select

from eventflow import limits
from eventflow.db import db, new_id, now, transaction
from eventflow.payments.models import PaymentAccount
from eventflow.sales import holds
from eventflow.sales.models import Hold, Order
from eventflow.tenancy import acting_for
from tests import factories
from tests.api.conftest import make_program
from tests.people import browser_at

NAME = "order_without_payment"
BEA = {"buyer_name": "Bea Buyer", "buyer_email": "bea@example.com"}


@pytest.fixture
def taster(at_riverside):
    return factories.make_event(title="Taster", tiers=[("Free", 0, 50)])


@pytest.fixture
def paid_later(gala):
    """Riverside Hall takes bank transfers, and money at the door."""
    ways = {"takes_transfer": True, "transfer_details": "IBAN AT00", "takes_at_door": True}
    with transaction():
        db.session.add(PaymentAccount(id=new_id(), requirements_due=[], days_to_pay=7, **ways))
    return gala


@pytest.fixture
def two_a_buyer(counting, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, NAME, (limits.Limit(2, 3600, "buyer"),))


@pytest.fixture
def two_a_network(counting, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, NAME, (limits.Limit(2, 3600, "address"),))


@pytest.fixture
def shopper(app, riverside):
    return browser_at(app, riverside)


def checkout(event) -> str:
    """The address of a checkout with a ticket in it."""
    return f"/checkout/{factories.hold(event, 1).id}"


def order(shopper, event, **typed):
    return shopper.post(checkout(event), data=BEA | typed)


def orders_made() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Order))


def test_one_buyer_makes_so_many_free_orders_however_the_address_is_spelled(
    shopper, taster, two_a_buyer
):
    assert order(shopper, taster).status_code == 303
    assert order(shopper, taster, buyer_email="Bea@example\u3002com").status_code == 303

    address = checkout(taster)
    typed = {"buyer_email": "BEA@EXAMPLE.COM", "name-1": "Carl Carlson"}
    answer = shopper.post(address, data=BEA | typed)

    assert answer.status_code == 429
    assert 3500 <= int(answer.headers["Retry-After"]) <= 3600
    assert "Please try again in 1 hour" in answer.text
    for kept in ("Bea Buyer", "BEA@EXAMPLE.COM", "Carl Carlson"):
        assert f'value="{kept}"' in answer.text
    assert orders_made() == 2
    assert holds.find_live(address.rpartition("/")[2], at=now())

    assert shopper.post(address, data=BEA | {"buyer_email": "carl@x.org"}).status_code == 303


def test_so_many_come_from_one_network(app, riverside, taster, two_a_network):
    def order_from(network: str, name: str) -> int:
        answer = browser_at(app, riverside, use_cookies=False).post(
            checkout(taster),
            data=BEA | {"buyer_email": f"{name}@example.com"},
            environ_overrides={"REMOTE_ADDR": network},
        )
        return answer.status_code

    assert [order_from("203.0.113.5", name) for name in "abc"] == [303, 303, 429]
    assert order_from("203.0.113.6", "c") == 303


@pytest.mark.parametrize("method", ["transfer", "door"])
def test_what_is_paid_later_is_limited_and_what_is_paid_now_is_not(
    shopper, paid_later, two_a_buyer, method
):
    address = checkout(paid_later)
    answers = [order(shopper, paid_later, payment_method=method) for _ in range(2)]
    answers.append(shopper.post(address, data=BEA | {"payment_method": method}))
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert re.search(rf'value="{method}"[^>]* checked', answers[2].text)

    paying = shopper.post(address, data=BEA | {"payment_method": "online"})

    assert "/pay/" in paying.location


def test_what_is_to_be_put_right_is_no_order(shopper, taster, paid_later, two_a_buyer):
    address = checkout(taster)
    for wrong in ({"buyer_name": ""}, {"buyer_email": "bea"}, {"email-1": "carl"}):
        assert shopper.post(address, data=BEA | wrong).status_code == 422
        assert order(shopper, paid_later, payment_method="barter").status_code == 422

    assert shopper.post(address, data=BEA).status_code == 303
    assert order(shopper, taster).status_code == 303
    assert order(shopper, taster).status_code == 429


def test_a_button_pressed_twice_is_one_order_and_never_one_too_many(shopper, taster, two_a_buyer):
    for number in range(2):
        address, form = checkout(taster), BEA | {"form_key": f"pressed {number}"}
        first, second = (shopper.post(address, data=form) for _press in range(2))
        assert first.status_code == second.status_code == 303
        assert first.location == second.location

    assert orders_made() == 2
    assert order(shopper, taster).status_code == 429


def test_a_program_is_told_the_same_and_its_hold_stays(app, riverside, taster, two_a_buyer):
    program = make_program(app, riverside, None)

    def make(**headers):
        buyer = {"name": "Bea", "email": "bea@example.com"}
        return program.post("/orders", {"hold": hold, "buyer": buyer}, **headers)

    for _ in range(2):
        hold = str(factories.hold(taster, 1).id)
        assert make().status_code == 201
    hold = str(factories.hold(taster, 1).id)

    refused = make(Idempotency_Key="once")

    assert (refused.status_code, refused.json["code"]) == (429, "rate_limited")
    assert refused.content_type == "application/problem+json"
    assert 3500 <= int(refused.headers["Retry-After"]) <= 3600
    limits.forgive(NAME, buyer="bea@example.com")  # as after an hour
    assert make(Idempotency_Key="once").status_code == 201


def test_what_a_program_held_for_the_refused_order_alone_is_given_back(
    app, riverside, taster, two_a_buyer
):
    buyer = {"name": "Bea", "email": "bea@example.com"}
    wanted = {"event": taster.slug, "items": [{"tier": str(taster.tiers[0].id), "quantity": 1}]}
    program = make_program(app, riverside, None)

    def make(key: str):
        return program.post("/orders", wanted | {"buyer": buyer}, Idempotency_Key=key)

    assert [make(key).status_code for key in ("one", "two", "three")] == [201, 201, 429]
    with acting_for(riverside.id):
        assert db.session.scalars(select(Hold.status).order_by(Hold.status)).all() == [
            *("released", "used", "used"),
        ]

    limits.forgive(NAME, buyer="bea@example.com")  # as after an hour
    made = make("three")
    assert made.status_code == 201, made.text
    assert make("three").data == made.data


@pytest.mark.parametrize("role", ["scanner", "staff", "owner"])
def test_programs_of_the_box_office_are_not_counted(app, riverside, taster, two_a_network, role):
    placed = [str(factories.hold(taster, 1).id) for _ in range(3)]
    program = make_program(app, riverside, role)
    for hold in placed:
        buyer = {"name": "Bea", "email": "bea@example.com"}
        made = program.post("/orders", {"hold": hold, "buyer": buyer})
        assert made.status_code == 201


def test_while_redis_is_away_orders_are_made_and_counted_here(app, shopper, taster, two_a_buyer):
    app.extensions["limits"] = limits._Counters("redis://127.0.0.1:1/0")
    assert [order(shopper, taster).status_code for _ in range(3)] == [303, 303, 429]
