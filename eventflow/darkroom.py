"""The darkroom: where an upload is read and pictures are made of it.

Apart from `eventflow.pictures` because it is the only part that needs Pillow, which is fetched
when the first upload comes: most processes never see one.
"""

import re
import struct
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from math import isqrt
from typing import Any

from flask_babel import gettext as _
from PIL import Image, ImageCms, ImageOps

from eventflow import files
from eventflow.pictures import KEPT, MOST_BYTES, Picture, PictureRefused, Shape, Variant

MOST_PIXELS = 25_000_000
# A JPEG that is drawn in one go is decoded at a fraction of its size, so a large one costs no more
# memory than a small. Of one in several scans, such as a progressive one, all that was read is kept
# until the last: two bytes for each value, and the picture itself.
MOST_PIXELS_OF_JPEG = 100_000_000
MOST_VALUES_OF_SCANS = 60_000_000
"""Three for a pixel of three colours; half of that where, as is usual, two of them are coarser."""
MOST_SCANS = 100
"""Programs write a dozen. Each goes over the whole picture, however few bytes it has."""
MOST_MARKERS = 5_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
SHARE_SIZE = (1200, 630)
"""What networks ask of a link's preview."""

# Few steps: most pictures are light at the first, and each costs as long as the one before.
QUALITIES = (78, 55, 35, 20)
PATIENCE = 6
"""How hard the encoding that is kept tries to be small, from 0 to 6."""

# What Pillow's readers raise on broken or hostile files, as found by feeding them such.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    RuntimeError,
    struct.error,
    Image.DecompressionBombError,
)

LANCZOS = Image.Resampling.LANCZOS


def read(upload: bytes, least: int) -> Image.Image:
    """The upload's pixels: upright, in sRGB, no larger than KEPT, and nothing else of it."""
    if not upload:
        raise PictureRefused(_("This file is empty."))
    if len(upload) > MOST_BYTES:
        raise PictureRefused(
            _("This picture is larger than %(most)s MB. Please choose a smaller one.", most=10)
        )
    try:
        image = Image.open(BytesIO(upload), formats=FORMATS)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except _UNREADABLE:
        raise PictureRefused(_why_unreadable(upload)) from None
    _check_size(image, upload, least)
    try:
        image.draft("RGB", (KEPT, KEPT))
        image.thumbnail((KEPT, KEPT), LANCZOS, reducing_gap=2.0)
        ImageOps.exif_transpose(image, in_place=True)
        return _plain(image)
    except _UNREADABLE:
        raise _damaged() from None


def _check_size(image: Image.Image, upload: bytes, least: int) -> None:
    width, height = image.size
    most = MOST_PIXELS
    if image.format in ("JPEG", "MPO"):
        scans, in_one_go = _scans(upload, len(image.getbands()))
        if scans > MOST_SCANS:
            raise _damaged()
        most = (
            MOST_PIXELS_OF_JPEG
            if in_one_go
            else int(MOST_VALUES_OF_SCANS / _values_of_a_pixel(image))
        )
    if width * height > most:
        raise _too_many_pixels(most)
    if min(width, height) < 8 or max(width, height) < least:
        raise PictureRefused(
            _(
                "This picture is %(width)s × %(height)s pixels. It needs to be at least "
                "%(least)s pixels wide.",
                width=width,
                height=height,
                least=least,
            )
        )


_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_START_OF_SCAN, _END = 0xDA, 0xD9
_PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)


def _values_of_a_pixel(image: Any) -> float:
    """How many values a JPEG has for each pixel, by how finely each colour is sampled."""
    fineness = [across * down for _colour, across, down, _table in image.layer]
    return sum(fineness) / max(fineness)


def _scans(upload: bytes, colours: int) -> tuple[int, bool]:
    """How many scans a JPEG has, counted as its decoder does; whether one may draw it in one go."""
    scans, in_one_go, place = 0, True, 2
    for _marker in range(MOST_MARKERS):
        if scans > MOST_SCANS or not (marker := _MARKER.search(upload, place)):
            break
        code, place = marker[0][1], marker.end()
        if code == _END:
            break
        if code < 0xC0:
            continue  # No marker there is: the decoder looks on right behind it.
        if code in _PROGRESSIVE:
            in_one_go = False
        if code == _START_OF_SCAN:
            scans += 1
            in_one_go &= upload[place + 2 : place + 3] >= bytes([colours])
        place += int.from_bytes(upload[place : place + 2], "big")
    else:
        raise _damaged()
    return scans, in_one_go


def _too_many_pixels(most: int = MOST_PIXELS) -> PictureRefused:
    side = isqrt(most) // 100 * 100
    return PictureRefused(
        _(
            "This picture has too many pixels. Please make it smaller than %(side)s × %(side)s.",
            side=side,
        )
    )


def _damaged() -> PictureRefused:
    return PictureRefused(_("This picture is damaged or incomplete. Please export it again."))


def _why_unreadable(upload: bytes) -> str:
    start = upload[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        return _("Drawings in SVG cannot be used. Please export it as PNG.")
    if upload[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1"):
        return _("Photos in HEIC cannot be used. Please save it as JPEG.")
    if start.startswith(b"%pdf"):
        return _("This is a PDF document. Please export the page as PNG or JPEG.")
    return _("This is not a picture we can read. Please choose a JPEG, PNG, WebP, GIF or AVIF.")


def _plain(image: Image.Image) -> Image.Image:
    """Only pixels: RGB or RGBA, in sRGB."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode in ("I", "F"):
        image = image.convert("L")
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    if profile and image.mode in ("RGB", "RGBA", "CMYK") and b"sRGB" not in profile[:2048]:
        # A profile that does not fit its picture is left: the colours as they are, then.
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            image = (
                ImageCms.profileToProfile(
                    image,
                    ImageCms.ImageCmsProfile(BytesIO(profile)),
                    ImageCms.createProfile("sRGB"),
                    outputMode=wanted if image.mode != "CMYK" else "RGB",
                )
                or image
            )
    plain = image.convert(wanted)
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info.clear()
    return plain


def make(
    image: Image.Image, shape: Shape, source: str, folder: str, focus: tuple[float, float]
) -> Picture:
    focus = (_within(focus[0]), _within(focus[1]))
    box = _box(image.size, shape.ratio or image.size, focus)
    full, image_at = round(box[2] - box[0]), image
    # Never wider than what there is: it would weigh more and show no more.
    widths = {width for width in shape.widths if width < full} | {min(full, max(shape.widths))}
    variants: list[Variant] = []
    for width in sorted(widths, reverse=True):
        height = max(1, round(width * (box[3] - box[1]) / (box[2] - box[0])))
        # Each from the last, which is already near its size.
        image_at = image_at.resize((width, height), LANCZOS, box=box, reducing_gap=2.0)
        box = (0, 0, width, height)
        data = _light(image_at)
        variants.append(Variant(files.put(data, "webp", folder=folder), width, height))
    picture = Picture(source, _colour(image_at), focus, tuple(reversed(variants)))
    return replace(picture, share=_share(image, folder, focus)) if shape.share else picture


def _light(image: Image.Image) -> bytes:
    """As WebP, the finest that a page can carry; a phone on a slow line loads it too."""
    most = max(1_500, image.width * image.height // 24)
    for quality in QUALITIES:
        if len(_encoded(image, "WEBP", quality=quality, method=2)) <= most:
            break
    # The same once more with patience, which saves a tenth.
    return _encoded(image, "WEBP", quality=quality, method=PATIENCE)


def keep_source(image: Image.Image, folder: str) -> str:
    if image.mode == "RGBA":
        return files.put(_encoded(image, "WEBP", quality=90), "webp", folder=folder, private=True)
    # Five times faster to write, and nobody fetches it.
    return files.put(_encoded(image, "JPEG", quality=92), "jpg", folder=folder, private=True)


def _share(image: Image.Image, folder: str, focus: tuple[float, float]) -> Variant:
    # JPEG, because not every network that shows links reads WebP.
    box = _box(image.size, SHARE_SIZE, focus)
    small = image.resize(SHARE_SIZE, LANCZOS, box=box, reducing_gap=2.0)
    if small.mode == "RGBA":
        ground = Image.new("RGB", SHARE_SIZE, "white")
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    data = _encoded(small, "JPEG", quality=82, progressive=True)
    return Variant(files.put(data, "jpg", folder=folder), *SHARE_SIZE)


def _box(
    size: tuple[int, int], ratio: tuple[int, int], focus: tuple[float, float]
) -> tuple[float, float, float, float]:
    """The largest part of this ratio with the focus as near to its middle as the edges allow."""
    width, height = size
    scale = min(width / ratio[0], height / ratio[1])
    inner = (ratio[0] * scale, ratio[1] * scale)
    left = min(max(focus[0] * width - inner[0] / 2, 0.0), max(width - inner[0], 0.0))
    top = min(max(focus[1] * height - inner[1] / 2, 0.0), max(height - inner[1], 0.0))
    return left, top, min(left + inner[0], width), min(top + inner[1], height)


def _within(share: float) -> float:
    # Also for what a form may hold instead of a number: nan compares false with everything.
    return round(min(max(share, 0.0), 1.0), 4) if share == share else 0.5


def _colour(image: Image.Image) -> str:
    """The colour that is most of it, to stand there until the picture has come."""
    small = image.convert("RGB").resize((48, 48), Image.Resampling.BOX)
    reduced = small.quantize(6)
    pixels = reduced.histogram()
    index = pixels.index(max(pixels))
    palette = reduced.getpalette() or [128, 128, 128]
    red, green, blue = palette[index * 3 : index * 3 + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
