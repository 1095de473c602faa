"""Late seats: giving an order that is paid after its time the very seats it was made for.

The promise kept here is that a seat somebody else has by now, or is paying for, is not taken away.
"""

from datetime import datetime

from sqlalchemy import select, text

from eventflow.db import db
from eventflow.sales import orders
from eventflow.sales.models import Hold, Order
from eventflow.seating.models import Seat, SeatRow
from eventflow.tenancy import current_tenant_id


def take_again(order: Order, hold: Hold, *, at: datetime) -> bool:
    """Give an order whose hold was taken away its very seats back, if nobody has them by now.

    The caller has locked the order and the hold, and issues the tickets in this transaction. False,
    and nothing done, if one of them is gone.
    """
    ids = [seat.id for seat in orders.seats_of(order)]
    if not ids:
        return True
    rows = select(Seat.seat_row_id).where(Seat.id.in_(ids))
    db.session.execute(
        select(SeatRow.id)
        .where(SeatRow.id.in_(rows))
        .order_by(SeatRow.id)
        .with_for_update(key_share=True)
    )
    asked = {"tenant": current_tenant_id(), "seats": ids, "hold": hold.id, "at": at}
    if db.session.scalar(_STILL_FREE, asked) != len(ids):
        return False
    db.session.execute(_KEEP, asked)
    return True


_STILL_FREE = text(
    """
    select count(*) from seats s
     where s.tenant_id = :tenant and s.id = any(cast(:seats as uuid[]))
       and not exists (select from tickets t where t.seat_id = s.id and t.status = 'valid')
       and not exists (select from holds h where h.id = s.hold_id and h.status = 'live'
                                             and h.id <> :hold)
    """
)
# A lapsed hold of somebody else counts as theirs here: they may be paying at this moment.

_KEEP = text(
    """
    update seats set hold_id = :hold
     where tenant_id = :tenant and id = any(cast(:seats as uuid[]))
    """
)
