"""The team: who works for a box office, and as what.

The promise kept here is that a box office never loses its last owner: whoever takes ownership
away locks the rows of all owners first, and looks second.
"""

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eventflow.accounts import audit, people
from eventflow.accounts.models import ROLES, Membership
from eventflow.accounts.roles import role_name
from eventflow.db import db
from eventflow.errors import Invalid, NotFound, Refusal


class LastOwner(Refusal):
    def __init__(self) -> None:
        super().__init__(
            _("A box office needs an owner. Hand the ownership over to somebody else first.")
        )


def members() -> list[Membership]:
    """Everybody at the tenant acted for, owners first."""
    rows = db.session.scalars(select(Membership).options(joinedload(Membership.user)))
    return sorted(rows, key=lambda one: (-ROLES.index(one.role), one.user.email))


def change_role(membership_id: uuid.UUID, role: str, *, at: datetime) -> Membership:
    """Give a member another role."""
    membership, owners = _locked(membership_id)
    if role not in ROLES:
        raise Invalid({"role": _("Choose a role.")})
    if membership.role == role:
        return membership
    if membership.role == "owner":
        _not_the_last(owners)
    before = membership.role
    membership.role = role
    words = _(
        "Made %(person)s %(role)s, until now %(before)s",
        person=membership.user.email,
        role=role_name(role),
        before=role_name(before),
    )
    _record("team.change_role", membership, words, {"role": before}, {"role": role}, at=at)
    return membership


def remove(membership_id: uuid.UUID, *, at: datetime) -> Membership:
    """End a membership: at once, since every request asks for it. Leaving is removing oneself."""
    membership, owners = _locked(membership_id)
    if membership.role == "owner":
        _not_the_last(owners)
    words = _("Took %(person)s off the team", person=people.as_written(membership.user.email))
    _record("team.remove", membership, words, {"role": membership.role}, None, at=at)
    db.session.delete(membership)
    return membership


def hand_over(to_id: uuid.UUID, *, by_id: uuid.UUID, at: datetime) -> Membership:
    """Make another member the owner in one's own place; one stays as admin."""
    heir, owners = _locked(to_id)
    giver = next((one for one in owners if one.user_id == by_id), None)
    if giver is None:
        raise NotFound
    if giver.id == heir.id:
        raise Invalid({"to": _("Choose somebody else.")})
    before = {heir.user.email: heir.role, giver.user.email: "owner"}
    heir.role, giver.role = "owner", "admin"
    words = _(
        "Handed the ownership over from %(giver)s to %(heir)s",
        giver=giver.user.email,
        heir=heir.user.email,
    )
    after = {heir.user.email: "owner", giver.user.email: "admin"}
    _record("team.hand_over", heir, words, before, after, at=at)
    return heir


def _locked(membership_id: uuid.UUID) -> tuple[Membership, list[Membership]]:
    # All owners along with the one in question, in id order: two who demote each other queue,
    # and the second sees what the first did.
    rows = db.session.scalars(
        select(Membership)
        .where(or_(Membership.role == "owner", Membership.id == membership_id))
        .order_by(Membership.id)
        .with_for_update(of=Membership)
        .options(joinedload(Membership.user, innerjoin=True))
        .execution_options(populate_existing=True)
    ).all()
    membership = next((row for row in rows if row.id == membership_id), None)
    if membership is None:
        raise NotFound
    return membership, [row for row in rows if row.role == "owner"]


def _not_the_last(owners: list[Membership]) -> None:
    if len(owners) < 2:
        raise LastOwner


def _record(
    action: str,
    membership: Membership,
    words: str,
    before: dict[str, str] | None,
    after: dict[str, str] | None,
    *,
    at: datetime,
) -> None:
    audit.record(action, membership, words, before, after, at=at, name=membership.user.email)
