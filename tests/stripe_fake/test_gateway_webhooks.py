"""The gateway believes what Stripe has signed, lately, and nothing else."""

import json
import time
from datetime import UTC

import pytest

from eventflow.payments.gateway_errors import BadSignature
from eventflow.payments.stripe_facts import AccountStatus, CheckoutSession

from .fake import StripeFake
from .scenarios import gateway_to, paid_order, ready_organizer


def test_a_webhook_is_read_when_stripe_signed_it(stripe_fake, gateway, organizer):
    paid = paid_order(stripe_fake, gateway, organizer)
    facts = []

    stripe_fake.deliver_webhooks(
        lambda body, signature: facts.append(gateway.read_webhook(body, signature)) or 200
    )

    assert (facts[0].type, facts[0].account) == ("account.updated", organizer)
    assert AccountStatus.of(facts[0].object).charges_enabled
    assert (facts[-1].type, facts[-1].account) == ("checkout.session.completed", None)
    assert CheckoutSession.of(facts[-1].object) == paid
    assert type(facts[-1].object["metadata"]) is dict
    assert facts[-1].created.tzinfo is UTC


@pytest.mark.parametrize("signature", ["wrong", "stale", "missing"])
def test_a_webhook_nobody_signed_is_not_believed(stripe_fake, gateway, organizer, signature):
    def receive(body: bytes, header: str) -> int:
        with pytest.raises(BadSignature):
            gateway.read_webhook(body, header)
        return 400

    (delivery,) = stripe_fake.deliver_webhooks(receive, signature=signature)

    assert not delivery.accepted


@pytest.mark.parametrize(
    "payload", [b"not json", b"\xff\xfe", b"[]", b'{"object": "v2.core.event"}']
)
def test_what_is_signed_but_no_event_is_not_believed(stripe_fake, gateway, payload):
    with pytest.raises(BadSignature):
        gateway.read_webhook(payload, stripe_fake.sign(payload))


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=1", "nonsense", "v1=abc,t=x"])
def test_a_signature_of_any_shape_is_answered_calmly(gateway, header):
    with pytest.raises(BadSignature):
        gateway.read_webhook(b"{}", header)


def test_a_body_that_was_touched_is_not_believed(stripe_fake, gateway):
    body = json.dumps({"object": "event", "amount": 1}).encode()

    with pytest.raises(BadSignature):
        gateway.read_webhook(body.replace(b"1", b"9"), stripe_fake.sign(body))


def test_without_a_secret_nothing_is_believed(stripe_fake):
    body = b'{"object": "event"}'

    with pytest.raises(BadSignature):
        gateway_to(stripe_fake, webhook_secret="").read_webhook(body, stripe_fake.sign(body))


def test_both_endpoints_secrets_are_known(organizer):
    with StripeFake(connect_webhook_secret="whsec_connect") as fake:
        gateway = gateway_to(fake, webhook_secret=f"{fake.webhook_secret}, whsec_connect")
        paid_order(fake, gateway, ready_organizer(fake, gateway))
        seen = []
        fake.deliver_webhooks(
            lambda body, signature: seen.append(gateway.read_webhook(body, signature).type) or 200
        )

    assert {"account.updated", "checkout.session.completed"} <= set(seen)


def test_a_signature_holds_for_five_minutes(stripe_fake, gateway, organizer):
    body = json.dumps(stripe_fake.store.events[-1]).encode()
    now = int(time.time())

    assert gateway.read_webhook(body, stripe_fake.sign(body, at=now - 240)).type
    with pytest.raises(BadSignature):
        gateway.read_webhook(body, stripe_fake.sign(body, at=now - 310))
