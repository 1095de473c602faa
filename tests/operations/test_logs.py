import json
import logging
from time import thread_time
from types import SimpleNamespace

import pytest
from flask import Flask, g

from eventflow import logs
from eventflow.masking import masked, masked_value

ADDRESS = "bea.miller@riverside.example"
PHONE = "+49 170 123 45 67"


@pytest.fixture(autouse=True)
def as_it_was():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def lines(capsys):
    """What was logged, line by line, each of them whole JSON."""

    def read():
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


@pytest.fixture
def box_office(build) -> Flask:
    app = build(logs)

    @app.before_request
    def find_tenant():
        g.tenant = SimpleNamespace(slug="riverside")

    @app.get("/holds/<hold_id>")
    def show_hold(hold_id):
        logging.getLogger("eventflow.sales").info("looked at by %s", ADDRESS)
        return "held"

    @app.route("/orders/<code>", methods=["GET", "POST"])
    def show_order(code):
        raise RuntimeError(f"no delivery to {ADDRESS}, phone {PHONE}")

    @app.get("/healthz")
    def live():
        return "ok"

    return app


def test_every_request_is_one_line_with_its_id_and_tenant(box_office, lines):
    answer = box_office.test_client().get("/holds/0191f6a2-secret")

    said, request = lines()
    assert request["event"] == "request"
    assert request["method"] == "GET"
    assert request["route"] == "/holds/<hold_id>"
    assert request["status"] == 200
    assert request["tenant"] == "riverside"
    assert request["duration_ms"] >= 0
    assert request["request_id"] == said["request_id"] == answer.headers["X-Request-ID"]
    assert said["tenant"] == "riverside"
    assert said["event"] == "looked at by [masked]"


def test_the_secret_in_an_address_is_not_logged(box_office, capsys):
    box_office.test_client().get("/holds/0191f6a2-secret?secret=hunter2")
    out = capsys.readouterr().out
    assert "0191f6a2" not in out
    assert "hunter2" not in out


def test_no_address_is_logged_whichever_way_it_comes(box_office, capsys):
    log = logging.getLogger("eventflow.sales")
    client = box_office.test_client()

    client.get(f"/holds/1?email={ADDRESS}")
    client.get(f"/nowhere/{ADDRESS}")
    client.get("/nowhere/" + ADDRESS.replace("@", "%40"))
    client.post("/orders/A2BC?secret=x", data={"email": ADDRESS})
    log.info(f"wrote to {ADDRESS}")
    log.info("wrote %s", {"deep": [{"er": (ADDRESS, {ADDRESS})}], ADDRESS: "as a name"})
    log.info("wrote %s and %s", SimpleNamespace(mail=ADDRESS), ADDRESS.encode())
    log.info("wrote %s", f"https://x.example/?email={ADDRESS.replace('@', '%40')}")
    log.warning("could not write to %s", ADDRESS)
    log.warning("could not write", extra={"mail": ADDRESS})
    try:
        raise ValueError(f"refused: <{ADDRESS}>\nand again\n{ADDRESS}")
    except ValueError:
        log.exception("the mail server refused %s", ADDRESS)
    with logs.bound(mail=masked(ADDRESS)):
        log.error("bound")

    out = capsys.readouterr().out
    assert len(out.splitlines()) >= 12
    assert "bea.miller" not in out
    assert "riverside.example" not in out
    assert "170 123" not in out
    for line in out.splitlines():
        json.loads(line)


def test_a_line_that_cannot_be_put_together_says_so_and_nobodys_address(box_office, capsys):
    (handler,) = (
        one for one in logging.getLogger().handlers if type(one).__module__ == logs.__name__
    )
    handler.handle(
        logging.LogRecord(
            "eventflow.sales", logging.WARNING, "", 0, "wrote %d times", (ADDRESS,), None
        )
    )

    told = capsys.readouterr()
    assert "bea.miller" not in told.out + told.err
    said = json.loads(told.out.splitlines()[-1])
    assert said["event"] == "a line of eventflow.sales could not be written: wrote %d times"
    assert (said["level"], said["exception"]) == ("warning", "TypeError")


def test_an_exception_keeps_its_traceback_and_not_its_locals(box_office, lines):
    try:
        card = "4242-hidden-in-a-local"
        raise LookupError(len(card))
    except LookupError:
        logging.getLogger("eventflow").exception("lost")
    (line,) = lines()
    assert line["level"] == "error"
    assert line["logger"] == "eventflow"
    assert "test_logs.py" in line["exception"]
    assert "LookupError: 22" in line["exception"]
    assert "4242-hidden-in-a-local" not in line["exception"].replace(
        'card = "4242-hidden-in-a-local"', ""
    )


def test_what_the_database_says_of_a_failed_row_is_not_logged():
    told = masked(
        "IntegrityError: duplicate key\nDETAIL:  Key (name)=(Bea Miller) already exists.\n"
        "[SQL: insert into buyers (name) values (%(name)s)]\n"
        "[parameters: {'name': 'Bea Miller', 'seat': 4}]\n(Background on this error"
    )
    assert "Bea" not in told
    assert "insert into buyers" in told
    assert "Background" in told


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer ef_api_3hF9fj20xkQm",
        "sk_live_51Habcdefghijklmnopqrstu",
        "whsec_abcdefghijklmnopqrstuvwx",
        "postgresql://eventflow:hunter2@db:5432/eventflow",
        "GET /orders/A2BC?secret=hunter2&x=1",
        "https://x.example/sign-in?token=hunter2",
        "password=hunter2",
        '{"password": "hunter2"}',
        "{'stripe_secret': 'hunter2'}",
        "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4",
        "call +1 (555) 123-4567",
        "call 0170 1234567",
        "call 555-123-4567 now",
        "o'brien+tickets@mail.example.org wrote",
        "müller@bühne.example wrote",
        "wrote to o'brien%40mail.example.org",
    ],
)
def test_secrets_and_numbers_are_masked_by_their_look(secret):
    told = masked(secret)
    for private in (
        *("hunter2", "3hF9fj20xkQm", "51Habc", "abcdefghij", "eyJz", "123-4567", "1234567"),
        *("brien", "müller"),
    ):
        assert private not in told
    assert "[masked]" in told


@pytest.mark.parametrize(
    "plain",
    [
        "order A2BC-D3EF is paid",
        "2026-11-21T19:30:00+00:00",
        "0191f6a2-7c1e-7d5b-b1a4-3f2e9d8c7b6a",
        "status 404 after 12.5 ms, 1234567 rows",
        "holds.place refused: sold_out",
        "127.0.0.1 answered",
        "tickets@",
    ],
)
def test_what_is_no_secret_stays_readable(plain):
    assert masked(plain) == plain


def test_values_are_masked_by_their_name():
    told = masked_value(
        {
            "Authorization": "anything",
            "stripe_secret_key": "anything",
            "new_password": "anything",
            "Set-Cookie": "anything",
            "buyer_name": "Bea Miller",
            "status": "paid",
            "tickets": 2,
            "empty": None,
        }
    )
    assert "anything" not in str(told)
    assert "Bea" not in str(told)
    assert (told["status"], told["tickets"], told["empty"]) == ("paid", 2, None)


def test_a_token_with_a_long_head_is_masked():
    assert masked(f"eyJ{'a' * 900}.eyJzdWIiOiIx.SflKxwRJSMeK") == "[masked]"


def test_a_text_with_many_beginnings_of_a_secret_is_masked_in_the_time_of_its_length():
    began = thread_time()
    masked("eyJ-" * 5000)
    assert thread_time() - began < 0.2


def test_of_a_very_long_text_only_the_ends_are_kept():
    told = masked("start " + "a" * 500_000 + " end")
    assert told.startswith("start ")
    assert told.endswith(" end")
    assert len(told) < 30_000


def test_an_id_of_the_proxy_is_kept_only_where_a_proxy_is_trusted(build):
    for proxies, kept in ((1, True), (0, False)):
        app = build(logs, TRUSTED_PROXIES=proxies)
        app.add_url_rule("/", view_func=lambda: logs.request_id())
        answer = app.test_client().get("/", headers={"X-Request-ID": "edge-0123456789"})
        assert (answer.text == "edge-0123456789") is kept
        assert answer.headers["X-Request-ID"] == answer.text


@pytest.mark.parametrize("given", ["short", "x" * 65, "no spaces here", "<script>alert</script>"])
def test_an_unreasonable_id_is_replaced(build, given):
    app = build(logs, TRUSTED_PROXIES=1)
    app.add_url_rule("/", view_func=lambda: "")
    answer = app.test_client().get("/", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 24


def test_a_job_logs_under_the_request_that_caused_it(box_office, lines):
    with logs.bound_request_id("edge-0123456789", tenant="riverside", job="sales.email_tickets"):
        assert logs.request_id() == "edge-0123456789"
        logging.getLogger("eventflow").info("sent")
    assert logs.request_id() is None
    (line,) = lines()
    assert line["request_id"] == "edge-0123456789"
    assert line["job"] == "sales.email_tickets"
    assert line["tenant"] == "riverside"


def test_a_job_that_nobody_asked_for_has_an_id_of_its_own():
    with logs.bound_request_id(""):
        assert len(logs.request_id()) == 24


def test_an_expired_tenant_is_not_asked_for_its_slug(build):
    class Expired:
        @property
        def slug(self):
            raise AssertionError("a log line caused a query")

    app = build(logs)
    with app.test_request_context():
        g.tenant = Expired()
        assert logs.tenant_slug() is None


def test_probes_are_quiet_and_the_level_is_heeded(box_office, build, lines):
    box_office.test_client().get("/healthz")
    assert lines() == []
    quiet = build(logs, LOG_LEVEL="WARNING")
    quiet.add_url_rule("/", view_func=lambda: "")
    quiet.test_client().get("/")
    logging.getLogger("eventflow").info("not said")
    logging.getLogger("eventflow").warning("said")
    assert [line["event"] for line in lines()] == ["said"]


def test_a_command_keeps_standard_output_for_its_result(build, capsys, monkeypatch):
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    build(logs)
    logging.getLogger("eventflow").warning("careful")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert json.loads(captured.err)["event"] == "careful"
