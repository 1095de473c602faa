"""The outlines that chairs and sections are drawn with, as SVG paths.

Each price category has an outline of its own, so that two can be told apart without their
colours; all have about the same area, so that none looks dearer than another.
"""

from collections.abc import Sequence
from math import cos, pi, sin

from flask import Flask

from eventflow.seating.plan import Plan, Point, corners


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(outline=outline)
    app.jinja_env.globals.update(chair_shapes=chair_shapes, stage_corners=corners)


def chair_shapes(plan: Plan) -> list[str]:
    """The six outlines around 0 0, as large as the chairs of this hall may be."""
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
    return f"M{-r:.1f} 0a{r} {r} 0 1 0 {2 * r:.1f} 0a{r} {r} 0 1 0 {-2 * r:.1f} 0z"


def _polygon(corners_: int, r: float, turn: float) -> str:
    points = [
        f"{r * sin(turn + 2 * pi * n / corners_):.1f} {-r * cos(turn + 2 * pi * n / corners_):.1f}"
        for n in range(corners_)
    ]
    return "M" + " ".join(points) + "z"


def _shield(r: float) -> str:
    """The back of a chair: round above, straight below."""
    return f"M{-r:.1f} {r * 0.85:.1f}V0a{r:.1f} {r:.1f} 0 0 1 {2 * r:.1f} 0V{r * 0.85:.1f}z"
