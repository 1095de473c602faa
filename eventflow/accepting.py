"""What a client takes, by its Accept header (RFC 9110, section 12.5.1).

The most telling of its ranges decides: `text/html;q=0` refuses pages though `*/*` takes everything.
Parameters of a media type (`text/html;level=1`) ask for a variant, of which we have one.
"""

from flask import request


def quality(media_type: str) -> float | None:
    """How gladly the client takes this media type: 0, which refuses it, to 1; None if nothing it
    says is about it. Whoever says nothing at all takes everything."""
    if not request.headers.get("Accept", "").strip():
        return 1.0
    kind = media_type.partition("/")[0]
    found: dict[str, float] = {}
    for given, weight in request.accept_mimetypes:
        name = given.partition(";")[0].strip().lower()
        found[name] = max(weight, found.get(name, 0.0))
    for name in (media_type, f"{kind}/*", "*/*"):
        if name in found:
            return found[name]
    return None
