"""`bin/flask demo …`: four box offices worth looking at."""

import click
from flask.cli import with_appcontext

from eventflow.cli import command
from eventflow.db import now

demo = click.Group("demo", help="Four box offices to try things out with.")


@demo.command("load")
@with_appcontext
@command
def load() -> None:
    """Make the demo's box offices; those that are there are left as they are."""
    # Only here: no web process needs to know how posters and sales of a demo are made.
    from eventflow.demo import loading

    for line in loading.load(at=now()):
        click.echo(line)


@demo.command("logins")
@with_appcontext
@command
def logins() -> None:
    """Print the addresses of the demo's box offices, and who can sign in."""
    from eventflow.demo import loading

    click.echo(loading.logins())


COMMANDS = [demo]
