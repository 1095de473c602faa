"""Time zones by their names in the IANA database: which there are, and which we offer."""

from functools import lru_cache
from zoneinfo import available_timezones

# Names that say where a computer is, or nothing.
_NOWHERE = frozenset({"localtime", "posixrules", "Factory"})
_REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """All that can be chosen, older names too: programs send what their own database has."""
    return frozenset(available_timezones() - _NOWHERE)


@lru_cache(maxsize=1)
def offered() -> tuple[str, ...]:
    """The zones people live in, and UTC: no aliases of aliases, nothing of the system's own."""
    return ("UTC", *sorted(zone for zone in known() if zone.startswith(_REGIONS)))
