"""A tenant's colour, taken apart so that it can be read everywhere.

The promise kept here is contrast, by WCAG's own measure and on every surface we print on, by day
and in the dark: 4.5 to 1 for text, 3 to 1 for lines, shapes and edges. Hue is the tenant's and
stays; lightness gives way, and chroma only as far as the screen cannot show it.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

TEXT = 4.5
SHAPE = 3.0
# A fill may be paler than that (its words carry it, and its edge has the contrast), but not
# vanish into the paper.
FILL = 1.25

# The surfaces of static/css/base.css as lightness, chroma, hue; a test holds the two together.
LIGHT = {"paper": (0.968, 0.014, 84), "paper-deep": (0.938, 0.018, 82), "sheet": (0.994, 0.005, 88)}
DARK = {"paper": (0.18, 0.018, 28), "paper-deep": (0.215, 0.02, 28), "sheet": (0.25, 0.022, 28)}

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)

# Below this a colour has no hue worth speaking of.
_GREY = 0.03

Triple = tuple[float, float, float]


class NotAColour(ValueError):
    """Neither #b3261e nor #b31."""


@dataclass(frozen=True, slots=True)
class Palette:
    """One colour's parts, each as #rrggbb."""

    accent: str
    on_accent: str
    edge: str
    strong: str
    tint: str
    line: str


def normalised(colour: str) -> str:
    """ "B31" or "#b3261e" as "#rrggbb"."""
    match = _HEX.fullmatch(colour.strip())
    if match is None:
        raise NotAColour(colour)
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=512)
def palette(accent: str, *, dark: bool = False) -> Palette:
    """The parts of a colour for one of the two kinds of light."""
    lightness, chroma, hue = _oklch(normalised(accent))
    surfaces = [hex_of(*surface) for surface in (DARK if dark else LIGHT).values()]
    if dark and chroma < _GREY and lightness < 0.4:
        lightness = 0.92  # Black ink on paper is chalk in the dark.
    elif dark:
        lightness = min(lightness, 0.86)

    def move(enough: float, onto: Sequence[str]) -> str:
        """The colour nearest to the tenant's that stands out enough from these."""
        away = 1 if dark else -1
        return _nearest(
            lambda level: hex_of(level, chroma, hue),
            lightness,
            away,
            lambda colour: all(contrast(colour, surface) >= enough for surface in onto),
        )

    fill = move(SHAPE if dark else FILL, surfaces)
    tint = hex_of(0.3, min(chroma, 0.05), hue) if dark else hex_of(0.94, min(chroma, 0.032), hue)
    line = move(SHAPE, [*surfaces, tint])
    visible = all(contrast(fill, surface) >= SHAPE for surface in surfaces)
    return Palette(
        accent=fill,
        on_accent=_readable_on(fill, hue, chroma),
        edge=fill if visible else line,
        strong=move(TEXT, [*surfaces, tint]),
        tint=tint,
        line=line,
    )


def brand_css(accent: str, second: str | None = None) -> str:
    """The rules that put a tenant's colour over the ones of base.css.

    A second colour inks the rubber stamp; without one, it is the first that does.
    """
    day, night = palette(accent), palette(accent, dark=True)
    stamp = palette(second or accent).strong, palette(second or accent, dark=True).strong
    pairs = {
        "accent": (day.accent, night.accent),
        "on-accent": (day.on_accent, night.on_accent),
        "accent-edge": (day.edge, night.edge),
        "accent-strong": (day.strong, night.strong),
        "accent-tint": (day.tint, night.tint),
        "accent-line": (day.line, night.line),
        "stamp": stamp,
    }
    rules = ";".join(
        f"--{name}:light-dark({by_day},{by_night})" for name, (by_day, by_night) in pairs.items()
    )
    return f":root{{{rules}}}"


def _readable_on(fill: str, hue: float, chroma: float) -> str:
    """White where it can be read, else the darkest ink of the same hue that can."""
    if contrast("#ffffff", fill) >= TEXT:
        return "#ffffff"
    return _nearest(
        lambda level: hex_of(level, min(chroma, 0.03), hue),
        0.2,
        -1,
        lambda colour: contrast(colour, fill) >= TEXT,
    )


def _nearest(
    at: Callable[[float], str], start: float, direction: int, enough: Callable[[str], bool]
) -> str:
    """Walk the lightness from where the colour is until it is enough.

    A walk and not a search by halves: what is tested is the rounded colour that will be shown.
    """
    level = start
    while not enough(at(level)) and 0 < level < 1:
        level = min(1.0, max(0.0, level + direction / 400))
    return at(level)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> Triple:
    digits = normalised(colour)[1:]
    channels = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return red, green, blue


def _oklch(colour: str) -> Triple:
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def hex_of(lightness: float, chroma: float, hue: float) -> str:
    """The colour, or where the screen has no such colour, the same with less chroma."""
    if not _shown(channels := _srgb(lightness, chroma, hue)):
        least, most = 0.0, chroma
        while most - least > 0.0005:
            middle = (least + most) / 2
            if _shown(_srgb(lightness, middle, hue)):
                least = middle
            else:
                most = middle
        channels = _srgb(lightness, least, hue)
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, c))):02x}" for c in channels)


def _shown(channels: Triple) -> bool:
    return all(-0.0005 <= channel <= 1.0005 for channel in channels)


def _srgb(lightness: float, chroma: float, hue: float) -> Triple:
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short
    return _encoded(red), _encoded(green), _encoded(blue)


def _encoded(channel: float) -> float:
    if channel <= 0.0031308:
        return 12.92 * channel
    return 1.055 * channel ** (1 / 2.4) - 0.055
