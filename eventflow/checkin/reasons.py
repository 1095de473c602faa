"""Why somebody was not let in, in the words of the console."""

from flask_babel import gettext as _


def words(reason: str) -> str:
    """A reason as people say it; one this version doesn't know stands as the scanner wrote it."""
    known = {
        "already_checked_in": _("Already in"),
        "already_inside": _("Already inside"),
        "double_entry": _("Let in twice"),
        "not_a_code": _("Not a ticket code"),
        "unknown_ticket": _("Not a ticket of ours"),
        "other_event": _("Ticket for another event"),
        "other_order": _("Ticket of another order"),
        "device_revoked": _("Told by a device that was revoked"),
        "reissued": _("Replaced by a newer ticket"),
        "cancelled": _("Refunded or void"),
        "event_cancelled": _("Event cancelled"),
        "needs_rotating": _("Printed, where the phone is asked for"),
        "stale": _("Old code, perhaps a screenshot"),
        "clock_ahead": _("The phone’s clock is ahead"),
        "phone_replaced": _("On another phone by now"),
        "wrong_tier": _("Wrong gate for the tier"),
        "gate_not_open": _("Gate not open yet"),
        "gate_closed": _("Gate closed"),
        "wrong_way": _("Wrong way through the gate"),
        "gate_not_allowed": _("Device not allowed at the gate"),
        "refused_offline": _("Refused without network"),
    }
    return known.get(reason, reason.replace("_", " ").capitalize())
