"""Venues that tests are about."""

from eventflow.db import db, transaction
from eventflow.seating.models import Venue


def make_venue(slug: str = "playhouse", **facts) -> Venue:
    facts = {
        "name": "The Playhouse",
        "address": "1 Quay\nLisbon",
        "latitude": 38.7,
        "longitude": -9.13,
        "timezone": "Europe/Lisbon",
        "calendar_secret": "between-us",
    } | facts
    with transaction():
        venue = Venue(slug=slug, **facts)
        db.session.add(venue)
    return venue
