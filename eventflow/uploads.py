"""Uploads: the one file of a form, as a person chose it.

The promise kept here is that whoever chose too large a file stays at the form and reads how large
it may be. A form beyond what we accept at all is not read; a view that is marked with `taken` is
asked all the same, with an empty form, and `chosen` says why it is empty.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from eventflow.errors import Invalid

MOST_MEGABYTES = 10

View = Callable[..., Any]


def taken(view: View) -> View:
    """Decorator, right below the route: this view reads its file with `chosen`."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


def leave_unread() -> bool:
    """Go on with an empty form in place of one that is too large, if the view knows of it."""
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "takes_upload", False):
        return False
    request.form = ImmutableMultiDict()
    request.files = ImmutableMultiDict()
    g.left_unread = True
    return True


def chosen(name: str) -> FileStorage | None:
    """The file of this field, None if none was chosen; Invalid if the form was left unread."""
    if g.get("left_unread"):
        words = _(
            "This file is larger than %(most)s MB. Please choose a smaller one.",
            most=MOST_MEGABYTES,
        )
        raise Invalid({name: words})
    upload = request.files.get(name)
    return upload if upload is not None and upload.filename else None
