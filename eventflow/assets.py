"""Static files under addresses that change with their content, so that browsers may keep them."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for

from eventflow import security

_VERSION = re.compile("[0-9a-f]{12}")

# The entity tag says it better, or it goes without saying.
_NEEDLESS = ("Last-Modified", "Accept-Ranges", "Content-Disposition", "X-Request-ID")


def init_app(app: Flask) -> None:
    """Call before compression, which knows a file by its entity tag: the first here runs last."""

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            forever = _is_this_version(request.args.get("v", ""))
            response.headers["Cache-Control"] = (
                "max-age=31536000, immutable" if forever else "max-age=300"
            )
            _say_little(response, forever)
        return response

    app.jinja_env.globals |= {"asset_url": asset_url, "scripts_wait": scripts_wait}


def asset_url(filename: str) -> str:
    """The address of a static file, with the version of its content in it."""
    path = Path(current_app.static_folder or "static") / filename
    fresh_look = not current_app.config["SETTINGS"].is_production
    version = _version(path, path.stat().st_mtime_ns if fresh_look else 0)
    return url_for("static", filename=filename, v=version)


def let_scripts_wait() -> None:
    """Scripts of the page of this request come after its first paint. Asking for each costs a slow
    telephone a few milliseconds, which a page with a hall on it needs for the hall."""
    g.scripts_wait = True


def scripts_wait() -> bool:
    """Whether this request's page is drawn before its scripts are asked for."""
    return g.get("scripts_wait", False)


def _is_this_version(asked: str) -> bool:
    """Whether this is what was asked for, and not what the file was or will be: while a new version
    is rolled out, pages of the one ask servers of the other."""
    if not _VERSION.fullmatch(asked):
        return asked != ""  # Named by hand, as the fonts of a style sheet are.
    return asset_url((request.view_args or {})["filename"]).endswith(asked)


def _say_little(response: Response, forever: bool) -> None:
    # A page has two dozen small files, and these are as heavy as some of them.
    for name in _NEEDLESS:
        response.headers.pop(name, None)
    if response.mimetype in ("text/css", "text/javascript"):
        # Read as the page that asks for it is, which is UTF-8.
        response.headers["Content-Type"] = response.mimetype
    if forever:
        # Nobody asks whether it still holds.
        response.headers.pop("ETag", None)
    if response.mimetype == "image/svg+xml":
        # Opened by itself it is a document, which may do nothing at all.
        response.headers["Content-Security-Policy"] = security.NOTHING


@lru_cache(maxsize=512)
def _version(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
