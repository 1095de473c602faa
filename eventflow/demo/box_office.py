"""Opening the demo's box offices: a name, a look, a team, and the ways they take money."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from flask_babel import gettext as _

from eventflow import pictures
from eventflow.accounts import audit, invitations, people, tenants, tokens
from eventflow.accounts.actors import Actor, acting_as
from eventflow.accounts.models import Membership, Tenant, User
from eventflow.accounts.roles import role_name
from eventflow.db import db, transaction
from eventflow.demo.cast import PASSWORD, ROLES, Audience, login
from eventflow.demo.days import Days
from eventflow.payments import accounts
from eventflow.tenancy import acting_for
from eventflow.tickets import keys

PICTURES = Path(__file__).parent / "pictures"
OPENED = timedelta(days=120)

BEGUN, LOADED = "demo.begin", "demo.load"
"""What the audit log says of a box office that is the demo's, and of one that it has finished."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a box office says of itself."""

    slug: str
    name: str
    currency: str
    zone: str
    settings: Mapping[str, str]
    team: Mapping[str, str]
    """By role, what they are called."""
    neighbours: str
    """What most of its buyers' names sound like."""
    transfer: str = ""
    at_door: bool = False


@dataclass(slots=True)
class BoxOffice:
    """One of them while it is being loaded."""

    look: Look
    at: datetime
    tenant: Tenant
    team: dict[str, Actor]
    random: Random
    audience: Audience
    days: Days
    posters: dict[str, pictures.Picture] = field(default_factory=dict)

    def as_(self, role: str) -> AbstractContextManager[None]:
        """Do everything inside in the name of somebody on the team."""
        return acting_as(self.team[role])


def open_up(look: Look, *, at: datetime) -> BoxOffice:
    """A box office with its team, and nothing on sale. Commits, step by step."""
    opened = at - OPENED
    with transaction():
        team = {role: _person(role, look, at=opened) for role in ROLES}
        actors = {role: Actor("user", one.id, one.name) for role, one in team.items()}
        owner_id = team["owner"].id
    with acting_as(actors["owner"]), tenants.opening():
        with transaction():
            owner = db.session.get_one(User, owner_id)
            tenant = tenants.create(
                look.slug,
                name=look.name,
                owner=owner,
                currency=look.currency,
                timezone=look.zone,
                at=opened,
            )
            audit.record(BEGUN, tenant, _("Began to load the demo"), at=opened)
            _join(actors, look, at=opened + timedelta(days=1))
            tenants.change(tenant, look.settings, at=opened + timedelta(days=1))
            keys.newest()
            tenant_id = tenant.id
        _hang_up_logo(look, opened + timedelta(days=2))
        with transaction():
            _take_money(look)
    with acting_for(tenant_id):
        tenant = tenants.get(tenant_id)
        db.session.expunge(tenant)
    return BoxOffice(
        look,
        at,
        tenant,
        actors,
        Random(look.slug),
        Audience(look.slug, look.neighbours),
        Days(at, look.zone),
    )


def settle_in(box: BoxOffice, invited: str, token: str) -> None:
    """What goes on behind the counter: somebody is invited, and a program has a key."""
    with box.as_("owner"), transaction():
        owner = db.session.get_one(User, box.team["owner"].id)
        invitations.invite(invited, "staff", by=owner, at=box.days.ago(1.5))
        tokens.create(token, "staff", by=owner, at=box.days.ago(40))
        db.session.flush()


def finish(box: BoxOffice) -> None:
    """Say that all of it is there: from now on, loading leaves it alone."""
    with transaction():
        tenant = tenants.get(box.tenant.id)
        audit.record(LOADED, tenant, _("Loaded the demo"), at=box.at)


def _person(role: str, look: Look, *, at: datetime) -> User:
    email = login(role, look.slug)
    return people.find(email) or people.create_user(
        email, name=look.team[role], password=PASSWORD, verified=True, at=at
    )


def _join(actors: Mapping[str, Actor], look: Look, *, at: datetime) -> None:
    for role, actor in actors.items():
        if role == "owner":
            continue
        assert actor.id is not None
        member = Membership(user_id=actor.id, role=role, created_at=at)
        db.session.add(member)
        db.session.flush()
        email = login(role, look.slug)
        words = _("Joined as %(role)s, invited at %(email)s", email=email, role=role_name(role))
        audit.record("team.join", member, words, after={"role": role}, at=at, name=email)


def _hang_up_logo(look: Look, at: datetime) -> None:
    tenant = tenants.find(look.slug)
    assert tenant is not None
    upload = (PICTURES / f"logo-{look.slug}.webp").read_bytes()
    logo = pictures.take(upload, pictures.LOGO, folder=f"{tenant.id}/logo")
    with transaction():
        tenants.keep_logo(tenants.get(tenant.id), logo.as_json(), at=at)


def _take_money(look: Look) -> None:
    account = accounts.current()
    account.takes_transfer = bool(look.transfer)
    account.transfer_details = look.transfer
    account.takes_at_door = look.at_door
