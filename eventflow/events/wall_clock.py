"""Wall clocks: a date and time as people type it, read on the clock where the event is.

The promise kept here is that no moment is guessed. A time that the clock skips in spring is
refused with the one that comes next, and one that it shows twice in autumn is asked about.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventflow.locale import format_clock, format_day, format_when, zone_label

FIRST_YEAR, LAST_YEAR = 2000, 2199


class UnclearTime(ValueError):
    """What was typed names no moment; the sentence says why, for whoever typed it."""


class ComesTwice(UnclearTime):
    """The clock shows this time twice that night. `turns` are the two, to choose from."""

    def __init__(self, first: datetime, second: datetime, zone: str) -> None:
        self.turns = [("0", format_when(first, zone)), ("1", format_when(second, zone))]
        super().__init__(
            _(
                "The clocks go back that night, so %(time)s comes twice. Choose which one.",
                time=format_clock(first, zone),
            )
        )


def read(typed: str, zone: str, turn: str = "") -> datetime | None:
    """The moment that was typed, None for nothing; `turn` is "0" or "1" where it comes twice.

    Raises UnclearTime.
    """
    if not typed.strip():
        return None
    shown = _shown(typed)
    first, second = (shown.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    # The clock is put forward (there is no such time) or back (there are two). Compared in UTC,
    # since within a zone the two are equal to Python.
    first, second = first.astimezone(UTC), second.astimezone(UTC)
    if second < first:
        raise UnclearTime(_skipped(shown, first, zone))
    if turn not in ("0", "1"):
        raise ComesTwice(first, second, zone)
    return second if turn == "1" else first


def written(at: datetime | None, zone: str) -> str:
    """The moment as a field for date and time holds it: "2026-02-14T20:00"."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""


def said(typed: str, zone: str, turn: str = "") -> str:
    """The moment that was typed, as it is shown to people; what means none, as it was typed."""
    try:
        at = read(typed, zone, turn)
    except UnclearTime:
        at = None
    return format_when(at, zone) if at else typed.replace("T", " ")


def turn(at: datetime | None, zone: str) -> str:
    """Which of two this moment is, "0" or "1", where the clock shows its time twice."""
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    other = local.replace(fold=1 - local.fold)
    return str(local.fold) if local.utcoffset() != other.utcoffset() else ""


def turns(typed: str, zone: str) -> list[tuple[str, str]]:
    """The two moments that a typed time may mean, to choose from; nothing if it is clear."""
    try:
        read(typed, zone)
    except ComesTwice as twice:
        return twice.turns
    except UnclearTime:
        pass
    return []


def _shown(typed: str) -> datetime:
    try:
        shown = datetime.fromisoformat(typed.strip())
    except ValueError:
        shown = None
    if shown is None or shown.tzinfo is not None:
        raise UnclearTime(
            _("This is no date and time. Write it like %(example)s.", example="2026-02-14 20:00")
        )
    if not FIRST_YEAR <= shown.year <= LAST_YEAR:
        raise UnclearTime(
            _("Choose a year from %(first)s to %(last)s.", first=FIRST_YEAR, last=LAST_YEAR)
        )
    return shown.replace(second=0, microsecond=0, fold=0)


def _skipped(shown: datetime, after: datetime, zone: str) -> str:
    # `after` was read with the offset of before: as far behind the gap as the time stood in it.
    plain = shown.replace(tzinfo=UTC)
    return _(
        "On %(day)s the clocks go forward, and %(time)s does not come. Did you mean %(next)s?",
        day=format_day(plain, "UTC"),
        time=format_clock(plain, "UTC"),
        next=f"{format_clock(after, zone)} {zone_label(after, zone)}",
    )
