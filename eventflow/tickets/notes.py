"""Notes for the door: what whoever scans a ticket has to know before letting its holder in."""

from datetime import datetime

from flask_babel import gettext as _

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid
from eventflow.security import ControlCharacters, refuse_control_characters
from eventflow.tickets.models import Ticket

LONGEST = 200


def write(ticket: Ticket, note: str, *, needs_attention: bool, at: datetime) -> None:
    """Set a ticket's note, and whether the door stops for it. Raises Invalid."""
    note = " ".join(note.split())
    try:
        note = refuse_control_characters(note)
    except ControlCharacters as error:
        raise Invalid({"door_note": str(error)}) from None
    if len(note) > LONGEST:
        raise Invalid({"door_note": _("Keep this to %(most)s characters.", most=LONGEST)})
    if needs_attention and not note:
        raise Invalid({"door_note": _("Say what the door has to see to.")})
    ticket.door_note, ticket.needs_attention = note, needs_attention
    before, after = audit.changes(ticket)
    db.session.flush()
    if after:
        words = _("Changed the note for the door of %(name)s", name=ticket.attendee_name)
        audit.record("tickets.note", ticket, words, before, after, at=at)
