"""The HTTP API of reading codes: one at a time, while the person waits."""

import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from flask import g
from flask_babel import gettext as _
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict
from werkzeug.exceptions import Forbidden, Unauthorized

from eventflow import metrics
from eventflow.accounts.hosts import tenant_url
from eventflow.api import tokens
from eventflow.api.documents import Document, Instant, Text, Words, either
from eventflow.api.tokens import Principal
from eventflow.checkin import admitting, crowding, devices, manifest, principals
from eventflow.checkin.admitting import Admission, Claim, Reader, Reading
from eventflow.checkin.operations import api
from eventflow.db import now
from eventflow.errors import Invalid
from eventflow.tickets import codes, keys
from eventflow.tickets.api import TierName

Result = Literal["VALID", "USED", "INVALID"]
ScanId = Annotated[Words, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(min_length=1, max_length=2000)]
TicketNamed = Annotated[
    str, Field(min_length=1, max_length=40, description="A ticket's id or digest")
]
MOST_TOGETHER = 100
ON_THE_WAY = timedelta(seconds=2)
"""What a scan may take to reach us; only those that are older are asked whether they can be."""


class ScanRequest(Document):
    model_config = either({"code": "string"}, {"ticket": "string"})

    code: Code | None = None
    ticket: TicketNamed | None = None
    event: Annotated[str, Field(max_length=100)] | None = None
    gate: Annotated[Text, Field(max_length=100)] | None = None
    direction: Literal["in", "out"] | None = None
    scan_id: ScanId | None = None
    scanned_at: Instant | None = None
    override: bool | None = None
    reason: Annotated[Text, Field(max_length=500)] | None = None
    also: Annotated[list[TicketNamed], Field(max_length=MOST_TOGETHER)] | None = None


class AttendeeShown(Document):
    name: str
    email: str | None = None


class TicketShown(Document):
    """What the door may see of a ticket: with a scanner's token no address."""

    id: str
    digest: Annotated[str, Field(description="Names the ticket in the manifest")]
    code: Annotated[
        str,
        Field(description="What was read; to staff in any case. A stolen scanner shows no tickets"),
    ]
    status: Literal["valid", "checked_in", "cancelled"]
    attendee: AttendeeShown
    tier: TierName
    seat: str | None
    checked_in_at: Instant | None
    url: str | None = None
    pdf_url: str | None = None


class EntryShown(Document):
    """The entry that counts: when, where, by whom."""

    at: Instant
    gate: str
    by: str


class GroupTicket(TypedDict):
    """One of the tickets of the order, as the database wrote it."""

    id: str
    digest: str
    name: str
    tier: str
    seat: str
    status: Literal["valid", "cancelled"]
    checked_in: bool


class Group(Document):
    """The tickets of the same order: so many of so many are in."""

    model_config = ConfigDict(
        strict=True, from_attributes=True, populate_by_name=True, serialize_by_alias=True
    )

    size: int
    inside: Annotated[int, Field(alias="in", serialization_alias="in")]
    tickets: list[GroupTicket]


class TogetherAnswer(Document):
    ticket: str
    result: Result
    reason: str


class AreaShown(Document):
    """Where the gate leads, and how full it is with this scan: nobody is refused by it."""

    id: str
    name: str
    inside: int
    capacity: int | None
    alarm: Annotated[
        Literal["", "near", "full"], Field(description="`near`: at what the alarm is set to")
    ]


class ScanAnswer(Document):
    result: Result
    reason: str
    ticket: TicketShown | None
    checked_in_at: Instant | None
    scan_id: Annotated[str, Field(description="Names the scan, for taking it back")]
    direction: Literal["in", "out"]
    seat: str
    note: str
    attention: bool
    check_identity: bool
    proof: Annotated[str, Field(description="What has to be shown for this price")]
    first: EntryShown | None
    area: AreaShown | None
    group: Group | None
    also: list[TogetherAnswer]


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
    refusals=("device_revoked", "validation_failed"),
)
def check_in(body: ScanRequest) -> ScanAnswer:
    """VALID once, USED after that, INVALID for what isn't a good ticket of this tenant.

    The same `scan_id` sent again gets its first answer. `override` lets somebody in all the same,
    and needs the role staff, or a supervisor's device and a `reason`. In place of a `code` that
    can't be read, `ticket` names one that was found by hand; by its digest, it needs `event`.
    `also` checks in other tickets of the same order, each as a scan of its own, and once however
    often it is named. A `scanned_at`
    before the ticket was issued is a wrong clock's: the scan counts as made now.
    """
    who = tokens.demand("scanner")
    at = now()
    read_at = min(body.scanned_at or at, at)
    claim = _claim(body, read_at)
    if at - read_at > ON_THE_WAY and admitting.issued_later(claim, read_at):
        read_at, claim = at, _claim(body, at)
    reading = Reading(
        claim,
        read_at,
        scan_id=body.scan_id,
        event=body.event,
        gate=body.gate or "",
        direction=body.direction,
        override=override_allowed(who, bool(body.override), body.reason),
        note=body.reason or "",
    )
    try:
        admission = admitting.judge(reading, reader_of(who), at=at)
        together = _together(body, reading, admission, who, at)
    except admitting.TokenRevoked:
        raise revoked(who) from None
    metrics.checked_in(admission.result)
    return _answer(body, admission, together, who, reading.claim)


@api.get(
    "/events/<slug>/stats",
    summary="The door in numbers",
    role="scanner",
    answers={200: StatsAnswer},
)
def show_stats(slug: str) -> StatsAnswer:
    head = admitting.heads(principals.event_of(slug), at=now())
    return StatsAnswer.model_construct(
        capacity=head.capacity,
        registered=head.registered,
        remaining=head.remaining,
        checked_in=head.checked_in,
        status=head.status,
    )


def reader_of(who: Principal) -> Reader:
    return Reader(who.name, who.token_id, who.device_id)


def override_allowed(who: Principal, wanted: bool, reason: str | None) -> bool:
    """Whether to override; refuses whoever may not, or a device that does not say why."""
    if not wanted:
        return False
    if who.device_id is None:
        tokens.demand("staff")
        return True
    # Asked here besides: its owner may have another role since this process last looked.
    if not who.supervises or not devices.supervises(who.device_id):
        raise Forbidden(_("Only a supervisor's device may override."))
    if not (reason or "").strip():
        raise Invalid({"reason": _("Say why it is overridden.")})
    return True


def revoked(who: Principal) -> Exception:
    """What a program hears that was revoked after this process last looked."""
    if who.device_id is not None:
        principals.forget()
        return principals.DeviceRevoked()
    return Unauthorized(_("This token was revoked."))


def _claim(body: ScanRequest, read_at: datetime) -> Claim:
    if (body.code is None) == (body.ticket is None):
        raise Invalid({"code": _("Send either the code or the ticket.")})
    if body.code is not None:
        return admitting.claim_of(body.code, at=read_at)
    assert body.ticket is not None
    return admitting.by_hand(admitting.named([body.ticket], event=body.event).get(body.ticket))


def _together(
    body: ScanRequest, first: Reading, admission: Admission, who: Principal, at: datetime
) -> list[TogetherAnswer]:
    """The others of the order: let in one by one, if the code that was read is a good one."""
    if not body.also or admission.result == "INVALID" or admission.ticket is None:
        return []
    event = admission.ticket["event"]
    found = admitting.named(body.also, event=event)
    answers = []
    own = uuid.UUID(admission.ticket["id"])
    for n, name in admitting.each_once(body.also, found, but=own):
        claim = admitting.together(found.get(name))
        reading = Reading(
            claim,
            first.scanned_at,
            scan_id=f"{body.scan_id}:{n}" if body.scan_id else None,
            event=event,
            gate=first.gate,
            direction=first.direction,
            together_with=own,
        )
        one = admitting.judge(reading, reader_of(who), at=at)
        metrics.checked_in(one.result)
        answers.append(
            TogetherAnswer.model_construct(ticket=name, result=one.result, reason=one.reason)
        )
    return answers


def _answer(
    body: ScanRequest,
    admission: Admission,
    together: list[TogetherAnswer],
    who: Principal,
    claim: Claim,
) -> ScanAnswer:
    ticket = admission.ticket or {}
    return ScanAnswer.model_construct(
        result=admission.result,
        reason=admission.reason,
        ticket=_shown(body, admission, who, claim),
        checked_in_at=admission.checked_in_at,
        scan_id=body.scan_id or admission.scan_id,
        direction=admission.direction,
        seat=ticket.get("seat") or "",
        note=ticket.get("note", ""),
        attention=ticket.get("attention", False),
        check_identity=admission.check_identity,
        proof=ticket.get("proof", ""),
        first=entry_shown(admission.first),
        area=_area(admission, together),
        group=_group(admission.group, together),
        also=together,
    )


def _shown(
    body: ScanRequest, admission: Admission, who: Principal, claim: Claim
) -> TicketShown | None:
    ticket = admission.ticket
    if ticket is None:
        return None
    contact_too = who.may("staff")
    status = "checked_in" if admission.checked_in_at else "valid"
    return TicketShown.model_construct(
        id=ticket["id"],
        digest=manifest.ticket_digest(uuid.UUID(ticket["id"])),
        code=_code_shown(ticket, body, who, claim),
        status="cancelled" if ticket["status"] == "cancelled" else status,
        attendee=AttendeeShown.model_construct(
            name=ticket["name"], email=ticket["email"] if contact_too else None
        ),
        tier=TierName.model_construct(id=ticket["tier"], name=ticket["tier_name"]),
        seat=ticket["seat"],
        checked_in_at=admission.checked_in_at,
        url=tenant_url(g.tenant.slug, f"/tickets/{ticket['id']}") if contact_too else None,
        pdf_url=None,
    )


def entry_shown(first: dict[str, Any] | None) -> EntryShown | None:
    if first is None:
        return None
    return EntryShown.model_construct(
        at=datetime.fromisoformat(first["at"]), gate=first["gate"], by=first["by"]
    )


def _area(admission: Admission, together: list[TogetherAnswer]) -> AreaShown | None:
    area, ticket = admission.area, admission.ticket
    if area is None or ticket is None:
        return None
    counted = [
        (admission.result, admission.reason),
        *((one.result, one.reason) for one in together),
    ]
    # Whoever was not counted in is not counted out.
    went = sum(result == "VALID" and why != "left_without_entry" for result, why in counted)
    crowd = crowding.after(
        area, uuid.UUID(ticket["event_id"]), more=-went if admission.direction == "out" else went
    )
    return AreaShown.model_construct(
        id=crowd.id,
        name=crowd.name,
        inside=crowd.inside,
        capacity=crowd.capacity,
        alarm=crowd.alarm,
    )


def _group(group: dict[str, Any] | None, together: list[TogetherAnswer]) -> Group | None:
    if group is None:
        return None
    came = {one.ticket for one in together if one.result == "VALID"}
    tickets: list[GroupTicket] = group["tickets"]
    inside = group["in"]
    for ticket in tickets if came else ():
        if not ticket["checked_in"] and came & {ticket["id"], ticket["digest"]}:
            ticket["checked_in"] = True
            inside += 1
    return Group.model_construct(size=group["size"], inside=inside, tickets=tickets)


def _code_shown(ticket: dict[str, Any], body: ScanRequest, who: Principal, claim: Claim) -> str:
    if who.device_id is not None:
        return ""
    if not who.may("staff"):
        return body.code or ""
    read = claim.read
    if read and (read.key_id, read.issue) == (ticket["key_number"], ticket["issue"]):
        # There is one code of each issue, and it was shown just now.
        return read.code
    key = keys.of(ticket["key_number"])
    return codes.sign(
        key.private,
        key_id=key.number,
        event_id=uuid.UUID(ticket["event_id"]),
        ticket_id=uuid.UUID(ticket["id"]),
        issue=ticket["issue"],
    )
