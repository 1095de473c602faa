"""What accounts need of the application: hosts are resolved first, then who is asking."""

from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import NotFound

from eventflow.accounts import access, actors, hosts, passwords, people, sessions
from eventflow.accounts.roles import role_name


def init_app(app: Flask) -> None:
    hosts.init_app(app)
    app.before_request(_somebody_acts)
    app.teardown_request(lambda error: actors.bind(actors.SYSTEM))
    sessions.init_app(app)
    app.before_request(_is_there_a_console)
    app.context_processor(_who_and_where)
    app.jinja_env.globals["role_name"] = role_name
    app.jinja_env.filters["as_written"] = people.as_written
    if app.config["TESTING"]:
        passwords.hash_quickly()


def _somebody_acts() -> None:
    # Until a door finds out who it is: somebody at an address.
    actors.bind(actors.Actor("buyer", address=request.remote_addr or ""))


def _is_there_a_console() -> Response | None:
    """An address of the console that there isn't is told behind its door, and in it."""
    is_lost = isinstance(request.routing_exception, NotFound)
    if is_lost and g.get("tenant") and request.path.startswith("/manage/"):
        return access.admit("scanner")
    return None


def _who_and_where() -> dict[str, Any]:
    """For every template the tenant; behind a door also who came through it."""
    known: dict[str, Any] = {"tenant": g.get("tenant")}
    if (sign_in := g.get("sign_in")) is not None:
        known["current_user"] = sign_in.user
    if (membership := g.get("membership")) is not None:
        known["membership"] = membership
    return known
