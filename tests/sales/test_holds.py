"""Holds, one buyer after the other; races are in tests/load."""

from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.sales import availability, holds
from tests.factories import hold, make_event, order, pay


def left(event) -> list[int]:
    return [tier.available for tier in availability.ask(event.id, event.tenant_id, at=now())]


def test_a_hold_sets_places_aside(gala):
    placed = hold(gala, 2, 1)

    assert left(gala) == [3, 2]
    assert placed.totals.subtotal == 2 * 2500 + 4000
    assert placed.totals.total == 9000 + 225 + 30


def test_nobody_holds_more_than_there_is(gala):
    hold(gala, 4)

    with pytest.raises(holds.SoldOut):
        hold(gala, 2)

    assert left(gala) == [1, 3]


def test_a_hold_is_all_or_nothing(gala):
    with pytest.raises(holds.SoldOut):
        hold(gala, 2, 4)

    assert left(gala) == [5, 3]


def test_a_released_hold_frees_its_places_at_once(gala):
    placed = hold(gala, 5)
    with transaction():
        holds.release(placed.id, at=now())

    assert left(gala) == [5, 3]
    with pytest.raises(holds.HoldExpired):
        holds.find_live(placed.id, at=now())


def test_a_lapsed_hold_is_free_stock_with_no_job_run(gala):
    earlier = now() - timedelta(minutes=11)
    hold(gala, 5, at=earlier)

    assert left(gala) == [5, 3]
    hold(gala, 5)
    assert left(gala) == [0, 3]


def test_the_event_has_a_capacity_of_its_own(at_riverside):
    event = make_event(tiers=[("Adult", 2000, 10), ("Child", 1000, 10)], capacity=12)
    hold(event, 8)

    with pytest.raises(holds.SoldOut):
        hold(event, 0, 5)
    hold(event, 0, 4)
    assert left(event) == [0, 0]


def test_one_form_is_one_hold(gala):
    first = hold(gala, 2, form_key="k1")
    again = hold(gala, 2, form_key="k1")

    assert again.id == first.id
    assert again.totals == first.totals
    assert left(gala) == [3, 3]


def test_the_last_places_pressed_twice_are_one_hold_and_not_sold_out(gala):
    stalls = holds.Wanted(gala.tiers[0].id, 5)

    first = holds.place(gala.slug, [stalls], form_key="pressed", at=now())
    second = holds.place(gala.slug, [stalls], form_key="pressed", at=now())

    assert first.id == second.id


def test_a_hold_says_what_is_wrong_with_it(gala, at_riverside):
    gala.tiers[0].max_per_order = 3
    gala.tiers[1].sale_start = now() + timedelta(days=1)
    db.session.commit()

    with pytest.raises(Invalid, match="3 of Stalls at most"):
        hold(gala, 4)
    with pytest.raises(holds.SaleNotOpen, match="Circle is not on sale yet"):
        hold(gala, 0, 1)
    with pytest.raises(Invalid, match="Choose at least one"):
        hold(gala, 0, 0)
    with pytest.raises(NotFound):
        holds.place("no-such-event", [holds.Wanted(gala.tiers[0].id, 1)], at=now())


def test_a_hold_is_extended_once_while_nobody_waits(gala):
    placed = hold(gala, 2)
    with transaction():
        extended = holds.extend(placed.id, minutes=10, at=now() + timedelta(minutes=8))
    assert extended.expires_at > placed.expires_at

    with pytest.raises(Exception, match="extended already"):
        holds.extend(placed.id, minutes=10, at=now())
    full = hold(gala, 3)
    with pytest.raises(Exception, match="waiting"):
        holds.extend(full.id, minutes=10, refused_others=True, at=now())
    with transaction():
        holds.extend(full.id, minutes=10, at=now())


def test_a_hold_that_became_an_order_is_used(gala, at_riverside):
    made = order(at_riverside, gala, 2)

    with pytest.raises(holds.HoldUsed):
        holds.release(made.hold_id, at=now())
    pay(made)
    assert left(gala) == [3, 3]
    with pytest.raises(holds.HoldUsed):
        holds.find_live(made.hold_id, at=now())
