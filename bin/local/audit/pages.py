"""Which pages to measure: found, and where needed made, through the API that everybody has.

A ticket is bought along the way, in the sandbox: there is no checkout without a hold, and no
ticket page without a ticket. What is behind the counter is seen with the session of the demo's
owner; a copy without the demo is measured without it.
"""

import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit

from ..voice import CannotRun

BUYER = {"name": "Ada Audit", "email": "audit@example.org"}
PASSWORD = "three paper lanterns"
"""Of everybody in the demo; `bin/flask demo logins` prints it."""

SEATING = ("", "/allocations", "/price-change")
DOOR = (
    "/door",
    "/door/gates",
    "/door/devices",
    "/door/paper",
    "/door/paper/list",
    "/door/badges",
    "/box-office",
    "/box-office/shifts",
)


def owner(slug: str) -> str:
    """Who owns a box office of the demo."""
    return f"olivia@{slug}.example"


@dataclass(frozen=True)
class Page:
    kind: str
    address: str
    session: str = ""
    """The cookie of somebody who may see it, if not everybody may."""

    @property
    def is_for_search_engines(self) -> bool:
        return self.kind in ("home", "storefront", "event")


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Message


@dataclass(frozen=True)
class Copy:
    """A running copy: its base host, and the port at which it is reached whatever the host."""

    base_domain: str
    port: int

    def pages(self) -> list[Page]:
        return self.public_pages() + list(self.pages_behind_the_counter())

    def halls(self) -> list[Page]:
        """The pages that show the whole of a hall on a map."""
        for host in self._tenant_hosts():
            found = self._pages_of_seats(host, self._published(host))
            if found:
                return [page for page in found if page.kind in ("large hall", "seats")]
        raise CannotRun("No box office has an event with numbered seats.")

    def public_pages(self) -> list[Page]:
        pages = [Page("home", f"http://{self.base_domain}/")]
        buying: list[Page] = []
        seated: list[Page] = []
        for host in self._tenant_hosts():
            pages.append(Page("storefront", f"http://{host}/"))
            published = self._published(host)
            if published:
                pages.append(Page("event", f"http://{host}/events/{published[0]['slug']}"))
            if not seated:
                seated = self._pages_of_seats(host, published)
                seated += self._pages_of_another_seat(host, seated)
            if not buying:
                buying = self._pages_of_a_purchase(host, published)
        if not buying:
            raise CannotRun("No box office has a ticket on sale: nothing can be bought to look at.")
        halls = {page.address for page in seated}
        return [page for page in pages if page.address not in halls] + seated + buying

    def pages_behind_the_counter(self) -> Iterator[Page]:
        """The console of the first box office with seats, the door of the first without."""
        wanted = {True: self._pages_of_seating, False: self._pages_of_the_door}
        for host in self._tenant_hosts():
            session = self._signed_in(host)
            published = self._published(host)
            if not session or not published:
                continue
            pages_of = wanted.pop(bool(self._pages_of_seats(host, published[:1])), None)
            if pages_of:
                for kind, path in pages_of(host, published[0]["slug"], session):
                    yield Page(kind, f"http://{host}{path}", session)

    def _pages_of_seating(self, host: str, slug: str, session: str) -> Iterator[tuple[str, str]]:
        for place in SEATING:
            yield "seating", f"/manage/events/{slug}/seating{place}"
        yield "venue of event", f"/manage/events/{slug}/venue"
        yield "venues", "/manage/venues"
        _, venues = self._request(host, "GET", "/manage/venues", session=session)
        venue = re.search(r'href="(/manage/venues/(?!new|archived)[a-z0-9-]+)"', venues)
        if venue:
            yield "venue", venue[1]
            yield "calendar", f"{venue[1]}/calendar"
            yield "calendar", f"{venue[1]}/calendar?view=week"
            _, maps = self._request(host, "GET", venue[1], session=session)
            if drawn := re.search(rf'href="({re.escape(venue[1])}/maps/[0-9a-f-]+)"', maps):
                yield "map editor", drawn[1]

    def _pages_of_the_door(self, host: str, slug: str, session: str) -> Iterator[tuple[str, str]]:
        yield "event", f"/manage/events/{slug}"
        yield "orders", "/manage/orders"
        yield "attendees", "/manage/attendees"
        for place in DOOR:
            yield place.rpartition("/")[2], f"/manage/events/{slug}{place}"
        yield "scanner", "/scan/"

    def _signed_in(self, host: str) -> str:
        """The session of the demo's owner there; nothing where the demo is not."""
        slug = host.split(".")[0]
        form = {"email": owner(slug), "password": PASSWORD}
        answer = self._answer(host, "POST", "/sign-in", form=form)
        said = answer.headers.get("Set-Cookie", "") if answer.status < 400 else ""
        return said.partition(";")[0]

    def _tenant_hosts(self) -> list[str]:
        _, body = self._request(self.base_domain, "GET", "/")
        found = re.findall(rf"https?://([a-z0-9-]+\.{re.escape(self.base_domain)})", body)
        if not found:
            raise CannotRun(
                f"No box offices are shown on http://{self.base_domain}/. Run bin/flask demo load, "
                "or name the addresses to measure."
            )
        return list(dict.fromkeys(found))

    def _published(self, host: str) -> list[dict[str, Any]]:
        events = self._ask(host, "GET", "/api/v1/events?per_page=50")["events"]
        return [event for event in events if event["status"] == "published"]

    def _pages_of_seats(self, host: str, events: list[dict[str, Any]]) -> list[Page]:
        """The hall with the most seats, the same as a list, and one seat of it; and the first of
        those so large that no page lists all their seats, which is from some 2,000 on."""
        halls: list[tuple[int, str, str]] = []
        large: list[Page] = []
        for event in events:
            path = f"/events/{event['slug']}"
            status, listed = self._request(host, "GET", f"{path}/seats/list")
            seats = re.findall(r'id="seat-(?!list")([A-Za-z0-9_-]+)"', listed)
            if status == 200 and seats:
                halls.append((len(seats), path, seats[0]))
            elif status == 200:
                large.append(Page("large hall", f"http://{host}{path}"))
        found = large[:1]
        if halls:
            _most, path, seat = max(halls)
            found += [
                Page("seats", f"http://{host}{path}"),
                Page("seat-list", f"http://{host}{path}/seats/list"),
                Page("seat", f"http://{host}{path}/seats/at/{seat}"),
            ]
        return found

    def _pages_of_another_seat(self, host: str, seated: list[Page]) -> list[Page]:
        """Where the buyer of a ticket for that hall would change its seat."""
        for page in seated:
            if page.kind != "seats":
                continue
            slug = page.address.rpartition("/")[2]
            tiers = self._ask(host, "GET", f"/api/v1/events/{slug}")["tiers"]
            for tier in tiers:
                if tier["status"] == "on_sale" and tier["available"] > 1:
                    best = {"best_available": {"tier": tier["id"], "quantity": 1}}
                    held = self._ask(host, "POST", f"/api/v1/events/{slug}/holds", best)["hold"]
                    order = self._order(host, {"hold": held["id"]})
                    path = f"/tickets/{order['tickets'][0]['id']}/seat?secret={order['secret']}"
                    return [Page("another-seat", f"http://{host}{path}")]
        return []

    def _pages_of_a_purchase(self, host: str, events: list[dict[str, Any]]) -> list[Page]:
        for event in events:
            tiers = self._ask(host, "GET", f"/api/v1/events/{event['slug']}")["tiers"]
            for tier in tiers:
                if tier["status"] == "on_sale" and tier["available"] > tier["min_per_order"]:
                    return self._buy(host, event["slug"], tier)
        return []

    def _buy(self, host: str, slug: str, tier: dict[str, Any]) -> list[Page]:
        items = {"items": [{"tier": tier["id"], "quantity": tier["min_per_order"]}]}
        held = self._ask(host, "POST", f"/api/v1/events/{slug}/holds", items)["hold"]
        order = self._order(host, {"event": slug, **items})
        return [
            Page("checkout", f"http://{host}/checkout/{held['id']}"),
            Page("order", order["url"]),
            Page("ticket", order["tickets"][0]["url"]),
        ]

    def _order(self, host: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """An order of what is wanted, paid."""
        placed = self._ask(host, "POST", "/api/v1/orders", {"buyer": BUYER, **wanted})
        if payment := placed["payment_url"]:
            self._pay(payment)
        code, secret = placed["order"]["code"], placed["order"]["secret"]
        found = self._ask(host, "GET", f"/api/v1/orders/{code}?secret={secret}")
        return {**found["order"], "secret": secret}

    def _pay(self, payment_url: str) -> None:
        parts = urlsplit(payment_url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        status, body = self._request(parts.netloc, "POST", path, form={"outcome": "paid"})
        if status >= 400:
            raise CannotRun(f"Paying at {payment_url} answered {status}:\n{body[:500]}")

    def _ask(self, host: str, method: str, path: str, body: object = None) -> dict[str, Any]:
        status, answer = self._request(host, method, path, body)
        if status >= 400:
            raise CannotRun(f"{method} http://{host}{path} answered {status}:\n{answer[:500]}")
        return json.loads(answer)

    def _request(
        self,
        host: str,
        method: str,
        path: str,
        body: object = None,
        form: dict[str, str] | None = None,
        session: str = "",
    ) -> tuple[int, str]:
        answer = self._answer(host, method, path, body, form, session)
        return answer.status, answer.body

    def _answer(
        self,
        host: str,
        method: str,
        path: str,
        body: object = None,
        form: dict[str, str] | None = None,
        session: str = "",
    ) -> Answer:
        headers = {"Host": host}
        if session:
            headers["Cookie"] = session
        content = None
        if body is not None:
            content, headers["Content-Type"] = json.dumps(body), "application/json"
        if form is not None:
            content = urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), answer.headers)
        except OSError as problem:
            raise CannotRun(f"Nothing answers on port {self.port} ({problem}).") from problem
        finally:
            connection.close()
