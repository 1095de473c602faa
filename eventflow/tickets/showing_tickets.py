"""Tickets as a page shows them: the code drawn, and what is printed beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from eventflow.db import db
from eventflow.events import code_kinds
from eventflow.sales.models import Order
from eventflow.tickets import issuing, qr
from eventflow.tickets.models import PhoneKey, Ticket


@dataclass(frozen=True, slots=True)
class ShownTicket:
    id: str
    secret: str
    reference: str
    holder: str
    tier: str
    seat: str | None
    state: str
    qr: Markup | None
    """None once it is void, and where only the holder's phone makes the code."""
    code_kind: str
    proof: str
    needed: str
    """What its code asks of whoever comes; empty where paper is as good."""
    facts: list[tuple[str, str, str]]
    """Its place in the hall, as the ticket's face shows it."""


def shown(order: Order, tickets: Sequence[Ticket]) -> list[ShownTicket]:
    tiers = {line.tier_id: line.name for line in order.lines}
    return [
        ShownTicket(
            id=str(ticket.id),
            secret=ticket.secret,
            reference=issuing.reference(ticket),
            holder=ticket.attendee_name,
            tier=tiers.get(ticket.tier_id, ""),
            seat=ticket.seat_label,
            state=ticket.state,
            qr=_drawn(ticket) if shows_static_code(ticket) else None,
            code_kind=ticket.tier.code_kind,
            proof=ticket.tier.proof,
            needed=code_kinds.needed(order.event, ticket.tier.code_kind),
            facts=[(_("Seat"), ticket.seat.label, "big")] if ticket.seat else [],
        )
        for ticket in tickets
    ]


def shows_static_code(ticket: Ticket) -> bool:
    """Whether its code may be drawn or printed: a code that opens nothing is not."""
    return ticket.status == "valid" and ticket.tier.code_kind != "rotating"


def phone_number(ticket: Ticket) -> int:
    """The number of the phone that shows its code at present; 0 while none does."""
    query = select(PhoneKey.number).where(
        PhoneKey.ticket_id == ticket.id, PhoneKey.replaced_at.is_(None)
    )
    return db.session.scalar(query) or 0


def _drawn(ticket: Ticket) -> Markup:
    title = _("QR code of ticket %(reference)s", reference=issuing.reference(ticket))
    return Markup(qr.svg(issuing.code_of(ticket), title=title))  # noqa: S704 -- drawn by us
