"""Compression: text leaves the house squeezed, also where no proxy stands in front of us.

Static files are squeezed once and kept; pages that are kept for everybody bring their own squeezed
copy (`eventflow/shared_pages.py`); the rest is squeezed as it goes. What a proxy or an earlier hook
has encoded already is left alone.
"""

import gzip
import re
from pathlib import PurePosixPath

import brotli
from flask import Flask, Response, request

LEAST = 200
"""Bytes below which the wrapping would weigh more than it saves."""

LARGE = 300_000
"""Bytes above which the last few per cent take seconds, for which somebody would wait."""

KINDS = frozenset(
    {
        "application/javascript",
        "application/json",
        "application/ld+json",
        "application/manifest+json",
        "application/problem+json",
        "application/wasm",
        "application/xml",
        "image/svg+xml",
    }
)

_REMARK = re.compile(rb"/\*.*?\*/", re.DOTALL)
_START_OF_LINE = {
    ".css": re.compile(rb"^[ \t]+", re.MULTILINE),
    ".js": re.compile(rb"^[ \t]*(//.*)?", re.MULTILINE),
}

# Of one version each: a file that changes has another entity tag.
_files: dict[tuple[str, str, str], bytes] = {}


def init_app(app: Flask) -> None:
    """Call before hooks that still change the answer: what is registered first runs last."""
    app.after_request(squeeze)


CODINGS = ("br", "gzip")
"""The smaller first. Browsers ask for it where nobody between can garble it: over https."""


AT_ONCE, FOR_MANY, FOR_LONG = 5, 10, 11
"""How hard to squeeze: an answer that somebody waits for (a millisecond or two), a page that many
will be given (a hundredth of a second, and a tenth smaller), a file that stays as it is."""


def packed(body: bytes, coding: str, how_hard: int = AT_ONCE) -> bytes:
    """The same body, smaller."""
    if coding == "br":
        return brotli.compress(body, mode=brotli.MODE_TEXT, quality=how_hard)
    # No time in it, so that the same page gives the same bytes.
    return gzip.compress(body, min(how_hard, 9), mtime=0)


def without_remarks(body: bytes, path: PurePosixPath) -> bytes:
    """A script or style sheet of ours without what is only for whoever reads its source: comments
    that have a line of their own, and indents. Lines keep their numbers."""
    if "vendor" in path.parts or path.suffix not in (".js", ".css"):
        return body
    if path.suffix == ".css":
        body = _REMARK.sub(lambda remark: b"\n" * remark[0].count(b"\n"), body)
    return _START_OF_LINE[path.suffix].sub(b"", body)


def best() -> str | None:
    """The smallest coding that whoever asks can read; None for none of ours."""
    given = request.environ.get("HTTP_ACCEPT_ENCODING", "")
    for coding in CODINGS:
        if coding in given and request.accept_encodings[coding] > 0:
            return coding
    return None


def squeeze(response: Response) -> Response:
    if response.status_code not in (200, 304) or not _is_text(response.mimetype or ""):
        return response
    response.vary.add("Accept-Encoding")
    if (
        response.status_code != 200
        or request.method != "GET"
        or "Content-Encoding" in response.headers
        or "Content-Range" in response.headers
        or (coding := best()) is None
    ):
        return response
    if request.endpoint == "static":
        _squeeze_file(response, coding)
    elif not response.is_streamed and (response.content_length or 0) >= LEAST:
        _replace(response, packed(response.get_data(), coding), coding)
    return response


def _squeeze_file(response: Response, coding: str) -> None:
    etag = response.get_etag()[0] or ""
    key = (str(PurePosixPath(request.path)), etag, coding)
    if key in _files:
        response.close()  # The file it would have sent.
    else:
        response.direct_passthrough = False
        body = without_remarks(response.get_data(), PurePosixPath(request.path))
        _files[key] = packed(body, coding, FOR_LONG if len(body) < LARGE else AT_ONCE)
    _replace(response, _files[key], coding)
    response.headers.pop("Content-Disposition", None)


def _replace(response: Response, body: bytes, coding: str) -> None:
    response.set_data(body)
    response.headers["Content-Encoding"] = coding
    if etag := response.get_etag()[0]:
        # Two encodings are not the same bytes, so only a weak tag may stand for both.
        response.set_etag(etag, weak=True)


def _is_text(mimetype: str) -> bool:
    return mimetype.startswith("text/") or mimetype in KINDS
