"""Days: when things are, counted from now, so that the demo is current whenever it is loaded."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


@dataclass(frozen=True, slots=True)
class Days:
    """A calendar on one wall clock, as seen from an instant."""

    at: datetime
    zone: str

    def ago(self, days: float) -> datetime:
        return self.at - timedelta(days=days)

    def on(self, days: int, clock: str) -> datetime:
        """So many days from today, at this time of day; before today if less than nothing."""
        day = self.at.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=days)
        local = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(self.zone))
        return local.astimezone(UTC)

    def next(self, weekday: int, after: int, clock: str) -> datetime:
        """The first such weekday at least so many days from today."""
        today = self.at.astimezone(ZoneInfo(self.zone)).weekday()
        return self.on(after + (weekday - today - after) % 7, clock)
