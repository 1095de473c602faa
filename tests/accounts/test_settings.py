"""What an organizer sets, and what of it is refused."""

import re
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from eventflow.accounts import tenants
from eventflow.accounts.models import AuditEntry
from eventflow.accounts.organizer import SETTINGS
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid
from eventflow.tenancy import acting_for
from tests.people import browser_at
from tests.waiting import started


def kept(tenant):
    with acting_for(tenant.id):
        return tenants.get(tenant.id)


def audit(tenant) -> list[AuditEntry]:
    with acting_for(tenant.id):
        return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def change(tenant, **values):
    with acting_for(tenant.id), transaction():
        return tenants.change(tenants.get(tenant.id), values, at=now())


def test_what_is_changed_is_kept_and_said(console, riverside):
    console.post("/manage/settings", data={"tagline": "By the  water", "hold_minutes": "15"})

    tenant = kept(riverside)
    assert (tenant.tagline, tenant.hold_minutes) == ("By the water", 15)
    [entry] = audit(riverside)
    assert entry.actor_name == "Olivia"
    assert entry.words == "Changed the tagline, how long tickets are held"
    assert entry.before == {"tagline": "", "hold_minutes": 10}
    assert entry.after == {"tagline": "By the water", "hold_minutes": 15}
    assert entry.address == "127.0.0.1"
    assert entry.request_id


def test_nothing_is_noted_where_nothing_changed(console, riverside):
    console.post("/manage/settings", data={"name": "Riverside Hall"})
    assert audit(riverside) == []


def test_the_name_shows_at_once(console, storefront):
    console.post("/manage/settings", data={"name": "Riverside House"})
    assert "Riverside House" in storefront.get("/sign-in").text


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("name", "bell\x07"),
        ("contact_email", "nobody"),
        ("currency", "DOGE"),
        ("timezone", "Europe/Atlantis"),
        ("locale", "klingonese"),
        ("fee_mode", "doubled"),
        ("fee_percent", "101"),
        ("fee_percent", "-1"),
        ("fee_percent", "NaN"),
        ("fee_percent", "2.5555"),
        ("fee_percent", "lots"),
        ("fee_fixed", "-1"),
        ("fee_fixed", "0.30"),
        ("fee_fixed", "9" * 13),
        ("hold_minutes", "0"),
        ("hold_minutes", "61"),
        ("hold_minutes", "ten"),
        ("hold_minutes", "٥"),
        ("accent", "red"),
        ("slug", "elsewhere"),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence(riverside, key, value):
    with pytest.raises(Invalid) as refusal:
        change(riverside, tagline="would have been fine", **{key: value})
    assert refusal.value.fields[key].endswith(".")
    assert kept(riverside).tagline == "", "all of it or nothing"


@pytest.mark.parametrize(
    ("key", "value", "result"),
    [
        ("currency", "jpy", "JPY"),
        ("fee_percent", "0", Decimal(0)),
        ("fee_percent", "2.125", Decimal("2.125")),
        ("fee_fixed", "25", 25),
        ("fee_fixed", "default", None),
        ("fee_mode", "absorbed", "absorbed"),
        ("hold_minutes", "60", 60),
        ("contact_email", "", ""),
        ("about", "Two\r\nlines", "Two\nlines"),
        ("accent", "#00AA33", "#00aa33"),
    ],
)
def test_what_can_be_is_kept(riverside, key, value, result):
    change(riverside, **{key: value})
    assert getattr(kept(riverside), key) == result


def test_a_fee_agreed_in_one_currency_says_nothing_in_another(riverside):
    change(riverside, fee_fixed="25")
    change(riverside, currency="JPY")
    assert kept(riverside).fee_rule("JPY").fixed == 40
    change(riverside, currency="EUR", fee_fixed="20")
    assert kept(riverside).fee_rule("EUR").fixed == 20


def test_the_platforms_fee_is_not_the_organizers_to_set(console, riverside):
    console.post("/manage/settings", data={"fee_percent": "0", "fee_fixed": "0"})
    assert kept(riverside).fee_percent == Decimal("2.5")
    assert kept(riverside).fee_fixed is None


def test_a_colour_shows_how_well_it_reads(console):
    answer = console.get("/manage/settings/accent?accent=%23ffee00", headers={"HX-Request": "true"})
    assert answer.text.count("<svg") == 2
    assert "contrast" in answer.text
    assert console.get("/manage/settings/accent?accent=x").location == "/manage/settings"
    nonsense = console.get("/manage/settings/accent?accent=x", headers={"HX-Request": "true"})
    assert (nonsense.status_code, "<svg" in nonsense.text) == (200, False)


# Two people at once


def opened(tenant, browser) -> dict[str, str]:
    """The form as the page offers it, whole."""
    form = {key: str(getattr(kept(tenant), key)) for key in SETTINGS}
    return form | {"version": version_in(browser.get("/manage/settings").text)}


def version_in(page: str) -> str:
    return re.search(r'name="version" value="(\w+)"', page)[1]


def save(browser, form: dict[str, str], **typed):
    return browser.post("/manage/settings", data=form | typed)


def test_the_later_of_two_is_told_and_loses_nothing(console, app, riverside, ada):
    olivias = opened(riverside, console) | {"hold_minutes": "15"}
    adas = browser_at(app, riverside, ada)
    save(adas, opened(riverside, adas), name="Riverside House", tagline="By the water")
    console.post("/manage/settings/logo", data={"logo": (picture(), "logo.png")})

    answer = save(console, olivias)

    assert answer.status_code == 409
    said = unescape(answer.text)
    assert "Not kept yet" in said
    assert "Ada changed this while you had it open." in said
    assert '<th scope="row">Name</th><td>Riverside House</td><td>Riverside Hall</td>' in said
    assert '<th scope="row">Tagline</th><td>By the water</td><td>–</td>' in said
    assert '<th scope="row">Hold time in minutes</th><td>10</td><td>15</td>' in said
    assert '<th scope="row">Time zone</th>' not in said
    assert re.search(r'name="hold_minutes"[^>]* value="15"', answer.text)
    assert (kept(riverside).name, kept(riverside).hold_minutes) == ("Riverside House", 10)
    assert len(audit(riverside)) == 2

    again = save(console, olivias, name="Riverside House", version=version_in(answer.text))
    assert again.status_code == 303
    tenant = kept(riverside)
    assert (tenant.name, tenant.tagline, tenant.hold_minutes) == ("Riverside House", "", 15)


def test_of_two_at_the_same_moment_the_later_is_told(console, riverside):
    form = opened(riverside, console) | {"hold_minutes": "15"}
    with acting_for(riverside.id), transaction():
        tenants.change(tenants.locked(riverside.id), {"name": "Riverside House"}, at=now())
        later = started(lambda: save(console, form))

    assert later().status_code == 409
    assert (kept(riverside).name, kept(riverside).hold_minutes) == ("Riverside House", 10)


def test_a_change_after_one_was_told_is_told_as_well(console, app, riverside, ada):
    olivias = opened(riverside, console) | {"hold_minutes": "15"}
    change(riverside, name="Riverside House")
    told = version_in(save(console, olivias).text)
    change(riverside, name="Riverside Barn")

    assert save(console, olivias, version=told).status_code == 409
    assert kept(riverside).name == "Riverside Barn"


def test_what_was_put_right_is_still_of_when_it_was_opened(console, riverside):
    olivias = opened(riverside, console)
    change(riverside, name="Riverside House")

    refused = save(console, olivias, hold_minutes="0")
    assert refused.status_code == 422

    again = save(console, olivias, hold_minutes="15", version=version_in(refused.text))
    assert again.status_code == 409
    assert kept(riverside).name == "Riverside House"


def test_pressed_twice_it_is_kept_once(console, riverside):
    form = opened(riverside, console) | {"name": "  Riverside  House ", "about": "Two\r\nlines"}
    assert [save(console, form).status_code for _ in range(2)] == [303, 303]
    assert kept(riverside).name == "Riverside House"
    assert len(audit(riverside)) == 1


def test_a_picture_is_no_change_of_what_the_form_shows(console, riverside):
    form = opened(riverside, console)
    console.post("/manage/settings/logo", data={"logo": (picture(), "logo.png")})
    assert save(console, form, hold_minutes="15").status_code == 303


@pytest.mark.parametrize("version", ["", "0", "9" * 4000])
def test_a_version_there_never_was_overwrites_nothing(console, riverside, version):
    assert save(console, opened(riverside, console), name="X", version=version).status_code == 409
    assert kept(riverside).name == "Riverside Hall"


def test_a_program_that_says_no_version_is_taken_at_its_word(console, riverside):
    change(riverside, name="Riverside House")
    assert console.post("/manage/settings", data={"name": "Riverside Barn"}).status_code == 303
    assert kept(riverside).name == "Riverside Barn"


def picture() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (200, 200), "teal").save(out, "PNG")
    out.seek(0)
    return out


def test_a_logo_is_shown_and_taken_away_again(console, storefront, riverside):
    console.post("/manage/settings/logo", data={"logo": (picture(), "logo.png")})
    url = kept(riverside).logo_url
    assert url.startswith("/media/")
    assert storefront.get(url).status_code == 200
    assert url in storefront.get("/sign-in").text

    console.post("/manage/settings/logo", data={"remove": "1"})
    assert kept(riverside).logo is None
    assert storefront.get(url).status_code == 404
    assert [entry.words for entry in audit(riverside)] == ["Changed the logo", "Removed the logo"]


@pytest.mark.parametrize("upload", [b"", b"not a picture", b"<svg xmlns='x'/>"])
def test_what_is_no_picture_is_no_logo(console, riverside, upload):
    answer = console.post("/manage/settings/logo", data={"logo": (BytesIO(upload), "logo.png")})
    assert answer.status_code == 422
    assert kept(riverside).logo is None


def test_the_audit_log_is_filtered_by_its_address(app, console, riverside, ada):
    console.post("/manage/settings", data={"name": "Riverside House"})
    browser_at(app, riverside, ada).post("/manage/settings", data={"tagline": "By the water"})
    console.post("/manage/tokens", data={"name": "Website", "role": "staff"})
    log = "/manage/audit"

    assert "1 to 3 of 3" in console.get(log).text
    by_ada = console.get(f"{log}?who={ada.id}").text
    assert "Changed the tagline" in by_ada and "Changed the name" not in by_ada
    of_tokens = console.get(f"{log}?action=token").text
    assert "Made the API token Website" in of_tokens and "1 to 1 of 1" in of_tokens
    today = now().date().isoformat()
    assert "1 to 3 of 3" in console.get(f"{log}?from={today}&to={today}").text
    assert "Nothing fits" in console.get(f"{log}?to=2020-01-01").text


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-3",
        "page=99999999999999999999",
        "page=x",
        "who=%00",
        "who=x",
        "from=9999-12-31&to=9999-12-31",
        "from=0001-01-01",
        "action=%25",
        "to=x",
    ],
)
def test_no_address_breaks_the_audit_log(console, query):
    answer = console.get(f"/manage/audit?{query}", follow_redirects=True)
    assert answer.status_code in (200, 400)


def test_the_log_is_read_page_by_page(console, riverside):
    for number in range(60):
        change(riverside, tagline=f"Number {number}")
    first = console.get("/manage/audit").text
    assert "1 to 50 of 60" in first
    assert "/manage/audit?page=2" in first
    second = console.get("/manage/audit?page=2").text
    assert "51 to 60 of 60" in second
    assert "Number 9</td>" in second
