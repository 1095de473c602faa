"""People: who has a login, under which address, and with which password.

The promise kept here is that nobody learns from us whether an address has a login: the same
words, the same status and the same work, whatever was wrong.
"""

import uuid
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventflow import mail_addresses
from eventflow.accounts import passwords, sign_ins
from eventflow.accounts.models import User
from eventflow.db import db
from eventflow.errors import Invalid, Refusal
from eventflow.security import refuse_control_characters

LONGEST_NAME = 120


class EmailTaken(Refusal):
    def __init__(self, email: str) -> None:
        message = _("%(email)s already has a login.", email=as_written(email))
        super().__init__(message, fields={"email": message})


class WrongLogin(Refusal):
    """Address and password don't go together; which of them is wrong stays with us."""

    status = 422
    code = "validation_failed"

    def __init__(self) -> None:
        message = _("This address and password do not go together.")
        super().__init__(message, fields={"password": message})


def address(text: str, *, field: str = "email") -> str:
    """An e-mail address as we write it: lower case, its domain in letters every mail server takes.

    Raises Invalid for what is none. Nothing is looked up.
    """
    email = mail_addresses.normal(text)
    if not email:
        raise Invalid({field: _("Enter an e-mail address, such as sam@example.com.")})
    return email


def as_written(email: str) -> str:
    """An address as people write it: its domain in their own letters. For reading alone."""
    if "xn--" not in email or len(email) > mail_addresses.LONGEST:
        return email
    try:
        found = validate_email(email, check_deliverability=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        return email
    return found.normalized


def as_kept(words: str) -> str:
    """What somebody looks for, a mail domain at its end as `address` keeps it."""
    if words.isascii():
        return words
    local, at, domain = words.rpartition("@")
    try:
        kept = address(f"x@{domain}").removeprefix("x@")
    except Invalid:
        return words
    return f"{local}{at}{kept}"


def create_user(
    email: str,
    *,
    name: str = "",
    password: str | None = None,
    is_platform_admin: bool = False,
    verified: bool = False,
    any_password: bool = False,
    at: datetime,
) -> User:
    """Give a person a login; without a password they sign in by mailed link.

    `any_password` is for operators, who may know what they are doing.
    """
    email, name = address(email), called(name)
    user = User(
        email=email,
        name=name,
        is_platform_admin=is_platform_admin,
        email_verified_at=at if verified else None,
        created_at=at,
    )
    if password is not None:
        set_password(user, password, any_password=any_password)
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:
        raise EmailTaken(email) from None
    return user


def find(email: str) -> User | None:
    """The person with this address (as `address` writes it)."""
    return db.session.scalar(select(User).where(User.email == email))


def get(user_id: uuid.UUID) -> User:
    return db.session.get_one(User, user_id)


def check_password(email: str, password: str) -> User:
    """The person who has this address and password; WrongLogin, after the same work, if nobody.

    Ask before the transaction: no database connection waits while the password is worked on.
    """
    try:
        query = select(User.id, User.password_hash).where(User.email == address(email))
        user_id, hashed = db.session.execute(query).one_or_none() or (None, None)
    except Invalid:
        user_id, hashed = None, None
    db.session.rollback()
    if not passwords.matches(password, hashed) or user_id is None:
        raise WrongLogin
    return get(user_id)


def keep_up(user: User, password: str) -> None:
    """Hash a password anew that was just found right, if that was done with less care once."""
    if user.password_hash and passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_password(password)


def set_password(user: User, password: str, *, any_password: bool = False) -> None:
    """Change a person's password. Whoever calls also ends their other sign-ins."""
    if not any_password:
        check_new_password(password, email=user.email, name=user.name)
    if not password:
        raise Invalid({"password": _("Enter a password.")})
    user.password_hash = passwords.hash_password(password)


def check_new_password(password: str, *, email: str, name: str) -> None:
    """Refuse a password that somebody who knows address and name would try first."""
    passwords.check_strength(password, about=(email, email.split("@")[0], name))


def would_lose_password(user: User, *, knew_password: bool) -> bool:
    """Whether proving their address takes the password of this person away: see `prove_address`."""
    unproved = user.email_verified_at is None and user.password_hash is not None
    return unproved and not knew_password


def prove_address(user: User, *, knew_password: bool, at: datetime) -> None:
    """Note that this person reads the mail of their address, which a link just showed.

    Whoever chose a password before that may have been somebody else, who typed an address that
    wasn't theirs and waits for its owner to come: unless the same browser is signed in with it,
    that password goes, and every browser it was used in is signed out.
    """
    if user.email_verified_at is not None:
        return
    user.email_verified_at = at
    if not knew_password:
        user.password_hash = None
        sign_ins.end_all(user.id, at=at)


def called(name: str, *, field: str = "name", most: int = LONGEST_NAME) -> str:
    """A name as it is kept: one line, not too long, and empty if there is nothing to be seen."""
    name = " ".join(name.split())
    if len(name) > most:
        raise Invalid({field: _("Use at most %(count)s characters.", count=most)})
    try:
        return refuse_control_characters(name)
    except ValueError as error:
        raise Invalid({field: str(error)}) from None
