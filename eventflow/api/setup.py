"""Where the HTTP API tells of itself: the document for programs, a page for people."""

import re

from flask import Blueprint, Flask, Response, abort, g, jsonify, render_template
from markupsafe import Markup

from eventflow import rich_text
from eventflow.api import openapi
from eventflow.errors import API_PREFIX

_WITHIN_A_PARAGRAPH = re.compile(r"(?<!\n)\n(?!\n)")

bp = Blueprint("api", __name__, url_prefix=API_PREFIX)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.jinja_env.filters.update(described=described, described_plainly=rich_text.plain)


def described(description: str) -> Markup:
    """A description as HTML: CommonMark, as OpenAPI 3.1 says it (Rich Text Formatting)."""
    return rich_text.render(_WITHIN_A_PARAGRAPH.sub(" ", description))


@bp.before_request
def only_for_tenants() -> None:
    if g.tenant is None:
        abort(404)


@bp.get("/openapi.json")
def description() -> Response:
    response = jsonify(openapi.document())
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@bp.get("/docs")
def docs() -> str:
    return render_template("api/docs.html", api=openapi.document())
