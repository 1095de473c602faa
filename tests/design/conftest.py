"""A gallery: the components hung on a page of their own, under the policy the product sends.

No database: what is looked at here is only how things look and behave.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask, Response, abort, render_template, render_template_string, request
from flask_babel import Babel, get_locale
from jinja2 import StrictUndefined
from playwright.sync_api import expect
from werkzeug.serving import make_server

from eventflow.brand import brand_css
from eventflow.locale import format_number, times_language

ROOT = Path(__file__).parents[2]
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; base-uri 'none'; object-src 'none'"
)

EXHIBIT = """{% extends "layouts/storefront.html" %}
{% block title %}Exhibit{% endblock %}
{% block content %}<h1>Exhibit</h1>EXHIBIT{% endblock %}"""


# A machine may be busy with other things.
expect.set_options(timeout=20_000)


class Tenant:
    name = "Riverside Hall"
    tagline = ""
    accent = "#1f6f4a"


class Membership:
    role = "owner"


class Gallery:
    """Where the exhibits hang, and what was sent to them."""

    def __init__(self, address: str):
        self.address = address
        self.received: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, tuple[str, int, dict[str, str]]] = {}
        self.at_work = threading.Event()

    def hang(self, markup: str) -> str:
        """The address of a page that shows this piece of template."""
        return f"{self.address}/exhibit?markup={quote(markup)}"

    def answer(self, path: str, body: str = "", status: int = 200, **headers: str) -> None:
        """What the server will say at this path."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (body, status, named)


@pytest.fixture(scope="session")
def paper() -> Flask:
    """An application that has nothing but templates and static files."""
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.secret_key = "for flashed messages only"
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    app.jinja_env.filters.update(number=format_number)
    app.jinja_env.globals.update(
        asset_url=lambda name: f"/static/{name}",
        scripts_wait=lambda: False,
        locale=get_locale,
        times_language=times_language,
    )
    app.context_processor(
        lambda: {"tenant": Tenant(), "membership": Membership(), "current_user": None}
    )

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/brand.css")
    def brand() -> Response:
        return Response(brand_css(Tenant.accent), mimetype="text/css")

    @app.route("/desk/<path:name>", methods=["GET", "POST"])
    def desk(name: str) -> Response:
        gallery = app.extensions["gallery"]
        gallery.received.append((name, request.form.to_dict()))
        if name not in gallery.answers:
            abort(404)
        gallery.at_work.wait(30)
        body, status, headers = gallery.answers[name]
        return Response(body, status, headers)

    @app.get("/styles")
    def styles() -> str:
        return render_template("dev/styles.html")

    @app.get("/exhibit")
    def exhibit() -> str:
        markup = request.args["markup"]
        if "extends" in markup:
            return render_template_string(markup)
        return render_template_string(EXHIBIT.replace("EXHIBIT", markup))

    return app


@pytest.fixture(scope="session")
def _gallery(paper: Flask) -> Iterator[Gallery]:
    server = make_server("127.0.0.1", 0, paper, threaded=True)
    gallery = paper.extensions["gallery"] = Gallery(f"http://127.0.0.1:{server.port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield gallery
    server.shutdown()
    thread.join()


@pytest.fixture
def gallery(_gallery: Gallery) -> Gallery:
    _gallery.received.clear()
    _gallery.answers.clear()
    _gallery.at_work.set()
    return _gallery


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    return {"executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture
def page(page):
    """A page on which nothing may go wrong unseen."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda message: (
            troubles.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    assert troubles == []
