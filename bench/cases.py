"""What is measured: each case as the product does it, and as its floor does."""

import json
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlsplit

from bench.clients import DONE, REFUSED, Client, each, forever, request
from bench.world import World, empty_the_house

FLOOR = "floor"


@dataclass(frozen=True)
class Case:
    """`target` is the share of the floor's throughput wanted with the most clients."""

    name: str
    product: Callable[[int], Client]
    floor: Callable[[int], Client]
    target: float | None
    good: range = range(200, 400)
    clients: tuple[int, ...] = (1, 16, 64)
    prepare: Callable[[], None] = lambda: None
    """Done before each run, so that both find the same."""


def all_of(world: World, host: str) -> list[Case]:
    codes, tickets = cycle(world.codes), cycle(world.tickets)
    event = f"/events/{world.event}"
    return [
        Case(
            "hold, API",
            forever(_json("POST", f"/api/v1{event}/holds", host, _items(world))),
            forever(request("POST", "/hold", FLOOR)),
            0.5,
        ),
        Case(
            "hold, form", _buyers_form(world, host), forever(request("POST", "/hold", FLOOR)), 0.4
        ),
        Case(
            "availability",
            forever(request("GET", f"/api/v1{event}/availability", host)),
            forever(request("GET", "/bytes/availability", FLOOR)),
            0.6,
        ),
        Case(
            "availability, page",
            forever(request("GET", f"{event}/availability", host, HX_Request="true")),
            forever(request("GET", "/bytes/fragment", FLOOR)),
            0.6,
        ),
        Case(
            "event page",
            forever(request("GET", event, host)),
            forever(request("GET", "/bytes/page", FLOOR)),
            0.6,
        ),
        Case("seats, a hall", *_filling(world, host), 0.6, range(200, 410)),
        Case("whole order", _whole_order(world, host), _whole_floor(), None),
        Case(
            "check-in",
            each(_scans(world, host, codes)),
            each(request("POST", f"/admit/{ticket}", FLOOR) for ticket in tickets),
            0.5,
            clients=(1, 8, 32, 64),
            prepare=empty_the_house,
        ),
    ]


def pages(world: World, host: str) -> dict[str, bytes]:
    """What the floor returns the same bytes of."""
    event = f"/events/{world.event}"
    return {
        "availability": request("GET", f"/api/v1{event}/availability", host),
        "fragment": request("GET", f"{event}/availability", host, HX_Request="true"),
        "page": request("GET", event, host),
    }


def _items(world: World) -> dict[str, object]:
    return {"items": [{"tier": world.tier, "quantity": 1}]}


def _json(method: str, path: str, host: str, document: object, **headers: str) -> bytes:
    body = json.dumps(document).encode()
    return request(method, path, host, body=body, Content_Type="application/json", **headers)


def _buyers_form(world: World, host: str) -> Callable[[int], Client]:
    body = f"tier-{world.tier}=1".encode()
    one = request(
        "POST",
        f"/events/{world.event}/holds",
        host,
        body=body,
        Content_Type="application/x-www-form-urlencoded",
        Sec_Fetch_Site="same-origin",
        Accept="text/html",
    )
    return forever(one)


def _filling(world: World, host: str) -> tuple[Callable[[int], Client], Callable[[int], Client]]:
    """Groups of one to eight, half of them the best there are and half of them anywhere.

    A hall is emptied again as it fills, by giving back a hold for every one that is placed: the
    oldest of the same client, also of the round before and of the other side, which has the same
    hall. What is counted are holds placed, however often it took to ask.
    """
    held: defaultdict[int, deque[str]] = defaultdict(deque)
    path = f"/api/v1/events/{world.hall}/holds"

    def product(number: int) -> Client:
        rng, kept = random.Random(number), held[number]
        while True:
            size = rng.randint(1, 8)
            if rng.random() < 0.5:
                asked: dict[str, object] = {"best_available": {"quantity": size}}
            else:
                first = rng.randrange(len(world.seats) - size)
                asked = {"seats": world.seats[first : first + size]}
            answer = yield _json("POST", path, host, asked)
            if answer.status != 201:
                yield REFUSED  # Somebody else was there first: ask for others.
                continue
            kept.append(json.loads(answer.body)["hold"]["id"])
            if len(kept) > 2:
                yield request("DELETE", f"/api/v1/holds/{kept.popleft()}", host)
            yield DONE

    def floor(number: int) -> Client:
        rng, kept = random.Random(number), held[number]
        while True:
            size = rng.randint(1, 8)
            groups = 16 if rng.random() < 0.5 else 1
            first = rng.randrange(len(world.seats) - size)
            answer = yield request("POST", f"/seats/{first}/{size}/{groups}", FLOOR)
            if not answer.body:
                yield REFUSED
                continue
            kept.append(answer.body.decode())
            if len(kept) > 2:
                yield request("POST", f"/seats/{kept.popleft()}/release", FLOOR)
            yield DONE

    return product, floor


def _whole_order(world: World, host: str) -> Callable[[int], Client]:
    """Hold, order, pay, and the order as its buyer reads it."""
    place = _json("POST", f"/api/v1/events/{world.event}/holds", host, _items(world))
    buyer = {"name": "Bea Buyer", "email": "bea@example.com"}

    def make(_number: int) -> Client:
        while True:
            hold = json.loads((yield place).body)["hold"]["id"]
            made = json.loads(
                (yield _json("POST", "/api/v1/orders", host, {"hold": hold, "buyer": buyer})).body
            )
            yield request(
                "POST",
                urlsplit(made["payment_url"]).path,
                host,
                body=b"outcome=paid",
                Content_Type="application/x-www-form-urlencoded",
            )
            order = made["order"]
            yield request("GET", f"/api/v1/orders/{order['code']}?secret={order['secret']}", host)
            yield DONE

    return make


def _whole_floor() -> Callable[[int], Client]:
    """The same four requests, of which the first runs the statement and the others nothing."""

    def make(_number: int) -> Client:
        while True:
            yield request("POST", "/hold", FLOOR)
            for _one in range(3):
                yield request("GET", "/bytes/availability", FLOOR)
            yield DONE

    return make


def _scans(world: World, host: str, codes: Iterator[str]) -> Iterator[bytes]:
    for code in codes:
        yield _json(
            "POST", "/api/v1/checkin", host, {"code": code}, Authorization=f"Bearer {world.token}"
        )
