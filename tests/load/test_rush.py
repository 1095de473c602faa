"""Rushes: real threads, real commits, and counters that equal their rows afterwards."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from datetime import timedelta

import pytest

from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.events import tiers
from eventflow.payments import checkout, refunding, settling
from eventflow.payments.models import Payment
from eventflow.sales import holds, orders
from eventflow.sales.orders import Buyer
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import stocktaking
from eventflow.tickets.models import Ticket
from tests import factories

pytestmark = pytest.mark.load


def at_once(app, tenant, acts, *, threads=32):
    """Do all of these as fast as so many threads can; answers what each came to."""

    def do(act):
        with app.app_context(), acting_for(tenant.id):
            try:
                return act()
            except Refusal as refusal:
                return refusal.code

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda act: copy_context().run(do, act), acts))


def differences():
    with across_tenants():
        return stocktaking.differences()


def test_five_hundred_buyers_for_five_tickets(app, gala, at_riverside):
    slug, tier_id, tenant_id = gala.slug, gala.tiers[0].id, at_riverside.id

    def buy(number: int):
        placed = holds.place(slug, [holds.Wanted(tier_id, 1)], at=now())
        begun = checkout.begin(at_riverside, placed.id, Buyer(f"B{number}", "b@x.org"), at=now())
        with transaction():
            payment = db.session.query(Payment).filter_by(order_id=begun.order_id).one()
            return settling.paid(payment, at=now()).status

    came_to = Counter(at_once(app, at_riverside, [lambda n=n: buy(n) for n in range(500)]))

    assert came_to == {"paid": 5, "sold_out": 495}
    assert differences() == []
    with acting_for(tenant_id):
        assert db.session.query(Ticket).count() == 5


def test_a_form_sent_again_while_its_hold_ends_holds_nobody_up(app, gala, at_riverside):
    slug, wanted = gala.slug, [holds.Wanted(gala.tiers[0].id, 1)]
    first = holds.place(slug, wanted, form_key="pressed", at=now())

    def press():
        with app.app_context(), acting_for(at_riverside.id):
            return holds.place(slug, wanted, form_key="pressed", at=now())

    with ThreadPoolExecutor(1) as pool:
        with transaction():
            holds.find(first.id).status = "released"
            db.session.flush()
            again = pool.submit(press)
            # Were it to wait for this, with the stock locked, neither could go on after this.
            wait([again], timeout=2)
        assert again.result().id == first.id
    assert differences() == []


def test_two_thousand_random_acts_leave_every_counter_right(app, at_riverside):
    event = factories.make_event(
        tiers=[("Adult", 2000, 40), ("Child", 1000, 40), ("Staff", 0, 15)], capacity=70
    )
    with transaction():
        tiers.share_capacity(event, "Hall", 50, event.tiers[:2], at=now())
    slug, tier_ids = event.slug, [tier.id for tier in event.tiers]
    long_ago = timedelta(minutes=11)
    made: list[str] = []
    kept: list = []

    def place(rng):
        wanted = [
            holds.Wanted(t, rng.randint(1, 3)) for t in rng.sample(tier_ids, rng.randint(1, 3))
        ]
        # Some were placed long ago, and have lapsed by now.
        at = now() - long_ago if rng.random() < 0.3 else now()
        kept.append(holds.place(slug, wanted, at=at).id)

    def release(rng):
        with transaction():
            holds.release(rng.choice(kept), at=now())

    def order(rng):
        hold_id = rng.choice(kept)
        # At the moment the hold was good, so that some orders are paid after it lapsed.
        at = now() - long_ago if rng.random() < 0.5 else now()
        made.append(checkout.begin(at_riverside, hold_id, Buyer("B", "b@x.org"), at=at).code)

    def pay(rng):
        code = rng.choice(made)
        with transaction():
            order_id = orders.find(code).id
            payment = db.session.query(Payment).filter_by(order_id=order_id).first()
            if payment:
                settling.paid(payment, at=now())

    def refund(rng):
        with transaction():
            refunding.start(orders.locked(orders.find(rng.choice(made)).id), at=now())

    def call_off(rng):
        with transaction():
            refunding.call_off(orders.locked(orders.find(rng.choice(made)).id), reason="", at=now())

    acts = [place] * 6 + [order] * 5 + [pay] * 4 + [release] * 2 + [refund, call_off]

    def random_act(number: int):
        rng = random.Random(number)
        act = rng.choice(acts)
        if act is place or (kept and act in (release, order)) or (made and kept):
            return act(rng)
        return "nothing to do"

    came_to = Counter(at_once(app, at_riverside, [lambda n=n: random_act(n) for n in range(2000)]))

    assert differences() == []
    assert came_to["sold_out"] > 0
    with across_tenants():
        statuses = Counter(o.status for o in db.session.query(orders.Order))
    assert statuses["paid"] > 0
    assert statuses["refunded"] > 0
