"""How a tenant is paid: its connected account, and the ways it takes money besides cards.

What asks Stripe is not for use inside a transaction.
"""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import whole_numbers
from eventflow.accounts import audit
from eventflow.db import db, new_id, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.payments import providers, requirements, stripe_provider
from eventflow.payments.gateway_errors import GatewayDown, GatewayRefused
from eventflow.payments.models import PaymentAccount
from eventflow.payments.stripe_facts import AccountStatus
from eventflow.tenancy import current_tenant_id

MOST_DAYS = 60
WAYS = ("takes_transfer", "transfer_details", "days_to_pay", "takes_at_door")
"""What is said of other ways to pay than by card."""


class CannotConnect(Refusal):
    """Stripe opens no account for this organizer, or not like this."""


def found() -> PaymentAccount | None:
    """The current tenant's account, if it has one by now."""
    return db.session.scalar(select(PaymentAccount))


def current() -> PaymentAccount:
    """The current tenant's account; made, empty, when first asked for."""
    account = found()
    if account is None:
        account = PaymentAccount(id=new_id(), requirements_due=[], days_to_pay=7)
        db.session.add(account)
        db.session.flush()
    return account


def locked() -> PaymentAccount:
    """The same, for changing it while nobody else does."""
    account = current()
    db.session.refresh(account, with_for_update={"key_share": True})
    return account


def connect(*, email: str, country: str, at: datetime) -> str:
    """Open an account at Stripe for the current tenant, once; answers what Stripe calls it.

    Raises ProviderDown, or CannotConnect with Stripe's reason.
    """
    with transaction():
        known = current().stripe_account
    if known is not None:
        return known
    if country not in requirements.COUNTRIES:
        raise Invalid({"country": _("Choose the country your business is in.")})
    tenant_id = current_tenant_id()
    made = _asked(
        lambda: stripe_provider.gateway().create_account(
            email=email,
            country=country,
            idempotency_key=f"account-{tenant_id}-{country}-{email}",
            metadata={"tenant_id": str(tenant_id)},
        )
    )
    with transaction():
        account = db.session.scalars(select(PaymentAccount).with_for_update()).one()
        if account.stripe_account is None:
            account.stripe_account = made
            words = _("Opened an account at Stripe")
            audit.record("payments.connect", account, words, None, {"country": country}, at=at)
        return account.stripe_account


def onboarding_url(stripe_account: str, *, back: str, renew: str) -> str:
    """Where the organizer tells Stripe about themselves: good for minutes and one visit."""
    return _asked(
        lambda: stripe_provider.gateway().onboarding_link(
            stripe_account, refresh_url=renew, return_url=back
        )
    )


def change_ways(
    *, transfer: bool, transfer_details: str, at_door: bool, days_to_pay: str, at: datetime
) -> bool:
    """Say how buyers may pay besides by card; whether anything is different now."""
    account = current()
    details = transfer_details.replace("\r\n", "\n").strip()
    wrong = {}
    if transfer and not details:
        wrong["transfer_details"] = _("Say where to: name, bank and account number.")
    if len(details) > 1000:
        wrong["transfer_details"] = _("That is too long; 1,000 characters are enough.")
    days = whole_numbers.read(days_to_pay, digits=6) or 0
    if not 1 <= days <= MOST_DAYS:
        wrong["days_to_pay"] = _("A number of days from 1 to %(most)s.", most=MOST_DAYS)
    if wrong:
        raise Invalid(wrong)
    account.takes_transfer = transfer
    account.transfer_details = details
    account.takes_at_door = at_door
    account.days_to_pay = days
    before, after = audit.changes(account)
    if after:
        words = _("Changed how buyers may pay")
        audit.record("payments.change", account, words, before, after, at=at)
    return bool(after)


def check(*, at: datetime) -> str:
    """Ask Stripe what the connected account may do by now, and note it.

    What a report says of an account may be old news by the time it is read; so it is only taken as
    a hint that there is news.
    """
    account = found()
    if account is None or account.stripe_account is None:
        return "no such account"
    name = account.stripe_account
    db.session.rollback()  # Nothing is held open while the network is asked.
    try:
        status = stripe_provider.gateway().account_status(name)
    except GatewayDown as down:
        raise providers.ProviderDown(str(down)) from down
    except GatewayRefused:
        # It is not ours any more: nothing can be charged for it.
        status = AccountStatus(name, False, False, False, ())
    with transaction():
        _note(status, at=at)
    return "account noted"


def _asked(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except GatewayDown as down:
        raise providers.ProviderDown(str(down)) from down
    except GatewayRefused as refused:
        raise CannotConnect(_(refused.message, **refused.facts)) from refused


def _note(status: AccountStatus, *, at: datetime) -> None:
    account = db.session.scalars(
        select(PaymentAccount)
        .where(PaymentAccount.stripe_account == status.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    # Of two answers, the one that was asked for later holds.
    if account is None or (account.checked_at and account.checked_at > at):
        return
    account.charges_enabled = status.charges_enabled
    account.payouts_enabled = status.payouts_enabled
    account.requirements_due = list(status.requirements_due)
    account.checked_at = at


def takes_cards(account: PaymentAccount | None) -> bool:
    """Whether buyers can pay online: always in the sandbox, elsewhere once Stripe says so."""
    if providers.name_for("online") != "stripe":
        return True
    return account is not None and account.stripe_account is not None and account.charges_enabled


def missing() -> dict[str, str]:
    """What keeps the current tenant from being paid: a sentence, or nothing."""
    account = current()
    if account.charges_enabled or account.takes_transfer or account.takes_at_door:
        return {}
    return {"payments": _("Connect a Stripe account, or offer another way to pay.")}
