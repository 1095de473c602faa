"""bin/bench: the benchmarks, on a PostgreSQL and a Redis of their own.

PostgreSQL keeps its word about what is committed here, as it does in production: without that,
the figures would flatter whatever writes the most.
"""

import os

from .. import chromium, command, environment, schema, scratch, settings
from ..places import PYTHON

BEST, DOOR = "--best", "--door"


def main(arguments: list[str]) -> int:
    environment.ensure()
    if BEST in arguments:  # Nothing but a processor is needed for this one.
        rest = [each for each in arguments if each != BEST]
        return command.run([str(PYTHON), "-m", "bench.best", *rest], dict(os.environ))
    with scratch.stack(durable=True) as (state, services):
        variables = settings.of_benchmarks(state, services)
        schema.upgrade(variables)
        if DOOR in arguments:
            variables |= {"CHROMIUM_PATH": chromium.path()}
            rest = [each for each in arguments if each != DOOR]
            return command.run([str(PYTHON), "-m", "bench.door", *rest], variables)
        return command.run([str(PYTHON), "-m", "bench", *arguments], variables)
