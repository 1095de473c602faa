"""The view from the seat: a simple perspective drawing, computed from the plan.

The eye is where a head would be in that chair and looks at what everybody looks at. The stage and
the heads in front are put on paper the way a window would show them: the farther away, the
smaller, and the farthest is drawn first. It promises no more than the drawing knows: heights of
floors, the rake of the rows, the shape of the stage.
"""

from dataclasses import dataclass
from math import atan2, degrees, hypot

from eventflow.seating.plan import Bank, Chair, Plan, Point

WIDTH, HEIGHT = 480, 300
EYE = 118.0
"""Centimetres from the floor to the eye of somebody who sits."""
CROWN = 124.0
"""And to the top of the head in front."""
HEAD = 11.0
SHOULDERS = 21.0
STAGE = 100.0
"""How high a stage is built, where the drawing's heights are counted from its foot."""
WALL = 520.0
"""How high the opening above the stage is drawn."""
NEAR = 45.0
MOST_HEADS = 140
ANGLE = 0.62
"""Half of what the picture is wide, for something one unit away."""


@dataclass(frozen=True, slots=True)
class Head:
    x: float
    y: float
    r: float
    shade: int
    """0 nearest … 4 farthest: the farther away, the paler."""


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn, in the picture's own measure, and what to say of it."""

    backdrop: str
    stage: tuple[str, ...]
    fronts: tuple[str, ...]
    players: tuple[str, ...]
    """Three people on the stage, for scale."""
    horizon: float
    heads: tuple[Head, ...]
    metres: int
    """To the point everybody looks at."""
    side: str
    """From where one looks at it: left, right or middle, as one faces it."""
    above: float
    """How high one sits above the stage's floor, in metres."""


def view(plan: Plan, bank: Bank, chair: Chair) -> View:
    """What somebody in this chair sees."""
    window = _Window(plan, bank, chair)
    stages = plan.stages() or [_spot(plan.focal)]
    tops, fronts = [], []
    for outline in stages:
        tops.append(window.outline([(x, y, STAGE) for x, y in outline]))
        for (ax, ay), (bx, by) in zip(outline, outline[1:] + outline[:1], strict=True):
            fronts.append(
                window.outline([(ax, ay, 0), (bx, by, 0), (bx, by, STAGE), (ax, ay, STAGE)])
            )

    here = (chair.x, chair.y)
    return View(
        backdrop=_backdrop(plan, window),
        stage=tuple(path for path in tops if path),
        fronts=tuple(path for path in fronts if path),
        players=_players(plan, window),
        horizon=window.horizon,
        heads=_heads(plan, window, chair),
        metres=max(1, round(hypot(here[0] - plan.focal[0], here[1] - plan.focal[1]) / 100)),
        side=_side(plan, stages, here),
        above=max(0.0, (bank.height + EYE - STAGE) / 100),
    )


class _Window:
    """From centimetres in the hall to the picture, by the eye of one chair."""

    def __init__(self, plan: Plan, bank: Bank, chair: Chair) -> None:
        self.x, self.y, self.z = chair.x, chair.y, bank.height + EYE
        ahead = (plan.focal[0] - chair.x, plan.focal[1] - chair.y)
        self.far = max(hypot(*ahead), 60.0)
        self.forward = (ahead[0] / self.far, ahead[1] / self.far) if any(ahead) else (0.0, -1.0)
        # A wide look from far away would make the stage a speck; one leans forward a little.
        self.scale = WIDTH / 2 / ANGLE * min(2.4, max(1.0, self.far / 1800))
        # The look goes to a performer's chest; the picture shifts instead of tilting, so that
        # what stands upright stays upright.
        self.horizon = HEIGHT * 0.44 - self.scale * (self.z - STAGE - 110) / self.far

    def depth(self, x: float, y: float) -> float:
        return (x - self.x) * self.forward[0] + (y - self.y) * self.forward[1]

    def point(self, x: float, y: float, z: float) -> Point:
        depth = max(self.depth(x, y), NEAR)
        aside = (x - self.x) * -self.forward[1] + (y - self.y) * self.forward[0]
        across = WIDTH / 2 + self.scale * aside / depth
        return across, self.horizon + self.scale * (self.z - z) / depth

    def outline(self, points: list[tuple[float, float, float]]) -> str:
        """A surface, cut off where it would be behind the eye; empty if all of it is."""
        kept: list[tuple[float, float, float]] = []
        for one, other in zip(points, points[1:] + points[:1], strict=True):
            near, next_ = self.depth(one[0], one[1]), self.depth(other[0], other[1])
            if near >= NEAR:
                kept.append(one)
            if (near < NEAR) != (next_ < NEAR):
                part = (NEAR - near) / (next_ - near)
                kept.append(
                    (
                        one[0] + part * (other[0] - one[0]),
                        one[1] + part * (other[1] - one[1]),
                        one[2] + part * (other[2] - one[2]),
                    )
                )
        return path([self.point(*point) for point in kept]) if len(kept) > 2 else ""


def path(points: list[Point]) -> str:
    return "M" + "L".join(f"{_clip(x):.0f} {_clip(y):.0f}" for x, y in points) + "z"


def _clip(value: float) -> float:
    return max(-2000.0, min(2000.0, value))


def _backdrop(plan: Plan, window: _Window) -> str:
    """The wall behind the stage, where there is one; nothing in a theatre in the round."""
    if plan.back_wall is None:
        return ""
    (ax, ay), (bx, by) = plan.back_wall
    return window.outline([(ax, ay, STAGE), (bx, by, STAGE), (bx, by, WALL), (ax, ay, WALL)])


def _players(plan: Plan, window: _Window) -> tuple[str, ...]:
    x, y = plan.focal
    aside = (-window.forward[1], window.forward[0])
    figures = []
    for step, back in ((-170, 60), (0, 0), (170, 60)):
        px = x + aside[0] * step + window.forward[0] * back
        py = y + aside[1] * step + window.forward[1] * back
        foot, crown = window.point(px, py, STAGE), window.point(px, py, STAGE + 172)
        unit = (foot[1] - crown[1]) / 17.2
        if window.depth(px, py) < NEAR or unit <= 0:
            continue
        figures.append(_figure(foot[0], crown[1], unit))
    return tuple(figures)


def _figure(x: float, top: float, unit: float) -> str:
    """A head, shoulders and a long coat; `unit` is ten centimetres."""
    r = unit * 1.15
    return (
        f"M{x - r:.1f} {top + r:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0"
        f"a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0z"
        f"M{x - unit * 2.1:.1f} {top + unit * 4.2:.1f}q0 {-unit * 1.5:.1f} {unit * 2.1:.1f} "
        f"{-unit * 1.5:.1f}t{unit * 2.1:.1f} {unit * 1.5:.1f}l{-unit * 0.6:.1f} {unit * 6:.1f}"
        f"v{unit * 7:.1f}h{-unit * 3:.1f}v{-unit * 7:.1f}z"
    )


def _heads(plan: Plan, window: _Window, chair: Chair) -> tuple[Head, ...]:
    """Those who sit in front, as far as they are in the picture, the farthest first."""
    seen: list[tuple[float, Head]] = []
    for block in plan.blocks:
        for bank in block.banks:
            if bank.height + EYE > window.z + 60:
                continue  # A gallery above: its floor would hide them.
            for other in bank.chairs:
                depth = window.depth(other.x, other.y)
                if other is chair or depth < 55 or depth > window.far:
                    continue
                x, y = window.point(other.x, other.y, bank.height + CROWN - HEAD)
                r = window.scale * HEAD / depth
                if -r < x < WIDTH + r and y - r < HEIGHT and r > 1.2:
                    seen.append((depth, Head(round(x, 1), round(y, 1), round(r, 1), 0)))
    seen.sort(key=lambda one: one[0])
    near = seen[:MOST_HEADS]
    deepest = near[-1][0] if near else 1.0
    return tuple(
        Head(head.x, head.y, head.r, min(4, int(5 * depth / deepest)))
        for depth, head in reversed(near)
    )


def _side(plan: Plan, stages: list[tuple[Point, ...]], here: Point) -> str:
    """As one faces it, by the way from the middle of the stage to the point one looks at."""
    corners = [corner for outline in stages for corner in outline]
    middle = (
        sum(corner[0] for corner in corners) / len(corners),
        min(corner[1] for corner in corners) - 300,
    )
    out = atan2(plan.focal[1] - middle[1], plan.focal[0] - middle[0])
    to = atan2(here[1] - plan.focal[1], here[0] - plan.focal[0])
    turned = (degrees(to - out) + 180) % 360 - 180
    if abs(turned) < 12:
        return "middle"
    return "left" if turned > 0 else "right"


def _spot(focal: Point) -> tuple[Point, ...]:
    """A small stage where none is drawn, so that there is something to look at."""
    x, y = focal
    return (x - 300, y - 200), (x + 300, y - 200), (x + 300, y + 200), (x - 300, y + 200)
