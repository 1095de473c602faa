"""Kiln & Thread: celadon, clay and indigo. Pots as silhouettes, cloth as pattern."""

import math
from random import Random

from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import Point, circle, smooth, spiral, turned

PAPER, CELADON, CLAY, INDIGO = "#f5ecdb", "#5fa08a", "#d2643a", "#24384f"


def first_bowl() -> Sheet:
    """A bowl on the wheel, and the rings that the fingers leave."""
    sheet = Sheet(PAPER, "first bowl")
    bowl = turned([(150, 640), (158, 610), (300, 540), (420, 400), (458, 250), (462, 212)], 800)
    wheel = Plate().oval(800, 700, 560, 86)
    sheet.print(
        Plate(solid=True)
        .area(bowl, cut=True)
        .oval(800, 212, 462, 84, cut=True)
        .oval(800, 690, 560, 86, cut=True),
        CELADON,
    )
    body = Plate().area(bowl).oval(800, 212, 462, 84, cut=True)
    rings = Plate()
    for n in range(7):
        y, reach = 280 + n * 50, 520
        rings.stroke(
            [
                (800 + reach * c, y + 84 * math.sqrt(1 - c * c) - 6 * n)
                for c in (k / 20 for k in range(-20, 21))
            ],
            9 - n * 0.5,
            blunt=True,
        )
    sheet.print(body.without(rings), CLAY)
    inside = Plate().oval(800, 212, 446, 74)
    for n in range(4):
        wide, high = 400 - n * 88, 62 - n * 14
        inside.oval(800, 220 + n * 3, wide, high, cut=True).oval(
            800, 221 + n * 3, wide - 16, high - 5
        )
    sheet.print(inside, INDIGO)
    disc = wheel.copy().area(bowl, cut=True).oval(800, 640, 152, 34, cut=True)
    disc.block(240, 700, 1360, 742).oval(800, 742, 560, 86)
    disc.area(bowl, cut=True).oval(800, 640, 152, 34, cut=True)
    disc.block(690, 790, 910, 960)
    return sheet.print(disc, INDIGO)


def pinch_pots() -> Sheet:
    """Six first pots on two shelves, no two alike."""
    random = Random("six pots")
    pots, dents = Plate(), Plate()
    for row, y in enumerate((398, 806)):
        for n in range(3):
            x = 330 + n * 470
            foot, belly = random.uniform(80, 110), random.uniform(165, 205)
            lip, high = random.uniform(110, 185), random.uniform(190, 280)
            profile = [(foot, y), (foot + 16, y - 8), (belly, y - high * 0.45), (lip, y - high)]
            pots.area(turned(profile, x)).oval(x, y - high, lip, 30)
            if (n + row) % 2:
                dents.oval(x, y - high, lip - 15, 20)
            else:
                pots.oval(x, y - high, lip - 15, 20, cut=True)
            for k in range(3):
                for side in (-1, 0, 1):
                    off = side * belly * 0.55 + (k % 2) * 24 - 12
                    dents.oval(x + off, y - high * (0.2 + k * 0.21), 13, 18)
        pots.block(70, y, 1530, y + 34, round_=6)
    sheet = Sheet(PAPER, "pinch pots")
    sheet.print(Plate(solid=True).without(pots), CLAY)
    return sheet.print(dents.within(pots), INDIGO)


def indigo() -> Sheet:
    """Shibori: each ring was a thread pulled tight while the rest went blue."""
    sheet = Sheet(PAPER, "indigo")
    cloth, random = Plate(solid=True), Random("shibori")
    for row, y in enumerate((225, 675)):
        for n in range(-1, 4):
            x = 240 + n * 460 + row * 230
            for radius, band in ((198, 34), (112, 30)):
                cloth.area(_pulled(x, y, radius, random), cut=True)
                cloth.area(_pulled(x, y, radius - band, random))
            cloth.area(_pulled(x, y, 34, random), cut=True)
    return sheet.print(cloth, INDIGO)


def _pulled(x: float, y: float, radius: float, random: Random) -> list[Point]:
    return smooth(
        [
            circle(x, y, radius * random.uniform(0.92, 1.08), start=n * 30, end=n * 30)[0]
            for n in range(12)
        ]
    )


def sashiko() -> Sheet:
    """A worn place in blue cloth, patched, and the patch made the best of it."""
    sheet = Sheet(PAPER, "sashiko")
    patch = [(250, 100), (1330, 76), (1366, 806), (226, 824)]
    sheet.print(Plate(solid=True).area(patch, cut=True), INDIGO)
    stitches = Plate()
    for column in range(7):
        lean = 1 if column % 2 else -1
        line = [
            (280 + column * 180 + lean * 62 * math.cos((y - 110) / 230 * math.tau), y)
            for y in range(110, 812, 6)
        ]
        for start in range(0, len(line) - 8, 11):
            stitches.stroke(line[start : start + 8], 14)
    for column in range(6):
        for row in range(7):
            if (column + row) % 2 == 0:
                x, y = 370 + column * 180, 110 + row * 115
                stitches.stroke([(x - 30, y), (x + 30, y)], 14)
                stitches.stroke([(x, y - 34), (x, y + 34)], 14)
    inner = Plate().area([(286, 136), (1298, 112), (1332, 772), (262, 788)])
    sheet.print(Plate().area(patch).without(stitches.within(inner)), CLAY)
    hem = Plate()
    corners = [(216, 64), (1362, 40), (1402, 842), (190, 862)]
    for (x, y), (on_x, on_y) in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = 14 if abs(on_x - x) > 500 else 10
        for n in range(steps):
            ends = ((n + 0.2) / steps, (n + 0.72) / steps)
            hem.stroke([(x + (on_x - x) * t, y + (on_y - y) * t) for t in ends], 13)
    return sheet.print(hem, PAPER, opaque=True)


def glaze() -> Sheet:
    """Twelve tiles dipped in two pails; what comes out of the kiln is another matter."""
    sheet = Sheet(PAPER, "glaze")
    random = Random("glaze")
    tiles, green, blue, holes = Plate(), Plate(), Plate(), Plate()
    for row in range(2):
        for n in range(6):
            x, y = 110 + n * 235, 60 + row * 400
            tile = Plate().block(x, y, x + 200, y + 370, round_=18)
            tiles.along(tile)
            first, second = (green, blue) if (n + row) % 2 else (blue, green)
            first.along(_dip(x, y, 110 + random.random() * 130, random).within(tile))
            if (n + row * 2) % 3 == 0:
                second.along(_dip(x, y, 50 + random.random() * 50, random).within(tile))
            holes.disc(x + 100, y + 34, 14)
    sheet.print(tiles.without(holes), CLAY)
    sheet.print(green.without(holes), CELADON, opaque=True)
    return sheet.print(blue.without(holes), INDIGO, opaque=True)


def _dip(x: float, y: float, depth: float, random: Random) -> Plate:
    edge = [
        (x + 200 - n * 40, y + depth + (random.uniform(10, 60) if n % 2 else 0)) for n in range(6)
    ]
    return Plate().area(
        [
            (x - 5, y - 5),
            (x + 205, y - 5),
            *smooth([(x + 205, y + depth), *edge, (x - 5, y + depth)], closed=False),
        ]
    )


def snail() -> Sheet:
    """One long coil of clay, and where it was going."""
    sheet = Sheet(PAPER, "snail")
    ground = Plate().block(-10, 742, 1610, 910)
    shell, body = Plate(), Plate()
    body.area(
        smooth(
            [
                (330, 742),
                (420, 660),
                (620, 640),
                (900, 650),
                (1100, 640),
                (1190, 540),
                (1210, 430),
                (1280, 372),
                (1370, 400),
                (1396, 500),
                (1350, 640),
                (1260, 720),
                (1150, 752),
                (700, 752),
            ]
        )
    )
    for tip in ((1250, 250), (1400, 258)):
        body.stroke([(1310, 420), tip], 22).disc(*tip, 30)
    coil = spiral(790, 420, 18, 318, 3.4, 190)
    shell.disc(*_middle(coil), 300)
    shell = Plate().disc(790, 420, 338)
    groove = Plate().stroke(coil, 17)
    sheet.print(Plate(solid=True).without(body).without(shell).without(ground), CELADON)
    sheet.print(shell.copy().without(groove), CLAY)
    sheet.print(body.without(shell).disc(1338, 452, 12, cut=True), INDIGO)
    trail = Plate()
    for n in range(13):
        trail.block(60 + n * 120, 812, 118 + n * 120, 826, round_=7)
    return sheet.print(ground.without(trail), INDIGO)


def _middle(points: list[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def weaving() -> Sheet:
    """Over, under, over; two colours of weft on one warp."""
    sheet = Sheet(PAPER, "weaving")
    plates = {CELADON: Plate(), CLAY: Plate(), INDIGO: Plate()}
    for row, weft in enumerate((CLAY, CLAY, CELADON, CELADON, CLAY, CLAY)):
        for n in range(-1, 11):
            x, y = 80 + n * 160, 75 + row * 150
            if (n + row) % 2:
                plates[weft].block(x - 105, y - 52, x + 105, y + 52, round_=34)
            else:
                plates[INDIGO].block(x - 46, y - 92, x + 46, y + 92, round_=34)
    for ink, plate in plates.items():
        sheet.print(plate, ink)
    return sheet


PICTURES = {
    "first-bowl": first_bowl,
    "pinch-pots": pinch_pots,
    "indigo": indigo,
    "sashiko": sashiko,
    "glaze": glaze,
    "snail": snail,
    "weaving": weaving,
}
