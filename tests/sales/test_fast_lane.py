"""What is the same for everybody is answered from memory for a moment, and only that."""

import pytest
from sqlalchemy import event as on
from werkzeug.test import Client

from eventflow import fast_lane
from eventflow.db import db


@pytest.fixture(autouse=True)
def with_a_fast_lane(no_fast_lane, monkeypatch):
    monkeypatch.setattr(fast_lane, "FRESH", 60)


@pytest.fixture
def statements(app):
    """Every statement sent to the database from now on."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    on.listen(db.engine, "before_cursor_execute", note)
    yield sent
    on.remove(db.engine, "before_cursor_execute", note)


def test_the_second_reader_costs_nothing_and_is_told_the_same(gala, storefront, statements):
    first = storefront.get("/events/winter-gala")
    del statements[:]

    again = storefront.get("/events/winter-gala")

    assert again.data == first.data
    assert statements == []
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in again.headers


def test_who_has_it_already_is_told_so(gala, storefront):
    first = storefront.get("/events/winter-gala")

    again = storefront.get("/events/winter-gala", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""


def test_a_reader_of_another_language_gets_another_page(gala, storefront):
    english = storefront.get("/events/winter-gala")

    other = storefront.get("/events/winter-gala", headers={"Accept-Language": "en-XA"})

    assert other.data != english.data


def test_an_answer_for_one_reader_never_takes_it(gala, storefront):
    storefront.get("/checkout/no-such-hold")
    lane = storefront.application.wsgi_app

    assert [key[1] for key in lane._kept] == []
    storefront.get("/events/no-such-event")
    assert lane._kept == {}


@pytest.mark.parametrize(("is_newest", "asked"), [(True, 1), (False, 2)])
def test_a_page_that_is_about_to_be_another_stays_only_briefly(monkeypatch, is_newest, asked):
    monkeypatch.setattr(fast_lane, "BRIEFLY", -1)
    answered = []

    def behind(environ, start_response):
        environ[fast_lane.SHARED] = fast_lane.Shared("tag", "/page", "hall", is_newest)
        start_response("200 OK", [("Content-Type", "text/plain")])
        answered.append(environ["PATH_INFO"])
        return [b"five left"]

    reader = Client(fast_lane.FastLane(behind))

    assert [reader.get("/page").text for _time in range(2)] == ["five left"] * 2
    assert len(answered) == asked
