"""A small application of nothing but the root modules, for tests that need no database."""

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from eventflow import locale

SETTINGS = {
    "EVENTFLOW_ENV": "testing",
    "BASE_DOMAIN": "eventflow.example",
    "SECRET_KEY": "a key for tests and for nothing else",
    "DATA_KEY": "another key for tests and for nothing else",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RATELIMIT_ENABLED": False,
    "TRUSTED_PROXIES": 0,
    "LOG_LEVEL": "INFO",
    "FILES_URL": None,
    "METRICS_TOKEN": None,
    "STRIPE_API_BASE": None,
}


@pytest.fixture
def build(tmp_path: Path):
    """Build an application of some modules: `build(security, EVENTFLOW_ENV="production")`."""

    def build(*modules, **settings) -> Flask:
        app = Flask("box-office")
        app.config.update({**SETTINGS, "EVENTFLOW_VAR": tmp_path, **settings})
        if locale not in modules:
            Babel(app)
        for module in modules:
            module.init_app(app)
        return app

    return build
