"""What the launcher says, and how it gives up.

Standard error throughout: standard output belongs to the command that was asked for.
"""

import sys
from typing import NoReturn


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


class CannotRun(Exception):
    """Something the launcher needs is missing or in the way; the message is for a person."""


def give_up(reason: object) -> NoReturn:
    say(f"\n{reason}")
    raise SystemExit(1)
