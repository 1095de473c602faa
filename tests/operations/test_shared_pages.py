"""A page is rendered by one; the others do not wait for it long, nor see old news."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from flask import request

from eventflow import fast_lane, shared_pages


@pytest.fixture
def clock(monkeypatch) -> "Clock":
    made = Clock()
    monkeypatch.setattr(shared_pages, "monotonic", lambda: made.seconds)
    return made


class Clock:
    seconds = 100.0


@pytest.fixture
def read(app):
    """`read(basis, render)`: what a reader gets."""

    def get(basis: str, render, **said: str) -> tuple[str, bool]:
        with app.app_context(), app.test_request_context("/"):
            request.environ.pop(fast_lane.SHARED, None)
            response = shared_pages.answer("page", render, basis=basis, **said)
            shared = request.environ.get(fast_lane.SHARED)
            return response.get_data(as_text=True), bool(shared and shared.is_newest)

    def text(basis: str, render, **said: str) -> str:
        return get(basis, render, **said)[0]

    text.whole = get
    return text


@contextmanager
def being_rendered(read, basis: str) -> Iterator[Future[str]]:
    """Meanwhile somebody renders it, who gets it in the end."""
    begun, go_on = Event(), Event()

    def slowly() -> str:
        begun.set()
        assert go_on.wait(10)
        return basis

    with ThreadPoolExecutor(1) as somebody:
        coming = somebody.submit(read, basis, slowly)
        assert begun.wait(10)
        try:
            yield coming
        finally:
            go_on.set()


def never() -> str:
    raise AssertionError("rendered by the wrong one")


def test_while_one_renders_the_others_get_the_page_that_was_just_right(read, clock):
    assert read("five left", lambda: "five left") == "five left"
    clock.seconds += 0.3
    assert read("five left", never) == "five left"
    clock.seconds += 0.3

    with being_rendered(read, "four left") as coming:
        assert read("four left", never) == "five left"

    assert coming.result() == "four left"
    assert read("four left", never) == "four left"


def test_old_news_is_waited_for(read, clock):
    read("five left", lambda: "five left")
    clock.seconds += 0.5

    with ThreadPoolExecutor(1) as other:
        with being_rendered(read, "four left"):
            waits = other.submit(read, "four left", never)
            with pytest.raises(TimeoutError):
                waits.result(0.2)
        assert waits.result() == "four left"


def test_whoever_has_waited_long_enough_renders_it_alone(read, monkeypatch):
    monkeypatch.setattr(shared_pages, "PATIENCE", 0.05)

    with being_rendered(read, "four left"):
        assert read("four left", lambda: "four left, too") == "four left, too"


def test_no_cache_that_need_not_ask_again_gets_the_page_before(read, clock, monkeypatch):
    monkeypatch.setattr(shared_pages, "PATIENCE", 0.05)
    kept = {"cache_control": "public, max-age=60"}
    read("old hall", lambda: "old hall", **kept)

    with being_rendered(read, "new hall"):
        assert read("new hall", lambda: "new hall", **kept) == "new hall"


def test_one_that_fails_leaves_the_next_its_turn(read):
    with pytest.raises(ZeroDivisionError):
        read("five left", lambda: str(1 / 0))

    assert read("five left", lambda: "five left") == "five left"


def test_the_fast_lane_is_told_that_a_page_is_about_to_be_another(read, clock):
    assert read.whole("five left", lambda: "five left") == ("five left", True)

    with being_rendered(read, "four left"):
        assert read.whole("four left", never) == ("five left", False)
