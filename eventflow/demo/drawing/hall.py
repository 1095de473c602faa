"""Linden Hall: mustard and aubergine, and the paper between. A parish noticeboard."""

import math

from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import circle, leaf, moved, rotated, smooth, wave

PAPER, MUSTARD, AUBERGINE = "#f6eddc", "#efb028", "#4b2142"


def repair() -> Sheet:
    """A wall of tools with every one in its place, but for the one in use."""
    sheet = Sheet(PAPER, "repair")
    tools = Plate()
    _screwdriver(tools, 220)
    _spanner(tools, 500)
    _scissors(tools, 800)
    _iron(tools, 1110)
    outline = Plate()
    _hammer(outline, 1400)
    inner = Plate()
    _hammer(inner, 1400, thinner=12)
    sheet.print(Plate(solid=True), MUSTARD)
    return sheet.print(tools.along(outline.without(inner)), AUBERGINE)


def _screwdriver(plate: Plate, x: float) -> None:
    plate.block(x - 46, 120, x + 46, 400, round_=40)
    for off in (-18, 18):
        plate.block(x + off - 5, 170, x + off + 5, 350, round_=5, cut=True)
    plate.block(x - 15, 390, x + 15, 720).area(
        [(x - 15, 715), (x + 15, 715), (x + 26, 790), (x - 26, 790)]
    )


def _spanner(plate: Plate, x: float) -> None:
    plate.block(x - 34, 200, x + 34, 700)
    plate.disc(x, 190, 92).disc(x, 716, 78).disc(x, 716, 36, cut=True)
    plate.area([(x - 36, 60), (x + 36, 60), (x + 36, 190), (x, 216), (x - 36, 190)], cut=True)


def _scissors(plate: Plate, x: float) -> None:
    for side in (-1, 1):
        plate.area(
            [(x - side * 66, 110), (x - side * 18, 130), (x + side * 62, 560), (x + side * 24, 580)]
        )
        plate.oval(x + side * 84, 678, 76, 106).oval(x + side * 84, 678, 40, 70, cut=True)
    plate.disc(x, 440, 13, cut=True)


def _iron(plate: Plate, x: float) -> None:
    """A soldering iron, still warm."""
    plate.area([(x - 8, 130), (x + 8, 130), (x + 20, 330), (x - 20, 330)])
    plate.block(x - 40, 330, x + 40, 374, round_=8).block(x - 32, 390, x + 32, 620, round_=26)
    cord = smooth(
        [(x, 610), (x + 6, 690), (x - 66, 740), (x - 30, 800), (x + 60, 790), (x + 96, 910)],
        closed=False,
    )
    plate.stroke(cord, 16)


def _hammer(plate: Plate, x: float, thinner: float = 0) -> None:
    t = thinner
    plate.block(x - 30 + t, 220, x + 30 - t, 800 - t, round_=22)
    plate.block(x - 128 + t, 130 + t, x + 60 - t, 250 - t, round_=14)
    plate.area(
        [
            (x + 40, 140 + t),
            (x + 130 - t * 2, 176 + t),
            (x + 130 - t * 2, 196 - t),
            (x + 40, 240 - t),
        ]
    )


def yanaka() -> Sheet:
    """Yanaka has more cats than cafés. One of them has the roof."""
    sheet = Sheet(PAPER, "yanaka")
    moon = Plate().disc(1090, 290, 215)
    roof = Plate().block(-10, 560, 1610, 910)
    for row in range(4):
        for n in range(-1, 12):
            x, y = 80 + n * 160 + (row % 2) * 80, 622 + row * 84
            roof.stroke(circle(x, y, 74, start=14, end=166), 11, cut=True)
    roof.block(-10, 560, 1610, 606).block(-10, 606, 1610, 615, cut=True)
    cat = _cat()
    sheet.print(moon, MUSTARD)
    return sheet.print(roof.along(cat), AUBERGINE)


def _cat() -> Plate:
    plate = Plate().area(
        smooth(
            [
                (470, 562),
                (452, 470),
                (470, 380),
                (520, 320),
                (600, 310),
                (668, 356),
                (710, 440),
                (722, 562),
            ]
        )
    )
    plate.oval(556, 262, 104, 88)
    plate.area([(470, 220), (462, 118), (540, 186)]).area([(642, 220), (650, 118), (572, 186)])
    tail = smooth([(700, 540), (800, 560), (862, 510), (856, 420), (900, 376)], closed=False)
    plate.stroke(tail, 40)
    for x in (518, 594):
        plate.oval(x, 258, 20, 13, cut=True).oval(x, 258, 5, 13)
    plate.area([(546, 290), (566, 290), (556, 302)], cut=True)
    plate.stroke(
        smooth([(530, 470), (524, 520), (530, 562)], closed=False), 7, cut=True, blunt=True
    )
    return plate


def moss() -> Sheet:
    """Moss in fruit, at the size at which it matters."""
    sheet = Sheet(PAPER, "moss")
    ground = Plate().area([*wave(-20, 1620, 700, 26, 760, 0.2), (1620, 960), (-20, 960)])
    stalks, caps = Plate(), Plate()
    for n, (lean, top) in enumerate(
        ((40, 420), (-30, 300), (60, 380), (10, 270), (-46, 390), (34, 310), (-20, 440))
    ):
        x = 170 + n * 210
        tip = (x + lean, top)
        stalks.stroke(smooth([(x, 760), (x + 6, (760 + top) / 2), tip], closed=False), 12)
        pod = rotated(
            smooth([(0, 20), (-46, -26), (-44, -96), (0, -130), (44, -96), (46, -26)]), lean * 0.4
        )
        caps.area(moved(pod, *tip))
        lid = rotated(
            smooth([(-44, -92), (0, -134), (44, -92), (6, -150), (0, -206), (-6, -150)]), lean * 0.4
        )
        stalks.area(moved(lid, *tip))
    for n in range(27):
        x = -20 + n * 62
        y = 704 + 20 * math.sin(n * 1.3)
        for angle, long in ((-128, 120), (-90, 150), (-52, 120)):
            ground.area(leaf(x, y + 40, long, 40, angle))
    sheet.print(caps, MUSTARD)
    return sheet.print(ground.along(stalks), AUBERGINE)


def footbridge() -> Sheet:
    """The bridge and the bridge in the water: one ring, if the river is quiet."""
    sheet = Sheet(PAPER, "footbridge")
    water = Plate().block(-10, 470, 1610, 910)
    hole = Plate().disc(800, 470, 300)
    bank = Plate().area([(-10, 470), (-10, 300), (300, 330), (420, 470)])
    bank.area([(1610, 470), (1610, 280), (1320, 326), (1180, 470)])
    arch = Plate().disc(800, 470, 372).block(-10, 470, 1610, 910, cut=True)
    deck = smooth([(120, 300), (460, 178), (800, 128), (1140, 178), (1480, 290)], closed=False)
    rail = Plate().stroke([(x, y - 92) for x, y in deck], 12)
    for n in range(3, len(deck) - 2, 4):
        x, y = deck[n]
        rail.stroke([(x, y - 92), (x, y)], 9)
    span = Plate().area([*deck, (1480, 470), (120, 470)]).without(hole)
    below = Plate()
    for row in range(8):
        y = 506 + row * 50
        reach = math.sqrt(max(0.0, 300**2 - (y - 470) ** 2))
        shift = (row % 2) * 18 - 9
        if reach:
            below.block(800 - reach + shift, y - 12, 800 + reach + shift, y + 12, round_=12)
        else:
            below.block(640 + shift, y - 12, 960 + shift, y + 12, round_=12)
    sheet.print(water.without(below), MUSTARD)
    return sheet.print(span.along(rail).along(bank).along(arch.without(hole)), AUBERGINE)


def silent_film() -> Sheet:
    """The beam, and the dust in it."""
    sheet = Sheet(PAPER, "silent film")
    beam = Plate().area([(420, 430), (1620, 60), (1620, 840), (420, 500)])
    dust = Plate()
    for n in range(26):
        x = 640 + (n * 389) % 930
        spread = (x - 420) * 0.29
        dust.disc(x, 455 + spread * math.sin(n * 2.4), 5 + n % 4 * 3)
    body = Plate().block(150, 380, 400, 640, round_=22).block(380, 410, 440, 520, round_=8)
    for x, y, radius in ((190, 230, 150), (420, 292, 104)):
        body.disc(x, y, radius)
    gaps = Plate()
    for x, y, radius in ((190, 230, 150), (420, 292, 104)):
        gaps.ring(x, y, radius + 10, 10)
        for n in range(5):
            gaps.disc(
                *circle(x, y, radius * 0.56, start=n * 72 - 90, end=n * 72 - 90)[0], radius * 0.22
            )
        gaps.disc(x, y, radius * 0.13)
    body.without(gaps)
    body.area([(230, 640), (320, 640), (420, 920), (350, 920), (275, 700), (200, 920), (130, 920)])
    sheet.print(beam.without(dust), MUSTARD)
    return sheet.print(body, AUBERGINE)


def pears() -> Sheet:
    """One whole, one halved: a harvest is for sharing."""
    sheet = Sheet(PAPER, "pears")
    pear = smooth(
        [
            (0, -300),
            (70, -260),
            (96, -150),
            (150, -30),
            (220, 90),
            (210, 220),
            (110, 300),
            (0, 312),
            (-110, 300),
            (-210, 220),
            (-220, 90),
            (-150, -30),
            (-96, -150),
            (-70, -260),
        ]
    )
    whole, half = moved(rotated(pear, -8), 530, 500), moved(rotated(pear, 10), 1080, 500)
    skin = Plate().area(whole).area(half)
    skin.stroke([(572, 214), (600, 120)], 24).stroke([(1028, 214), (1010, 118)], 24)
    skin.area(leaf(600, 150, 190, 84, -12))
    flesh = Plate().area(moved([(x * 0.86, y * 0.9) for x, y in rotated(pear, 10)], 1080, 500))
    core = Plate().stroke(moved(rotated([(0, -220), (4, -20)], 10), 1080, 500), 9)
    for angle in (-26, 26):
        core.area(moved(rotated(leaf(0, 0, 104, 52, 90), 10 + angle), 1062, 520))
    shade = Plate().area(whole).without(Plate().area(moved(whole, 62, -20)))
    sheet.print(Plate(solid=True).without(skin), AUBERGINE)
    sheet.print(skin.copy().without(flesh), MUSTARD)
    return sheet.print(core.along(shade), AUBERGINE)


PICTURES = {
    "repair": repair,
    "yanaka": yanaka,
    "moss": moss,
    "footbridge": footbridge,
    "silent-film": silent_film,
    "pears": pears,
}
