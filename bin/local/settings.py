"""The environment in which the application runs: what the person set, else what is ours."""

import os
from collections.abc import Mapping
from pathlib import Path

from . import keys
from .places import ENVIRONMENT, ROOT
from .services import Services


def of_development(
    state: Path, services: Services, of_dev: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The person's own environment, completed with what a development copy needs.

    `of_dev` is what a bin/dev that runs now was started with: commands speak of its addresses.
    """
    chosen = {name: value for name, value in os.environ.items() if value or name not in _OPTIONAL}
    port = chosen.get("PORT") or (of_dev or {}).get("PORT", "8000")
    defaults = {
        "EVENTFLOW_ENV": "development",
        "PORT": port,
        "BASE_DOMAIN": f"eventflow.localhost:{port}",
        "SECRET_KEY": keys.secret_key(state),
        "DATA_KEY": keys.data_key(state),
    }
    if "PORT" not in chosen:
        defaults |= of_dev or {}
    return _compiled_once(defaults | chosen | _of_services(services) | _always(state))


def of_tests(state: Path, services: Services) -> dict[str, str]:
    """Nothing of the person's configuration: tests must not reach their servers, mail or money."""
    theirs = {name: value for name, value in os.environ.items() if name not in _CONFIGURATION}
    ours = {
        "EVENTFLOW_ENV": "testing",
        "SECRET_KEY": keys.secret_key(state),
        "DATA_KEY": keys.data_key(state),
    }
    return _compiled_once(theirs | ours | _of_services(services) | _always(state))


def of_benchmarks(state: Path, services: Services) -> dict[str, str]:
    """As of_tests, but in the frame of mind of a running product, and without rate limits."""
    sizes = {
        name: os.environ[name] for name in ("WEB_WORKERS", "WEB_THREADS") if name in os.environ
    }
    ours = {"EVENTFLOW_ENV": "development", "RATELIMIT_ENABLED": "0"}
    return of_tests(state, services) | sizes | ours


def of_checks() -> dict[str, str]:
    """For what reads the source and runs nothing of it."""
    return dict(os.environ) | {"PATH": _path()}


def _compiled_once(variables: dict[str, str]) -> dict[str, str]:
    # Otherwise as many processes as there are compile the same source at every start.
    return {name: value for name, value in variables.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _of_services(services: Services) -> dict[str, str]:
    return {"DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}


# Set but empty means the same as not set at all.
_OPTIONAL = frozenset({"PORT", "BASE_DOMAIN", "EVENTFLOW_ENV", "SECRET_KEY", "DATA_KEY"})

_CONFIGURATION = frozenset(
    {
        "BASE_DOMAIN",
        "DATABASE_OWNER_URL",
        "DATABASE_POOL",
        "FILES_URL",
        "FLASK_DEBUG",
        "LAN_HOST",
        "LAN_TENANT",
        "LOG_LEVEL",
        "MAIL_FROM",
        "METRICS_TOKEN",
        "PGBOUNCER",
        "PORT",
        "RATELIMIT_ENABLED",
        "SMTP_URL",
        "STRIPE_API_BASE",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "TRUSTED_PROXIES",
        "WEB_THREADS",
        "WEB_WORKERS",
    }
)


def _always(state: Path) -> dict[str, str]:
    return {
        "EVENTFLOW_VAR": str(state),
        "FLASK_APP": "wsgi:app",
        # Threads would keep memory of their own that they seldom need; one runs Python at a time.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX") or "1",
        "PATH": _path(),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def _path() -> str:
    return f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
