"""Being paid, as the box office sees it: the account at Stripe, other ways, and what it costs."""

import re
from html import unescape

import pytest
import requests
from sqlalchemy import select

from eventflow.accounts.models import AuditEntry
from eventflow.db import db, transaction
from eventflow.payments import accounts, requirements
from eventflow.payments.models import PaymentAccount
from tests.people import browser_at, make_member, prove, sign_in
from tests.waiting import started


@pytest.fixture
def owner(app, riverside, olivia):
    return browser_at(app, riverside, olivia)


@pytest.fixture
def admin(app, riverside, ada):
    return browser_at(app, riverside, ada)


def account() -> PaymentAccount:
    db.session.rollback()
    return db.session.scalar(select(PaymentAccount))


def words() -> list[str]:
    query = select(AuditEntry.actor_name + ": " + AuditEntry.words).order_by(AuditEntry.id.desc())
    return list(db.session.scalars(query))


WAYS = {
    "takes_transfer": "1",
    "transfer_details": "Riverside Hall\nDE02 1203 0000",
    "takes_at_door": "1",
    "days_to_pay": "5",
}


def connect(owner, country: str = "US"):
    return owner.post("/manage/payments/stripe", data={"country": country})


def at_stripe(url: str, outcome: str) -> str:
    """Visit Stripe's page and press a button there; where it sends the organizer."""
    assert requests.get(url, timeout=10).status_code == 200
    pressed = requests.post(url, data={"outcome": outcome}, allow_redirects=False, timeout=10)
    return pressed.headers["Location"]


def test_the_whole_way_to_being_paid(owner, stripe, at_riverside):
    assert "Not set up" in owner.get("/manage/payments").text
    answer = connect(owner, "DE")
    assert answer.status_code == 303
    back = at_stripe(answer.location, "complete")
    assert back == "http://riverside.eventflow.test/manage/payments/stripe/back"

    page = owner.get(back, follow_redirects=True)

    assert "Stripe pays you out" in page.text
    assert account().charges_enabled and account().payouts_enabled
    made = stripe.find(account().stripe_account)
    assert (made["country"], made["email"]) == ("DE", "olivia@example.com")
    assert made["metadata"] == {"tenant_id": str(at_riverside.id)}
    assert words() == ["Olivia: Opened an account at Stripe"]


def test_what_stripe_still_wants_is_said_in_words(owner, stripe, at_riverside):
    back = at_stripe(connect(owner).location, "later")
    page = owner.get(back, follow_redirects=True)
    assert "Stripe needs to know more about you" in page.text
    for said in ("The bank account your money goes to", "Your agreement to Stripe’s terms"):
        assert said in page.text
    assert "external_account" not in page.text

    again = owner.post("/manage/payments/stripe")
    back = at_stripe(again.location, "pending")
    assert "it is being looked at" in owner.get(back, follow_redirects=True).text


def test_pressed_twice_it_is_one_account(owner, stripe, at_riverside):
    first, second = connect(owner), connect(owner)
    assert first.status_code == second.status_code == 303
    assert len(list(stripe.store.all("account"))) == 1


def test_an_account_whose_answer_was_lost_is_not_opened_twice(owner, stripe, at_riverside):
    stripe.fail_next(1, "hang up", executed=True)
    assert connect(owner).location == "/manage/payments"
    assert "be reached right now" in owner.get("/manage/payments").text
    connect(owner)
    assert len(list(stripe.store.all("account"))) == 1


def test_a_link_that_ran_out_is_made_anew(owner, stripe, at_riverside):
    url = connect(owner).location
    requests.get(url, timeout=10)
    renewed = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
    assert renewed == "http://riverside.eventflow.test/manage/payments/stripe/renew"
    assert owner.get(renewed).location.startswith(stripe.url)


@pytest.mark.parametrize("country", ["", "XX", "KP", "nonsense"])
def test_a_country_is_chosen_first(owner, stripe, at_riverside, country):
    answer = connect(owner, country)
    assert answer.status_code == 422
    assert "Choose the country" in answer.text
    assert list(stripe.store.all("account")) == []


def test_only_an_owner_decides_where_money_goes(owner, admin, stripe, at_riverside):
    assert admin.get("/manage/payments").status_code == 200
    assert "Connect with Stripe" not in admin.get("/manage/payments").text
    assert connect(admin).status_code == 403
    assert admin.post("/manage/payments/ways", data=WAYS).status_code == 403
    assert admin.get("/manage/payments/stripe/renew").status_code == 403


def test_who_signed_in_long_ago_proves_it_again_first(app, riverside, olivia, stripe):
    browser = browser_at(app, riverside)
    sign_in(app, browser, "riverside.eventflow.test", olivia, proven=False)
    assert connect(browser).location.startswith("/sign-in")
    assert browser.post("/manage/payments/ways", data=WAYS).location.startswith("/sign-in")


def test_other_ways_to_pay_are_kept_and_written_down(owner, at_riverside):
    answer = owner.post("/manage/payments/ways", data=WAYS)
    assert answer.status_code == 303
    assert (account().takes_transfer, account().takes_at_door) == (True, True)
    assert (account().days_to_pay, account().transfer_details) == (5, WAYS["transfer_details"])
    assert words() == ["Olivia: Changed how buyers may pay"]

    as_browsers_send_it = WAYS["transfer_details"].replace("\n", "\r\n")
    owner.post("/manage/payments/ways", data=WAYS | {"transfer_details": as_browsers_send_it})
    assert len(words()) == 1, "nothing was different"
    owner.post("/manage/payments/ways", data={"days_to_pay": "7"})
    assert (account().takes_transfer, account().takes_at_door) == (False, False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"transfer_details": " "}, "Say where to"),
        ({"transfer_details": "x" * 1001}, "too long"),
        ({"days_to_pay": "0"}, "from 1 to 60"),
        ({"days_to_pay": "61"}, "from 1 to 60"),
        ({"days_to_pay": "soon"}, "from 1 to 60"),
        ({"days_to_pay": "²"}, "from 1 to 60"),
        ({"days_to_pay": "9" * 5000}, "from 1 to 60"),
    ],
)
def test_what_cannot_be_is_put_right_and_what_was_typed_is_kept(owner, at_riverside, wrong, said):
    answer = owner.post("/manage/payments/ways", data=WAYS | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert "DE02 1203 0000" in answer.text or "transfer_details" in wrong
    assert not account().takes_transfer


# Two people at once

NEW_BANK = "Riverside Hall\nGB33 BUKB 2020"


@pytest.fixture
def oscar(app, riverside):
    return browser_at(app, riverside, make_member(riverside, "owner", "Oscar"))


def version_in(page: str) -> str:
    return re.search(r'name="version" value="(\w+)"', page)[1]


def opened(browser) -> dict[str, str]:
    """The form as the page offers it where WAYS are kept."""
    return WAYS | {"version": version_in(browser.get("/manage/payments").text)}


def save(browser, form: dict[str, str], **typed):
    return browser.post("/manage/payments/ways", data=form | typed)


def test_the_later_of_two_is_told_and_loses_nothing(owner, oscar, at_riverside):
    save(owner, WAYS)
    olivias = opened(owner) | {"days_to_pay": "9"}
    save(oscar, opened(oscar), transfer_details=NEW_BANK)

    answer = save(owner, olivias)

    assert answer.status_code == 409
    said = unescape(answer.text)
    assert "Not kept yet" in said
    assert "Oscar changed this while you had it open." in said
    assert f"<td>{NEW_BANK}</td><td>{WAYS['transfer_details']}</td>" in said
    assert '<th scope="row">Days to pay</th><td>5</td><td>9</td>' in said
    assert '<th scope="row">Payment at the door</th>' not in said
    assert f"{WAYS['transfer_details']}</textarea>" in said
    assert (account().transfer_details, account().days_to_pay) == (NEW_BANK, 5)
    assert len(words()) == 2

    seen = version_in(answer.text)
    assert save(owner, olivias, transfer_details=NEW_BANK, version=seen).status_code == 303
    assert (account().transfer_details, account().days_to_pay) == (NEW_BANK, 9)


def test_of_two_at_the_same_moment_the_later_is_told(owner, at_riverside):
    save(owner, WAYS)
    form = opened(owner) | {"days_to_pay": "9"}
    with transaction():
        accounts.locked().transfer_details = NEW_BANK
        db.session.flush()
        later = started(lambda: save(owner, form))

    assert later().status_code == 409
    assert (account().transfer_details, account().days_to_pay) == (NEW_BANK, 5)


def test_what_was_put_right_is_still_of_when_it_was_opened(owner, oscar, at_riverside):
    save(owner, WAYS)
    olivias = opened(owner)
    save(oscar, opened(oscar), transfer_details=NEW_BANK)

    refused = save(owner, olivias, days_to_pay="0")
    assert refused.status_code == 422

    again = save(owner, olivias, days_to_pay="9", version=version_in(refused.text))
    assert again.status_code == 409
    assert account().transfer_details == NEW_BANK


def test_what_came_back_from_a_proof_is_still_of_when_it_was_opened(
    left_alone, oscar, at_riverside
):
    save(oscar, WAYS)
    olivias = opened(left_alone) | {"days_to_pay": "9"}
    asked = save(left_alone, olivias)
    save(oscar, opened(oscar), transfer_details=NEW_BANK)

    page = prove(left_alone, asked).text

    assert version_in(page) == olivias["version"]
    answer = save(left_alone, olivias)
    assert (answer.status_code, account().transfer_details) == (409, NEW_BANK)
    assert save(left_alone, olivias, version=version_in(answer.text)).status_code == 303
    assert account().days_to_pay == 9


def test_pressed_twice_it_is_kept_once(owner, at_riverside):
    save(owner, WAYS)
    as_browsers_send_it = WAYS["transfer_details"].replace("\n", "\r\n")
    form = opened(owner) | {"days_to_pay": "9", "transfer_details": as_browsers_send_it}
    assert [save(owner, form).status_code for _ in range(2)] == [303, 303]
    assert account().days_to_pay == 9
    assert len(words()) == 2


def test_news_from_stripe_is_no_change_of_what_the_form_shows(owner, connected, stripe):
    form = opened(owner)
    owner.post("/manage/payments/stripe/check")
    assert save(owner, form).status_code == 303


def test_the_fee_is_shown_on_an_example(owner, at_riverside):
    page = owner.get("/manage/payments").text
    for said in ("2.5 %", "$0.30", "$50.00", "$1.55", "$51.55"):
        assert said in page


@pytest.mark.parametrize(("currency", "price"), [("JPY", "¥2,500"), ("KWD", "25.000")])
def test_the_example_suits_every_currency(owner, riverside, currency, price):
    with transaction():
        db.session.get_one(type(riverside), riverside.id).currency = currency
    page = owner.get("/manage/payments")
    assert page.status_code == 200
    assert price in page.text


def test_in_the_sandbox_there_is_nobody_to_connect_with(owner, at_riverside):
    assert "No money moves here" in owner.get("/manage/payments").text
    assert connect(owner).location == "/manage/payments"
    assert owner.get("/manage/payments/stripe/renew").location == "/manage/payments"
    assert owner.post("/manage/payments/stripe/check").location == "/manage/payments"


def test_looking_again_while_stripe_is_away_changes_nothing(admin, connected, stripe):
    stripe.fail_next(1, 500)
    answer = admin.post("/manage/payments/stripe/check")
    assert "be reached right now" in admin.get(answer.location).text
    assert accounts.current().charges_enabled


def test_no_field_of_stripes_is_shown_as_it_is():
    asked = [
        "external_account",
        "business_profile.url",
        "business_profile.mcc",
        "business_type",
        "tos_acceptance.ip",
        "tos_acceptance.date",
        "individual.id_number",
        "individual.dob.day",
        "individual.address.city",
        "person_1Ab.verification.document",
        "person_1Ab.first_name",
        "company.owners_provided",
        "company.tax_id",
        "company.name",
        "representative.phone",
    ]
    said = requirements.in_words(asked)
    assert not any("_" in one for one in said)
    assert len(said) == len(set(said)) < len(asked)
    assert requirements.in_words(["brand_new"]) == [
        "Something else that Stripe asks for (brand_new)"
    ]
