"""Selling against a model in plain Python: whatever the order of events, both say the same.

The model counts places by looking through its own holds and tickets each time, with no counter
that could drift; the product's counters have to agree with it, and with the rows.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.events import tiers
from eventflow.payments import checkout, refunding, settling
from eventflow.payments.models import Payment, Refund
from eventflow.sales import availability, holds, orders
from eventflow.sales.orders import Buyer
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import stocktaking
from tests import factories

BEA = Buyer("Bea", "bea@example.com")


@dataclass
class House:
    """One tenant's event as the model sees it: which limits each tier draws on."""

    tenant: object
    slug: str
    event_id: object
    tier_ids: list
    prices: list[int]
    limits: list[tuple[int, tuple[int, ...]]]
    """(capacity, the tiers that share it)"""


@dataclass
class ModelHold:
    house: House
    wanted: tuple[int, ...]
    expires: datetime
    state: str = "live"  # live, released, swept, used
    code: str | None = None


@dataclass
class ModelOrder:
    hold: ModelHold
    code: str
    paid: bool = False
    money_back: int = 0
    good: list[int] = field(default_factory=list)
    """For each ticket still valid, its tier."""


class BoxOffice(RuleBasedStateMachine):
    """Two houses with different currencies, one clock."""

    app = None
    placed = Bundle("placed")
    made = Bundle("made")

    def __init__(self):
        super().__init__()
        self.clock = now()
        self.holds: dict = {}
        self.orders: dict = {}
        self.houses = [self._house("one", "USD"), self._house("two", "JPY")]

    def _house(self, slug: str, currency: str) -> House:
        from tests.conftest import _empty

        if slug == "one":
            _empty()
        tenant = factories.make_tenant(slug, slug.title(), currency=currency)
        with acting_for(tenant.id):
            event = factories.make_event(
                tiers=[("Adult", 2000, 6), ("Child", 1000, 6), ("Helper", 0, 3)],
                capacity=11,
                currency=currency,
            )
            with transaction():
                tiers.share_capacity(event, "Hall", 8, event.tiers[:2], at=now())
            return House(
                tenant,
                event.slug,
                event.id,
                [t.id for t in event.tiers],
                [2000, 1000, 0],
                [(6, (0,)), (6, (1,)), (3, (2,)), (8, (0, 1)), (11, (0, 1, 2))],
            )

    # What the model knows

    def taken(self, house: House, among: tuple[int, ...]) -> int:
        held = sum(
            hold.wanted[tier]
            for hold in self.holds.values()
            if hold.house is house and hold.state == "live" and hold.expires > self.clock
            for tier in among
        )
        sold = sum(
            tier in among
            for order in self.orders.values()
            if order.hold.house is house
            for tier in order.good
        )
        return held + sold

    def fits(self, house: House, wanted: tuple[int, ...]) -> bool:
        return all(
            self.taken(house, among) + sum(wanted[tier] for tier in among) <= capacity
            for capacity, among in house.limits
            if any(wanted[tier] for tier in among)
        )

    # What can happen

    @rule(
        target=placed,
        which=st.integers(0, 1),
        wanted=st.tuples(*[st.integers(0, 3)] * 3).filter(any),
    )
    def place(self, which, wanted):
        house = self.houses[which]
        expected = self.fits(house, wanted)
        items = [
            holds.Wanted(tier_id, n) for tier_id, n in zip(house.tier_ids, wanted, strict=True)
        ]
        with acting_for(house.tenant.id):
            try:
                hold = holds.place(house.slug, items, at=self.clock)
            except holds.SoldOut:
                assert not expected
                return None
        assert expected
        self.holds[hold.id] = ModelHold(house, wanted, hold.expires_at)
        return hold.id

    @rule(minutes=st.sampled_from([1, 4, 9, 11]))
    def time_passes(self, minutes):
        self.clock += timedelta(minutes=minutes)

    @rule(hold_id=placed)
    def release(self, hold_id):
        if hold_id is None:
            return
        hold = self.holds[hold_id]
        good = hold.state == "live" and hold.expires > self.clock and hold.code is None
        with acting_for(hold.house.tenant.id):
            try:
                with transaction():
                    holds.release(hold_id, at=self.clock)
            except (holds.HoldExpired, holds.HoldUsed):
                assert not good
                return
        assert good
        hold.state = "released"

    @rule(target=made, hold_id=placed)
    def order(self, hold_id):
        if hold_id is None:
            return None
        hold = self.holds[hold_id]
        good = hold.state == "live" and hold.expires > self.clock and hold.code is None
        with acting_for(hold.house.tenant.id):
            try:
                begun = checkout.begin(hold.house.tenant, hold_id, BEA, at=self.clock)
            except (holds.HoldExpired, holds.HoldUsed):
                assert not good
                return None
            total = orders.find(begun.code).total
        assert good
        hold.code = begun.code
        order = ModelOrder(hold, begun.code)
        if total == 0:
            self._paid(order)
        self.orders[begun.code] = order
        return begun.code

    def _paid(self, order: ModelOrder) -> None:
        order.paid = True
        order.hold.state = "used"
        order.good = [tier for tier, n in enumerate(order.hold.wanted) for _i in range(n)]

    @rule(code=made)
    def pay(self, code):
        if code is None:
            return
        order = self.orders[code]
        house = order.hold.house
        in_time = order.hold.state == "live" and (
            order.hold.expires > self.clock or self.fits(house, order.hold.wanted)
        )
        with acting_for(house.tenant.id), transaction():
            row = orders.find(code)
            payment = db.session.query(Payment).filter_by(order_id=row.id).first()
            if payment is None:
                return
            settling.paid(payment, at=self.clock)
            status, refunded = row.status, row.refunded
        if order.paid or order.money_back:
            return
        if status == "paid":
            assert in_time
            self._paid(order)
        else:
            assert not in_time
            assert status == "refunded"
            order.money_back = refunded
            order.hold.state = "released"

    @rule(code=consumes(made))
    def refund(self, code):
        if code is None:
            return
        order = self.orders[code]
        with acting_for(order.hold.house.tenant.id):
            try:
                with transaction():
                    row = orders.find(code, lock=True)
                    refund = refunding.start(row, at=self.clock)
                    order.money_back += refund.amount
                    order.good = []
            except refunding.NothingToRefund:
                pass

    @rule(code=made, number=st.integers(0, 8))
    def refund_a_ticket(self, code, number):
        if code is None:
            return
        order = self.orders[code]
        with acting_for(order.hold.house.tenant.id):
            try:
                with transaction():
                    row = orders.find(code, lock=True)
                    valid = [t for t in row.tickets if t.status == "valid"]
                    if not valid:
                        return
                    ticket = valid[number % len(valid)]
                    refund = refunding.start(row, tickets=[ticket.id], at=self.clock)
                    order.money_back += refund.amount
                    order.good.remove(order.hold.house.tier_ids.index(ticket.tier_id))
            except Refusal:
                pass

    @rule()
    def sweep(self):
        for house in self.houses:
            with acting_for(house.tenant.id), transaction():
                holds.sweep(house.event_id, at=self.clock)
        with across_tenants(), transaction():
            orders.expire(at=self.clock)

    # What always holds

    @invariant()
    def nothing_is_oversold_and_every_counter_is_right(self):
        with across_tenants():
            assert stocktaking.differences() == []
        for house in self.houses:
            with acting_for(house.tenant.id):
                left = availability.ask(house.event_id, house.tenant.id, at=self.clock)
                told = {tier.id: tier.available for tier in left}
                for index, tier_id in enumerate(house.tier_ids):
                    expected = min(
                        capacity - self.taken(house, among)
                        for capacity, among in house.limits
                        if index in among
                    )
                    assert told[str(tier_id)] == expected

    @invariant()
    def money_adds_up(self):
        for order in self.orders.values():
            with acting_for(order.hold.house.tenant.id):
                row = orders.find(order.code)
                back = sum(r.amount for r in db.session.query(Refund).filter_by(order_id=row.id))
                assert row.refunded == order.money_back == back
                if row.status == "paid":
                    assert [t.status for t in row.tickets].count("valid") == len(order.good)


def test_selling_agrees_with_its_model(app):
    run_state_machine_as_test(
        BoxOffice,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told at once; making it smaller takes minutes.
            phases=[Phase.explicit, Phase.generate],
            database=None,
        ),
    )
