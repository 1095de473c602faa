"""Whatever is answered, the next request on the same connection finds the last one read."""

from io import BytesIO

import pytest

from eventflow import unread
from eventflow.db import db


class Body(BytesIO):
    """Ends where the body ends, as our server's does; notes the connections in use meanwhile."""

    def __init__(self, size: int) -> None:
        super().__init__(b"x" * size)
        self.pool = db.engine.pool
        self.in_use: list[int] = []

    def read(self, *sizes: int) -> bytes:
        self.in_use.append(self.pool.checkedout())
        return super().read(*sizes)


def refused(storefront, path: str, body: Body, **headers: str):
    return storefront.post(
        path,
        input_stream=body,
        content_type="text/plain",
        content_length=len(body.getvalue()),
        environ_overrides={"wsgi.input_terminated": True},
        headers=headers,
    )


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/sign-in", "/healthz"])
def test_the_body_of_a_refused_request_is_read(storefront, path):
    body = Body(509)

    answer = refused(storefront, path, body)

    assert 400 <= answer.status_code < 500
    assert body.tell() == 509


@pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "none"])
def test_a_length_that_is_none_does_no_harm(storefront, length):
    answer = storefront.post(
        "/nowhere",
        input_stream=Body(509),
        content_type="text/plain",
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": length},
    )
    assert answer.status_code == 404


def test_nobody_holds_a_connection_while_the_rest_comes(storefront, query_count):
    body = Body(509)
    db.session.remove()

    with query_count() as asked:
        answer = refused(storefront, "/api/v1/checkin", body, Authorization="Bearer " + "a" * 43)

    assert answer.status_code == 401
    assert any("api_tokens" in statement for statement in asked)
    assert body.in_use == [0]


def test_of_a_refused_upload_the_rest_is_left(storefront):
    body = Body(unread.ORDINARY + 1)

    answer = refused(storefront, "/nowhere", body)

    assert answer.status_code == 404
    assert body.tell() == 0
