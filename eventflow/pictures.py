"""Pictures: what an organizer uploads, made fit for a page.

Nothing of an upload is kept as it came. Its type is read from its bytes, its pixels are decoded and
written anew without anything that travelled along (the place it was taken, the camera, a comment),
upright, in sRGB, and in the widths a page may ask for. What cannot be used is refused with a
sentence that says what would do.
"""

import struct
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from PIL import Image, ImageCms, ImageOps

from eventflow import files

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
# A JPEG is decoded at a fraction of its size, so a large one costs no more memory than a small.
MOST_PIXELS_OF_JPEG = 100_000_000
KEPT = 2400
"""The longer side of what is kept, for cropping anew another day."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
SHARE_SIZE = (1200, 630)
"""What networks ask of a link's preview."""

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

# Decoding takes memory: one picture at a time in each process.
_decoding = threading.Lock()


class PictureRefused(ValueError):
    """This upload cannot be used; the sentence is for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of picture is made into."""

    ratio: tuple[int, int] | None
    widths: tuple[int, ...]
    least: int
    """The width below which it would look bad."""
    share: bool = False


# Few steps: most pictures are light at the first, and each costs as long as the one before.
QUALITIES = (78, 55, 35, 20)

COVER = Shape(ratio=(16, 9), widths=(240, 400, 540, 800, 1200, 1600), least=400, share=True)
LOGO = Shape(ratio=None, widths=(96, 192, 384), least=48)
PORTRAIT = Shape(ratio=(1, 1), widths=(96, 192, 384), least=96)


@dataclass(frozen=True, slots=True)
class Variant:
    key: str
    width: int
    height: int

    @property
    def url(self) -> str:
        return files.media_path(self.key)


@dataclass(frozen=True, slots=True)
class Picture:
    """What was made of an upload; `as_json` is what a column keeps."""

    source: str
    colour: str
    focus: tuple[float, float]
    variants: tuple[Variant, ...]
    """From narrow to wide, all of one shape."""
    share: Variant | None = None

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Picture":
        return cls(
            source=kept["source"],
            colour=kept["colour"],
            focus=(kept["focus"][0], kept["focus"][1]),
            variants=tuple(Variant(**variant) for variant in kept["variants"]),
            share=Variant(**kept["share"]) if kept["share"] else None,
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def widest(self) -> Variant:
        return self.variants[-1]

    def at_least(self, width: int) -> Variant:
        """The narrowest that is this wide, or the widest there is."""
        return next((v for v in self.variants if v.width >= width), self.widest)

    def srcset(self, most: int = KEPT) -> str:
        """For the attribute of that name: what is no wider than `most`, at least the narrowest."""
        fit = [v for v in self.variants if v.width <= most] or self.variants[:1]
        return ", ".join(f"{v.url} {v.width}w" for v in fit)


def take(
    upload: bytes, shape: Shape, *, folder: str, focus: tuple[float, float] = (0.5, 0.5)
) -> Picture:
    """Make a picture of an upload, cropped around the focus (from the upper left, 0 to 1)."""
    with _decoding:
        image = _read(upload, shape.least)
        return _make(image, shape, _keep_source(image, folder), folder, focus)


def recrop(picture: Picture, shape: Shape, *, folder: str, focus: tuple[float, float]) -> Picture:
    """The same picture around another focus. The old one's files stay until it is discarded."""
    with _decoding:
        image = _read(files.get(picture.source), shape.least)
        return _make(image, shape, picture.source, folder, focus)


def discard(picture: Picture, keep: Picture | None = None) -> None:
    """Remove the files of a picture, except those that another one shares with it."""
    for key in _keys(picture) - (_keys(keep) if keep else set()):
        files.delete(key)


def _keys(picture: Picture) -> set[str]:
    made = {variant.key for variant in picture.variants}
    return made | {picture.source} | ({picture.share.key} if picture.share else set())


# Reading


def _read(upload: bytes, least: int) -> Image.Image:
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
    _check_size(image, least)
    try:
        image.draft("RGB", (KEPT, KEPT))
        image.thumbnail((KEPT, KEPT), LANCZOS, reducing_gap=2.0)
        ImageOps.exif_transpose(image, in_place=True)
        return _plain(image)
    except _UNREADABLE:
        raise PictureRefused(
            _("This picture is damaged or incomplete. Please export it again.")
        ) from None


def _check_size(image: Image.Image, least: int) -> None:
    width, height = image.size
    most = MOST_PIXELS_OF_JPEG if image.format in ("JPEG", "MPO") else MOST_PIXELS
    if width * height > most:
        raise _too_many_pixels()
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


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(
        _("This picture has too many pixels. Please make it smaller than 5000 × 5000.")
    )


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


# Making


def _make(
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
    # The same once more with more patience, which saves a tenth.
    return _encoded(image, "WEBP", quality=quality, method=6)


def _keep_source(image: Image.Image, folder: str) -> str:
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
