"""Houses: the venues and maps an event may be held at, for the page that asks when and where.

Venues are known further right. Whoever keeps them says so here (`keeper`); without, a place is
what somebody writes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from flask_babel import gettext as _

from eventflow.events.models import Event
from eventflow.locale import format_span

Choices = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""(venue, [(what a form says, in words)])."""


class Keeper(Protocol):
    def choices(self, event: Event) -> Choices:
        """What can be chosen for the event."""

    def chosen(self, event: Event) -> str:
        """What is chosen, as a form says it; empty: none."""

    def zone(self, chosen: str) -> str:
        """The clock of the house. Raises Invalid where there is no such house."""

    def choose(self, event: Event, chosen: str, *, despite_clash: bool, at: datetime) -> None:
        """Hold the event there, seated on the map if one was chosen. Raises Invalid."""


keeper: Keeper | None = None


def clock_in_words(event: Event) -> str:
    """That the event goes by the clock of its house now, which nobody has typed; empty while it has
    no times that this would show otherwise."""
    if event.starts_at is None:
        return ""
    return _(
        "The event goes by the clock of its venue now, %(zone)s: %(when)s.",
        zone=event.timezone,
        when=format_span(event.starts_at, event.ends_at, event.timezone),
    )


def choices(event: Event) -> Choices:
    return keeper.choices(event) if keeper else ()


def chosen(event: Event) -> str:
    return keeper.chosen(event) if keeper else ""
