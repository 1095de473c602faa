"""Landing: what was just done, said in the part of a page where its reader lands.

A long page is come back to at an anchor; a notice at its top would not be in sight.
"""

from flask import session


def say(part: str, words: str) -> None:
    """Let the page that is shown next say this in this part of it."""
    session["said_in"] = {part: words}


def said() -> dict[str, str]:
    """What is to be said in which part, once."""
    words: dict[str, str] = session.pop("said_in", {})
    return words
