"""Documents: a ticket or an order as a file, in the language it was bought in.

The promise kept here is that a file made again is the same file: it is made of the rows as they
stand, and kept nowhere.
"""

import re
from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from eventflow.accounts.hosts import host_of
from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.locale import format_clock, format_money, format_span
from eventflow.sales import structured
from eventflow.sales.models import Order
from eventflow.tickets import calendar as calendars
from eventflow.tickets import issuing, pdf, shares
from eventflow.tickets.calendar import CalendarEntry
from eventflow.tickets.models import Ticket

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def order_pdf(order: Order) -> bytes:
    """The order's tickets that admit, a sheet each; all there were, if none does any more."""
    tickets = [ticket for ticket in order.tickets if ticket.status == "valid"]
    return pdf.order_pdf(_sheets(order, tickets or list(order.tickets)))


def ticket_pdf(ticket: Ticket) -> bytes:
    return pdf.ticket_pdf(_sheets(ticket.order, [ticket])[0])


def calendar(order: Order, at: datetime) -> bytes:
    """The event of an order as a file for the buyer's calendar."""
    tenant = db.session.get_one(Tenant, order.tenant_id)
    with force_locale(order.locale):
        about = [_("Order %(code)s", code=order.code)]
        seats = [t.seat_label for t in order.tickets if t.seat_label and t.status == "valid"]
        if seats:
            about.append(_("Seats: %(seats)s", seats=", ".join(seats)))
        entry = calendar_entry(order.event, tenant, about="\n".join(about))
    return calendars.event_ics(entry, at=at)


def calendar_entry(event: Event, tenant: Tenant, *, about: str = "") -> CalendarEntry:
    """The event as a calendar shall show it; published events have their times."""
    if event.starts_at is None or event.ends_at is None:
        raise ValueError("an event without times fits no calendar")
    described = [event.summary, about]
    if event.join_url and event.format != "in_person" and about:
        described.append(_("Join online: %(address)s", address=event.join_url))
    return CalendarEntry(
        uid=f"{event.id}@{host_of('').partition(':')[0]}",
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        timezone=event.timezone,
        location=showing.place(event),
        description="\n".join(line for line in described if line),
        url=structured.event_url(tenant, event),
        organizer_name=tenant.name,
        organizer_email=tenant.contact_email,
        sequence=event.version,
        cancelled=event.status == "cancelled",
    )


def _sheets(order: Order, tickets: list[Ticket]) -> list[pdf.TicketSheet]:
    event = order.event
    tenant = db.session.get_one(Tenant, order.tenant_id)
    tiers = {line.tier_id: line.name for line in order.lines}
    cost = shares.of(order)
    language = order.locale
    with force_locale(language):
        words = pdf.Words.translated(_)
        when, notes = _when(event, language), _notes(event)
        where = showing.place_lines(event)
        return [
            pdf.TicketSheet(
                event_title=event.title,
                when=when,
                where=where,
                tier=tiers.get(ticket.tier_id, ""),
                seat=ticket.seat_label,
                attendee=ticket.attendee_name,
                code=issuing.code_of(ticket) if ticket.tier.code_kind != "rotating" else "",
                reference=issuing.reference(ticket),
                order_code=order.code,
                organizer=tenant.name,
                price=(
                    format_money(cost[ticket.id], order.currency, language)
                    if cost[ticket.id]
                    else _("Free")
                ),
                numerals=(
                    pdf.numerals(
                        event.starts_at,
                        event.timezone,
                        language,
                        time=format_clock(event.starts_at, event.timezone, language),
                    )
                    if event.starts_at
                    else None
                ),
                notes=notes,
                accent=tenant.accent if _COLOUR.fullmatch(tenant.accent) else pdf.DEFAULT_ACCENT,
                language=language,
                words=_words(words, ticket),
            )
            for ticket in tickets
        ]


def _words(words: pdf.Words, ticket: Ticket) -> pdf.Words:
    """What the sheet says of its code; one that changes is not on paper, or as a fallback."""
    if ticket.event.format == "virtual":
        return replace(words, entry=_("Taking part"), show=_("You join online, not at a door."))
    match ticket.tier.code_kind:
        case "rotating":
            show = _(
                "This ticket’s code changes every half minute and is made by your phone. Open the "
                "ticket from your mail or from your order’s page; this sheet alone does not admit."
            )
        case "rotating_or_printed":
            show = _(
                "Open the ticket on your phone if you can. This printed code is the fallback: it "
                "admits one, once, and an ID will be checked."
            )
        case _:
            show = words.show
    if ticket.tier.proof:
        show += " " + _("To be shown too: %(proof)s.", proof=ticket.tier.proof)
    return replace(words, show=show)


def _when(event: Event, language: str) -> list[str]:
    if event.starts_at is None:
        return []
    lines = [format_span(event.starts_at, event.ends_at, event.timezone, language)]
    if event.doors_at:
        clock = format_clock(event.doors_at, event.timezone, language)
        lines.append(_("Doors open at %(time)s", time=clock))
    return lines


def _notes(event: Event) -> str:
    if event.join_url and event.format != "in_person":
        return _("Join online: %(address)s", address=event.join_url)
    return ""
