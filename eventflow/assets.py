"""Static files under addresses that change with their content, so that browsers may keep them."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for


def init_app(app: Flask) -> None:
    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            forever = "v" in request.args
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if forever else "public, max-age=300"
            )
        return response

    app.jinja_env.globals["asset_url"] = asset_url


def asset_url(filename: str) -> str:
    """The address of a static file, with the version of its content in it."""
    path = Path(current_app.static_folder or "static") / filename
    fresh_look = not current_app.config["SETTINGS"].is_production
    version = _version(path, path.stat().st_mtime_ns if fresh_look else 0)
    return url_for("static", filename=filename, v=version)


@lru_cache(maxsize=512)
def _version(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
