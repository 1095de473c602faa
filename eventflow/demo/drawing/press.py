"""The press: plates cut at twice the size, inked unevenly, printed one over the other.

An ink darkens what lies under it, as ink does, so two of them make a third colour. Edges are a
little rough, solids a little mottled, and each plate sits a hair off its place. All of it is coarse
enough to survive being made small: fine grain would cost more bytes than the drawing.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from eventflow.demo.drawing.shapes import Point, bounds

WIDTH, HEIGHT = 1600, 900
SHARP = 2
"""Plates are cut at this many times the size."""

Colour = tuple[int, int, int]


def colour(digits: str) -> Colour:
    red, green, blue = bytes.fromhex(digits.removeprefix("#"))
    return red, green, blue


class Plate:
    """What one ink prints, in the units of the finished picture. `cut` takes away again."""

    def __init__(self, size: tuple[int, int] = (WIDTH, HEIGHT), *, solid: bool = False):
        self.size = size
        self.image = Image.new("L", (size[0] * SHARP, size[1] * SHARP), 255 if solid else 0)
        self._pen = ImageDraw.Draw(self.image)

    def area(self, points: Sequence[Point], *, cut: bool = False) -> "Plate":
        self._pen.polygon([(x * SHARP, y * SHARP) for x, y in points], fill=_fill(cut))
        return self

    def disc(self, x: float, y: float, radius: float, *, cut: bool = False) -> "Plate":
        return self.oval(x, y, radius, radius, cut=cut)

    def oval(self, x: float, y: float, wide: float, high: float, *, cut: bool = False) -> "Plate":
        box = [(x - wide) * SHARP, (y - high) * SHARP, (x + wide) * SHARP, (y + high) * SHARP]
        self._pen.ellipse(box, fill=_fill(cut))
        return self

    def ring(
        self, x: float, y: float, radius: float, width: float, *, cut: bool = False
    ) -> "Plate":
        box = [
            *((x - radius) * SHARP, (y - radius) * SHARP),
            *((x + radius) * SHARP, (y + radius) * SHARP),
        ]
        self._pen.ellipse(box, outline=_fill(cut), width=round(width * SHARP))
        return self

    def block(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        *,
        round_: float = 0,
        cut: bool = False,
    ) -> "Plate":
        box = [left * SHARP, top * SHARP, right * SHARP, bottom * SHARP]
        self._pen.rounded_rectangle(box, round_ * SHARP, fill=_fill(cut))
        return self

    def stroke(
        self, points: Sequence[Point], width: float, *, cut: bool = False, blunt: bool = False
    ) -> "Plate":
        """A line of even width with round ends, or blunt ones."""
        fill, path = _fill(cut), [(x * SHARP, y * SHARP) for x, y in points]
        self._pen.line(path, fill=fill, width=round(width * SHARP), joint="curve")
        if not blunt:
            r = width * SHARP / 2
            for x, y in (path[0], path[-1]):
                self._pen.ellipse([x - r, y - r, x + r, y + r], fill=fill)
        return self

    def within(self, mask: "Plate") -> "Plate":
        """Only what lies inside that other plate is left."""
        self.image = ImageChops.multiply(self.image, mask.image)
        self._pen = ImageDraw.Draw(self.image)
        return self

    def without(self, mask: "Plate") -> "Plate":
        self.image = ImageChops.subtract(self.image, mask.image)
        self._pen = ImageDraw.Draw(self.image)
        return self

    def along(self, other: "Plate") -> "Plate":
        """Together with what is on that other plate."""
        self.image = ImageChops.lighter(self.image, other.image)
        self._pen = ImageDraw.Draw(self.image)
        return self

    def turned(self, degrees: float, centre: Point) -> "Plate":
        middle = (centre[0] * SHARP, centre[1] * SHARP)
        self.image = self.image.rotate(degrees, Image.Resampling.BICUBIC, center=middle)
        self._pen = ImageDraw.Draw(self.image)
        return self

    def copy(self) -> "Plate":
        twin = Plate(self.size)
        twin.image = self.image.copy()
        twin._pen = ImageDraw.Draw(twin.image)
        return twin


class Sheet:
    """One sheet of paper on the press. The same seed prints the same sheet."""

    def __init__(self, paper: str, seed: str, size: tuple[int, int] = (WIDTH, HEIGHT)):
        self.size = size
        self._random = Random(seed)
        self.image = self._paper(colour(paper))

    def print(self, plate: Plate, ink: str, *, cover: float = 1.0, opaque: bool = False) -> "Sheet":
        """Print a plate. `opaque` ink hides what it covers; the others darken it."""
        mask = self._inked(plate, cover)
        flat = Image.new("RGB", self.size, colour(ink))
        wet = flat if opaque else ImageChops.multiply(self.image, flat)
        self.image = Image.composite(wet, self.image, mask)
        return self

    def save(self, path: Path | str, quality: int = 82) -> None:
        self.image.save(path, "WEBP", quality=quality, method=6)

    def _inked(self, plate: Plate, cover: float) -> Image.Image:
        """Where ink comes to lie: edges made rough, solids mottled, and the plate a hair off."""
        soft = plate.image.filter(ImageFilter.GaussianBlur(3))
        rough = self._cloud(plate.image.size, grain=9, strength=30)
        # Half-way between ink and none, the noise decides: that is the edge.
        edged = ImageChops.add(soft, rough, scale=1, offset=-128)
        edged = edged.point([_within((value - 128) * 2.6 + 128) for value in range(256)])
        mask = self._misplaced(edged)
        mottled = self._cloud(self.size, grain=30, strength=5)
        even = mottled.point([_within((240 + (v - 128)) * cover) for v in range(256)])
        mask = ImageChops.multiply(mask, even)
        return ImageChops.multiply(mask, self._flecks())

    def _misplaced(self, plate: Image.Image) -> Image.Image:
        """At the size of the sheet, and a little larger, so that a hair off leaves no bare edge."""
        spare = 3
        grown = plate.resize(
            (self.size[0] + 2 * spare, self.size[1] + 2 * spare), Image.Resampling.LANCZOS
        )
        left, top = (spare + self._random.choice((-2, -1, 1, 2)) for _ in range(2))
        return grown.crop((left, top, left + self.size[0], top + self.size[1]))

    def _flecks(self) -> Image.Image:
        """Spots the ink did not reach: few, and none of them a single pixel."""
        spots = Image.new("L", self.size, 255)
        pen = ImageDraw.Draw(spots)
        for _ in range(self.size[0] * self.size[1] // 5600):
            x, y = self._random.randrange(self.size[0]), self._random.randrange(self.size[1])
            wide, high = self._random.uniform(0.8, 2.6), self._random.uniform(0.8, 2.6)
            pen.ellipse(
                [x - wide, y - high, x + wide, y + high], fill=self._random.randrange(40, 170)
            )
        return spots.filter(ImageFilter.GaussianBlur(0.6))

    def _paper(self, tone: Colour) -> Image.Image:
        cloud = self._cloud(self.size, grain=140, strength=9)
        bands = [cloud.point([_within(c + (v - 128) * 0.4) for v in range(256)]) for c in tone]
        return Image.merge("RGB", bands)

    def _cloud(self, size: tuple[int, int], *, grain: float, strength: float) -> Image.Image:
        """Soft noise around 128, in lumps about `grain` wide."""
        small = (max(4, round(size[0] / grain * 2)), max(4, round(size[1] / grain * 2)))
        noise = self._noise(small).filter(ImageFilter.GaussianBlur(1))
        # Blurring this much leaves about a seventh of the spread.
        gain = strength / 22
        spread = noise.point([_within(128 + (v - 127.5) * gain) for v in range(256)])
        return spread.resize(size, Image.Resampling.BICUBIC)

    def _noise(self, size: tuple[int, int]) -> Image.Image:
        return Image.frombytes("L", size, self._random.randbytes(size[0] * size[1]))


def fitted(points: Sequence[Point], box: tuple[float, float, float, float]) -> list[Point]:
    """The shape, moved and scaled into a box, its proportions kept."""
    left, top, right, bottom = bounds(points)
    scale = min((box[2] - box[0]) / (right - left), (box[3] - box[1]) / (bottom - top))
    x = (box[0] + box[2] - (left + right) * scale) / 2
    y = (box[1] + box[3] - (top + bottom) * scale) / 2
    return [(x + px * scale, y + py * scale) for px, py in points]


def _within(value: float) -> int:
    return max(0, min(255, round(value)))


def _fill(cut: bool) -> int:
    return 0 if cut else 255
