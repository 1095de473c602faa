"""`bin/flask tenant`, `user` and `token`: what an operator does without a browser."""

import click
from flask.cli import AppGroup, with_appcontext

from eventflow.accounts import passwords, people, tenants, tokens
from eventflow.accounts.actors import Actor, acting_as
from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.models import ROLES, Tenant, User
from eventflow.cli import command
from eventflow.db import now, transaction
from eventflow.errors import Refusal
from eventflow.tenancy import acting_for

OPERATOR = Actor("command", name="Command line")

tenant_group = AppGroup("tenant", help="Box offices.")
user_group = AppGroup("user", help="People with a login.")
token_group = AppGroup("token", help="Programs' keys to the HTTP API.")

COMMANDS = [tenant_group, user_group, token_group]


@tenant_group.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="What it is called.")
@click.option("--owner", required=True, help="E-mail address of its first owner.")
@click.option("--password", help="The owner's; without one they sign in by mailed link.")
@click.option("--currency", default="USD", show_default=True)
@with_appcontext
@command
def create_tenant(slug: str, name: str, owner: str, password: str | None, currency: str) -> None:
    """Open a box office on the subdomain SLUG; prints its address."""
    at = now()
    with acting_as(OPERATOR), tenants.opening(), transaction():
        user = _owner(owner, password)
        tenant = tenants.create(slug, name=name, owner=user, currency=currency, at=at)
        slug = tenant.slug
    click.echo(tenant_url(slug))


@tenant_group.command("set")
@click.argument("slug")
@click.argument("settings", nargs=-1, required=True, metavar="KEY=VALUE…")
@with_appcontext
@command
def set_tenant(slug: str, settings: tuple[str, ...]) -> None:
    """Change settings of the box office SLUG; prints what they are now."""
    values: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise Refusal(f"{setting!r} is not KEY=VALUE.")
        values[key.strip()] = value
    at = now()
    with acting_as(OPERATOR), acting_for(_tenant(slug).id), transaction():
        tenant = tenants.get(_tenant(slug).id)
        tenants.change(tenant, values, at=at)
        lines = [f"{key}={_shown(getattr(tenant, key))}" for key in values]
    click.echo("\n".join(lines))


@user_group.command("create")
@click.argument("email")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when left out, so that it stays out of the shell's history.",
)
@click.option("--name", default="")
@click.option("--platform-admin", is_flag=True, help="May see the whole platform.")
@with_appcontext
@command
def create_user(email: str, password: str, name: str, platform_admin: bool) -> None:
    """Give the person at EMAIL a login; prints the address as it is kept."""
    with acting_as(OPERATOR), transaction():
        user = _new_user(email, password, name=name, is_platform_admin=platform_admin)
        email = user.email
    click.echo(email)


@token_group.command("create")
@click.argument("slug")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--name", required=True, help="What it is for.")
@with_appcontext
@command
def create_token(slug: str, role: str, name: str) -> None:
    """Make an API token for the box office SLUG; prints the token alone, this once."""
    with acting_as(OPERATOR), acting_for(_tenant(slug).id), transaction():
        _token, secret = tokens.create(name, role, at=now())
    click.echo(secret)


def _owner(email: str, password: str | None) -> User:
    """The owner-to-be: someone with a login, or a new one."""
    user = people.find(people.address(email))
    if user is None:
        return _new_user(email, password)
    if password is not None:
        if user.password_hash is None:
            people.set_password(user, password, any_password=True)
        elif not passwords.matches(password, user.password_hash):
            raise Refusal(
                f"{user.email} already has a login with another password. Leave --password out."
            )
    return user


def _new_user(
    email: str, password: str | None, *, name: str = "", is_platform_admin: bool = False
) -> User:
    # An operator may choose any password, and is told what is wrong with it.
    if password and (wrong := passwords.weakness(password)):
        click.echo(f"Note on the password: {wrong}", err=True)
    return people.create_user(
        email,
        name=name,
        password=password,
        is_platform_admin=is_platform_admin,
        any_password=True,
        verified=True,
        at=now(),
    )


def _tenant(slug: str) -> Tenant:
    tenant = tenants.find(slug.strip().lower())
    if tenant is None:
        raise Refusal(f"There is no box office {slug}.")
    return tenant


def _shown(value: object) -> str:
    return "" if value is None else str(value)
