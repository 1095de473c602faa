"""What a change in the audit log is about, in words: the names of what was changed, and values
that are words of ours. Everything else in it is somebody's own, and shown as it is."""

import json
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from eventflow.accounts.models import ROLES
from eventflow.accounts.roles import role_name


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
        "messages": _("Messages"),
        "jobs": _("Jobs"),
        "webhooks": _("Webhooks"),
    }


def called(column: str) -> str:
    """The name of something that can be changed; a column nobody has named keeps its own."""
    names = _of_the_box_office() | _of_events() | _of_tiers() | _of_venues() | _of_seats()
    return names.get(column) or column.replace("_", " ")


def listed(columns: Iterable[str]) -> str:
    """The names of all that was changed."""
    return ", ".join(called(column) for column in columns)


def shown(column: str, value: Any) -> str:
    """What it was changed from or to."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column == "role" and value in ROLES:
        return role_name(value)
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
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
