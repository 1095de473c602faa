"""What browsers and search engines ask for by themselves: robots, sitemap, manifest, icon."""

from datetime import datetime

from flask import Blueprint, Response, g, jsonify, redirect, render_template
from flask_babel import get_locale

from eventflow.accounts.hosts import base_url, tenant_url
from eventflow.assets import asset_url
from eventflow.brand import palette
from eventflow.db import now
from eventflow.discovery import listing
from eventflow.events import showing

bp = Blueprint("machines", __name__)

SOMEBODYS_OWN = ("/manage/", "/scan/", "/checkout/", "/orders", "/tickets/", "/pay/", "/api/")
HOUR = 3600


@bp.get("/robots.txt")
def robots() -> Response:
    at = tenant_url(g.tenant.slug, "/sitemap.xml") if g.tenant else base_url("/sitemap.xml")
    closed = SOMEBODYS_OWN if g.tenant else (*SOMEBODYS_OWN, "/my-tickets", "/platform/", "/dev/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {at}", ""]
    return _kept(Response("\n".join(lines), mimetype="text/plain"))


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    at = now()
    pages: list[tuple[str, datetime | None]] = []
    if g.tenant is None:
        pages += [(base_url(), None), (base_url("/events"), None)]
        pages += [
            (tenant_url(tenant, f"/events/{event}"), published)
            for tenant, event, published in listing.addresses(at=at)
        ]
    else:
        programme = showing.programme(at=at)
        pages += [(tenant_url(g.tenant.slug), None)]
        pages += [
            (tenant_url(g.tenant.slug, f"/events/{event.slug}"), event.published_at)
            for event in (*programme.coming, *programme.past)
        ]
    xml = render_template("discovery/sitemap.xml", pages=pages)
    return _kept(Response(xml, mimetype="application/xml"))


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    name = g.tenant.name if g.tenant else "EventFlow"
    colour = palette(g.tenant.accent).accent if g.tenant else "#b3261e"
    response = jsonify(
        name=name,
        short_name=name[:24],
        lang=str(get_locale()).replace("_", "-"),
        start_url="/",
        display="browser",
        background_color="#f8f4ec",
        theme_color=colour,
        icons=[
            {
                "src": asset_url("img/icon.svg"),
                "type": "image/svg+xml",
                "sizes": "any",
            }
        ],
    )
    response.mimetype = "application/manifest+json"
    return _kept(response)


@bp.get("/favicon.ico")
def favicon() -> Response:
    # For those who don't read the page's head.
    address = asset_url("img/icon.svg")
    return _kept(redirect(address, 302))  # type: ignore[arg-type]


def _kept(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={HOUR}"
    return response
