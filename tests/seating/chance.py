"""Halls by chance, sold by chance: what best available is tried on."""

import random
import uuid
from dataclasses import dataclass

from eventflow.seating import hall as halls


@dataclass
class Chair:
    id: str
    key: str
    number: str
    x: float
    y: float
    tier_id: str
    category: str
    kind: str
    note: str
    aisle_after: bool
    row_key: str
    row_label: str
    row_kind: str
    whole: bool
    section_key: str
    section: str
    label: str


def make_hall(
    rng: random.Random, rows: int, most: int, *, no_singles: bool = True, special: float = 0.05
) -> halls.Hall:
    chairs = []
    for row in range(rows):
        count = rng.randint(1, most)
        tier = rng.choice("ab")
        kind_of_row = "table" if rng.random() < 0.1 else "row"
        whole = kind_of_row == "table" and rng.random() < 0.5
        for n in range(count):
            chairs.append(
                Chair(
                    f"{row}-{n}",
                    f"{row}-{n}",
                    str(n),
                    n * 50 - count * 25 + rng.random(),
                    row * 90.0,
                    tier if rng.random() < 0.9 else "ab"[rng.randint(0, 1)],
                    "c",
                    rng.choice(["accessible", "companion"])
                    if rng.random() < special
                    else "standard",
                    "",
                    rng.random() < 0.15,
                    f"r{row}",
                    str(row),
                    kind_of_row,
                    whole,
                    f"s{row // 4}",
                    f"S{row // 4}",
                    f"{row}-{n}",
                )
            )
    return halls.build(
        event_id=uuid.uuid4(), version=1, focal=(0, -300), seats=chairs, no_single_seats=no_singles
    )
