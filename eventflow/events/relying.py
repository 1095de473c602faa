"""Relying: whoever has a ticket relies on when and where the event takes place.

The promise kept here is that an organizer who moves what is sold learns how many people go by the
old time or place, and that nothing tells them by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask_babel import ngettext

from eventflow.errors import Invalid
from eventflow.events.models import Event

ON_THE_TICKET = ("starts_at", "ends_at", "doors_at", "venue_name", "venue_address", "format")
"""What somebody with a ticket goes by, to be there."""


@contextmanager
def asking_before_it_moves(event: Event, *, despite_sold: bool, at: datetime) -> Iterator[None]:
    """Invalid if what is sold would be for another time or place, and nobody said so be it."""
    before = [getattr(event, name) for name in ON_THE_TICKET]
    sold = event.capacity_stock.sold if event.status_at(at) == "published" else 0
    yield
    if sold and not despite_sold and before != [getattr(event, name) for name in ON_THE_TICKET]:
        sentence = ngettext(
            "One ticket is sold for when and where it was. Its holder is not told of this.",
            "%(num)d tickets are sold for when and where it was. Their holders are not told"
            " of this.",
            sold,
        )
        raise Invalid({"moved": sentence})
