"""What seating brings to the application: its pages, its API of venues, what it wants to be told
of events, and what it wants of one before it is sold."""

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.events import following, houses, publishing, tiers, wizard_pages
from eventflow.events.models import Event, Tier
from eventflow.locale import format_number
from eventflow.seating import (
    allocation_pages,
    bookings,
    calendar_pages,
    event_pages,
    map_pages,
    placing,
    pricing,
    venue_api,
    venue_pages,
)


def init_app(app: Flask) -> None:
    for requirement in (every_seat_has_a_price, bookings.unsettled):
        if requirement not in publishing.requirements:
            publishing.requirements.append(requirement)
    if as_many_as_its_seats not in tiers.counted_elsewhere:
        tiers.counted_elsewhere.append(as_many_as_its_seats)
    if bookings.follow not in following.followers:
        following.followers.append(bookings.follow)
    houses.keeper = placing.Venues()
    wizard_pages.seat_prices = event_pages.in_wizard
    wizard_pages.keep_seat_prices = event_pages.keep_from_wizard
    for pages in (venue_pages, map_pages, calendar_pages, event_pages, allocation_pages):
        app.register_blueprint(pages.bp)
    app.register_blueprint(calendar_pages.feed_bp)
    app.register_blueprint(venue_api.bp)


def as_many_as_its_seats(tier: Tier) -> str:
    """A tier that is sold by seat has a place for each of them, and no more."""
    if not pricing.has_seats(tier):
        return ""
    return _("This tier is sold by seat: there are as many as it has seats in the hall.")


def every_seat_has_a_price(event: Event) -> dict[str, str]:
    """A hall with chairs that nobody can buy is not ready to be sold."""
    missing = pricing.unpriced(event)
    if not missing:
        return {}
    words = ngettext(
        "%(number)s seat has no price yet.",
        "%(number)s seats have no price yet.",
        missing,
        number=format_number(missing),
    )
    return {"seats": words}
