"""What seating brings to the application: its pages, its API of venues, what it wants to be told
of events, and what it wants of one before it is sold."""

from flask import Flask
from flask_babel import ngettext

from eventflow.events import following, houses, publishing
from eventflow.events.models import Event
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
    if bookings.follow not in following.followers:
        following.followers.append(bookings.follow)
    houses.keeper = placing.Venues()
    for pages in (venue_pages, map_pages, calendar_pages, event_pages, allocation_pages):
        app.register_blueprint(pages.bp)
    app.register_blueprint(calendar_pages.feed_bp)
    app.register_blueprint(venue_api.bp)


def every_seat_has_a_price(event: Event) -> dict[str, str]:
    """A hall with chairs that nobody can buy is not ready to be sold."""
    missing = pricing.unpriced(event)
    if not missing:
        return {}
    words = ngettext("%(num)s seat has no price yet.", "%(num)s seats have no price yet.", missing)
    return {"seats": words}
