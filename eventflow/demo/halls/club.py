"""The club: tables in two bows around a floor to stand on, some of them sold whole, and a bar."""

from typing import Any

from eventflow.demo.halls.pencil import Drawing, Pencil, outline, polar, seated, stage, standing

MIDDLE = 1300.0
STAGE = (MIDDLE, 250.0)

TABLE, WHOLE, BAR, FLOOR = "chair", "whole", "stool", "standing"


def draw() -> Drawing:
    pencil = Pencil()
    return {
        "format": 1,
        "width": MIDDLE * 2,
        "height": 2000,
        "focal": [MIDDLE, 330],
        "categories": [
            {"id": FLOOR, "name": "Standing", "colour": "#a8326d"},
            {"id": TABLE, "name": "Seat at a table", "colour": "#b9761f"},
            {"id": WHOLE, "name": "Corner table, whole", "colour": "#2e7369"},
            {"id": BAR, "name": "Bar stool", "colour": "#4b62a8"},
        ],
        "sections": [
            standing("floor", "Dance floor", FLOOR, 220, _floor()),
            seated("tables", "Tables", TABLE, _tables(pencil), floor=20),
            seated("corners", "Corner tables", WHOLE, _corners(pencil), floor=60),
            seated("bar", "Bar", BAR, _stools(pencil), floor=60),
        ],
        "shapes": [
            pencil.shape("stage", points=_stage(), text="Stage"),
            pencil.shape("rectangle", MIDDLE - 620, 1850, 1240, 90, text="Bar"),
        ],
    }


def _stage() -> list[list[float]]:
    apron = [polar((MIDDLE, -300), 720, (n - 8) * 0.072) for n in range(17)]
    return stage(apron, 60)


def _floor() -> list[list[float]]:
    back = [polar(STAGE, 760, (n - 12) * 0.085) for n in range(25)]
    front = [polar(STAGE, 300, (12 - n) * 0.085) for n in range(25)]
    return outline([*back, *front])


def _tables(pencil: Pencil) -> list[dict[str, Any]]:
    """Seven tables for four in the first bow, six for six in the second."""
    near = [polar(STAGE, 950, (n - 3) * 0.31) for n in range(7)]
    far = [polar(STAGE, 1300, (n - 2.5) * 0.3) for n in range(6)]
    tables = [pencil.round_table(str(n), *at, 4) for n, at in enumerate(near, start=1)]
    tables += [pencil.round_table(str(n), *at, 6) for n, at in enumerate(far, start=8)]
    # Beside the ramp, where chairs are taken away as needed.
    for seat, kind in zip(tables[0]["seats"][:2], ("accessible", "companion"), strict=True):
        seat["kind"] = kind
    return tables


def _corners(pencil: Pencil) -> list[dict[str, Any]]:
    """Four long tables along the walls, each for a party of eight that takes all of it."""
    tables = []
    for n, (x, y) in enumerate(((280, 790), (2320, 790), (330, 1650), (2270, 1650)), start=1):
        spots = [(x - 78, y - 105 + 70 * s) for s in range(4)]
        spots += [(x + 78, y + 105 - 70 * s) for s in range(4)]
        table = {"shape": "long", "x": x, "y": y, "width": 90, "height": 290, "rotation": 0}
        tables.append(pencil.row(f"C{n}", spots, kind="table", whole=True, table=table))
    return tables


def _stools(pencil: Pencil) -> list[dict[str, Any]]:
    return [pencil.row("Bar", [(MIDDLE - 560 + 80 * n, 1800) for n in range(15)])]
