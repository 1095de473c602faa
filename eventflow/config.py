"""Settings: read from the environment once, checked once, and said at start-up when wrong."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ENVIRONMENTS = ("development", "testing", "production")


class SettingsMissing(RuntimeError):
    """The environment lacks something, or has it in a shape that can't be meant."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting there is, under the name of its environment variable."""

    EVENTFLOW_ENV: str
    BASE_DOMAIN: str
    EVENTFLOW_VAR: Path
    DATABASE_URL: str
    REDIS_URL: str
    SECRET_KEY: str
    DATA_KEY: str
    DATABASE_OWNER_URL: str | None = None
    DATABASE_POOL: int = 3
    PGBOUNCER: bool = False
    STRIPE_SECRET_KEY: str | None = None
    STRIPE_PUBLISHABLE_KEY: str | None = None
    STRIPE_WEBHOOK_SECRET: str | None = None
    STRIPE_API_BASE: str | None = None
    SMTP_URL: str | None = None
    MAIL_FROM: str | None = None
    FILES_URL: str | None = None
    METRICS_TOKEN: str | None = None
    RATELIMIT_ENABLED: bool = True
    TRUSTED_PROXIES: int = 0
    LOG_LEVEL: str = "INFO"
    LAN_HOST: str | None = None
    LAN_TENANT: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; SettingsMissing lists everything that is wrong, at once."""
        env = os.environ if environ is None else environ
        port = env.get("PORT", "8000")
        values: dict[str, Any] = {
            "EVENTFLOW_ENV": env.get("EVENTFLOW_ENV", "development"),
            "BASE_DOMAIN": env.get("BASE_DOMAIN", f"eventflow.localhost:{port}").lower(),
            "EVENTFLOW_VAR": Path(env.get("EVENTFLOW_VAR", "./var")).resolve(),
        }
        wrong = []
        for field in fields(cls):
            if field.name in values:
                continue
            given = env.get(field.name, "").strip()
            if given:
                try:
                    values[field.name] = _read(field.type, given)
                except ValueError:
                    wrong.append(f"{field.name} can't be read: {given!r}")
            elif field.name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DATA_KEY"):
                wrong.append(f"{field.name} is not set")
        if wrong:
            raise SettingsMissing("; ".join(wrong))
        settings = cls(**values)
        debug = _read(bool, env.get("FLASK_DEBUG") or "0")
        if problems := settings.problems(debug=bool(debug)):
            raise SettingsMissing("; ".join(problems))
        return settings

    def problems(self, *, debug: bool = False) -> list[str]:
        """Why these settings must not start, in sentences."""
        found = []
        if self.EVENTFLOW_ENV not in ENVIRONMENTS:
            found.append(f"EVENTFLOW_ENV is one of {', '.join(ENVIRONMENTS)}")
        if bool(self.STRIPE_SECRET_KEY) != bool(self.STRIPE_WEBHOOK_SECRET):
            found.append("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET go together")
        if self.LOG_LEVEL.upper() not in logging.getLevelNamesMapping():
            found.append("LOG_LEVEL is one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
        if self.is_production:
            if len(self.SECRET_KEY) < 32 or self.SECRET_KEY.startswith("development"):
                found.append("production wants a SECRET_KEY of 32 characters or more")
            if self.DATA_KEY.startswith("development"):
                found.append("production wants a DATA_KEY of its own")
            if not self.STRIPE_SECRET_KEY:
                found.append("production takes no sandbox payments: set STRIPE_SECRET_KEY")
            if not self.SMTP_URL:
                found.append("production sends real mail: set SMTP_URL")
            if self.LAN_HOST or self.LAN_TENANT:
                found.append(
                    "LAN_HOST and LAN_TENANT are for trying things out, not for production"
                )
            if debug:
                found.append("production never runs with debug on")
        return found

    @property
    def is_production(self) -> bool:
        return self.EVENTFLOW_ENV == "production"

    @property
    def scheme(self) -> str:
        return "https" if self.is_production else "http"

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://{self.BASE_DOMAIN}"

    def as_flask_config(self) -> dict[str, object]:
        """What Flask and its extensions want to find in `app.config`."""
        own: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        prefix = "__Host-" if self.is_production else ""
        return own | {
            "SETTINGS": self,
            "TESTING": self.EVENTFLOW_ENV == "testing",
            "SQLALCHEMY_DATABASE_URI": _for_psycopg(self.DATABASE_URL),
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options(),
            "SESSION_COOKIE_NAME": f"{prefix}eventflow",
            "SESSION_COOKIE_SECURE": self.is_production,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_HTTPONLY": True,
            "PERMANENT_SESSION_LIFETIME": 60 * 60 * 24 * 60,
            "SESSION_REFRESH_EACH_REQUEST": False,
            # Of any body; a view that takes more says so, see uploads.py.
            "MAX_CONTENT_LENGTH": 1024 * 1024,
            # Of one field of a form that carries a file.
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
            "MAX_FORM_PARTS": 2000,
            "PREFERRED_URL_SCHEME": self.scheme,
            "JSON_SORT_KEYS": False,
        }

    def _engine_options(self) -> dict[str, object]:
        # Few connections on purpose: on a hot row, more of them only queue on its lock. And none
        # that comes and goes with a crowd: to open one costs more than what it is opened for.
        connect = {
            "application_name": "eventflow",
            # The role that row-level security binds; see eventflow/tenancy.py.
            "options": "-c role=eventflow_app -c timezone=UTC -c statement_timeout=15000",
            "connect_timeout": 5,
        }
        if self.PGBOUNCER:
            # A pooler in transaction mode mixes up prepared statements of different sessions, and
            # refuses these options: they are the role's own (deploy/postgres/roles.sh).
            connect["prepare_threshold"] = None
            del connect["options"]
        return {
            "pool_size": self.DATABASE_POOL,
            "max_overflow": 0,
            "pool_timeout": 10,
            "pool_pre_ping": False,
            "pool_use_lifo": True,
            "connect_args": connect,
            # The driver begins no transactions: tenancy.py does, with what each is told. An engine
            # made of these options without it has none.
            "isolation_level": "AUTOCOMMIT",
        }


def owner_url(settings: Settings) -> str:
    """The address under which migrations run: the owner of the tables, not the app's role."""
    return _for_psycopg(settings.DATABASE_OWNER_URL or settings.DATABASE_URL)


def _for_psycopg(url: str) -> str:
    scheme = urlsplit(url).scheme
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg" + url[len(scheme) :]
    return url


def _read(kind: object, given: str) -> object:
    if kind in (bool, "bool"):
        return given.lower() not in ("0", "false", "no", "off")
    if kind in (int, "int"):
        return int(given)
    if kind in (Decimal, "Decimal"):
        return Decimal(given)
    return given
