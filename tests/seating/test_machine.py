"""No sequence of freezes, holds, lapses, sales, moves, swaps and refunds leaves a good ticket
without its seat, or a seat with two good tickets."""

import copy
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from eventflow.db import db, now, transaction
from eventflow.errors import Refusal
from eventflow.payments import checkout, refunding, settling
from eventflow.payments.models import Payment
from eventflow.sales import holds, orders, seats
from eventflow.sales.seat_wishes import Asker, Best
from eventflow.seating import freezing, pricing, states
from eventflow.seating.models import Seat
from eventflow.tenancy import across_tenants, acting_for
from eventflow.tickets import moving, stocktaking
from eventflow.tickets.models import Ticket
from tests import factories
from tests.factories import BEA
from tests.seating.theatres import a_drawing, a_row, forget, make_seated

positions = st.integers(0, 30)


class Theatre(RuleBasedStateMachine):
    held = Bundle("held")
    made = Bundle("made")

    @initialize()
    def open(self):
        # Later than all that lapses before it; the clock only goes forward.
        self.clock = now()
        self.tenant = factories.make_tenant(f"t{now().timestamp():.6f}".replace(".", ""), "Hall")
        with acting_for(self.tenant.id):
            drawing = a_drawing(a_row("A", 6), a_row("B", 5, y=90, aisles=(2,)))
            table = a_row("T", 4, y=300) | {"kind": "table", "whole": True}
            drawing["sections"][0]["rows"].append(table)
            self.event = make_seated(
                drawing, no_single_seats=False, swap_until=self.clock + timedelta(days=5)
            )
            self.slug, self.event_id = self.event.slug, self.event.id
        self.seat_of: dict = {}
        """Ticket to the label of its seat, as its holder knows it."""

    def seats(self) -> list[Seat]:
        return db.session.query(Seat).order_by(Seat.position).all()

    @rule(target=held, first=positions, size=st.integers(1, 4), buyer=st.sampled_from("abc"))
    def choose(self, first, size, buyer):
        hold_id = self._take(first, size, buyer)
        return multiple() if hold_id is None else hold_id

    def _take(self, first, size, buyer):
        with acting_for(self.tenant.id):
            chairs = self.seats()
            chosen = [seat.id for seat in chairs[first % (len(chairs) or 1) :][:size]]
            db.session.rollback()
            if not chosen:
                return None
            try:
                return seats.place(
                    self.slug, seats=chosen, asker=Asker(buyer=buyer), at=self.clock
                ).id
            except Refusal:
                return None

    @rule(target=held, size=st.integers(1, 5))
    def best(self, size):
        with acting_for(self.tenant.id):
            try:
                return seats.place(self.slug, best=[Best(size)], at=self.clock).id
            except Refusal:
                return multiple()

    @rule(target=held, earlier=held, first=positions, buyer=st.sampled_from("abc"))
    def grow(self, earlier, first, buyer):
        with acting_for(self.tenant.id):
            chosen = [seat.id for seat in self.seats()[first : first + 2]]
            chosen += [one.id for one in holds.seats_of(holds.find(earlier))]
            db.session.rollback()
            asker = Asker(buyer=buyer, replaces=earlier)
            try:
                placed = seats.place(
                    self.slug, seats=list(dict.fromkeys(chosen)), asker=asker, at=self.clock
                )
            except Refusal:
                return multiple()
            return placed.id

    @rule(minutes=st.sampled_from([1, 4, 11]))
    def time_passes(self, minutes):
        self.clock += timedelta(minutes=minutes)

    @rule(hold_id=held)
    def release_or_leave(self, hold_id):
        with acting_for(self.tenant.id):
            try:
                with transaction():
                    holds.leave(hold_id, at=self.clock)
                    holds.release(hold_id, at=self.clock)
            except Refusal:
                pass

    @rule(target=made, hold_id=held)
    def order(self, hold_id):
        with acting_for(self.tenant.id):
            try:
                return checkout.begin(self.tenant, hold_id, BEA, at=self.clock).code
            except Refusal:
                return multiple()

    @rule(target=made, first=positions, size=st.integers(1, 3), late=st.booleans())
    def sell(self, first, size, late):
        """All of it in a row, so that most sequences have something sold in them; or an order that
        is paid after its time, with or without somebody sweeping or coming in between."""
        hold_id = self._take(first, size, "")
        if hold_id is None:
            return multiple()
        with acting_for(self.tenant.id):
            code = checkout.begin(self.tenant, hold_id, BEA, at=self.clock).code
        if late:
            self.clock += timedelta(minutes=11)
            self.sweep()
            if size > 1:
                self._take(first, size, "")
        self._pay(code)
        return code

    @rule(code=made)
    def pay(self, code):
        self._pay(code)

    def _pay(self, code):
        with acting_for(self.tenant.id):
            with transaction():
                order = orders.find(code)
                payment = db.session.query(Payment).filter_by(order_id=order.id).one()
                was = payment.status
                settling.paid(payment, at=self.clock)
            if was != "paid" and orders.find(code).status == "paid":
                for ticket, promised in zip(
                    orders.find(code).tickets, orders.seats_of(orders.find(code)), strict=True
                ):
                    assert ticket.seat_label == promised.label
                    self.seat_of[ticket.id] = promised.label

    @rule(code=made, which=st.integers(0, 3))
    def refund(self, code, which):
        with acting_for(self.tenant.id):
            try:
                with transaction():
                    order = orders.find(code, lock=True)
                    some = [t.id for t in order.tickets if t.status == "valid"][which : which + 1]
                    refunding.start(order, tickets=some or None, at=self.clock)
            except Refusal:
                pass

    @rule(code=made, which=st.integers(0, 3), to=positions, by_buyer=st.booleans())
    def move(self, code, which, to, by_buyer):
        with acting_for(self.tenant.id):
            tickets, chairs = orders.find(code).tickets, self.seats()
            if which >= len(tickets) or to >= len(chairs):
                return
            ticket, seat_id = tickets[which], chairs[to].id
            try:
                with transaction():
                    if by_buyer:
                        moving.swap(ticket, seat_id, at=self.clock)
                    else:
                        moving.move(ticket, seat_id, at=self.clock)
            except Refusal:
                return
            self.seat_of[ticket.id] = ticket.seat_label

    @rule(which=positions)
    def rename_a_row(self, which):
        self.redraw(1, which)

    @rule(which=positions)
    def take_a_row_away(self, which):
        self.redraw(3, which)

    @rule(change=st.integers(0, 4), which=positions)
    def redraw(self, change, which):
        with acting_for(self.tenant.id):
            with transaction():
                seating = pricing.find(self.event)
                before = seating.drawing
                drawing = copy.deepcopy(before)
                rows = drawing["sections"][0]["rows"]
                row = rows[which % len(rows)]
                if change == 0:
                    row["seats"] = row["seats"][:-1] or row["seats"]
                elif change == 1:
                    row["label"] = f"{row['label'][:3]}x"
                elif change == 2:
                    number = str(1 + max(int(seat["number"]) for seat in row["seats"]))
                    last = row["seats"][-1]
                    row["seats"].append(
                        {"id": f"n{self.clock.timestamp():.0f}-{which}-{number}", "number": number,
                         "x": last["x"] + 50, "y": last["y"]}
                    )  # fmt: skip
                elif change == 3 and len(rows) > 1:
                    rows.remove(row)
                else:
                    rows.reverse()
                if len({one["label"] for one in rows}) < len(rows):
                    return
                seating.seat_map.drawing = drawing
            try:
                with transaction():
                    freezing.renew(pricing.find(self.event), at=self.clock)
            except freezing.SeatsTaken:
                with transaction():
                    pricing.find(self.event).seat_map.drawing = before
            forget()

    @rule()
    def sweep(self):
        with acting_for(self.tenant.id), transaction():
            holds.sweep(self.event_id, at=self.clock)

    @invariant()
    def everybody_has_a_seat_and_no_seat_has_two(self):
        with across_tenants():
            assert stocktaking.differences() == []
        with acting_for(self.tenant.id):
            good = db.session.query(Ticket).filter_by(status="valid").all()
            for ticket in good:
                assert ticket.seat is not None
                assert ticket.seat.event_id == self.event_id
                assert ticket.seat_label == self.seat_of[ticket.id]
            assert len({ticket.seat_id for ticket in good}) == len(good)
            told = states.ask(self.event_id, at=self.clock).states.decode()
            assert told.count("s") == len(good)


def test_nobody_loses_a_seat_and_none_has_two(app):
    run_state_machine_as_test(
        Theatre,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
            database=None,
        ),
    )
