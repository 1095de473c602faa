"""The capabilities, in the order in which they may know each other, and what each brings.

A capability is found by its files: `models.py` its tables, `routes.py` buyers' pages,
`organizer.py` the console, `api.py` the HTTP API, `commands.py` what `bin/flask` can do.
To add one, add its name here; to add a page, nothing here changes.
"""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from flask import Flask

CAPABILITIES = (
    "accounts",
    "events",
    "seating",
    "sales",
    "tickets",
    "payments",
    "checkin",
    "messages",
    "reports",
    "discovery",
    "platform",
    "demo",
)
AUDIENCES = ("routes", "organizer", "api")


def init_app(app: Flask) -> None:
    """Register every blueprint, every command, and whatever `init_app` a capability has."""
    for _ in modules("models"):
        pass
    for module in modules("setup"):
        module.init_app(app)
    for audience in AUDIENCES:
        for module in modules(audience):
            app.register_blueprint(module.bp)
    for module in modules("commands"):
        for command in module.COMMANDS:
            app.cli.add_command(command)


def modules(name: str) -> Iterator[ModuleType]:
    """`eventflow.<capability>.<name>` of every capability that has it, in order."""
    for capability in CAPABILITIES:
        path = f"eventflow.{capability}"
        if find_spec(path) and find_spec(f"{path}.{name}"):
            yield import_module(f"{path}.{name}")
