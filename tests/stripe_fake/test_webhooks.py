import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe

from . import webhooks
from .fake import StripeFake
from .scenarios import gateway_to, new_organizer, paid_order, ready_organizer


class Inbox:
    """A receiver that keeps what came and answers as it is told."""

    def __init__(self, *statuses: int):
        self.statuses = list(statuses)
        self.came: list[tuple[bytes, str]] = []

    def __call__(self, payload: bytes, signature: str) -> int:
        self.came.append((payload, signature))
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def types(self) -> list[str]:
        return [json.loads(payload)["type"] for payload, _ in self.came]


@pytest.fixture
def paid(stripe_fake):
    """One paid order, of which nobody has been told."""
    gateway = gateway_to(stripe_fake)
    account = ready_organizer(stripe_fake, gateway)
    stripe_fake.lose_webhooks()
    return paid_order(stripe_fake, gateway, account)


def test_each_event_is_told_once_and_signed(stripe_fake, paid):
    inbox = Inbox()

    stripe_fake.deliver_webhooks(inbox)
    stripe_fake.deliver_webhooks(inbox)

    assert inbox.types[-1] == "checkout.session.completed"
    assert max(Counter(inbox.types).values()) == 1
    for payload, signature in inbox.came:
        stripe.Webhook.construct_event(payload, signature, stripe_fake.webhook_secret)


def test_an_event_is_as_it_was_not_as_it_became(stripe_fake, paid):
    gateway_to(stripe_fake).refund(
        payment_intent=paid.payment_intent, amount=1000, reason="", idempotency_key="r"
    )
    inbox = Inbox()

    stripe_fake.deliver_webhooks(inbox, only={"charge.succeeded", "charge.refunded"})

    told = [json.loads(payload)["data"]["object"] for payload, _ in inbox.came]
    assert [charge["amount_refunded"] for charge in told] == [0, 1000]


def test_what_is_refused_is_told_again(stripe_fake, paid):
    inbox = Inbox(500)

    first, *_ = stripe_fake.deliver_webhooks(inbox)
    assert not first.accepted
    assert stripe_fake.waiting() == [first.type]

    assert [d.event for d in stripe_fake.deliver_webhooks(inbox)] == [first.event]
    assert stripe_fake.waiting() == []


def test_events_come_twice_and_out_of_order(stripe_fake, paid):
    in_order = stripe_fake.waiting()
    backwards, shuffled = Inbox(), Inbox()

    stripe_fake.deliver_webhooks(backwards, times=2, order="reversed")
    stripe_fake.deliver_webhooks(shuffled, again=True, order="shuffled", seed=3)

    assert backwards.types == (in_order * 2)[::-1]
    assert sorted(shuffled.types) == sorted(["account.updated", *in_order])
    assert shuffled.types != ["account.updated", *in_order]


def test_lost_events_never_come_but_can_be_asked_for(stripe_fake, paid):
    inbox = Inbox()

    lost = stripe_fake.lose_webhooks({"checkout.session.completed"})
    stripe_fake.deliver_webhooks(inbox)

    assert "checkout.session.completed" not in inbox.types
    assert stripe_fake.find(lost[0])["data"]["object"]["id"] == paid.id


@pytest.mark.parametrize("signature", ["wrong", "stale", "missing"])
def test_a_bad_signature_is_bad_and_settles_nothing(stripe_fake, paid, signature):
    inbox = Inbox()
    waiting = stripe_fake.waiting()

    stripe_fake.deliver_webhooks(inbox, signature=signature)

    assert stripe_fake.waiting() == waiting
    for payload, header in inbox.came:
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(payload, header, stripe_fake.webhook_secret)


def test_connected_accounts_have_a_secret_of_their_own_if_wanted():
    with StripeFake(connect_webhook_secret="whsec_connect") as fake:
        gateway = gateway_to(fake)
        paid_order(fake, gateway, ready_organizer(fake, gateway))
        inbox = Inbox()
        fake.deliver_webhooks(inbox)

    for payload, header in inbox.came:
        connect = json.loads(payload).get("account") is not None
        secret = "whsec_connect" if connect else fake.webhook_secret
        stripe.Webhook.construct_event(payload, header, secret)
    assert inbox.types[0] == "account.updated"


def test_the_library_signs_alike():
    ours = webhooks.sign(b'{"id": "evt_1"}', "whsec_1", at=1794000000)

    assert ours == stripe.WebhookSignature.generate_signature_header(
        '{"id": "evt_1"}', "whsec_1", 1794000000
    )


def test_events_go_out_over_http_by_themselves(stripe_fake):
    inbox, done = Inbox(503), threading.Event()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = inbox(body, self.headers["Stripe-Signature"])
            self.send_response(status)
            self.end_headers()
            if status == 200:
                done.set()

        def log_message(self, *_: object) -> None:
            pass

    endpoint = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        port = endpoint.server_address[1]
        stripe_fake.deliver_automatically(f"http://eventflow.localhost:{port}/webhooks/stripe")
        account = new_organizer(gateway_to(stripe_fake))
        stripe_fake.complete_onboarding(account)
        assert done.wait(30)
    finally:
        stripe_fake.post.stop()
        endpoint.shutdown()
        thread.join()
        endpoint.server_close()

    # Refused once, accepted the second time.
    assert inbox.types == ["account.updated", "account.updated"]
    assert [attempt.status for attempt in stripe_fake.post.attempts] == [503, 200]


def test_nobody_there_is_an_attempt_that_failed(stripe_fake, paid):
    with StripeFake() as gone:
        nowhere = f"{gone.url}/webhooks/stripe"

    (delivery,) = stripe_fake.deliver_webhooks(nowhere, only={"checkout.session.completed"})

    assert delivery.status is None
    assert "checkout.session.completed" in stripe_fake.waiting()
