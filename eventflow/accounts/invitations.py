"""Invitations: offering a role to whoever reads mail at an address.

The promise kept here is that an invitation is accepted once, by that address and no other, while
it lasts and while nobody took it back.
"""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import vault
from eventflow.accounts import actors, audit, people
from eventflow.accounts.models import ROLES, Invitation, Membership, User
from eventflow.accounts.roles import role_name
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.queue import enqueue

LASTS = timedelta(days=7)


class InvitationSpent(Refusal):
    status = 410
    code = "gone"

    def __init__(self) -> None:
        super().__init__(
            _("This invitation was used, taken back, or is too old. Ask for a new one.")
        )


class ForSomebodyElse(Refusal):
    status = 403
    code = "forbidden"

    def __init__(self, invited: str, signed_in: str) -> None:
        super().__init__(
            _(
                "This invitation is for %(invited)s, and you are signed in as %(signed_in)s."
                " Sign out first, or ask for an invitation to your own address.",
                invited=invited,
                signed_in=signed_in,
            )
        )


def invite(email: str, role: str, *, by: User | None, at: datetime) -> Invitation:
    """Offer a role at the tenant acted for; the mail follows the commit."""
    wrong: dict[str, str] = {}
    try:
        email = people.address(email)
    except Invalid as refusal:
        wrong |= refusal.fields
    if role not in ROLES:
        wrong["role"] = _("Choose a role.")
    if wrong:
        raise Invalid(wrong)
    if _is_member(email):
        raise Invalid(
            {"email": _("%(email)s is on the team already.", email=people.as_written(email))}
        )
    if _waiting_for(email, at) is not None:
        raise Invalid(
            {
                "email": _(
                    "%(email)s is invited already. Send it again below.",
                    email=people.as_written(email),
                )
            }
        )
    code = vault.new_token("inv")
    invitation = Invitation(
        email=email,
        role=role,
        token_hash=vault.hash_token(code),
        invited_by=by.id if by else None,
        created_at=at,
        expires_at=at + LASTS,
    )
    db.session.add(invitation)
    db.session.flush()
    _mail(invitation, code)
    words = _("Invited %(email)s as %(role)s", email=people.as_written(email), role=role_name(role))
    audit.record("team.invite", invitation, words, after={"role": role}, at=at)
    return invitation


def send_again(invitation_id: uuid.UUID, *, at: datetime) -> Invitation:
    """Another mail with a new link and all its time; the old link stops working."""
    invitation = find(invitation_id, lock=True)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationSpent
    code = vault.new_token("inv")
    invitation.token_hash = vault.hash_token(code)
    invitation.expires_at = at + LASTS
    _mail(invitation, code)
    words = _("Sent the invitation to %(email)s again", email=people.as_written(invitation.email))
    audit.record("team.invite_again", invitation, words, at=at)
    return invitation


def revoke(invitation_id: uuid.UUID, *, at: datetime) -> Invitation:
    """Take an invitation back. Doing it again changes nothing."""
    invitation = find(invitation_id, lock=True)
    if invitation.accepted_at is not None:
        raise InvitationSpent
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        words = _(
            "Took back the invitation to %(email)s", email=people.as_written(invitation.email)
        )
        audit.record("team.revoke_invitation", invitation, words, at=at)
    return invitation


def find(invitation_id: uuid.UUID, *, lock: bool = False) -> Invitation:
    """The invitation of this id, whatever became of it; NotFound if there is none."""
    query = select(Invitation).where(Invitation.id == invitation_id)
    invitation = db.session.scalar(query.with_for_update() if lock else query)
    if invitation is None:
        raise NotFound
    return invitation


def look(code: str, *, at: datetime) -> Invitation:
    """What a link offers, without taking it; InvitationSpent if nothing."""
    return _open(code, at, lock=False)


def accept(
    code: str,
    *,
    signed_in: User | None,
    name: str = "",
    password: str | None = None,
    at: datetime,
) -> tuple[User, Membership]:
    """Take the role offered, as the person who has that address, with or without a login yet."""
    invitation = _open(code, at, lock=True)
    if signed_in is not None and signed_in.email != invitation.email:
        raise ForSomebodyElse(invitation.email, signed_in.email)
    user = people.find(invitation.email)
    if user is None:
        user = people.create_user(
            invitation.email, name=name, password=password, verified=True, at=at
        )
    else:
        people.prove_address(user, knew_password=signed_in is not None, at=at)
    invitation.accepted_at = at
    membership = db.session.scalar(select(Membership).where(Membership.user_id == user.id))
    if membership is None:
        membership = Membership(user_id=user.id, role=invitation.role, created_at=at)
        db.session.add(membership)
        db.session.flush()
        words = _(
            "Joined as %(role)s, invited at %(email)s",
            email=user.email,
            role=role_name(membership.role),
        )
        # Whoever comes by the link is a buyer to us until now.
        with actors.acting_as(replace(actors.actor(), kind="user", id=user.id, name=user.name)):
            audit.record("team.join", invitation, words, after={"role": membership.role}, at=at)
    return user, membership


def waiting(*, at: datetime) -> list[Invitation]:
    """Those that nobody answered yet, the ones that ran out included: they can be sent again."""
    return list(
        db.session.scalars(
            select(Invitation)
            .where(
                Invitation.accepted_at.is_(None),
                Invitation.revoked_at.is_(None),
                Invitation.expires_at > at - 4 * LASTS,
            )
            .order_by(Invitation.id.desc())
        )
    )


def _mail(invitation: Invitation, code: str) -> None:
    # Sealed: whoever reads the database alone could otherwise join the team.
    enqueue("accounts.mail_invitation", new_id(), invitation.id, vault.seal(code), queue="prompt")


def _is_member(email: str) -> bool:
    query = select(Membership.id).join(User, Membership.user_id == User.id)
    return db.session.scalar(query.where(User.email == email)) is not None


def _waiting_for(email: str, at: datetime) -> Invitation | None:
    return next((one for one in waiting(at=at) if one.email == email), None)


def _open(code: str, at: datetime, *, lock: bool) -> Invitation:
    query = select(Invitation).where(Invitation.token_hash == vault.hash_token(code))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    invitation = db.session.scalar(query)
    if invitation is None or not invitation.is_open(at):
        raise InvitationSpent
    return invitation
