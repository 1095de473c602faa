"""Language, and how times, amounts and spans are written in it.

Every text is gettext's, every number and date is CLDR's, and every time is written with its zone:
an evening in Riverside is never mistaken for one where the reader happens to sit.

`en_XA` is English for testing only: each translated text comes out accented and in brackets, so a
walk through the pages finds what was left out of the catalogs. It exists outside production only.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_datetime,
    format_timedelta,
    get_timezone_name,
    match_skeleton,
)
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit
from flask import Flask, Response, current_app, g, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from jinja2 import pass_context

from eventflow import pseudo
from eventflow.money import Money

DEFAULT = "en"
CATALOGS = "../translations"

# English of no particular country: the day before the month, and a clock of 24 hours. Tenants who
# prefer their own country's habit choose en_US or en_GB.
_OWN_PATTERNS = {"en": ("EEE d MMM y", "HH:mm")}
# Browsers know no such English; this one is written most like it.
_IN_BROWSERS = {"en": "en-GB"}

# An evening that ends before this hour is still that evening.
_SMALL_HOURS = 6
_LONGEST_NIGHT = timedelta(hours=18)


def init_app(app: Flask) -> None:
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", CATALOGS)
    babel = Babel()
    babel.init_app(app, default_locale=DEFAULT, locale_selector=select_locale)
    with app.app_context():
        languages = tuple(sorted({DEFAULT, *map(str, babel.list_translations())}))
    app.extensions["languages"] = languages
    if app.config["EVENTFLOW_ENV"] != "production":
        pseudo.install(babel)
    filters: dict[str, Callable[..., str]] = {
        "date": format_day,
        "duration": format_duration,
        "money": format_money,
        "number": format_number,
        "relative": format_relative,
        "span": format_span,
        "time": format_clock,
        "when": format_when,
    }
    app.jinja_env.filters.update({name: _as_shown(write) for name, write in filters.items()})
    app.jinja_env.globals.update(locale=get_locale, times_language=times_language)
    if len(languages) > 1:
        app.after_request(_vary_by_language)


def _as_shown(write: Callable[..., str]) -> Callable[..., str]:
    """The filter, asked when a page is shown: of a constant, Jinja would keep what it compiled
    with, in the language of whoever came first."""

    @pass_context
    def written(_context: Any, *values: Any, **named: Any) -> str:
        return write(*values, **named)

    return written


def select_locale() -> str:
    """What was asked for by name, else what the browser prefers, else the tenant's own."""
    languages = _languages()
    if has_request_context():
        asked = request.args.get("lang") or request.cookies.get("lang")
        if asked in languages:
            return asked
        if len(languages) > 1 and request.accept_languages:
            dashed = [language.replace("_", "-") for language in languages]
            if best := request.accept_languages.best_match(dashed):
                return best.replace("-", "_")
    own = getattr(g.get("tenant"), "locale", None)
    return own if own in languages else DEFAULT


def format_when(at: datetime, zone: str, locale: Locale | str | None = None) -> str:
    """ "Sat 21 Nov 2026, 19:30 CET"."""
    return _when(at, zone, _code(locale))


def format_span(
    start: datetime, end: datetime | None, zone: str, locale: Locale | str | None = None
) -> str:
    """ "Sat 21 Nov 2026, 19:30–22:00 CET", or both days where it lasts longer than a night."""
    if end is None:
        return format_when(start, zone, locale)
    return _span(start, end, zone, _code(locale))


def times_language() -> str:
    """The language tag by which a browser writes times as this page has them."""
    code = _code(None)
    return _IN_BROWSERS.get(code, code.replace("_", "-"))


def format_day(at: datetime, zone: str, locale: Locale | str | None = None) -> str:
    """ "Sat 21 Nov 2026"."""
    return _written(at, zone, _code(locale), 0)


def format_clock(at: datetime, zone: str, locale: Locale | str | None = None) -> str:
    """ "19:30"."""
    return _written(at, zone, _code(locale), 1)


def zone_label(at: datetime, zone: str, locale: Locale | str | None = None) -> str:
    """ "CET", "EDT", or "UTC+5:30" where a zone has no letters of its own."""
    return _zone_label(at, zone, _code(locale))


def format_duration(lasting: timedelta | float, locale: Locale | str | None = None) -> str:
    """ "1 hour 30 minutes": the two largest units, as people say it. Numbers are seconds."""
    seconds = lasting.total_seconds() if isinstance(lasting, timedelta) else lasting
    left = round(abs(seconds))
    code = _code(locale)
    parts: list[str] = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(format_unit(count, unit, locale=code))
        if parts and (len(parts) == 2 or not count):
            break
    if not parts:
        return format_unit(0, "second", locale=code)
    return format_list(parts, style="unit-narrow", locale=code)


def format_series(parts: Sequence[str], locale: Locale | str | None = None) -> str:
    """ "8, 10 and 12", as the language says it."""
    return format_list(parts, locale=_code(locale))


def format_relative(then: datetime, at: datetime, locale: Locale | str | None = None) -> str:
    """ "in 3 days", "2 hours ago", seen from `at`."""
    apart = then - at
    if abs(apart) < timedelta(seconds=45):
        return _("just now")
    return format_timedelta(apart, granularity="minute", add_direction=True, locale=_code(locale))


def format_money(
    amount: Money | int, currency: str | None = None, locale: Locale | str | None = None
) -> str:
    """An amount of minor units as this language writes it: "€25.00", "25,00 €", "¥2,500"."""
    if isinstance(amount, Money):
        return _money(amount.amount, amount.currency, _code(locale))
    if currency is None:
        raise TypeError("an amount needs a currency")
    return _money(amount, currency, _code(locale))


def format_number(number: float, locale: Locale | str | None = None) -> str:
    return format_decimal(number, locale=_code(locale))


@lru_cache(maxsize=4096)
def _money(amount: int, currency: str, code: str) -> str:
    return Money(amount, currency).format(code)


@lru_cache(maxsize=4096)
def _when(at: datetime, zone: str, code: str) -> str:
    return f"{_day_and_clock(at, zone, code)} {_zone_label(at, zone, code)}"


@lru_cache(maxsize=4096)
def _span(start: datetime, end: datetime, zone: str, code: str) -> str:
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (start, end))
    label, last_label = _zone_label(start, zone, code), _zone_label(end, zone, code)
    days = (last.date() - first.date()).days
    one_night = days == 0 or (
        days == 1 and last.hour < _SMALL_HOURS and end - start <= _LONGEST_NIGHT
    )
    if one_night and label == last_label:
        return f"{_day_and_clock(start, zone, code)}–{_written(end, zone, code, 1)} {label}"
    if label == last_label:
        label = ""
    begins = f"{_day_and_clock(start, zone, code)} {label}".strip()
    ends = _written(end, zone, code, 1) if one_night else _day_and_clock(end, zone, code)
    return f"{begins} – {ends} {last_label}"


def _day_and_clock(at: datetime, zone: str, code: str) -> str:
    joined: str = Locale.parse(code).datetime_formats["medium"]
    day, clock = _written(at, zone, code, 0), _written(at, zone, code, 1)
    return joined.replace("{1}", day).replace("{0}", clock).replace("'", "")


def _written(at: datetime, zone: str, code: str, which: int) -> str:
    return format_datetime(at, _patterns(code)[which], tzinfo=ZoneInfo(zone), locale=code)


@lru_cache(maxsize=64)
def _patterns(code: str) -> tuple[str, str]:
    """How this language writes a day and a time of day."""
    if code in _OWN_PATTERNS:
        return _OWN_PATTERNS[code]
    locale = Locale.parse(code)
    skeletons: Any = locale.datetime_skeletons
    skeleton = match_skeleton("yMMMEd", skeletons)
    day = skeletons[skeleton] if skeleton else locale.date_formats["medium"]
    return day.pattern, locale.time_formats["short"].pattern


@lru_cache(maxsize=1024)
def _zone_label(at: datetime, zone: str, code: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    spoken = "" if code == DEFAULT else get_timezone_name(local, width="short", locale=code)
    # CLDR gives a bare offset where a language has no habit of naming the zone.
    for name in (spoken, local.tzname() or ""):
        if name and not any(sign.isdigit() for sign in name):
            return name
    offset = local.utcoffset() or timedelta()
    hours, minutes = divmod(round(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def _code(locale: Locale | str | None) -> str:
    return str(locale or get_locale() or DEFAULT)


def _languages() -> tuple[str, ...]:
    return current_app.extensions["languages"]


def _vary_by_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(["Accept-Language", "Cookie"])
    return response
