"""English for testing: "Choose your seats" comes out as "⟦Çĥööşé ýöüŕ şéáţş~~~⟧".

Whatever a page shows without brackets never went through a catalog. The length shows where longer
languages would break a layout. Asked for with `?lang=en_XA`, a cookie `lang`, or
`Accept-Language: en-XA`; never in production.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from babel.support import NullTranslations
from flask import g, has_request_context, request
from flask_babel import Babel, Domain

NAME = "en_XA"
OPEN, CLOSE = "⟦", "⟧"

_ACCENTS = str.maketrans(
    "ABCDEGHIJKLNORSTUWYZabcdeghijklnorstuwyz",
    "ÁßÇÐÉĜĤÎĴĶĻÑÖŔŞŢÛŴÝŽáƀçđéĝĥîĵķļñöŕşţüŵýž",
)
# Left as they are: %(placeholders)s, tags, entities and addresses.
_UNTOUCHABLE = re.compile(r"(%\([^)]*\)[#0\- +]*[\d.]*[a-zA-Z]|%%|<[^>]*>|&\w+;|https?://\S+)")


def accented(message: str) -> str:
    """What a translator of en_XA would have made of a message."""
    if not message.strip():
        return message
    parts = _UNTOUCHABLE.split(message)
    letters = sum(len(part) for part in parts[::2])
    parts[::2] = [part.translate(_ACCENTS) for part in parts[::2]]
    return OPEN + "".join(parts) + "~" * (letters // 4) + CLOSE


class PseudoTranslations(NullTranslations):
    """A catalog in which every message is found."""

    def gettext(self, message: str) -> str:
        return accented(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return accented(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return accented(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)

    # The names under which Flask-Babel asks.
    ugettext, ungettext, upgettext = gettext, ngettext, pgettext
    unpgettext = npgettext  # type: ignore[assignment]


class _PseudoDomain(Domain):
    translations = PseudoTranslations()

    def get_translations(self) -> Any:
        return self.translations if g and wanted() else super().get_translations()


def install(babel: Babel) -> None:
    babel.domain_instance = _PseudoDomain()


@contextmanager
def pretending() -> Iterator[None]:
    """Everything inside is in en_XA: for mails and jobs, which no browser asks for."""
    before = g.get("pseudo_locale")
    g.pseudo_locale = True
    try:
        yield
    finally:
        g.pseudo_locale = before


def wanted() -> bool:
    """Whether what is answered now is in en_XA."""
    wanted: bool | None = g.get("pseudo_locale")
    if wanted is None:
        wanted = g.pseudo_locale = has_request_context() and _asked_for()
    return wanted


def _asked_for() -> bool:
    asked = request.args.get("lang") or request.cookies.get("lang")
    if asked:
        return asked == NAME
    return request.headers.get("Accept-Language", "")[:5].lower() == "en-xa"
