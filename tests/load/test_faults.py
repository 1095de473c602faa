"""Bad weather: programs killed at random moments of a sale, and Redis away in the middle of one.

Whatever was reported as paid is an order with its tickets, each confirmation arrives once, and no
counter drifts. `FAULT_ORDERS` and `FAULT_KILLS` make it a bigger storm, `FAULT_SEED` another one.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from local import postgres, processes, valkey

from tests.launcher import running
from tests.launcher.running import Dev
from tests.load.box_office import Bought, BoxOffice, tells_tickets_of

pytestmark = pytest.mark.load

ORDERS = int(os.environ.get("FAULT_ORDERS", "60"))
ROUNDS = int(os.environ.get("FAULT_KILLS", "1"))
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.randrange(1, 1_000_000)
AWAY_FOR = float(os.environ.get("FAULT_AWAY", "8"))
BUYERS = 4
CALM = 75.0
"""Between two rounds: what dies five times within a minute ends everything, as it should."""


def processes_of(dev: Dev) -> dict[str, Callable[[], list[int]]]:
    """What can be killed, and how it is found."""
    return {
        "web": lambda: sorted(dev.pids("granian"))[:1],
        "a web process": lambda: sorted(dev.pids("granian"))[1:],
        "worker": lambda: dev.pids("jobs.worker"),
        "scheduler": lambda: dev.pids("jobs.scheduler"),
        "valkey": lambda: [found[0] for found in [valkey.server(dev.state).running()] if found],
        "postgres": lambda: [
            found.pid for found in [postgres.cluster(dev.state).running()] if found
        ],
    }


def storm(dev: Dev, rng: random.Random) -> list[str]:
    """Kill each of them once, some twice, at random moments; answers what died."""
    found = processes_of(dev)
    died = []
    for name in rng.sample([*found, "worker", "a web process"], len(found) + 2):
        time.sleep(rng.uniform(1, 4))
        if pids := found[name]():
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(pids), signal.SIGKILL)
                died.append(name)
    return died


def sell_during(
    office: BoxOffice, tier: str, over: threading.Event, *, least: int, pause: float
) -> list[Bought]:
    """Several buyers, one after the other at each till, until it is over and enough were sold.

    Between two at one till is a pause, of so many seconds at most.
    """
    bought: list[Bought] = []

    def till(number: int) -> None:
        rng = random.Random(SEED + number)
        while not over.is_set() or len(bought) < least:
            bought.append(office.buy(tier, rng.randint(1, 3)))
            time.sleep(rng.uniform(0, pause))

    with ThreadPoolExecutor(BUYERS) as pool:
        for done in [pool.submit(till, number) for number in range(BUYERS)]:
            done.result()
    return bought


def everyone_has_what_was_paid(office: BoxOffice, bought: list[Bought]) -> None:
    for one in bought:
        order = office.order(one)
        assert order["status"] == "paid", order
        assert len(order["tickets"]) == one.quantity
        assert {ticket["status"] for ticket in order["tickets"]} == {"valid"}
    rows = office.api("GET", "/events/winter-gala/attendees").json
    assert rows["total"] == sum(one.quantity for one in bought)
    assert office.differences() == ""


def everyone_has_one_mail(office: BoxOffice, bought: list[Bought]) -> None:
    wanted = {one.email for one in bought}

    def told() -> Counter[str]:
        with contextlib.suppress(OSError):
            return Counter(to for mail in office.mails() for to in mail["to"])
        return Counter()

    assert processes.wait_until(lambda: wanted <= told().keys(), 180), wanted - told().keys()
    mails = office.mails()
    assert Counter(to for mail in mails for to in mail["to"] if to in wanted) == Counter(wanted)
    by_address = {mail["to"][0]: mail for mail in mails}
    assert all(tells_tickets_of(by_address[one.email], one) for one in bought)


def test_whatever_is_killed_no_payment_is_lost_and_no_mail_goes_twice():
    with running.copy(RATELIMIT_ENABLED="0") as dev:
        dev.start()
        office = BoxOffice(dev)
        tier = office.open(100_000)
        over, died = threading.Event(), list[str]()

        def weather() -> None:
            try:
                for number in range(ROUNDS):
                    time.sleep(CALM if number else 0)
                    died.extend(storm(dev, random.Random(SEED + number)))
            finally:
                over.set()

        with ThreadPoolExecutor(1) as sky:
            done = sky.submit(weather)
            bought = sell_during(office, tier, over, least=ORDERS, pause=0.4)
            done.result()
        assert dev.happens(dev.is_ready)
        print(f"\nseed {SEED}: {len(bought)} orders while these were killed: {', '.join(died)}")

        assert set(died) >= {"web", "worker", "valkey", "postgres"}
        everyone_has_what_was_paid(office, bought)
        everyone_has_one_mail(office, bought)


@pytest.fixture
def redis(tmp_path) -> Iterator["Redis"]:
    server = Redis(tmp_path)
    server.begin()
    yield server
    server.kill()


class Redis:
    """One that goes and comes when the test says."""

    def __init__(self, place):
        self.server = valkey.server(place)
        self.port = self.server.choose_port()
        self.url = self.server.url(self.port)

    def begin(self) -> None:
        self.process = subprocess.Popen(
            self.server.command(self.port), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        assert processes.wait_until(self.server.is_ready, 30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def test_sales_go_on_while_redis_is_away_and_the_mails_follow(redis):
    with running.copy(REDIS_URL=redis.url) as dev:
        dev.start()
        office = BoxOffice(dev)
        tier = office.open(100_000)
        before = office.buy(tier)
        redis.kill()
        over = threading.Event()
        threading.Timer(AWAY_FOR, over.set).start()

        bought = sell_during(office, tier, over, least=12, pause=2)
        assert not redis.server.answers(redis.port)
        everyone_has_what_was_paid(office, [before, *bought])
        redis.begin()
        began = time.monotonic()

        everyone_has_one_mail(office, [before, *bought])
        print(f"\n{len(bought)} orders without Redis; {time.monotonic() - began:.1f} s to mail all")
