import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from eventflow import files
from eventflow.stores import Bucket, Disk


@pytest.fixture(params=["disk", "elsewhere"])
def app(build, request, monkeypatch) -> Flask:
    """Once on the local disk, once in a store that is somewhere else."""
    url = None if request.param == "disk" else "memory:///"
    app = build(files, FILES_URL=url)
    assert isinstance(app.extensions["files"], Disk if url is None else Bucket)
    with app.app_context():
        yield app


def test_a_file_is_kept_under_its_content_and_only_once(app):
    key = files.put(b"poster", "webp", folder="riverside")
    assert key.startswith("public/riverside/")
    assert key.endswith(".webp")
    assert files.put(b"poster", "webp", folder="riverside") == key
    assert files.put(b"other", "webp", folder="riverside") != key
    assert files.put(b"poster", "webp", folder="northgate") != key
    assert files.get(key) == b"poster"
    assert files.exists(key)


def test_a_deleted_file_is_gone_and_deleting_it_again_is_no_error(app):
    key = files.put(b"poster", "webp", folder="riverside")
    theirs = files.put(b"poster", "webp", folder="northgate")
    files.delete(key)
    files.delete(key)
    assert not files.exists(key)
    with pytest.raises(files.NoSuchFile):
        files.get(key)
    assert files.get(theirs) == b"poster"


def test_a_file_that_could_not_be_written_leaves_nothing(tmp_path, monkeypatch):
    store = Disk(tmp_path)
    store.put("public/riverside/poster.webp", b"poster")

    def full(path, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="space"):
        store.put("public/riverside/poster.webp", b"another")

    assert store.get("public/riverside/poster.webp") == b"poster"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["poster.webp"]


@pytest.mark.parametrize("folder", ["", "../etc", "/etc", "a//b", "a/../b", ".", "a b"])
def test_a_folder_is_a_name_and_nothing_else(app, folder):
    with pytest.raises(ValueError, match="folder"):
        files.put(b"x", "webp", folder=folder)


@pytest.mark.parametrize("key", ["../secret", "public/../../etc/passwd", "/etc/passwd", "", "x"])
def test_what_is_no_key_is_no_file(app, key):
    with pytest.raises(files.NoSuchFile):
        files.get(key)
    with pytest.raises(files.NoSuchFile):
        files.exists(key)
    with pytest.raises(files.NoSuchFile):
        files.delete(key)


def test_a_public_file_may_be_kept_for_ever(app):
    path = files.media_path(files.put(b"poster", "webp", folder="riverside/covers"))
    client = app.test_client()
    answer = client.get(path)
    assert answer.data == b"poster"
    assert answer.content_type == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "Content-Disposition" not in answer.headers
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert client.head(path).status_code == 200


@pytest.mark.parametrize(
    ("suffix", "content_type"),
    [("svg", "image/svg+xml"), ("html", "application/octet-stream"), ("csv", "text/csv")],
)
def test_what_could_be_a_page_is_offered_for_saving(app, suffix, content_type):
    path = files.media_path(files.put(b"<script>", suffix, folder="riverside"))
    answer = app.test_client().get(path)
    assert answer.content_type.startswith(content_type)
    assert answer.headers["Content-Disposition"] == "attachment"


def test_what_is_not_there_is_not_found(app):
    client = app.test_client()
    for path in ("/media/", "/media/x", "/media/../etc/passwd", "/media/a/" + "0" * 40 + ".webp"):
        assert client.get(path).status_code == 404


# Private files


@pytest.fixture
def report(app) -> str:
    return files.put(b"names and addresses", "csv", folder="riverside", private=True)


def soon(**apart) -> datetime:
    return datetime.now(UTC) + timedelta(**apart)


def test_a_private_file_has_no_public_address(app, report):
    with pytest.raises(ValueError, match="private"):
        files.media_path(report)
    client = app.test_client()
    assert client.get("/media/" + report.removeprefix("private/")).status_code == 404
    assert client.get("/media/../" + report).status_code == 404
    assert client.get("/files/" + report).status_code == 404


def test_a_name_longer_than_any_disk_takes_is_no_file(app, report):
    client = app.test_client()
    for folder in ("a" * 256, "/".join(["a" * 200] * 30)):
        assert client.get(f"/media/{folder}/{'0' * 40}.webp").status_code == 404


def test_a_signed_address_opens_it_until_it_runs_out(app, report):
    client = app.test_client()
    answer = client.get(files.signed_path(report, soon(minutes=5)))
    assert answer.data == b"names and addresses"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get(files.signed_path(report, soon(seconds=-5))).status_code == 404


def test_a_changed_address_opens_nothing(app, report):
    other = files.put(b"other names", "csv", folder="riverside", private=True)
    client = app.test_client()
    path = files.signed_path(report, soon(seconds=-5))
    late = f"{soon(days=1).timestamp():.0f}"
    start, _, signature = path.partition("&signature=")
    for changed in (
        start.split("until=")[0] + f"until={late}&signature={signature}",
        files.signed_path(report, soon(minutes=5)).replace(report, other),
        files.signed_path(report, soon(minutes=5))[:-1],
        files.signed_path(report, soon(minutes=5)) + "é",
        f"/files/{report}?until=-1&signature={signature}",
        f"/files/{report}?until={'9' * 400}&signature={signature}",
        f"/files/{report}?until=²&signature={signature}",
    ):
        assert client.get(changed).status_code == 404


def test_another_secret_signs_otherwise(app, build, report):
    path = files.signed_path(report, soon(minutes=5))
    app.config["SECRET_KEY"] = "another"
    assert app.test_client().get(path).status_code == 404
