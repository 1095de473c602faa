"""Following: what else changes when an event does.

Capabilities further right keep things that follow an event's times and state (the booking of its
venue): they add themselves to `followers`, and are told in the transaction of the change. One
that can't follow refuses it.
"""

from datetime import datetime
from typing import Protocol

from eventflow.events.models import Event


class Follower(Protocol):
    def __call__(self, event: Event, *, despite_clash: bool, at: datetime) -> None: ...


followers: list[Follower] = []


def tell(event: Event, *, despite_clash: bool = False, at: datetime) -> None:
    """Something about the event was changed, and is flushed."""
    for follow in followers:
        follow(event, despite_clash=despite_clash, at=at)
