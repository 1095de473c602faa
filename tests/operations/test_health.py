import threading

import pytest
from flask import current_app

from eventflow import health


@pytest.fixture
def app(build):
    app = build(health)
    health.REMEMBER_FOR, before = 0.0, health.REMEMBER_FOR
    yield app
    health.REMEMBER_FOR = before


def broken():
    raise ConnectionError("no route to db.internal:5432")


def test_serving_is_being_alive_whatever_else_is_wrong(app):
    health.register_check(app, "database", broken)
    answer = app.test_client().get("/healthz", base_url="http://10.1.2.3:8000")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_ready_when_every_check_passes(app):
    health.register_check(app, "database", lambda: current_app.name)
    health.register_check(app, "redis", lambda: True)
    answer = app.test_client().get("/readyz", base_url="http://10.1.2.3:8000")
    assert answer.status_code == 200
    assert answer.json["status"] == "ready"
    assert answer.json["failed"] == []
    assert answer.json["checks"]["database"]["ok"] is True


def test_not_ready_says_which_and_no_more_than_that(app):
    health.register_check(app, "database", broken)
    health.register_check(app, "redis", lambda: True)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["failed"] == ["database"]
    assert answer.json["checks"]["database"]["failure"] == "ConnectionError"
    assert answer.json["checks"]["redis"]["ok"] is True
    assert "db.internal" not in answer.text


def test_a_check_that_hangs_is_a_failure_and_is_not_asked_twice(app):
    release, asked = threading.Event(), []

    def hang():
        asked.append(1)
        release.wait(30)

    health.register_check(app, "worker", hang, timeout=0.02)
    client = app.test_client()
    first, second = client.get("/readyz"), client.get("/readyz")
    release.set()
    assert first.status_code == second.status_code == 503
    assert first.json["failed"] == ["worker"]
    assert len(asked) == 1

    app.extensions["health"].waiting["worker"].join(5)
    health.register_check(app, "worker", lambda: None)
    assert client.get("/readyz").status_code == 200


def test_many_probes_are_one_question(app):
    health.REMEMBER_FOR = 60.0
    asked = []
    health.register_check(app, "database", lambda: asked.append(1))
    client = app.test_client()
    for _ in range(5):
        assert client.get("/readyz").status_code == 200
    assert len(asked) == 1
