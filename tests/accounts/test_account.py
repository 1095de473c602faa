"""One's own account: what is one's own to change, and where one is signed in."""

from eventflow.accounts import people
from eventflow.accounts.browsers import in_words
from eventflow.tenancy import acting_for
from tests.people import PASSWORD, browser_at


def test_a_name_is_changed(console, olivia):
    console.post("/account/name", data={"name": "  Olivia   Quay "})
    with acting_for(None):
        assert people.get(olivia.id).name == "Olivia Quay"


def test_a_password_is_changed_by_whoever_knows_it(app, console, riverside, olivia):
    elsewhere = browser_at(app, None, olivia)
    wrong = console.post(
        "/account/password", data={"current": "a guess at it", "password": "a long new one"}
    )
    assert wrong.status_code == 422
    assert elsewhere.get("/account").status_code == 200

    console.post("/account/password", data={"current": PASSWORD, "password": "a long new one"})

    assert console.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    browser = browser_at(app, riverside)
    login = {"email": olivia.email, "password": "a long new one"}
    assert browser.post("/sign-in", data=login).status_code == 303


def test_one_browser_is_signed_out_from_another(app, console, olivia):
    elsewhere = browser_at(app, None, olivia)
    page = console.get("/account").text
    ends = [part.partition("/end")[0] for part in page.split("/account/sessions/")[1:]]
    ids = [part for part in ends if len(part) == 36]
    assert len(ids) == 2
    assert page.count("This one") == 1

    for sign_in_id in ids:
        if "This one" not in page.partition(sign_in_id)[0].rpartition("<tr>")[2]:
            console.post(f"/account/sessions/{sign_in_id}/end")

    assert elsewhere.get("/account").status_code == 303
    assert console.get("/account").status_code == 200


def test_all_others_are_signed_out_at_once(app, console, riverside, olivia):
    others = [browser_at(app, None, olivia), browser_at(app, riverside, olivia)]
    console.post("/account/sessions/end-others")
    assert [browser.get("/account").status_code for browser in others] == [303, 303]
    assert console.get("/account").status_code == 200


def test_nobody_ends_somebody_elses_sign_in(app, console, riverside, sam):
    browser = browser_at(app, riverside, sam)
    page = browser.get("/account").text
    [sign_in_id] = [
        part[:36] for part in page.split("/account/sessions/")[1:] if part[36:40] == "/end"
    ]
    assert console.post(f"/account/sessions/{sign_in_id}/end").status_code == 404
    assert browser.get("/account").status_code == 200


def test_browsers_have_names_people_know():
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    iphone = (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
    )
    assert in_words(firefox) == "Firefox on Linux"
    assert in_words(iphone) == "Safari on iPhone"
    assert in_words("") == "A browser we do not know"


def test_pages_for_everybody_do_not_look_into_the_session(storefront, console):
    """Or else none of them could be kept by a cache."""
    for path in ("/brand.css", "/nothing-here"):
        assert "Cookie" not in storefront.get(path).headers.get("Vary", "")
    assert "Cookie" in console.get("/manage/settings").headers["Vary"]
