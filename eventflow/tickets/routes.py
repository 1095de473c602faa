"""Tickets in the hand: each one's own page, and the files to print or keep."""

import uuid
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _

from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.db import now
from eventflow.errors import NotFound, Refusal
from eventflow.events import showing
from eventflow.pages import page
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.seating import pricing
from eventflow.security import keep_address_secret
from eventflow.tickets import (
    documents,
    issuing,
    moving_pages,
    moving_rules,
    showing_tickets,
)
from eventflow.tickets.models import Ticket

bp = only_on_tenant_host(Blueprint("tickets", __name__))
bp.register_blueprint(moving_pages.bp)


@bp.before_request
def _keep_address_secret() -> None:
    keep_address_secret()


@bp.get("/tickets/<uuid:ticket_id>")
def show_ticket(ticket_id: uuid.UUID) -> Response:
    secret = request.args.get("secret", "")
    ticket = issuing.find_with_secret(str(ticket_id), secret)
    order = ticket.order
    # Whoever has one ticket's link need not have the whole order's.
    whole = url_for("payments.show_order", code=order.code, secret=order.secret)
    return page(
        "tickets/ticket.html",
        ticket=showing_tickets.shown(order, [ticket])[0],
        event=ticket.event,
        place=showing.place(ticket.event),
        phone=showing_tickets.phone_number(ticket),
        at=now(),
        secret=secret,
        is_refunded=ticket.status == "cancelled" and order.refunded > 0,
        **_changing_seat(ticket, is_orders=issuing.is_orders(ticket, secret)),
        order_address=whole if issuing.is_orders(ticket, secret) else None,
    )


def _changing_seat(ticket: Ticket, *, is_orders: bool) -> dict[str, Any]:
    """Until when whoever has this link may change the seat, or could; a whole table is changed by
    whoever has the order."""
    at, whole = now(), moving_rules.sits_whole(ticket)
    may = moving_rules.may_swap(ticket, at) and (is_orders or not whole)
    return {
        "swap_until": pricing.find(ticket.event).swap_until if may else None,
        "swap_was_until": moving_rules.swap_was_until(ticket, at),
        "stays_whole": whole,
    }


@bp.get("/tickets/<uuid:ticket_id>/state")
def show_state(ticket_id: uuid.UUID) -> dict[str, str | int]:
    """What is known of the ticket at this moment, for its page on the phone."""
    ticket = issuing.find_with_secret(str(ticket_id), request.args.get("secret", ""))
    return {
        "state": ticket.state,
        "phone": showing_tickets.phone_number(ticket),
        "server_time": now().isoformat(),
    }


@bp.get("/tickets/worker.js")
def show_worker() -> Response:
    """What keeps tickets for a place without network; from here it has a say about tickets only."""
    response = current_app.send_static_file("js/ticket-worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/tickets/<uuid:ticket_id>.pdf")
def ticket_pdf(ticket_id: uuid.UUID) -> Response:
    ticket = issuing.find_with_secret(str(ticket_id), request.args.get("secret", ""))
    if ticket.status != "valid":
        raise Refusal(_("This ticket is void, so there is nothing to print."))
    name = f"ticket-{issuing.reference(ticket)}.pdf"
    return _file(documents.ticket_pdf(ticket), "application/pdf", name)


@bp.get("/orders/<code>/tickets.pdf")
def order_pdf(code: str) -> Response:
    order = _order(code)
    if not any(ticket.status == "valid" for ticket in order.tickets):
        raise Refusal(_("This order has no valid tickets to print."))
    return _file(documents.order_pdf(order), "application/pdf", f"tickets-{order.code}.pdf")


@bp.get("/orders/<code>/event.ics")
def calendar_file(code: str) -> Response:
    order = _order(code)
    if order.event.starts_at is None or order.event.ends_at is None:
        raise NotFound(_("This event has no date yet."))
    content = documents.calendar(order, now())
    return _file(content, "text/calendar; charset=utf-8", f"{order.event.slug}.ics")


def _order(code: str) -> Order:
    return orders.find_with_secret(code, request.args.get("secret", ""))


def _file(content: bytes, content_type: str, name: str) -> Response:
    response = Response(content, content_type=content_type)
    # Shown where the browser can, saved under this name where it can't.
    shown = "inline" if content_type == "application/pdf" else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{name}"'
    return response
