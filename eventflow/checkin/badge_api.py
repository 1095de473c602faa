"""The HTTP API of badges: a device prints one with the first entry of a ticket."""

from typing import Annotated

from pydantic import Field

from eventflow.api import tokens
from eventflow.api.documents import Document
from eventflow.checkin import badges
from eventflow.checkin.operations import api
from eventflow.checkin.scan_api import ScanId
from eventflow.db import now, transaction


class BadgeRequest(Document):
    scan_id: ScanId
    again: Annotated[bool, Field(description="The one reprint, asked for by a person")] = False


class BadgeAnswer(Document):
    """What stands on the label."""

    name: str
    tier: str
    seat: str
    event: str
    organizer: str
    reference: str
    prints_left: int


@api.post(
    "/badges",
    summary="Print a badge",
    role="scanner",
    body=BadgeRequest,
    answers={201: BadgeAnswer},
    refusals=("device_revoked", "validation_failed", "conflict"),
)
def print_badge(body: BadgeRequest) -> BadgeAnswer:
    """Writes down that the badge of whoever this scan let in is printed, and says what is on it.

    A ticket has one print, and one reprint with `again`. The same scan sent twice is one print.
    """
    at, who = now(), tokens.demand("scanner")
    with transaction():
        ticket = badges.of_scan(body.scan_id, event_ids=who.event_ids)
        form_key = f"{body.scan_id} again" if body.again else body.scan_id
        badges.note(ticket, form_key=form_key, first_only=not body.again, at=at)
        label = badges.label(ticket.event, ticket)
        left = badges.MOST_PRINTS - badges.times_printed(ticket)
    return BadgeAnswer.model_construct(
        name=label.name,
        tier=label.tier,
        seat=label.seat,
        event=label.event,
        organizer=label.organizer,
        reference=label.reference,
        prints_left=left,
    )
