"""Tenants: opening a box office, and what its owner may set.

The promise kept here is that a box office is whole from its first moment: a subdomain of its own,
an owner, and settings that make sense together.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel import Locale, UnknownLocaleError
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from eventflow import timezones, whole_numbers
from eventflow.accounts import audit, people
from eventflow.accounts.models import Membership, Tenant, User
from eventflow.currencies import is_currency
from eventflow.db import db, new_id
from eventflow.errors import Invalid, Refusal
from eventflow.money import Money
from eventflow.security import refuse_control_characters
from eventflow.tenancy import acting_for, current_tenant_id

_RESERVED_WORDS = """
    www api admin administrator app apps platform console manage account accounts auth login
    sign-in sign-up signin signup sso oauth id mail email smtp imap pop mx webmail ns ns1 ns2 dns
    dev static assets cdn media files uploads status health metrics docs help support security
    abuse postmaster hostmaster webmaster noreply no-reply billing pay payments payouts stripe
    webhooks eventflow localhost autoconfig autodiscover wpad isatap mta-sts
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
FEE_MODES = ("passed_on", "absorbed")


class SlugTaken(Refusal):
    def __init__(self, slug: str) -> None:
        message = _("The subdomain %(slug)s is taken.", slug=slug)
        super().__init__(message, fields={"slug": message})


@contextmanager
def opening() -> Iterator[None]:
    """Act for the tenant about to be created: `with opening(), transaction(): create(…)`."""
    with acting_for(new_id()):
        yield


def create(
    slug: str,
    *,
    name: str,
    owner: User | None,
    currency: str = "USD",
    timezone: str = "UTC",
    at: datetime,
) -> Tenant:
    """Open a box office on a subdomain, with its first owner. Call it inside `opening()`."""
    wrong: dict[str, str] = {}
    slug = slug.strip().lower()
    values: dict[str, Any] = {}
    if reason := slug_trouble(slug):
        wrong["slug"] = reason
    for key, given in (("name", name), ("currency", currency), ("timezone", timezone)):
        try:
            values[key] = _SETTINGS[key](given)
        except ValueError as error:
            wrong[key] = str(error)
    if wrong:
        raise Invalid(wrong)

    tenant = Tenant(id=current_tenant_id(), slug=slug, created_at=at, **values)
    if owner is not None:
        tenant.contact_email = owner.email
    try:
        with db.session.begin_nested():
            db.session.add(tenant)
    except IntegrityError:
        raise SlugTaken(slug) from None
    if owner is not None:
        db.session.add(Membership(user_id=owner.id, role="owner", created_at=at))
    audit.record(
        "tenant.create", tenant, _("Opened the box office %(name)s", name=tenant.name), at=at
    )
    return tenant


def slug_trouble(slug: str) -> str | None:
    """Why this can't be a subdomain; None if it can, so far as its form goes."""
    if not _SLUG.fullmatch(slug) or slug.startswith("xn--"):
        return _("Use letters, digits and hyphens, such as riverside-hall.")
    if slug in RESERVED:
        return _("The subdomain %(slug)s is kept for the platform.", slug=slug)
    return None


def is_taken(slug: str) -> bool:
    return db.session.scalar(select(Tenant.id).where(Tenant.slug == slug)) is not None


def find(slug: str) -> Tenant | None:
    return db.session.scalar(select(Tenant).where(Tenant.slug == slug))


def get(tenant_id: uuid.UUID) -> Tenant:
    return db.session.get_one(Tenant, tenant_id)


def locked(tenant_id: uuid.UUID) -> Tenant:
    """The same, for changing it while nobody else does."""
    # Sales go on meanwhile: what they write locks the key alone.
    return db.session.get_one(
        Tenant, tenant_id, with_for_update={"key_share": True}, populate_existing=True
    )


def change(tenant: Tenant, values: Mapping[str, str], *, at: datetime) -> list[str]:
    """Set what is given, all of it or, with a sentence for each that can't be, nothing.

    Answers the keys that are different now.
    """
    wrong: dict[str, str] = {}
    wanted: dict[str, Any] = {}
    for key, given in values.items():
        if key not in _SETTINGS:
            known = ", ".join(sorted(_SETTINGS))
            wrong[key] = _(
                "There is no setting %(key)s. There are: %(known)s.", key=key, known=known
            )
            continue
        try:
            wanted[key] = _SETTINGS[key](given)
        except ValueError as error:
            wrong[key] = str(error)
    if wrong:
        raise Invalid(wrong)
    if wanted.get("currency", tenant.currency) != tenant.currency:
        # 30 cents are no 30 yen: what was agreed in one currency says nothing in another.
        wanted.setdefault("fee_fixed", None)
    for key, value in wanted.items():
        if getattr(tenant, key) != value:
            setattr(tenant, key, value)
    before, after = audit.changes(tenant)
    if "fee_fixed" in after:
        was_in = before.get("currency", tenant.currency)
        before["fee_fixed"] = _money(before["fee_fixed"], was_in)
        after["fee_fixed"] = _money(after["fee_fixed"], tenant.currency)
    if after:
        audit.record("tenant.change", tenant, _in_words(after), before, after, at=at)
    return list(after)


def _money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


def keep_logo(tenant: Tenant, picture: dict[str, Any] | None, *, at: datetime) -> None:
    """Show this picture as the logo, or none."""
    tenant.logo = picture
    before, after = audit.changes(tenant)
    if after:
        words = _("Changed the logo") if picture else _("Removed the logo")
        audit.record("tenant.change", tenant, words, before, after, at=at)


def _in_words(after: Mapping[str, Any]) -> str:
    said = {
        "name": _("the name"),
        "tagline": _("the tagline"),
        "about": _("the description"),
        "contact_email": _("the contact address"),
        "locale": _("the language"),
        "timezone": _("the time zone"),
        "currency": _("the currency"),
        "fee_mode": _("who bears the fees"),
        "fee_percent": _("the fee in percent"),
        "fee_fixed": _("the fixed fee"),
        "hold_minutes": _("how long tickets are held"),
        "accent": _("the brand colour"),
    }
    return _("Changed %(settings)s", settings=", ".join(said[key] for key in after))


def _line(most: int, *, needed: bool = False) -> Any:
    def read(given: str) -> str:
        text = _short_enough(" ".join(given.split()), most)
        if needed and not text:
            raise ValueError(_("This is needed."))
        return text

    return read


def _text(most: int) -> Any:
    return lambda given: _short_enough(given.replace("\r\n", "\n").strip(), most)


def _short_enough(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueError(_("Use at most %(count)s characters.", count=most))
    return refuse_control_characters(text)


def _contact(given: str) -> str:
    if not given.strip():
        return ""
    try:
        return people.address(given)
    except Invalid as refusal:
        raise ValueError(refusal.message) from None


def _currency(given: str) -> str:
    code = given.strip().upper()
    if not is_currency(code):
        raise ValueError(
            _("%(code)s is not a currency we know. Use a code such as USD or EUR.", code=code)
        )
    return code


def _timezone(given: str) -> str:
    if given.strip() not in timezones.known():
        raise ValueError(_("%(zone)s is not a time zone, such as Europe/Berlin.", zone=given))
    return given.strip()


def _locale(given: str) -> str:
    try:
        return str(Locale.parse(given.strip().replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise ValueError(_("%(code)s is not a language, such as en or de.", code=given)) from None


def _fee_mode(given: str) -> str:
    if given.strip() not in FEE_MODES:
        raise ValueError(_("Fees are passed_on (the buyer pays them) or absorbed (you do)."))
    return given.strip()


def _fee_percent(given: str) -> Decimal:
    try:
        percent = Decimal(given.strip())
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or not 0 <= percent <= 100:
        raise ValueError(_("The fee in percent is a number from 0 to 100, such as 2.5."))
    if percent != round(percent, 3):
        raise ValueError(_("The fee in percent has at most three decimals."))
    return percent


def _fee_fixed(given: str) -> int | None:
    if given.strip() in ("", "default"):
        return None
    minor_units = whole_numbers.read(given.strip(), digits=12)
    if minor_units is None:
        raise ValueError(
            _("The fixed fee is a whole number of minor units, such as 30 for 0.30 USD.")
        )
    return minor_units


def _hold_minutes(given: str) -> int:
    minutes = whole_numbers.read(given.strip(), digits=3)
    if minutes is None or not 1 <= minutes <= 60:
        raise ValueError(_("Tickets are held for 1 to 60 minutes."))
    return minutes


def _accent(given: str) -> str:
    colour = given.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise ValueError(_("A colour is written as six digits, such as #b3361e."))
    return colour


_SETTINGS: dict[str, Any] = {
    "name": _line(80, needed=True),
    "tagline": _line(140),
    "about": _text(5000),
    "contact_email": _contact,
    "locale": _locale,
    "timezone": _timezone,
    "currency": _currency,
    "fee_mode": _fee_mode,
    "fee_percent": _fee_percent,
    "fee_fixed": _fee_fixed,
    "hold_minutes": _hold_minutes,
    "accent": _accent,
}
