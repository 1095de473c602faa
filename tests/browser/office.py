"""A box office's door, as a scanner sees it through the API: small, and keeping its promises.

It stands in front of the served pages (Playwright answers `/api/v1/` from here), can be
unreachable, and remembers every scan it was sent once.
"""

import base64
import hashlib
import json
import os
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import BrowserContext, Route

from eventflow.tickets import codes

COLUMNS = (
    *("digest", "issue", "status", "tier", "name", "seat", "note", "attention"),
    *("phone", "entries", "group", "position"),
)
TIERS = [
    {"id": "stalls", "name": "Stalls", "code_kind": "static", "proof": ""},
    {"id": "student", "name": "Student", "code_kind": "static", "proof": "student card"},
    {"id": "circle", "name": "Circle", "code_kind": "rotating", "proof": ""},
]


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def instant(**off: float) -> str:
    return (datetime.now(UTC) + timedelta(**off)).isoformat()


@dataclass
class Office:
    """One event with its tickets, and the scans that arrived."""

    role: str = "staff"
    open: bool = True
    revoked: bool = False
    takes_scans: bool = True
    version: int = 1
    capacity: int = 500
    keys: codes.KeyPair = field(default_factory=codes.new_key_pair)
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    rows: list[list[Any]] = field(default_factory=list)
    changed: list[tuple[int, list[Any]]] = field(default_factory=list)
    scans: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: int = 0
    undone: list[str] = field(default_factory=list)
    by_digest: dict[str, list[Any]] = field(default_factory=dict)
    also: tuple[str, Any] | None = None
    """What else is answered in the browser: addresses, and how."""

    def issue(self, name: str, **facts: Any) -> str:
        """A ticket on the list; answers its code."""
        ticket = facts.pop("id", None) or uuid.uuid4()
        digest = hashlib.sha256(b"EventFlow ticket\x00" + ticket.bytes).digest()[:9]
        usual = dict.fromkeys(COLUMNS, 0) | {"seat": "", "note": "", "issue": 1}
        known = usual | {"digest": text_of(digest), "name": name} | facts
        row = [known[column] for column in COLUMNS]
        self.rows.append(row)
        self.by_digest[known["digest"]] = row
        return self.code(ticket, known["issue"])

    def code(self, ticket: uuid.UUID, issue: int = 1, **other: Any) -> str:
        facts = {"key_id": 1, "event_id": self.event_id, "ticket_id": ticket, "issue": issue}
        return codes.sign(other.pop("private", self.keys.private), **(facts | other))

    def cancel(self, name: str) -> None:
        row = next(row for row in self.rows if row[COLUMNS.index("name")] == name)
        row[COLUMNS.index("status")] = 1
        self.version += 1
        self.changed.append((self.version, row))

    def admitted(self) -> list[dict[str, Any]]:
        return [scan for scan in self.scans.values() if scan["result"] == "VALID"]

    # What the scanner asks.

    def stand_before(self, context: BrowserContext) -> None:
        context.route("**/api/v1/**", self._answer)

    def _answer(self, route: Route) -> None:
        if not self.open:
            route.abort("internetdisconnected")
            return
        path = route.request.url.split("/api/v1", 1)[1].split("?")[0]
        if path == "/checkin/batch" and not self.takes_scans:
            route.abort("connectionreset")
            return
        if self.revoked and path not in ("/devices/pair", "/checkin/batch"):
            route.fulfill(status=401, json={"code": "device_revoked", "status": 401})
            return
        status, answer = self._said(route, path)
        text = json.dumps(answer | {"server_time": instant()})
        signed = b"EventFlow manifest\x00" + text.encode()
        signature = Ed25519PrivateKey.from_private_bytes(self.keys.private).sign(signed)
        route.fulfill(
            status=status,
            body=text,
            headers={
                "Content-Type": "application/json",
                "X-EventFlow-Signature": f"1:{text_of(signature)}",
            },
        )

    def _said(self, route: Route, path: str) -> tuple[int, dict[str, Any]]:
        if path == "/devices/pair":
            code = route.request.post_data_json["code"].upper().replace(" ", "")
            if code != "ABCDEFGH":
                return 422, {"code": "validation_failed"}
            name = route.request.post_data_json.get("name", "Ana’s phone")
            device = self._device() | {"token": "dev_x", "key": text_of(os.urandom(32))}
            tenant = {"name": "Riverside Hall", "slug": "riverside"}
            answer = {"device": device | {"name": name}, "tenant": tenant}
            return 201, answer | {"keys": self._keys()}
        if path == "/devices/me":
            return 200, {"device": self._device(), "keys": self._keys()}
        if path == "/devices/me/facts":
            return 200, {"revoked": False, "keys": self._keys()}
        if path.endswith("/manifest"):
            return 200, self._manifest()
        if path.endswith("/manifest/changes"):
            since = int(route.request.url.split("since=")[1])
            rows = [row for version, row in self.changed if version > since]
            return 200, {"version": self.version, "tickets": rows}
        if path == "/checkin/batch":
            results = [self._take(scan) for scan in route.request.post_data_json["scans"]]
            return 200, {"results": results, "revoked": self.revoked}
        if path == "/checkin/undo":
            self.undone.append(route.request.post_data_json["scan_id"])
            return 200, {}
        return 404, {"code": "not_found"}

    def _device(self) -> dict[str, Any]:
        facts = {"id": "d1", "name": "Ana’s phone", "role": self.role, "kiosk": False}
        return facts | {"events": [self._event()], "gates": []}

    def _keys(self) -> list[dict[str, Any]]:
        return [{"number": 1, "public": text_of(self.keys.public)}]

    def _event(self) -> dict[str, Any]:
        times = {"starts_at": instant(hours=1), "ends_at": instant(hours=4), "timezone": "UTC"}
        return {"id": str(self.event_id), "slug": "winter-gala", "title": "Winter Gala"} | times

    def _gates(self) -> list[dict[str, Any]]:
        rules = {"entries": 1, "tiers": [], "opens_at": None, "closes_at": None}
        gate = {"id": "g1", "name": "Main door", "area": "a1"}
        return [gate | rules | {"direction": "both", "exits": False}]

    def _manifest(self) -> dict[str, Any]:
        area = {"id": "a1", "name": "Hall", "capacity": self.capacity, "alarm_percent": 90}
        return {
            "format": 1,
            "version": self.version,
            "event": self._event(),
            "keys": self._keys(),
            "tiers": TIERS,
            "gates": self._gates(),
            "areas": [area],
            "columns": list(COLUMNS),
            "tickets": self.rows,
        }

    def _take(self, scan: dict[str, Any]) -> dict[str, Any]:
        self.sent += 1
        self.scans.setdefault(scan["scan_id"], scan)
        return {"scan_id": scan["scan_id"], "result": scan["result"], "reason": ""}
