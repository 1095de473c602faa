"""Marea Alta: ultramarine, coral and yellow. The sea, the moon, and what sings at night."""

import math
from random import Random

from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import Point, circle, leaf, mirrored, smooth, star, wave

PAPER, BLUE, CORAL, YELLOW = "#fbf1dc", "#2333b4", "#ff5c48", "#ffc531"


def three_days() -> Sheet:
    """Three suns, one for each day, going down into one sea."""
    sheet = Sheet(PAPER, "three days")
    sheet.print(Plate().disc(400, 520, 240).disc(1200, 520, 240), YELLOW)
    sheet.print(Plate().disc(800, 450, 340), CORAL)
    sea = Plate()
    for row, (y, thick) in enumerate(((566, 22), (636, 28), (714, 36), (800, 46))):
        crest = wave(-20, 1620, y, 26, 320, 0.25 + row * 0.13)
        sea.area([*crest, *((x, y + thick) for x, y in reversed(crest))])
    sea.area([*wave(-20, 1620, 896, 26, 320, 0.77), (1620, 960), (-20, 960)])
    return sheet.print(sea, BLUE)


def lantern_boat() -> Sheet:
    """A boat hung with lanterns; the bay has them a second time."""
    sheet = Sheet(PAPER, "lantern boat")
    night, light = Plate(solid=True), Plate()
    mast, bow, stern = (800, 60), (330, 500), (1270, 500)
    hull = smooth(
        [
            (330, 500),
            (560, 522),
            (800, 528),
            (1040, 522),
            (1270, 500),
            (1190, 610),
            (1060, 656),
            (800, 664),
            (540, 656),
            (410, 610),
        ]
    )
    night.area(hull, cut=True).stroke([mast, (800, 530)], 14, cut=True)
    lanterns: list[Point] = []
    for end in (bow, stern):
        rope = _slack(mast, end)
        night.stroke(rope, 5, cut=True)
        lanterns += [rope[n] for n in (5, 11, 17)]
    for x, y in lanterns:
        _lantern(night, light, x, y)
    random = Random("reflections")
    for x, _ in lanterns:
        for row in range(5):
            half = (66 - row * 8) * random.uniform(0.55, 1.1)
            middle, y = x + random.uniform(-22, 22), 716 + row * 38
            night.stroke([(middle - half, y), (middle + half, y)], 13, cut=True)
            light.stroke([(middle - half, y), (middle + half, y)], 13)
    sheet.print(night, BLUE)
    sheet.print(light, YELLOW)
    return sheet.print(Plate().area([(404, 566), (1196, 566), (1160, 616), (440, 616)]), CORAL)


def _slack(start: Point, end: Point) -> list[Point]:
    return [
        (start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t + 190 * (t - t * t))
        for t in (n / 22 for n in range(23))
    ]


def _lantern(night: Plate, light: Plate, x: float, y: float) -> None:
    night.oval(x, y + 52, 56, 50, cut=True)
    light.oval(x, y + 52, 56, 50)
    for fold in (-24, 0, 24):
        light.stroke([(x - 60, y + 52 + fold), (x + 60, y + 52 + fold)], 6, cut=True, blunt=True)


def moonrise() -> Sheet:
    """A coquí, no longer than a thumb, before a moon that is no match for it."""
    sheet = Sheet(PAPER, "moonrise")
    sheet.print(Plate(solid=True).disc(800, 420, 372, cut=True), CORAL)
    sheet.print(Plate().disc(800, 420, 372), YELLOW)
    branch = Plate().area(
        smooth(
            [
                (-60, 776),
                (380, 766),
                (800, 772),
                (1240, 764),
                (1660, 778),
                (1660, 830),
                (1240, 806),
                (800, 820),
                (380, 808),
                (-60, 832),
            ]
        )
    )
    for x, angle in ((70, -52), (250, -52), (1530, -128), (1350, -128)):
        branch.area(leaf(x, 786, 230, 96, angle))
    for x, angle in ((160, 38), (330, 38), (1440, 142), (1270, 142)):
        branch.area(leaf(x, 790, 190, 84, angle))
    _frog(branch)
    return sheet.print(branch, BLUE)


def _frog(plate: Plate) -> None:
    body = smooth(
        [
            (800, 248),
            (880, 242),
            (930, 290),
            (962, 380),
            (990, 500),
            (968, 610),
            (890, 676),
            (800, 686),
            (710, 676),
            (632, 610),
            (610, 500),
            (638, 380),
            (670, 290),
            (720, 242),
        ]
    )
    thigh = smooth([(930, 540), (1030, 480), (1122, 536), (1136, 640), (1060, 690), (940, 670)])
    for about in (None, 800.0):

        def side(points: list[Point], about: float | None = about) -> list[Point]:
            return points if about is None else mirrored(points, about)

        plate.area(side(thigh))
        plate.stroke(side([(880, 540), (922, 640), (896, 728)]), 50)
        plate.stroke(side([(1070, 660), (1080, 728)]), 44)
        for ankle in (896, 1080):
            for toe in (-56, 0, 56):
                plate.stroke(side([(ankle, 716), (ankle + toe, 752)]), 16)
                plate.disc(*side([(ankle + toe, 754)])[0], 19)
        plate.disc(*side([(882, 248)])[0], 68)
    plate.area(body)
    for x in (718, 882):
        plate.disc(x, 248, 45, cut=True).disc(x, 248, 25).disc(x + 8, 240, 7, cut=True)
    mouth = smooth([(716, 372), (756, 400), (800, 410), (844, 400), (884, 372)], closed=False)
    plate.stroke(mouth, 10, cut=True)


def bomba() -> Sheet:
    """Three barrels and the noon around them: Sunday in Loíza."""
    sheet = Sheet(PAPER, "bomba")
    light, rays, drums, skins = Plate(solid=True), Plate(), Plate(), Plate()
    for n in range(16):
        turn = n * 22.5
        rays.area([(800, 400), *circle(800, 400, 1300, start=turn - 5.6, end=turn + 5.6)])
    for x, top, wide, high in ((330, 450, 190, 330), (1270, 450, 190, 330), (800, 360, 240, 430)):
        for plate in (light, rays, drums):
            plate.area(_barrel(x, top, wide, high, 16), cut=True)
        _drum(drums, x, top, wide, high)
        skins.oval(x, top, wide * 0.9 - 14, wide * 0.3 - 12)
    sheet.print(light.along(skins), YELLOW)
    sheet.print(rays, CORAL)
    return sheet.print(drums, BLUE)


def _barrel(x: float, top: float, wide: float, high: float, grown: float = 0) -> list[Point]:
    side = [(x + (wide + grown) * _girth(t), top + high * t) for t in (n / 20 for n in range(21))]
    rim = [
        (x + px * (wide * 0.9 + grown), top + py * (wide * 0.3 + grown))
        for px, py in circle(0, 0, 1, start=180, end=360)
    ]
    foot = [
        (x + px * (wide * 0.9 + grown), top + high + py * (wide * 0.26 + grown))
        for px, py in circle(0, 0, 1, start=0, end=180)
    ]
    return [*rim, *side, *foot, *mirrored(side[::-1], x)]


def _girth(t: float) -> float:
    return 0.9 + 0.22 * math.sin(math.pi * t)


def _drum(plate: Plate, x: float, top: float, wide: float, high: float) -> None:
    plate.area(_barrel(x, top, wide, high))
    plate.oval(x, top, wide * 0.9 - 14, wide * 0.3 - 12, cut=True)
    plate.oval(x, top, wide * 0.9 - 40, wide * 0.3 - 26)
    plate.oval(x, top, wide * 0.9 - 50, wide * 0.3 - 33, cut=True)
    body = Plate().area(_barrel(x, top, wide - 7, high)).oval(x, top, wide, wide * 0.3, cut=True)
    lines = Plate()
    for share in (-0.66, -0.23, 0.23, 0.66):
        sag = wide * 0.28 * math.sqrt(1 - share * share)
        stave = [
            (x + wide * share * _girth(t), top + sag + high * t)
            for t in (n / 20 for n in range(22))
        ]
        lines.stroke(stave, 7, blunt=True)
    for t in (0.3, 0.74):
        reach = wide * _girth(t)
        lines.stroke(
            [
                (x + reach * c, top + high * t + wide * 0.28 * math.sqrt(1 - c * c))
                for c in (n / 20 for n in range(-20, 21))
            ],
            22,
            blunt=True,
        )
    plate.without(lines.within(body))


def raked() -> Sheet:
    """The beach on Monday, raked; somebody left a star."""
    sheet = Sheet(PAPER, "raked")
    sea = Plate().area([*wave(-20, 1620, 770, 30, 540), (1620, 960), (-20, 960)])
    wet = Plate().area([*wave(-20, 1620, 748, 30, 540), (1620, 960), (-20, 960)])
    fish = Plate().area(smooth(star(800, 380, 5, 205, 84, -78), steps=8))
    sheet.print(Plate(solid=True).without(wet).without(fish), YELLOW)
    foam = wave(-20, 1620, 826, 30, 540, 0.06)
    sea.area([*foam, *((x, y + 20) for x, y in reversed(foam))], cut=True)
    lines = Plate()
    for row in range(-5, 22):
        lines.stroke(_around(row * 60 + 50, (800, 380), 250), 18, blunt=True)
    sheet.print(lines.without(wet), CORAL)
    sheet.print(sea, BLUE)
    for n in range(5):
        for share in (0.28, 0.55, 0.8):
            x, y = circle(800, 380, 170 * share, start=n * 72 - 78)[0]
            fish.disc(x, y, 13 - 8 * share, cut=True)
    return sheet.print(fish, BLUE)


def _around(base: float, stone: Point, radius: float) -> list[Point]:
    """A raked line that makes way for what lies in the sand, as water would."""
    line = []
    for x in range(-20, 1640, 10):
        dx, y = x - stone[0], base - stone[1]
        # The stream function of a flow past a disc, solved for y by a few steps of Newton's.
        height = y + math.copysign(radius, y or 1)
        for _ in range(30):
            r2 = dx * dx + height * height
            value = height * (1 - radius * radius / r2) - y
            slope = 1 - radius * radius * (dx * dx - height * height) / (r2 * r2)
            height -= value / (slope or 1e-6)
        line.append((float(x), stone[1] + height))
    return line


PICTURES = {
    "three-days": three_days,
    "lantern-boat": lantern_boat,
    "moonrise": moonrise,
    "bomba": bomba,
    "raked": raked,
}
