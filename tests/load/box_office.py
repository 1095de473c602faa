"""The Riverside box office over real HTTP: the organizer who opens it, and buyers who insist.

A buyer here is what a good program is in bad weather: it sends the same request with the same key
until it gets an answer that is one.
"""

import http.client
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.launcher.running import Dev

OWNER = ("--name", "Riverside Hall", "--owner", "olivia@example.org", "--password", "a long walk")
EVENT = {
    "starts_at": "2031-01-10T19:00:00Z",
    "ends_at": "2031-01-10T22:00:00Z",
    "timezone": "Europe/Vienna",
    "venue": {"name": "Riverside Hall", "address": "Quay 1"},
}
PATIENCE = 180.0
TRY_AGAIN = ("idempotency_in_progress", "rate_limited")


class NoAnswer(AssertionError):
    """Whoever insisted for so long had a right to one."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Any
    body: bytes
    took: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code, as the API names it."""
        kind = self.headers.get("Content-Type", "")
        return self.json["code"] if kind.startswith("application/problem+json") else ""


@dataclass(frozen=True)
class Bought:
    code: str
    secret: str
    email: str
    quantity: int


class BoxOffice:
    """What a browser or a program sees of one running copy."""

    def __init__(self, dev: Dev):
        self.dev = dev
        self.base = f"eventflow.localhost:{dev.port}"
        self.host = f"riverside.{self.base}"
        self.token = ""

    def open(self, quantity: int) -> str:
        """Make the tenant and the Winter Gala with so many tickets; answers its tier's id."""
        self.make_tenant()
        return self.make_event("Winter Gala", quantity)[1]

    def make_tenant(self) -> None:
        made = self.dev.command("flask", "tenant", "create", "riverside", *OWNER)
        assert made.returncode == 0, made.stderr
        made = self.dev.command("flask", "token", "create", "riverside", "--role=owner", "--name=t")
        assert made.returncode == 0, made.stderr
        self.token = made.stdout.strip()

    def make_event(self, title: str, quantity: int) -> tuple[str, str]:
        """An event on sale with so many Stalls; answers its slug and the tier's id."""
        made = self.api("POST", "/events", EVENT | {"title": title})
        assert made.status == 201, made.body
        slug = made.json["event"]["slug"]
        price = {"amount": 2500, "currency": "USD"}
        stalls = {"name": "Stalls", "price": price, "quantity": quantity}
        tier = self.api("POST", f"/events/{slug}/tiers", stalls)
        assert tier.status == 201, tier.body
        assert self.api("POST", f"/events/{slug}/publish").status == 200
        return slug, tier.json["tier"]["id"]

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        host: str = "",
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.dev.port, timeout=60)
        began = time.monotonic()
        try:
            connection.request(method, path, body, {"Host": host or self.host, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
            return Answer(answer.status, answer.headers, content, time.monotonic() - began)
        finally:
            connection.close()

    def api(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """As the organizer; with a key as a buyer, who has no token."""
        headers = {"Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {"Authorization": f"Bearer {self.token}"}
        content = json.dumps(body or {}).encode() if method != "GET" else None
        return self.send(method, f"/api/v1{path}", content, headers)

    def form(self, path: str, **fields: str | int) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        return self.send("POST", path, urlencode(fields).encode(), headers)

    def buy(self, tier: str, quantity: int = 1) -> Bought:
        """Hold, order and pay by the API, each until it is answered."""
        email = f"{uuid.uuid4().hex[:12]}@example.com"
        hold_key, order_key = str(uuid.uuid4()), str(uuid.uuid4())
        items = {"items": [{"tier": tier, "quantity": quantity}]}
        held = insist(
            lambda: self.api("POST", "/events/winter-gala/holds", items, key=hold_key), 201
        )
        wanted = {"hold": held.json["hold"]["id"], "buyer": {"name": "Bea", "email": email}}
        made = insist(lambda: self.api("POST", "/orders", wanted, key=order_key), 201).json
        order = made["order"]
        insist(lambda: self.form(urlsplit(made["payment_url"]).path, outcome="paid"), 303)
        return Bought(order["code"], order["secret"], email, quantity)

    def order(self, bought: Bought) -> dict[str, Any]:
        return self.api("GET", f"/orders/{bought.code}").json["order"]

    def mails(self) -> list[dict[str, Any]]:
        """All that was sent so far."""
        answer = self.send("GET", "/dev/mail.json?limit=10000", host=self.base)
        return answer.json["messages"]

    def differences(self) -> str:
        """What `stock verify` finds; nothing when every counter equals its rows."""
        told = self.dev.command("flask", "stock", "verify")
        return "" if told.returncode == 0 else told.stdout + told.stderr + "!"


def insist(ask: Callable[[], Answer], wanted: int) -> Answer:
    """Ask until there is an answer that isn't "later"; it has to be the one that was wanted."""
    deadline = time.monotonic() + PATIENCE
    last: Any = None
    while time.monotonic() < deadline:
        try:
            last = answer = ask()
            if answer.status < 500 and answer.code not in TRY_AGAIN:
                assert answer.status == wanted, (answer.status, answer.body[:500])
                return answer
        except (OSError, http.client.HTTPException) as problem:
            last = problem
        time.sleep(0.2)
    raise NoAnswer(f"The last was: {last!r}")


def tells_tickets_of(mail: dict[str, Any], bought: Bought) -> bool:
    """Whether this is the mail with this order's tickets."""
    has_pdf = any(a["content_type"] == "application/pdf" for a in mail["attachments"])
    return has_pdf and re.search(rf"\b{bought.code}\b", mail["text"] + mail["subject"]) is not None
