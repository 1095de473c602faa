"""The scanner: the shell of the app that checks tickets in, and what makes it one.

Served under /scan/, the scope of its service worker. The shell says nothing about a tenant's
people or events: all of that comes through the API, to a paired device.
"""

import hashlib
from pathlib import Path

from flask import Blueprint, Response, g, jsonify, make_response
from flask import current_app as app
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow import security
from eventflow.accounts import access
from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.assets import asset_url
from eventflow.checkin.words import words
from eventflow.pages import page

bp = only_on_tenant_host(Blueprint("checkin", __name__, url_prefix="/scan"))

GATE = "js/gate"
# Beside the modules, what the shell shows and decodes with.
SHELL = (
    "css/base.css",
    "css/paper.css",
    "css/gate.css",
    "js/theme.js",
    "js/theme-switch.js",
    "fonts/besley-800-basic.woff2",
    "fonts/besley-800-accents.woff2",
    "img/icon.svg",
    "vendor/barcode-detector/ponyfill.js",
    "vendor/barcode-detector/zxing_reader.wasm",
    "vendor/noble-ed25519/index.js",
)
OF_THE_SCOPE = ("sw.js", "decoder.js")
"""Scripts that have to be served under /scan/ itself."""

ICONS = (("img/gate-192.png", "192x192", "any"), ("img/gate-512.png", "512x512", "any"))
MASKABLE = ("img/gate-maskable-512.png", "512x512", "maskable")


@bp.get("/")
def show_scanner() -> Response:
    security.allow(
        script_src="'wasm-unsafe-eval'",
    )
    security.allow_camera()
    return page("checkin/scan.html", modules=_modules(), words=words(), version=_version())


@bp.get("/member")
def show_member() -> Response:
    """Who is signed in here and may stand at a door: they can pair their phone without a code."""
    membership, person = access.current_membership(), access.current_person()
    member = {"name": person.name or person.email} if membership and person else None
    response = jsonify(member=member)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/sw.js")
def show_service_worker() -> Response:
    """The service worker, with what it keeps written into it: other files, another worker."""
    files = ["/scan/", "/scan/decoder.js", *(f"/static/{name}" for name in (*SHELL, *_modules()))]
    head = f"const VERSION = {_version()!r};\nconst FILES = {files!r};\n"
    return _script("sw.js", head)


@bp.get("/decoder.js")
def show_decoder() -> Response:
    # A worker goes by the policy of its own file.
    security.allow(script_src="'wasm-unsafe-eval'")
    return _script("decoder.js")


@bp.get("/manifest.webmanifest")
def show_app_manifest() -> Response:
    response = jsonify(
        id="/scan/",
        name=_("Check-in, %(name)s", name=g.tenant.name),
        short_name=_("Check-in"),
        description=_("Checks tickets in at the door, with and without network."),
        lang=str(get_locale()).replace("_", "-"),
        start_url="/scan/",
        scope="/scan/",
        display="standalone",
        orientation="any",
        background_color="#1b1210",
        theme_color="#1b1210",
        categories=["business", "events"],
        icons=[
            {"src": asset_url(name), "sizes": size, "type": "image/png", "purpose": purpose}
            for name, size, purpose in (*ICONS, MASKABLE)
        ],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _script(name: str, head: str = "") -> Response:
    response = make_response(head + (_folder() / GATE / name).read_text())
    response.mimetype = "text/javascript"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _modules() -> list[str]:
    """Every module of the scanner, by its name under static/."""
    found = sorted((_folder() / GATE).rglob("*.js"))
    return [
        path.relative_to(_folder()).as_posix() for path in found if path.name not in OF_THE_SCOPE
    ]


def _version() -> str:
    """Changes with any byte of what the scanner consists of, and with its language."""
    digest = hashlib.sha256(str(get_locale()).encode())
    for name in (*SHELL, *_modules(), *(f"{GATE}/{name}" for name in OF_THE_SCOPE)):
        digest.update((_folder() / name).read_bytes())
    templates = Path(app.root_path) / ".." / "templates" / "checkin"
    for path in (templates / "scan.html", *sorted((templates / "scan").glob("*.html"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _folder() -> Path:
    return Path(app.static_folder or "static")
