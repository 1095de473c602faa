"""What a change in the audit log is about, in words: the names of what was changed, and values
that are words of ours. Everything else in it is somebody's own, and shown as it is."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from eventflow.accounts.models import ROLES
from eventflow.accounts.roles import role_name
from eventflow.locale import format_money, format_when
from eventflow.money import Money

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+\d\d:\d\d")


def kinds() -> dict[str, str]:
    """What there are changes of: the first word of an action, and what it means."""
    return {
        "tenant": _("Box office"),
        "team": _("Team"),
        "token": _("API tokens"),
        "event": _("Events"),
        "seating": _("Seats"),
        "events": _("Events and their pictures"),
        "tier": _("Tiers"),
        "booking": _("Bookings of venues"),
        "allocation": _("Seats kept back"),
        "venue": _("Venues"),
        "map": _("Seat maps"),
        "capacity": _("Shared capacity"),
        "orders": _("Orders"),
        "payments": _("Payments"),
        "refunds": _("Refunds"),
        "tickets": _("Tickets"),
        "checkin": _("Check-in"),
        "ticket": _("Seats changed"),
        "areas": _("Areas"),
        "gates": _("Gates"),
        "device": _("Devices"),
        "scans": _("Scans"),
        "badges": _("Badges"),
        "shifts": _("Shifts at the box office"),
        "door_sales": _("Sales at the door"),
        "demo": _("Demo"),
        "messages": _("Messages"),
        "jobs": _("Jobs"),
        "webhooks": _("Webhooks"),
    }


def called(column: str) -> str:
    """The name of something that can be changed; a column nobody has named keeps its own."""
    names = {
        **_of_the_box_office(),
        **_of_events(),
        **_of_tiers(),
        **_of_venues(),
        **_of_seats(),
        **_of_payments(),
        **_of_the_door(),
    }
    return names.get(column) or column.replace("_", " ").capitalize()


def listed(columns: Iterable[str]) -> str:
    """The names of all that was changed."""
    return ", ".join(called(column) for column in columns)


def shown(column: str, value: Any, zone: str = "UTC") -> str:
    """What it was changed from or to, times on the clock of `zone`."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        return format_money(Money(**value))
    if isinstance(value, list):
        return ", ".join(shown(column, one, zone) for one in value) or "–"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if column == "role" and value in ROLES:
        return role_name(value)
    if _MOMENT.fullmatch(value):
        return format_when(datetime.fromisoformat(value), zone)
    return _own_words().get((column, value), value)


def _own_words() -> dict[tuple[str, str], str]:
    return {
        ("fee_mode", "passed_on"): _("passed on"),
        ("fee_mode", "absorbed"): _("absorbed"),
        ("format", "in_person"): _("in person"),
        ("format", "virtual"): _("virtual"),
        ("format", "hybrid"): _("hybrid"),
        ("status", "draft"): _("draft"),
        ("status", "published"): _("published"),
        ("status", "cancelled"): _("cancelled"),
        ("status", "archived"): _("archived"),
        ("status", "pending"): _("waiting for payment"),
        ("status", "paid"): _("paid"),
        ("status", "partially_refunded"): _("partly refunded"),
        ("status", "refunded"): _("refunded"),
        ("status", "expired"): _("lapsed"),
        ("status", "requested"): _("requested"),
        ("status", "confirmed"): _("confirmed"),
        ("status", "valid"): _("valid"),
        ("status", "void"): _("void"),
        ("direction", "in"): _("in"),
        ("direction", "out"): _("out"),
        ("direction", "both"): _("in and out"),
        ("method", "cash"): _("cash"),
        ("method", "card"): _("card"),
        ("method", "free"): _("free of charge"),
    }


def _of_payments() -> dict[str, str]:
    return {
        "country": _("Country"),
        "takes_transfer": _("Bank transfer"),
        "transfer_details": _("Where to transfer"),
        "takes_at_door": _("Payment at the door"),
        "days_to_pay": _("Days to pay"),
        "amount": _("Amount"),
        "tickets": _("Tickets"),
        "reason": _("Reason"),
        "method": _("How it was paid"),
    }


def _of_the_door() -> dict[str, str]:
    return {
        "direction": _("Direction"),
        "entries": _("Entries for each ticket"),
        "opens_at": _("Opens"),
        "closes_at": _("Closes"),
        "area_id": _("Area"),
        "alarm_percent": _("Alarm in percent"),
        "door_note": _("Note for the door"),
        "needs_attention": _("Needs attention"),
        "float": _("In the drawer at first"),
        "counted": _("Counted"),
        "expected": _("Expected"),
        "entered": _("Written up"),
        "doubles": _("Twice on paper"),
        "left": _("Left alone"),
        "seat": _("Seat"),
        "form": _("Form of the badge"),
        "print": _("Prints"),
    }


def _of_the_box_office() -> dict[str, str]:
    return {
        "name": _("Name"),
        "slug": _("Address"),
        "tagline": _("Tagline"),
        "about": _("About"),
        "contact_email": _("Contact address"),
        "locale": _("Language"),
        "timezone": _("Time zone"),
        "currency": _("Currency"),
        "fee_mode": _("Fees"),
        "fee_percent": _("Fee in percent"),
        "fee_fixed": _("Fee per order"),
        "hold_minutes": _("Hold time in minutes"),
        "accent": _("Colour"),
        "logo": _("Logo"),
        "role": _("Role"),
        "email": _("E-mail address"),
    }


def _of_seats() -> dict[str, str]:
    return {
        "map": _("Seat map"),
        "prices": _("What categories are sold as"),
        "choosing": _("How seats are taken"),
        "most_seats": _("Seats for one person"),
        "no_single_seats": _("No single seats"),
        "swap_until": _("Buyers change seats until"),
        "accessible_release_at": _("Wheelchair places for everybody from"),
        "kind": _("Kind"),
        "release_at": _("Let go on"),
        "release_below": _("Let go below"),
        "seats": _("Seats"),
        "organizer": _("Who takes it"),
    }


def _of_venues() -> dict[str, str]:
    return {
        "address": _("Address"),
        "latitude": _("Latitude"),
        "longitude": _("Longitude"),
        "notes": _("Notes for the team"),
        "setup_minutes": _("Set-up in minutes"),
        "teardown_minutes": _("Tear-down in minutes"),
        "seats": _("Seats"),
        "standing": _("Places to stand"),
    }


def _of_events() -> dict[str, str]:
    return {
        "title": _("Title"),
        "summary": _("Summary"),
        "description": _("Description"),
        "status": _("Status"),
        "starts_at": _("Start"),
        "ends_at": _("End"),
        "doors_at": _("Doors"),
        "format": _("Format"),
        "venue_name": _("Venue"),
        "venue_address": _("Address of the venue"),
        "map_url": _("Map link"),
        "join_url": _("Link to join"),
        "category": _("Category"),
        "tags": _("Tags"),
        "capacity": _("Capacity"),
        "cover": _("Cover picture"),
        "cover_alt": _("What the picture shows"),
        "published_at": _("Published"),
        "cancelled_at": _("Cancelled"),
        "wizard_step": _("Step of the wizard"),
        "version": _("Version"),
    }


def _of_tiers() -> dict[str, str]:
    return {
        "price": _("Price"),
        "prices": _("Prices"),
        "map": _("Seat map"),
        "quantity": _("Quantity"),
        "position": _("Place in the list"),
        "sale_start": _("Sale begins"),
        "sale_end": _("Sale ends"),
        "min_per_order": _("At least per order"),
        "max_per_order": _("At most per order"),
        "hidden": _("Hidden"),
        "tiers": _("Tiers"),
        "early_prices": _("Early prices"),
    }
