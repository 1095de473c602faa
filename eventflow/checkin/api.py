"""The HTTP API of the door."""

import uuid
from typing import Annotated, Any, Literal

from flask import g
from pydantic import Field
from werkzeug.exceptions import Unauthorized

from eventflow import metrics
from eventflow.accounts.hosts import tenant_url
from eventflow.api import tokens
from eventflow.api.documents import Document, Instant, Text
from eventflow.api.operations import Operations
from eventflow.checkin import admitting
from eventflow.db import now
from eventflow.events import drafting
from eventflow.tickets import codes, keys
from eventflow.tickets.api import TierName

api = Operations("checkin", __name__, tag="Check-in")
bp = api.bp


class ScanRequest(Document):
    code: Annotated[str, Field(min_length=1, max_length=2000)]
    event: Annotated[str, Field(max_length=100)] | None = None
    gate: Annotated[Text, Field(max_length=100)] | None = None
    scan_id: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    scanned_at: Instant | None = None
    override: bool | None = None


class AttendeeShown(Document):
    name: str
    email: str | None = None


class TicketShown(Document):
    """What the door may see of a ticket: with a scanner's token no address."""

    id: str
    code: str
    status: Literal["valid", "checked_in", "cancelled"]
    attendee: AttendeeShown
    tier: TierName
    seat: str | None
    checked_in_at: Instant | None
    url: str | None = None
    pdf_url: str | None = None


class ScanAnswer(Document):
    result: Literal["VALID", "USED", "INVALID"]
    reason: str
    ticket: TicketShown | None
    checked_in_at: Instant | None


class StatsAnswer(Document):
    capacity: int
    registered: int
    remaining: int
    checked_in: int
    status: Literal["OPEN", "FULL"]


@api.post(
    "/checkin",
    summary="Check a code in",
    role="scanner",
    body=ScanRequest,
    answers={200: ScanAnswer},
)
def check_in(body: ScanRequest) -> ScanAnswer:
    """VALID once, USED after that, INVALID for what isn't a good ticket of this tenant.

    The same `scan_id` sent again gets its first answer. `override` admits a used ticket again, and
    needs the role staff.
    """
    who = tokens.demand("staff" if body.override else "scanner")
    try:
        admission = admitting.admit(
            body.code,
            event=body.event,
            gate=body.gate or "",
            scan_id=body.scan_id,
            scanned_at=body.scanned_at,
            override=bool(body.override),
            token_id=who.token_id,
            by=who.name,
            at=now(),
        )
    except admitting.TokenRevoked:
        raise Unauthorized("This token was revoked.") from None
    metrics.checked_in(admission.result)
    return ScanAnswer.model_construct(
        result=admission.result,
        reason=admission.reason,
        ticket=_shown(admission, contact_too=who.may("staff")),
        checked_in_at=admission.checked_in_at,
    )


@api.get(
    "/events/<slug>/stats",
    summary="The door in numbers",
    role="scanner",
    answers={200: StatsAnswer},
)
def show_stats(slug: str) -> StatsAnswer:
    head = admitting.heads(drafting.find(slug), at=now())
    return StatsAnswer.model_construct(
        capacity=head.capacity,
        registered=head.registered,
        remaining=head.remaining,
        checked_in=head.checked_in,
        status=head.status,
    )


def _shown(admission: admitting.Admission, *, contact_too: bool) -> TicketShown | None:
    ticket = admission.ticket
    if ticket is None:
        return None
    status = "checked_in" if admission.checked_in_at else "valid"
    return TicketShown.model_construct(
        id=ticket["id"],
        code=_code(ticket),
        status="cancelled" if ticket["status"] == "cancelled" else status,
        attendee=AttendeeShown.model_construct(
            name=ticket["name"], email=ticket["email"] if contact_too else None
        ),
        tier=TierName.model_construct(id=ticket["tier"], name=ticket["tier_name"]),
        seat=None,
        checked_in_at=admission.checked_in_at,
        url=tenant_url(g.tenant.slug, f"/tickets/{ticket['id']}") if contact_too else None,
        pdf_url=None,
    )


def _code(ticket: dict[str, Any]) -> str:
    key = keys.of(ticket["key_number"])
    return codes.sign(
        key.private,
        key_id=key.number,
        event_id=uuid.UUID(ticket["event_id"]),
        ticket_id=uuid.UUID(ticket["id"]),
        issue=ticket["issue"],
    )
