"""The console's page about being paid: the account at Stripe, other ways to pay, and the fees."""

from collections.abc import Mapping
from typing import Any

from babel import Locale
from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow.accounts import access, carried, meanwhile
from eventflow.accounts.hosts import tenant_url
from eventflow.accounts.meanwhile import ChangedMeanwhile
from eventflow.db import now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.money import minor_digits, totals
from eventflow.pages import page
from eventflow.payments import accounts, providers, requirements
from eventflow.payments.models import PaymentAccount

bp = Blueprint("account", __name__)

PATH = "/manage/payments"


@bp.get("/payments")
@access.require("admin")
def show_payments() -> Response:
    return _payments_page({})


@bp.post("/payments/stripe")
@access.require("owner")
def connect_stripe() -> Response:
    """Open an account at Stripe if there is none, and go on there."""
    if proof := carried.to_proof(PATH, request.form):
        return proof
    if providers.name_for("online") != "stripe":
        return _back()
    person = access.current_person()
    assert person is not None
    try:
        accounts.connect(
            email=person.email, country=request.form.get("country", "").upper(), at=now()
        )
    except Invalid as refusal:
        return _payments_page(refusal.fields)
    except Refusal as refusal:
        flash(refusal.message, "wrong")
        return _back()
    return _to_stripe()


@bp.get("/payments/stripe/renew")
@access.require("owner")
def renew_link() -> Response:
    """Stripe sends people here whose link had run out or was used."""
    return _to_stripe()


@bp.get("/payments/stripe/back")
@access.require("owner")
def come_back() -> Response:
    """Back from Stripe, which says nothing of how it went; so we ask."""
    return _check()


@bp.post("/payments/stripe/check")
@access.require("admin")
def check_stripe() -> Response:
    return _check()


@bp.post("/payments/ways")
@access.require("owner")
def change_ways() -> Response:
    form = request.form
    if proof := carried.to_proof(PATH, form):
        return proof
    try:
        with (
            transaction(),
            meanwhile.keeping(accounts.locked(), accounts.WAYS, form.get("version")),
        ):
            changed = accounts.change_ways(
                transfer="takes_transfer" in form,
                transfer_details=form.get("transfer_details", ""),
                at_door="takes_at_door" in form,
                days_to_pay=form.get("days_to_pay", "").strip(),
                at=now(),
            )
    except ChangedMeanwhile as refusal:
        return _payments_page({}, stale=refusal)
    except Invalid as refusal:
        return _payments_page(refusal.fields)
    flash(_("That is how your buyers can pay now.") if changed else _("Nothing was different."))
    return _back()


def _check() -> Response:
    try:
        accounts.check(at=now())
    except providers.ProviderDown as down:
        flash(down.message, "doubt")
    return _back()


def _to_stripe() -> Response:
    with transaction():
        account = accounts.current().stripe_account
    if account is None or providers.name_for("online") != "stripe":
        return _back()
    try:
        url = accounts.onboarding_url(
            account,
            back=tenant_url(g.tenant.slug, f"{PATH}/stripe/back"),
            renew=tenant_url(g.tenant.slug, f"{PATH}/stripe/renew"),
        )
    except Refusal as refusal:
        flash(refusal.message, "wrong")
        return _back()
    return redirect(url, 303)  # type: ignore[return-value]


def _payments_page(errors: dict[str, str], *, stale: ChangedMeanwhile | None = None) -> Response:
    with transaction():
        account = accounts.current()
        version = meanwhile.version_of(account, accounts.WAYS)
    typed = request.form if errors or stale else carried.brought_back()
    if "days_to_pay" in typed:
        # As it was opened, also where what was typed comes back after a while.
        version = stale.version if stale else typed.get("version", version)
    return page(
        "payments/organizer/payments.html",
        status=stale.status if stale else 422 if errors else 200,
        account=account,
        state=_state(account),
        wanted=requirements.in_words(account.requirements_due),
        countries=_countries(),
        country=typed.get("country", "") or _own_country(),
        ways=_typed(typed) if "days_to_pay" in typed else _kept(account),
        version=version,
        stale=stale,
        most_days=accounts.MOST_DAYS,
        may_change=access.may("owner"),
        fees=_fees(),
        errors=errors,
        at=now(),
    )


def _state(account: PaymentAccount) -> str:
    """`sandbox`, `none`, `wanted` (Stripe needs to know more), `no_payouts` or `ready`."""
    if providers.name_for("online") != "stripe":
        return "sandbox"
    if account.stripe_account is None:
        return "none"
    if not account.charges_enabled:
        return "wanted"
    return "ready" if account.payouts_enabled else "no_payouts"


def _kept(account: PaymentAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in accounts.WAYS}


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    return {
        "takes_transfer": "takes_transfer" in form,
        "transfer_details": form.get("transfer_details", ""),
        "takes_at_door": "takes_at_door" in form,
        "days_to_pay": form.get("days_to_pay", ""),
    }


def _fees() -> dict[str, Any]:
    """What the platform takes, shown on an example that is easy to follow."""
    currency = g.tenant.currency
    rule = g.tenant.fee_rule(currency)
    price = 25 * 10 ** minor_digits(currency) * (100 if minor_digits(currency) == 0 else 1)
    sums = totals(rule, 2 * price)
    return {
        "percent": f"{rule.percent.normalize():f}",
        "fixed": rule.fixed,
        "mode": rule.mode,
        "price": price,
        "sums": sums,
        "currency": currency,
    }


def _countries() -> list[tuple[str, str]]:
    names = Locale.parse(str(get_locale() or "en")).territories
    return sorted(
        ((code, names.get(code, code)) for code in requirements.COUNTRIES), key=lambda one: one[1]
    )


def _own_country() -> str:
    """A first guess from the box office's currency and language."""
    by_currency = {"USD": "US", "GBP": "GB", "CAD": "CA", "AUD": "AU", "JPY": "JP", "CHF": "CH"}
    territory = Locale.parse(g.tenant.locale).territory if "_" in g.tenant.locale else None
    return territory or by_currency.get(g.tenant.currency, "")


def _back() -> Response:
    return redirect(PATH, 303)  # type: ignore[return-value]
