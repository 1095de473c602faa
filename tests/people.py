"""Olivia owns, Ada administers, Sam sells, Gus minds the gate, Pat runs the platform; and their
browsers, signed in. Noah owns Northgate, and has no business at Riverside Hall."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from eventflow.accounts import people, sign_ins
from eventflow.accounts.models import Membership, Tenant, User
from eventflow.accounts.sessions import COOKIE_KEY
from eventflow.db import db, now, transaction
from eventflow.tenancy import acting_for

NAMES = {"owner": "Olivia", "admin": "Ada", "staff": "Sam", "scanner": "Gus"}
PASSWORD = "a walk along the quay"

BASE = "eventflow.test"


def make_person(name: str, *, email: str | None = None, **facts) -> User:
    """Somebody with a login and the password above; a row of no session."""
    with acting_for(None), transaction():
        facts.setdefault("password", PASSWORD)
        facts.setdefault("verified", True)
        email = email or f"{name.lower()}@example.com"
        user = people.create_user(email, name=name, at=now(), **facts)
        db.session.flush()
        db.session.expunge(user)
    return user


def make_member(tenant: Tenant, role: str, name: str | None = None, **facts) -> User:
    """Somebody on the team of a box office."""
    user = make_person(name or NAMES[role], **facts)
    join(tenant, user, role)
    return user


def join(tenant: Tenant, user: User, role: str) -> None:
    with acting_for(tenant.id), transaction():
        db.session.add(Membership(user_id=user.id, role=role))


def browser_at(
    app: Flask, tenant: Tenant | None, user: User | None = None, *, use_cookies: bool = True
) -> FlaskClient:
    """A browser at a box office, or at the base host; signed in there if that is said."""
    browser = app.test_client(use_cookies=use_cookies)
    host = f"{tenant.slug}.{BASE}" if tenant else BASE
    browser.address = f"http://{host}"
    # As browsers say it of what their own page sends.
    browser.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    if user is not None:
        sign_in(app, browser, host, user)
    return browser


def sign_in(
    app: Flask,
    browser: FlaskClient,
    host: str,
    user: User,
    *,
    proven: bool = True,
    carried_to: str | None = None,
) -> str:
    """Give a browser the cookie of a sign-in on this host; answers what that carries."""
    at = now()
    with acting_for(None), transaction():
        token = sign_ins.start(user, host, proven_at=at if proven else None, at=at)
    serializer = app.session_interface.get_signing_serializer(app)
    cookie = serializer.dumps({COOKIE_KEY: token, "_permanent": True})
    browser.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie, domain=carried_to or host)
    return token


@pytest.fixture
def olivia(riverside: Tenant) -> User:
    return make_member(riverside, "owner")


@pytest.fixture
def ada(riverside: Tenant) -> User:
    return make_member(riverside, "admin")


@pytest.fixture
def sam(riverside: Tenant) -> User:
    return make_member(riverside, "staff")


@pytest.fixture
def gus(riverside: Tenant) -> User:
    return make_member(riverside, "scanner")


@pytest.fixture
def noah(northgate: Tenant) -> User:
    return make_member(northgate, "owner", "Noah")


@pytest.fixture
def console(app: Flask, riverside: Tenant, olivia: User) -> FlaskClient:
    """Olivia's browser, signed in at Riverside Hall."""
    return browser_at(app, riverside, olivia)


@pytest.fixture
def left_alone(app, riverside, olivia):
    """Olivia's browser, in which she proved long ago who she is."""
    browser = browser_at(app, riverside)
    sign_in(app, browser, "riverside.eventflow.test", olivia, proven=False)
    return browser


def prove(browser, answer):
    """Follow the way to the proof, give it, and come back: the page one lands on."""
    assert answer.status_code == 303
    where = urlsplit(answer.location)
    asked = parse_qs(where.query)
    assert (where.path, asked["again"]) == ("/sign-in", ["1"])
    assert "Confirm that it is you" in browser.get(answer.location).text
    login = {"email": "olivia@example.com", "password": PASSWORD, "next": asked["next"][0]}
    back = browser.post("/sign-in", data=login).location
    return browser.get(back)
