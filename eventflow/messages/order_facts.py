"""What the mails about an order say: asked of the rows when the mail is written, so it is true."""

from datetime import datetime
from typing import Any

from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.models import Tenant
from eventflow.events import code_kinds, showing
from eventflow.messages.mails import Attachment
from eventflow.money import Money
from eventflow.payments import accounts
from eventflow.payments.checkout import order_url
from eventflow.sales import buyers, receipts, structured
from eventflow.sales.models import Order
from eventflow.tickets import documents, issuing, qr
from eventflow.tickets.models import Ticket

MOST_SHOWN = 20
"""Tickets in the mail itself: more would be cut off by mail readers. The file has them all."""


def plain(order: Order, tenant: Tenant, at: datetime) -> dict[str, Any]:
    event = order.event
    return {
        "order": {
            "code": order.code,
            "name": order.buyer_name,
            "url": order_url(tenant, order),
            "total": Money(order.total, order.currency),
            "is_free": order.total == 0,
            "paid_at": order.paid_at,
        },
        "event": {
            "title": event.title,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "doors_at": event.doors_at,
            "timezone": event.timezone,
            "places": showing.place_lines(event),
            "join_url": event.join_url if event.format != "in_person" else "",
            "url": structured.event_url(tenant, event),
            "is_cancelled": event.is_cancelled,
        },
        "receipt": receipts.lines(buyers.bought_by(order), order, order.currency),
    }


def with_tickets(order: Order, tenant: Tenant, at: datetime) -> dict[str, Any]:
    tickets = _to_send(order)
    kinds = {ticket.tier.code_kind for ticket in tickets}
    tiers = {line.tier_id: line.name for line in order.lines}
    return plain(order, tenant, at) | {
        "tickets": [
            {
                "reference": issuing.reference(ticket),
                "tier": tiers.get(ticket.tier_id, ""),
                "seat": ticket.seat_label,
                "attendee": ticket.attendee_name,
                "picture": f"cid:{_content_id(ticket)}" if _has_picture(ticket) else "",
                "needed": code_kinds.needed(order.event, ticket.tier.code_kind),
                "proof": ticket.tier.proof,
                "url": tenant_url(tenant.slug, f"/tickets/{ticket.id}?secret={ticket.secret}"),
            }
            for ticket in tickets[:MOST_SHOWN]
        ],
        "count": len(tickets),
        "how_to_show": code_kinds.how_to_show(order.event, kinds),
        "on_paper": kinds != {"rotating"} or order.event.format == "virtual",
    }


def unpaid(order: Order, tenant: Tenant, at: datetime) -> dict[str, Any]:
    account = accounts.found()
    return plain(order, tenant, at) | {
        "method": order.payment_method,
        "details": account.transfer_details if account else "",
        "until": order.hold.expires_at,
    }


def tickets_attached(order: Order, facts: dict[str, Any], at: datetime) -> list[Attachment]:
    pictures = [
        Attachment(
            f"ticket-{ticket.position}.png",
            "image/png",
            qr.png(issuing.code_of(ticket), scale=6),
            content_id=_content_id(ticket),
        )
        for ticket in _to_send(order)[:MOST_SHOWN]
        if _has_picture(ticket)
    ]
    files = [
        Attachment(f"tickets-{order.code}.pdf", "application/pdf", documents.order_pdf(order)),
        Attachment(f"{order.event.slug}.ics", "text/calendar", documents.calendar(order, at)),
    ]
    return files + pictures


def _to_send(order: Order) -> list[Ticket]:
    """The tickets that admit. Of an order called off before its mail was written, all there were:
    another mail says what became of them."""
    valid = [ticket for ticket in order.tickets if ticket.status == "valid"]
    return valid or list(order.tickets)


def _has_picture(ticket: Ticket) -> bool:
    """A code that changes is never in a mail; the mail says how to open it on the phone."""
    return ticket.tier.code_kind == "static"


def _content_id(ticket: Ticket) -> str:
    return f"ticket-{ticket.position}@{ticket.id}"
