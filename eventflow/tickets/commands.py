"""`bin/flask stock …`"""

import sys

import click
from flask.cli import with_appcontext

from eventflow.cli import command
from eventflow.tenancy import across_tenants
from eventflow.tickets import stocktaking

stock = click.Group("stock", help="How many there are, and whether the counters are right.")


@stock.command("verify")
@with_appcontext
@command
def verify() -> None:
    """Recompute every counter from the rows; exit 1 with a line for each that differs."""
    with across_tenants():
        differences = stocktaking.differences()
    for difference in differences:
        click.echo(str(difference))
    if differences:
        sys.exit(1)


COMMANDS = [stock]
