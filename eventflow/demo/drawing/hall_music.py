"""Linden Hall again, where there is music."""

import math
from bisect import bisect_right
from itertools import pairwise

from eventflow.demo.drawing.hall import AUBERGINE, MUSTARD, PAPER
from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import (
    Point,
    circle,
    leaf,
    mirrored,
    moved,
    rotated,
    smooth,
    wave,
)


def quartet() -> Sheet:
    """A cello, so near that it is all there is: two f-holes, four strings, the bridge."""
    sheet = Sheet(PAPER, "quartet")
    belly = Plate().area(
        smooth(
            [
                (250, -60),
                (190, 150),
                (300, 330),
                (350, 450),
                (300, 570),
                (170, 740),
                (200, 980),
                (1400, 980),
                (1430, 740),
                (1300, 570),
                (1250, 450),
                (1300, 330),
                (1410, 150),
                (1350, -60),
            ]
        )
    )
    sheet.print(Plate(solid=True).without(belly), AUBERGINE)
    sheet.print(belly, MUSTARD)
    dark = Plate()
    for about in (None, 800.0):
        hole = _f_hole(530, 450)
        dark.area(hole if about is None else mirrored(hole, about))
        for x, y, radius in ((606, 232, 40), (454, 668, 46)):
            dark.disc(x if about is None else 1600 - x, y, radius)
        notch = [(500, 436), (560, 446), (560, 458), (500, 470)]
        dark.area(notch if about is None else mirrored(notch, about))
    dark.area([(690, -10), (910, -10), (880, 250), (720, 250)])
    bridge = smooth(
        [
            (640, 560),
            (660, 470),
            (740, 440),
            (800, 434),
            (860, 440),
            (940, 470),
            (960, 560),
            (900, 556),
            (862, 512),
            (800, 500),
            (738, 512),
            (700, 556),
        ]
    )
    dark.area(bridge)
    dark.area([(760, 720), (840, 720), (880, 920), (720, 920)])
    for n in range(4):
        top, low = 740 + n * 40, 764 + n * 24
        dark.stroke([(top, 240), (low, 730)], 7)
        dark.stroke([(706 + n * 62, -10), (top, 252)], 6, cut=True)
    return sheet.print(dark, AUBERGINE)


def _f_hole(x: float, y: float) -> list[Point]:
    right = [
        (x + 66, y - 190),
        (x + 16, y - 150),
        (x + 14, y - 60),
        (x + 26, y + 40),
        (x + 20, y + 130),
        (x - 30, y + 196),
        (x - 74, y + 206),
    ]
    left = [(2 * x - px, 2 * y - py) for px, py in right]
    return smooth([*right, *left])


def soup() -> Sheet:
    """Steam that reads as a tune."""
    sheet = Sheet(PAPER, "soup")
    dark = Plate()
    dark.area(circle(800, 520, 350, start=0, end=180)).oval(800, 520, 350, 56)
    dark.area([(640, 820), (960, 820), (990, 880), (610, 880)])
    dark.oval(800, 520, 322, 40, cut=True)
    stave = [wave(300, 1300, 150 + n * 52, 34, 667, 0.05) for n in range(5)]
    for line in stave:
        dark.stroke(line, 8)
    for x, place in ((400, 3), (560, 1), (720, 2), (890, 0), (1050, 2), (1210, 1)):
        y = min(stave[place], key=lambda p: abs(p[0] - x))[1]
        head = rotated(circle(0, 0, 36), -24)
        dark.area([(x + px * 1.14, y + py * 0.84) for px, py in head])
        dark.stroke([(x + 36, y - 8), (x + 36, y - 136)], 12)
    leaves = Plate()
    for n in range(6):
        x, y = 560 + n * 92, 650 + 36 * (n % 2)
        leaves.area(leaf(x - 30, y + 26, 86, 46, -58 if n % 2 else -20))
    sheet.print(Plate(solid=True).without(leaves), MUSTARD)
    return sheet.print(dark.without(leaves), AUBERGINE)


def ceilidh() -> Sheet:
    """Eight hands round, for those who learn from diagrams."""
    sheet = Sheet(PAPER, "ceilidh")
    lefts, rights, ring = Plate(), Plate(), Plate()
    round_ = [(800 + 540 * x, 450 + 310 * y) for x, y in circle(0, 0, 1)]
    for n, (x, y, heading) in enumerate(_evenly(round_, 8)):
        (rights if n % 2 else lefts).along(_sole(x, y, heading, n % 2 == 0, 1.25))
    for n in range(5):
        start = n * 72 - 60
        arc = circle(800, 450, 112, start=start, end=start + 44)
        ring.stroke(arc, 16, blunt=True)
        tip = circle(800, 450, 112, start=start + 62, end=start + 62)[0]
        inner, outer = (circle(800, 450, r, start=start + 42, end=start + 42)[0] for r in (84, 140))
        ring.area([tip, inner, outer])
    sheet.print(Plate(solid=True).without(rights), MUSTARD)
    return sheet.print(lefts.along(ring), AUBERGINE)


def _evenly(path: list[Point], count: int) -> list[tuple[float, float, float]]:
    """So many places on a closed path, as far from each other, each with its heading."""
    lengths = [0.0]
    for one, other in pairwise(path):
        lengths.append(lengths[-1] + math.dist(one, other))
    found = []
    for n in range(count):
        at = bisect_right(lengths, lengths[-1] * (n + 0.5) / count) - 1
        (x, y), (on_x, on_y) = path[at], path[at + 1]
        found.append((x, y, math.degrees(math.atan2(on_y - y, on_x - x)) + 90))
    return found


def _sole(x: float, y: float, degrees: float, is_left: bool, size: float) -> Plate:
    foot = smooth([(8, -150), (46, -122), (54, -56), (34, 12), (-32, 12), (-44, -50), (-34, -118)])
    heel = smooth([(-30, 40), (0, 32), (32, 40), (34, 80), (2, 108), (-32, 80)])
    plate = Plate()
    for part in (foot, heel):
        shape = mirrored(part, 0) if is_left else part
        plate.area(moved(rotated(shape, degrees), x, y, size))
    return plate


def brass() -> Sheet:
    """A horn, wound up and ready."""
    sheet = Sheet(PAPER, "brass")
    rays = Plate()
    for n in range(14):
        turn = n * 360 / 14
        rays.area([(760, 430), *circle(760, 430, 1300, start=turn, end=turn + 12.8)])
    horn, gaps = Plate(), Plate()
    horn.ring(700, 430, 300, 62).ring(700, 430, 200, 44)
    pipe = smooth([(700, 160), (560, 110), (400, 96), (250, 120)], closed=False)
    horn.stroke(pipe, 26, blunt=True).area([(262, 96), (214, 84), (208, 152), (258, 142)])
    tube = smooth(
        [
            (690, 700),
            (820, 716),
            (930, 690),
            (1010, 640),
            (1120, 560),
            (1230, 400),
            (1300, 180),
            (1500, 520),
            (1330, 620),
            (1180, 690),
            (1040, 750),
            (900, 790),
            (780, 790),
            (690, 762),
        ]
    )
    horn.area(tube)
    for n in range(3):
        x = 610 + n * 92
        horn.block(x - 30, 330, x + 30, 540, round_=14).block(x - 9, 276, x + 9, 340)
        horn.block(x - 32, 256, x + 32, 286, round_=12)
        gaps.block(x - 30, 392, x + 30, 404).block(x - 30, 470, x + 30, 482)
    bell = Plate().area(rotated([(x * 58, y * 214) for x, y in circle(0, 0, 1)], -31))
    mouth = moved(rotated([(x * 62, y * 204) for x, y in circle(0, 0, 1)], -31), 1398, 352)
    gaps.area(mouth)
    del bell
    sheet.print(rays.without(horn), MUSTARD)
    return sheet.print(horn.without(gaps), AUBERGINE)


PICTURES = {
    "quartet": quartet,
    "soup": soup,
    "ceilidh": ceilidh,
    "brass": brass,
}
