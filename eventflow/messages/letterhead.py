"""The letterhead: whose mail it is, in their colour and under their logo."""

from functools import lru_cache
from io import BytesIO
from typing import Any

from eventflow import brand, files, pictures
from eventflow.accounts.hosts import base_url, tenant_url
from eventflow.accounts.models import Tenant
from eventflow.messages.mails import Attachment

PLATFORM = "EventFlow"
ACCENT = "#b3261e"
LOGO_HEIGHT, LOGO_WIDTH = 48, 200


def of(tenant: Tenant | None) -> dict[str, Any]:
    """What the templates know as `brand`; the platform's own where no tenant writes."""
    accent = tenant.accent if tenant else ACCENT
    kept = tenant.logo if tenant else None
    picture = pictures.Picture.from_json(kept).at_least(192) if kept else None
    return {
        "name": tenant.name if tenant else PLATFORM,
        "url": tenant_url(tenant.slug) if tenant else base_url(),
        "contact": tenant.contact_email if tenant else "",
        "day": brand.palette(accent),
        "night": brand.palette(accent, dark=True),
        "platform": PLATFORM,
        "platform_url": base_url(),
        "logo": _attached(picture) if picture else None,
        "logo_width": _shown_width(picture) if picture else 0,
    }


def _attached(picture: pictures.Variant) -> Attachment | None:
    # In the mail and not behind a link: it shows at once, and tells nobody that it was read.
    try:
        content = _png(picture.key)
    except files.NoSuchFile:
        return None
    return Attachment("logo.png", "image/png", content, content_id=f"logo@{picture.key[-24:]}")


@lru_cache(maxsize=64)
def _png(key: str) -> bytes:
    """The picture as every mail reader can show it; some don't know WebP."""
    from PIL import Image  # Only those who write mails need it.

    written = BytesIO()
    with Image.open(BytesIO(files.get(key))) as image:
        image.convert("RGBA").save(written, "PNG", optimize=True)
    return written.getvalue()


def _shown_width(picture: pictures.Variant) -> int:
    return min(LOGO_WIDTH, round(LOGO_HEIGHT * picture.width / picture.height))
