from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from .scenarios import new_organizer, open_order, ready_organizer


def browse(url: str, **form: str) -> tuple[int, str, str]:
    """Status, place to go next, and text: as a browser without script."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port)
    try:
        if form:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, urlencode(form), kind)
        else:
            connection.request("GET", parts.path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read().decode()
    finally:
        connection.close()


def test_a_buyer_pays_on_the_page_and_is_sent_back(stripe_fake, gateway):
    session = open_order(gateway, ready_organizer(stripe_fake, gateway))

    status, _, text = browse(session.url)
    assert status == 200
    assert "Stalls &times; 2: 50.00 USD" in text
    assert "51.55 USD" in text

    status, back, _ = browse(session.url, outcome="paid")
    assert status == 303
    assert back == f"https://riverside.example/orders/W4NTR7?session={session.id}"
    assert gateway.retrieve_checkout(session.id).is_paid


def test_a_declined_card_leaves_the_page_open(stripe_fake, gateway):
    session = open_order(gateway, ready_organizer(stripe_fake, gateway))

    status, _, text = browse(session.url, outcome="declined")

    assert status == 402
    assert "Your card was declined." in text
    assert gateway.retrieve_checkout(session.id).status == "open"
    assert "payment_intent.payment_failed" in stripe_fake.waiting()
    assert browse(session.url, outcome="paid")[0] == 303


def test_nobody_pays_twice_or_too_late(stripe_fake, gateway):
    account = ready_organizer(stripe_fake, gateway)
    paid = open_order(gateway, account)
    late = open_order(gateway, account, idempotency_key="payment-late")
    browse(paid.url, outcome="paid")
    stripe_fake.advance(minutes=36)

    assert browse(paid.url, outcome="paid")[0] == 410
    assert browse(late.url, outcome="paid")[0] == 410
    assert "checkout session has timed out" in browse(late.url)[2]
    assert gateway.retrieve_checkout(late.id).status == "expired"
    assert stripe_fake.waiting().count("checkout.session.completed") == 1
    assert stripe_fake.waiting().count("checkout.session.expired") == 1


def test_onboarding_is_done_on_a_page_that_opens_once(stripe_fake, gateway):
    account = new_organizer(gateway)
    link = gateway.onboarding_link(
        account, refresh_url="https://x.example/again", return_url="https://x.example/back"
    )

    assert browse(link)[0] == 200
    assert browse(link)[:2] == (303, "https://x.example/again")
    assert browse(link, outcome="complete")[:2] == (303, "https://x.example/back")
    assert gateway.account_status(account).charges_enabled
    assert stripe_fake.waiting() == ["account.updated"]


def test_an_old_onboarding_link_leads_to_a_new_one(stripe_fake, gateway):
    link = gateway.onboarding_link(
        new_organizer(gateway),
        refresh_url="https://x.example/again",
        return_url="https://x.example/back",
    )
    stripe_fake.advance(minutes=6)

    assert browse(link)[:2] == (303, "https://x.example/again")


def test_verification_may_take_a_while(stripe_fake, gateway):
    account = new_organizer(gateway)
    link = gateway.onboarding_link(
        account, refresh_url="https://x.example/again", return_url="https://x.example/back"
    )
    browse(link, outcome="pending")

    status = gateway.account_status(account)

    assert status.details_submitted
    assert not status.charges_enabled
    assert status.requirements_due == ()


def test_unknown_pages_are_not_there(stripe_fake):
    assert browse(f"{stripe_fake.url}/c/pay/cs_test_none")[0] == 404
    assert browse(f"{stripe_fake.url}/elsewhere")[0] == 404
