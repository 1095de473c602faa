"""Whole numbers as somebody typed them."""

import re

_WRITTEN = re.compile(r"[0-9]+")


def read(typed: str, *, digits: int) -> int | None:
    """The number that stands there, in at most so many digits; None for anything else, a sign or
    another script's digits included. What is longer is not looked into."""
    if len(typed) > digits or not _WRITTEN.fullmatch(typed):
        return None
    return int(typed)
