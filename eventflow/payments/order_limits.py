"""How many orders one may make that are free, or paid later.

Nobody pays before such an order is made, yet it takes its places from others, at the worst until
the event is over, and mails whoever it names. So they are limited by the buyer's address and by
the network they come from. What is counted are orders, and not forms that were to be put right.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from eventflow import limits
from eventflow.db import db
from eventflow.sales import holds
from eventflow.sales.orders import Buyer

LIMIT = "order_without_payment"


@contextmanager
def counted(hold_id: uuid.UUID | str, buyer: Buyer, *, when: bool) -> Iterator[None]:
    """Make an order of this hold in here. Raises TooManyRequests before; the hold stays.

    `when`: whether it is such an order, and not one of the box office itself.
    """
    # Pressed twice is one order, which is there already.
    if not when or holds.find(hold_id).order is not None:
        yield
        return
    db.session.rollback()  # Nothing is held open while Redis is asked.
    limits.look(LIMIT, buyer=buyer.email)
    yield
    limits.note(LIMIT, str(hold_id), buyer=buyer.email)
