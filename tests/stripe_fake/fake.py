"""The handle a test holds: where Stripe is, what its people do, and what goes wrong."""

import secrets
import threading
from collections.abc import Collection
from typing import Self

from . import accounts, checkout, disputes, payments, refunds
from .server import Fault, Request, StripeServer
from .store import PLATFORM, Document, Store
from .webhooks import Delivery, Order, PostOffice, Receiver, Signature, sign


class StripeFake:
    """One Stripe platform with a port of its own; `with StripeFake() as stripe: …`.

    Connect events carry `account` and are signed with `connect_webhook_secret`. Stripe gives
    that endpoint a secret of its own; here both are the same unless another is given.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        secret_key: str | None = None,
        webhook_secret: str | None = None,
        connect_webhook_secret: str | None = None,
    ):
        self.secret_key = secret_key or f"sk_test_{secrets.token_hex(12)}"
        self.publishable_key = self.secret_key.replace("sk_", "pk_")
        self.webhook_secret = webhook_secret or f"whsec_{secrets.token_hex(16)}"
        self.connect_webhook_secret = connect_webhook_secret or self.webhook_secret
        self.webhook_url: str | None = None
        self.store = Store()
        self.server = StripeServer(self.store, self.secret_key, port=port)
        self.post = PostOffice(self.store, self.webhook_secret, self.connect_webhook_secret)
        self._thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """The address for STRIPE_API_BASE."""
        return self.store.url

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.server.patience.set()
        self.post.stop()
        if self._thread.is_alive():
            self.server.shutdown()
            self._thread.join(timeout=5)
        self.server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What buyers and organizers do on Stripe's pages

    def pay(self, session_id: str) -> Document:
        with self.store.lock:
            return checkout.pay(self.store, session_id)

    def decline(self, session_id: str, code: str = "card_declined") -> Document:
        with self.store.lock:
            return checkout.decline(self.store, session_id, code=code)

    def pay_later(self, session_id: str) -> Document:
        """By bank debit: the session is complete and unpaid until `settle`."""
        with self.store.lock:
            return checkout.pay_later(self.store, session_id)

    def settle(self, session_id: str, *, arrived: bool = True) -> Document:
        with self.store.lock:
            return checkout.settle(self.store, session_id, arrived=arrived)

    def complete_onboarding(self, account: str) -> Document:
        with self.store.lock:
            return accounts.complete(self.store, account)

    def restrict(self, account: str, *due: str) -> Document:
        """Stripe wants something more: charges and payouts are off until it is given."""
        with self.store.lock:
            return accounts.restrict(self.store, account, *(due or ("individual.id_number",)))

    # What banks do

    def next_refund(self, status: str) -> None:
        """The next refund will be `pending` or `failed` instead of `succeeded`."""
        self.store.next_refund_status = status

    def settle_refund(self, refund_id: str, status: str = "succeeded") -> Document:
        with self.store.lock:
            return refunds.settle(self.store, refund_id, status)

    def dispute(self, payment_intent: str, *, reason: str = "fraudulent") -> Document:
        with self.store.lock:
            return disputes.open_dispute(
                self.store, {"payment_intent": payment_intent, "reason": reason}
            )

    def close_dispute(self, dispute_id: str, *, won: bool) -> Document:
        with self.store.lock:
            return disputes.close(self.store, dispute_id, won=won)

    # Time and trouble

    def advance(self, *, minutes: int = 0, seconds: int = 0) -> None:
        """Let time pass at Stripe: sessions and links run out."""
        with self.store.lock:
            self.store.advance(60 * minutes + seconds)
            checkout.let_expire(self.store)

    def fail_next(
        self, n: int = 1, status: Fault = 500, *, executed: bool = False, after: int = 0
    ) -> None:
        """The next n requests, `after` so many good ones, fail: a status, "hang up" or "silence".

        With `executed` they are carried out first, and only the answer is lost.
        """
        self.server.faults.extend([(None, False)] * after + [(status, executed)] * n)

    # Webhooks

    def deliver_webhooks(
        self,
        to: Receiver | None = None,
        *,
        times: int = 1,
        order: Order = "made",
        seed: int = 0,
        only: Collection[str] | None = None,
        again: bool = False,
        signature: Signature = "good",
    ) -> list[Delivery]:
        """Deliver what waits to an address (default `webhook_url`) or to a function.

        The function gets body and Stripe-Signature and returns the status: with it a Flask test
        client can be the receiver. Refused and wrongly signed events go on waiting.
        """
        receiver = to or self.webhook_url
        if receiver is None:
            raise ValueError("say where to deliver: `to`, or `webhook_url` once and for all")
        return self.post.deliver(
            receiver,
            times=times,
            order=order,
            seed=seed,
            only=only,
            again=again,
            signature=signature,
        )

    def deliver_automatically(self, to: Receiver | None = None, *, delay: float = 0.0) -> None:
        receiver = to or self.webhook_url
        if receiver is None:
            raise ValueError("say where to deliver: `to`, or `webhook_url` once and for all")
        self.post.deliver_automatically(receiver, delay=delay)

    def lose_webhooks(self, only: Collection[str] | None = None) -> list[str]:
        """What waits will never be delivered."""
        return self.post.lose(only)

    def waiting(self) -> list[str]:
        """The types of the events that have not been delivered."""
        return [event["type"] for event in self.post.pending()]

    def sign(self, payload: bytes, *, at: int | None = None) -> str:
        return sign(payload, self.webhook_secret, at=at)

    # Looking inside

    @property
    def requests(self) -> list[Request]:
        return self.server.requests

    @property
    def broken(self) -> list[str]:
        return self.server.broken

    def find(self, id: str) -> Document:
        """The object of this id, as it is now."""
        with self.store.lock:
            found = self.store.lookup(id)
            if found is None:
                raise LookupError(id)
            return self.store.snapshot(found)

    def balance(self, account: str = PLATFORM) -> dict[str, int]:
        with self.store.lock:
            return payments.balance(self.store, account)
