"""bin/bench --best: how long it takes to find the best seats of a hall of 20,000, in milliseconds.

    bin/bench --best
    bin/bench --best --seats 1200

Halls by chance, sold by chance: what is asked for is what a sale asks for, sixteen groups that have
no seat in common. Each state of the hall is looked at once, as a sale does.
"""

import argparse
import random
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

from eventflow.seating import best as finding
from eventflow.seating.best import Rules
from eventflow.seating.hall import Hall
from tests.seating.chance import make_hall

LONGEST_ROW = 40
GROUPS = 16
SIZES = range(1, 9)
TURNS = 20
SOLD = {
    "all free": b"f",
    "a fifth sold": b"ffffs",
    "half sold": b"fs",
    "three quarters sold": b"fsss",
    "nine of ten sold": b"f" + b"s" * 9,
    "nearly all sold": b"f" + b"s" * 200,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench --best", description=__doc__)
    parser.add_argument("--seats", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    hall = make_hall(rng, rows=asked.seats * 2 // LONGEST_ROW, most=LONGEST_ROW)
    for size in SIZES:
        hall.windows(size)  # As when a process reads the hall.
    print(f"{len(hall)} seats, {GROUPS} groups of 1 to 8, ms{'p50':>12}{'p95':>8}{'slowest':>9}")
    for name, letters in SOLD.items():
        _say(name, _taken(hall, lambda n, those=letters: bytes(rng.choices(those, k=n)), _best))
    _say("no two beside each other", _taken(hall, lambda n: (b"fs" * n)[:n], _best))
    half = SOLD["half sold"]
    _say("others near, half sold", _taken(hall, lambda n: bytes(rng.choices(half, k=n)), _others))


def _best(hall: Hall, states: bytes, size: int) -> None:
    finding.best(hall, states, size, most=GROUPS)


def _others(hall: Hall, states: bytes, size: int) -> None:
    middle = len(hall) // 2
    finding.alternatives(hall, states, range(middle, middle + size), rules=Rules())


def _taken(
    hall: Hall, sold: Callable[[int], bytes], find: Callable[[Hall, bytes, int], None]
) -> list[float]:
    took = []
    find(hall, b"f" * len(hall), 1)  # What is worked out once is worked out.
    for _turn in range(TURNS):
        for size in SIZES:
            states = sold(len(hall))
            began = perf_counter()
            find(hall, states, size)
            took.append((perf_counter() - began) * 1000)
    return took


def _say(name: str, took: list[float]) -> None:
    p95 = quantiles(took, n=20)[-1]
    print(f"{name:34}{median(took):12.1f}{p95:8.1f}{max(took):9.1f}", flush=True)


if __name__ == "__main__":
    main()
