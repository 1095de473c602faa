"""Figures of events: against what was bought, held, given back and checked in."""

from datetime import UTC, datetime, timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.events import drafting, tiers
from eventflow.payments import accounts, refunding
from eventflow.payments.models import Refund
from eventflow.sales import figures, orders
from eventflow.sales.figures import CallingOff, Count, Income
from eventflow.tickets import voiding
from eventflow.tickets.models import Ticket
from tests import factories


def whole(event, at=None) -> Count:
    db.session.rollback()
    return figures.counts([event.id], at=at or now())[event.id]


def refund(order, **how):
    with transaction():
        return refunding.start(orders.find(order.code, lock=True), at=now(), **how)


def take_transfers():
    with transaction():
        accounts.current().takes_transfer = True


def test_sold_held_and_left(at_riverside, gala):
    factories.pay(factories.order(at_riverside, gala, 2, 1))
    factories.hold(gala, 1)

    assert whole(gala) == Count(capacity=8, sold=3, held=1)
    assert whole(gala).left == 4


def test_a_lapsed_hold_is_not_held(at_riverside, gala):
    factories.hold(gala, 2, at=now() - timedelta(hours=1))
    factories.hold(gala, 1)

    assert whole(gala).held == 1
    stalls, circle = figures.of_tiers(gala, at=now())
    assert (stalls.count.held, circle.count.held) == (1, 0)


def test_an_events_own_capacity_counts_before_its_tiers(at_riverside, gala):
    with transaction():
        drafting.change(drafting.find(gala.slug), {"capacity": 6}, at=now())

    assert whole(gala).capacity == 6


def test_tiers_that_share_a_room_have_no_more_places_than_it(at_riverside, gala):
    with transaction():
        event = drafting.find(gala.slug)
        floor = list(event.tiers)[:2]
        factories.make_tier(event, "Balcony", 1500, 4)
        tiers.share_capacity(event, name="Floor", capacity=6, tiers=floor, at=now())
    factories.pay(factories.order(at_riverside, gala, 2, 1))

    assert whole(gala) == Count(capacity=10, sold=3, held=0)


def test_an_event_has_no_more_places_than_its_tiers(at_riverside, gala):
    with transaction():
        drafting.change(drafting.find(gala.slug), {"capacity": 100}, at=now())

    assert whole(gala).left == 8


def test_an_event_without_tiers_has_no_places(at_riverside):
    assert whole(factories.make_event(tiers=[], publish=False)) == Count(0, 0, 0)


def test_income_is_what_came_and_stayed(at_riverside, gala):
    paid = factories.pay(factories.order(at_riverside, gala, 2))
    factories.order(at_riverside, gala, 1)
    assert figures.incomes([gala.id])[gala.id] == Income(orders=1, taken=5155, fees=155)

    refund(paid, amount=2000)
    # Of the fee of 1.55, the share that 31.55 of 51.55 keeps.
    assert figures.incomes([gala.id])[gala.id] == Income(orders=1, taken=3155, fees=95)

    refund(paid)
    assert figures.incomes([gala.id])[gala.id] == Income(orders=0, taken=0, fees=0)


def test_income_where_the_organizer_bears_the_fee(at_riverside):
    event = factories.make_event(fee_mode="absorbed")
    factories.pay(factories.order(at_riverside, event, 2))

    income = figures.incomes([event.id])[event.id]

    assert (income.taken, income.fees, income.proceeds) == (5000, 155, 4845)


def test_free_tickets_bring_nothing_and_are_counted(at_riverside):
    event = factories.make_event(tiers=[("Free", 0, 9)])
    factories.order(at_riverside, event, 3)

    assert figures.incomes([event.id])[event.id] == Income(orders=1, taken=0, fees=0)
    assert whole(event).sold == 3


def test_days_are_those_of_the_zone(at_riverside, gala):
    """23:30 in Berlin on the 20th is the 20th there, and the 21st in Tokyo."""
    at = now().replace(hour=22, minute=30)
    factories.pay(factories.order(at_riverside, gala, 2, at=at), at=at)

    for zone in ("Europe/Berlin", "Asia/Tokyo"):
        days = figures.last_days(zone, at=at)
        sold = figures.by_day([gala.id], zone=zone, at=at)[gala.id]
        assert len(days) == len(sold) == 30
        assert (sold[-1], sum(sold)) == (2, 2)
    later = at + timedelta(hours=3)
    berlin = figures.by_day([gala.id], zone="Europe/Berlin", at=later)[gala.id]
    tokyo = figures.by_day([gala.id], zone="Asia/Tokyo", at=later)[gala.id]
    assert (berlin[-2:], tokyo[-2:]) == ([2, 0], [0, 2])


def test_what_was_undone_is_no_sale_and_what_is_old_is_no_news(at_riverside, gala):
    for back in (31, 29, 1):
        at = now() - timedelta(days=back)
        factories.pay(factories.order(at_riverside, gala, 1, at=at), at=at)
    gone = factories.pay(factories.order(at_riverside, gala, 1))
    refund(gone)

    sold = figures.by_day([gala.id], zone="UTC", at=now())[gala.id]

    assert (sold[0], sold[-2], sold[-1], sum(sold)) == (1, 1, 0, 2)


def test_a_ticket_that_went_back_is_no_sale_of_those_days(at_riverside, gala):
    order = factories.pay(factories.order(at_riverside, gala, 2))
    with transaction():
        order = orders.find(order.code)
        voiding.void(order, order.tickets[:1], reason="ill", actor="Sam", at=now())

    assert sum(figures.by_day([gala.id], zone="UTC", at=now())[gala.id]) == 1


def test_thirty_days_survive_a_change_of_the_clock():
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    days = figures.last_days("Europe/Berlin", at=at)

    assert (len(set(days)), days[0].isoformat(), days[-1].isoformat()) == (
        30,
        "2026-10-12",
        "2026-11-10",
    )


def test_a_tier_has_left_what_everything_it_draws_on_has(at_riverside, gala):
    with transaction():
        event = drafting.find(gala.slug)
        tiers.share_capacity(event, "Hall", 4, event.tiers, at=now())
    factories.pay(factories.order(at_riverside, gala, 1, 2))
    with transaction():
        ticket = db.session.query(Ticket).filter_by(tier_id=gala.tiers[1].id).first()
        ticket.checked_in_at = now()

    stalls, circle = figures.of_tiers(drafting.find(gala.slug), at=now())

    assert (stalls.count.left, stalls.left, stalls.status) == (4, 1, "on_sale")
    assert (circle.count, circle.left, circle.checked_in) == (Count(3, 2, 0), 1, 1)


def test_an_early_price_says_until_when_and_what_comes_then(at_riverside, gala):
    until = now() + timedelta(days=2)
    with transaction():
        stalls = drafting.find(gala.slug).tiers[0]
        tiers.set_early_prices(stalls, [tiers.EarlyPrice(2000, until)], at=now())

    stalls, circle = figures.of_tiers(drafting.find(gala.slug), at=now())

    assert (stalls.price, stalls.early_until, stalls.later) == (2000, until, 2500)
    assert (circle.price, circle.early_until) == (4000, None)


def test_who_waits_for_money_and_who_just_pays(at_riverside, gala):
    take_transfers()
    factories.order(at_riverside, gala, 1, method="transfer")
    factories.order(at_riverside, gala, 1)

    assert figures.waiting(gala, at=now()) == figures.Waiting(orders=1, amount=2593)
    assert figures.waiting(gala, at=now() + timedelta(days=30)).orders == 0


def test_what_calling_off_would_do(at_riverside):
    event = factories.make_event(tiers=[("Stalls", 2500, 9), ("Free", 0, 9)])
    take_transfers()
    assert figures.calling_off(event, at=now()) == CallingOff(0, 0, 0, 0, 0, 0)

    factories.pay(factories.order(at_riverside, event, 1))
    partly = factories.pay(factories.order(at_riverside, event, 1))
    refund(partly, amount=593)
    gone = factories.pay(factories.order(at_riverside, event, 1))
    refund(gone)
    factories.pay(factories.order(at_riverside, event, 1, method="transfer"))
    factories.order(at_riverside, event, 1, method="transfer")
    factories.order(at_riverside, event, 0, 2)

    assert figures.calling_off(event, at=now()) == CallingOff(
        refunded=3, amount=2593 + 2000 + 2593, by_hand=1, amount_by_hand=2593, free=1, unpaid=1
    )


def test_a_refused_refund_is_counted(at_riverside, gala):
    order = factories.pay(factories.order(at_riverside, gala, 1))
    refund(order)
    assert figures.failed_refunds(gala) == 0
    with transaction():
        db.session.query(Refund).one().status = "failed"
    assert figures.failed_refunds(gala) == 1


@pytest.mark.parametrize("read", [figures.counts, figures.by_day])
def test_nothing_asked_is_nothing_found(at_riverside, read):
    how = {"zone": "UTC"} if read is figures.by_day else {}
    assert read([], at=now(), **how) == {}
    assert figures.incomes([]) == {}
