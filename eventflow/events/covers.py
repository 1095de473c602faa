"""Covers: the picture of an event, cropped around what matters in it."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from eventflow import pictures
from eventflow.accounts import audit
from eventflow.db import db
from eventflow.events.models import Event
from eventflow.pictures import Picture

Focus = tuple[float, float]


def folder(event: Event) -> str:
    # Its own: files are named after their content, and two events may have the same picture.
    return f"{event.tenant_id}/events/{event.id}"


def make(upload: bytes, *, folder: str) -> Picture:
    """A cover of an upload; raises PictureRefused. It takes a while: no transaction around it."""
    return pictures.take(upload, pictures.COVER, folder=folder)


def recrop(kept: Picture, *, folder: str, focus: Focus) -> Picture:
    """The same picture around another focus; as above."""
    return pictures.recrop(kept, pictures.COVER, folder=folder, focus=focus)


def focus_typed(form: Mapping[str, str], before: Focus) -> Focus:
    """The focus that a form gives in percent from the upper left; what it was for nonsense."""
    try:
        x, y = (float(form.get(name, "")) / 100 for name in ("focus_x", "focus_y"))
    except ValueError:
        return before
    # Also false for what is no number at all.
    return (round(x, 2), round(y, 2)) if 0 <= x <= 1 and 0 <= y <= 1 else before


def keep(event: Event, picture: Picture | None, *, at: datetime) -> Picture | None:
    """Show this picture as the cover, or none; answers the one it takes the place of."""
    before = Picture.from_json(event.cover) if event.cover else None
    event.cover = picture.as_json() if picture else None
    if picture is None:
        event.cover_alt = ""
    event.version += 1
    if picture is None:
        words = _("Removed the picture of %(title)s", title=event.title)
    elif before and before.source == picture.source:
        words = _("Cropped the picture of %(title)s anew", title=event.title)
    else:
        words = _("Changed the picture of %(title)s", title=event.title)
    audit.record("event.cover", event, words, at=at)
    db.session.flush()
    return before


def discard(before: Picture | None, keep: Picture | None) -> None:
    """Remove what is shown no longer, once it is certain that it isn't."""
    if before is not None and before != keep:
        pictures.discard(before, keep=keep)
