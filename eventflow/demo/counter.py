"""The counter: orders sold one by one, by the verbs that sell them to everybody.

Most of what is sold here was sold days ago. Such orders are as real as any, but nobody is written
to about them now: what they promise to do is taken back in the transaction that promises it
(`as_history`). A few of the latest are told about, so that the mailbox isn't empty.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text

from eventflow.accounts.actors import Actor, acting_as
from eventflow.accounts.hosts import tenant_url
from eventflow.checkin import admitting
from eventflow.db import db, new_id, transaction
from eventflow.demo import crowd
from eventflow.demo.box_office import BoxOffice
from eventflow.demo.crowd import Basket
from eventflow.demo.rush import PAYING_TAKES
from eventflow.events import drafting, publishing
from eventflow.payments import checkout, offline, refunding, sandbox, settling, webhooks
from eventflow.payments.models import Payment
from eventflow.queue import OutboxJob
from eventflow.sales import holds, orders, seats
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer
from eventflow.sales.seat_wishes import Asker
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket


@contextmanager
def as_history() -> Iterator[None]:
    """A transaction about days gone by: everything is kept but the jobs it promised."""
    with transaction():
        # Should the machine die in this moment, the demo is made anew anyway.
        db.session.execute(text("set local synchronous_commit to off"))
        yield
        db.session.flush()
        # Rows made in this very transaction: now() is the moment it began.
        db.session.execute(delete(OutboxJob).where(OutboxJob.created_at == func.now()))
        db.session().info.pop("after_commit", None)


def sell(
    box: BoxOffice, slug: str, basket: Basket, buyer: Buyer, *, at: datetime, told: bool = False
) -> uuid.UUID:
    """A paid order; its buyer gets the confirmation if they are to be `told`."""
    hold = set_aside(slug, basket, at=at)
    with transaction() if told else as_history():
        order, payment = _order(box, hold, buyer, at=at)
        order_id, payment_id = order.id, payment.id if payment else None
        if payment and not told:
            _report(payment, "paid", at=at + PAYING_TAKES)
    if payment_id and told:
        # As the sandbox would: by a webhook, in the inbox.
        payment = db.session.get_one(Payment, payment_id)
        paid_at = at + PAYING_TAKES
        webhooks.process(sandbox.report(payment, "paid", at=paid_at), at=paid_at)
    return order_id


def set_aside(slug: str, basket: Basket, *, at: datetime) -> holds.Placed:
    """A hold, hidden tiers too; of seats the best. Commits by itself."""
    known = {tier.name: tier.id for tier in drafting.find(slug).tiers}
    wanted = [holds.Wanted(known[name], count) for name, count in basket.items()]
    db.session.rollback()
    return seats.place(slug, items=wanted, asker=Asker(hidden_too=True, any_number=True), at=at)


def fill(
    box: BoxOffice, slug: str, basket: Basket, *, first: datetime, last: datetime
) -> list[uuid.UUID]:
    """Sell this many of each tier to strangers, order by order, between these moments."""
    return [
        sell(box, slug, sale.basket, sale.buyer, at=sale.at)
        for sale in crowd.sales(box, slug, basket, first=first, last=last, eager=1)
    ]


def lapse(
    box: BoxOffice, slug: str, basket: Basket, buyer: Buyer, *, at: datetime, declined: bool = False
) -> None:
    """An order that was never paid, and its places given back."""
    hold = set_aside(slug, basket, at=at)
    with as_history():
        _unpaid, payment = _order(box, hold, buyer, at=at)
        if payment and declined:
            _report(payment, "declined", at=at + PAYING_TAKES)
    over = hold.expires_at + timedelta(minutes=1)
    with as_history():
        holds.sweep(drafting.find(slug).id, at=over)
        orders.expire(at=over)


def pay_later(
    box: BoxOffice, slug: str, basket: Basket, buyer: Buyer, *, method: str, at: datetime
) -> uuid.UUID:
    """An order to be paid by transfer or at the door. Its buyer is told how."""
    hold = set_aside(slug, basket, at=at)
    return checkout.begin(box.tenant, hold.id, buyer, method=method, at=at).order_id


def mark_paid(box: BoxOffice, order_id: uuid.UUID, *, at: datetime) -> None:
    with box.as_("staff"), as_history():
        offline.mark_paid(orders.locked(order_id), actor=box.team["staff"].name, at=at)


def cancel(box: BoxOffice, order_id: uuid.UUID, *, at: datetime) -> None:
    with box.as_("staff"), as_history():
        orders.cancel(orders.locked(order_id), actor=box.team["staff"].name, at=at)


def refund(
    box: BoxOffice,
    order_id: uuid.UUID,
    *,
    reason: str,
    at: datetime,
    tickets: int | None = None,
    amount: int | None = None,
    told: bool = False,
) -> None:
    """Give all of it back, or the share of so many tickets, or an amount that changes none."""
    with box.as_("admin"), transaction() if told else as_history():
        order = orders.locked(order_id)
        back = refunding.start(
            order,
            amount=amount,
            tickets=[ticket.id for ticket in order.tickets[:tickets]] if tickets else None,
            reason=reason,
            actor=box.team["admin"].name,
            at=at,
        )
        refund_id = back.id
    refunding.carry_out(refund_id)


def call_off(box: BoxOffice, slug: str, *, reason: str, at: datetime) -> None:
    """Cancel the event and undo its orders, as the jobs do it that follow a cancellation."""
    with box.as_("admin"), as_history():
        event = drafting.find(slug)
        publishing.cancel(event, at=at)
        query = select(Order.id).where(
            Order.event_id == event.id, Order.status.in_(("pending", "paid", "partially_refunded"))
        )
        affected = db.session.scalars(query.order_by(Order.created_at)).all()
    for order_id in affected:
        with as_history():
            back = refunding.call_off(orders.locked(order_id), reason=reason, at=at)
            refund_id = back.id if back else None
        if refund_id:
            refunding.carry_out(refund_id)


def let_in(
    box: BoxOffice, slug: str, *, all_but: int, gates: Sequence[str], opens: datetime
) -> None:
    """Check in everybody who has a ticket but the last few, one every some seconds."""
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.event_id == drafting.find(slug).id, Ticket.status == "valid")
        .order_by(Ticket.issued_at, Ticket.id)
    ).all()
    came = [issuing.code_of(ticket) for ticket in tickets][: max(0, len(tickets) - all_but)]
    db.session.rollback()
    box.random.shuffle(came)
    at = opens
    for number, code in enumerate(came):
        at += timedelta(seconds=box.random.uniform(4, 1500 / len(came) + 8))
        admitting.admit(
            code,
            event=slug,
            gate=gates[number % len(gates)],
            scan_id=f"{slug}-{number}",
            by=box.team["scanner"].name,
            at=at,
        )


def _order(
    box: BoxOffice, hold: holds.Placed, buyer: Buyer, *, at: datetime
) -> tuple[Order, Payment | None]:
    """An order and the payment it waits for; a free one waits for none and is complete."""
    count = sum(line.quantity for line in hold.lines)
    others = [{"name": box.audience.companion(buyer)} for _n in range(1, count)]
    with acting_as(Actor("buyer", name=buyer.name)):
        order = orders.make(hold.id, buyer, attendees=[{}, *others], at=at)
        if order.total == 0:
            settling.complete(order, at=at)
            return order, None
        return order, _payment_of(order, box.look.slug, at=at)


def _report(payment: Payment, outcome: str, *, at: datetime) -> None:
    if outcome == "paid":
        settling.paid(payment, charge_reference=payment.reference, at=at)
    else:
        settling.declined(payment, failure="The card was declined.", at=at)


def _payment_of(order: Order, slug: str, *, at: datetime) -> Payment:
    """What the sandbox is asked for: always the sandbox, whoever else takes payments here."""
    payment_id = new_id()
    payment = Payment(
        id=payment_id,
        order_id=order.id,
        provider="sandbox",
        method="online",
        reference=f"sandbox-{payment_id}",
        page_url=tenant_url(slug, f"/pay/{payment_id}"),
        amount=order.total,
        currency=order.currency,
        application_fee=min(order.platform_fee, order.total),
        status="open",
        created_at=at,
    )
    db.session.add(payment)
    db.session.flush()
    return payment
