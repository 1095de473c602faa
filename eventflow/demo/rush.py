"""The rush: thousands of orders of the last weeks, written in batches.

Sold by the verbs one after the other (place, make, pay, issue), 4,000 orders take two minutes and a
half of the first start of a laptop. So here the rows of a whole batch are composed with what those
verbs compose them of (the fee rule, the totals, the alphabet of codes, the signing key, the
counters) and written with one statement a table. A test holds each column of such an order against
one that was bought; `flask stock verify` counts them all.
"""

import secrets
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select, text

from eventflow.accounts.hosts import tenant_url
from eventflow.db import db, new_id, transaction
from eventflow.demo.box_office import BoxOffice
from eventflow.events import drafting
from eventflow.events.models import Event, Tier, TierStock
from eventflow.money import FeeRule, Totals, totals
from eventflow.payments.models import Payment
from eventflow.sales import counters
from eventflow.sales.holds import HeldSeat
from eventflow.sales.models import Hold, HoldLine, Order, OrderEntry, OrderLine
from eventflow.sales.orders import ALPHABET, CODE_LENGTH, Buyer
from eventflow.seating import chairs
from eventflow.tickets import keys
from eventflow.tickets.models import Ticket

BATCH = 1000
CHOOSING_TAKES, PAYING_TAKES = timedelta(seconds=140), timedelta(seconds=95)

Rows = dict[type, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Sale:
    """Somebody buys so many of each tier. `names` are those of the tickets, the buyer's first;
    `seats` those of the tiers that are sold by seat, in the order of the hall."""

    at: datetime
    buyer: Buyer
    basket: Mapping[str, int]
    names: Sequence[str]
    seats: Sequence[HeldSeat] = ()


@dataclass(frozen=True, slots=True)
class Till:
    """What is the same for all sales at one event."""

    event: Event
    tiers: Mapping[str, Tier]
    rule: FeeRule
    fee_fixed: int | None
    hold_for: timedelta
    key_number: int
    pay_at: str


def sell(box: BoxOffice, slug: str, sales: Iterable[Sale]) -> int:
    """Sell all of this; answers how many tickets that were. Nobody is written to."""
    count, waiting = 0, iter(sales)
    while batch := list(islice(waiting, BATCH)):
        with transaction():
            till = _till(box, slug)
            seated = any(sale.seats for sale in batch)
            if seated:
                chairs.lock_rows(till.event.id)
            rows: Rows = {
                model: []
                for model in (Hold, HoldLine, Order, OrderLine, OrderEntry, Payment, Ticket)
            }
            for sale in batch:
                _write_up(till, sale, rows)
            for model, values in rows.items():
                if values:
                    db.session.execute(insert(model), values)
            if seated:
                db.session.execute(_TAKE, _taken(batch, rows[Hold]))
            # The stock last, as ever, and all at once: it refuses what would be too much.
            if not counters.change(_needs(till, batch), sold=1):
                raise ValueError(f"{slug} has not so many tickets to sell")
            count += len(rows[Ticket])
    return count


_TAKE = text(
    """
    update seats s set hold_id = taken.hold
      from unnest(cast(:seats as uuid[]), cast(:holds as uuid[])) as taken (seat, hold)
     where s.id = taken.seat
    """
)


def _taken(batch: Sequence[Sale], holds: Sequence[dict[str, Any]]) -> dict[str, list[uuid.UUID]]:
    """Each chair of the batch, and the hold that took it."""
    pairs = [
        (seat.id, hold["id"])
        for sale, hold in zip(batch, holds, strict=True)
        for seat in sale.seats
    ]
    return {"seats": [seat for seat, _hold in pairs], "holds": [hold for _seat, hold in pairs]}


def _till(box: BoxOffice, slug: str) -> Till:
    event, tenant = drafting.find(slug), box.tenant
    mode = event.fee_mode or tenant.fee_mode
    return Till(
        event=event,
        tiers={tier.name: tier for tier in event.tiers},
        rule=tenant.fee_rule(event.currency, mode),
        fee_fixed=tenant.fee_fixed if tenant.currency == event.currency else None,
        hold_for=timedelta(minutes=tenant.hold_minutes),
        key_number=keys.newest().number,
        pay_at=tenant_url(tenant.slug, "/pay/"),
    )


def _write_up(till: Till, sale: Sale, rows: Rows) -> None:
    """All rows of one paid order."""
    placed_at = sale.at - CHOOSING_TAKES
    lines = [
        (till.tiers[name], quantity, till.tiers[name].price_at(placed_at))
        for name, quantity in sale.basket.items()
    ]
    sums = totals(till.rule, sum(quantity * price for _tier, quantity, price in lines))
    paid_at = sale.at + PAYING_TAKES if sums.total else sale.at
    hold_id, order_id = uuid.uuid4(), new_id()
    rows[Hold].append(
        {
            "id": hold_id,
            "event_id": till.event.id,
            "status": "used",
            "buyer": "",
            "placed_at": placed_at,
            "expires_at": placed_at + till.hold_for,
            "currency": till.event.currency,
            "fee_mode": till.rule.mode,
            "fee_percent": till.rule.percent,
            "fee_fixed": till.fee_fixed,
            "typed": {},
        }
    )
    for position, (tier, quantity, price) in enumerate(lines, start=1):
        line = {"tier_id": tier.id, "quantity": quantity, "unit_price": price, "position": position}
        rows[HoldLine].append(line | {"hold_id": hold_id})
        rows[OrderLine].append(line | {"order_id": order_id, "name": tier.name})
    places = [
        {"tier": str(tier.id), "unit_price": price, "name": name, "email": sale.buyer.email}
        for (tier, price), name in zip(_places(lines), sale.names, strict=True)
    ]
    _sit_down(places, sale.seats)
    rows[Order].append(_order(till, sale, sums, order_id, hold_id, places, paid_at))
    rows[OrderEntry] += _entries(sale, sums, order_id, paid_at)
    if sums.total:
        rows[Payment].append(_payment(till, sale, sums, order_id, paid_at))
    rows[Ticket] += _tickets(till, order_id, places, paid_at)


def _sit_down(places: list[dict[str, Any]], seats: Sequence[HeldSeat]) -> None:
    """Give each place of a seated tier its chair."""
    for seat in seats:
        place = next(p for p in places if p["tier"] == str(seat.tier_id) and "seat" not in p)
        place |= {"seat": str(seat.id), "seat_label": seat.label}


def _places(lines: Sequence[tuple[Tier, int, int]]) -> Iterator[tuple[Tier, int]]:
    for tier, quantity, price in lines:
        for _n in range(quantity):
            yield tier, price


def _order(
    till: Till,
    sale: Sale,
    sums: Totals,
    order_id: uuid.UUID,
    hold_id: uuid.UUID,
    places: list[dict[str, Any]],
    paid_at: datetime,
) -> dict[str, Any]:
    return {
        "id": order_id,
        "event_id": till.event.id,
        "hold_id": hold_id,
        "code": "".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH)),
        "secret": secrets.token_urlsafe(16),
        "status": "paid",
        "buyer_name": sale.buyer.name,
        "buyer_email": sale.buyer.email,
        "locale": "en",
        "payment_method": "online" if sums.total else "free",
        "currency": till.event.currency,
        "subtotal": sums.subtotal,
        "discount": sums.discount,
        "fees": sums.fees,
        "tax": sums.tax,
        "total": sums.total,
        "platform_fee": sums.platform_fee,
        "attendees": places,
        "created_at": sale.at,
        "paid_at": paid_at,
    }


def _entries(
    sale: Sale, sums: Totals, order_id: uuid.UUID, paid_at: datetime
) -> list[dict[str, Any]]:
    placed = _("Order placed by %(name)s", name=sale.buyer.name)
    done = _("Paid; tickets issued") if sums.total else _("Confirmed; tickets issued")
    # A timeline goes by time and then by id; a free order's two lines are of one instant.
    first, second = sorted((new_id(), new_id()))
    return [
        {"id": first, "order_id": order_id, "at": sale.at, "kind": "placed", "words": placed},
        {"id": second, "order_id": order_id, "at": paid_at, "kind": "paid", "words": done},
    ]


def _payment(
    till: Till, sale: Sale, sums: Totals, order_id: uuid.UUID, paid_at: datetime
) -> dict[str, Any]:
    payment_id = new_id()
    reference = f"sandbox-{payment_id}"
    return {
        "id": payment_id,
        "order_id": order_id,
        "provider": "sandbox",
        "method": "online",
        "reference": reference,
        "charge_reference": reference,
        "page_url": f"{till.pay_at}{payment_id}",
        "amount": sums.total,
        "currency": till.event.currency,
        "application_fee": min(sums.platform_fee, sums.total),
        "status": "paid",
        "created_at": sale.at,
        "paid_at": paid_at,
    }


def _tickets(
    till: Till, order_id: uuid.UUID, places: list[dict[str, Any]], paid_at: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "order_id": order_id,
            "event_id": till.event.id,
            "tier_id": uuid.UUID(place["tier"]),
            "seat_id": uuid.UUID(place["seat"]) if "seat" in place else None,
            "position": position,
            "unit_price": place["unit_price"],
            "attendee_name": place["name"],
            "attendee_email": place["email"],
            "status": "valid",
            "key_number": till.key_number,
            "issue": 1,
            "secret": secrets.token_urlsafe(16),
            "issued_at": paid_at,
        }
        for position, place in enumerate(places, start=1)
    ]


def _needs(till: Till, sales: Iterable[Sale]) -> dict[uuid.UUID, int]:
    """How many places all of it takes of each stock."""
    wanted: Counter[uuid.UUID] = Counter()
    for sale in sales:
        for name, quantity in sale.basket.items():
            wanted[till.tiers[name].id] += quantity
    rows = db.session.execute(
        select(TierStock.tier_id, TierStock.stock_id).where(TierStock.tier_id.in_(wanted))
    )
    needs: Counter[uuid.UUID] = Counter()
    for tier_id, stock_id in rows:
        needs[stock_id] += wanted[tier_id]
    return dict(needs)
