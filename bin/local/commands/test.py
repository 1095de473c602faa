"""bin/test: the tests, browser tests included, on a PostgreSQL and a Redis of their own."""

from .. import chromium, command, environment, scratch, settings
from ..places import PYTHON

# One more than the cores of a small machine: the tests of processes and browsers mostly wait, and
# four browsers at once on two cores wait for each other.
EVERYTHING = ["-n", "3", "--dist", "loadscope", "tests"]


def main(arguments: list[str]) -> int:
    environment.ensure()
    browser = chromium.for_tests()
    with scratch.stack() as (state, services):
        variables = settings.of_tests(state, services) | {"CHROMIUM_PATH": browser}
        return command.run([str(PYTHON), "-m", "pytest", *(arguments or EVERYTHING)], variables)
