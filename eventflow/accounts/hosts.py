"""Which host is asked: the base host, a tenant's, or nobody's.

Resolved once a request, before anything else; everything after happens as that tenant. Tenants are
remembered for a second in each process, so that the rush on one event asks for its tenant once.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, abort, current_app, g, request
from sqlalchemy import select

from eventflow import tenancy
from eventflow.accounts.models import Tenant
from eventflow.db import db

REMEMBER = 1.0
_ANY_HOST = ("/healthz", "/readyz", "/metrics", "/static/", "/media/")

_known: dict[str, tuple[float, Tenant]] = {}


def init_app(app: Flask) -> None:
    app.before_request(_resolve)
    app.teardown_request(lambda error: tenancy.bind(None))


def tenant_url(slug: str, path: str = "/") -> str:
    """A full address on a tenant's host."""
    settings = current_app.config["SETTINGS"]
    return f"{settings.scheme}://{slug}.{settings.BASE_DOMAIN}{path}"


def base_url(path: str = "/") -> str:
    """A full address on the base host."""
    return current_app.config["SETTINGS"].base_url + path


def url_on(host: str, path: str = "/") -> str:
    """A full address on a host of ours that was asked before."""
    return f"{current_app.config['SETTINGS'].scheme}://{host}{path}"


def host_of(slug: str) -> str:
    """The host of a tenant, or of all ("" for the slug), as browsers name it."""
    base: str = current_app.config["BASE_DOMAIN"]
    return f"{slug}.{base}" if slug else base


def only_on_base_host(bp: Blueprint) -> Blueprint:
    """404 for these routes on tenants' hosts."""
    bp.before_request(lambda: abort(404) if g.tenant is not None else None)
    return bp


def only_on_tenant_host(bp: Blueprint) -> Blueprint:
    """404 for these routes on the base host."""
    bp.before_request(lambda: abort(404) if g.tenant is None else None)
    return bp


def on_base_host(view: Callable[..., Any]) -> Callable[..., Any]:
    """404 for this one route on tenants' hosts."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if g.tenant is not None:
            abort(404)
        return view(*args, **kwargs)

    return checked


def forget(slug: str) -> None:
    """Look this tenant up afresh next time; for whoever just changed it."""
    _known.pop(slug, None)


def _resolve() -> None:
    tenancy.bind(None)
    tenancy.bind_person(None)
    g.tenant = None
    slug = _slug(request.host.lower())
    if slug == "":
        return
    tenant = _tenant(slug) if slug else None
    if tenant is None:
        # Nobody's host: all that leads on from its page is elsewhere, and how that looks is here.
        g.way_home = base_url("")
        if request.path.startswith(_ANY_HOST):
            return
        abort(404)
    g.tenant = tenant
    tenancy.bind(tenant.id)


def _slug(host: str) -> str | None:
    """The tenant's slug; '' for the base host; None for a host that isn't ours."""
    base = current_app.config["BASE_DOMAIN"]
    if host == base:
        return ""
    if host == current_app.config["LAN_HOST"]:
        # bin/dev --lan: a phone in the same network knows no names, so an address stands for one.
        own: str | None = current_app.config["LAN_TENANT"]
        return own
    if host.endswith("." + base):
        slug = host[: -len(base) - 1]
        return slug if "." not in slug else None
    return None


def _tenant(slug: str) -> Tenant | None:
    at = time.monotonic()
    until, tenant = _known.get(slug, (0.0, None))
    if at >= until:
        tenant = db.session.scalar(select(Tenant).where(Tenant.slug == slug))
        if tenant is not None:
            db.session.expunge(tenant)
        db.session.rollback()
        if tenant is None:
            return None  # Not remembered: whoever signs up goes on to a host that is new.
        if len(_known) > 10_000:
            _known.clear()
        _known[slug] = (at + REMEMBER, tenant)
    return tenant
