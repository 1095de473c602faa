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


def differences() -> list[Difference]:
    """Every counter that doesn't agree with its rows; none, if all is well."""
    found = []
    for row in db.session.execute(_QUERY):
        about = (row.tenant, row.event, row.id, f"{row.kind} {row.name}")
        if row.sold != row.sold_rows:
            found.append(Difference(*about, "sold", row.sold, row.sold_rows))
        if row.held != row.held_rows:
            found.append(Difference(*about, "held", row.held, row.held_rows))
        if row.capacity is not None and row.sold + row.held > row.capacity:
            found.append(Difference(*about, "sold + held", row.sold + row.held, row.capacity))
    return found
