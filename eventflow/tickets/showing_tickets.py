"""Tickets as a page shows them: the code drawn, and what is printed beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup

from eventflow.sales.models import Order
from eventflow.tickets import issuing, qr
from eventflow.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class ShownTicket:
    id: str
    secret: str
    reference: str
    holder: str
    tier: str
    state: str
    qr: Markup | None
    """None once it is void: a code that opens nothing is not shown."""


def shown(order: Order, tickets: Sequence[Ticket]) -> list[ShownTicket]:
    tiers = {line.tier_id: line.name for line in order.lines}
    return [
        ShownTicket(
            id=str(ticket.id),
            secret=ticket.secret,
            reference=issuing.reference(ticket),
            holder=ticket.attendee_name,
            tier=tiers.get(ticket.tier_id, ""),
            state=ticket.state,
            qr=_drawn(ticket) if ticket.status == "valid" else None,
        )
        for ticket in tickets
    ]


def _drawn(ticket: Ticket) -> Markup:
    title = _("QR code of ticket %(reference)s", reference=issuing.reference(ticket))
    return Markup(qr.svg(issuing.code_of(ticket), title=title))  # noqa: S704 -- drawn by us
