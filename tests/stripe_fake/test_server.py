from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import stripe
from stripe.params import RefundCreateParams

from .fake import StripeFake
from .scenarios import client, new_organizer, open_order, paid_order, ready_organizer
from .server import decode
from .store import Declined


def refund(fake: StripeFake, intent: str, key: str, **params) -> stripe.Refund:
    asked: RefundCreateParams = {"payment_intent": intent, **params}
    return client(fake).v1.refunds.create(asked, {"idempotency_key": key})


@pytest.fixture
def intent(stripe_fake, gateway) -> str:
    account = ready_organizer(stripe_fake, gateway)
    return paid_order(stripe_fake, gateway, account).payment_intent


def test_the_same_key_and_body_get_the_same_answer(stripe_fake, intent):
    first = refund(stripe_fake, intent, "once", amount=1000)
    second = refund(stripe_fake, intent, "once", amount=1000)

    assert second.id == first.id
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert stripe_fake.find(first.charge)["amount_refunded"] == 1000


def test_the_same_key_at_the_same_time_is_one_request(stripe_fake, gateway, organizer):
    at = datetime.now(UTC)

    with ThreadPoolExecutor(8) as everybody:
        opened = everybody.map(lambda _: open_order(gateway, organizer, at=at).id, range(8))

    assert len(set(opened)) == 1
    assert stripe_fake.waiting() == ["account.updated"]


def test_the_same_key_with_another_body_is_an_idempotency_error(stripe_fake, intent):
    refund(stripe_fake, intent, "once", amount=1000)

    with pytest.raises(stripe.IdempotencyError):
        refund(stripe_fake, intent, "once", amount=999)

    assert stripe_fake.find(stripe_fake.find(intent)["latest_charge"])["amount_refunded"] == 1000


def test_the_same_key_on_another_address_is_an_idempotency_error(stripe_fake, gateway, organizer):
    one, other = (
        open_order(gateway, organizer, idempotency_key=f"payment-{n}").id for n in range(2)
    )
    sessions = client(stripe_fake).v1.checkout.sessions
    sessions.expire(one, options={"idempotency_key": "once"})

    with pytest.raises(stripe.IdempotencyError):
        sessions.expire(other, options={"idempotency_key": "once"})

    assert stripe_fake.find(other)["status"] == "open"


def test_a_refusal_is_kept_under_its_key(stripe_fake, gateway):
    account = new_organizer(gateway)
    session = {
        "mode": "payment",
        "success_url": "https://x.example",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 500,
                    "product_data": {"name": "Stalls"},
                },
            }
        ],
        "payment_intent_data": {"transfer_data": {"destination": account}},
    }
    sessions = client(stripe_fake).v1.checkout.sessions
    with pytest.raises(stripe.InvalidRequestError) as first:
        sessions.create(session, {"idempotency_key": "early"})
    stripe_fake.complete_onboarding(account)

    with pytest.raises(stripe.InvalidRequestError):
        sessions.create(session, {"idempotency_key": "early"})

    assert first.value.code == "insufficient_capabilities_for_transfer"
    assert sessions.create(session, {"idempotency_key": "later"}).status == "open"


def test_what_never_reached_the_endpoint_is_not_kept(stripe_fake, intent):
    with pytest.raises(stripe.InvalidRequestError):
        refund(stripe_fake, intent, "again", amount="all of it")

    assert refund(stripe_fake, intent, "again", amount=1000).status == "succeeded"


def test_a_fault_before_the_work_leaves_the_key_free(stripe_fake, intent):
    stripe_fake.fail_next(2, 500)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            refund(stripe_fake, intent, "again", amount=1000)

    refund(stripe_fake, intent, "again", amount=1000)

    assert stripe_fake.find(stripe_fake.find(intent)["latest_charge"])["amount_refunded"] == 1000


def test_a_lost_answer_is_found_again_by_its_key(stripe_fake, intent):
    stripe_fake.fail_next(1, "hang up", executed=True)
    with pytest.raises(stripe.APIConnectionError):
        refund(stripe_fake, intent, "again", amount=1000)

    found = refund(stripe_fake, intent, "again", amount=1000)

    assert found.last_response.headers["Idempotent-Replayed"] == "true"
    assert stripe_fake.find(found.charge)["amount_refunded"] == 1000


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (429, stripe.RateLimitError),
        (500, stripe.APIError),
        (503, stripe.APIError),
        ("hang up", stripe.APIConnectionError),
    ],
)
def test_trouble_comes_when_called_and_goes(stripe_fake, gateway, fault, error):
    account = new_organizer(gateway)
    stripe_fake.fail_next(1, fault)

    with pytest.raises(error):
        client(stripe_fake).v1.accounts.retrieve(account)

    assert client(stripe_fake).v1.accounts.retrieve(account).id == account


def test_another_key_than_ours_is_turned_away(stripe_fake):
    with pytest.raises(stripe.AuthenticationError):
        client(stripe_fake, key="sk_test_other").v1.events.list()


def test_another_api_version_is_turned_away(stripe_fake):
    with pytest.raises(stripe.InvalidRequestError):
        client(stripe_fake, stripe_version="2020-08-27").v1.events.list()


def test_what_the_fake_cannot_do_is_said_aloud():
    with StripeFake() as fake:
        with pytest.raises(stripe.InvalidRequestError):
            client(fake).v1.customers.create({"email": "bea@example.com"})

        assert fake.broken == ["POST /v1/customers is not something the fake does"]


def test_a_connected_account_sees_its_own_side_only(stripe_fake, gateway):
    account = ready_organizer(stripe_fake, gateway)
    paid = paid_order(stripe_fake, gateway, account)
    charge = stripe_fake.find(stripe_fake.find(paid.payment_intent)["latest_charge"])
    arrived = stripe_fake.find(charge["transfer"])["destination_payment"]
    as_organizer = client(stripe_fake, stripe_account=account).v1

    assert as_organizer.charges.retrieve(arrived).amount == paid.total.amount
    assert [line.type for line in as_organizer.balance_transactions.list().data] == ["payment"]
    with pytest.raises(stripe.InvalidRequestError):
        as_organizer.charges.retrieve(charge["id"])
    with pytest.raises(stripe.InvalidRequestError):
        client(stripe_fake).v1.charges.retrieve(arrived)


def test_expand_shows_objects_in_place_of_their_ids(stripe_fake, intent):
    shown = client(stripe_fake).v1.payment_intents.retrieve(
        intent, {"expand": ["latest_charge.balance_transaction"]}
    )

    assert shown.latest_charge.balance_transaction.type == "charge"
    with pytest.raises(stripe.InvalidRequestError):
        client(stripe_fake).v1.payment_intents.retrieve(intent, {"expand": ["amount"]})


def test_lists_are_newest_first_and_paged(stripe_fake, gateway):
    account = ready_organizer(stripe_fake, gateway)
    sessions = [open_order(gateway, account, idempotency_key=f"payment-{n}").id for n in range(5)]
    listed = client(stripe_fake).v1.checkout.sessions

    first = listed.list({"limit": 2})
    rest = listed.list({"limit": 3, "starting_after": first.data[-1].id})

    assert [s.id for s in [*first.data, *rest.data]] == sessions[::-1]
    assert (first.has_more, rest.has_more) == (True, False)
    assert [s.id for s in listed.list({"limit": 2}).auto_paging_iter()] == sessions[::-1]


def test_events_are_found_by_type_and_time(stripe_fake, gateway):
    account = ready_organizer(stripe_fake, gateway)
    before = stripe_fake.store.now()
    stripe_fake.advance(minutes=5)
    paid_order(stripe_fake, gateway, account)
    events = client(stripe_fake).v1.events

    completed = events.list({"types": ["checkout.session.completed"], "created": {"gt": before}})

    assert [event.type for event in completed.data] == ["checkout.session.completed"]
    assert events.list({"types": ["checkout.session.expired"]}).data == []


def test_forms_nest_as_the_library_writes_them():
    assert decode("a[b][0][c]=1&a[b][1][c]=2&d=%C3%A9&e[]=x&e[]=y") == {
        "a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}},
        "d": "é",
        "e": {"0": "x", "1": "y"},
    }
    with pytest.raises(Declined):
        decode("a=1&a[b]=2")
