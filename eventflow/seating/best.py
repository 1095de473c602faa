"""Best available: which free seats are the best ones for so many people.

The promise kept here is that what is found is the best there is by the score of the hall: seats
together, the nearest to what everybody looks at, leaving no single seat that nobody will buy; and
that where there is nothing like that, the next best is said to be so. docs/seating.md has the
order.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import compress, pairwise

from eventflow.seating.hall import Hall, HallRow

TOGETHER = "together"
ACROSS_AISLE = "across_aisle"
TWO_ROWS = "two_rows"

FREE = b"f"
MOST_NEAR = 20
"""Seats of a choice for which others are looked for."""
REACH = 2
"""How many places from an accessible one its companion may sit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Seats for a party: positions in the hall, and how they are placed."""

    positions: tuple[int, ...]
    score: float
    kind: str = TOGETHER
    """`together`; `across_aisle`: in one row with an aisle between; `two_rows`: one party behind
    the other."""
    strands: bool = False
    """It leaves a single seat, as every other choice of its kind would."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Who asks: what they may have."""

    need: bool = False
    """Somebody in the party uses a wheelchair."""
    released: bool = False
    """Accessible and companion places are sold to anybody by now."""
    singles: bool = False
    """Leaving a single seat is all right."""
    elsewhere: bool = False
    """The place for the wheelchair need not be in the choice itself."""


def best(
    hall: Hall,
    states: bytes,
    size: int,
    *,
    tiers: Collection[str] | None = None,
    rules: Rules | None = None,
    most: int = 1,
) -> list[Choice]:
    """The best choices for so many people, the best first, no seat in two of them; of these tiers
    if any are named.

    All of one kind: the next kind only where there is none of the one before.
    """
    rules = rules or Rules()
    usable = _usable(hall, states, tiers, rules)
    strict = hall.no_single_seats and not rules.singles
    order = [(_together, strict), (_together, False), (_across_aisle, strict), (_two_rows, strict)]
    if strict:
        order += [(_across_aisle, False), (_two_rows, False)]
    for find, strictly in order:
        choices = find(hall, states, usable, size, rules, strictly)
        if found := _apart(choices, most):
            if strict and not strictly:
                return [replace(choice, strands=True) for choice in found]
            return found
    return []


def _apart(choices: Iterable[Choice], most: int) -> list[Choice]:
    """The first so many that have no seat in common."""
    found: list[Choice] = []
    seen: set[int] = set()
    for choice in choices:
        if seen.isdisjoint(choice.positions):
            found.append(choice)
            seen.update(choice.positions)
            if len(found) == most:
                break
    return found


def strands(hall: Hall, states: bytes, positions: Collection[int]) -> list[int]:
    """The single seats that this choice would leave: free ones, in a row, that had a free
    neighbour before and have none after. The same rule as in `place_seats`."""
    chosen = set(positions)
    left = []
    for position in sorted({p + step for p in chosen for step in (-1, 1)} - chosen):
        if not 0 <= position < len(hall) or not _counts(hall, states, position):
            continue
        run = hall.run_at(position)
        beside = [p for p in (position - 1, position + 1) if run.start <= p < run.end]
        if not any(p in chosen and run.start <= p < run.end for p in beside):
            continue
        had = any(_counts(hall, states, p) for p in beside)
        has = any(_counts(hall, states, p) and p not in chosen for p in beside)
        if had and not has:
            left.append(position)
    return left


def alternatives(
    hall: Hall,
    states: bytes,
    wanted: Sequence[int],
    *,
    rules: Rules | None = None,
    most: int = 3,
) -> list[Choice]:
    """The choices nearest to one that can't be had: in its tiers first, then in any.

    Where each in its tiers would leave a single seat, those that do: nobody is refused for what
    can't be helped. The same for other tiers, where there is nothing else at all.
    """
    if not 0 < len(wanted) <= MOST_NEAR:
        return []
    rules = _as_named(hall, wanted, rules or Rules())
    loose = replace(rules, singles=True)
    same = frozenset(tier for position in wanted if (tier := hall.tiers[position]))
    found: list[Choice] = []
    for tiers in (same, None):
        _nearest(hall, states, wanted, tiers, rules, most, found)
        if not found:
            _nearest(hall, states, wanted, tiers, loose, most, found)
    return found


def _nearest(
    hall: Hall,
    states: bytes,
    wanted: Sequence[int],
    tiers: Collection[str] | None,
    rules: Rules,
    most: int,
    found: list[Choice],
) -> None:
    """Add what is nearest to `found`: in the section that was asked for, then in the hall."""
    usable = _usable(hall, states, tiers, rules)
    section = hall.sections[hall.rows[hall.row_of[wanted[0]]].section_key]
    for where in (section, range(len(hall))):
        for choice in _near(hall, states, usable, wanted, where, rules):
            if len(found) >= most:
                return
            # Not the same seats shifted by one: another idea each.
            if all(set(choice.positions).isdisjoint(one.positions) for one in found):
                found.append(choice)


def _as_named(hall: Hall, wanted: Sequence[int], rules: Rules) -> Rules:
    """Somebody who needs a place for a wheelchair and names plain seats has it elsewhere."""
    is_plain = all(hall.kinds[position] != "accessible" for position in wanted)
    return replace(rules, elsewhere=True) if rules.need and is_plain else rules


def _near(
    hall: Hall,
    states: bytes,
    usable: bytes,
    wanted: Sequence[int],
    where: range,
    rules: Rules,
) -> Iterator[Choice]:
    """As many neighbours as were wanted, the nearest to those first."""
    size = len(wanted)
    x, y = hall.centre(wanted)
    full = b"\x01" * size
    middle = (size - 1) // 2
    xs, ys = hall.xs, hall.ys
    firsts = [first for first in hall.firsts(size, where) if usable[first : first + size] == full]
    firsts.sort(key=lambda first: (xs[first + middle] - x) ** 2 + (ys[first + middle] - y) ** 2)
    for first in firsts:
        positions = tuple(range(first, first + size))
        if not _is_sold_so(hall, positions, rules):
            continue
        leaves = hall.no_single_seats and bool(strands(hall, states, positions))
        if leaves and not rules.singles:
            continue
        yield Choice(positions, hall.score(positions), strands=leaves)


def some_choice_strands_nobody(
    hall: Hall, states: bytes, wanted: Sequence[int], rules: Rules
) -> bool:
    """Whether as many seats of the same tiers can be had together without leaving a single one."""
    tiers = {tier for position in wanted if (tier := hall.tiers[position])}
    rules = _as_named(hall, wanted, rules)
    usable = _usable(hall, states, tiers, rules)
    return any(_together(hall, states, usable, len(wanted), rules, True))


def whole_left(
    hall: Hall, states: bytes, *, tiers: Collection[str] | None = None, rules: Rules | None = None
) -> list[HallRow]:
    """What is sold only as a whole and can be had: each a choice of its size, and of no other."""
    rules = rules or Rules()
    usable = _usable(hall, states, tiers, rules)
    return [
        hall.rows[run.row]
        for run in hall.runs
        if (row := hall.rows[run.row]).whole
        and (run.start, run.end) == (row.start, row.end)
        and all(usable[row.start : row.end])
        and _is_sold_so(hall, range(row.start, row.end), rules)
    ]


def _usable(hall: Hall, states: bytes, tiers: Collection[str] | None, rules: Rules) -> bytes:
    """1 where a chair is free and may be part of the choice."""
    key = (frozenset(tiers) if tiers is not None else None, rules.need or rules.released)
    mask = hall.masks.get(key)
    if mask is None:
        mask = hall.masks[key] = bytes(
            (tiers is None or tier in tiers) and (kind == "standard" or key[1])
            for tier, kind in zip(hall.tiers, hall.kinds, strict=True)
        )
    free = states.translate(_IS_FREE)
    # One number each, so that the whole hall is one step.
    size = len(mask)
    return (int.from_bytes(mask, "big") & int.from_bytes(free, "big")).to_bytes(size, "big")


_IS_FREE = bytes(1 if code == FREE[0] else 0 for code in range(256))


def _counts(hall: Hall, states: bytes, position: int) -> bool:
    return states[position] == FREE[0] and bool(hall.counts[position])


def _together(
    hall: Hall, states: bytes, usable: bytes, size: int, rules: Rules, strict: bool
) -> Iterator[Choice]:
    """Neighbours in one run, the best first."""
    full = b"\x01" * size
    if full not in usable:
        return
    for first in hall.windows(size):
        if usable[first : first + size] != full:
            continue
        positions = tuple(range(first, first + size))
        if not _is_sold_so(hall, positions, rules):
            continue
        if strict and strands(hall, states, positions):
            continue
        yield Choice(positions, hall.score(positions))


def _is_sold_so(hall: Hall, positions: Sequence[int], rules: Rules) -> bool:
    """Whole tables whole, companions with whom they accompany, and only who needs them."""
    row = hall.rows[hall.row_of[positions[0]]]
    if row.whole and len(positions) < row.end - row.start:
        return False
    accessible = [p for p in positions if hall.kinds[p] == "accessible"]
    if rules.need and not rules.elsewhere and not accessible:
        return False
    return rules.released or all(
        hall.kinds[p] != "companion" or any(_accompanies(hall, p, a) for a in accessible)
        for p in positions
    )


def _accompanies(hall: Hall, companion: int, accessible: int) -> bool:
    return (
        abs(companion - accessible) <= REACH and hall.row_of[companion] == hall.row_of[accessible]
    )


def _across_aisle(
    hall: Hall, states: bytes, usable: bytes, size: int, rules: Rules, strict: bool
) -> Iterator[Choice]:
    """In one row, with an aisle between."""
    found = []
    full = b"\x01" * size
    if full not in usable:
        return
    for row in hall.rows:
        if row.whole:
            continue
        for first in range(row.start, row.end - size + 1):
            if usable[first : first + size] != full:
                continue
            positions = tuple(range(first, first + size))
            if _is_sold_so(hall, positions, rules) and (
                not strict or not strands(hall, states, positions)
            ):
                found.append(Choice(positions, hall.score(positions), ACROSS_AISLE))
    yield from sorted(found, key=lambda choice: (choice.score, choice.positions))


def _two_rows(
    hall: Hall, states: bytes, usable: bytes, size: int, rules: Rules, strict: bool
) -> Iterator[Choice]:
    """In two neighbouring rows of a section, one party behind the other.

    Rows are looked into in the order of the best that they could have, and only as far as asked.
    """
    found: list[tuple[float, tuple[int, ...], Choice]] = []
    for bound, number in _pairs_of_rows(hall, usable, size):
        while found and found[0][0] < bound:
            yield heappop(found)[-1]
        front, back = _blocks(hall, usable, size, number), _blocks(hall, usable, size, number + 1)
        pairs = ((a, b) for n in range(1, size) for a in front[n] for b in back[size - n])
        if choice := _nearest_pair(hall, states, pairs, rules, strict):
            heappush(found, (choice.score, choice.positions, choice))
    while found:
        yield heappop(found)[-1]


def _pairs_of_rows(hall: Hall, usable: bytes, size: int) -> list[tuple[float, int]]:
    """(what no choice there can be better than, the front row) of rows behind each other."""
    free = [usable[row.start : row.end] for row in hall.rows]
    longest = [max(map(len, row.split(b"\0"))) for row in free]
    found = []
    for number, (front, back) in enumerate(pairwise(hall.rows)):
        if not longest[number] or not longest[number + 1]:
            continue
        if longest[number] + longest[number + 1] < size or front.section_key != back.section_key:
            continue
        if front.kind == back.kind == "row":
            a = min(compress(hall.scores[front.start : front.end], free[number]))
            b = min(compress(hall.scores[back.start : back.end], free[number + 1]))
            found.append(((size - 1) * min(a, b) + max(a, b), number))
    return sorted(found)


def _blocks(hall: Hall, usable: bytes, size: int, number: int) -> list[list[range]]:
    """The free neighbours of a row, by how many they are: fewer than the whole party."""
    blocks: list[list[range]] = [[] for _n in range(size)]
    row = hall.rows[number]
    for run in hall.runs_within(row.start, row.end):
        for first in range(run.start, run.end):
            for n in range(1, min(size, run.end - first + 1)):
                if not usable[first + n - 1]:
                    break
                blocks[n].append(range(first, first + n))
    return blocks


def _nearest_pair(
    hall: Hall,
    states: bytes,
    pairs: Iterable[tuple[range, range]],
    rules: Rules,
    strict: bool,
) -> Choice | None:
    best_yet: Choice | None = None
    for a, b in pairs:
        positions = (*a, *b)
        # As near to each other as can be: how far apart they sit counts for everybody.
        score = hall.score(positions) + len(positions) * math.dist(hall.centre(a), hall.centre(b))
        if best_yet is not None and score >= best_yet.score:
            continue
        if _is_sold_so(hall, positions, rules) and (
            not strict or not strands(hall, states, positions)
        ):
            best_yet = Choice(positions, score, TWO_ROWS)
    return best_yet
