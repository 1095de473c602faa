"""The outlines that chairs and sections are drawn with, as SVG paths.

Each price category has an outline of its own, so that two can be told apart without their
colours; all have about the same area, so that none looks dearer than another.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sin

from flask import Flask

from eventflow.seating.plan import Plan, Point, corners


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(outline=outline)
    app.jinja_env.globals.update(chair_shapes=chair_shapes, stage_corners=corners)


def chair_shapes(plan: Plan) -> list[str]:
    """The six outlines around 0 0, as large as the chairs of this hall may be.

    Only where one begins is a place; from there on all is relative, so that a chair is moved by
    beginning elsewhere. What has a decimal is a length, the first two being the place; they become
    less where a chair is smaller (`static/js/section-drawing.js`).
    """
    r = round(plan.pitch * 0.41, 1)
    return [
        _ring(r),
        _polygon(4, r * 1.2, pi / 4),
        _polygon(6, r * 1.12, 0),
        _polygon(4, r * 1.25, 0),
        _shield(r * 1.02),
        _polygon(8, r * 1.06, pi / 8),
    ]


def outline(pieces: Sequence[Sequence[Point]]) -> str:
    """Pieces of ground as one path."""
    return "".join(
        "M" + " ".join(f"{x:.0f} {y:.0f}" for x, y in piece) + "z" for piece in pieces if piece
    )


def _ring(r: float) -> str:
    return f"M{-r:.1f} 0.0a{r} {r} 0 1 0 {2 * r:.1f} 0a{r} {r} 0 1 0 {-2 * r:.1f} 0z"


def _polygon(corners_: int, r: float, turn: float) -> str:
    angles = [turn + 2 * pi * n / corners_ for n in range(corners_)]
    points = [(r * sin(angle), -r * cos(angle)) for angle in angles]
    ways = pairwise(points)
    sides = " ".join(
        f"{x - before_x:.1f} {y - before_y:.1f}" for (before_x, before_y), (x, y) in ways
    )
    return f"M{points[0][0]:.1f} {points[0][1]:.1f}l{sides}z"


def _shield(r: float) -> str:
    """The back of a chair: round above, straight below."""
    side = r * 0.85
    return f"M{-r:.1f} {side:.1f}v{-side:.1f}a{r:.1f} {r:.1f} 0 0 1 {2 * r:.1f} 0v{side:.1f}z"
