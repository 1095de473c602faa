"""Shapes: smooth outlines from few points, things turned on a wheel, waves and blades."""

import math
from collections.abc import Sequence

Point = tuple[float, float]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """A curve through all the points (Catmull-Rom)."""
    count = len(points)
    found: list[Point] = []
    for index in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(index + n) % count] for n in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(index + n, 0), count - 1)] for n in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            found.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    if not closed:
        found.append(points[-1])
    return found


def turned(profile: Sequence[Point], x: float) -> list[Point]:
    """What a potter's wheel makes of a profile: (radius, height) pairs mirrored about `x`."""
    line = smooth(profile, closed=False)
    return [(x + r, y) for r, y in line] + [(x - r, y) for r, y in reversed(line)]


def circle(x: float, y: float, radius: float, *, start: float = 0, end: float = 360) -> list[Point]:
    """An arc in degrees, clockwise from the right; whole by default."""
    steps = max(8, round(abs(end - start) / 3))
    return [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for step in range(steps + 1)
        for angle in (math.radians(start + (end - start) * step / steps),)
    ]


def wave(
    left: float, right: float, y: float, height: float, length: float, phase: float = 0
) -> list[Point]:
    """A line that swings `height` to either side of `y`."""
    return [
        (x, y + height * math.sin((x / length + phase) * math.tau))
        for x in range(round(left), round(right) + 1, 8)
    ]


def spiral(
    x: float, y: float, inner: float, outer: float, turns: float, start: float = 0
) -> list[Point]:
    steps = round(turns * 60)
    return [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for step in range(steps + 1)
        for radius in (inner + (outer - inner) * step / steps,)
        for angle in (math.radians(start) + math.tau * turns * step / steps,)
    ]


def leaf(x: float, y: float, length: float, width: float, degrees: float) -> list[Point]:
    """A blade from (x, y) outwards, pointed at both ends."""
    along = [(t / 16, math.sin(math.pi * t / 16) * width / 2) for t in range(17)]
    outline = [(t * length, w) for t, w in along] + [(t * length, -w) for t, w in reversed(along)]
    return moved(rotated(outline, degrees), x, y)


def star(
    x: float, y: float, points: int, outer: float, inner: float, degrees: float = 0
) -> list[Point]:
    return [
        (x + radius * math.cos(angle), y + radius * math.sin(angle))
        for n in range(points * 2)
        for radius in (outer if n % 2 == 0 else inner,)
        for angle in (math.radians(degrees) + math.pi * n / points,)
    ]


def rotated(points: Sequence[Point], degrees: float, centre: Point = (0, 0)) -> list[Point]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    cx, cy = centre
    return [
        (cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos)
        for x, y in points
    ]


def moved(points: Sequence[Point], dx: float, dy: float, scale: float = 1) -> list[Point]:
    return [(dx + x * scale, dy + y * scale) for x, y in points]


def mirrored(points: Sequence[Point], x: float) -> list[Point]:
    return [(2 * x - px, y) for px, y in points]


def bounds(points: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
    )
