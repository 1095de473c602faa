"""Two box offices with one of everything, and the ids of it all, for walking every route."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text

from eventflow.accounts import invitations, tokens
from eventflow.accounts.models import ROLES, Membership, Tenant, User
from eventflow.db import db, now, transaction
from eventflow.messages.models import Delivery
from eventflow.payments.models import Payment, Refund, WebhookEvent
from eventflow.queue import OutboxJob
from eventflow.tenancy import across_tenants, acting_for, tenant_tables
from tests import factories
from tests.people import make_member


@dataclass
class Hall:
    """One box office, and what its routes can be asked for."""

    tenant: Tenant
    people: dict[str, User]
    secrets: dict[str, str]
    """API tokens by role."""
    ids: dict[str, Any] = field(default_factory=dict)
    """What stands in a route's address, by the name it has there."""
    secret: str = ""
    """Of the order."""


def make_hall(tenant: Tenant, title: str, *, owner: str) -> Hall:
    people = {
        role: make_member(
            tenant,
            role,
            owner if role == "owner" else f"{role} {tenant.slug}",
            email=f"{role}@{tenant.slug}.example",
        )
        for role in ROLES
    }
    hall = Hall(tenant, people, {})
    with acting_for(tenant.id):
        event = factories.make_event(title=title, tiers=[("Stalls", 2500, 50)])
        order = factories.pay(factories.order(tenant, event, 2))
        hall.secret = order.secret
        held = factories.hold(event, 1)
        with transaction():
            for role in ROLES:
                _token, hall.secrets[role] = tokens.create(f"{role} till", role, at=now())
            spare, _secret = tokens.create("spare", "staff", at=now())
            invitation = invitations.invite(
                f"new@{tenant.slug}.example", "staff", by=None, at=now()
            )
            delivery = Delivery(
                tenant_id=tenant.id,
                about=f"x:{tenant.slug}",
                kind="invitation",
                to="bea@example.com",
                status="failed",
            )
            job = OutboxJob(
                tenant_id=tenant.id,
                job="sales.confirm_order",
                args=[],
                run_at=now(),
                failed_at=now(),
            )
            webhook = WebhookEvent(
                tenant_id=tenant.id,
                provider="sandbox",
                event_id=tenant.slug,
                kind="x",
                payload={},
                raw="{}",
            )
            payment_id = db.session.scalar(select(Payment.id))
            refund = Refund(
                order_id=order.id,
                payment_id=payment_id,
                amount=100,
                currency="USD",
                status="failed",
                created_at=now(),
            )
            db.session.add_all([delivery, job, webhook, refund])
            db.session.flush()
            hall.ids = {
                "slug": event.slug,
                "tier_id": event.tiers[0].id,
                "hold_id": held.id,
                "code": order.code,
                "payment_id": payment_id,
                "refund_id": refund.id,
                "ticket_id": order.tickets[0].id,
                "membership_id": db.session.scalar(
                    select(Membership.id).where(Membership.role == "staff")
                ),
                "invitation_id": invitation.id,
                "token_id": spare.id,
                "delivery_id": delivery.id,
                "job_id": job.id,
                "webhook_id": webhook.id,
            }
    return hall


# What belongs to nobody's box office, or stands for nothing in particular.
ANYTHING = {
    "filename": "css/base.css",
    "name": "x/y.png",
    "key": "private/x/y.pdf",
    "path": "x",
    "step": 1,
    "message_id": uuid.UUID(int=1),
    "file_id": uuid.UUID(int=2),
    "sign_in_id": uuid.UUID(int=3),
}


BODIES: dict[str, dict[str, Any]] = {
    "sales_api.add_tier": {
        "name": "Cuckoo",
        "price": {"amount": 0, "currency": "USD"},
        "quantity": 1,
    },
    "sales_api.place_hold": {"items": [{"tier": str(uuid.UUID(int=4)), "quantity": 1}]},
}
"""For routes that read what they are sent before they look for what it is about."""


def arguments(endpoint: str, names: set[str], hall: Hall) -> dict[str, Any]:
    """What to put into a route's address; KeyError for a name nobody has explained here."""
    if endpoint == "accounts.own.open_tenant":
        return {"slug": hall.tenant.slug}
    known = ANYTHING | hall.ids
    return {name: known[name] for name in names}


def fingerprint(hall: Hall) -> dict[str, str]:
    """All a tenant has, table by table, as something that differs when anything does."""
    with across_tenants():
        found = {}
        for table in tenant_tables():
            found[table] = db.session.scalar(
                text(
                    f"select md5(coalesce(string_agg(r::text, ' ' order by r::text), '')) from ("
                    f" select to_jsonb(t) - 'last_used_at' as r from {table} t"
                    " where tenant_id = :tenant) rows"
                ),
                {"tenant": hall.tenant.id},
            )
        return found
