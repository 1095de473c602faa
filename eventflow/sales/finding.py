"""Finding one's orders again: a mailed link lists all that an address bought.

The promise kept here is that asking tells nobody whether an address ever bought anything: the
answer is the same, and who has orders is found out in a job, where nobody watches.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from eventflow import vault
from eventflow.accounts import links
from eventflow.accounts.hosts import url_on
from eventflow.db import db, new_id
from eventflow.queue import enqueue
from eventflow.sales.models import Order
from eventflow.tenancy import across_tenants

MOST = 200
PURPOSE = "find_orders"


def ask(email: str, *, host: str, path: str) -> None:
    """Have a link mailed that lists the address's orders, if it has any."""
    enqueue("sales.mail_order_list", new_id(), vault.seal(email), host, path, queue="prompt")


def link(email: str, *, host: str, path: str, at: datetime) -> str:
    """The link's address; its code is kept nowhere."""
    code = links.make(PURPOSE, host=host, email=email, at=at)
    return url_on(host, f"{path}?code={code}")


def look(code: str, *, host: str, at: datetime) -> str:
    """Whose orders this link would list, without using it; LinkSpent if nobody's any more."""
    return links.look(PURPOSE, code, host=host, at=at).email


def open_link(code: str, *, host: str, at: datetime) -> str:
    """Whose orders this link lists; LinkSpent if nobody's any more."""
    return links.use(PURPOSE, code, host=host, at=at).email


def orders_of(email: str) -> list[Order]:
    """What an address bought at the current tenant, the latest first. For reading only."""
    orders = list(
        db.session.scalars(
            select(Order)
            .where(Order.buyer_email == email)
            .options(
                joinedload(Order.event),
                joinedload(Order.hold),
                selectinload(Order.lines),
            )
            .order_by(Order.created_at.desc())
            .limit(MOST)
        )
    )
    db.session.expunge_all()
    return orders


def orders_everywhere(email: str) -> list[Order]:
    """The same at every box office, for the base host."""
    with across_tenants():
        return orders_of(email)
