"""An order as the box office sees it: what was bought and paid, what went back, and what happened.

Everything the page shows is read here, so that the template asks the database nothing.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventflow.accounts import people
from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.locale import format_money, format_when
from eventflow.payments import checkout, desk, refunding
from eventflow.payments.models import Payment, Refund
from eventflow.sales import orders, receipts
from eventflow.sales.models import Order, OrderEntry
from eventflow.tickets import issuing

KINDS = {
    "paid": "right",
    "marked_paid": "right",
    "declined": "wrong",
    "too_late": "doubt",
    "refund_failed": "wrong",
    "cancelled": "wrong",
    "voided": "wrong",
}
ICONS = {"refunded": "undo-2", "resent": "mail", "placed": "ticket"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail about an order: what it was, to whom, and how far it got."""

    words: str
    to: str
    at: datetime
    state: str
    failure: str = ""


letters: list[Callable[[uuid.UUID], Sequence[Letter]]] = []
"""Who knows of mails about an order; filled by the capability that sends them."""


def read(code: str) -> Order:
    """The order with all that belongs to it, in a handful of statements."""
    order = db.session.scalar(
        select(Order)
        .where(Order.code == orders.normal_code(code))
        .options(
            joinedload(Order.event),
            joinedload(Order.hold),
            selectinload(Order.lines),
            selectinload(Order.entries),
            selectinload(Order.tickets),
            selectinload(Order.payments),
            selectinload(Order.refunds).joinedload(Refund.payment),
        )
    )
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def facts(order: Order, tenant: Tenant, *, at: datetime) -> dict[str, Any]:
    state, zone = order.status_at(at), tenant.timezone
    return {
        "order": order,
        "event": order.event,
        "state": state,
        "at": at,
        "receipt_lines": receipts.lines(
            [(line.name, line.quantity, line.amount) for line in order.lines],
            order,
            order.currency,
        ),
        "sums": sums(order),
        "about": _about(order, state, zone),
        "tickets": _tickets(order),
        "payments": [_payment(payment, zone) for payment in order.payments],
        "refunds": _refunds(order, zone),
        "entries": [_entry(entry, zone) for entry in order.entries],
        "letters": [letter for known in letters for letter in known(order.id)],
        "buyer_url": checkout.order_url(tenant, order),
        "may_resend": desk.may_be_resent(order),
        "may_void": any(ticket.status == "valid" for ticket in order.tickets),
        "may_cancel": desk.may_be_cancelled(order),
        "may_mark_paid": desk.may_be_marked_paid(order),
        "form_key": desk.new_form_key(),
    }


def sums(order: Order) -> list[tuple[str, str]]:
    """What became of the money, as label and amount."""
    if not order.is_settled or not order.total:
        return []
    fee = order.platform_fee_kept
    rows = []
    if order.refunded:
        rows.append((_("Paid back"), format_money(-order.refunded, order.currency)))
    rows.append((_("EventFlow’s fee"), format_money(-fee, order.currency)))
    rows.append((_("You keep"), format_money(order.total - order.refunded - fee, order.currency)))
    return rows


def method_name(method: str) -> str:
    return {
        "online": _("Card or wallet"),
        "transfer": _("Bank transfer"),
        "door": _("At the door"),
        "free": _("Free"),
    }.get(method, method)


def provider_name(provider: str) -> str:
    return {"stripe": "Stripe", "sandbox": _("Sandbox"), "offline": _("By hand")}[provider]


def _about(order: Order, state: str, zone: str) -> list[tuple[str, str]]:
    rows = [
        (_("Name"), order.buyer_name),
        (_("E-mail"), people.as_written(order.buyer_email)),
        (_("Placed"), format_when(order.created_at, zone)),
        (_("Pays"), method_name(order.payment_method)),
    ]
    if state == "pending":
        rows.append((_("Time to pay until"), format_when(order.hold.expires_at, zone)))
    if order.paid_at:
        rows.append((_("Paid"), format_when(order.paid_at, zone)))
    if order.cancelled_at:
        rows.append((_("Cancelled"), format_when(order.cancelled_at, zone)))
    return rows


def _tickets(order: Order) -> list[dict[str, Any]]:
    tiers = {line.tier_id: line.name for line in order.lines}
    return [
        {
            "id": ticket.id,
            "secret": ticket.secret,
            "reference": issuing.reference(ticket),
            "name": ticket.attendee_name,
            "email": ticket.attendee_email,
            "tier": tiers.get(ticket.tier_id, ""),
            "seat": ticket.seat_label,
            "state": ticket.state,
            "checked_in_at": ticket.checked_in_at,
        }
        for ticket in order.tickets
    ]


def _payment(payment: Payment, zone: str) -> dict[str, Any]:
    kind, words = {
        "open": ("doubt", _("Waiting")),
        "paid": ("right", _("Paid")),
        "declined": ("wrong", _("Declined")),
        "abandoned": ("plain", _("Not paid")),
    }[payment.status]
    return {
        "what": method_name(payment.method),
        "through": provider_name(payment.provider),
        # Only what can be looked up at somebody else's.
        "reference": (payment.charge_reference or payment.reference or "")
        if payment.provider == "stripe"
        else "",
        "amount": format_money(payment.amount, payment.currency),
        "at": format_when(payment.paid_at or payment.created_at, zone),
        "kind": kind,
        "state": words,
        "failure": payment.failure,
    }


def _refunds(order: Order, zone: str) -> list[dict[str, Any]]:
    states = {
        "pending": ("doubt", _("On its way")),
        "succeeded": ("right", _("Paid back")),
        "failed": ("wrong", _("Failed")),
    }
    stood_in_for = {refunding.id_after(refund) for refund in order.refunds}
    known = {refund.id for refund in order.refunds}
    return [
        {
            "id": refund.id,
            "amount": format_money(refund.amount, refund.currency),
            "at": format_when(refund.created_at, zone),
            "reason": refund.reason,
            "who": refund.asked_by,
            "kind": states[refund.status][0],
            "state": states[refund.status][1],
            "failure": refund.failure,
            "again": refund.status == "failed" and refunding.id_after(refund) not in known,
            "is_again": refund.id in stood_in_for,
        }
        for refund in order.refunds
    ]


def _entry(entry: OrderEntry, zone: str) -> dict[str, str]:
    return {
        "text": entry.words,
        "at": format_when(entry.at, zone),
        "datetime": entry.at.isoformat(),
        "who": entry.actor,
        "kind": KINDS.get(entry.kind, "plain"),
        "icon": ICONS.get(entry.kind, ""),
    }
