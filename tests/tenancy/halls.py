"""Two box offices with one of everything, and the ids of it all, for walking every route."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from eventflow.accounts import invitations, tokens
from eventflow.accounts.models import ROLES, Membership, Tenant, User
from eventflow.checkin.models import Area, Device, DoorSale, Gate, Pairing, Shift
from eventflow.db import db, new_id, now, transaction
from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.messages.models import Delivery
from eventflow.payments.models import Payment, Refund, WebhookEvent
from eventflow.queue import OutboxJob
from eventflow.sales.models import Order
from eventflow.seating import allocations, bookings, freezing, map_imports, maps, venues
from eventflow.tenancy import across_tenants, acting_for, tenant_tables
from tests import factories
from tests.people import make_member
from tests.seating import halls as drawings
from tests.seating import theatres


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
        held = factories.hold(event, 1, buyer="box office")
        seated = _seated(f"Stalls {title}")
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
            at_door = _door(tenant, order, person=hall.people["staff"])
            db.session.flush()
            venue = venues.create({"name": tenant.name}, zone="UTC", at=now())
            seat_map = maps.create(venue, "Stalls", template="banquet", at=now())
            data = b"section,row,number,x,y\nStalls,A,1,0,0\n"
            read = map_imports.begin(seat_map, "Stalls", data, "", at=now())
            taken = bookings.Facts("A wedding", now(), now() + timedelta(hours=3))
            booking = bookings.book(venue, taken, at=now())
            drafted = factories.make_event(title=title, tiers=[], publish=False)
            freezing.freeze(drafted, seat_map, at=now())
            kept = allocations.create(drafted, {"name": "A wedding"}, at=now())
            hall.ids = at_door | {
                "booking_id": booking.id,
                "allocation_id": kept.id,
                "drafted_slug": drafted.slug,
                "venue_slug": venue.slug,
                "venue_id": venue.id,
                "map_id": seat_map.id,
                "import_id": read.id,
                "slug": event.slug,
                "seated_slug": seated.slug,
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


def _seated(title: str) -> Event:
    """An event with numbered seats: a row of them is enough to be looked at."""
    event = factories.make_event(title=title, tiers=[("Stalls", 2500, 0)], publish=False)
    theatres.seat(event, drawings.room(rows=2, seats=4), {"stalls": 0})
    with transaction():
        publishing.publish(event, at=now())
    return event


def _door(tenant: Tenant, order: Order, *, person: User) -> dict[str, Any]:
    """A gate, an area, a scanner and its pairing, and an open till with a sale."""
    at, event_id = now(), order.event_id
    area = Area(id=new_id(), event_id=event_id, name="Stalls")
    gate = Gate(id=new_id(), event_id=event_id, area_id=area.id, name="Winter Gala")
    device = Device(
        id=new_id(), name="spare", token_hash=f"x{tenant.slug}", paired_at=at, last_seen_at=at
    )
    pairing = Pairing(
        id=new_id(),
        name="spare",
        code_hash=f"y{tenant.slug}",
        made_at=at,
        expires_at=at + timedelta(minutes=10),
    )
    shift = Shift(
        id=new_id(),
        event_id=event_id,
        user_id=person.id,
        name="Olivia",
        opened_at=at,
    )
    db.session.add_all([area, device])
    db.session.flush()
    db.session.add_all([gate, pairing, shift])
    db.session.flush()
    sale = DoorSale(order_id=order.id, shift_id=shift.id, method="cash", amount=order.total)
    db.session.add(sale)
    return {
        "gate_id": gate.id,
        "area_id": area.id,
        "device_id": device.id,
        "pairing_id": pairing.id,
        "shift_id": shift.id,
    }


# What belongs to nobody's box office, or stands for nothing in particular.
ANYTHING = {
    "filename": "css/base.css",
    "name": "x/y.png",
    "key": "private/x/y.pdf",
    "path": "x",
    "step": 1,
    "number": 0,
    "message_id": uuid.UUID(int=1),
    "file_id": uuid.UUID(int=2),
    "sign_in_id": uuid.UUID(int=3),
    # The same ones in every hall that `_seated` draws; whose they are is said by the event.
    "section_key": "stalls",
    "seat_key": "k1",
}


BODIES: dict[str, dict[str, Any]] = {
    "tickets_api.show_on_phone": {"public_key": "A" * 44},
    "sales_api.add_tier": {
        "name": "Cuckoo",
        "price": {"amount": 0, "currency": "USD"},
        "quantity": 1,
    },
    "venues_api.create_venue": {"name": "Cuckoo"},
    "venues_api.change_venue": {"name": "Cuckoo"},
    "venues_api.create_map": {"name": "Cuckoo"},
    "venues_api.save_map_put": {"version": 1, "drawing": {}},
    "sales_api.place_hold": {"items": [{"tier": str(uuid.UUID(int=4)), "quantity": 1}]},
}
"""For routes that read what they are sent before they look for what it is about."""


def arguments(endpoint: str, names: set[str], hall: Hall) -> dict[str, Any]:
    """What to put into a route's address; KeyError for a name nobody has explained here."""
    if endpoint == "accounts.own.open_tenant":
        return {"slug": hall.tenant.slug}
    known = ANYTHING | hall.ids
    if endpoint.startswith(("sales.seats.", "sales.seat_holds.")):
        known |= {"slug": hall.ids["seated_slug"]}
    if endpoint.startswith(("event_seating.", "event_allocations.")):
        known |= {"slug": hall.ids["drafted_slug"]}
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
