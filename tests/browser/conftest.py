"""The product as a browser meets it: served on a port of its own, over the same database."""

import os
import shutil
import socket
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from eventflow import create_app
from eventflow.accounts import hosts
from eventflow.accounts.models import Tenant
from eventflow.config import Settings
from eventflow.db import db, now, transaction
from eventflow.seating import maps, venues
from eventflow.seating.models import SeatMap
from eventflow.tenancy import acting_for

PHONE = {"width": 390, "height": 844}
MOST_SHOWN = 8_000
"""Characters of a page on which a test failed."""

# For a machine that is busy with other things: what is awaited here is about what, not how fast.
expect.set_options(timeout=20_000)


class KeepsAlive(WSGIRequestHandler):
    """One connection for many requests, as a browser has with the product's own server."""

    protocol_version = "HTTP/1.1"


class Served:
    def __init__(self, port: int):
        self.domain = f"eventflow.localhost:{port}"

    def at(self, tenant: Tenant | None = None, path: str = "/") -> str:
        return f"http://{tenant.slug + '.' if tenant else ''}{self.domain}{path}"


@pytest.fixture(scope="session")
def _served(settings: Settings, _app) -> Iterator[Served]:
    # The port first: it is part of every address the product writes.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = Served(port)
    product = create_app(replace(settings, BASE_DOMAIN=served.domain))
    server = make_server("127.0.0.1", port, product, threaded=True, request_handler=KeepsAlive)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    with product.app_context():
        db.engine.dispose()


@pytest.fixture
def served(app, _served: Served) -> Served:
    hosts._known.clear()
    return _served


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    path = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    return {"executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone, with script."""
    context = browser.new_context(viewport=PHONE)
    yield _watched(context)
    context.close()


@pytest.fixture
def old_phone(browser: Browser) -> Iterator[Page]:
    """The same phone, without script."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    yield _watched(context)
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield _watched(context)
    context.close()


@pytest.fixture
def room(riverside, northgate) -> SeatMap:
    """An empty seat map of Riverside Hall."""
    with acting_for(riverside.id), transaction():
        venue = venues.create({"name": "Riverside Hall"}, zone="UTC", at=now())
        seat_map = maps.create(venue, "Concert", at=now())
        db.session.expunge(seat_map)
    return seat_map


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a test that failed, what its pages show: of one that seldom fails all that is known."""
    report = yield
    if report.when == "call" and report.failed:
        for name, page in item.funcargs.items():
            if isinstance(page, Page) and not page.is_closed():
                with suppress(Error):
                    shown = page.locator("body").aria_snapshot(timeout=5_000)
                    report.sections.append((f"{name} at {page.url}", shown[:MOST_SHOWN]))
    return report


def _watched(context: BrowserContext) -> Page:
    """A page on which nothing is asked of strangers and nothing breaks unseen."""
    page = context.new_page()
    page.troubles = []
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on(
        "request",
        lambda request: (
            page.troubles.append(f"a stranger is asked: {request.url}")
            if ".localhost:" not in request.url.split("/")[2]
            else None
        ),
    )
    page.on(
        "console",
        lambda message: (
            page.troubles.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    return page
