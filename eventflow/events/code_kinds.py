"""What the kind of its code asks of whoever comes with a ticket: a phone, an ID, or nothing.

The promise kept here is that buyers read the same of it before they pay, on the page of their
order and in their mail. Which code opens what is in docs/ticket-codes.md.
"""

from collections.abc import Collection

from flask_babel import gettext as _

from eventflow.events.models import Event


def needed(event: Event, kind: str) -> str:
    """What a ticket with such a code asks for at the door; empty where paper is as good."""
    if event.format == "virtual":
        return ""
    match kind:
        case "rotating":
            return _("The ticket is shown on a phone; printed, it does not admit.")
        case "rotating_or_printed":
            return _("The ticket is shown on a phone; printed, it needs an ID.")
    return ""


def how_to_show(event: Event, kinds: Collection[str]) -> str:
    """How tickets with such codes are shown at the door, all together in one sentence; empty
    where there is no ticket, or no door."""
    if event.format == "virtual" or not kinds:
        return ""
    different = set(kinds)
    if different == {"static"}:
        return _("Show the code at the door, on a screen or on paper. It admits one, once.")
    if "static" in different:
        return _(
            "Some of these tickets are good on a screen or on paper; the others are shown on your "
            "phone, as each of them says."
        )
    if different == {"rotating"}:
        return _("Open each ticket on your phone and show it at the door; paper does not admit.")
    if different == {"rotating_or_printed"}:
        return _("Open each ticket on your phone and show it at the door; printed, it needs an ID.")
    return _(
        "Open each ticket on your phone and show it at the door; whether it is good on paper, "
        "each of them says."
    )
