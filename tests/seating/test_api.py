"""What a program sees of a hall: all of it, and what changed."""

from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.sales import holds
from eventflow.seating import states
from eventflow.tenancy import across_tenants
from eventflow.tickets import stocktaking
from tests import factories
from tests.api.conftest import make_program
from tests.sales.test_seats import buy, take
from tests.seating.theatres import a_drawing, a_row, make_seated, theatre


@pytest.fixture
def event(at_riverside):
    return make_seated(a_drawing(a_row("A", 6)))


def address(event) -> str:
    return f"/api/v1/events/{event.slug}/seats"


def test_every_seat_is_told_with_where_it_is_and_what_it_costs(event, storefront):
    take(event, 0, 1)
    told = storefront.get(address(event)).json

    first = told["seats"][0]
    assert (first["section"], first["row"], first["number"]) == ("Stalls", "A", "1")
    assert (first["status"], first["label"], first["kind"]) == ("held", "Stalls A1", "standard")
    assert first["tier"] == str(event.tiers[0].id)
    assert told["seats"][2]["status"] == "free"
    assert told["sections"][0]["name"] == "Stalls"


def test_who_has_it_is_told_so(event, storefront):
    first = storefront.get(address(event))
    again = storefront.get(address(event), headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_only_what_changed_is_told(event, storefront, at_riverside):
    version = storefront.get(address(event)).json["version"]
    buy(at_riverside, take(event, 0, 1))
    states.forget(event.id)
    told = storefront.get(f"{address(event)}?since={version}").json

    assert [one["status"] for one in told["changed"]] == ["sold", "sold"]
    assert told["version"] > version
    nothing = storefront.get(f"{address(event)}?since={told['version']}").json
    assert nothing == {"version": told["version"], "changed": []}


def test_other_processes_know_what_was_told_before(event, storefront):
    version = storefront.get(address(event)).json["version"]
    take(event, 0, 1)
    states.clear()  # another process, which has only what Redis has
    states.forget(event.id)

    told = storefront.get(f"{address(event)}?since={version}").json
    assert len(told["changed"]) == 2


def test_an_unknown_version_is_answered_with_everything(event, storefront):
    told = storefront.get(f"{address(event)}?since=12345").json

    assert len(told["seats"]) == 6


def test_nonsense_is_refused_and_no_error(event, storefront):
    assert storefront.get(f"{address(event)}?since=x").status_code == 422
    path = f"/api/v1/events/{event.slug}/holds"
    for body in (
        {"seats": ["nonsense"]},
        {"seats": [1]},
        {"seats": []},
        {"best_available": {"quantity": 0}},
        {"best_available": {"quantity": 2, "tier": "x"}},
        {"best_available": {}},
        {"need": "x", "seats": []},
        {},
    ):
        assert storefront.post(path, json=body).status_code == 422, body


def test_an_event_without_seats_has_none(at_riverside, storefront):
    plain = factories.make_event(title="Plain")
    told = storefront.get(address(plain)).json

    assert told == {"version": 0, "sections": [], "seats": []}
    answer = storefront.post(
        f"/api/v1/events/{plain.slug}/holds", json={"best_available": {"quantity": 2}}
    )
    assert answer.status_code == 422


def test_a_price_in_another_currency_is_no_limit_of_ours(storefront, event):
    asked = {"quantity": 1, "max_price": {"amount": 5000, "currency": "JPY"}}

    answer = storefront.post(f"/api/v1/events/{event.slug}/holds", json={"best_available": asked})

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "best_available.max_price.currency"


def test_the_best_within_a_budget(event, storefront):
    path = f"/api/v1/events/{event.slug}/holds"
    price = {"amount": 2000, "currency": "USD"}
    none = storefront.post(path, json={"best_available": {"quantity": 2, "max_price": price}})
    some = storefront.post(
        path, json={"best_available": {"quantity": 2, "max_price": price | {"amount": 2500}}}
    )

    assert (none.status_code, none.json["code"]) == (409, "sold_out")
    assert some.status_code == 201


def test_a_delta_of_a_rush_is_small(at_riverside, storefront):
    event = make_seated(theatre(10, 40), most_seats=10)
    version = storefront.get(address(event)).json["version"]
    for first in range(0, 20, 10):
        take(event, *range(first, first + 10))
    states.forget(event.id)

    answer = storefront.get(f"{address(event)}?since={version}")
    assert len(answer.json["changed"]) == 20
    assert len(answer.data) < 2000


def test_an_abandoned_hold_is_kept_for_a_minute_and_comes_back(event):
    at = now()
    placed = take(event, 0, 1, at=at)
    with transaction():
        holds.leave(placed.id, at=at)
        left = holds.leave(placed.id, at=at + timedelta(seconds=5))
        assert left.expires_at == at + timedelta(seconds=60)
    with transaction():
        back = holds.come_back(placed.id, at=at + timedelta(seconds=30))
        assert back.expires_at == placed.expires_at

    with transaction():
        holds.leave(placed.id, at=at)
    with pytest.raises(holds.HoldExpired), transaction():
        holds.come_back(placed.id, at=at + timedelta(seconds=61))


def test_a_hold_that_is_being_paid_for_is_not_shortened(event, at_riverside):
    made = factories.checkout.begin(at_riverside, take(event, 0, 1).id, factories.BEA, at=now())
    with transaction():
        assert holds.leave(factories.orders.find(made.code).hold_id, at=now()) is None


def test_stocktaking_says_which_seat_is_wrong(event, at_riverside):
    order = buy(at_riverside, take(event, 0, 1))
    with transaction():
        order.tickets[0].seat_id = None
        db.session.flush()
    with across_tenants():
        (found,) = stocktaking.differences()

    assert "has no seat" in str(found)


def test_a_tier_that_is_sold_by_seat_has_as_many_as_it_has_seats(app, riverside, event):
    tier, floor = event.tiers[0], event.tiers[2]
    admin = make_program(app, riverside, "admin")
    tiers = f"/events/{event.slug}/tiers/"

    refused = admin.call("PATCH", tiers + str(tier.id), {"quantity": 500})
    same = admin.call("PATCH", tiers + str(tier.id), {"quantity": 6, "name": "A"})
    standing = admin.call("PATCH", tiers + str(floor.id), {"quantity": 500})

    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["quantity"]
    assert (same.status_code, standing.status_code) == (200, 200)
