"""Answering with a page, or with the part of it that HTMX asked for."""

from flask import Response, make_response, render_template, request
from jinja2_fragments.flask import render_block


def page(template: str, fragment: str | None = None, status: int = 200, **context) -> Response:
    """The whole page, or only the named block when HTMX asked for a part."""
    if fragment and wants_fragment():
        html = render_block(template, fragment, **context)
    else:
        html = render_template(template, **context)
    response = make_response(html, status)
    response.vary.add("HX-Request")
    return response


def wants_fragment() -> bool:
    # Boosted links and history restores carry HX-Request too, but expect the whole page.
    return (
        "HX-Request" in request.headers
        and "HX-Boosted" not in request.headers
        and "HX-History-Restore-Request" not in request.headers
    )
