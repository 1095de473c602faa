"""Stocktaking: recomputing every counter from the rows it stands for.

`sold` is the valid tickets of the tiers that draw on a stock, `held` the places of live holds,
lapsed ones that nobody has taken yet included. Whatever differs is a bug of ours.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import text

from eventflow.db import db


@dataclass(frozen=True, slots=True)
class Difference:
    tenant: str
    event: str
    stock_id: uuid.UUID
    stock: str
    counter: str
    says: int
    rows: int

    def __str__(self) -> str:
        return (
            f"{self.tenant}/{self.event}: {self.counter} of {self.stock} ({self.stock_id})"
            f" says {self.says}, the rows {self.rows}"
        )


# One statement, so that what it compares is of one moment, whatever is being sold meanwhile.
_QUERY = text(
    """
    with sold as (
      select ts.stock_id, count(*) as n
        from tickets t join tier_stocks ts on ts.tier_id = t.tier_id
       where t.status = 'valid' group by ts.stock_id
    ), held as (
      select ts.stock_id, sum(l.quantity) as n
        from holds h
        join hold_lines l on l.hold_id = h.id
        join tier_stocks ts on ts.tier_id = l.tier_id
       where h.status = 'live' group by ts.stock_id
    )
    select tenants.slug as tenant, e.slug as event, s.id, s.kind,
           coalesce(nullif(s.name, ''), t.name, 'the event') as name,
           s.capacity, s.sold, s.held,
           coalesce(sold.n, 0)::bigint as sold_rows, coalesce(held.n, 0)::bigint as held_rows
      from stocks s
      join events e on e.id = s.event_id
      join tenants on tenants.id = s.tenant_id
      left join tiers t on t.stock_id = s.id
      left join sold on sold.stock_id = s.id
      left join held on held.stock_id = s.id
     where s.sold <> coalesce(sold.n, 0) or s.held <> coalesce(held.n, 0)
        or s.sold + s.held > s.capacity
     order by 1, 2, s.id
    """
)


@dataclass(frozen=True, slots=True)
class SeatDifference:
    """A seat that doesn't agree with its ticket or hold."""

    tenant: str
    event: str
    seat: str
    why: str

    def __str__(self) -> str:
        return f"{self.tenant}/{self.event}: {self.seat} {self.why}"


# What is held and sold of a seated tier has a seat each, and each seat is promised once.
_SEATS = text(
    """
    with seated as (
      select distinct tier_id from seats where tier_id is not null
    ), wrong as (
      select t.tenant_id, t.event_id, 'ticket ' || t.id as seat,
             'is good for a tier that is sold by seat, and has no seat' as why
        from tickets t join seated on seated.tier_id = t.tier_id
       where t.status = 'valid' and t.seat_id is null
      union all
      select t.tenant_id, t.event_id, 'ticket ' || t.id, 'has a seat of another event'
        from tickets t join seats s on s.id = t.seat_id
       where t.status = 'valid' and s.event_id <> t.event_id
      union all
      select s.tenant_id, s.event_id, seat_label(r.section, r.kind, r.label, s.number),
             'has ' || count(*) || ' good tickets'
        from seats s
        join seat_rows r on r.id = s.seat_row_id
        join tickets t on t.seat_id = s.id and t.status = 'valid'
       group by s.id, r.id having count(*) > 1
      union all
      select s.tenant_id, s.event_id, seat_label(r.section, r.kind, r.label, s.number),
             'is sold, and held by a live hold'
        from seats s
        join seat_rows r on r.id = s.seat_row_id
        join tickets t on t.seat_id = s.id and t.status = 'valid'
        join holds h on h.id = s.hold_id and h.status = 'live'
      union all
      select h.tenant_id, h.event_id, 'hold ' || h.id,
             'has ' || coalesce(has.n, 0) || ' seats, and takes ' || sum(l.quantity)
        from holds h
        join hold_lines l on l.hold_id = h.id
        join seated on seated.tier_id = l.tier_id
        left join (select hold_id, count(*) as n from seats group by hold_id) has
               on has.hold_id = h.id
       where h.status = 'live'
       group by h.id, has.n having sum(l.quantity) <> coalesce(has.n, 0)
    )
    select tenants.slug as tenant, e.slug as event, wrong.seat, wrong.why
      from wrong
      join events e on e.id = wrong.event_id
      join tenants on tenants.id = wrong.tenant_id
     order by 1, 2, 3
    """
)


def differences() -> list[Difference | SeatDifference]:
    """Every counter that doesn't agree with its rows, and every seat that doesn't agree with its
    ticket or hold; none, if all is well."""
    found: list[Difference | SeatDifference] = []
    for row in db.session.execute(_QUERY):
        about = (row.tenant, row.event, row.id, f"{row.kind} {row.name}")
        if row.sold != row.sold_rows:
            found.append(Difference(*about, "sold", row.sold, row.sold_rows))
        if row.held != row.held_rows:
            found.append(Difference(*about, "held", row.held, row.held_rows))
        if row.capacity is not None and row.sold + row.held > row.capacity:
            found.append(Difference(*about, "sold + held", row.sold + row.held, row.capacity))
    found += [SeatDifference(*row) for row in db.session.execute(_SEATS)]
    return found
