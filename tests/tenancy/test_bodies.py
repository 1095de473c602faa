"""The other tenant's ids within what is sent, not in the address: nothing of theirs moves."""

import pytest

from eventflow.tenancy import acting_for
from eventflow.tickets import issuing
from tests.people import browser_at
from tests.tenancy.halls import fingerprint, make_hall

BUYER = {"name": "Mallory", "email": "mallory@example.com"}


@pytest.fixture
def halls(app, riverside, northgate):
    return (
        make_hall(riverside, "Winter Gala", owner="Olivia"),
        make_hall(northgate, "Northern Lights", owner="Noah"),
    )


@pytest.fixture
def mallory(app, halls):
    """Whoever has every key of Riverside Hall, and wants something of Northgate's."""
    browser = browser_at(app, halls[0].tenant)
    headers = {"Authorization": f"Bearer {halls[0].secrets['owner']}"}
    return lambda path, body: browser.post(f"/api/v1{path}", json=body, headers=headers)


def places(hall) -> dict:
    return {"items": [{"tier": str(hall.ids["tier_id"]), "quantity": 1}]}


def test_no_place_of_theirs_is_held(halls, mallory):
    riverside, northgate = halls
    before = fingerprint(northgate)
    answer = mallory(f"/events/{riverside.ids['slug']}/holds", places(northgate))
    assert answer.status_code in (404, 422)
    assert fingerprint(northgate) == before


@pytest.mark.parametrize("what", ["hold", "event"])
def test_nothing_of_theirs_is_ordered(halls, mallory, what):
    _riverside, northgate = halls
    before = fingerprint(northgate)
    body = {"hold": str(northgate.ids["hold_id"])}
    if what == "event":
        body = {"event": northgate.ids["slug"], **places(northgate)}
    assert mallory("/orders", body | {"buyer": BUYER}).status_code in (404, 422)
    assert fingerprint(northgate) == before


def test_their_ticket_is_invalid_here_and_says_nothing(halls, mallory):
    _riverside, northgate = halls
    with acting_for(northgate.tenant.id):
        code = issuing.code_of(issuing.find(northgate.ids["ticket_id"]))
    before = fingerprint(northgate)

    answer = mallory("/checkin", {"code": code})

    assert answer.status_code == 200
    assert answer.json["result"] == "INVALID"
    assert answer.json.get("ticket") is None
    assert fingerprint(northgate) == before


def test_their_ticket_is_not_refunded_with_an_order_of_ours(halls, mallory):
    riverside, northgate = halls
    before = fingerprint(northgate)
    answer = mallory(
        f"/orders/{riverside.ids['code']}/refund", {"tickets": [str(northgate.ids["ticket_id"])]}
    )
    assert answer.status_code in (404, 422)
    assert fingerprint(northgate) == before
