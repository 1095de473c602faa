"""My tickets on the base host: the orders of one address at every box office.

A box office has a page of its own for that; the address that leads to this one leads to it there.
"""

from flask import Blueprint, Response, g, redirect
from sqlalchemy import select

from eventflow.accounts.hosts import on_base_host, tenant_url
from eventflow.accounts.models import Tenant
from eventflow.db import db
from eventflow.limits import limited
from eventflow.sales import finding, finding_pages
from eventflow.security import keep_address_secret

bp = Blueprint("my_tickets", __name__)

ASK, LIST = "/my-tickets", "/my-tickets/list"


@bp.get(ASK)
def show_find() -> Response:
    if g.tenant is not None:
        return redirect("/orders/find", 303)  # type: ignore[return-value]
    return finding_pages.ask_page(ASK)


@bp.post(ASK)
@on_base_host
@limited("mail_link")
def find() -> Response:
    return finding_pages.ask(ASK, LIST)


@bp.route(LIST, methods=["GET", "POST"])
@on_base_host
def show_list() -> Response:
    keep_address_secret()
    email = finding_pages.whose(ASK)
    if isinstance(email, Response):
        return email
    orders = finding.orders_everywhere(email)
    ids = {order.tenant_id for order in orders}
    tenants = {
        tenant.id: tenant for tenant in db.session.scalars(select(Tenant).where(Tenant.id.in_(ids)))
    }
    addresses = {
        order.id: tenant_url(
            tenants[order.tenant_id].slug, f"/orders/{order.code}?secret={order.secret}"
        )
        for order in orders
    }
    return finding_pages.list_page(email, orders, addresses, tenants)
