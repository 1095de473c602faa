"""Masking: takes addresses, telephone numbers and secrets out of what is about to be logged.

By the look of a text, wherever it stands, and by the name of a value. When in doubt it masks:
a log line that says too little is a nuisance, one that says too much is a breach.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

MASK = "[masked]"
LONGEST = 20_000
"""Of one text, so that a traceback with a whole upload in it does not fill the disk."""

_PATTERNS: list[tuple[re.Pattern[str], str]] = [
    # What the database says of the row that failed: values, in any column.
    (re.compile(r"\[parameters: .*"), "[parameters: masked]"),
    (re.compile(r"DETAIL: .*"), "DETAIL: " + MASK),
    # postgresql://user:password@host
    (re.compile(r"(?<=://)[^\s/@:]{0,100}:[^\s/@]{1,200}(?=@)"), MASK),
    (re.compile(r"\b(?i:bearer|basic)\s+[\w.~+/=-]{6,}"), MASK),
    (
        re.compile(r"\b(?:[a-z]{2,8}_){1,3}[A-Za-z0-9]{20,}|\beyJ[\w-]{6,}(?:\.[\w-]+)*"),
        MASK,
    ),
    # A ticket's code: 148 letters and digits, or 309.
    (re.compile(r"(?i)\b[0-9A-HJKMNP-TV-Z]{100,}\b"), MASK),
    (
        re.compile(
            r"(?i)\b((?:[a-z_]{0,20}_)?(?:(?:code|key|sig)\s?=|(?:secret|token|signature|password)"
            r"[\"']?\s?[=:])\s?[\"']?)[^\s&\"'<>,;)}]+"
        ),
        r"\1" + MASK,
    ),
    (
        re.compile(r"(?i)(?<=[?&])(q|to|name|buyer|phone|mobile|email)=[^\s&\"'<>]+"),
        r"\1=" + MASK,
    ),
    # Bounded, so that a long text without an address costs no more than its length.
    (
        re.compile(r"[\w!#$*+.%^{|}~-][\w!#$*+.%^{|}~'-]{0,63}(?:@|%40)[\w-]+(?:\.[\w-]+)*"),
        MASK,
    ),
    # +49 170 1234567, (030) 1234 567, 555-123-4567
    (re.compile(r"(?<![\w.:-])(?:\+|%2B|00)\d[\d\s()./-]{5,18}\d"), MASK),
    (
        re.compile(r"(?<![\w.:/-])\(?0\d{1,4}\)?[\s./-]\d[\d\s./-]{3,12}\d(?![\w-])"),
        MASK,
    ),
    (re.compile(r"(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"), MASK),
]

_PRIVATE_PARTS = (
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "cookie",
    "api_key",
    "apikey",
    "private_key",
    "data_key",
    "ticket_code",
    "signature",
    "e_mail",
    "email",
    "phone",
    "mobile",
    "iban",
)
_PRIVATE_NAMES = frozenset(
    {
        "address",
        "attendee",
        "attendee_name",
        "buyer",
        "buyer_name",
        "first_name",
        "full_name",
        "last_name",
        "recipient",
        "recipients",
        "street",
        "surname",
    }
)


def masked(text: str) -> str:
    """The text without addresses, telephone numbers and secrets."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + " … " + text[-LONGEST // 2 :]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def masked_value(value: Any, name: str = "") -> Any:
    """A value of any shape, fit for JSON, masked by its name and by its look."""
    if value is None or isinstance(value, bool | int | float):
        return MASK if value and name and _is_private(name) else value
    if name and _is_private(name):
        return MASK
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, bytes):
        return masked(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {masked(str(key)): masked_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [masked_value(item) for item in value]
    return masked(str(value))


@lru_cache(maxsize=500)
def _is_private(name: str) -> bool:
    name = name.lower().replace("-", "_")
    return name in _PRIVATE_NAMES or any(part in name for part in _PRIVATE_PARTS)
