"""Shifts: a person's time at the box office, and the cash that has to be there at its end.

The promise kept here is that what is expected is counted from the sales themselves, and that a
closed shift is never written to again.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventflow.accounts import audit, people
from eventflow.checkin.models import SALE_METHODS, DoorSale, Shift
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.models import Event
from eventflow.money import MAX_AMOUNT, Money
from eventflow.payments.models import Refund
from eventflow.sales.models import Order


@dataclass(frozen=True, slots=True)
class CashUp:
    """What a shift took, and what its drawer should hold."""

    counts: dict[str, int]
    """Sales by method."""
    amounts: dict[str, int]
    given_back: int
    """Cash of this shift's sales that went back to buyers since."""
    float_amount: int

    @property
    def expected(self) -> int:
        return self.float_amount + self.amounts["cash"] - self.given_back

    @property
    def taken(self) -> int:
        return sum(self.amounts.values())


class ShiftClosed(Refusal):
    """Nothing is sold outside of a shift."""


def current(event: Event, person_id: uuid.UUID, *, lock: bool = False) -> Shift | None:
    """The person's open shift at this event."""
    query = select(Shift).where(
        Shift.event_id == event.id, Shift.user_id == person_id, Shift.closed_at.is_(None)
    )
    if lock:
        query = query.with_for_update(of=Shift).execution_options(populate_existing=True)
    return db.session.scalar(query)


def find(event: Event, shift_id: uuid.UUID, *, lock: bool = False) -> Shift:
    query = select(Shift).where(Shift.id == shift_id, Shift.event_id == event.id)
    if lock:
        query = query.with_for_update(of=Shift).execution_options(populate_existing=True)
    shift = db.session.scalar(query)
    if shift is None:
        raise NotFound(_("There is no such shift."))
    return shift


def listed(event: Event, most: int = 200) -> Sequence[Shift]:
    """The shifts of an event, the newest first."""
    query = select(Shift).where(Shift.event_id == event.id).order_by(Shift.opened_at.desc())
    return db.session.scalars(query.limit(most)).all()


def begin(
    event: Event, person_id: uuid.UUID, name: str, float_amount: int, *, at: datetime
) -> Shift:
    """Open a person's shift with so much change in the drawer; one that is open stays so."""
    if open_one := current(event, person_id):
        return open_one
    if not 0 <= float_amount <= MAX_AMOUNT:
        raise Invalid({"float": _("Type how much change is in the drawer, or 0.")})
    shift = Shift(
        id=new_id(),
        event_id=event.id,
        user_id=person_id,
        name=name,
        opened_at=at,
        float_amount=float_amount,
    )
    db.session.add(shift)
    db.session.flush()
    words = _("Opened a shift at the box office")
    after = {"float": Money(float_amount, event.currency)}
    audit.record("shifts.open", shift, words, after=after, at=at)
    return shift


def close(shift: Shift, *, counted: int, notes: str, at: datetime) -> CashUp:
    """Cash up: what was counted stands beside what is expected. The caller has locked the shift."""
    if shift.closed_at is not None:
        kept = (shift.counted_amount, shift.notes)
        if (counted, _notes(notes)) == kept:
            return cash_up(shift)  # The same press once more.
        raise Invalid({"counted": _("This shift was cashed up already. This count was not kept.")})
    if not 0 <= counted <= MAX_AMOUNT:
        raise Invalid({"counted": _("Type what you counted in the drawer.")})
    shift.closed_at, shift.counted_amount = at, counted
    shift.notes = _notes(notes)
    db.session.flush()
    sums = cash_up(shift)
    currency = shift.event.currency
    after = {"counted": Money(counted, currency), "expected": Money(sums.expected, currency)}
    audit.record("shifts.close", shift, _("Cashed up a shift"), after=after, at=at)
    return sums


def _notes(typed: str) -> str:
    return people.called(typed, field="notes", most=1000)


def cash_up(shift: Shift) -> CashUp:
    """What was sold in a shift, by method, and what should be in the drawer."""
    rows = db.session.execute(
        select(DoorSale.method, func.count(), func.coalesce(func.sum(DoorSale.amount), 0))
        .where(DoorSale.shift_id == shift.id)
        .group_by(DoorSale.method)
    )
    counts, amounts = dict.fromkeys(SALE_METHODS, 0), dict.fromkeys(SALE_METHODS, 0)
    for method, count, amount in rows:
        counts[method], amounts[method] = count, int(amount)
    given_back = select(func.coalesce(func.sum(Refund.amount), 0)).join(
        DoorSale, DoorSale.order_id == Refund.order_id
    )
    given_back = given_back.where(
        DoorSale.shift_id == shift.id, DoorSale.method == "cash", Refund.status != "failed"
    )
    if shift.closed_at:
        given_back = given_back.where(Refund.created_at <= shift.closed_at)
    return CashUp(counts, amounts, int(db.session.scalar(given_back) or 0), shift.float_amount)


def sales(shift: Shift) -> list[tuple[DoorSale, Order]]:
    """Each sale of a shift with its order, the first one first."""
    rows = db.session.execute(
        select(DoorSale, Order)
        .join(Order, Order.id == DoorSale.order_id)
        .where(DoorSale.shift_id == shift.id)
        .order_by(Order.created_at, Order.id)
    )
    return [(sale, order) for sale, order in rows]
