"""What every command of `bin/flask` shares: results on stdout, errors on stderr."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from eventflow.errors import Refusal


def command(work: Callable[..., Any]) -> Callable[..., Any]:
    """A refusal is a line on standard error and a non-zero exit, not a traceback."""

    @wraps(work)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except Refusal as refusal:
            click.echo(refusal.message, err=True)
            for field, message in refusal.fields.items():
                if message != refusal.message:
                    click.echo(f"{field}: {message}", err=True)
            sys.exit(1)

    return run
