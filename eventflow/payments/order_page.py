"""What an order's page says: where it stands, what happens next, what was paid, and its tickets."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventflow.accounts.models import Tenant
from eventflow.events import code_kinds, showing
from eventflow.locale import format_clock, format_money, format_when, zone_label
from eventflow.payments import accounts
from eventflow.sales import buyers, receipts, seat_pages
from eventflow.sales.models import Order, OrderEntry
from eventflow.seating import pricing
from eventflow.tickets import calendar, documents, moving_rules, showing_tickets
from eventflow.tickets.models import Ticket

JUST_NOW = 120
"""Seconds after paying in which the page still celebrates a little."""


def facts(order: Order, tenant: Tenant, *, at: datetime) -> dict[str, Any]:
    """Everything the template shows, read here so that the template asks the database nothing."""
    event, state = order.event, order.status_at(at)
    tickets = list(order.tickets) if order.is_settled else []
    shown = showing_tickets.shown(order, tickets)
    return {
        "order": order,
        "event": event,
        "state": state,
        "at": at,
        "tickets": shown,
        "how_to_show": code_kinds.how_to_show(
            event, [one.tier.code_kind for one in tickets if one.status == "valid"]
        ),
        "may_enter": any(ticket.status == "valid" for ticket in tickets),
        **_changing_seats(tickets, at),
        "receipt_lines": receipts.lines(buyers.bought_by(order), order, order.currency),
        "facts": _about(order, state),
        "choose_again": seat_pages.back_to_choosing(event),
        "place": showing.place(event),
        "calendars": _calendars(order, tenant),
        "transfer_details": _transfer_details(order),
        "is_new": order.paid_at is not None and (at - order.paid_at).total_seconds() < JUST_NOW,
        "was_declined": any(payment.status == "declined" for payment in order.payments),
        "entries": [_entry(entry, event.timezone) for entry in order.entries],
        "pay_until": order.hold.expires_at,
        "until": clock(order.hold.expires_at, event.timezone),
    }


def _changing_seats(tickets: list[Ticket], at: datetime) -> dict[str, Any]:
    """Of which tickets the buyer may change the seat, and of which the table; and until when."""
    seating = pricing.of(tickets[0].event_id) if any(one.seat_id for one in tickets) else None
    may = [one for one in tickets if seating and moving_rules.may_swap(one, at, seating=seating)]
    whole = {
        str(one.id): moving_rules.table(one.seat) for one in may if one.seat and one.seat.row.whole
    }
    return {
        "swaps": {str(one.id) for one in may},
        "tables": whole,
        "swap_until": seating.swap_until if seating and may else None,
    }


def _about(order: Order, state: str) -> list[tuple[str, str]]:
    """What else belongs on a receipt."""
    zone = order.event.timezone
    rows = [
        (_("Order"), order.code),
        (_("Bought by"), order.buyer_name),
        (_("Placed"), format_when(order.created_at, zone)),
    ]
    if order.paid_at and order.total:
        rows.append((_("Paid"), format_when(order.paid_at, zone)))
    if order.refunded:
        rows.append((_("Paid back"), format_money(order.refunded, order.currency)))
    return rows


def _entry(entry: OrderEntry, zone: str) -> dict[str, str]:
    kind = {"paid": "right", "declined": "wrong", "too_late": "doubt"}.get(entry.kind, "plain")
    return {
        "text": entry.words,
        "at": format_when(entry.at, zone),
        "datetime": entry.at.isoformat(),
        "kind": kind,
    }


def clock(at: datetime, zone: str) -> str:
    return f"{format_clock(at, zone)} {zone_label(at, zone)}"


def _transfer_details(order: Order) -> str:
    if order.payment_method != "transfer":
        return ""
    account = accounts.found()
    return account.transfer_details if account else ""


def _calendars(order: Order, tenant: Tenant) -> list[tuple[str, str]]:
    """Links for the calendars that have no file: what they are called, and where they lead."""
    event = order.event
    if not (event.starts_at and event.ends_at) or event.status == "cancelled":
        return []
    entry = documents.calendar_entry(event, tenant, about=_("Order %(code)s", code=order.code))
    return [("Google", calendar.google_url(entry)), ("Outlook", calendar.outlook_url(entry))]
