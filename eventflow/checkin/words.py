"""What the scanner says: every text its scripts show, in the language of the page.

The scripts work without a network, so all of it stands in the page, hidden, once. A text that
counts something comes in each form that the language has.
"""

from babel import Locale
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _


def words() -> dict[str, str]:
    """Text by name. `%(facts)s` are put in by the scripts."""
    return _answers() | _reasons() | _readiness() | _pairing() | _sheets() | _counts()


def _answers() -> dict[str, str]:
    return {
        "VALID": _("Come in"),
        "VALID.out": _("Goodbye"),
        "USED": _("Already in"),
        "INVALID": _("Stop"),
        "DOUBT": _("Wait"),
        "seat": _("Seat %(seat)s"),
        "first": _("Already in: %(time)s, %(gate)s, by %(by)s"),
        "first.no_gate": _("Already in: %(time)s, by %(by)s"),
        "proof": _("Show: %(proof)s"),
        "attention": _("Needs attention"),
        "identity.printed": _(
            "Check who it is: this is the printed code, not the one on the phone"
        ),
        "identity.hand": _("Found by name: check who it is"),
        "left_without_entry": _("Was not counted in"),
        "undo.why": _("Undone at the door"),
        "overridden": _("Let in by you: %(reason)s"),
        "in_area": _("%(count)s of %(capacity)s inside"),
        "in_area.open": _("%(count)s inside"),
        "area_full": _("%(area)s is full: %(count)s of %(capacity)s"),
        "area_nearly": _("%(area)s is nearly full: %(count)s of %(capacity)s"),
        "group": _("This order: %(inside)s of %(all)s in"),
        "group.doubt": _(
            "This code was used before. Look at each person, and let nobody in by it alone."
        ),
        "group.ask": _("Let %(name)s in? The code of this order was used before."),
        "group.own_code": _("Not in yet. Needs the code on its own phone."),
        "read_at": _("Read at %(time)s"),
        "read_again": _("%(count)s in a row"),
        "group.all_in": _("All %(all)s of this order are in"),
        "undone": _("Undone: %(name)s is not in any more"),
        "undone.still": _("Undone. %(name)s is still in, by the entry before"),
        "nameless": _("No name given"),
        "badge.asking": _("The badge is on its way to the printer …"),
        "badge.printed": _("Badge printed"),
        "badge.printed_again": _("Badge printed again"),
        "badge.offline": _("No badge without network. Print it at the desk later."),
        "waiting_to_scan": _("Hold a code before the camera"),
        "waiting_for_wedge": _("Ready for the scanner"),
    }


def _reasons() -> dict[str, str]:
    return {
        "reason.not_a_code": _("This is no ticket of ours."),
        "reason.other_event": _("A ticket for another event."),
        "reason.unknown_ticket": _("This ticket is not on the list."),
        "reason.other_order": _("A ticket of another order."),
        "reason.device_revoked": _("This device was signed out before."),
        "reason.reissued": _("There is a newer code for this ticket. This one is void."),
        "reason.cancelled": _("This ticket was cancelled."),
        "reason.event_cancelled": _("This event was cancelled."),
        "reason.already_checked_in": _("This ticket has been used."),
        "reason.stale": _(
            "An old code, perhaps a screenshot. Ask for the ticket page itself, or check who it is."
        ),
        "reason.clock_ahead": _(
            "This phone’s clock is %(ahead)s ahead. Ask to open the ticket page with network once."
        ),
        "reason.needs_rotating": _(
            "This ticket is shown on the phone. A printed code is not enough."
        ),
        "reason.phone_replaced": _("This ticket has since been opened on another phone."),
        "reason.wrong_tier": _("Not at this gate."),
        "reason.wrong_tier.named": _("%(tier)s does not enter here."),
        "reason.wrong_way": _("This gate is for leaving."),
        "reason.gate_not_allowed": _("This device does not scan at this gate."),
        "reason.gate_not_open": _("This gate is not open yet."),
        "reason.gate_closed": _("This gate is closed."),
        "reason.gate_opens": _("This gate opens at %(time)s."),
        "reason.already_inside": _("This ticket is inside already."),
        "reason.double_entry": _("Let in twice: another device was first."),
        "reason.refused_offline": _("Turned away here."),
        "reason.override": _("Let in on purpose."),
    }


def _readiness() -> dict[str, str]:
    return {
        "list.fresh": _("%(tickets)s, %(age)s old"),
        "list.none": _("No tickets on this device yet"),
        "list.loading": _("Fetching the tickets …"),
        "camera.ok": _("Camera ok"),
        "camera.asking": _("Asking for the camera …"),
        "camera.denied": _(
            "The camera is not allowed. Allow it in the browser’s settings for this page."
        ),
        "camera.missing": _("No camera here. A scanner that types, or codes typed by hand, work."),
        "camera.failed": _("The camera does not start. Close other apps that use it."),
        "clock.ok": _("Clock ok (%(seconds)s s)"),
        "clock.off": _("Clock is %(span)s off. We count with the right time."),
        "clock.unknown": _("Clock not compared yet: no network so far"),
        "waiting.sent": _("All is sent"),
        "storage.ok": _("Room enough on this device"),
        "storage.low": _("Little room on this device: %(free)s MB. Delete something big."),
        "storage.volatile": _("Install this app, so that the browser keeps its data for sure"),
        "network.on": _("Online"),
        "network.off": _("Offline: scanning goes on"),
        "shell.ok": _("Works without network"),
        "shell.missing": _("Not ready to work without network yet"),
    }


def _pairing() -> dict[str, str]:
    return {
        "pair.wrong": _("This code does not work. Codes are good for ten minutes, once."),
        "pair.offline": _("No network. Pairing is the one thing that needs it."),
        "pair.slow": _("Too many tries. Wait a minute."),
        "pair.failed": _("The box office does not answer as it should. Try again."),
        "pair.sign_in": _("Use my sign-in (%(name)s)"),
        "pair.revoked": _(
            "This device was signed out by the box office. Its data has been deleted."
        ),
        "pair.revoked.waiting": _(
            "This device was signed out by the box office. What it scanned before is sent as soon"
            " as there is network, then all is deleted."
        ),
        "pair.signed_out": _("Signed out. All data of the door has been deleted from this device."),
        "pair.expired": _("The event is over. Its data has been deleted from this device."),
        "event.none": _("This device is allowed for no event."),
        "gate.any": _("The door"),
        "gate.any_hint": _("Every ticket, once"),
        "gate.open_from": _("from %(time)s"),
        "gate.open_until": _("until %(time)s"),
    }


def _sheets() -> dict[str, str]:
    return {
        "search.none": _("Nobody of that name on the list."),
        "search.more": _("There are more. Type more of the name."),
        "ticket.number": _("ticket %(number)s"),
        "ticket.number_of": _("order %(order)s on this list, ticket %(number)s"),
        "ticket.in": _("In"),
        "ticket.not_in": _("Not in yet"),
        "ticket.cancelled": _("Cancelled"),
        "sync.waiting": _("Waiting"),
        "sync.sent": _("Sent"),
        "sync.double": _("Double entry"),
        "sync.differs": _("The box office says: %(word)s"),
        "sync.undone": _("Undone"),
        "sync.refused": _("Cannot be sent"),
        "scans.none": _("Nothing scanned on this device yet."),
        "override.reason": _("Say in a word why."),
        "kiosk.wrong": _("Not the PIN."),
        "kiosk.pause": _("Too many wrong PINs. You can try again in %(span)s."),
        "kiosk.again": _("You can try again."),
        "kiosk.pin": _("Four to eight digits."),
        "leave.waiting": _(
            "%(count)s not sent yet. Signing out would lose them: get network first."
        ),
        "torch.on": _("Light on"),
        "torch.off": _("Light"),
    }


def _counts() -> dict[str, str]:
    forms: dict[str, str] = {}
    for category, number in _samples().items():
        forms |= {
            f"tickets.{category}": ngettext(
                "%(count)s ticket", "%(count)s tickets", number, count="%(count)s"
            ),
            f"waiting.{category}": ngettext(
                "%(count)s scan waiting", "%(count)s scans waiting", number, count="%(count)s"
            ),
            f"others.{category}": ngettext(
                "%(count)s more of this order",
                "%(count)s more of this order",
                number,
                count="%(count)s",
            ),
            f"let_in_all.{category}": ngettext(
                "Let %(count)s in", "Let all %(count)s in", number, count="%(count)s"
            ),
            f"let_in_all.ask.{category}": ngettext(
                "Let %(count)s person in? Count them first.",
                "Let %(count)s people in? Count them first.",
                number,
                count="%(count)s",
            ),
        }
    return forms


def _samples() -> dict[str, int]:
    """A number for each form that the language counts in: {"one": 1, "other": 0} in English."""
    locale = get_locale() or Locale("en")
    samples: dict[str, int] = {}
    for number in range(201):
        samples.setdefault(locale.plural_form(number), number)
    return samples
