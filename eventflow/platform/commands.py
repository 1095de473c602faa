"""`bin/flask keys …`"""

import sys

import click
from flask.cli import with_appcontext

from eventflow.cli import command
from eventflow.platform import resealing

keys = click.Group("keys", help="The keys that secrets in the database are sealed with.")


@keys.command("reseal")
@with_appcontext
@command
def reseal() -> None:
    """Seal every secret with the newest key in DATA_KEY; exit 1 if some could not be opened.

    Afterwards the older keys can be taken away.
    """
    lost = 0
    for what, done, closed in resealing.reseal():
        click.echo(f"{what}: {done} sealed with the newest key")
        if closed:
            click.echo(f"{what}: {closed} opened by no key in DATA_KEY", err=True)
        lost += closed
    if lost:
        sys.exit(1)


COMMANDS = [keys]
