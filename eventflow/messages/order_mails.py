"""Which mails an order's buyer is owed. Each function is part of the caller's transaction."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from eventflow.db import db
from eventflow.messages import deliveries
from eventflow.messages.models import Delivery
from eventflow.payments.models import Payment, Refund
from eventflow.sales.models import Order
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket


def confirmation(order: Order, *, at: datetime) -> Delivery | None:
    """The one mail with the tickets, however often the order's payment is reported."""
    return _promise(order, f"order:{order.id}:confirmation", "order_confirmation", at=at)


def send_again(order: Order, *, to: str = "", asked: str = "", at: datetime) -> Delivery | None:
    """The tickets once more, to the buyer or another address.

    Once for each time it was `asked`; where nothing tells one asking from another, twice in a
    minute is once.
    """
    to = to or order.buyer_email
    about = f"order:{order.id}:again:{to}:{asked or int(at.timestamp() // 60)}"
    return _promise(order, about, "order_confirmation", to=to, at=at)


def moved(order: Order, moves: Iterable[Sequence[Any]], *, at: datetime) -> Delivery | None:
    """The order's tickets as they are after these moves: in one mail, and no second time for the
    same move. Each is a ticket's id and the issue it had with its new seat; those of other orders
    are passed over. The caller has locked the order."""
    # Each move by its ticket's place in the order and its code's issue: ":1.2:3.2:".
    about = f"order:{order.id}:moved:"
    query = select(Delivery.about).where(
        Delivery.order_id == order.id, Delivery.about.startswith(about, autoescape=True)
    )
    told = "".join(db.session.scalars(query))
    valid = {str(one.id): one for one in order.tickets if one.status == "valid"}
    named = {
        f"{one.position}.{issue}:": one
        for ticket, issue in sorted(map(tuple, moves))
        if (one := valid.get(ticket)) is not None
    }
    news = {move: one for move, one in named.items() if f":{move}" not in told}
    if not news:
        return None
    tickets = sorted(set(news.values()), key=lambda one: one.position)
    return _changed(order, about + "".join(news), tickets, moved=True, at=at)


def reissued(ticket: Ticket, issue: int, *, at: datetime) -> Delivery | None:
    """The same, now that one of them has a new code."""
    about = f"ticket:{ticket.id}:reissued:{issue}"
    return _changed(ticket.order, about, [ticket], moved=False, at=at)


def _changed(
    order: Order, about: str, tickets: Sequence[Ticket], *, moved: bool, at: datetime
) -> Delivery | None:
    changed = [
        {"ticket": issuing.reference(one), "seat": one.seat_label if moved else None}
        for one in tickets
    ]
    return _promise(order, about, "ticket_changed", {"changed": changed}, at=at)


def voided(
    order: Order, entry_id: str, positions: list[int], reason: str, *, at: datetime
) -> Delivery | None:
    """Tickets were taken back, and no money went with that."""
    facts = {
        "gone": [f"{order.code}-{position}" for position in positions],
        "left": sum(ticket.status == "valid" for ticket in order.tickets),
        "reason": reason,
    }
    return _promise(order, f"void:{entry_id}", "tickets_void", facts, at=at)


def how_to_pay(order: Order, *, at: datetime) -> Delivery | None:
    """For those who pay by transfer or at the door."""
    return _promise(order, f"order:{order.id}:how-to-pay", "order_pending", at=at)


def refunded(refund: Refund, *, at: datetime) -> Delivery | None:
    """What goes back, and why: in one mail with the news, where the event was cancelled."""
    order = refund.order
    kind = "event_cancelled" if order.event.is_cancelled else "order_refunded"
    facts = {
        "amount": refund.amount,
        "currency": refund.currency,
        "reason": refund.reason,
        "tickets_gone": len(refund.tickets),
        "offline": refund.payment.provider == "offline",
    }
    return _promise(order, f"refund:{refund.id}", kind, facts, at=at)


def cancelled(order: Order, *, at: datetime) -> Delivery | None:
    """Nothing was paid, so nothing goes back."""
    kind = "event_cancelled" if order.event.is_cancelled else "order_cancelled"
    facts = {"amount": 0, "currency": order.currency, "offline": False}
    return _promise(order, f"order:{order.id}:cancelled", kind, facts, at=at)


def paid_too_late(order: Order, payment_id: uuid.UUID | str, *, at: datetime) -> Delivery | None:
    """Money came that could not be kept: the event or the order was cancelled, the places were
    gone, or the order was paid before."""
    payment = db.session.get_one(Payment, uuid.UUID(str(payment_id)))
    facts = {
        "amount": payment.amount,
        "currency": payment.currency,
        "twice": order.status in ("paid", "partially_refunded"),
        "was_cancelled": order.cancelled_at is not None,
        "offline": payment.provider == "offline",
    }
    about = f"payment:{payment.id}:too-late"
    return _promise(order, about, "paid_too_late_refunded", facts, at=at)


def list_link(to: str, url: str, *, about: str, tenant_id: uuid.UUID | None, at: datetime) -> None:
    """The link that lists all orders of an address; `about` names the asking."""
    deliveries.promise(
        f"orders-link:{about}", "find_orders", to, facts={"url": url}, tenant_id=tenant_id, at=at
    )


def _promise(
    order: Order,
    about: str,
    kind: str,
    facts: dict[str, Any] | None = None,
    *,
    to: str = "",
    at: datetime,
) -> Delivery | None:
    if not (to or order.buyer_email):
        return None  # Sold at the door to somebody who left no address.
    return deliveries.promise(
        about,
        kind,
        to or order.buyer_email,
        facts=facts,
        tenant_id=order.tenant_id,
        order_id=order.id,
        at=at,
    )
