"""What leaves the house squeezed, and what is left out of it."""

import gzip
import re
from pathlib import Path, PurePosixPath

import brotli
import pytest

from eventflow.assets import asset_url
from eventflow.compression import without_remarks

STATIC = Path(__file__).parents[2] / "static"
OURS = [
    path
    for kind in ("js", "css")
    for path in sorted(STATIC.rglob(f"*.{kind}"))
    if "vendor" not in path.parts
]


@pytest.fixture
def fetch(app):
    def fetch(path: str, **headers: str):
        return app.test_client().get(
            f"http://eventflow.test/static/{path}", headers={"Accept-Encoding": "br"} | headers
        )

    return fetch


def test_a_script_comes_without_its_remarks_and_its_lines_keep_their_numbers():
    source = b"// What it is.\nlet a = 1 // here\n  if (a) {\n    // Why.\n    b()\n  }\n"

    assert without_remarks(source, PurePosixPath("js/a.js")) == (
        b"\nlet a = 1 // here\nif (a) {\n\nb()\n}\n"
    )


def test_a_style_sheet_comes_without_its_remarks_and_its_lines_keep_their_numbers():
    source = b"/* What\n   it is. */\n.a {\n  color: red; /* why */\n}\n"

    assert without_remarks(source, PurePosixPath("css/a.css")) == b"\n\n.a {\ncolor: red; \n}\n"


def test_what_is_not_ours_is_left_as_it_is():
    source = b"  // MIT licence\n"

    assert without_remarks(source, PurePosixPath("vendor/x/a.js")) == source
    assert without_remarks(source, PurePosixPath("img/a.svg")) == source


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(STATIC)))
def test_nothing_of_ours_looks_like_a_remark_and_is_none(path):
    """A text over several lines, or with a comment's signs in it, would lose some of itself."""
    source = path.read_text()
    if path.suffix == ".css":
        assert not re.search(r"""(["'])[^"'\n]*/\*[^"'\n]*\1|url\([^)]*/\*""", source)
    else:
        for line in re.sub(r"^\s*//.*$", "", source, flags=re.MULTILINE).splitlines():
            code = re.sub(r"(?<=\s)//.*$", "", line)
            assert code.count("`") % 2 == 0, line


@pytest.mark.parametrize(("coding", "read"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_file_is_squeezed_without_its_remarks(fetch, coding, read):
    answer = fetch("js/seat-states.js?v=1", **{"Accept-Encoding": coding})

    assert answer.headers["Content-Encoding"] == coding
    assert read(answer.data) == without_remarks(
        (STATIC / "js/seat-states.js").read_bytes(), PurePosixPath("js/seat-states.js")
    )


def test_a_file_that_is_kept_for_ever_says_no_more_than_that(fetch):
    headers = fetch("css/base.css?v=1").headers

    assert headers["Cache-Control"] == "max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    for needless in ("ETag", "Last-Modified", "Content-Disposition", "Content-Security-Policy"):
        assert needless not in headers, needless


def test_only_the_version_that_was_asked_for_is_kept_for_ever(app, fetch):
    with app.test_request_context():
        address = asset_url("js/seat-map.js").removeprefix("/static/")

    assert "immutable" in fetch(address).headers["Cache-Control"]
    other = fetch("js/seat-map.js?v=0123456789ab").headers
    assert other["Cache-Control"] == "max-age=300"
    assert "ETag" in other


def test_a_file_without_a_version_can_be_asked_about_again(fetch):
    tag = fetch("css/base.css").headers["ETag"]

    assert fetch("css/base.css", **{"If-None-Match": tag}).status_code == 304


def test_a_drawing_that_is_opened_may_do_nothing(fetch):
    headers = fetch("img/icon.svg?v=1").headers

    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
