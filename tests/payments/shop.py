"""Buying by card as a browser does it: our pages, Stripe's page, and back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import select

from eventflow.accounts.models import Tenant
from eventflow.db import db, now, transaction
from eventflow.payments.models import Payment, Refund, WebhookEvent
from eventflow.queue import OutboxJob
from eventflow.sales.models import Order
from eventflow.tenancy import across_tenants, acting_for
from jobs import find
from tests.stripe_fake.fake import StripeFake

T = TypeVar("T")


@dataclass
class Shop:
    browser: FlaskClient
    tenant: Tenant
    stripe: StripeFake

    def hold(self, event, quantity: int = 2) -> str:
        """The address of the checkout."""
        form = {f"tier-{event.tiers[0].id}": str(quantity)}
        answer = self.browser.post(f"/events/{event.slug}/holds", data=form)
        assert answer.status_code == 303, answer.text
        return answer.location

    def begin(self, checkout: str, **more: str):
        """Type one's name and press the button; where that leads."""
        page = self.browser.get(checkout)
        key = re.search(r'name="form_key" value="([^"]+)"', page.text)[1]
        form = {"buyer_name": "Bea Buyer", "buyer_email": "bea@example.com", "form_key": key}
        return self.browser.post(checkout, data=form | more)

    def order(self, event, quantity: int = 2) -> tuple[Order, str]:
        """A fresh order, and the address of Stripe's page for it."""
        answer = self.begin(self.hold(event, quantity))
        assert answer.location.startswith(self.stripe.url), answer.location
        return self.last_order(), answer.location

    def press(self, page_url: str, outcome: str = "paid") -> str | None:
        """A button on Stripe's page; where it sends the buyer."""
        answer = requests.post(
            page_url, data={"outcome": outcome}, allow_redirects=False, timeout=10
        )
        return answer.headers.get("Location")

    def come_back(self, address: str):
        """Follow an address to the page it ends at."""
        parts = urlsplit(address)
        return self.browser.get(f"{parts.path}?{parts.query}", follow_redirects=True)

    def session(self, page_url: str) -> str:
        return page_url.rpartition("/")[2]

    def last_order(self) -> Order:
        db.session.rollback()
        return db.session.scalars(
            select(Order).order_by(Order.created_at.desc(), Order.id.desc())
        ).first()

    def fresh(self, order: Order) -> Order:
        """The order as the database has it by now."""
        db.session.rollback()
        db.session.refresh(order)
        return order

    def let_lapse(self, order: Order) -> None:
        """The time to pay is over, since a minute ago."""
        with transaction():
            order.hold.expires_at = now() - timedelta(minutes=1)

    def backdate(self, minutes: int) -> None:
        """Every payment was written down so many minutes earlier."""
        with transaction():
            for payment in db.session.scalars(select(Payment)):
                payment.created_at -= timedelta(minutes=minutes)


def work(*names: str) -> list[str]:
    """Do the promised jobs of these names, each as its tenant; which were done."""
    with current_app.app_context(), across_tenants():
        query = select(OutboxJob).where(OutboxJob.done_at.is_(None), OutboxJob.job.in_(names))
        waiting = list(db.session.scalars(query.order_by(OutboxJob.created_at, OutboxJob.id)))
        db.session.expunge_all()
    for row in waiting:
        with current_app.app_context(), acting_for(row.tenant_id):
            find(row.job)(*row.args)
        with current_app.app_context(), across_tenants(), transaction():
            db.session.get_one(OutboxJob, row.id).done_at = now()
    return [row.job for row in waiting]


def aside(act: Callable[..., T], *args: object, **more: object) -> T:
    """Do this in a database session of its own, so that the test keeps what it has read."""
    with current_app.app_context():
        return act(*args, **more)


def inbox() -> list[tuple[str, str]]:
    """(kind, outcome) of everything Stripe told us."""
    with current_app.app_context(), across_tenants():
        rows = db.session.scalars(select(WebhookEvent).order_by(WebhookEvent.received_at))
        return [(row.kind, row.outcome) for row in rows]


def all_payments() -> list[Payment]:
    db.session.rollback()
    return list(db.session.scalars(select(Payment).order_by(Payment.created_at, Payment.id)))


def all_refunds() -> list[Refund]:
    db.session.rollback()
    return list(db.session.scalars(select(Refund).order_by(Refund.created_at, Refund.id)))
