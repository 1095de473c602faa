"""Badges: a label with a name for somebody who is in, once and once again.

The promise kept here is that every print is in the audit log, and that there are two at most.
"""

import json
import threading
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from eventflow import searching
from eventflow.accounts import audit
from eventflow.accounts.models import AuditEntry, Tenant
from eventflow.checkin.models import Scan
from eventflow.db import db
from eventflow.errors import NotFound, Refusal
from eventflow.events.models import Event
from eventflow.sales.models import Order
from eventflow.tickets import issuing
from eventflow.tickets.models import Ticket
from eventflow.tickets.pdf import FONTS, printable

TEMPLATE = Path(__file__).parent / "typst" / "badge.typ"
MOST_PRINTS = 2
MOST_LISTED = 50
_ACTION = "badges.print"

_compiler: Any = None
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Label:
    name: str
    tier: str
    seat: str
    event: str
    organizer: str
    reference: str
    language: str = "en"


def due(event: Event, query: str) -> Sequence[Ticket]:
    """Who is in, the last one first; those whose name or order fits what is looked for."""
    found = (
        select(Ticket)
        .join(Order, Order.id == Ticket.order_id)
        .where(Ticket.event_id == event.id, Ticket.checked_in_at.is_not(None))
        .where(Ticket.status == "valid")
        .order_by(Ticket.checked_in_at.desc(), Ticket.id)
        .limit(MOST_LISTED)
    )
    if query:
        found = found.where(
            or_(
                searching.contains(Ticket.attendee_name, query),
                Order.code.istartswith(query, autoescape=True),
            )
        )
    return db.session.scalars(found).all()


def find(event: Event, ticket_id: uuid.UUID) -> Ticket:
    ticket = issuing.find(ticket_id)
    if ticket.event_id != event.id:
        raise NotFound(_("There is no such ticket."))
    return ticket


def of_scan(scan_id: str, *, event_ids: Collection[uuid.UUID] = ()) -> Ticket:
    """Whose code this scan read, at one of these events if any are named; else NotFound."""
    found = select(Ticket).join(Scan, Scan.ticket_id == Ticket.id).where(Scan.scan_id == scan_id)
    if event_ids:
        found = found.where(Ticket.event_id.in_(event_ids))
    if (ticket := db.session.scalar(found)) is None:
        raise NotFound(_("There is no such scan."))
    return ticket


def times_printed(ticket: Ticket) -> int:
    query = select(func.count()).where(
        AuditEntry.action == _ACTION, AuditEntry.subject_id == str(ticket.id)
    )
    return db.session.scalar(query) or 0


def note(ticket: Ticket, *, form_key: str, first_only: bool = False, at: datetime) -> None:
    """Write down that the badge is printed; the same `form_key` again changes nothing.

    Raises Refusal before the first scan and after two prints; with `first_only` after one.
    """
    db.session.refresh(ticket, with_for_update=True)
    if ticket.status != "valid" or ticket.checked_in_at is None:
        raise Refusal(_("A badge is printed when its ticket was scanned at the door."))
    keys = db.session.scalars(
        select(AuditEntry.after).where(
            AuditEntry.action == _ACTION, AuditEntry.subject_id == str(ticket.id)
        )
    ).all()
    if form_key and any((after or {}).get("form") == form_key for after in keys):
        return
    if keys and first_only:
        raise Refusal(_("Has a badge already, from an earlier entry."))
    if len(keys) >= MOST_PRINTS:
        raise Refusal(_("This badge was printed twice already. The audit log says by whom."))
    words = _("Printed the badge of %(name)s", name=ticket.attendee_name)
    audit.record(_ACTION, ticket, words, after={"form": form_key, "print": len(keys) + 1}, at=at)


def label(event: Event, ticket: Ticket) -> Label:
    tenant = db.session.get_one(Tenant, ticket.tenant_id)
    return Label(
        name=ticket.attendee_name,
        tier=ticket.tier.name,
        seat=ticket.seat.label if ticket.seat else "",
        event=event.title,
        organizer=tenant.name,
        reference=issuing.reference(ticket),
    )


def pdf(given: Label) -> bytes:
    """A label of 90 by 55 mm, as most label printers take it."""
    global _compiler
    import typst  # Not before the first badge: most processes never print one.

    data = {name: printable(str(value)) for name, value in asdict(given).items()}
    with _one_at_a_time:
        if _compiler is None:
            _compiler = typst.Compiler(str(TEMPLATE), font_paths=[str(FONTS)])
        content = _compiler.compile(format="pdf", sys_inputs={"given": json.dumps(data)})
    return cast("bytes", content)
