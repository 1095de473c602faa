"""What a connected account may do: hinted at by webhooks, asked of Stripe, never believed."""

from datetime import timedelta

from eventflow.db import db, now, transaction
from eventflow.payments import accounts
from jobs import payments as jobs
from tests.payments.shop import aside, work


def test_news_of_an_account_are_asked_for_and_not_believed(shop, receive, stripe, connected):
    """Restricted, then complete again; the older report arrives last."""
    stripe.restrict(connected)
    stripe.complete_onboarding(connected)
    with transaction():
        accounts.current().charges_enabled = False

    stripe.deliver_webhooks(receive, order="reversed")
    work("payments.process_webhook")

    account = accounts.current()
    assert account.charges_enabled and account.payouts_enabled
    assert account.requirements_due == []


def test_an_account_that_may_not_charge_any_more_stops_the_sale(
    shop, gala, receive, stripe, connected
):
    stripe.restrict(connected, "individual.id_number")
    stripe.deliver_webhooks(receive)
    work("payments.process_webhook")

    assert accounts.current().requirements_due == ["individual.id_number"]
    assert "Sales are paused" in shop.browser.get(shop.hold(gala)).text


def test_of_two_answers_the_later_holds(shop, stripe, connected):
    stripe.restrict(connected)
    aside(accounts.check, at=now())
    stripe.complete_onboarding(connected)
    aside(accounts.check, at=now() - timedelta(minutes=1))
    assert not accounts.current().charges_enabled


def test_accounts_are_asked_about_now_and_then(shop, stripe, connected):
    stripe.restrict(connected)
    stripe.lose_webhooks()
    assert aside(jobs.check_accounts) == 1
    db.session.rollback()
    assert not accounts.current().charges_enabled


def test_an_account_that_is_not_ours_any_more_charges_nothing(shop, stripe):
    with transaction():
        accounts.current().stripe_account = "acct_gone"
    assert aside(accounts.check, at=now()) == "account noted"
    assert not accounts.current().charges_enabled
