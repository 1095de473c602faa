"""Accounts: the mails it owes. Codes come sealed, and leave only within the mail itself."""

import uuid
from datetime import datetime

from eventflow import vault
from eventflow.accounts import letters, links, sign_ins
from eventflow.accounts.letters import Letter
from eventflow.accounts.models import Invitation, User
from eventflow.db import db, now, transaction
from eventflow.messages import deliveries
from eventflow.tenancy import tenant_id_or_none
from jobs import job


@job
def mail_sign_in_link(ask_id: str, sealed_email: str, host: str, next: str) -> None:
    at = now()
    with transaction():
        letter = letters.sign_in_link(vault.open_sealed(sealed_email), host=host, next=next, at=at)
        _promise(f"sign_in:{ask_id}", "sign_in_link", letter, at)


@job
def mail_reset_link(ask_id: str, sealed_email: str, host: str) -> None:
    at = now()
    with transaction():
        letter = letters.reset_link(vault.open_sealed(sealed_email), host=host, at=at)
        _promise(f"reset:{ask_id}", "password_reset", letter, at)


@job
def mail_verification(ask_id: str, user_id: str) -> None:
    at = now()
    with transaction():
        letter = letters.verification(db.session.get_one(User, uuid.UUID(user_id)), at=at)
        _promise(f"verify:{ask_id}", "verify_email", letter, at)


@job
def mail_invitation(ask_id: str, invitation_id: str, sealed_code: str) -> None:
    at = now()
    with transaction():
        offer = db.session.get_one(Invitation, uuid.UUID(invitation_id))
        letter = letters.invitation(offer, vault.open_sealed(sealed_code), at=at)
        _promise(f"invitation:{ask_id}", "invitation", letter, at)


def forget_old_doors() -> None:
    """Recurring: forget the one-time links and sign-ins that have long been of no use."""
    with transaction():
        links.sweep(at=now())
        sign_ins.sweep(at=now())


def _promise(about: str, kind: str, letter: Letter | None, at: datetime) -> None:
    if letter is not None:
        deliveries.promise(
            about,
            kind,
            letter.to,
            facts={"url": letter.url, **letter.facts},
            tenant_id=tenant_id_or_none(),
            at=at,
        )
