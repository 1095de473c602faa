"""The four marks, small and square: legible at forty pixels, by day and in the dark."""

from eventflow.demo.drawing.festival import BLUE, CORAL, YELLOW
from eventflow.demo.drawing.festival import PAPER as SAND
from eventflow.demo.drawing.hall import AUBERGINE, MUSTARD
from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import circle, leaf, mirrored, smooth, turned, wave
from eventflow.demo.drawing.studio import CLAY, INDIGO
from eventflow.demo.drawing.studio import PAPER as LINEN
from eventflow.demo.drawing.theatre import BRASS, WINE

SIZE = (400, 400)
EDGE = 88


def studio() -> Sheet:
    """A jar with a needle's eye, threaded."""
    sheet = Sheet(LINEN, "studio", SIZE)
    ground = Plate(SIZE, solid=True)
    jar = Plate(SIZE).area(turned([(70, 350), (82, 340), (128, 220), (62, 120), (84, 76)], 200))
    jar.block(112, 60, 288, 92, round_=16)
    thread = Plate(SIZE)
    for n in range(5):
        thread.stroke([(104 + n * 44, 218), (126 + n * 44, 218)], 15)
    sheet.print(ground.without(jar), CLAY)
    return sheet.print(thread.within(jar), INDIGO)


def festival() -> Sheet:
    """A sun with wet feet."""
    sheet = Sheet(SAND, "festival", SIZE)
    sun = Plate(SIZE).disc(200, 190, 120)
    sea = Plate(SIZE).area([*wave(-20, 420, 236, 15, 134), (420, 420), (-20, 420)])
    for y in (286, 340):
        crest = wave(-20, 420, y, 15, 134, 0.2)
        sea.area([*crest, *((x, y + 17) for x, y in reversed(crest))], cut=True)
    sheet.print(Plate(SIZE, solid=True).without(sun).without(sea), YELLOW)
    sheet.print(sun.without(sea), CORAL)
    return sheet.print(sea, BLUE)


def hall() -> Sheet:
    """A linden leaf, which is a heart that leans, under a roof."""
    sheet = Sheet("#f6eddc", "hall", SIZE)
    roof = Plate(SIZE).area([(200, 44), (368, 176), (368, 366), (32, 366), (32, 176)])
    door = Plate(SIZE).area([*circle(200, 262, 74, start=180, end=360), (274, 366), (126, 366)])
    frond = Plate(SIZE).area(leaf(200, 364, 150, 92, -90))
    rib = Plate(SIZE).stroke([(200, 366), (200, 250)], 8)
    sheet.print(
        Plate(SIZE, solid=True).without(roof).along(frond.without(rib).within(door)), MUSTARD
    )
    return sheet.print(roof.without(door), AUBERGINE)


def theatre() -> Sheet:
    """A curtain, drawn aside from a lit stage."""
    sheet = Sheet("#f4ebdf", "theatre", SIZE)
    left = [(0, 0), (200, 0), (186, 120), (128, 232), (92, 300), (96, 400), (0, 400)]
    cloth = Plate(SIZE).area(smooth(left)).area(smooth(mirrored(left, 200)))
    cloth.block(0, 0, 400, 60).block(0, 0, 40, 400).block(360, 0, 400, 400)
    for x, y in ((150, 120), (104, 190), (62, 240)):
        fold = smooth([(x + 18, 70), (x, y), (x - 26, y + 70)], closed=False)
        cloth.stroke(fold, 8, cut=True).stroke(mirrored(fold, 200), 8, cut=True)
    light = Plate(SIZE).disc(200, 290, 78).without(cloth)
    light.block(0, 330, 400, 400).without(cloth)
    sheet.print(light, BRASS)
    return sheet.print(cloth, WINE)


LOGOS = {"studio": studio, "festival": festival, "hall": hall, "theatre": theatre}
