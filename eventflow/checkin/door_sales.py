"""Selling at the door: from the same stock as everybody's, paid into a hand.

The promise kept here is that a press of the button is one sale, however often it was pressed, and
that what the drawer owes is written down in the same transaction that issues the tickets.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.accounts import audit
from eventflow.accounts.actors import actor
from eventflow.checkin import shifts
from eventflow.checkin.models import SALE_METHODS, DoorSale
from eventflow.db import db, new_id, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events.models import Event
from eventflow.payments import checkout, settling
from eventflow.sales import holds, orders, seats
from eventflow.sales.holds import Placed
from eventflow.sales.models import Hold, Order
from eventflow.sales.orders import Buyer
from eventflow.sales.seat_refusals import SingleSeat

BUYER = "box office"
"""Whose holds those of the till are."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How something is sold at the door: paid how, to whom, by whom, where."""

    method: str
    buyer: Buyer
    person_id: uuid.UUID
    gate_id: uuid.UUID | None = None
    locale: str = "en"


def hold(
    event: Event,
    wanted: Sequence[holds.Wanted],
    *,
    chosen: Sequence[uuid.UUID] = (),
    need: bool = False,
    may_strand: bool = False,
    person_id: uuid.UUID,
    form_key: str,
    at: datetime,
) -> Placed:
    """Set places aside while the buyer looks for their purse. Commits by itself.

    `chosen` are seats by name; of a tier that is sold by seat, `wanted` gets the best there are.
    The same `form_key` is the same hold. A choice that leaves a single seat is refused unless it
    `may_strand` one, which the audit log tells of. Raises what `seats.place` raises, and
    ShiftClosed.
    """
    slug = event.slug
    if shifts.current(event, person_id) is None:
        raise shifts.ShiftClosed(_("Open your shift before you sell."))
    event_id = event.id
    asker = seats.Asker(BUYER, f"door:{form_key}", hidden_too=True, need=need)
    try:
        return seats.place(slug, seats=chosen, items=wanted, asker=asker, at=at)
    except SingleSeat as refusal:
        if not may_strand:
            raise
        left = [seat["label"] for seat in refusal.facts["document"]["seats"]]
    asker = replace(asker, may_strand=True)
    placed = seats.place(slug, seats=chosen, items=wanted, asker=asker, at=at)
    with transaction():
        _note_stranded(db.session.get_one(Event, event_id), placed, left, at=at)
    return placed


def _note_stranded(event: Event, placed: Placed, left: Sequence[str], *, at: datetime) -> None:
    taken = [seat.label for line in placed.lines for seat in line.seats]
    words = _(
        "Set %(seats)s aside at the door, though it leaves a single seat: %(left)s",
        seats=", ".join(taken),
        left=", ".join(left),
    )
    after = {"seats": taken, "left": list(left)}
    audit.record("door_sales.strand", event, words, after=after, at=at)


def held(event: Event, hold_id: uuid.UUID, *, at: datetime, lock: bool = False) -> Hold:
    """What is set aside at this event's till. Raises HoldUsed, HoldExpired or NotFound."""
    found = holds.find_live(hold_id, at=at, lock=lock)
    if found.event_id != event.id or found.buyer != BUYER:
        raise NotFound(_("There is no such hold."))
    return found


def sell(
    event: Event,
    wanted: Sequence[holds.Wanted],
    terms: Terms,
    *,
    form_key: str,
    at: datetime,
) -> Order:
    """Sell so many of these tiers and issue their tickets. Commits by itself.

    The same `form_key` is the same sale. Raises what `hold` raises, and Invalid for a method that
    isn't one.
    """
    _check(terms)
    if made := orders.of_form(form_key):
        return made
    event_id = event.id
    placed = hold(event, wanted, person_id=terms.person_id, form_key=form_key, at=at)
    return _sell_once(event_id, placed.id, terms, form_key=form_key, at=at)


def sell_held(event: Event, hold_id: uuid.UUID, terms: Terms, *, at: datetime) -> Order:
    """Sell what is set aside. Commits by itself; the same hold is the same sale."""
    _check(terms)
    form_key = f"door:{hold_id}"
    if made := orders.of_form(form_key):
        return made
    held(event, hold_id, at=at)
    return _sell_once(event.id, hold_id, terms, form_key=form_key, at=at)


def _check(terms: Terms) -> None:
    if terms.method not in SALE_METHODS:
        raise Invalid({"method": _("Choose how it is paid.")})


def _sell_once(
    event_id: uuid.UUID, hold_id: uuid.UUID, terms: Terms, *, form_key: str, at: datetime
) -> Order:
    try:
        with transaction():
            return _sold(event_id, hold_id, terms, form_key=form_key, at=at)
    except holds.HoldUsed:
        # Two presses at once had the same hold, and the other one was first.
        if made := orders.of_form(form_key):
            return made
        raise


def _sold(
    event_id: uuid.UUID, hold_id: uuid.UUID, terms: Terms, *, form_key: str, at: datetime
) -> Order:
    # Before the hold: whoever cashes up at this moment waits for this sale, or it for them.
    event = db.session.get_one(Event, event_id)
    shift = shifts.current(event, terms.person_id, lock=True)
    if shift is None:
        raise shifts.ShiftClosed(_("Open your shift before you sell."))
    order = orders.make(
        hold_id,
        terms.buyer,
        payment_method="door",
        form_key=form_key,
        locale=terms.locale,
        at=at,
    )
    if terms.method == "free":
        _give_away(order)
    if order.total == 0:
        settling.complete(order, at=at)
    else:
        _take_money(order, terms.method, at=at)
    sale = DoorSale(
        id=new_id(),
        order_id=order.id,
        shift_id=shift.id,
        method=terms.method if order.total else "free",
        amount=order.total,
        gate_id=terms.gate_id,
        sold_at=at,
    )
    db.session.add(sale)
    db.session.flush()
    words = _("Sold at the door: order %(code)s", code=order.code)
    audit.record("door_sales.sell", order, words, after={"method": sale.method}, at=at)
    return order


def sale_of(code: str) -> tuple[DoorSale, Order]:
    """A sale made at the door, by its order's code."""
    order = orders.find(code)
    sale = db.session.scalar(select(DoorSale).where(DoorSale.order_id == order.id))
    if sale is None:
        raise NotFound(_("This order was not sold at the door."))
    return sale, order


def _give_away(order: Order) -> None:
    """Guests of the house pay nothing, and no fee is due."""
    order.discount, order.fees, order.tax, order.platform_fee = order.subtotal, 0, 0, 0
    order.total = 0
    order.payment_method = "free"
    order.attendees = [{**place, "unit_price": 0} for place in order.attendees]
    db.session.flush()


def _take_money(order: Order, method: str, *, at: datetime) -> None:
    payment = checkout.open_payment(order, at=at)
    paid = {
        "cash": _("Paid in cash at the door"),
        "card": _("Paid by card at the door, on the terminal"),
    }
    orders.note(order, "door", paid[method], at=at, actor=actor().name)
    settling.paid(payment, charge_reference=payment.reference, at=at)
    if order.status != "paid":
        raise holds.SoldOut(_("These places can’t be sold any more. Nothing was taken."))
