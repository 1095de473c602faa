"""The delivery log: what became of each mail, for the organizer who owes it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from eventflow import searching
from eventflow.accounts import audit, people
from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.messages import deliveries
from eventflow.messages.models import Delivery
from eventflow.payments.order_record import Letter
from eventflow.sales.models import Order
from eventflow.tenancy import current_tenant_id

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    query: str = ""
    """Part of an address or subject, or an order's code."""
    status: str = ""
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.query or self.status or self.kind)


def read(filters: Filters, *, page: int) -> tuple[Sequence[tuple[Delivery, str | None]], int]:
    """One page of the current tenant's mail with their orders' codes, the latest first; and how
    many there are in all."""
    wanted = _wanted(filters)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.execute(
        wanted.order_by(Delivery.queued_at.desc(), Delivery.id.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    )
    return [(delivery, code) for delivery, code in rows], total


def of_order(order_id: uuid.UUID) -> Sequence[Delivery]:
    """The mails about one order, the first first."""
    return db.session.scalars(
        select(Delivery)
        .where(Delivery.tenant_id == current_tenant_id(), Delivery.order_id == order_id)
        .order_by(Delivery.queued_at, Delivery.id)
    ).all()


def letters_about(order_id: uuid.UUID) -> list[Letter]:
    """The same, as the order's own page lists them."""
    return [
        Letter(
            words=kind_name(one.kind),
            to=one.to,
            at=one.sent_at or one.queued_at,
            state=one.status,
            failure=one.failure,
        )
        for one in of_order(order_id)
    ]


def retry(delivery_id: uuid.UUID, *, at: datetime) -> Delivery:
    """Try one of the current tenant's mails again."""
    delivery = db.session.scalar(
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.tenant_id == current_tenant_id())
        .with_for_update()
    )
    if delivery is None:
        raise NotFound
    deliveries.retry(delivery, at=at)
    words = _("Sent a mail again that had failed, to %(to)s", to=delivery.to)
    audit.record("messages.retry", delivery, words, at=at, name=kind_name(delivery.kind))
    return delivery


def kind_name(kind: str) -> str:
    return kinds().get(kind, kind)


def kinds() -> dict[str, str]:
    """What each kind of mail is called."""
    return {
        "order_confirmation": _("Tickets"),
        "order_pending": _("How to pay"),
        "order_refunded": _("Refund"),
        "order_cancelled": _("Order cancelled"),
        "ticket_changed": _("Ticket changed"),
        "tickets_void": _("Tickets void"),
        "event_cancelled": _("Event cancelled"),
        "paid_too_late_refunded": _("Paid too late"),
        "find_orders": _("Link to orders"),
        "sign_in_link": _("Sign-in link"),
        "password_reset": _("New password"),
        "verify_email": _("Address to confirm"),
        "invitation": _("Invitation"),
    }


def _wanted(filters: Filters) -> Select[Delivery, str]:
    query = (
        select(Delivery, Order.code)
        .outerjoin(Order, Order.id == Delivery.order_id)
        .where(Delivery.tenant_id == current_tenant_id())
    )
    if filters.query:
        query = query.where(
            or_(
                Delivery.to.icontains(people.as_kept(filters.query), autoescape=True),
                searching.contains(Delivery.subject, filters.query),
                Order.code == filters.query.upper().replace("-", "").replace(" ", ""),
            )
        )
    if filters.status:
        query = query.where(Delivery.status == filters.status)
    if filters.kind:
        query = query.where(Delivery.kind == filters.kind)
    return query
