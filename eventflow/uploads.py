"""Uploads: the one file of a form, as a person chose it; and which views take large bodies.

Two promises. No view reads more than MAX_CONTENT_LENGTH but those that say so here. Whoever chose
too large a file stays at the form and reads how large it may be: a form beyond what we accept at
all is not read; a view that is marked with `taken` is asked all the same, with an empty form, and
`chosen` says why it is empty.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from eventflow.errors import Invalid

MOST_MEGABYTES = 10
MOST_BYTES = 12 * 1024 * 1024
"""Of a form with a file, so that one a little too large is read and refused by its name."""

View = Callable[..., Any]


def taken(view: View) -> View:
    """Decorator, right below the route: this view reads its file with `chosen`."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return up_to(MOST_BYTES)(view)


def up_to(most: int) -> Callable[[View], View]:
    """Decorator, right below the route: this view takes a body of so many bytes."""

    def decorate(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return decorate


def make_room() -> None:
    """Let the view of this request have as large a body as it takes.

    Call before anything of it is read. A form without a file stays small: each of its fields is
    an object or two, of which a large one has millions.
    """
    most = getattr(_view(), "most_bytes", None)
    if most is not None and request.mimetype != "application/x-www-form-urlencoded":
        request.max_content_length = most


def refuse_what_was_cut() -> None:
    """Raise RequestEntityTooLarge if what was read of the body is only its beginning.

    Where the length was said, Werkzeug raises it before anything is read. Where it was not, it
    stops at what we take, and what came after is missing.
    """
    if request.content_length is None and getattr(request.stream, "is_exhausted", False):
        raise RequestEntityTooLarge


def leave_unread() -> bool:
    """Go on with an empty form in place of one that is too large, if the view knows of it."""
    if not getattr(_view(), "takes_upload", False):
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


def _view() -> View | None:
    return current_app.view_functions.get(request.endpoint or "")
