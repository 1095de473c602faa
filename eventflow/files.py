"""Files: uploads and what is made of them, on the local disk or in any S3-compatible store.

A file is named after its content and never changes: `put` twice is one file, and whoever has
fetched it may keep it for ever. Public files are at `/media/…`; private ones only behind an
address that is signed and runs out.

FILES_URL chooses the store: unset for `EVENTFLOW_VAR/files`, else `s3://bucket/folder` with the
usual AWS_* variables (AWS_ENDPOINT_URL for a store that is not Amazon's).
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request

from eventflow import security
from eventflow.stores import Bucket, Disk, Store

TYPES = {
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
SHOWN = frozenset({"webp", "jpg", "png", "pdf"})
"""The rest is offered for saving: none of it is a page of ours."""

FOR_EVER = "public, max-age=31536000, immutable"

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*")
# No longer than any disk takes: what nothing can be called is asked for all the same.
_KEY = re.compile(r"(public|private)/[A-Za-z0-9_/-]{1,200}/[0-9a-f]{40}\.([a-z0-9]{1,8})")

bp = Blueprint("files", __name__)


class NoSuchFile(LookupError):
    """Nothing is kept under this key."""


def init_app(app: Flask) -> None:
    app.extensions["files"] = _store(app)
    app.register_blueprint(bp)


def put(data: bytes, suffix: str, *, folder: str, private: bool = False) -> str:
    """Keep a file and answer its key. `folder` says whose it is: a tenant's id, say."""
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"{folder!r} is no name for a folder")
    # Within the folder of its owner, so that two tenants with the same picture may each delete it.
    name = hashlib.sha256(data).hexdigest()[:40]
    key = f"{'private' if private else 'public'}/{folder}/{name}.{suffix}"
    _files().put(_checked(key), data)
    return key


def get(key: str) -> bytes:
    try:
        return _files().get(_checked(key))
    except FileNotFoundError:
        raise NoSuchFile(key) from None


def exists(key: str) -> bool:
    return _files().exists(_checked(key))


def delete(key: str) -> None:
    """Remove a file. Removing one that is gone is no error."""
    try:
        _files().delete(_checked(key))
    except FileNotFoundError:
        return


def media_path(key: str) -> str:
    """Where a public file is to be had, on any host."""
    if not key.startswith("public/"):
        raise ValueError("a private file has no public address")
    return "/media/" + key.removeprefix("public/")


def signed_path(key: str, expires: datetime) -> str:
    """An address for a private file, good until `expires`."""
    until = int(expires.timestamp())
    return f"/files/{_checked(key)}?until={until}&signature={_signature(key, until)}"


def may_fetch(key: str, until: str, signature: str, *, at: datetime) -> bool:
    """Whether this address was signed by us and has not run out."""
    if not until.isdecimal() or len(until) > 12:
        return False
    good = hmac.compare_digest(_signature(key, int(until)).encode(), signature.encode())
    return good and at.timestamp() < int(until)


@bp.get("/media/<path:name>")
def media(name: str) -> Response:
    return _answer(f"public/{name}", FOR_EVER)


@bp.get("/files/<path:key>")
def private_file(key: str) -> Response:
    until, signature = request.args.get("until", ""), request.args.get("signature", "")
    if not may_fetch(key, until, signature, at=datetime.now(UTC)):
        # As for a file that is not there: an address that ran out tells nothing.
        abort(404)
    return _answer(key, "private, no-store")


def _answer(key: str, caching: str) -> Response:
    if not (match := _KEY.fullmatch(key)):
        abort(404)
    suffix = match[2]
    response = Response(content_type=TYPES.get(suffix, "application/octet-stream"))
    response.headers["Cache-Control"] = caching
    # Even a file that lies about its type can do nothing but be looked at.
    response.headers["Content-Security-Policy"] = security.NOTHING
    response.headers["X-Content-Type-Options"] = "nosniff"
    if suffix not in SHOWN:
        response.headers["Content-Disposition"] = "attachment"
    response.set_etag(key.rpartition("/")[2])
    response.make_conditional(request)
    if response.status_code != 304:
        try:
            response.data = get(key)
        except NoSuchFile:
            abort(404)
    return response


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise NoSuchFile(key)
    return key


def _signature(key: str, until: int) -> str:
    secret = b"files:" + current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"{key} {until}".encode(), hashlib.sha256).hexdigest()


def _files() -> Store:
    store: Store = current_app.extensions["files"]
    return store


def _store(app: Flask) -> Store:
    if url := app.config.get("FILES_URL"):
        return Bucket(url)
    return Disk(Path(app.config["EVENTFLOW_VAR"]) / "files")
