"""Every route, by everybody who might try: nobody, each role, the other tenant, the platform."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from eventflow.accounts.models import ROLES
from tests import people
from tests.people import browser_at, join, make_member, make_person, sign_in
from tests.tenancy.doors import BASE, BOTH, TENANT, door
from tests.tenancy.halls import BODIES, Hall, arguments, fingerprint, make_hall

UNSAID = "?"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Door:
    endpoint: str
    method: str
    rule: Rule
    host: str
    who: str

    @property
    def by_token(self) -> bool:
        return self.who.startswith("token ")

    @property
    def role(self) -> str:
        return self.who.removeprefix("token ")

    def path(self, app: Flask, hall: Hall) -> str:
        values = arguments(self.endpoint, set(self.rule.arguments), hall)
        adapter = app.url_map.bind("")
        return adapter.build(self.endpoint, values, method=self.method)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule} ({self.endpoint})"


def doors(app: Flask, hall: Hall) -> Iterator[Door]:
    """Every route whose address can be written down; another test finds those that can't."""
    for one in all_doors(app):
        try:
            one.path(app, hall)
        except KeyError:
            continue
        yield one


def all_doors(app: Flask) -> Iterator[Door]:
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            host, who = door(rule.endpoint) or ("?", UNSAID)
            yield Door(rule.endpoint, method, rule, host, who)


@pytest.fixture
def halls(app, riverside, northgate) -> tuple[Hall, Hall]:
    return (
        make_hall(riverside, "Winter Gala", owner="Olivia"),
        make_hall(northgate, "Northern Lights", owner="Noah"),
    )


def call(browser: FlaskClient, one: Door, path: str, token: str | None = None):
    headers = dict(SAME_SITE)
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = {}
    if one.method not in ("GET", "DELETE"):
        sent = BODIES.get(one.endpoint, {})
        body = {"json": sent} if path.startswith("/api/") else {"data": sent}
    return browser.open(path, method=one.method, headers=headers, **body)


def sends_to_sign_in(answer) -> bool:
    return answer.status_code == 303 and answer.location.startswith("/sign-in")


def test_somebody_has_said_who_may_come_through_every_door(app):
    unsaid = [str(one) for one in all_doors(app) if one.who == UNSAID]
    assert not unsaid, "say in tests/tenancy/doors.py who may:\n" + "\n".join(unsaid)


def test_every_part_of_an_address_is_explained(app, halls):
    unexplained = set()
    for one in all_doors(app):
        try:
            one.path(app, halls[0])
        except KeyError as name:
            unexplained.add(str(name))
    assert unexplained == set(), "say in tests/tenancy/halls.py what this stands for"


def test_nobody_is_let_in_below_their_role(app, halls):
    """And whoever is turned away has changed nothing at all."""
    riverside, northgate = halls
    before = fingerprint(riverside), fingerprint(northgate)
    nobody = browser_at(app, riverside.tenant)
    strangers = {
        "the other tenant's owner": browser_at(app, riverside.tenant, northgate.people["owner"]),
        "the platform's admin": browser_at(
            app, riverside.tenant, make_person("Pat", is_platform_admin=True)
        ),
    }
    team = {role: browser_at(app, riverside.tenant, riverside.people[role]) for role in ROLES}
    wrong = []
    for one in doors(app, riverside):
        if one.by_token or one.role not in ROLES:
            continue
        path = one.path(app, riverside)
        if not sends_to_sign_in(call(nobody, one, path)):
            wrong.append(f"{one} lets nobody in particular through")
        for name, browser in strangers.items():
            if (status := call(browser, one, path).status_code) != 404:
                wrong.append(f"{one} answers {status} to {name}")
        for role in ROLES[: ROLES.index(one.role)]:
            if (status := call(team[role], one, path).status_code) != 403:
                wrong.append(f"{one} answers {status} to the role {role}")
    assert not wrong, "\n".join(wrong)
    assert (fingerprint(riverside), fingerprint(northgate)) == before


def test_no_program_is_let_in_below_its_role(app, halls):
    riverside, northgate = halls
    before = fingerprint(riverside), fingerprint(northgate)
    browser = browser_at(app, riverside.tenant)
    owner = browser_at(app, riverside.tenant, riverside.people["owner"])
    wrong = []
    for one in doors(app, riverside):
        if not one.by_token:
            continue
        path = one.path(app, riverside)
        tried = {
            "no token": (call(browser, one, path), 401),
            "a cookie": (call(owner, one, path), 401),
            "nonsense": (call(browser, one, path, "nonsense"), 401),
            "the other tenant's": (call(browser, one, path, northgate.secrets["owner"]), 401),
        }
        for role in ROLES[: ROLES.index(one.role)]:
            tried[role] = (call(browser, one, path, riverside.secrets[role]), 403)
        for token, (answer, status) in tried.items():
            if answer.status_code != status or answer.json["status"] != status:
                wrong.append(f"{one} answers {answer.status_code} to {token}")
            elif status == 401 and "WWW-Authenticate" not in answer.headers:
                wrong.append(f"{one} does not say how to ask")
    assert not wrong, "\n".join(wrong)
    assert (fingerprint(riverside), fingerprint(northgate)) == before


def test_what_is_ones_own_asks_who_one_is(app, halls):
    """On the base host, and on a tenant's only for its team."""
    riverside, northgate = halls
    wrong = []
    for one in doors(app, riverside):
        if one.who not in ("person", "signed in", "platform"):
            continue
        path = one.path(app, riverside)
        if not sends_to_sign_in(call(browser_at(app, None), one, path)):
            wrong.append(f"{one} lets nobody in particular through")
        if one.who == "platform":
            browser = browser_at(app, None, riverside.people["owner"])
            if (status := call(browser, one, path).status_code) not in (403, 404):
                wrong.append(f"{one} answers {status} to an organizer")
        if one.who == "person" and one.host == BOTH:
            browser = browser_at(app, riverside.tenant, northgate.people["owner"])
            if (status := call(browser, one, path).status_code) != 404:
                wrong.append(f"{one} answers {status} to the other tenant's owner")
    assert not wrong, "\n".join(wrong)


def test_every_route_is_only_on_its_host(app, halls):
    riverside, _northgate = halls
    base = browser_at(app, None, riverside.people["owner"])
    wrong = []
    for one in doors(app, riverside):
        path = one.path(app, riverside)
        if one.host == TENANT:
            answer = call(base, one, path, riverside.secrets["owner"] if one.by_token else None)
        elif one.host == BASE:
            answer = call(browser_at(app, riverside.tenant), one, path)
        else:
            continue
        if answer.status_code != 404 and not sends_to_sign_in(answer):
            wrong.append(f"{one} answers {answer.status_code} on the other kind of host")
    assert not wrong, "\n".join(wrong)


def test_everybody_gets_through_with_their_role(app, halls):
    """Looking first and doing afterwards: what is done may take away what is looked at."""
    riverside, _northgate = halls
    wrong = []
    for number, one in enumerate(
        sorted(doors(app, riverside), key=lambda one: one.method != "GET")
    ):
        path, token, user = one.path(app, riverside), None, None
        if one.by_token:
            token = riverside.secrets[one.role]
        elif one.role in ROLES:
            # Somebody new each time: some of these doors close behind whoever went through.
            user = make_member(
                riverside.tenant, one.role, f"Member {number}", email=f"m{number}@example.com"
            )
        elif one.who != "anybody":
            user = make_person(
                f"Person {number}",
                email=f"p{number}@example.com",
                is_platform_admin=one.who == "platform",
            )
            join(riverside.tenant, user, "staff")
        tenant = riverside.tenant if one.host == TENANT else None
        answer = call(browser_at(app, tenant, user), one, path, token)
        status = answer.status_code
        refused = status in (401, 403) or sends_to_sign_in(answer)
        # A page of one's own is there; whatever else was asked may have good reasons to refuse.
        missing = one.method == "GET" and one.who != "signed in" and status not in (200, 303)
        broken = status >= 500 and one.endpoint != "health.ready"  # No worker is there to be ready.
        if broken or (one.who not in ("anybody", UNSAID) and (refused or missing)):
            wrong.append(f"{one} answers {status} to {one.who}")
    assert not wrong, "\n".join(wrong)


def test_another_tenants_ids_open_nothing(app, halls):
    """The owner of one box office, with cookie and token of hers, asks for the other's rows."""
    riverside, northgate = halls
    before = fingerprint(northgate)
    theirs = {"secret": northgate.secret}
    wrong = []
    for number, one in enumerate(doors(app, riverside)):
        names = set(one.rule.arguments)
        if not names & set(northgate.ids) or one.host == BASE:
            continue
        path = one.path(app, northgate) + "?" + urlencode(theirs)
        user = make_member(
            riverside.tenant, "owner", f"Owner {number}", email=f"o{number}@example.com"
        )
        token = riverside.secrets["owner"] if path.startswith("/api/") else None
        status = call(browser_at(app, riverside.tenant, user), one, path, token).status_code
        if status != 404:
            wrong.append(f"{one} answers {status}")
    assert not wrong, "\n".join(wrong)
    assert fingerprint(northgate) == before


def test_a_cookie_is_good_on_its_own_host_only(app, halls):
    """Carried over to another host, it opens nothing there."""
    riverside, northgate = halls
    before = fingerprint(northgate)
    own, other = (f"{hall.tenant.slug}.{people.BASE}" for hall in halls)
    browser = browser_at(app, northgate.tenant)
    sign_in(app, browser, own, riverside.people["owner"], carried_to=other)
    wrong = []
    for one in doors(app, riverside):
        if one.by_token or not (one.role in ROLES or one.who == "person") or one.host == BASE:
            continue
        if (status := call(browser, one, one.path(app, northgate)).status_code) != 404:
            wrong.append(f"{one} answers {status}")
    assert not wrong, "\n".join(wrong)
    assert fingerprint(northgate) == before
