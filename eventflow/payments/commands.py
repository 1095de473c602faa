"""`bin/flask webhooks`: acting again on what a provider told us."""

import sys

import click
from flask.cli import AppGroup, with_appcontext

from eventflow.accounts.actors import Actor, acting_as
from eventflow.cli import command
from eventflow.db import now
from eventflow.errors import Refusal
from eventflow.payments import webhooks

OPERATOR = Actor("command", name="Command line")

webhooks_group = AppGroup("webhooks", help="What payment providers told us.")

COMMANDS = [webhooks_group]


@webhooks_group.command("replay")
@click.option("--id", "event_id", metavar="EVENT_ID", help="This one, done or not.")
@click.option("--failed", is_flag=True, help="All that nothing came of yet, the oldest first.")
@with_appcontext
@command
def replay(event_id: str | None, failed: bool) -> None:
    """Act again on reports; prints what came of each. What is settled stays as it is."""
    if bool(event_id) == failed:
        raise Refusal("Say either --id EVENT_ID or --failed.")
    broken = False
    for told in webhooks.named(event_id) if event_id else webhooks.waiting():
        try:
            with acting_as(OPERATOR):
                outcome = webhooks.process(told.id, at=now(), again=True)
        except Exception as error:
            broken = True
            click.echo(f"{told.event_id} {told.kind}: {error}", err=True)
        else:
            click.echo(f"{told.event_id} {told.kind}: {outcome}")
    if broken:
        sys.exit(1)
