"""Bodies that nobody read: a refusal needs none of it, and the connection does.

A server that answers before it has read all of a request must close the connection (RFC 9112,
section 9.3), and does so without a word; the client's next request on it is lost. So a body of
ordinary size, whose length was said, is read to its end though it was refused.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask

ORDINARY = 16 * 1024
"""Bytes. Of a refused upload the rest is not worth the wait."""


def init_app(app: Flask) -> None:
    """Around the application: what is waited for here keeps no database connection."""
    answer = app.wsgi_app

    def to_the_end(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answered = answer(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or ""
        # A stream that does not end where the body ends would be waited for in vain.
        ends = environ.get("wsgi.input_terminated")
        if ends and length.isdecimal() and len(length) < 10 and 0 < int(length) <= ORDINARY:
            environ["wsgi.input"].read()
        return answered

    app.wsgi_app = to_the_end  # type: ignore[method-assign]
