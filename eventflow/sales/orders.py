"""Orders: what a buyer agreed to buy, and how it may go on from there.

The promise kept here is that an order is made once from its hold, and that its status only ever
takes a step that the table below allows.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.sales import holds
from eventflow.sales.holds import HeldSeat, SaleNotOpen
from eventflow.sales.models import Hold, HoldLine, Order, OrderEntry, OrderLine
from eventflow.tenancy import current_tenant_id

STEPS: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"paid", "cancelled", "expired", "refunded"}),
    "expired": frozenset({"paid", "refunded"}),
    "cancelled": frozenset({"refunded"}),
    "paid": frozenset({"cancelled", "partially_refunded", "refunded"}),
    "partially_refunded": frozenset({"refunded"}),
    "refunded": frozenset(),
}
"""Which status may follow which. Money that comes after an order expired or was cancelled pays
it, if its places are still free, or goes straight back: that is how those two go on."""

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0/O and 1/I: an order's code is read over the phone."""
CODE_LENGTH = 8


class NotThatStep(Refusal):
    """The order is past the point where this could be done."""


@dataclass(frozen=True, slots=True)
class Buyer:
    name: str
    email: str


def step(order: Order, status: str) -> None:
    """Move the order on; NotThatStep if the table doesn't allow it. The caller has locked it."""
    if status not in STEPS[order.status]:
        raise NotThatStep(
            _(
                "Order %(code)s is %(status)s, so this can't be done.",
                code=order.code,
                status=order.status,
            )
        )
    order.status = status


def make(
    hold_id: uuid.UUID | str,
    buyer: Buyer,
    *,
    attendees: Sequence[Mapping[str, str]] = (),
    payment_method: str = "online",
    form_key: str | None = None,
    locale: str = "en",
    at: datetime,
) -> Order:
    """Turn a live hold into a pending order, once; the places stay held until it is paid.

    `attendees` name the holders of the tickets in the order of the hold's lines; who isn't named
    is the buyer. Raises HoldUsed, HoldExpired, NotFound or Invalid.
    """
    hold = holds.find_live(hold_id, at=at, lock=True)
    if hold.event.status == "cancelled":
        raise SaleNotOpen(_("This event is cancelled."))
    places = [line for line in hold.lines for _n in range(line.quantity)]
    if len(attendees) > len(places):
        raise Invalid({"attendees": _("There are more names than tickets.")})
    sums = hold.totals
    order = Order(
        id=new_id(),
        event=hold.event,
        hold=hold,
        code=_code(),
        secret=secrets.token_urlsafe(16),
        form_key=form_key,
        buyer_name=buyer.name,
        buyer_email=buyer.email,
        locale=locale,
        payment_method=payment_method if sums.total else "free",
        currency=hold.currency,
        subtotal=sums.subtotal,
        discount=sums.discount,
        fees=sums.fees,
        tax=sums.tax,
        total=sums.total,
        platform_fee=sums.platform_fee,
        attendees=_named(places, attendees, buyer, holds.seats_of(hold)),
        created_at=at,
        lines=[_line(line) for line in hold.lines],
    )
    db.session.add(order)
    note(order, "placed", _("Order placed by %(name)s", name=buyer.name), at=at)
    db.session.flush()
    return order


def _line(held: HoldLine) -> OrderLine:
    """What was held, under the name it had as it was bought."""
    return OrderLine(
        id=new_id(),
        tier_id=held.tier_id,
        position=held.position,
        name=held.tier.name,
        quantity=held.quantity,
        unit_price=held.unit_price,
    )


def of_form(form_key: str) -> Order | None:
    """The order this form made before: a double click, a resubmit, a retry after a time-out."""
    return db.session.scalar(select(Order).where(Order.form_key == form_key))


def find(code: str, *, lock: bool = False) -> Order:
    """The order of this code; NotFound if there is none. Case and hyphens don't matter."""
    query = select(Order).where(Order.code == normal_code(code))
    if lock:
        query = query.with_for_update(of=Order).execution_options(populate_existing=True)
    order = db.session.scalar(query)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def find_with_secret(code: str, secret: str) -> Order:
    """The order, for whoever has its secret link."""
    order = find(code)
    if not secrets.compare_digest(order.secret.encode(), secret.encode()):
        raise NotFound(_("There is no such order."))
    return order


def locked(order_id: uuid.UUID) -> Order:
    """The order's row, ours until the transaction ends, as it stands after waiting for it."""
    return db.session.scalars(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update(of=Order)
        .execution_options(populate_existing=True)
    ).one()


def cancel(order: Order, *, at: datetime, actor: str = "") -> None:
    """Call off an order that isn't paid and free its places. The caller has locked it."""
    if order.status != "pending":
        raise NotThatStep(_("Only an order that is not paid can be cancelled; refund it instead."))
    step(order, "cancelled")
    order.cancelled_at = at
    note(order, "cancelled", _("Order cancelled"), at=at, actor=actor)
    holds.give_back(holds.find(order.hold_id, lock=True))


def expire(*, at: datetime, most: int = 500) -> int:
    """Say of overdue pending orders that they are expired. Housekeeping: see status_at."""
    overdue = db.session.scalars(
        select(Order)
        .join(Hold, Hold.id == Order.hold_id)
        .where(Order.status == "pending", Hold.expires_at <= at)
        .order_by(Order.id)
        .limit(most)
        .with_for_update(of=Order, skip_locked=True)
    ).all()
    for order in overdue:
        step(order, "expired")
        note(
            order,
            "expired",
            _("The time to pay ran out; the places are for sale again"),
            at=at,
        )
    return len(overdue)


def note(order: Order, kind: str, words: str, *, at: datetime, actor: str = "") -> None:
    """One more line on the order's timeline."""
    db.session.add(
        OrderEntry(
            id=new_id(),
            # The order's, since housekeeping acts for no tenant. A new order has none yet.
            tenant_id=order.tenant_id or current_tenant_id(),
            order_id=order.id,
            at=at,
            kind=kind,
            words=words,
            actor=actor,
        )
    )


def normal_code(code: str) -> str:
    return code.upper().replace("-", "").replace(" ", "")[:32]


def codes_meant(words: str) -> list[str]:
    """The codes, or beginnings of codes, that somebody may mean who looks for an order: its own,
    or one of its tickets', which ends in a number."""
    order, hyphen, number = words.rpartition("-")
    meant = [words, order] if hyphen and number.isdecimal() else [words]
    codes = [normal_code(one) for one in meant]
    return [code for code in codes if code.isalnum()]


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH))


def _named(
    places: Sequence[Any],
    attendees: Sequence[Mapping[str, str]],
    buyer: Buyer,
    seats: Sequence[HeldSeat],
) -> list[dict[str, Any]]:
    """One entry a place. Within a tier, seats are given out in the order of the hall."""
    waiting: dict[uuid.UUID, list[HeldSeat]] = {}
    for seat in seats:
        waiting.setdefault(seat.tier_id, []).append(seat)
    named = []
    for index, line in enumerate(places):
        given = attendees[index] if index < len(attendees) else {}
        entry = {
            "tier": str(line.tier_id),
            "unit_price": line.unit_price,
            "name": given.get("name") or buyer.name,
            "email": given.get("email") or buyer.email,
        }
        if of_tier := waiting.get(line.tier_id):
            seat = of_tier.pop(0)
            entry |= {"seat": str(seat.id), "seat_label": seat.label}
        named.append(entry)
    return named


def seats_of(order: Order) -> list[HeldSeat]:
    """The seats it was made for, in the order of its attendees; none where there are no seats."""
    return [
        HeldSeat(uuid.UUID(entry["seat"]), uuid.UUID(entry["tier"]), entry["seat_label"])
        for entry in order.attendees
        if "seat" in entry
    ]
