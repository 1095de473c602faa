"""Finding events: a box office's programme, the list of all, and what machines ask for.

"/" is the storefront on a tenant's host and the product's own page on the base host. All of it is
the same for everybody and answered from memory.
"""

import time
from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request

from eventflow import lists, rich_text, shared_pages
from eventflow.accounts.hosts import base_url, tenant_url
from eventflow.db import now
from eventflow.discovery import listing, machines, my_tickets
from eventflow.discovery.entries import entries
from eventflow.discovery.listing import Wanted
from eventflow.events import showing
from eventflow.limits import limited

bp = Blueprint("discovery", __name__)
bp.register_blueprint(machines.bp)
bp.register_blueprint(my_tickets.bp)

ON_FRONT_PAGE = 8


@bp.get("/")
def show_front() -> Response:
    if g.tenant is None:
        return shared_pages.answer("front", _front_page, basis=_this_second())
    return shared_pages.answer(
        (g.tenant.id, "storefront"), _storefront, basis=(g.tenant, _this_second())
    )


@bp.get("/events")
@limited("search")
def list_events() -> Response:
    if g.tenant is not None:
        return redirect("/#programme", 303)  # type: ignore[return-value]
    wanted = _wanted()
    return shared_pages.answer(wanted, lambda: _list_page(wanted), basis=_this_second())


@bp.get("/terms")
def show_terms() -> Response:
    return shared_pages.answer(
        (g.tenant and g.tenant.id, "terms"),
        lambda: render_template("discovery/terms.html"),
        basis=g.tenant,
    )


def _storefront() -> str:
    at = now()
    programme = showing.programme(at=at)
    tenants = {g.tenant.id: g.tenant}
    return render_template(
        "discovery/storefront.html",
        coming=entries(programme.coming, tenants, at=at),
        past=entries(programme.past, tenants, at=at),
        about=rich_text.render(g.tenant.about) if g.tenant.about else "",
        url=tenant_url(g.tenant.slug),
    )


def _front_page() -> str:
    found = listing.find(Wanted(), per_page=ON_FRONT_PAGE, at=now())
    return render_template("discovery/front.html", found=found, url=base_url())


def _list_page(wanted: Wanted) -> str:
    found = listing.find(wanted, at=now())
    first = (wanted.page - 1) * listing.PER_PAGE + 1
    last = first + len(found.entries) - 1
    return render_template(
        "discovery/events.html",
        found=found,
        wanted=wanted,
        first=first,
        last=last,
        previous=_address(wanted, wanted.page - 1) if wanted.page > 1 else None,
        next=_address(wanted, wanted.page + 1) if last < found.total else None,
        is_filtered=wanted != Wanted(page=wanted.page),
        url=base_url(_address(wanted, wanted.page)),
    )


def _wanted() -> Wanted:
    """What the address asks for; what can't be read in it is left out."""
    given = request.args
    page = lists.page_number()
    return Wanted(
        q=" ".join(given.get("q", "").split())[:100],
        category=given.get("category", "").strip()[:60],
        from_day=_day(given.get("from", "")),
        to_day=_day(given.get("to", "")),
        page=page if page <= 5000 else 1,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _address(wanted: Wanted, page: int) -> str:
    asked = {
        "q": wanted.q,
        "category": wanted.category,
        "from": wanted.from_day.isoformat() if wanted.from_day else "",
        "to": wanted.to_day.isoformat() if wanted.to_day else "",
        "page": str(page) if page > 1 else "",
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return "/events" + (f"?{query}" if query else "")


def _this_second() -> int:
    return int(time.monotonic())
