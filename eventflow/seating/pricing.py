"""Pricing: which tier each category of a hall is sold as, and how many that tier then has to sell.

The promise kept here is that what a seated tier has to sell equals its chairs, and that what is
sold or held stays what it was sold as, until it is free again: then it is sold as all the others
of its category.
"""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, func, select, text

from eventflow.accounts import audit
from eventflow.db import db
from eventflow.errors import Invalid, NotFound
from eventflow.events import tiers
from eventflow.events.drafting import forget_lapsed
from eventflow.events.models import Event, Stock, Tier
from eventflow.queue import enqueue
from eventflow.seating import chairs
from eventflow.seating import drawing as drawings
from eventflow.seating.models import Seat, Seating

LOOK_AGAIN = timedelta(minutes=1)
"""How soon chairs that were held while their price changed are looked at once more."""


def of(event_id: uuid.UUID) -> Seating | None:
    """How the event is seated; None if it isn't."""
    return db.session.scalar(select(Seating).where(Seating.event_id == event_id))


def find(event: Event) -> Seating:
    """The event's seating; NotFound if it has none."""
    seating = of(event.id)
    if seating is None:
        raise NotFound(_("This event has no seats."))
    return seating


def price(seating: Seating, prices: Mapping[str, uuid.UUID | None], *, at: datetime) -> None:
    """Say which tier each category (or standing section) is sold as; None: as none.

    What is sold or held stays what it was sold as. Raises Invalid.
    """
    event = seating.event
    known = {one["id"] for one in seating.drawing.get("categories", ())}
    known |= {one["id"] for one in drawings.standing_sections(seating.drawing)}
    after = dict(seating.prices)
    for category, tier_id in prices.items():
        if category not in known:
            raise Invalid({"prices": _("There is no such category on this map.")})
        if tier_id is None:
            after.pop(category, None)
        else:
            after[category] = str(tiers.find(event, tier_id).id)
    chairs.lock_rows(event.id)
    forget_lapsed(event.id, at=at)
    before, seating.prices = seating.prices, after
    _refuse_mixed(seating)
    apply(seating)
    dropped = [uuid.UUID(one) for one in set(before.values()) - set(after.values())]
    _counted_anew(seating, dropped=dropped, at=at)
    _come_back_to_held(seating)
    names = {str(tier.id): tier.name for tier in event.tiers}
    words = _("Set what the seats of %(title)s are sold as", title=event.title)
    audit.record(
        "seating.price",
        event,
        words,
        {"prices": {key: names.get(value) for key, value in before.items()}},
        {"prices": {key: names.get(value) for key, value in after.items()}},
        at=at,
    )


def changed(seating: Seating, *, at: datetime) -> None:
    """Chairs, prices or allocations were changed: count them anew, and let everybody load anew."""
    chairs.lock_rows(seating.event_id)
    _counted_anew(seating, at=at)


def is_behind(seating: Seating, seat: Seat) -> bool:
    """Whether the chair was sold or held before its category was sold as what it is now."""
    return str(seat.tier_id or "") != seating.prices.get(seat.category, "")


def catch_up(seating: Seating, *, at: datetime) -> None:
    """Sell chairs that became free since the prices changed as their category is sold now.

    Whoever has locked stocks already has called `chairs.lock_rows` before.
    """
    chairs.lock_rows(seating.event_id)
    forget_lapsed(seating.event_id, at=at)
    behind = set(db.session.scalars(_BEHIND, {"event": seating.event_id, "held": False}))
    if behind:
        apply(seating)
        sold_as = {uuid.UUID(one) for one in seating.prices.values()}
        dropped = [one for one in behind if one is not None and one not in sold_as]
        _counted_anew(seating, dropped=dropped, at=at)
    _come_back_to_held(seating)


def _come_back_to_held(seating: Seating) -> None:
    # A hold may lapse, or be given back, without anybody writing to its chairs.
    if db.session.execute(_BEHIND, {"event": seating.event_id, "held": True}).first():
        enqueue("seating.catch_up_prices", seating.event_id, delay=LOOK_AGAIN)


# Which tiers chairs are on that are not what their category is sold as.
_BEHIND = text(
    """
    select distinct s.tier_id
      from seats s
      join seatings g on g.event_id = s.event_id
      left join holds h on h.id = s.hold_id and h.status = 'live'
     where s.event_id = :event
       and s.tier_id is distinct from cast(g.prices ->> s.category as uuid)
       and (h.id is not null) = :held
       and not exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
    """
)


def recount(event: Event, *, dropped: Collection[uuid.UUID] = (), at: datetime) -> None:
    """Make the capacity of each seated tier the number of its chairs that are on sale.

    Chairs that an allocation keeps back don't count, unless a code opens it to some, or they are
    sold or held all the same. A tier of `dropped` has no chairs any more.
    Raises Invalid where a standing area was made smaller than what is sold of it.
    """
    seating = find(event)
    counts = {
        row.tier_id: int(row.n)
        for row in db.session.execute(_COUNTS, {"event": event.id, "at": at})
    }
    for section in drawings.standing_sections(seating.drawing):
        tier_id = drawings.price_of(section, seating.prices)
        if tier_id:
            key = uuid.UUID(tier_id)
            counts[key] = counts.get(key, 0) + int(section.get("capacity") or 0)
    counts = dict.fromkeys(dropped, 0) | counts
    own_stock = select(Tier.id, Tier.stock_id).where(Tier.event_id == event.id)
    stocks = {row.id: row.stock_id for row in db.session.execute(own_stock)}
    db.session.flush()
    rows = {
        stock.id: stock
        for stock in db.session.scalars(
            select(Stock)
            .where(Stock.event_id == event.id)
            .order_by(Stock.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for tier_id, count in counts.items():
        stock = rows[stocks[tier_id]]
        # What lapsed and was not swept yet still counts as held; it is never more than that.
        stock.capacity = max(count, stock.sold + stock.held)
    db.session.flush()


def has_seats(tier: Tier) -> bool:
    """Whether chairs of a hall are sold as this tier."""
    return bool(db.session.scalar(select(exists().where(Seat.tier_id == tier.id))))


def unpriced(event: Event) -> int:
    """How many chairs nobody has said the price of."""
    return (
        db.session.scalar(
            select(func.count()).where(Seat.event_id == event.id, Seat.tier_id.is_(None))
        )
        or 0
    )


_COUNTS = text(
    """
    select coalesce(t.tier_id, s.tier_id) as tier_id,
           count(*) filter (where a.id is null or a.code <> '' or t.id is not null
                               or h.id is not null) as n
      from seats s
      left join allocations a on a.id = s.allocation_id
      left join tickets t on t.seat_id = s.id and t.status = 'valid'
      left join holds h on h.id = s.hold_id and h.status = 'live' and h.expires_at > :at
     where s.event_id = :event and s.tier_id is not null
     group by 1
    """
)


def _refuse_mixed(seating: Seating) -> None:
    """A tier is sold by seat or by number, and never both."""
    seated = {
        seating.prices[category]
        for category in {
            drawings.category_of(section, seat)
            for section, _row, seat, _position in drawings.each_seat(seating.drawing)
        }
        if category in seating.prices
    }
    standing = {
        drawings.price_of(section, seating.prices)
        for section in drawings.standing_sections(seating.drawing)
    }
    if seated & standing:
        raise Invalid({"prices": _("A tier can't be sold by seat and as a standing area at once.")})
    tickets = db.metadata.tables["tickets"]
    lines, held = db.metadata.tables["hold_lines"], db.metadata.tables["holds"]
    ids = [uuid.UUID(tier_id) for tier_id in seated]
    loose = db.session.scalar(
        select(func.count())
        .select_from(tickets)
        .where(tickets.c.tier_id.in_(ids), tickets.c.status == "valid", tickets.c.seat_id.is_(None))
    )
    waiting = db.session.scalar(
        select(func.count())
        .select_from(lines.join(held, held.c.id == lines.c.hold_id))
        .where(
            lines.c.tier_id.in_(ids),
            held.c.status == "live",
            ~select(Seat.id).where(Seat.hold_id == held.c.id).exists(),
        )
    )
    if loose or waiting:
        raise Invalid({"prices": _("Tickets without a seat have been sold of this tier already.")})


def apply(seating: Seating) -> None:
    """Write each chair's tier; chairs that are sold keep theirs."""
    for category in db.session.scalars(
        select(Seat.category).where(Seat.event_id == seating.event_id).distinct()
    ).all():
        tier_id = seating.prices.get(category)
        db.session.execute(
            _SET_TIER,
            {
                "event": seating.event_id,
                "category": category,
                "tier": uuid.UUID(tier_id) if tier_id else None,
            },
        )
    db.session.expire_all()


_SET_TIER = text(
    """
    update seats s set tier_id = :tier
     where s.event_id = :event and s.category = :category
       and s.tier_id is distinct from cast(:tier as uuid)
       and not exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
       and not exists (select from holds h where h.id = s.hold_id and h.status = 'live')
    """
)


def _counted_anew(seating: Seating, *, dropped: Collection[uuid.UUID] = (), at: datetime) -> None:
    seating.version += 1
    seating.event.version += 1
    db.session.flush()
    recount(seating.event, dropped=dropped, at=at)
