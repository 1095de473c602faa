"""From the one form on the base host into the console of one's own box office."""

import re

import pytest
from sqlalchemy import select

from eventflow.accounts import choices, people, tenants
from eventflow.accounts.models import AuditEntry, Membership
from eventflow.db import db
from eventflow.tenancy import acting_for
from tests.people import PASSWORD, browser_at, join, make_person, sign_in

FORM = {
    "name": "Quay Stage",
    "slug": "Quay-Stage",
    "your_name": "Quinn",
    "email": "quinn@example.com",
    "password": PASSWORD,
    "currency": "EUR",
    "timezone": "Europe/Vienna",
}


def tenant_of(slug):
    with acting_for(None):
        return tenants.find(slug)


def test_one_form_opens_a_box_office_and_leads_into_its_console(app, base, mailbox):
    answer = base.post("/sign-up", data=FORM)
    assert answer.status_code == 303
    assert answer.location.startswith("http://quay-stage.eventflow.test/enter?code=")

    there = browser_at(app, tenant_of("quay-stage"))
    entered = there.get(answer.location)

    assert entered.location == "/manage/"
    assert there.get("/manage/settings").status_code == 200
    assert there.get("/manage/tokens").status_code == 200, "the password was given just now"
    assert base.get("/account").status_code == 200, "signed in on the base host too"
    tenant = tenant_of("quay-stage")
    assert (tenant.currency, tenant.timezone) == ("EUR", "Europe/Vienna")
    with acting_for(tenant.id):
        [entry] = db.session.scalars(select(AuditEntry))
        assert (entry.actor_name, entry.words) == ("Quinn", "Opened the box office Quay Stage")


def test_an_empty_form_is_told_of_everything_at_once(base):
    answer = base.post("/sign-up", data={})

    assert answer.status_code == 422
    for name in ("name", "slug", "your_name", "email", "password"):
        assert f'href="#field-{name}"' in answer.text


@pytest.mark.parametrize("email", ["t1pw@t1.example", "quinn.quincy@quay-stage.example"])
def test_ones_own_address_is_no_password(base, email):
    answer = base.post("/sign-up", data=FORM | {"email": email, "password": email})

    assert answer.status_code == 422
    assert "This is too close to your name or address." in answer.text


def test_units_of_account_are_not_offered_except_to_those_who_have_one(base):
    offered = base.get("/sign-up").text
    assert 'value="CHF"' in offered
    for code in ("BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"):
        assert f'value="{code}"' not in offered
        chosen = dict(choices.currency_choices(code))["All currencies"]
        assert code in [one for one, _label in chosen]


def test_the_address_is_confirmed_by_mail(base, mailbox):
    base.post("/sign-up", data=FORM)
    [mail] = mailbox()
    assert mail.link.startswith("http://eventflow.test/verify-email?code=")

    assert base.get(mail.link).status_code == 200
    base.post("/verify-email", data={"code": mail.code})

    with acting_for(None):
        assert people.find("quinn@example.com").email_verified_at is not None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", " ", "Say what your box office is called."),
        ("slug", "www", "kept for the platform"),
        ("slug", "no_such thing", "Use letters, digits and hyphens"),
        ("slug", "riverside", "The subdomain riverside is taken."),
        ("email", "no address", "Enter an e-mail address"),
        ("password", "password123", "guessed first"),
        ("password", "quinn2026!!", "too close to your name"),
        ("currency", "XXX", "not a currency we know"),
        ("timezone", "Mars/Olympus", "not a time zone"),
        ("your_name", "", "Say what you are called."),
        ("your_name", "a\x07b", "cannot be shown"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_opened(base, riverside, field, value, words):
    answer = base.post("/sign-up", data=FORM | {field: value})

    assert answer.status_code == 422
    assert words in answer.text
    assert tenant_of("quay-stage") is None
    with acting_for(None):
        assert people.find("quinn@example.com") is None
    if field not in ("name", "password", "your_name"):
        assert 'value="Quay Stage"' in answer.text, "what was typed is kept"


def test_what_is_wrong_is_listed_in_the_order_of_the_fields(base):
    wrong = {"name": "", "slug": "", "your_name": "", "email": "x"}
    answer = base.post("/sign-up", data=FORM | wrong)
    summary = answer.text.split('id="error-summary"')[1].split("</ul>")[0]
    assert re.findall(r'href="#field-(\w+)"', summary) == ["name", "slug", "your_name", "email"]


def test_an_address_with_a_login_signs_in_first(base, app):
    make_person("Quinn")
    assert base.post("/sign-up", data=FORM).status_code == 422
    assert tenant_of("quay-stage") is None


def test_somebody_signed_in_opens_another_without_a_password(app):
    quinn = make_person("Quinn")
    browser = browser_at(app, None, quinn)
    form = {key: FORM[key] for key in ("name", "slug", "currency", "timezone")}

    assert browser.post("/sign-up", data=form).status_code == 303

    with acting_for(tenant_of("quay-stage").id):
        [membership] = db.session.scalars(select(Membership))
        assert (membership.user_id, membership.role) == (quinn.id, "owner")


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("api", "kept for the platform"),
        ("riverside", "taken"),
        ("quay-stage", "quay-stage.eventflow.test is free."),
        ("-", "Use letters"),
        ("xn--bcher-kva", "Use letters"),
        ("", ""),
    ],
)
def test_whether_a_subdomain_can_be_had_is_said_while_one_types(base, riverside, slug, words):
    answer = base.get(f"/sign-up/subdomain?slug={slug}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert words in answer.text
    assert "<html" not in answer.text


def test_a_person_goes_from_one_box_office_to_another_without_a_new_login(
    app, riverside, northgate
):
    quinn = make_person("Quinn")
    join(riverside, quinn, "admin")
    join(northgate, quinn, "staff")
    base = browser_at(app, None, quinn)

    account = base.get("/account")
    assert "Riverside Hall" in account.text and "Northgate" in account.text

    for tenant in (riverside, northgate):
        over = base.get(f"/account/open/{tenant.slug}")
        there = browser_at(app, tenant)
        assert there.get(over.location).location == "/manage/"
        assert there.get("/account").status_code == 200
        again = browser_at(app, tenant)
        assert again.get(over.location).location.startswith("/sign-in"), "the code works once"


def test_nobody_is_handed_over_to_where_they_do_not_belong(app, riverside, northgate):
    quinn = make_person("Quinn")
    join(riverside, quinn, "owner")
    assert browser_at(app, None, quinn).get("/account/open/northgate").status_code == 404


def test_a_code_opens_no_other_host(app, riverside, northgate):
    quinn = make_person("Quinn")
    join(riverside, quinn, "owner")
    join(northgate, quinn, "owner")
    code = browser_at(app, None, quinn).get("/account/open/riverside").location.split("code=")[1]

    there = browser_at(app, northgate)
    assert there.get(f"/enter?code={code}").location.startswith("/sign-in")
    assert there.get("/manage/settings").status_code == 303


def test_another_site_can_not_choose_who_a_browser_is(app, riverside):
    mallory = make_person("Mallory")
    join(riverside, mallory, "staff")
    link = browser_at(app, None, mallory).get("/account/open/riverside").location

    victim = browser_at(app, riverside)
    answer = victim.get(link, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.location.startswith("/sign-in")
    assert "Set-Cookie" not in answer.headers


def test_keys_ask_for_a_fresh_sign_in_which_a_hand_over_brings_along(app, riverside):
    quinn = make_person("Quinn")
    join(riverside, quinn, "owner")
    stale, base = browser_at(app, riverside), browser_at(app, None)
    sign_in(app, stale, "riverside.eventflow.test", quinn, proven=False)
    sign_in(app, base, "eventflow.test", quinn, proven=False)
    assert stale.get("/manage/tokens").location == "/sign-in?next=%2Fmanage%2Ftokens&again=1"

    handed = browser_at(app, riverside)
    handed.get(base.get("/account/open/riverside").location)
    assert handed.get("/manage/settings").status_code == 200
    assert handed.get("/manage/tokens").status_code == 303

    assert "Confirm that it is you" in stale.get("/sign-in?next=/manage/tokens&again=1").text
    stale.post("/sign-in", data={"email": quinn.email, "password": PASSWORD})
    assert stale.get("/manage/tokens").status_code == 200
