"""The mails accounts owes people: links that let them in, confirm an address, join a team.

Whoever asks for one gets the same answer in the same time, login or not: asking only promises a
job. Whether the address has a login is found out there, where nobody watches.
No link lies in the database so that it could be followed: addresses and codes are sealed.
"""

from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import vault
from eventflow.accounts import hosts, links, people
from eventflow.accounts.models import Invitation, Membership, Tenant, User
from eventflow.accounts.roles import role_name, role_promise
from eventflow.db import db, new_id
from eventflow.queue import enqueue
from eventflow.tenancy import tenant_id_or_none


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written: to whom, the link in it, and what else it says."""

    to: str
    url: str
    facts: dict[str, str] = field(default_factory=dict)


def ask_for_sign_in(email: str, *, host: str, next: str) -> None:
    """Have a sign-in link mailed, if that address has a login here."""
    enqueue("accounts.mail_sign_in_link", new_id(), vault.seal(email), host, next, queue="prompt")


def ask_for_reset(email: str, *, host: str) -> None:
    """Have a link for a new password mailed, if that address has a login here."""
    enqueue("accounts.mail_reset_link", new_id(), vault.seal(email), host, queue="prompt")


def ask_for_verification(user: User) -> None:
    """Have a link mailed that confirms the address."""
    enqueue("accounts.mail_verification", new_id(), user.id, queue="prompt")


def sign_in_link(email: str, *, host: str, next: str, at: datetime) -> Letter | None:
    user = _with_login_here(email)
    if user is None:
        return None
    code = links.make("sign_in", host=host, user=user, next=next, at=at)
    return Letter(user.email, hosts.url_on(host, f"/sign-in/link?code={code}"), _of(user))


def reset_link(email: str, *, host: str, at: datetime) -> Letter | None:
    user = _with_login_here(email)
    if user is None:
        return None
    code = links.make("reset_password", host=host, user=user, at=at)
    return Letter(user.email, hosts.url_on(host, f"/password/new?code={code}"), _of(user))


def verification(user: User, *, at: datetime) -> Letter | None:
    if user.email_verified_at is not None:
        return None
    host = hosts.host_of("")
    code = links.make("verify_email", host=host, user=user, at=at)
    return Letter(user.email, hosts.url_on(host, f"/verify-email?code={code}"), _of(user))


def invitation(offer: Invitation, code: str, *, at: datetime) -> Letter | None:
    if not offer.is_open(at) or not vault.matches(code, offer.token_hash):
        return None  # Taken back, or sent again with another link, before this went out.
    tenant = db.session.get_one(Tenant, offer.tenant_id)
    by = db.session.get(User, offer.invited_by) if offer.invited_by else None
    facts = {
        "tenant": tenant.name,
        "role": role_name(offer.role),
        "promise": role_promise(offer.role),
        "by": (by.name or people.as_written(by.email)) if by else _("The owner"),
    }
    return Letter(offer.email, hosts.tenant_url(tenant.slug, f"/invitation?code={code}"), facts)


def _with_login_here(email: str) -> User | None:
    """On a tenant's host only its own team signs in, so nobody else is written to from there."""
    user = people.find(email)
    if user is not None and tenant_id_or_none() is not None:
        query = select(Membership.id).where(Membership.user_id == user.id)
        if db.session.scalar(query) is None:
            return None
    return user


def _of(user: User) -> dict[str, str]:
    return {"name": user.name}
