"""EventFlow: fair-trade box offices for venues and independent organizers."""

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from eventflow import (
    assets,
    capabilities,
    compression,
    errors,
    fast_lane,
    files,
    health,
    limits,
    locale,
    logs,
    metrics,
    migrating,
    queue,
    readiness,
    ready_templates,
    security,
    tenancy,
    unread,
    vault,
)
from eventflow.api import setup as api
from eventflow.config import Settings
from eventflow.db import db


class EventFlow(Flask):
    """A Flask application in which nothing is asynchronous."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself; Flask would ask at each request whether each hook is a coroutine."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The whole product, ready to serve, work and be asked from the command line."""
    app = EventFlow(__name__, template_folder="../templates", static_folder="../static")
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.config.update((settings or Settings.from_environment()).as_flask_config())

    if proxies := app.config["TRUSTED_PROXIES"]:
        # Whose box office it is says `Host` alone, which proxies pass on unchanged.
        app.wsgi_app = ProxyFix(app.wsgi_app, proxies, proxies)  # type: ignore[method-assign]
    unread.init_app(app)
    assets.init_app(app)
    compression.init_app(app)
    logs.init_app(app)
    db.init_app(app)
    tenancy.init_app(app)
    if "FLASK_RUN_FROM_CLI" in os.environ:
        migrating.init_app(app)
    locale.init_app(app)
    errors.init_app(app)
    security.init_app(app)
    limits.init_app(app)
    files.init_app(app)
    metrics.init_app(app)
    health.init_app(app)
    vault.init_app(app)
    queue.init_app(app)
    readiness.init_app(app)
    capabilities.init_app(app)
    api.init_app(app)
    ready_templates.init_app(app)
    fast_lane.init_app(app)
    return app
