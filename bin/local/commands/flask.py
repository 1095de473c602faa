"""bin/flask: the application's own commands against the database of bin/dev.

When bin/dev is not running, PostgreSQL and Redis run just for as long as the command does.
"""

from .. import command, environment, places, schema, services, settings


def main(arguments: list[str]) -> int:
    environment.ensure()
    state = places.state()
    with services.for_a_command(state) as running:
        variables = settings.of_development(state, running, services.settings_of_dev(state))
        if arguments[:1] == ["db"]:
            schema.forget(running.memory)
        else:
            schema.upgrade_if_behind(running.memory, variables)
        return command.run([schema.FLASK, *arguments], variables)
