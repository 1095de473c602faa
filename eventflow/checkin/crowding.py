"""How full an area is, as whoever stands at its gate is told with each answer.

Counting heads looks at every scan of an event, which is too much for a door that scans fast. So
each process counts at most once a second, and in between adds what it let in itself. Nobody is
refused by it.
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any

from eventflow.checkin import figures

REMEMBER = 1.0

_counted: dict[uuid.UUID, tuple[float, int]] = {}


@dataclass(frozen=True, slots=True)
class Crowd:
    """The heads in an area after a scan at one of its gates."""

    id: str
    name: str
    inside: int
    capacity: int | None
    alarm: str


def after(area: dict[str, Any], event_id: uuid.UUID, *, more: int) -> Crowd:
    """`more`: how many came in with this scan, or left if it is less than nothing."""
    area_id = uuid.UUID(area["id"])
    until, inside = _counted.get(area_id, (0.0, 0))
    if time.monotonic() < until:
        inside += more
    else:
        until, inside = time.monotonic() + REMEMBER, figures.heads_in(event_id, area_id)
    if len(_counted) > 1_000:
        _counted.clear()
    _counted[area_id] = (until, inside)
    capacity = area["capacity"]
    alarm = figures.alarm(inside, capacity, area["alarm_percent"])
    return Crowd(area["id"], area["name"], inside, capacity, alarm)
