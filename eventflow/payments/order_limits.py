"""How many orders one may make that are free, or paid later.

Nobody pays before such an order is made, yet it takes its places from others, at the worst until
the event is over, and mails whoever it names. So they are limited by the buyer's address and by
the network they come from. What is counted are orders, and not forms that were to be put right.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from eventflow import limits
from eventflow.db import db
from eventflow.sales.models import Hold
from eventflow.sales.orders import Buyer

LIMIT = "order_without_payment"


@contextmanager
def counted(hold: Hold, buyer: Buyer, method: str, *, by_office: bool = False) -> Iterator[None]:
    """Make an order of this hold in here. Raises TooManyRequests before; the hold stays."""
    is_paid_first = hold.totals.total and method == "online"
    # Pressed twice is one order, which is there already.
    if by_office or is_paid_first or hold.order is not None:
        yield
        return
    hold_id = str(hold.id)
    db.session.rollback()  # Nothing is held open while Redis is asked.
    limits.look(LIMIT, buyer=buyer.email)
    yield
    limits.note(LIMIT, hold_id, buyer=buyer.email)
