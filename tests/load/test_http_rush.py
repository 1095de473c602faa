"""Five hundred buyers press at once for five tickets, over HTTP, against the running product."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest

from tests.launcher import running
from tests.load.box_office import Answer, BoxOffice

pytestmark = pytest.mark.load

BUYERS = 500
BUYER = {"name": "Bea", "email": "bea@example.com"}


def at_once(press) -> list[list[Answer]]:
    """Everybody connects and presses at the same moment; all the answers each of them got."""
    ready = Barrier(BUYERS)

    def one(_number: int) -> list[Answer]:
        ready.wait()
        return press()

    with ThreadPoolExecutor(BUYERS) as pool:
        return list(pool.map(one, range(BUYERS)))


def by_form(office: BoxOffice, slug: str, tier: str) -> list[Answer]:
    """As a browser without script does it."""
    answers = [office.form(f"/events/{slug}/holds", **{f"tier-{tier}": 1})]
    if answers[0].status == 303:
        form = {
            "buyer_name": "Bea",
            "buyer_email": "bea@example.com",
            "form_key": str(uuid.uuid4()),
        }
        answers.append(office.form(path_of(answers[0]), **form))
        answers.append(office.form(path_of(answers[1]), outcome="paid"))
    return answers


def by_api(office: BoxOffice, slug: str, tier: str) -> list[Answer]:
    items = {"items": [{"tier": tier, "quantity": 1}]}
    answers = [office.api("POST", f"/events/{slug}/holds", items, key=str(uuid.uuid4()))]
    if answers[0].status == 201:
        wanted = {"hold": answers[0].json["hold"]["id"], "buyer": BUYER}
        answers.append(office.api("POST", "/orders", wanted, key=str(uuid.uuid4())))
        payment = urlsplit(answers[1].json["payment_url"]).path
        answers.append(office.form(payment, outcome="paid"))
    return answers


def path_of(answer: Answer) -> str:
    return urlsplit(answer.headers["Location"]).path


def slowest(answers: list[list[Answer]]) -> str:
    took = sorted(answer.took for of_one in answers for answer in of_one)
    return f"median {took[len(took) // 2] * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms"


def test_five_hundred_at_once_for_five_tickets():
    with running.copy(RATELIMIT_ENABLED="0") as dev:
        dev.start()
        office = BoxOffice(dev)
        office.make_tenant()

        for way, press, bought, refused in (
            ("by form", by_form, (303, 303, 303), (409,)),
            ("by API", by_api, (201, 201, 303), (409,)),
        ):
            slug, tier = office.make_event(f"Rush {way}", 5)
            answers = at_once(lambda press=press, slug=slug, tier=tier: press(office, slug, tier))
            print(f"\n{way}: {slowest(answers)}")

            ended = Counter(tuple(answer.status for answer in of_one) for of_one in answers)
            assert ended == {bought: 5, refused: BUYERS - 5}
            if way == "by API":
                assert {a.code for (a, *_) in answers if a.status == 409} == {"sold_out"}
            rows = office.api("GET", f"/events/{slug}/attendees").json
            assert [row["status"] for row in rows["attendees"]] == ["valid"] * 5
        assert office.differences() == ""
