"""The gateway opens organizers' accounts and knows what they may do."""

import pytest

from eventflow.payments.gateway_errors import GatewayRefused
from eventflow.payments.stripe_facts import AccountStatus

from .scenarios import new_organizer


def test_an_account_may_charge_once_stripe_knows_enough(stripe_fake, gateway):
    account = gateway.create_account(
        email="olivia@riverside.example",
        country="JP",
        idempotency_key="tenant-1",
        metadata={"tenant": "riverside"},
    )
    before = gateway.account_status(account)
    stripe_fake.complete_onboarding(account)

    assert before.requirements_due[:2] == ("business_profile.url", "business_type")
    assert gateway.account_status(account) == AccountStatus(account, True, True, True, ())
    assert stripe_fake.find(account)["metadata"] == {"tenant": "riverside"}
    assert stripe_fake.find(account)["country"] == "JP"


def test_an_account_is_opened_once_however_often_it_is_asked_for(gateway):
    assert new_organizer(gateway, key="tenant-1") == new_organizer(gateway, key="tenant-1")


def test_an_account_that_stripe_restricts_says_what_is_due(stripe_fake, gateway, organizer):
    stripe_fake.restrict(organizer, "individual.id_number")

    status = gateway.account_status(organizer)

    assert not status.charges_enabled
    assert status.requirements_due == ("individual.id_number",)


def test_an_account_nobody_knows_is_refused(gateway):
    with pytest.raises(GatewayRefused) as refused:
        gateway.account_status("acct_none")

    assert refused.value.code == "account_invalid"
