"""The console's list of attendees: one row a ticket, and the same as a file."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _

from eventflow import lists
from eventflow.accounts import access
from eventflow.db import now, transaction
from eventflow.errors import Invalid
from eventflow.pages import page
from eventflow.spreadsheets import Cell, csv_file
from eventflow.tickets import finding, issuing, moving_console, notes, voiding_pages
from eventflow.tickets.models import Ticket

bp = access.console(Blueprint("tickets_organizer", __name__, url_prefix="/manage"))
bp.register_blueprint(moving_console.bp)
bp.register_blueprint(voiding_pages.console)

PER_PAGE = 50
CSV_HEADS = (
    "ticket",
    "name",
    "email",
    "event",
    "event_slug",
    "tier",
    "seat",
    "status",
    "checked_in_at",
    "order",
    "buyer",
    "buyer_email",
    "issued_at",
)


@bp.get("/attendees")
def show_attendees() -> Response:
    search, number = _search(), lists.page_number()
    total, found = finding.count_and_page(search, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    if last := lists.beyond(number, total, per_page=PER_PAGE):
        return redirect(last, 303)  # type: ignore[return-value]
    return page(
        "tickets/organizer/attendees.html",
        "found",
        tickets=found,
        search=search,
        states=_state_names(),
        events=finding.events_to_choose(search.event),
        tiers=finding.tiers_to_choose(search.event),
        part=lists.part(number, len(found), total, per_page=PER_PAGE),
        heads={key: lists.head(key, search.sort) for key in ("name", "issued", "checked_in")},
        csv_address=lists.address_with("/manage/attendees.csv", page="", sort=""),
    )


@bp.get("/attendees.csv")
def attendees_csv() -> Response:
    """The same people as a file, the first tickets first."""
    search = _search()
    rows = ([_row(ticket) for ticket in part] for part in finding.in_parts(search))
    return csv_file(f"{search.event or 'all'}-attendees.csv", CSV_HEADS, rows)


@bp.get("/attendees/<uuid:ticket_id>")
def show_attendee(ticket_id: uuid.UUID) -> Response:
    return _attendee_page(issuing.find(ticket_id), {})


@bp.post("/attendees/<uuid:ticket_id>")
def note_for_door(ticket_id: uuid.UUID) -> Response:
    """What the door has to know of somebody; scanners hear of it within the minute."""
    needs_attention = "needs_attention" in request.form
    try:
        with transaction():
            ticket = issuing.find(ticket_id)
            note = request.form.get("door_note", "")
            notes.write(ticket, note, needs_attention=needs_attention, at=now())
    except Invalid as refusal:
        return _attendee_page(issuing.find(ticket_id), refusal.fields)
    flash(_("The door knows of it."), "right")
    return redirect(f"/manage/attendees/{ticket_id}", 303)  # type: ignore[return-value]


def _attendee_page(ticket: Ticket, errors: Mapping[str, str]) -> Response:
    typed = {"door_note": ticket.door_note, "needs_attention": ticket.needs_attention}
    if errors:
        typed = {
            "door_note": request.form.get("door_note", ""),
            "needs_attention": "needs_attention" in request.form,
        }
    return page(
        "tickets/organizer/attendee.html",
        status=422 if errors else 200,
        ticket=ticket,
        reference=issuing.reference(ticket),
        typed=typed,
        is_admin=access.may("admin"),
        errors=errors,
    )


def _search() -> finding.Search:
    return finding.Search(
        q=lists.text("q"),
        event=lists.text("event"),
        tier=lists.text("tier"),
        state=lists.text("status"),
        sort=lists.text("sort") or "name",
    )


def _row(ticket: Ticket) -> tuple[Cell, ...]:
    came = ticket.checked_in_at
    return (
        issuing.reference(ticket),
        ticket.attendee_name,
        ticket.attendee_email,
        ticket.event.title,
        ticket.event.slug,
        ticket.tier.name,
        ticket.seat_label or "",
        ticket.state,
        came.isoformat(timespec="seconds") if came else "",
        ticket.order.code,
        ticket.order.buyer_name,
        ticket.order.buyer_email,
        ticket.issued_at.isoformat(timespec="seconds"),
    )


def _state_names() -> list[tuple[str, str]]:
    names = {
        "valid": _("Not yet checked in"),
        "checked_in": _("Checked in"),
        "cancelled": _("Void"),
    }
    return [(state, names[state]) for state in finding.STATES]
