"""Venues: the places events happen in. What is known of one is changed here, and nowhere else."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventflow import pictures, timezones
from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid, NotFound
from eventflow.events.drafting import slug_of
from eventflow.pictures import Picture, Shape
from eventflow.seating.models import Venue
from eventflow.security import ControlCharacters, refuse_control_characters
from eventflow.tenancy import current_tenant_id

PHOTO = Shape(ratio=(3, 2), widths=(400, 800, 1200), least=400)
MOST_PHOTOS = 12
MOST_MINUTES = 20_160
"""Two weeks: the longest that anybody sets up for."""
LONGEST = {"name": 200, "address": 500, "notes": 2000}
FIELDS = (
    *("name", "address", "latitude", "longitude", "timezone", "notes"),
    *("setup_minutes", "teardown_minutes"),
)


def find(slug: str) -> Venue:
    venue = db.session.scalar(select(Venue).where(Venue.slug == slug))
    if venue is None:
        raise NotFound(_("There is no such venue."))
    return venue


def find_by_id(venue_id: Any) -> Venue:
    venue = db.session.scalar(select(Venue).where(Venue.id == venue_id))
    if venue is None:
        raise NotFound(_("There is no such venue."))
    return venue


def all_of_them(*, archived: bool = False) -> list[Venue]:
    there = Venue.archived_at.is_not(None) if archived else Venue.archived_at.is_(None)
    return list(db.session.scalars(select(Venue).where(there).order_by(Venue.name, Venue.id)))


def create(facts: Mapping[str, Any], *, zone: str, at: datetime) -> Venue:
    """A new venue, at an address made of its name."""
    checked = _checked({"timezone": zone, **facts}, all_of_it=True)
    venue = Venue(slug=_free_slug(checked["name"]), calendar_secret=secrets.token_urlsafe(24))
    venue.photos = []
    for name, value in checked.items():
        setattr(venue, name, value)
    db.session.add(venue)
    db.session.flush()
    audit.record("venue.create", venue, _("Added the venue %(name)s", name=venue.name), at=at)
    return venue


def change(venue: Venue, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Change what is given, and leave the rest. The address of its page stays as it was."""
    for name, value in _checked(facts).items():
        setattr(venue, name, value)
    before, after = audit.changes(venue)
    if after:
        words = _("Changed the venue %(name)s", name=venue.name)
        audit.record("venue.change", venue, words, before, after, at=at)
    db.session.flush()


def archive(venue: Venue, *, at: datetime) -> None:
    """Put it away with its maps. Events seated here keep their copies."""
    if venue.archived_at is None:
        venue.archived_at = at
        words = _("Archived the venue %(name)s", name=venue.name)
        audit.record("venue.archive", venue, words, at=at)


def restore(venue: Venue, *, at: datetime) -> None:
    if venue.archived_at is not None:
        venue.archived_at = None
        words = _("Brought back the venue %(name)s", name=venue.name)
        audit.record("venue.restore", venue, words, at=at)


# Photos


def folder(venue: Venue) -> str:
    return f"{venue.tenant_id}/venues/{venue.id}"


def add_photo(venue: Venue, picture: Picture, alt: str, *, at: datetime) -> None:
    """Show another photo, last. The picture was made before, outside of any transaction."""
    kept = [one for one in venue.photos if one["source"] != picture.source]
    if len(kept) >= MOST_PHOTOS:
        words = _("A venue has %(most)s photos at most. Remove one first.", most=MOST_PHOTOS)
        raise Invalid({"photo": words})
    # A new list: a change within the old one would not be noticed.
    venue.photos = [*kept, picture.as_json() | {"alt": _text("alt", alt, 300)}]
    words = _("Added a photo of %(name)s", name=venue.name)
    audit.record("venue.photo", venue, words, at=at)


def remove_photo(venue: Venue, number: int, *, at: datetime) -> Picture:
    """Show a photo no longer; answers it, for its files to be removed after the commit."""
    if not 0 <= number < len(venue.photos):
        raise NotFound(_("This photo is gone already."))
    photo = venue.photos[number]
    venue.photos = [one for index, one in enumerate(venue.photos) if index != number]
    words = _("Removed a photo of %(name)s", name=venue.name)
    audit.record("venue.photo", venue, words, at=at)
    return Picture.from_json(photo)


def photos(venue: Venue) -> list[tuple[Picture, str]]:
    return [(Picture.from_json(one), one["alt"]) for one in venue.photos]


def make_photo(upload: bytes, *, folder: str) -> Picture:
    """A photo of an upload; raises PictureRefused. It takes a while: no transaction around it."""
    return pictures.take(upload, PHOTO, folder=folder)


# What is given, read


def _checked(facts: Mapping[str, Any], *, all_of_it: bool = False) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name in FIELDS:
        if name not in facts and not (all_of_it and name == "name"):
            continue
        try:
            checked[name] = _read(name, facts.get(name))
        except ValueError as error:
            errors[name] = str(error)
    if not errors and ("latitude" in checked or "longitude" in checked):
        one, other = checked.get("latitude"), checked.get("longitude")
        if "latitude" in checked and "longitude" in checked and (one is None) != (other is None):
            missing = "latitude" if one is None else "longitude"
            errors[missing] = _("Give both, or neither.")
    if errors:
        raise Invalid(errors)
    return checked


def _read(name: str, given: Any) -> Any:
    if name == "name":
        if not (text := _text(name, given, LONGEST[name])):
            raise ValueError(_("A venue needs a name."))
        return text
    if name in LONGEST:
        return _text(name, given, LONGEST[name])
    if name == "timezone":
        if not isinstance(given, str) or given.strip() not in timezones.known():
            raise ValueError(_("Choose a time zone from the list."))
        return given.strip()
    if name.endswith("_minutes"):
        return _minutes(given)
    return _degrees(given, 90 if name == "latitude" else 180)


def _text(name: str, given: Any, most: int) -> str:
    try:
        # A browser ends the lines of a form as no other text has them.
        text = refuse_control_characters(str(given or "")).replace("\r\n", "\n").strip()
    except ControlCharacters as error:
        raise ValueError(str(error)) from None
    if name not in ("notes", "address"):
        text = " ".join(text.split())
    if len(text) > most:
        raise ValueError(_("This is longer than %(most)s characters.", most=most))
    return text


def _minutes(given: Any) -> int:
    try:
        minutes = int(str(given or 0).strip())
    except ValueError:
        raise ValueError(_("Write whole minutes, like 90.")) from None
    if not 0 <= minutes <= MOST_MINUTES:
        raise ValueError(_("This has to be between 0 and 20160 minutes, which are two weeks."))
    return minutes


def _degrees(given: Any, most: int) -> float | None:
    if given is None or not str(given).strip():
        return None
    try:
        degrees = float(str(given).strip().replace("−", "-"))
    except ValueError:
        raise ValueError(_("Write degrees as a number, like 48.2082.")) from None
    if not -most <= degrees <= most:
        raise ValueError(_("This has to be between -%(most)s and %(most)s degrees.", most=most))
    return round(degrees, 6)


def _free_slug(name: str) -> str:
    base = slug_of(name)
    # One after the other, so that two of one name made in the same moment get two addresses.
    lock = f"venues of {current_tenant_id()}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(lock, 0))))
    taken = set(db.session.scalars(select(Venue.slug).where(Venue.slug.startswith(base))))
    taken |= {"new", "archived"}
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
