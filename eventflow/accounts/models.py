"""Who: tenants, the people who work for them, and the programs that act for them."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from flask_login import UserMixin
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventflow.db import Id, Model
from eventflow.money import FeeMode, FeeRule, default_fixed_fee
from eventflow.pictures import Picture
from eventflow.tenancy import TenantOwned

ROLES = ("scanner", "staff", "admin", "owner")
"""Each may do what those before it may."""

_ROLE_CHECK = "role in ('scanner', 'staff', 'admin', 'owner')"


class Tenant(Model):
    """The account that sells: one box office on one subdomain."""

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'", name="slug"),
        CheckConstraint("fee_mode in ('passed_on', 'absorbed')", name="fee_mode"),
        CheckConstraint("fee_percent >= 0 and fee_percent <= 100", name="fee_percent"),
        CheckConstraint("fee_fixed >= 0", name="fee_fixed"),
        CheckConstraint("hold_minutes between 1 and 60", name="hold_minutes"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    tagline: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="en")
    timezone: Mapped[str] = mapped_column(default="UTC")
    currency: Mapped[str] = mapped_column(default="USD")
    fee_mode: Mapped[str] = mapped_column(default="passed_on")
    fee_percent: Mapped[Decimal] = mapped_column(Numeric(6, 3), default=Decimal("2.5"))
    fee_fixed: Mapped[int | None]
    """Minor units; none means the platform's usual one for the currency of the sale."""
    hold_minutes: Mapped[int] = mapped_column(default=10)
    accent: Mapped[str] = mapped_column(default="#b3361e")
    logo: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @property
    def logo_url(self) -> str | None:
        """Where the logo is, wide enough for a page's head on any screen."""
        return Picture.from_json(self.logo).at_least(192).url if self.logo else None

    @property
    def logo_srcset(self) -> str:
        """The same in every width there is, so that a screen takes no more of it than it shows."""
        return Picture.from_json(self.logo).srcset() if self.logo else ""

    def fee_rule(self, currency: str, mode: str | None = None) -> FeeRule:
        """What the platform takes of a sale in this currency, and who bears it."""
        fixed = self.fee_fixed
        if fixed is None or currency != self.currency:
            fixed = default_fixed_fee(currency)
        return FeeRule(self.fee_percent, fixed, cast(FeeMode, mode or self.fee_mode))


class User(UserMixin, Model):
    """A person with a login. What they may do is said by their memberships."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower"),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    is_platform_admin: Mapped[bool] = mapped_column(default=False)
    email_verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Membership(TenantOwned, Model):
    """A person's role at one tenant."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_id"),
        CheckConstraint(_ROLE_CHECK, name="role"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    user: Mapped[User] = relationship()
    tenant: Mapped[Tenant] = relationship()

    def may(self, role: str) -> bool:
        """Whether this role includes that one."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Invitation(TenantOwned, Model):
    """An offer of a role to whoever reads mail at an address: once, for a while."""

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint(_ROLE_CHECK, name="role"),)

    id: Mapped[Id]
    email: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    invited_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class SignIn(Model):
    """One browser, signed in on one host. The cookie carries its token, this row its hash."""

    __tablename__ = "sign_ins"

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    host: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(default="")
    agent: Mapped[str] = mapped_column(default="")
    proven_at: Mapped[datetime | None]
    """When a password or a mailed link last proved who it is; a hand-over brings it along."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at


class OneTimeLink(Model):
    """A link that opens one door once: sign-in, hand-over to a tenant's host, finding orders."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        CheckConstraint(
            "purpose in ('sign_in', 'handover', 'reset_password', 'verify_email', 'find_orders')",
            name="purpose",
        ),
    )

    id: Mapped[Id]
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(default="")
    host: Mapped[str]
    next: Mapped[str] = mapped_column(default="/")
    proven_at: Mapped[datetime | None]
    """Of a hand-over: when the sign-in it comes from was proven."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship()


class ApiToken(TenantOwned, Model):
    """A program's key to one tenant, with a role. Shown once; only its hash is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = (CheckConstraint(_ROLE_CHECK, name="role"),)

    id: Mapped[Id]
    name: Mapped[str]
    role: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    may = Membership.may


class AuditEntry(TenantOwned, Model):
    """One thing somebody did: who, what, before and after, in words."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    id: Mapped[Id]
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    subject_name: Mapped[str]
    words: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    address: Mapped[str] = mapped_column(default="")
    request_id: Mapped[str] = mapped_column(default="")
