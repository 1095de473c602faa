"""Forms carried past the door: what was typed before one was asked to prove who one is.

The promise kept here is that nothing typed is lost on that way, and that nobody else can fill a
form in: it travels in the address of the page that the form is on, signed for the person who
typed it, and is good for as long as a proof is.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Response, current_app, flash, request
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeTimedSerializer

from eventflow.accounts import access
from eventflow.db import now

LONGEST = 2_000
"""Characters of one field; an address holds no more than a few of these."""


def to_proof(page: str, typed: Mapping[str, str]) -> Response | None:
    """Where to prove who one is, and then come to this page with what was typed; None for whoever
    has proved it within the hour."""
    if access.is_fresh(now()):
        return None
    fields = {name: text[:LONGEST] for name, text in typed.items()}
    sealed = _signer().dumps([str(access.person_id()), fields])
    back = f"{page}?{urlencode({'typed': sealed})}" if fields else page
    return access.send_to_sign_in(again=True, back=back)


def brought_back() -> dict[str, str]:
    """What this person typed into the page's form before, which a notice then says is not done yet;
    nothing once a form was sent."""
    given = request.args.get("typed", "") if request.method == "GET" else ""
    try:
        person, fields = _signer().loads(given, max_age=int(access.FRESH.total_seconds()))
    except BadSignature:
        return {}
    if person != str(access.person_id()):
        return {}
    words = _(
        "Nothing is changed yet. Look once more whether what is chosen below is right, and press "
        "then."
    )
    flash(words, "doubt")
    return dict(fields)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="a form carried")
