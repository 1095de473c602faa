"""What the benchmark sells: an event with plenty of tickets, and, if asked, a full database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import create_engine, text

from eventflow import create_app
from eventflow.accounts import tokens
from eventflow.accounts.models import Tenant
from eventflow.config import Settings, owner_url
from eventflow.db import db, new_id, now, transaction
from eventflow.events import drafting, publishing, tiers
from eventflow.payments import checkout, settling
from eventflow.payments.models import Payment
from eventflow.sales import holds, orders
from eventflow.sales.orders import Buyer
from eventflow.seating import freezing, pricing
from eventflow.seating import hall as halls
from eventflow.seating.models import SeatMap, Venue
from eventflow.tenancy import acting_for
from eventflow.tickets import issuing

PLENTY = 5_000_000


@dataclass(frozen=True)
class World:
    tenant_id: str
    slug: str
    event: str
    tier: str
    token: str
    hall: str
    """The event that is sold by seat: a theatre of 1,200."""
    seats: list[str]
    codes: list[str]
    tickets: list[str]


def make(checkins: int) -> World:
    """A tenant, an event on sale, and so many tickets to check in."""
    app = create_app()
    with app.app_context():
        with transaction():
            tenant = Tenant(id=new_id(), slug="bench", name="Bench Hall")
            db.session.add(tenant)
        db.session.refresh(tenant)
        db.session.expunge(tenant)
        with acting_for(tenant.id):
            with transaction():
                event = _event()
                _row, secret = tokens.create("bench", "scanner", at=now())
                theatre = _theatre()
            hall = halls.of(theatre.id)
            assert hall is not None
            slug, tier = event.slug, event.tiers[0].id
            codes, ids = zip(*_sold(tenant, slug, tier, checkins), strict=True)
            hall_slug, seats = theatre.slug, list(hall.ids)
        return World(
            str(tenant.id),
            tenant.slug,
            slug,
            str(tier),
            secret,
            hall_slug,
            seats,
            list(codes),
            list(ids),
        )


def _event():
    at = now()
    event = drafting.create(
        title="Winter Gala",
        summary="One night, two stages, and the river lit from both banks.",
        description="Doors at seven.\n\n" * 20,
        currency="USD",
        starts_at=at + timedelta(days=30),
        ends_at=at + timedelta(days=30, hours=4),
        venue_name="Riverside Hall",
        venue_address="1 Quay",
        at=at,
    )
    for name, price in (("Stalls", 2500), ("Circle", 4000), ("Gallery", 1500), ("Box", 9000)):
        tiers.add(event, name=name, price=price, quantity=PLENTY, at=at)
    publishing.publish(event, at=at)
    return event


def _theatre():
    """Thirty rows of forty, the first in the middle of what everybody looks at."""
    at = now()
    event = drafting.create(
        title="Winter Theatre",
        currency="USD",
        starts_at=at + timedelta(days=30),
        ends_at=at + timedelta(days=30, hours=4),
        venue_name="Riverside Hall",
        venue_address="1 Quay",
        at=at,
    )
    stalls = tiers.add(event, name="Stalls", price=2500, quantity=0, at=at)
    rows = [
        {
            "id": f"r{row}",
            "label": str(row + 1),
            "kind": "row",
            "seats": [
                {
                    "id": f"k{row}-{n}",
                    "number": str(n + 1),
                    "x": (n - 19.5) * 50.0,
                    "y": row * 90.0,
                    **({"aisle": True} if n in (12, 26) else {}),
                }
                for n in range(40)
            ],
        }
        for row in range(30)
    ]
    section = {"id": "s", "name": "Stalls", "kind": "seated", "category": "c", "rows": rows}
    drawing = {
        "format": 1,
        "focal": [0, -300],
        "categories": [{"id": "c", "name": "Stalls", "colour": "#b4232f"}],
        "sections": [section],
        "shapes": [],
    }
    venue = Venue(id=new_id(), slug="theatre", name="Theatre", calendar_secret=new_id().hex)
    db.session.add(venue)
    db.session.flush()
    seat_map = SeatMap(id=new_id(), venue_id=venue.id, name="Theatre", drawing=drawing)
    db.session.add(seat_map)
    db.session.flush()
    seating = freezing.freeze(event, seat_map, at=at)
    pricing.price(seating, {"c": stalls.id}, at=at)
    publishing.publish(event, at=at)
    return event


def _sold(tenant, slug: str, tier, wanted: int) -> Iterator[tuple[str, str]]:
    made = 0
    while made < wanted:
        placed = holds.place(slug, [holds.Wanted(tier, 10)], at=now())
        begun = checkout.begin(tenant, placed.id, Buyer("Bea", "bea@example.com"), at=now())
        with transaction():
            payment = db.session.query(Payment).filter_by(order_id=begun.order_id).one()
            settling.paid(payment, at=now())
        for ticket in orders.find(begun.code).tickets:
            yield issuing.code_of(ticket), str(ticket.id)
            made += 1


def empty_the_house() -> None:
    """Nobody is in any more, so that every ticket can be checked in again."""
    engine = create_engine(owner_url(Settings.from_environment()))
    with engine.begin() as connection:
        connection.execute(text("truncate scans"))
        connection.execute(
            text("update tickets set checked_in_at = null where checked_in_at is not null")
        )
    engine.dispose()


FILL = """
insert into events (id, tenant_id, slug, title, summary, description, status, starts_at, ends_at,
                    timezone, format, venue_name, venue_address, map_url, join_url, category, tags,
                    currency, cover_alt, wizard_step, version, created_at)
select gen_random_uuid(), tenant_id, 'filler-' || n, 'Filler ' || n, summary, description, status,
       starts_at - n * interval '1 hour', ends_at - n * interval '1 hour', timezone, format,
       venue_name, venue_address, map_url, join_url, category, tags, currency, cover_alt, 4, 1,
       now()
  from events, generate_series(1, :events) n where slug = 'winter-gala';

insert into stocks (id, tenant_id, event_id, kind, name, capacity, sold, held)
select gen_random_uuid(), tenant_id, id, kind, '', case when kind = 'tier' then 1000000 end, 0, 0
  from events, unnest(array['event', 'tier']) kind where slug like 'filler-%';

insert into tiers (id, tenant_id, event_id, stock_id, name, description, price, position,
                   min_per_order, max_per_order, hidden, created_at)
select gen_random_uuid(), tenant_id, event_id, id, 'Filler', '', 2500, 0, 1, 10, false, now()
  from stocks where kind = 'tier' and id not in (select stock_id from tiers);

insert into tier_stocks (tenant_id, tier_id, stock_id)
select t.tenant_id, t.id, s.id from tiers t join stocks s on s.event_id = t.event_id
 where t.name = 'Filler';

create temporary table filler as
select row_number() over () as n, t.id as tier_id, t.event_id, t.tenant_id
  from tiers t where t.name = 'Filler';

create temporary table new_orders as
select gen_random_uuid() as id, gen_random_uuid() as hold_id, f.*, o
  from generate_series(1, :orders) o join filler f on f.n = 1 + o % :events;

insert into holds (id, tenant_id, event_id, status, buyer, placed_at, expires_at, currency,
                   fee_mode, fee_percent, typed)
select hold_id, tenant_id, event_id, 'used', '', now(), now(), 'USD', 'passed_on', 2.5, '{}'
  from new_orders;

insert into hold_lines (tenant_id, hold_id, tier_id, position, quantity, unit_price)
select tenant_id, hold_id, tier_id, 0, :each, 2500 from new_orders;

insert into orders (id, tenant_id, event_id, hold_id, code, secret, status, buyer_name,
                    buyer_email, locale, payment_method, currency, subtotal, discount, fees, tax,
                    total, platform_fee, refunded, attendees, created_at, paid_at)
select id, tenant_id, event_id, hold_id, 'F' || o, md5(o::text), 'paid', 'Filler ' || o,
       'f' || o || '@example.com', 'en', 'online', 'USD', 2500 * :each, 0, 0, 0, 2500 * :each, 0,
       0, '[]', now() - o * interval '1 second', now()
  from new_orders;

insert into order_lines (id, tenant_id, order_id, tier_id, position, name, quantity, unit_price)
select gen_random_uuid(), tenant_id, id, tier_id, 0, 'Filler', :each, 2500 from new_orders;

insert into tickets (id, tenant_id, order_id, event_id, tier_id, position, unit_price,
                     attendee_name, attendee_email, status, key_number, issue, secret, issued_at)
select gen_random_uuid(), tenant_id, id, event_id, tier_id, p, 2500, 'Filler', 'f@example.com',
       'valid', 1, 1, md5(o::text || p), now()
  from new_orders, generate_series(1, :each) p;

update stocks s set sold = n from (
  select ts.stock_id, count(*) n from tickets t join tier_stocks ts using (tier_id)
   where t.attendee_name = 'Filler' group by 1) c where c.stock_id = s.id;
"""


def fill(*, events: int, number_of_orders: int, tickets: int) -> None:
    """A database with years in it, by plain SQL as its owner."""
    engine = create_engine(owner_url(Settings.from_environment()))
    sizes = {
        ":events": events,
        ":orders": number_of_orders,
        ":each": -(-tickets // number_of_orders),
    }
    statements = FILL
    for name, size in sizes.items():
        statements = statements.replace(name, str(size))
    with engine.begin() as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.execute(text(statement.replace("::", "\\:\\:")))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("vacuum analyze")
        # What filling it left to be written is no part of what is measured.
        connection.exec_driver_sql("checkpoint")
