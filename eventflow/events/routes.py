"""The tenant's colours as a style sheet; its address changes with the colour, so it may be kept."""

from flask import Blueprint, Response, g, request

from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.brand import brand_css
from eventflow.files import FOR_EVER

bp = only_on_tenant_host(Blueprint("events", __name__))


@bp.get("/brand.css")
def show_brand() -> Response:
    response = Response(brand_css(g.tenant.accent), mimetype="text/css")
    is_exact = request.args.get("v") == g.tenant.accent.removeprefix("#")
    response.headers["Cache-Control"] = FOR_EVER if is_exact else "public, max-age=60"
    return response
