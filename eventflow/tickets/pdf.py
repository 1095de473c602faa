"""Tickets on paper: one sheet of A4 each, alone or all those of an order in one file.

The promise kept here is that a ticket always prints: any text fits its room, is never taken for
markup, and where no font can draw a letter the sheet is made all the same. Files carry tags
after PDF/UA-1 and read well aloud.
"""

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

from eventflow.brand import palette
from eventflow.money import N_
from eventflow.tickets import qr

TEMPLATE = Path(__file__).parent / "typst" / "tickets.typ"
FONTS = TEMPLATE.parent / "fonts"

DEFAULT_ACCENT = "#8a2f1d"

_LONGEST_NOTES = 3_000
_LONG_WORD = re.compile(r"\S{24}(?=\S)")
_MOST_ATTEMPTS = 40
_JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
# Control characters, surrogates, private and unassigned ones, and the byte order mark.
_UNSEEN = {"Cc", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Words:
    """What the sheet says of its own accord, in the language of its reader."""

    ticket: str = N_("Ticket")
    tickets: str = N_("Tickets")
    position: str = N_("%(number)s of %(count)s")
    admission: str = N_("Admission")
    seat: str = N_("Seat")
    zone: str = N_("Zone")
    organizer: str = N_("Organizer")
    order: str = N_("Order")
    price: str = N_("Price")
    notes: str = N_("Good to know")
    entry: str = N_("At the door")
    show: str = N_("Show the code at the door, on this sheet or on a screen. It admits one, once.")
    qr_alt: str = N_("QR code of ticket %(reference)s, to be scanned at the door")
    on_phone: str = N_("The code is on your phone")

    @classmethod
    def translated(cls, gettext: Callable[[str], str]) -> "Words":
        return cls(**{word.name: gettext(str(word.default)) for word in fields(cls)})


@dataclass(frozen=True, slots=True)
class Numerals:
    """The date as large figures; the lines of `when` say it in full."""

    day: str
    weekday: str
    month: str
    time: str


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """One ticket as it shall be printed: texts in the language of its reader, amounts and
    times already written the way its people write them."""

    event_title: str
    when: Sequence[str]
    where: Sequence[str]
    tier: str
    attendee: str
    code: str
    """Empty where only the holder's phone has one."""
    reference: str
    order_code: str
    organizer: str
    price: str = ""
    seat: str | None = None
    zone: str | None = None
    numerals: Numerals | None = None
    notes: str = ""
    accent: str = DEFAULT_ACCENT
    language: str = "en"
    words: Words = field(default_factory=Words)


def numerals(starts_at: datetime, timezone: str, locale: Locale | str, *, time: str) -> Numerals:
    """The parts of a date at the venue; `time` is written as everywhere else on the site."""
    local = starts_at.astimezone(ZoneInfo(timezone))
    return Numerals(
        day=format_date(local, "d", locale),
        weekday=format_date(local, "cccc", locale),
        month=format_date(local, "LLLL y", locale),
        time=time,
    )


def ticket_pdf(sheet: TicketSheet) -> bytes:
    """One ticket on one sheet. The same ticket gives the same bytes each time."""
    return _pdf([sheet], title=f"{sheet.words.ticket} {sheet.reference}: {sheet.event_title}")


def order_pdf(sheets: Sequence[TicketSheet]) -> bytes:
    """All tickets of an order in one file, a sheet each, numbered."""
    if not sheets:
        raise ValueError("an order without tickets has nothing to print")
    first = sheets[0]
    return _pdf(sheets, title=f"{first.words.tickets} {first.order_code}: {first.event_title}")


# Data for the template


def _pdf(sheets: Sequence[TicketSheet], title: str) -> bytes:
    first = sheets[0]
    language, _, region = first.language.replace("-", "_").partition("_")
    return _printed(
        {
            "boxes": False,
            "title": title,
            "author": first.organizer,
            "lang": language,
            "region": region if len(region) == 2 else None,
            "words": asdict(first.words),
            "tickets": [
                _ticket(sheet, number, len(sheets)) for number, sheet in enumerate(sheets, 1)
            ],
        },
        [qr.svg(sheet.code, title=first.words.ticket) if sheet.code else "" for sheet in sheets],
    )


def _ticket(sheet: TicketSheet, number: int, count: int) -> dict[str, Any]:
    words = sheet.words
    places = [(words.zone, sheet.zone), (words.seat, sheet.seat)]
    position = words.position % {"number": number, "count": count} if count > 1 else ""
    notes = sheet.notes[:_LONGEST_NOTES] + ("…" if len(sheet.notes) > _LONGEST_NOTES else "")
    return {
        "event_title": sheet.event_title,
        "organizer": sheet.organizer,
        "when": list(sheet.when),
        "where": list(sheet.where),
        "attendee": sheet.attendee,
        "reference": sheet.reference,
        "order_code": sheet.order_code,
        "price": [sheet.price] if sheet.price else [],
        "admission": {"name": words.admission, "value": sheet.tier},
        "places": [{"name": name, "value": value} for name, value in places if value],
        "position": position,
        "numerals": asdict(sheet.numerals) if sheet.numerals else None,
        "notes": [line.strip() for line in notes.splitlines() if line.strip()],
        "show": words.show,
        "qr_alt": words.qr_alt % {"reference": sheet.reference},
        **_colours(sheet.accent),
    }


def _colours(accent: str) -> dict[str, str]:
    colours = palette(accent)
    return {
        "accent": colours.accent,
        "on_accent": colours.on_accent,
        "accent_ink": colours.strong,
    }


# Printing


_compiler: Any = None
# One compiler keeps the fonts and what it has read; it serves one thread at a time.
_one_at_a_time = threading.Lock()
# Symbols that no font here can draw, learnt as they are met, in the form `translate` takes.
_undrawable: dict[int, None] = {}


def _printed(given: dict[str, Any], codes: list[str]) -> bytes:
    with _one_at_a_time:
        for reading in (str, _without_marks, _in_ascii):
            try:
                return _set(given, codes, reading)
            except BaseException as panic:
                # Some heaps of marks on letters written from the right make the typesetter panic,
                # which arrives as a BaseException of a class that cannot be imported.
                if type(panic).__name__ != "PanicException":
                    raise
        raise RuntimeError("this ticket cannot be typeset in any form")


def _set(given: dict[str, Any], codes: list[str], reading: Callable[[str], str]) -> bytes:
    import typst  # Not before the first ticket is printed: most processes never print one.

    for _attempt in range(_MOST_ATTEMPTS):
        try:
            return _compile(_each_text(given, reading), codes, accessible=True)
        except typst.TypstError as error:
            if "PDF/UA-1 error" not in str(error):
                raise
            symbol = _undrawable_symbol(str(error))
            if symbol is None or ord(symbol) in _undrawable:
                break
            _undrawable[ord(symbol)] = None
    # A name in a script that no font here draws: boxes in its place, and no claim to PDF/UA,
    # which forbids them.
    return _compile(_each_text(given, reading) | {"boxes": True}, codes, accessible=False)


def _compile(given: dict[str, Any], codes: list[str], *, accessible: bool) -> bytes:
    global _compiler
    if _compiler is None:
        import typst

        # Fonts of the system come after those that are bundled, for scripts these lack.
        _compiler = typst.Compiler(str(TEMPLATE), font_paths=[str(FONTS)])
    content = _compiler.compile(
        format="pdf",
        sys_inputs={"given": json.dumps(given), "codes": json.dumps(codes)},
        pdf_standards=["ua-1"] if accessible else [],
    )
    return cast("bytes", content)


def _undrawable_symbol(error: str) -> str | None:
    """The emoji or other symbol an error complains of, which can be left out without loss."""
    match = re.search(r'the text `"(.+?)"` could not be displayed', error)
    if match is None:
        return None
    letter = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), match[1])[0]
    return letter if unicodedata.category(letter)[0] in "SCM" else None


# Text


def _each_text(given: Any, reading: Callable[[str], str]) -> Any:
    """The same data with every text read so, and in a form that can be printed."""
    match given:
        case str():
            return printable(reading(given))
        case list():
            return [_each_text(item, reading) for item in given]
        case dict():
            return {key: _each_text(value, reading) for key, value in given.items()}
    return given


def printable(text: str) -> str:
    kept: list[str] = []
    for letter in text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").translate(_undrawable):
        kind = unicodedata.category(letter)
        # A mark on nothing is no text, and nothing a typesetter can place.
        stray = kind[0] == "M" and not (kept and _can_bear_a_mark(kept[-1]))
        if letter == "\n" or not (kind in _UNSEEN or stray):
            kept.append(letter)
    # A word longer than its line may break anywhere, instead of running off the sheet.
    return _LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", "".join(kept))


def _can_bear_a_mark(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMNS" or letter in _JOINERS


def _without_marks(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter)[0] != "M")


def _in_ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "replace").decode()
