"""Words as people type them: found without their accents, and in any case.

The promise kept here is that a search typed on a phone finds *Café*, *Łódź* and *Müller* by cafe,
lodz and muller, and that what it is typed with stands for itself, wildcards of SQL included.
"""

import unicodedata

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_

# Letters with a stroke are letters of their own to Unicode, and accented ones to who types them.
_STROKED, _PLAIN = "łŁøØđĐ", "lLoOdD"
_ACCENTS = "[\u0300-\u036f]"


def contains(column: SQLColumnExpression[str], words: str) -> ColumnElement[bool]:
    """That a text has these words in it."""
    plain = without_accents(words)
    folded = func.translate(
        func.regexp_replace(func.pg_catalog.normalize(column, "NFKD"), _ACCENTS, "", "g"),
        _STROKED,
        _PLAIN,
    )
    # Most texts are plain already, and folding one costs more than comparing it.
    is_plain = func.octet_length(column) == func.char_length(column)
    return or_(
        column.icontains(plain, autoescape=True),
        and_(~is_plain, folded.icontains(plain, autoescape=True)),
    )


def without_accents(words: str) -> str:
    """As the database folds it."""
    apart = unicodedata.normalize("NFKD", words)
    bare = "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f")
    return bare.translate(str.maketrans(_STROKED, _PLAIN))
