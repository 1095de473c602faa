"""Whatever is answered, the next request on the same connection finds the last one read."""

from io import BytesIO

import pytest

from eventflow import unread


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/sign-in", "/healthz"])
def test_the_body_of_a_refused_request_is_read(storefront, path):
    body = BytesIO(b'{"a": "' + b"x" * 500 + b'"}')

    answer = storefront.post(path, input_stream=body, content_type="text/plain", content_length=509)

    assert 400 <= answer.status_code < 500
    assert body.tell() == 509


def test_of_a_refused_upload_the_rest_is_left(storefront):
    body = BytesIO(b"x" * (unread.ORDINARY + 1))

    answer = storefront.post("/nowhere", input_stream=body, content_length=unread.ORDINARY + 1)

    assert answer.status_code == 404
    assert body.tell() == 0
