"""What the fake remembers: objects and who owns them, what happened, and what time it is.

Nothing enters the store or leaves it without passing the checker, and an event keeps the object
as it was at that moment, as Stripe's snapshot events do.
"""

import copy
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import stripe

from .checker import check_object

Document = dict[str, Any]

PLATFORM = "acct_platform"
API_VERSION = str(stripe.api_version)


class Declined(Exception):
    """An answer of 400 or above, as Stripe words it."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ):
        super().__init__(message)
        self.status = status
        self.error: Document = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.error["param"] = param

    def as_json(self) -> Document:
        return {"error": self.error}


class Store:
    """Everything one Stripe platform and its connected accounts consist of."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.happened = threading.Condition(self.lock)
        self.events: list[Document] = []
        self.url = ""
        self.line_items: dict[str, list[Document]] = {}
        self.plans: dict[str, Document] = {}
        """By Checkout Session: what its PaymentIntent shall be."""
        self.onboarding: dict[str, Document] = {}
        self.next_refund_status = "succeeded"
        self._objects: dict[str, Document] = {}
        self._owners: dict[str, str] = {}
        self._ahead = 0

    # Time

    def now(self) -> int:
        return int(time.time()) + self._ahead

    def advance(self, seconds: int) -> None:
        with self.lock:
            self._ahead += seconds

    # Objects

    def new_id(self, prefix: str) -> str:
        # Random, so that two fakes feeding one database never speak of the same thing.
        return f"{prefix}_{secrets.token_hex(12)}"

    def keep(self, document: Document, *, owner: str = PLATFORM) -> Document:
        check_object(document)
        self._objects[document["id"]] = document
        self._owners[document["id"]] = owner
        return document

    def change(self, document: Document, **values: Any) -> Document:
        document.update(values)
        check_object(document)
        return document

    def find(
        self, kind: str, id: str, *, owner: str | None = PLATFORM, param: str = ""
    ) -> Document:
        """The object itself, or Stripe's "No such …" for what is not there or not yours."""
        found = self._objects.get(id)
        if (
            found is None
            or found["object"] != kind
            or (owner is not None and self._owners[id] != owner)
        ):
            raise Declined(
                f"No such {kind}: '{id}'",
                status=404 if not param else 400,
                code="resource_missing",
                param=param or "id",
            )
        return found

    def lookup(self, id: str) -> Document | None:
        return self._objects.get(id)

    def all(self, kind: str, *, owner: str | None = PLATFORM) -> Iterator[Document]:
        """Newest first, as Stripe lists."""
        for id, document in reversed(list(self._objects.items())):
            if document["object"] == kind and owner in (None, self._owners[id]):
                yield document

    # Events

    def record(
        self,
        kind: str,
        document: Document,
        *,
        account: str | None = None,
        previous: Document | None = None,
    ) -> Document:
        """Say that something happened; the event keeps the object as it is now."""
        data: Document = {"object": copy.deepcopy(document)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": self.new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        } | ({"account": account} if account else {})
        with self.happened:
            self.keep(event, owner=account or PLATFORM)
            self.events.append(event)
            self.happened.notify_all()
        return event

    def snapshot(self, document: Document) -> Document:
        return copy.deepcopy(document)


def list_of(documents: list[Document], url: str, *, has_more: bool = False) -> Document:
    return {"object": "list", "data": documents, "has_more": has_more, "url": url}


Handler = Callable[[Store, Document, str], Document]
"""What answers a request: store, typed parameters (ids of the path among them), account."""
