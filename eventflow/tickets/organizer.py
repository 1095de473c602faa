"""The console's list of attendees: one row a ticket, and the same as a file."""

from flask import Blueprint, Response
from flask_babel import gettext as _

from eventflow import lists
from eventflow.accounts import access
from eventflow.pages import page
from eventflow.spreadsheets import Cell, csv_file
from eventflow.tickets import finding, issuing
from eventflow.tickets.models import Ticket

bp = access.console(Blueprint("tickets_organizer", __name__, url_prefix="/manage"))

PER_PAGE = 50
CSV_HEADS = (
    "ticket",
    "name",
    "email",
    "event",
    "event_slug",
    "tier",
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
