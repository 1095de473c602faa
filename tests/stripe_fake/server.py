"""The HTTP side: keys, versions, forms, idempotency, and things that go wrong on purpose."""

import json
import secrets
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from . import pages, routes
from .checker import Mismatch, check_object, read_parameters
from .listing import expanded
from .store import API_VERSION, PLATFORM, Declined, Document, Store

Fault = int | Literal["hang up", "silence"]


@dataclass(frozen=True)
class Request:
    """A request as it arrived at the API, and how it was answered."""

    method: str
    path: str
    form: Document
    account: str
    idempotency_key: str | None
    status: int
    replayed: bool


@dataclass(frozen=True)
class _Stored:
    line: str
    form: Document
    status: int
    body: Document
    request_id: str


class HangUp(Exception):
    """The connection breaks instead of an answer."""


class StripeServer(ThreadingHTTPServer):
    """Stripe's API and hosted pages on a local port."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, store: Store, secret_key: str, *, port: int = 0):
        super().__init__(("127.0.0.1", port), _Connection)
        self.store = store
        self.secret_key = secret_key
        self.requests: list[Request] = []
        self.broken: list[str] = []
        """What the fake itself got wrong: objects against the types, requests it cannot do."""
        self.faults: deque[tuple[Fault | None, bool]] = deque()
        """For each of the next requests: what goes wrong, and whether only with the answer."""
        self.patience = threading.Event()
        self._stored: dict[tuple[str, str], _Stored] = {}
        store.url = f"http://127.0.0.1:{self.server_address[1]}"

    def api(self, method: str, target: str, headers: dict[str, str], body: str) -> "Reply":
        """One request to /v1, from fault injection to the stored answer."""
        parts = urlsplit(target)
        try:
            form = decode(body if method == "POST" else parts.query)
        except Declined as declined:
            return Reply(declined.status, declined.as_json())
        fault, executed = self.faults.popleft() if self.faults else (None, False)
        if fault is not None and not executed:
            reply = self._go_wrong(fault)
        else:
            with self.store.lock:
                reply = self._answered(method, parts.path, headers, form)
        self.requests.append(
            Request(
                method,
                parts.path,
                form,
                headers.get("stripe-account", PLATFORM),
                headers.get("idempotency-key"),
                reply.status,
                "Idempotent-Replayed" in reply.headers,
            )
        )
        # Done, but the answer never reached who asked: only the idempotency key can tell.
        return self._go_wrong(fault) if fault is not None and executed else reply

    def _go_wrong(self, fault: Fault) -> "Reply":
        if fault == "silence":
            self.patience.wait(60)
            raise HangUp
        if fault == "hang up":
            raise HangUp
        assert isinstance(fault, int)
        kind = "rate_limit_error" if fault == 429 else "api_error"
        code = {429: "rate_limit", 409: "idempotency_key_in_use"}.get(fault)
        declined = Declined("Something went wrong, on purpose.", status=fault, kind=kind, code=code)
        return Reply(fault, declined.as_json())

    def _answered(self, method: str, path: str, headers: dict[str, str], form: Document) -> "Reply":
        try:
            account = self._authenticated(headers)
            key = (account, headers.get("idempotency-key", "")) if method == "POST" else None
            if key and key[1] and (stored := self._stored.get(key)):
                return _replay(stored, f"{method} {path}", form, key[1])
            found = routes.find(method, path)
            if found is None:
                self.broken.append(f"{method} {path} is not something the fake does")
                raise Declined(f"Unrecognized request URL ({method}: {path}).", status=404)
            route, named = found
            params = read_parameters(route.parameters, form)
        except Declined as declined:
            return Reply(declined.status, declined.as_json())
        except Mismatch as mismatch:
            refused = Declined(mismatch.message, code=mismatch.code, param=mismatch.path)
            return Reply(400, refused.as_json())

        # From here on the endpoint has begun, and its answer is kept under the key.
        reply = self._executed(route, params | named, account)
        if key and key[1]:
            self._stored[key] = _Stored(
                f"{method} {path}", form, reply.status, reply.body, reply.headers["Request-Id"]
            )
        return reply

    def _authenticated(self, headers: dict[str, str]) -> str:
        if headers.get("authorization") != f"Bearer {self.secret_key}":
            raise Declined("Invalid API Key provided: sk_test_****", status=401)
        if headers.get("stripe-version", API_VERSION) != API_VERSION:
            raise Declined(f"The fake speaks {API_VERSION} only.", status=400)
        account = headers.get("stripe-account", PLATFORM)
        if account != PLATFORM:
            self.store.find("account", account)
        return account

    def _executed(self, route: routes.Route, params: Document, account: str) -> "Reply":
        try:
            if account != PLATFORM and not route.made_by_account:
                raise Declined("The fake makes this for the platform only.", param="Stripe-Account")
            expand = params.pop("expand", [])
            document = expanded(self.store, route.handler(self.store, params, account), expand)
            check_object(document)
            return Reply(200, document)
        except Declined as declined:
            return Reply(declined.status, declined.as_json())
        except Mismatch as mismatch:
            self.broken.append(f"{route.pattern.pattern}: {mismatch}")
            return Reply(500, Declined(str(mismatch), kind="api_error").as_json())


class Reply:
    """An answer of the API."""

    def __init__(self, status: int, body: Document, **headers: str):
        self.status = status
        self.body = body
        self.headers = {"Request-Id": f"req_{secrets.token_hex(7)}", "Stripe-Version": API_VERSION}
        self.headers |= {name.replace("_", "-"): value for name, value in headers.items()}


def _replay(stored: _Stored, line: str, form: Document, key: str) -> Reply:
    if (stored.line, stored.form) != (line, form):
        refused = Declined(
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}' if you meant to execute a"
            " different request.",
            kind="idempotency_error",
        )
        return Reply(400, refused.as_json())
    return Reply(
        stored.status,
        stored.body,
        Idempotent_Replayed="true",
        Original_Request=stored.request_id,
    )


def decode(encoded: str) -> Document:
    """`a[b][0]=c` as nested dictionaries; the types say later which of them are lists."""
    form: Document = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        *outer, last = name.replace("]", "").split("[")
        place = form
        for key in outer:
            inside = place.setdefault(key, {})
            if not isinstance(inside, dict):
                raise Declined(f"Invalid parameter: {name}", param=outer[0])
            place = inside
        # `types[]=…` is how people write lists by hand; the library numbers them.
        place[last or str(len(place))] = value
    return form


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StripeServer
    # One write an answer: many small ones wait for each other's acknowledgement.
    wbufsize = -1
    timeout = 30

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path = urlsplit(self.path).path
        try:
            if path.startswith("/v1/"):
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = self.server.api(method, self.path, headers, body)
                kind = {"Content-Type": "application/json"}
                self._send(reply.status, kind | reply.headers, json.dumps(reply.body))
            else:
                with self.server.store.lock:
                    answer = pages.answer(self.server.store, method, path, body)
                self._send(*answer)
        except HangUp:
            self.close_connection = True

    def _send(self, status: int, headers: dict[str, str], text: str) -> None:
        encoded = text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the requests are kept in `StripeServer.requests`."""
