"""Plain functions that make the things tests are about, with sensible defaults, by the verbs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from eventflow.accounts.models import Tenant
from eventflow.db import db, new_id, now, transaction
from eventflow.events import drafting, publishing, tiers
from eventflow.events.models import Event, Tier
from eventflow.payments import checkout, settling
from eventflow.payments.models import Payment
from eventflow.sales import holds, orders
from eventflow.sales.models import Order
from eventflow.sales.orders import Buyer

BEA = Buyer("Bea Buyer", "bea@example.com")
CARL = Buyer("Carl Carlson", "carl@example.com")


def make_tenant(slug: str, name: str, **facts) -> Tenant:
    """A box office with nothing in it, as a row: signing up has tests of its own."""
    with transaction():
        tenant = Tenant(id=new_id(), slug=slug, name=name, **facts)
        db.session.add(tenant)
    db.session.refresh(tenant)
    db.session.expunge(tenant)
    return tenant


def make_event(
    *,
    title: str = "Winter Gala",
    tiers: Sequence[tuple[str, int, int]] = (("Stalls", 2500, 5),),
    publish: bool = True,
    currency: str = "USD",
    starts_at: datetime | None = None,
    at: datetime | None = None,
    **facts,
) -> Event:
    """An event of the current tenant, on sale, with (name, price, quantity) tiers."""
    at = at or now()
    starts_at = starts_at or at + timedelta(days=30)
    facts.setdefault("venue_name", "Riverside Hall")
    facts.setdefault("ends_at", starts_at + timedelta(hours=3))
    with transaction():
        event = drafting.create(title=title, currency=currency, starts_at=starts_at, at=at, **facts)
        for name, price, quantity in tiers:
            make_tier(event, name, price, quantity)
        if publish:
            publishing.publish(event, at=at)
    return event


def make_tier(event: Event, name: str, price: int, quantity: int, **facts) -> Tier:
    return tiers.add(event, name=name, price=price, quantity=quantity, at=now(), **facts)


def hold(event: Event, *wanted: int, at: datetime | None = None, **how) -> holds.Placed:
    """Hold so many of the event's tiers, in their order: `hold(gala, 2)`, `hold(gala, 0, 1)`."""
    return holds.place(
        event.slug,
        [
            holds.Wanted(tier.id, quantity)
            for tier, quantity in zip(event.tiers, wanted, strict=False)
            if quantity
        ],
        at=at or now(),
        **how,
    )


def order(
    tenant: Tenant,
    event: Event,
    *wanted: int,
    buyer: Buyer = BEA,
    at: datetime | None = None,
    **how,
) -> Order:
    """An order of a fresh hold: pending, or paid at once if it is free."""
    placed = hold(event, *wanted, at=at)
    begun = checkout.begin(tenant, placed.id, buyer, at=at or now(), **how)
    return orders.find(begun.code)


def pay(order: Order, *, at: datetime | None = None) -> Order:
    """The provider says that the order's payment was made."""
    with transaction():
        payment = db.session.query(Payment).filter_by(order_id=order.id).one()
        return settling.paid(payment, at=at or now())
