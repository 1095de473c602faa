"""The counters of a stock, where a hold's end doesn't change them by itself.

sold + held never exceeds capacity: the database refuses it (`ck_stocks_never_oversold`). Placing a
hold and ending it change the counters in the database (`place_hold`, `settle_hold`); what is left
are refunds and late payments. Rows are locked in id order, and changed last in a transaction, so
that the lock on a hot row is short.
"""

import uuid
from collections.abc import Mapping

from sqlalchemy import case, select, update

from eventflow.db import db
from eventflow.events.models import Stock


def change(needs: Mapping[uuid.UUID, int], *, sold: int) -> bool:
    """Add `sold` times the need to each stock; False, and nothing done, if it won't fit.

    `sold=1` takes places anew, `sold=-1` gives them back.
    """
    if not needs:
        return True
    ids = sorted(needs)
    stocks = db.session.execute(
        select(Stock.id, Stock.capacity, Stock.sold, Stock.held)
        .where(Stock.id.in_(ids))
        .order_by(Stock.id)
        .with_for_update()
    ).all()
    if sold > 0 and any(
        stock.capacity is not None
        and stock.sold + stock.held + sold * needs[stock.id] > stock.capacity
        for stock in stocks
    ):
        return False
    quantity = case({stock_id: needs[stock_id] for stock_id in ids}, value=Stock.id)
    db.session.execute(
        update(Stock)
        .where(Stock.id.in_(ids))
        .values(sold=Stock.sold + sold * quantity)
        .execution_options(synchronize_session=False)
    )
    return True
