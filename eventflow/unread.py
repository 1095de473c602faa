"""Bodies that nobody read: a refusal needs none of it, and the connection does.

A server that answers before it has read all of a request must close the connection (RFC 9112,
section 9.3), and does so without a word; the client's next request on it is lost. So a body of
ordinary size is read to its end, whatever was answered.
"""

from contextlib import suppress

from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected

ORDINARY = 16 * 1024
"""Bytes. Of a refused upload the rest is not worth the wait."""


def init_app(app: Flask) -> None:
    """Call first: the hook that was registered first runs last."""

    @app.after_request
    def read_the_rest(response: Response) -> Response:
        length = request.content_length
        if length and length <= ORDINARY:
            with suppress(ClientDisconnected):  # Then there is nobody to answer, either.
                request.stream.read()
        return response
