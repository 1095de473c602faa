"""A program's key: shown once, kept as a hash, closed within a second."""

import pytest
from sqlalchemy import select, text

from eventflow.accounts import tokens
from eventflow.accounts.models import ApiToken, AuditEntry
from eventflow.api import tokens as api_tokens
from eventflow.db import db, now, transaction
from eventflow.tenancy import across_tenants, acting_for

ATTENDEES = "/api/v1/events/nothing/attendees"


def make_token(tenant, role="staff", name="Website") -> tuple:
    with acting_for(tenant.id), transaction():
        token, secret = tokens.create(name, role, at=now())
        return token.id, secret


def ask(browser, header):
    return browser.get(ATTENDEES, headers={"Authorization": header} if header else {})


def test_it_is_shown_once_and_never_again(console, riverside):
    made = console.post("/manage/tokens", data={"name": "Website", "role": "staff"})
    with acting_for(riverside.id):
        token = db.session.scalar(select(ApiToken))

    assert made.headers["Cache-Control"] == "no-store"
    secret = made.text.partition("<code>ef_live_")[2].partition("</code>")[0]
    assert len(secret) == 43
    assert secret.endswith(token.hint)
    assert secret not in console.get("/manage/tokens").text
    with across_tenants():
        for table in ("api_tokens", "audit_entries"):
            kept = db.session.scalar(
                text(f"select string_agg(to_jsonb(t)::text, '') from {table} t")
            )
            assert "Website" in kept
            assert secret not in kept


def test_a_form_that_arrives_twice_makes_one_token(console, riverside):
    asked = console.get("/manage/tokens").text
    token_id = asked.partition('name="token_id" value="')[2].partition('"')[0]
    form = {"token_id": token_id, "name": "Website", "role": "owner"}
    assert "ef_live_" in console.post("/manage/tokens", data=form).text
    again = console.post("/manage/tokens", data=form)

    assert (again.status_code, again.location) == (303, "/manage/tokens")
    assert "made already" in console.get("/manage/tokens").text
    with acting_for(riverside.id):
        assert str(db.session.scalars(select(ApiToken.id)).one()) == token_id


def test_it_opens_its_own_tenant_and_no_other(app, riverside, northgate, storefront):
    _id, ours = make_token(riverside)
    _id, theirs = make_token(northgate)

    assert ask(storefront, f"Bearer {ours}").status_code == 404, "no such event, but let in"
    assert ask(storefront, f"bearer {ours}").status_code == 404
    refused = ask(storefront, f"Bearer {theirs}")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        "ef_live_x",
        "Bearer a b c",
        "Bearer é" * 20,
        "Bearer " + "x" * 5000,
        "Bearer ef_live_" + "x" * 43,
    ],
)
def test_whatever_else_is_sent_is_a_401(storefront, header):
    answer = ask(storefront, header)
    assert answer.status_code == 401
    assert answer.json["code"] == "unauthorized"
    assert "WWW-Authenticate" in answer.headers


def test_its_role_reaches_so_far_and_no_farther(storefront, riverside):
    _id, scanner = make_token(riverside, "scanner")
    answer = ask(storefront, f"Bearer {scanner}")
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


def test_once_revoked_it_opens_nothing(console, storefront, riverside):
    token_id, secret = make_token(riverside)
    assert ask(storefront, f"Bearer {secret}").status_code == 404

    console.post(f"/manage/tokens/{token_id}/revoke", data={"sure": "1"})
    api_tokens.forget()  # This process remembers for a second.

    assert ask(storefront, f"Bearer {secret}").status_code == 401
    with acting_for(riverside.id):
        words = db.session.scalars(select(AuditEntry.words).order_by(AuditEntry.id)).all()
    assert words[-1] == "Revoked the API token Website"


@pytest.mark.parametrize("name", ["Web\u202eetis", "\u200b"])
def test_a_token_is_called_what_can_be_seen(console, name):
    answer = console.post("/manage/tokens", data={"name": name, "role": "staff"})

    assert answer.status_code == 422
    assert 'id="error-name"' in answer.text


def test_without_script_a_page_asks_before_a_token_is_revoked(console, storefront, riverside):
    token_id, secret = make_token(riverside)
    address = f"/manage/tokens/{token_id}/revoke"

    asked = console.post(address)

    assert asked.status_code == 200
    assert "Revoke Website?" in asked.text
    assert f'action="{address}"' in asked.text
    assert '<input type="hidden" name="sure" value="1">' in asked.text
    assert ask(storefront, f"Bearer {secret}").status_code == 404, "it still works"


def test_a_button_of_many_alike_says_what_it_revokes(console, riverside):
    make_token(riverside)
    page = console.get("/manage/tokens").text
    assert 'Revoke<span class="visually-hidden"> Website</span>' in page


def test_a_process_remembers_it_for_a_second_and_no_longer(storefront, riverside, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(api_tokens.time, "monotonic", lambda: clock[0])
    token_id, secret = make_token(riverside)
    ask(storefront, f"Bearer {secret}")
    with acting_for(riverside.id), transaction():
        tokens.revoke(token_id, at=now())

    clock[0] += 0.9
    assert ask(storefront, f"Bearer {secret}").status_code == 404
    clock[0] += 0.2
    assert ask(storefront, f"Bearer {secret}").status_code == 401


def test_its_last_use_is_noted_at_most_once_a_minute(storefront, riverside, at_riverside):
    with transaction():
        token, _secret = tokens.create("Website", "staff", at=now())
    made, minute = token.created_at, tokens.USED_AT_MOST_EVERY
    steps = []
    for minutes in (0.2, 0.5, 1.1, 1.3):
        with transaction():
            tokens.used(token.id, at=made + minutes * minute)
        db.session.refresh(token)
        steps.append((token.last_used_at - made) / minute)
    assert steps == [0.2, 0.2, 0.2, 1.3]


def test_a_call_notes_it(storefront, riverside):
    token_id, secret = make_token(riverside)
    ask(storefront, f"Bearer {secret}")
    with acting_for(riverside.id):
        assert db.session.get(ApiToken, token_id).last_used_at is not None


@pytest.mark.parametrize("form", [{"name": "", "role": "staff"}, {"name": "x", "role": "king"}])
def test_what_can_not_be_is_said(console, riverside, form):
    assert console.post("/manage/tokens", data=form).status_code == 422
    with acting_for(riverside.id):
        assert db.session.scalar(select(ApiToken)) is None
