"""Relying: whoever has a ticket relies on when and where the event takes place.

The promise kept here is that an organizer who moves what is sold learns how many people go by the
old time or place, and that nothing tells them by itself. The console asks first; the HTTP API does
as it is told, and answers with the number. Either way the audit log has it.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from flask_babel import ngettext

from eventflow.errors import Invalid
from eventflow.events.models import Event

ON_THE_TICKET = ("starts_at", "ends_at", "doors_at", "venue_name", "venue_address", "format")
"""What somebody with a ticket goes by, to be there."""


def sold(event: Event, *, at: datetime) -> int:
    """How many tickets there are to rely on when and where it is now; none where it is over."""
    return event.capacity_stock.sold if event.status_at(at) == "published" else 0


def is_moved_by(facts: Collection[str]) -> bool:
    """Whether it is at another time or place when these facts are different."""
    return any(name in facts for name in ON_THE_TICKET)


def in_words(tickets: int) -> str:
    """So many tickets, as the audit log says it of an event that has moved."""
    return ngettext(
        "one ticket was sold for when and where it was",
        "%(num)d tickets were sold for when and where it was",
        tickets,
    )


@contextmanager
def asking_before_it_moves(event: Event, *, despite_sold: bool, at: datetime) -> Iterator[None]:
    """Invalid if what is sold would be for another time or place, and nobody said so be it."""
    before = [getattr(event, name) for name in ON_THE_TICKET]
    tickets = sold(event, at=at)
    yield
    if tickets and not despite_sold and before != [getattr(event, name) for name in ON_THE_TICKET]:
        sentence = ngettext(
            "One ticket is sold for when and where it was. Its holder is not told of this.",
            "%(num)d tickets are sold for when and where it was. Their holders are not told"
            " of this.",
            tickets,
        )
        raise Invalid({"moved": sentence})
