"""Phones: which one shows a ticket's rotating code.

The promise kept here is that one phone at a time does: a newer one replaces the older, whose codes
the door then refuses.
"""

import base64
import binascii
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventflow.db import db
from eventflow.errors import Invalid, Refusal
from eventflow.tickets import keys, rotating
from eventflow.tickets.models import PhoneKey, Ticket


class Certified(NamedTuple):
    """What a phone needs to make codes by itself from here on."""

    number: int
    facts: bytes
    certificate: bytes


def register(ticket: Ticket, public_key: bytes, *, at: datetime) -> Certified:
    """Let this phone show the ticket, and no other. The same phone again gets the same answer."""
    if not rotating.is_phone_key(public_key):
        raise Invalid({"public_key": _("This is not a public key of a phone.")})
    ticket = db.session.scalars(
        select(Ticket)
        .where(Ticket.id == ticket.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if ticket.status != "valid":
        raise Refusal(_("This ticket is void, so there is nothing to show at the door."))
    current = db.session.scalar(
        select(PhoneKey).where(PhoneKey.ticket_id == ticket.id, PhoneKey.replaced_at.is_(None))
    )
    if current is None or current.public_key != public_key:
        if current is not None:
            current.replaced_at = at
            db.session.flush()
        most = db.session.scalar(
            select(func.max(PhoneKey.number)).where(PhoneKey.ticket_id == ticket.id)
        )
        current = PhoneKey(
            ticket_id=ticket.id, number=(most or 0) + 1, public_key=public_key, made_at=at
        )
        db.session.add(current)
        db.session.flush()
    return certified(ticket, current)


def certified(ticket: Ticket, phone: PhoneKey) -> Certified:
    """The box office's word for this phone, for the ticket's issue as it is now."""
    key = keys.of(ticket.key_number)
    facts = rotating.facts_of(
        key_id=key.number, event_id=ticket.event_id, ticket_id=ticket.id, issue=ticket.issue
    )
    certificate = rotating.certify(key.private, facts, phone.public_key)
    return Certified(phone.number, facts, certificate)


def read_key(text: str) -> bytes:
    """A public key as it is sent: base64url."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Invalid({"public_key": _("This is not a public key of a phone.")}) from None
