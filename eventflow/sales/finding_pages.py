"""My tickets: asking for the mailed link, and the list it opens."""

import time
import uuid
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, session, url_for
from flask_babel import gettext as _

from eventflow.accounts import links, people
from eventflow.accounts.models import Tenant
from eventflow.db import now, transaction
from eventflow.errors import Invalid
from eventflow.limits import limited
from eventflow.pages import page
from eventflow.sales import finding
from eventflow.sales.models import Order
from eventflow.security import keep_address_secret
from eventflow.vault import hash_token

bp = Blueprint("finding", __name__)

LISTED_FOR = 3600
"""Seconds that a browser which followed a link may look at the list again."""


@bp.get("/orders")
def show_orders() -> Response:
    return redirect("/orders/find", 303)  # type: ignore[return-value]


@bp.get("/orders/find")
def show_find() -> Response:
    return ask_page("/orders/find")


@bp.post("/orders/find")
@limited("mail_link")
def find() -> Response:
    return ask("/orders/find", "/orders/list")


@bp.route("/orders/list", methods=["GET", "POST"])
def show_list() -> Response:
    keep_address_secret()
    email = whose("/orders/find")
    if isinstance(email, Response):
        return email
    orders = finding.orders_of(email)
    addresses = {
        order.id: url_for("payments.show_order", code=order.code, secret=order.secret)
        for order in orders
    }
    return list_page(email, orders, addresses)


def list_page(
    email: str,
    orders: Sequence[Order],
    addresses: dict[uuid.UUID, str],
    tenants: dict[uuid.UUID, Tenant] | None = None,
) -> Response:
    return page(
        "sales/orders.html",
        email=email,
        orders=orders,
        addresses=addresses,
        tenants=tenants or {},
        at=now(),
    )


def ask_page(
    action: str, *, email: str = "", error: str | None = None, status: int = 200
) -> Response:
    return page("sales/find_orders.html", status=status, action=action, email=email, error=error)


def ask(action: str, list_path: str) -> Response:
    """Have the link mailed; the answer is the same whoever asks."""
    given = request.form.get("email", "")
    try:
        email = people.address(given)
    except Invalid as refusal:
        return ask_page(action, email=given[:254], error=refusal.message, status=422)
    with transaction():
        finding.ask(email, host=request.host, path=list_path)
    return page("sales/find_orders_sent.html", email=email, action=action)


def whose(ask_path: str) -> str | Response:
    """Whose orders this browser may see: by the link it follows, or by one of the last hour.

    A link is used by the browser that comes back with the cookie it was just given: mail programs
    that look at every link keep none, and would use it up. One that really keeps none presses a
    button. The list's own address is without the code, so that it can be loaded again.
    """
    code = request.values.get("code")
    if code is None:
        return _remembered() or redirect(ask_path, 303)  # type: ignore[return-value]
    try:
        email = finding.look(code, host=request.host, at=now())
        if request.method == "POST":
            return _open(code)
        if session.get("follows") == _mark(code):
            del session["follows"]
            _open(code)
            return redirect(request.path, 303)  # type: ignore[return-value]
    except links.LinkSpent:
        if _remembered():
            return redirect(request.path, 303)  # type: ignore[return-value]
        words = _("This link was used already, or is too old. Ask for a new one here.")
        return ask_page(ask_path, error=words, status=410)
    if "again" in request.args:
        return page("sales/follow_list.html", email=email, code=code, action=request.path)
    session["follows"] = _mark(code)
    return redirect(f"{request.path}?{urlencode({'code': code, 'again': 1})}", 303)  # type: ignore[return-value]


def _open(code: str) -> str:
    with transaction():
        email = finding.open_link(code, host=request.host, at=now())
    session["orders_of"] = (email, int(time.time()) + LISTED_FOR)
    return email


def _remembered() -> str:
    email, until = session.get("orders_of", ("", 0))
    return email if time.time() < until else ""


def _mark(code: str) -> str:
    # Of the code nothing that could be followed goes into a cookie.
    return hash_token(code)[:16]
