"""What an operator does from the command line: results alone on standard output."""

import re
from contextvars import Context

import pytest

from eventflow.accounts import passwords, people, tenants
from eventflow.db import db
from eventflow.tenancy import acting_for
from tests.people import browser_at


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()
    return lambda *args, **how: Context().run(runner.invoke, args=list(args), **how)


@pytest.fixture
def quay(run):
    answer = run(
        "tenant",
        "create",
        "quay",
        "--name",
        "Quay Stage",
        "--owner",
        "Olivia@Example.com",
        "--password",
        "pw",
        "--currency",
        "eur",
    )
    assert answer.exit_code == 0
    return answer


def find(slug):
    with acting_for(None):
        return tenants.find(slug)


def test_a_tenant_is_created_with_its_owner(app, quay):
    assert quay.stdout == "http://quay.eventflow.test/\n"
    assert find("quay").currency == "EUR"

    browser = browser_at(app, find("quay"))
    # An operator may choose any password, and is told on the side what is wrong with it.
    assert "at least 10 characters" in quay.stderr
    login = {"email": "olivia@example.com", "password": "pw"}
    assert browser.post("/sign-in", data=login).status_code == 303
    assert browser.get("/manage/team").status_code == 200


@pytest.mark.parametrize(
    "args",
    [
        ["tenant", "create", "quay", "--name", "Again", "--owner", "olivia@example.com"],
        ["tenant", "create", "www", "--name", "Web", "--owner", "olivia@example.com"],
        ["tenant", "create", "Two Words", "--name", "X", "--owner", "olivia@example.com"],
        ["tenant", "create", "pier", "--name", "X", "--owner", "nobody"],
        ["tenant", "create", "pier", "--name", "", "--owner", "olivia@example.com"],
        ["tenant", "create", "pier", "--name", "X", "--owner", "o@example.com", "--currency", "X"],
        [
            "tenant",
            "create",
            "pier",
            "--name",
            "X",
            "--owner",
            "olivia@example.com",
            "--password",
            "another",
        ],
        ["tenant", "set", "quay", "hold_minutes=61"],
        ["tenant", "set", "quay", "hold_minutes"],
        ["tenant", "set", "quay", "nonsense=1"],
        ["tenant", "set", "nowhere", "name=X"],
        ["user", "create", "OLIVIA@example.com", "--password", "x"],
        ["user", "create", "not an address", "--password", "x"],
        ["token", "create", "nowhere", "--role", "owner", "--name", "x"],
        ["token", "create", "quay", "--role", "king", "--name", "x"],
        ["token", "create", "quay", "--role", "owner", "--name", " "],
    ],
)
def test_what_can_not_be_is_a_line_on_standard_error(run, quay, args):
    answer = run(*args)
    assert answer.exit_code != 0
    assert answer.stdout == ""
    assert answer.stderr.strip()
    assert "Traceback" not in answer.stderr
    assert find("pier") is None


def test_a_password_that_is_left_out_is_asked_for_twice(run, quay):
    password = "a long walk home"
    assert run("user", "create", "bea@example.com", input=f"{password}\nother\n").exit_code != 0
    done = run("user", "create", "bea@example.com", input=f"{password}\n{password}\n")
    assert done.exit_code == 0
    assert password not in done.output
    assert passwords.matches(password, people.find("bea@example.com").password_hash)


def test_an_owner_may_have_several_tenants(run, quay):
    assert (
        run(
            "tenant",
            "create",
            "pier",
            "--name",
            "Pier",
            "--owner",
            "olivia@example.com",
            "--password",
            "pw",
        ).exit_code
        == 0
    )
    assert (
        run("tenant", "create", "dock", "--name", "Dock", "--owner", "olivia@example.com").exit_code
        == 0
    )


def test_settings_are_set(run, quay):
    answer = run(
        "tenant",
        "set",
        "quay",
        "name=Quay = Stage",
        "fee_mode=absorbed",
        "fee_percent=3.5",
        "fee_fixed=25",
        "hold_minutes=1",
        "currency=EUR",
    )
    assert answer.exit_code == 0, answer.stderr
    tenant = find("quay")
    assert (
        tenant.name,
        tenant.fee_mode,
        str(tenant.fee_percent),
        tenant.fee_fixed,
        tenant.hold_minutes,
    ) == ("Quay = Stage", "absorbed", "3.500", 25, 1)


def test_a_user_is_created(run, app):
    answer = run(
        "user",
        "create",
        "Pat@Example.com",
        "--password",
        "a walk along the quay",
        "--platform-admin",
    )
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "pat@example.com\n", "")
    with acting_for(None):
        assert people.find("pat@example.com").is_platform_admin
        db.session.rollback()


@pytest.mark.parametrize("role", ["scanner", "staff", "admin", "owner"])
def test_a_token_is_printed_alone(run, quay, app, role):
    answer = run("token", "create", "quay", "--role", role, "--name", "Load test")
    assert re.fullmatch(r"ef_live_[A-Za-z0-9]{43}\n", answer.stdout)

    browser = browser_at(app, find("quay"))
    headers = {"Authorization": f"Bearer {answer.stdout.strip()}"}
    stats = browser.get("/api/v1/events/nothing/stats", headers=headers)
    assert stats.status_code == 404, "let in, and no such event"
