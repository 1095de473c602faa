"""Drafting: making an event and changing what it says.

The promise kept here is that an event's facts are always ones that can be shown: text without
control characters, times in order, a zone that exists. What is missing for the public is asked
at publishing, not here, so that a draft can be left half done and resumed anywhere.
"""

import re
import unicodedata
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from sqlalchemy import func, select

from eventflow import timezones
from eventflow.accounts import audit, particulars
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound
from eventflow.events import following, relying
from eventflow.events.models import FORMATS, Event, Stock
from eventflow.money import is_currency
from eventflow.security import ControlCharacters, refuse_control_characters
from eventflow.tenancy import current_tenant_id

LONGEST = {
    "title": 200,
    "summary": 300,
    "description": 20_000,
    "venue_name": 200,
    "venue_address": 500,
    "map_url": 500,
    "join_url": 500,
    "category": 60,
    "cover_alt": 300,
}
PLAIN = (
    *LONGEST,
    "starts_at",
    "ends_at",
    "doors_at",
    "timezone",
    "format",
    "tags",
    "fee_mode",
)
"""What `create` and `change` take by name; `capacity` and `currency` have rules of their own."""


def create(
    *,
    title: str,
    currency: str,
    at: datetime,
    timezone: str = "UTC",
    created_by: uuid.UUID | None = None,
    capacity: int | None = None,
    **facts: Any,
) -> Event:
    """A new draft. Raises Invalid with a sentence for each field that can't be so."""
    event = Event(
        id=new_id(),
        slug="",
        title="",
        status="draft",
        format="in_person",
        currency=currency,
        timezone=timezone,
        created_by=created_by,
        version=1,
    )
    _set(event, {"title": title, "timezone": timezone, **facts})
    if not is_currency(currency):
        raise Invalid({"currency": _("%(code)s is not a currency.", code=currency)})
    event.slug = _free_slug(event.title)
    db.session.add(event)
    db.session.flush()
    db.session.add(Stock(id=new_id(), event_id=event.id, kind="event"))
    db.session.flush()
    db.session.refresh(event, ["stocks"])
    if capacity is not None:
        set_capacity(event.capacity_stock, capacity)
    audit.record("event.create", event, _("Made the event %(title)s", title=event.title), at=at)
    return event


def change(
    event: Event, facts: Mapping[str, Any], *, despite_clash: bool = False, at: datetime
) -> int:
    """Change what an event says, from a mapping of the names in PLAIN and `capacity`.

    Raises Invalid; then nothing is changed. `despite_clash`: though its venue is taken then.
    Answers how many tickets are sold for when and where it was, if that is different now.
    """
    facts = dict(facts)
    capacity = facts.pop("capacity", ...)
    sold = relying.sold(event, at=at)
    _refuse_to_end_unseen(event, facts, at=at)
    _set(event, facts)
    before, after = audit.changes(event)
    event.version += 1
    db.session.flush()
    if capacity is not ... and capacity != event.capacity_stock.capacity:
        before["capacity"], after["capacity"] = event.capacity_stock.capacity, capacity
        forget_lapsed(event.id, at=at)
        set_capacity(event.capacity_stock, capacity)
    moved = sold if relying.is_moved_by(after) else 0
    if after:
        words = _("Changed %(title)s: %(what)s", what=particulars.listed(after), title=event.title)
        if moved:
            words = f"{words} ({relying.in_words(moved)})"
        audit.record("event.change", event, words, before, after, at=at)
        following.tell(event, despite_clash=despite_clash, at=at)
    return moved


def find(slug: str) -> Event:
    """The tenant's event of this name, drafts too; NotFound if there is none."""
    event = db.session.scalar(select(Event).where(Event.slug == slug))
    if event is None:
        raise NotFound(_("There is no such event."))
    return event


def set_capacity(stock: Stock, capacity: int | None) -> None:
    """Change how many there are; Invalid below what is sold and held."""
    if capacity is not None and not 0 <= capacity <= 10_000_000:
        raise Invalid({"capacity": _("A capacity is a whole number up to 10,000,000.")})
    db.session.refresh(stock, with_for_update=True)
    taken = stock.sold + stock.held
    if capacity is not None and capacity < taken:
        raise Invalid(
            {
                "capacity": _(
                    "%(taken)s are sold or held already, so it can't be less than that.",
                    taken=taken,
                )
            }
        )
    stock.capacity = capacity
    db.session.flush()


def forget_lapsed(event_id: uuid.UUID, *, at: datetime) -> None:
    """Count lapsed holds as the free places they are, before somebody compares numbers."""
    db.session.execute(
        select(Stock.id).where(Stock.event_id == event_id).order_by(Stock.id).with_for_update()
    )
    db.session.execute(select(func.release_lapsed(event_id, at)))
    db.session.expire_all()


def _set(event: Event, facts: Mapping[str, Any]) -> None:
    cleaned, wrong = _checked(event, facts)
    if wrong:
        raise Invalid(wrong)
    for name, value in cleaned.items():
        setattr(event, name, value)


def _refuse_to_end_unseen(event: Event, facts: Mapping[str, Any], *, at: datetime) -> None:
    """An event that people may still buy for is not moved to where it would be over, as it could
    not be published there; one that has begun may be put right."""
    is_to_come = event.status == "published" and event.starts_at and event.starts_at > at
    ends = facts.get("ends_at", event.ends_at)
    if is_to_come and ends and ends.tzinfo and ends <= at:
        raise Invalid({"ends_at": _("The event would be over already.")})


def _checked(event: Event, facts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    cleaned: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in facts.items():
        if name not in PLAIN:
            raise TypeError(f"an event has no {name} to change")
        try:
            cleaned[name] = _clean(name, value)
        except ValueError as error:
            wrong[name] = str(error)
    starts = cleaned.get("starts_at", event.starts_at)
    ends = cleaned.get("ends_at", event.ends_at)
    if starts and ends and ends <= starts and "ends_at" not in wrong:
        wrong["ends_at"] = _("The end comes after the start.")
    if event.status == "published":
        wrong = _stripped(event, cleaned) | wrong
    return cleaned, wrong


def _stripped(event: Event, facts: Mapping[str, Any]) -> dict[str, str]:
    """What a public event can't do without, and would lose: its buyers rely on it."""
    lost = {}
    if facts.get("starts_at", event.starts_at) is None:
        lost["starts_at"] = _("Say when it starts.")
    if facts.get("ends_at", event.ends_at) is None:
        lost["ends_at"] = _("Say when it ends.")
    somewhere = facts.get("venue_name", event.venue_name)
    if facts.get("format", event.format) != "virtual" and not somewhere:
        lost["venue"] = _("Say where it takes place, or make it a virtual event.")
    return lost


def _clean(name: str, value: Any) -> Any:
    if name in LONGEST:
        return _clean_text(name, value)
    if name == "tags":
        return [_clean_text("category", tag) for tag in (value or []) if tag.strip()][:20]
    if name == "timezone" and value not in timezones.known():
        raise ValueError(_("%(zone)s is not a time zone.", zone=value))
    if name == "format" and value not in FORMATS:
        raise ValueError(_("An event is in person, virtual or hybrid."))
    if name == "fee_mode" and value not in (None, "passed_on", "absorbed"):
        raise ValueError(_("Fees are passed on or absorbed."))
    if name.endswith("_at") and value is not None and value.tzinfo is None:
        raise ValueError(_("A time needs its zone."))
    return value


def _clean_text(name: str, value: Any) -> str:
    text = str(value or "").strip()
    try:
        text = refuse_control_characters(text)
    except ControlCharacters as error:
        raise ValueError(str(error)) from None
    if name == "venue_address":
        # Or the same address, sent by a form and by a program, would be two places.
        text = text.replace("\r\n", "\n")
    if len(text) > LONGEST[name]:
        raise ValueError(_("Keep this to %(most)s characters.", most=LONGEST[name]))
    if name == "title" and not text:
        raise ValueError(_("An event needs a title."))
    if name.endswith("_url") and text and urlsplit(text).scheme not in ("http", "https"):
        raise ValueError(_("A link starts with https://"))
    return text


def _free_slug(title: str) -> str:
    base = slug_of(title)
    # One after the other: two events of one title made in the same moment get two addresses.
    name = f"slugs of {current_tenant_id()}"
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
    taken = set(
        db.session.scalars(
            select(Event.slug).where(
                Event.tenant_id == current_tenant_id(), Event.slug.startswith(base)
            )
        )
    )
    taken.add("new")  # /manage/events/new makes one
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def slug_of(title: str) -> str:
    """The title as an address says it: "Füße & Hände" is fusse-hande."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")
    return slug or "event"
