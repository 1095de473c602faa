"""The Halcyon: wine and ink on playbill paper."""

import math
from random import Random

from eventflow.demo.drawing.press import Plate, Sheet
from eventflow.demo.drawing.shapes import circle, mirrored, smooth, wave

PAPER, WINE, INK, BRASS = "#f4ebdf", "#a32a49", "#20294a", "#d79a3b"


def winters_tale() -> Sheet:
    """Exit, pursued by: the bear against a low sun, and it snows."""
    sheet = Sheet(PAPER, "winters-tale")
    snow, random = Plate(), Random("snow")
    for _n in range(150):
        snow.disc(random.uniform(0, 1600), random.uniform(0, 900), random.uniform(4, 11))
    sun = Plate().disc(980, 400, 330)
    bear = Plate().area(_bear())
    bear.disc(592, 262, 9, cut=True)
    ground = [*wave(-10, 1610, 770, 22, 1500, 0.1), (1610, 910), (-10, 910)]
    bear.area(ground)
    sheet.print(sun.without(snow), WINE)
    return sheet.print(bear.without(snow), INK)


def _bear() -> list[tuple[float, float]]:
    """Walking to the left, head low."""
    return smooth(
        [
            *((430, 352), (452, 306), (520, 262), (560, 226), (566, 182), (604, 174), (632, 214)),
            *((700, 214), (790, 168), (900, 190), (1010, 214), (1110, 232), (1190, 300)),
            *((1226, 410), (1222, 520), (1250, 640), (1262, 740), (1290, 790), (1180, 792)),
            *((1140, 700), (1090, 600), (1060, 700), (1080, 790), (970, 792), (960, 680)),
            *((930, 570), (830, 560), (770, 600), (776, 700), (800, 790), (690, 792)),
            *((668, 690), (640, 600), (604, 690), (610, 790), (506, 792), (520, 680)),
            *((560, 560), (566, 460), (540, 400), (490, 388), (448, 384)),
        ]
    )


def long_dark() -> Sheet:
    """Two curtains of light, and all else dark."""
    sheet = Sheet("#e9eee6", "long-dark")
    near, far, stars = Plate(), Plate(), Plate()
    random = Random("aurora")
    for plate, base, phase in ((far, 420, 0.1), (near, 560, 0.55)):
        for x in range(-40, 1660, 34):
            swing = math.sin((x / 760 + phase) * math.tau)
            foot = base + 90 * swing + 30 * math.sin(x / 90)
            top = foot - random.uniform(230, 430) - 70 * math.cos((x / 520 + phase) * math.tau)
            lean = 34
            plate.area(
                [(x, foot), (x + 25, foot + 6), (x + 25 + lean, top + 12), (x + 6 + lean, top)]
            )
    for _n in range(60):
        stars.disc(random.uniform(0, 1600), random.uniform(0, 640), random.uniform(2.5, 6))
    sky = Plate(solid=True).without(stars).without(near).without(far)
    sheet.print(far, "#4fae9c").print(near, "#b8cf5a")
    return sheet.print(sky, INK)


def late_set() -> Sheet:
    """An owl at night, whose eyes are cymbals."""
    sheet = Sheet(PAPER, "late-set")
    eyes, face = Plate(), Plate(solid=True)
    for x in (540, 1060):
        eyes.disc(x, 420, 236)
        for radius in (206, 172, 138):
            eyes.ring(x, 420, radius, 6, cut=True)
        face.disc(x, 420, 244, cut=True)
    for x in (540, 1060):
        face.disc(x, 420, 88)
        eyes.disc(x, 420, 88, cut=True)
        eyes.disc(x + 30, 388, 20)
    brow = [(800, 300), (560, 96), (180, 40), (420, 168), (640, 300), (770, 470)]
    feathers = Plate().area(brow).area(mirrored(brow, 800))
    beak = Plate().area(smooth([(800, 452), (868, 540), (800, 700), (732, 540)]))
    face = face.without(feathers).without(beak)
    for row in range(3):
        for n in range(-6, 7):
            x, y = 800 + n * 128 + (row % 2) * 64, 730 + row * 74
            face.stroke(circle(x, y, 50, start=20, end=160), 8, cut=True)
    sheet.print(eyes.along(beak), BRASS)
    sheet.print(feathers, WINE)
    return sheet.print(face, INK)


PICTURES = {"winters-tale": winters_tale, "long-dark": long_dark, "late-set": late_set}
