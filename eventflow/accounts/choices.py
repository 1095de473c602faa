"""What forms offer to choose from: currencies and time zones, by the names people know."""

from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_name
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow import timezones
from eventflow.currencies import currencies

Pairs = list[tuple[str, str]]

# Units that banks, funds and courts reckon in: nobody pays for a ticket in one.
_NOT_PAID_IN = frozenset(("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"))
_USUAL = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY")


def currency_choices(chosen: str = "") -> list[tuple[str, Pairs]]:
    """("Often used", [("USD", "USD – US Dollar"), …]) and then all that people pay in.

    One that was chosen before stays to be chosen.
    """
    code = str(get_locale() or "en")
    left_out = {*_USUAL, *_NOT_PAID_IN - {chosen}}
    return [
        (_("Often used"), [(one, _currency_label(one, code)) for one in _USUAL]),
        (
            _("All currencies"),
            [(one, _currency_label(one, code)) for one in currencies() if one not in left_out],
        ),
    ]


def timezone_choices(chosen: str = "") -> list[tuple[str, Pairs]]:
    """Zones by continent, the city in front: ("Europe", [("Europe/Berlin", "Berlin"), …]).

    One that a program chose and we don't offer stays to be chosen.
    """
    regions: dict[str, Pairs] = {}
    for zone in timezones.offered():
        region, _slash, city = zone.partition("/")
        name = city.replace("_", " ").replace("/", ", ") or zone
        regions.setdefault(region if city else _("Everywhere"), []).append((zone, name))
    if chosen in timezones.known() and chosen not in timezones.offered():
        return [(_("So far"), [(chosen, chosen)]), *regions.items()]
    return list(regions.items())


def language_choices(languages: tuple[str, ...]) -> Pairs:
    """Languages by the name their speakers give them."""
    return [
        (code, (Locale.parse(code).get_display_name() or code).capitalize()) for code in languages
    ]


@lru_cache(maxsize=2048)
def _currency_label(currency: str, code: str) -> str:
    return f"{currency} – {get_currency_name(currency, locale=Locale.parse(code))}"
