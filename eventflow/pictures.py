"""Pictures: what an organizer uploads, made fit for a page.

Nothing of an upload is kept as it came. Its type is read from its bytes, its pixels are decoded and
written anew without anything that travelled along (the place it was taken, the camera, a comment),
upright, in sRGB, and in the widths a page may ask for. What cannot be used is refused with a
sentence that says what would do.
"""

import threading
from dataclasses import asdict, dataclass
from typing import Any

from eventflow import files

MOST_BYTES = 10 * 1024 * 1024
KEPT = 2400
"""The longer side of what is kept, for cropping anew another day."""

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
    from eventflow import darkroom  # Pillow weighs 5 MB, and few processes see an upload.

    with _decoding:
        image = darkroom.read(upload, shape.least)
        source = darkroom.keep_source(image, folder)
        return darkroom.make(image, shape, source, folder, focus)


def recrop(picture: Picture, shape: Shape, *, folder: str, focus: tuple[float, float]) -> Picture:
    """The same picture around another focus. The old one's files stay until it is discarded."""
    from eventflow import darkroom  # As above.

    with _decoding:
        image = darkroom.read(files.get(picture.source), shape.least)
        return darkroom.make(image, shape, picture.source, folder, focus)


def discard(picture: Picture, keep: Picture | None = None) -> None:
    """Remove the files of a picture, except those that another one shares with it."""
    for key in _keys(picture) - (_keys(keep) if keep else set()):
        files.delete(key)


def _keys(picture: Picture) -> set[str]:
    made = {variant.key for variant in picture.variants}
    return made | {picture.source} | ({picture.share.key} if picture.share else set())
