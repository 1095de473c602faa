import re

import pytest
from sqlalchemy import text

from eventflow.accounts import passwords, people
from eventflow.db import db
from eventflow.tenancy import across_tenants, acting_for
from tests.marks import MARKED, at_once
from tests.people import PASSWORD, browser_at, make_person, sign_in


def give(browser, **data):
    return browser.post("/sign-in", data=data)


def test_a_password_opens_the_console_of_ones_own_box_office(door, olivia):
    assert door.get("/manage/settings").location == "/sign-in?next=%2Fmanage%2Fsettings"

    answer = give(door, email="Olivia@Example.com ", password=PASSWORD, next="/manage/settings")

    assert (answer.status_code, answer.location) == (303, "/manage/settings")
    assert door.get("/manage/settings").status_code == 200


def test_the_cookie_is_for_one_host_and_for_no_script(door, olivia):
    cookie = give(door, email=olivia.email, password=PASSWORD).headers["Set-Cookie"]

    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie


def test_signing_in_makes_a_new_token_and_ends_the_old_one(app, riverside, olivia):
    browser = browser_at(app, riverside)
    old = sign_in(app, browser, "riverside.eventflow.test", olivia)

    give(browser, email=olivia.email, password=PASSWORD)

    assert browser.get("/manage/settings").status_code == 200
    thief = browser_at(app, riverside)
    serializer = app.session_interface.get_signing_serializer(app)
    thief.set_cookie("eventflow", serializer.dumps({"sign_in": old}), domain=browser.address[7:])
    assert thief.get("/manage/settings").status_code == 303


@pytest.mark.parametrize("email", ["olivia@example.com", "nobody@example.com", "no address", ""])
def test_whatever_was_wrong_the_answer_is_the_same(door, olivia, email, monkeypatch):
    worked = []
    verify = passwords.matches
    monkeypatch.setattr(
        passwords, "matches", lambda given, hashed: worked.append(given) or verify(given, hashed)
    )

    answer = give(door, email=email, password="not the password")

    assert answer.status_code == 422
    assert "This address and password do not go together." in answer.text
    assert worked == ["not the password"], "the same work for an address nobody has"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("email", ["olivia@example.com", "nobody@example.com", "a"])
def test_a_password_that_takes_long_to_read_is_wrong_at_once(door, olivia, email):
    with at_once():
        answer = give(door, email=email, password=MARKED)

    assert answer.status_code == 422
    assert "This address and password do not go together." in answer.text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-in/link", "/password/forgotten", "/orders/find"]
)
def test_an_address_that_takes_long_to_read_is_refused_at_once(door, path):
    with at_once():
        answer = door.post(path, data={"email": f'"{MARKED}" <sam@example.com>'})
    assert answer.status_code == 422


def test_a_login_without_a_password_can_not_be_guessed(app, door, riverside):
    make_person("Nora", password=None)
    assert give(door, email="nora@example.com", password="").status_code == 422


def test_whoever_is_not_on_the_team_does_not_get_in(door, noah):
    answer = give(door, email=noah.email, password=PASSWORD)

    assert answer.status_code == 422
    assert "not on the team of Riverside Hall" in answer.text
    assert door.get("/manage/settings").status_code == 303


@pytest.mark.parametrize(
    "next", ["https://evil.example/", "//evil.example", "/\\evil.example", "manage", "/a\r\nb: c"]
)
def test_signing_in_leads_nowhere_else(door, olivia, next):
    answer = give(door, email=olivia.email, password=PASSWORD, next=next)
    assert answer.location == "/manage/"


def test_signing_out_ends_it_for_good(door, olivia):
    give(door, email=olivia.email, password=PASSWORD)
    kept = door.get_cookie("eventflow", domain="riverside.eventflow.test").value

    door.post("/sign-out")
    door.set_cookie("eventflow", kept, domain="riverside.eventflow.test")

    assert door.get("/manage/settings").status_code == 303


def test_another_site_can_not_sign_anybody_out(console):
    answer = console.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert console.get("/manage/settings").status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_can_not_sign_anybody_in(door, olivia, site):
    """Not even on another tenant's host, and not even where there is no cookie yet."""
    answer = door.post(
        "/sign-in",
        data={"email": olivia.email, "password": PASSWORD},
        headers={"Sec-Fetch-Site": site},
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_mailed_link_signs_in_once(door, olivia, mailbox):
    answer = door.post("/sign-in/link", data={"email": olivia.email, "next": "/manage/team"})
    assert "If olivia@example.com has a login here" in answer.text
    [mail] = mailbox()
    assert mail.to == olivia.email
    assert mail.link.startswith("http://riverside.eventflow.test/sign-in/link?code=")

    shown = door.get(mail.link)
    assert shown.status_code == 200
    assert "takes away the password" not in shown.text
    assert door.get("/manage/team").status_code == 303, "looking at a link does not use it up"
    assert shown.headers["Referrer-Policy"] == "no-referrer"

    followed = door.post("/sign-in/link/follow", data={"code": mail.code})
    assert followed.location == "/manage/team"
    assert door.get("/manage/team").status_code == 200
    assert door.post("/sign-in/link/follow", data={"code": mail.code}).status_code == 410


def test_a_mailed_link_is_good_on_its_own_host_only(app, door, base, olivia, mailbox):
    door.post("/sign-in/link", data={"email": olivia.email})
    [mail] = mailbox()
    assert base.post("/sign-in/link/follow", data={"code": mail.code}).status_code == 410


def test_asking_for_a_link_tells_nothing_about_the_address(app, door, base, olivia, noah, mailbox):
    known = door.post("/sign-in/link", data={"email": olivia.email})
    stranger = door.post("/sign-in/link", data={"email": noah.email})
    nobody = door.post("/sign-in/link", data={"email": "nobody@example.com"})

    texts = {
        answer.text.replace(email, "…")
        for answer, email in (
            (known, olivia.email),
            (stranger, noah.email),
            (nobody, "nobody@example.com"),
        )
    }
    assert len(texts) == 1
    assert {known.status_code, stranger.status_code, nobody.status_code} == {200}
    assert [mail.to for mail in mailbox()] == [olivia.email]


def test_no_code_lies_in_the_database_to_be_followed(app, door, base, olivia, mailbox):
    door.post("/sign-in/link", data={"email": olivia.email})
    door.post("/password/forgotten", data={"email": olivia.email})
    mails = mailbox()
    assert len(mails) == 2
    tables = ("one_time_links", "outbox_jobs", "deliveries", "sign_ins")
    with across_tenants():
        everything = " ".join(
            db.session.scalar(text(f"select string_agg(to_jsonb(t)::text, ' ') from {table} t"))
            or ""
            for table in tables
        )
    assert olivia.email in everything, "links know their person"
    for mail in mails:
        assert mail.code not in everything


def test_a_new_password_is_set_by_mail_and_ends_every_other_sign_in(app, door, olivia, mailbox):
    elsewhere = browser_at(app, None, olivia)
    door.post("/password/forgotten", data={"email": olivia.email})
    [mail] = mailbox()
    assert mail.link.startswith("http://riverside.eventflow.test/password/new?code=")

    weak = door.post("/password/new", data={"code": mail.code, "password": "password123"})
    assert weak.status_code == 422
    done = door.post("/password/new", data={"code": mail.code, "password": "another fine walk"})

    assert (done.status_code, done.location) == (303, "/manage/")
    assert door.get("/manage/settings").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert give(door, email=olivia.email, password=PASSWORD).status_code == 422
    again = door.post("/password/new", data={"code": mail.code, "password": "yet another walk"})
    assert again.status_code == 410


def test_an_address_that_was_never_proved_loses_the_password_to_whoever_reads_its_mail(
    app, base, mailbox
):
    """Somebody may have signed up with an address that is not theirs, and wait for its owner."""
    squatter = make_person("Squatter", email="victim@example.com", verified=False)
    waiting = browser_at(app, None, squatter)

    base.post("/sign-in/link", data={"email": "victim@example.com"})
    [mail] = mailbox()
    assert "takes away the password" in base.get(mail.link).text
    answer = base.post("/sign-in/link/follow", data={"code": mail.code})

    assert answer.location == "/account"
    assert "The password it had until now was taken away" in base.get("/account").text
    assert waiting.get("/account").status_code == 303
    assert (
        give(browser_at(app, None), email="victim@example.com", password=PASSWORD).status_code
        == 422
    )
    with acting_for(None):
        assert people.get(squatter.id).email_verified_at is not None


def test_the_owner_of_an_address_does_not_confirm_it_for_a_squatter(app, base, mailbox):
    squatter = make_person("Squatter", email="victim@example.com", verified=False)
    browser_at(app, None, squatter).post("/account/verify")
    [mail] = mailbox()

    assert base.get(mail.link).location.startswith("/sign-in")
    other = browser_at(app, None, make_person("Other"))
    assert other.get(mail.link).status_code == 410
    assert other.post("/verify-email", data={"code": mail.code}).status_code == 410

    own = browser_at(app, None, squatter)
    assert own.get(mail.link).status_code == 200
    assert own.post("/verify-email", data={"code": mail.code}).location == "/account"


def test_one_account_can_not_be_guessed_at_for_long(door, olivia, counting):
    for _ in range(5):
        assert give(door, email=olivia.email, password="wrong").status_code == 422

    answer = give(door, email=olivia.email, password=PASSWORD)

    assert answer.status_code == 429
    assert re.search("Please try again in 1[45] minutes", answer.text)
    assert int(answer.headers["Retry-After"]) > 60


def test_spelling_its_address_anew_is_no_new_try(door, olivia, counting):
    email = olivia.email
    spelled = [
        email,
        email.replace(".", "\u3002"),
        email.replace(".", "\uff0e"),
        email.replace("@e", "@\uff45"),
        f" {email.upper()}",
    ]
    for email in spelled:
        assert give(door, email=email, password="wrong").status_code == 422

    assert give(door, email=olivia.email, password=PASSWORD).status_code == 429


def test_whoever_signs_in_is_forgiven_however_the_address_was_spelled(door, olivia, counting):
    spelled = olivia.email.replace(".", "\u3002")
    for _ in range(2):
        for _ in range(4):
            assert give(door, email=olivia.email, password="wrong").status_code == 422
        assert give(door, email=spelled, password=PASSWORD).status_code == 303


def test_mailed_links_are_counted_however_the_address_is_spelled(door, olivia, counting):
    spelled = [olivia.email, olivia.email.replace(".", "\u3002"), f" {olivia.email.upper()}"]
    for email in spelled:
        assert door.post("/sign-in/link", data={"email": email}).status_code == 200

    answer = door.post("/sign-in/link", data={"email": olivia.email.replace(".", "\uff0e")})

    assert answer.status_code == 429


def test_an_address_nobody_has_is_limited_just_the_same(door, olivia, counting):
    answers = [
        give(door, email="nobody@example.com", password="wrong").status_code for _ in range(6)
    ]
    assert answers == [422] * 5 + [429]


def test_the_right_password_forgives_the_wrong_ones(door, olivia, counting):
    for _ in range(4):
        give(door, email=olivia.email, password="wrong")
        give(door, email=olivia.email, password=PASSWORD)
    assert give(door, email=olivia.email, password=PASSWORD).status_code == 303
