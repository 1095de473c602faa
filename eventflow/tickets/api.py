"""The HTTP API of tickets: who comes."""

import base64
from collections.abc import Iterable
from typing import Annotated, Literal

from flask import Response, g
from pydantic import ConfigDict, Field
from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from eventflow.accounts import actors
from eventflow.accounts.hosts import tenant_url
from eventflow.api.documents import (
    Document,
    Instant,
    Moment,
    PageQuery,
    Text,
    next_page,
    opaque,
)
from eventflow.api.operations import PUBLIC, Operations
from eventflow.db import db, now, transaction
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.sales import orders
from eventflow.seating.models import Seat
from eventflow.spreadsheets import lines_of
from eventflow.tickets import issuing, phones, voiding
from eventflow.tickets.models import Ticket

api = Operations("tickets", __name__, tag="Tickets")
bp = api.bp

TicketStatus = Literal["valid", "checked_in", "cancelled"]


class TierName(Document):
    id: str
    name: str


class AttendeeName(Document):
    name: str
    email: str


class TicketDocument(Document):
    id: str
    code: str
    status: TicketStatus
    attendee: AttendeeName
    tier: TierName
    seat: str | None
    checked_in_at: Instant | None
    url: str
    pdf_url: str


class TicketAnswer(Document):
    ticket: TicketDocument


class RevokeRequest(Document):
    reason: Annotated[Text, Field(max_length=500)] | None = None


class AttendeeRow(Document):
    ticket: str
    code: str
    name: str
    email: str
    tier: TierName
    seat: str | None
    status: TicketStatus
    order: str
    checked_in_at: Instant | None


class AttendeeList(Document):
    attendees: list[AttendeeRow]
    total: int
    next: str | None


class AttendeeQuery(PageQuery):
    status: TicketStatus | None = None
    per_page: Annotated[int, Field(ge=1, le=1000)] = 100


class PhoneQuery(Document):
    model_config = ConfigDict(strict=False, extra="ignore")

    secret: Annotated[str, Field(max_length=100)] = ""


class PhoneRequest(Document):
    public_key: Annotated[
        str,
        Field(
            min_length=1,
            max_length=60,
            description="A point of P-256, compressed: 33 bytes, base64url",
        ),
    ]


class PhoneAnswer(Document):
    number: Annotated[int, Field(description="How many phones have shown this ticket")]
    facts: Annotated[str, Field(description="28 bytes, base64url")]
    certificate: Annotated[str, Field(description="64 bytes, base64url")]
    server_time: Moment


@api.get(
    "/events/<slug>/attendees",
    summary="Who comes",
    role="staff",
    query=AttendeeQuery,
    answers={200: AttendeeList},
)
def list_attendees(slug: str, query: AttendeeQuery) -> AttendeeList:
    """One row a ticket, cancelled ones too."""
    matching = _matching(drafting.find(slug), query.status)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    rows = db.session.scalars(_in_order(matching).offset(query.offset).limit(query.per_page))
    return AttendeeList.model_construct(
        attendees=[_row(ticket) for ticket in rows], total=total, next=next_page(query, total)
    )


@api.get(
    "/events/<slug>/attendees.csv",
    summary="Who comes, as a file",
    role="staff",
    query=AttendeeQuery,
    answers={200: None},
    media_type="text/csv",
)
def attendees_csv(slug: str, query: AttendeeQuery) -> Response:
    event = drafting.find(slug)
    rows = db.session.scalars(_in_order(_matching(event, query.status)))
    response = Response(csv_of(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}-attendees.csv"'
    return response


@api.post(
    "/tickets/<ticket_id>/phone",
    summary="Show a ticket on this phone",
    role=PUBLIC,
    query=PhoneQuery,
    body=PhoneRequest,
    answers={200: PhoneAnswer},
    refusals=("conflict", "validation_failed"),
)
def show_on_phone(ticket_id: str, query: PhoneQuery, body: PhoneRequest) -> PhoneAnswer:
    """The box office certifies the key that the phone has made, and replaces that of any other.

    Needs the secret of the ticket or of its order. With the answer the phone makes rotating codes
    by itself: facts, public key, certificate, step, proof (docs/ticket-codes.md).
    """
    with transaction():
        ticket = issuing.find_with_secret(ticket_id, query.secret)
        phone = phones.register(ticket, phones.read_key(body.public_key), at=now())
    return PhoneAnswer.model_construct(
        number=phone.number,
        facts=_base64url(phone.facts),
        certificate=_base64url(phone.certificate),
        server_time=now(),
    )


@api.post(
    "/tickets/<ticket_id>/reissue",
    summary="Give a ticket a new code",
    role="staff",
    answers={200: TicketAnswer},
    refusals=("conflict",),
)
def reissue_ticket(ticket_id: str) -> TicketAnswer:
    """The old code and link are dead at once, and so is the link of the order, which opens all its
    tickets; the buyer is mailed the new ones. Links of the order's other tickets stay."""
    with transaction():
        ticket = voiding.reissue(issuing.find(ticket_id), actor=actors.actor().name, at=now())
    return TicketAnswer.model_construct(ticket=ticket_document(ticket))


@api.post(
    "/tickets/<ticket_id>/revoke",
    summary="Make a ticket void",
    role="admin",
    body=RevokeRequest,
    answers={200: TicketAnswer},
    refusals=("conflict",),
)
def revoke_ticket(ticket_id: str, body: RevokeRequest) -> TicketAnswer:
    """Its place is for sale again and the buyer is told. No money goes back: that is a refund."""
    with transaction():
        ticket = issuing.find(ticket_id)
        order = orders.locked(ticket.order_id)
        db.session.refresh(ticket)
        who = actors.actor().name
        voiding.void(order, [ticket], reason=body.reason or "", actor=who, at=now())
    return TicketAnswer.model_construct(ticket=ticket_document(ticket))


def csv_of(tickets: Iterable[Ticket]) -> str:
    """The attendees as CSV; what a spreadsheet would take for a formula is defused."""
    heads = ["ticket", "code", "name", "email", "tier", "seat", "status", "order", "checked_in_at"]
    rows = (
        [
            row.ticket,
            row.code,
            row.name,
            row.email,
            row.tier.name,
            row.seat or "",
            row.status,
            row.order,
            row.checked_in_at.isoformat() if row.checked_in_at else "",
        ]
        for row in map(_row, tickets)
    )
    return lines_of([heads, *rows])


def ticket_document(ticket: Ticket) -> TicketDocument:
    """A ticket as its holder may see it."""
    path = f"/tickets/{ticket.id}"
    return TicketDocument.model_construct(
        id=opaque(ticket.id),
        code=issuing.code_of(ticket),
        status=ticket.state,
        attendee=AttendeeName.model_construct(
            name=ticket.attendee_name, email=ticket.attendee_email
        ),
        tier=TierName.model_construct(id=opaque(ticket.tier_id), name=ticket.tier.name),
        seat=ticket.seat_label,
        checked_in_at=ticket.checked_in_at,
        url=tenant_url(g.tenant.slug, f"{path}?secret={ticket.secret}"),
        pdf_url=tenant_url(g.tenant.slug, f"{path}.pdf?secret={ticket.secret}"),
    )


def _matching(event: Event, status: str | None) -> Select[Ticket]:
    query = select(Ticket).where(Ticket.event_id == event.id)
    if status == "cancelled":
        query = query.where(Ticket.status == "cancelled")
    elif status:
        checked_in = Ticket.checked_in_at.is_not(None)
        query = query.where(
            Ticket.status == "valid", checked_in if status == "checked_in" else ~checked_in
        )
    return query


def _in_order(query: Select[Ticket]) -> Select[Ticket]:
    loads = (
        selectinload(Ticket.order),
        selectinload(Ticket.tier),
        selectinload(Ticket.seat).selectinload(Seat.row),
    )
    return query.order_by(Ticket.issued_at, Ticket.order_id, Ticket.position).options(*loads)


def _row(ticket: Ticket) -> AttendeeRow:
    return AttendeeRow.model_construct(
        ticket=opaque(ticket.id),
        code=issuing.code_of(ticket),
        name=ticket.attendee_name,
        email=ticket.attendee_email,
        tier=TierName.model_construct(id=opaque(ticket.tier_id), name=ticket.tier.name),
        seat=ticket.seat_label,
        status=ticket.state,
        order=ticket.order.code,
        checked_in_at=ticket.checked_in_at,
    )


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
