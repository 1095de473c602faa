"""Telling the product what happened, as badly as a network can: late, twice, shuffled, never.

Events wait until somebody delivers them; what was not answered with 2xx waits on, as with Stripe.
Every attempt is signed afresh, so a late one is not a stale one.
"""

import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Literal
from urllib.parse import urlsplit

from .store import Document, Store

Signature = Literal["good", "wrong", "stale", "missing"]
Order = Literal["made", "reversed", "shuffled"]
Receiver = str | Callable[[bytes, str], int]
"""An address, or a function of body and signature that returns the status."""


@dataclass(frozen=True)
class Delivery:
    """One attempt; status None means that nobody answered."""

    event: str
    type: str
    status: int | None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def sign(payload: bytes, secret: str, *, at: int | None = None) -> str:
    """The Stripe-Signature header for this body."""
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), b"%d." % at + payload, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def body_of(event: Document) -> bytes:
    return json.dumps(event, indent=2, ensure_ascii=False).encode()


class PostOffice:
    """The events that still have to be delivered, and those that were."""

    def __init__(self, store: Store, secret: str, connect_secret: str):
        self.store = store
        self.secret = secret
        self.connect_secret = connect_secret
        self.attempts: list[Delivery] = []
        self._settled: set[str] = set()
        self._stopped = threading.Event()
        self._courier: threading.Thread | None = None

    def pending(self, only: Collection[str] | None = None) -> list[Document]:
        with self.store.lock:
            return [
                event
                for event in self.store.events
                if event["id"] not in self._settled and (only is None or event["type"] in only)
            ]

    def lose(self, only: Collection[str] | None = None) -> list[str]:
        """These will never arrive; GET /v1/events still knows them."""
        lost = [event["id"] for event in self.pending(only)]
        self._settled.update(lost)
        return lost

    def deliver(
        self,
        to: Receiver,
        *,
        times: int = 1,
        order: Order = "made",
        seed: int = 0,
        only: Collection[str] | None = None,
        again: bool = False,
        signature: Signature = "good",
    ) -> list[Delivery]:
        """Deliver what waits (with `again`, everything that ever happened), and say how it went."""
        events = self.pending(only)
        if again:
            events = [e for e in self.store.events if only is None or e["type"] in only]
        round_ = events * times
        if order == "reversed":
            round_.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(round_)
        return [self._attempt(event, to, signature) for event in round_]

    def header_for(self, event: Document, signature: Signature = "good") -> str:
        secret = self.connect_secret if "account" in event else self.secret
        if signature == "missing":
            return ""
        if signature == "wrong":
            return sign(body_of(event), "whsec_of_somebody_else")
        stale = int(time.time()) - 3600 if signature == "stale" else None
        return sign(body_of(event), secret, at=stale)

    def deliver_automatically(self, to: Receiver, *, delay: float = 0.0) -> None:
        """From now on, deliver by itself, and keep trying what is refused once a second."""
        self._courier = threading.Thread(target=self._run, args=(to, delay), daemon=True)
        self._courier.start()

    def stop(self) -> None:
        self._stopped.set()
        with self.store.happened:
            self.store.happened.notify_all()
        if self._courier:
            self._courier.join(timeout=5)

    def _run(self, to: Receiver, delay: float) -> None:
        while not self._stopped.is_set():
            with self.store.happened:
                self.store.happened.wait_for(lambda: self._stopped.is_set() or bool(self.pending()))
            if self._stopped.wait(delay):
                return
            if not all(delivery.accepted for delivery in self.deliver(to)):
                self._stopped.wait(1)

    def _attempt(self, event: Document, to: Receiver, signature: Signature) -> Delivery:
        payload, header = body_of(event), self.header_for(event, signature)
        status = to(payload, header) if callable(to) else _post(to, payload, header)
        delivery = Delivery(event["id"], event["type"], status)
        self.attempts.append(delivery)
        if delivery.accepted and signature == "good":
            self._settled.add(event["id"])
        return delivery


def _post(url: str, payload: bytes, header: str) -> int | None:
    parts = urlsplit(url)
    # *.localhost is the loopback to browsers, but not to every resolver.
    host = "127.0.0.1" if (parts.hostname or "").endswith("localhost") else parts.hostname
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(host or "", parts.port, timeout=30)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    if header:
        headers["Stripe-Signature"] = header
    try:
        connection.request("POST", parts.path or "/", payload, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
