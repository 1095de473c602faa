"""A page is rendered by one, and the others neither wait for it nor see old news."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from eventflow import shared_pages


@pytest.fixture
def read(app):
    """`read(basis, render)`: what a reader gets."""

    def get(basis: str, render) -> str:
        with app.app_context(), app.test_request_context("/"):
            return shared_pages.answer("page", render, basis=basis).get_data(as_text=True)

    return get


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


def test_while_one_renders_the_others_get_the_page_before(read, monkeypatch):
    monkeypatch.setattr(shared_pages, "A_MOMENT", 60)
    assert read("five left", lambda: "five left") == "five left"

    with being_rendered(read, "four left") as coming:
        assert read("four left", lambda: "not mine to render") == "five left"

    assert coming.result() == "four left"
    assert read("four left", lambda: "not rendered again") == "four left"


def test_old_news_is_waited_for(read, monkeypatch):
    monkeypatch.setattr(shared_pages, "A_MOMENT", 0)
    read("five left", lambda: "five left")

    with ThreadPoolExecutor(1) as other:
        with being_rendered(read, "four left"):
            waits = other.submit(read, "four left", lambda: "not mine to render")
            with pytest.raises(TimeoutError):
                waits.result(0.2)
        assert waits.result() == "four left"
