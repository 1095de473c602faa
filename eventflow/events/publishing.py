"""Publishing: when strangers may see an event, and what has to be there first.

The promise kept here is that what is on sale can be sold: publishing is refused with a reason for
each thing that is missing.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from flask_babel import gettext as _

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid, Refusal
from eventflow.events import following
from eventflow.events.models import Event, Tier
from eventflow.queue import enqueue

PREVIEW_FOR = timedelta(days=7)

Requirement = Callable[[Event], dict[str, str]]
requirements: list[Requirement] = []
"""What other capabilities want to be true of an event before it is published: they add to this
(payments asks for a way to be paid)."""


def missing(event: Event, *, at: datetime) -> dict[str, str]:
    """What still has to be done before publishing: a sentence a field."""
    wants: dict[str, str] = {}
    if not event.title:
        wants["title"] = _("Give the event a title.")
    if event.starts_at is None:
        wants["starts_at"] = _("Say when it starts.")
    if event.ends_at is None:
        wants["ends_at"] = _("Say when it ends.")
    elif event.ends_at <= at:
        wants["ends_at"] = _("The event would be over already.")
    if event.format != "virtual" and not event.venue_name:
        wants["venue"] = _("Say where it takes place, or make it a virtual event.")
    if not event.tiers:
        wants["tiers"] = _("Add at least one tier, so that there is something to sell.")
    elif late := _sold_too_late(event):
        wants["tiers"] = _("%(tier)s would go on sale when the event is over.", tier=late.name)
    for requirement in requirements:
        wants.update(requirement(event))
    return wants


def _sold_too_late(event: Event) -> Tier | None:
    """A tier that nobody could ever buy."""
    over = event.ends_at
    late = (one for one in event.tiers if over and one.sale_start and one.sale_start >= over)
    return next(late, None)


def publish(event: Event, *, at: datetime) -> None:
    """Open the event to the public. Raises Invalid with what is missing."""
    if event.status == "published":
        return
    if event.status != "draft":
        raise Refusal(_("A cancelled event can't be published again."))
    if wants := missing(event, at=at):
        raise Invalid(wants, _("Some things have to be put right before this can be published."))
    event.status = "published"
    event.published_at = event.published_at or at
    event.version += 1
    audit.record("event.publish", event, _("Published %(title)s", title=event.title), at=at)
    db.session.flush()
    following.tell(event, at=at)


def cancel(event: Event, *, at: datetime) -> None:
    """Call the event off: nothing more is sold, every paid order is refunded, everybody is told."""
    if event.status == "cancelled":
        return
    if event.status == "archived":
        raise Refusal(_("This event is archived."))
    was_draft = event.status == "draft"
    event.status = "cancelled"
    event.cancelled_at = at
    event.version += 1
    audit.record("event.cancel", event, _("Cancelled %(title)s", title=event.title), at=at)
    db.session.flush()
    following.tell(event, at=at)
    if not was_draft:
        enqueue("payments.refund_event", event.id, queue="default")


def archive(event: Event, *, at: datetime) -> None:
    """Put an event that is over, cancelled or never published out of sight."""
    if event.status == "archived":
        return
    if not is_archivable(event, at=at):
        raise Refusal(_("This event is on sale. It can be archived when it is over or cancelled."))
    audit.record("event.archive", event, _("Archived %(title)s", title=event.title), at=at)
    event.status = "archived"
    event.version += 1
    db.session.flush()
    following.tell(event, at=at)


def is_archivable(event: Event, *, at: datetime) -> bool:
    return event.status != "archived" and event.status_at(at) != "published"


def restore(event: Event, *, at: datetime) -> None:
    """Bring an archived event back to what it was."""
    if event.status != "archived":
        return
    if event.cancelled_at is not None:
        event.status = "cancelled"
    else:
        event.status = "published" if event.published_at else "draft"
    audit.record("event.restore", event, _("Brought back %(title)s", title=event.title), at=at)
    event.version += 1
    db.session.flush()
    following.tell(event, at=at)


def open_preview(event: Event, *, at: datetime) -> str:
    """A secret that shows the draft as buyers will see it, for a week; one before is closed."""
    event.preview_token = secrets.token_urlsafe(16)
    event.preview_expires_at = at + PREVIEW_FOR
    words = _("Opened a preview link of %(title)s", title=event.title)
    audit.record("event.preview", event, words, at=at)
    db.session.flush()
    return event.preview_token


def close_preview(event: Event, *, at: datetime) -> None:
    """From now on the link shows nothing to anybody."""
    if event.preview_token is None:
        return
    event.preview_token = event.preview_expires_at = None
    words = _("Closed the preview link of %(title)s", title=event.title)
    audit.record("event.preview", event, words, at=at)
    db.session.flush()


def may_preview(event: Event, token: str, *, at: datetime) -> bool:
    return bool(
        token
        and event.preview_token
        and event.preview_expires_at
        and at < event.preview_expires_at
        and secrets.compare_digest(token.encode(), event.preview_token.encode())
    )
