"""The gateway tells what may pass from what will not, and repeats itself without harm."""

import pytest

from eventflow.payments.gateway_errors import GatewayDown

from .fake import StripeFake
from .scenarios import gateway_to, open_order


@pytest.mark.parametrize("fault", [429, 409, 500, 503, "hang up"])
def test_trouble_at_stripe_is_worth_another_try(stripe_fake, gateway, organizer, fault):
    stripe_fake.fail_next(1, fault)
    with pytest.raises(GatewayDown):
        open_order(gateway, organizer)

    assert open_order(gateway, organizer).status == "open"


def test_silence_is_not_waited_for_forever(stripe_fake, organizer):
    impatient = gateway_to(stripe_fake, timeouts=(1.0, 0.05))
    stripe_fake.fail_next(1, "silence")

    with pytest.raises(GatewayDown, match=r"read timeout=0\.05"):
        impatient.account_status(organizer)


def test_nobody_there_is_trouble_too(stripe_fake):
    with StripeFake() as gone:
        nowhere = gateway_to(gone)

    with pytest.raises(GatewayDown):
        nowhere.account_status("acct_1")


def test_a_wrong_key_refuses_nothing_for_good(stripe_fake, organizer):
    stripe_fake.server.secret_key = "sk_test_rotated"

    with pytest.raises(GatewayDown):
        gateway_to(stripe_fake).account_status(organizer)


def test_the_library_tries_again_by_itself_under_the_same_key(stripe_fake, organizer):
    patient = gateway_to(stripe_fake, max_network_retries=1)
    stripe_fake.fail_next(1, "hang up", executed=True)

    session = open_order(patient, organizer)

    first, second = stripe_fake.requests[-2:]
    assert first.idempotency_key == second.idempotency_key == "payment-0195f3"
    assert second.replayed
    assert session.status == "open"
