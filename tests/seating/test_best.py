"""Best available against brute force, on random half-sold halls."""

import math
import random
import uuid
from itertools import pairwise

import pytest

from eventflow.seating import best as finding
from eventflow.seating import hall as halls
from eventflow.seating.best import Rules
from tests.seating.chance import Chair, make_hall


def brute(hall, states, size, tiers, strict):
    """The lowest score of any neighbours in one run, by looking at every one of them."""
    free = [
        state == ord("f")
        and hall.kinds[p] == "standard"
        and (tiers is None or hall.tiers[p] in tiers)
        for p, state in enumerate(states)
    ]
    scores = []
    for first in range(len(hall) - size + 1):
        those = list(range(first, first + size))
        rows = {hall.row_of[p] for p in those}
        row = hall.rows[hall.row_of[first]]
        if not all(free[p] for p in those) or len(rows) > 1:
            continue
        if any(hall.aisles[p] for p in those[:-1]):
            continue
        if row.whole and size != row.end - row.start:
            continue
        if strict and leaves_single(hall, states, set(those)):
            continue
        scores.append(sum(hall.scores[p] for p in those))
    return min(scores, default=None)


def brute_behind(hall, states, size, strict):
    """The lowest score of any party in two rows behind each other, by looking at every one."""
    scores = []
    for front, back in pairwise(hall.rows):
        if front.section_key != back.section_key or {front.kind, back.kind} != {"row"}:
            continue
        for n in range(1, size):
            for a in range(front.start, front.end - n + 1):
                for b in range(back.start, back.end - (size - n) + 1):
                    parts = range(a, a + n), range(b, b + size - n)
                    those = [p for part in parts for p in part]
                    if any(states[p] != ord("f") for p in those):
                        continue
                    if any(hall.aisles[p] for part in parts for p in part[:-1]):
                        continue
                    if strict and leaves_single(hall, states, set(those)):
                        continue
                    apart = math.dist(*(hall.centre(part) for part in parts))
                    scores.append(sum(hall.scores[p] for p in those) + size * apart)
    return min(scores, default=None)


def leaves_single(hall, states, chosen):
    def plain(p, row):
        return (
            0 <= p < len(hall)
            and hall.row_of[p] == row
            and states[p] == ord("f")
            and hall.kinds[p] == "standard"
            and hall.rows[row].kind == "row"
        )

    for p in range(len(hall)):
        row = hall.row_of[p]
        if p in chosen or not plain(p, row):
            continue
        beside = []
        if p > 0 and not hall.aisles[p - 1]:
            beside.append(p - 1)
        if not hall.aisles[p]:
            beside.append(p + 1)
        had = [q for q in beside if plain(q, row)]
        if had and all(q in chosen for q in had):
            return True
    return False


@pytest.mark.parametrize("seed", range(60))
def test_the_best_is_as_good_as_brute_force_finds(seed):
    rng = random.Random(seed)
    hall = make_hall(rng, rows=rng.randint(1, 12), most=14)
    states = bytes(rng.choice(b"fffshb" if seed % 2 else b"fshb") for _chair in range(len(hall)))
    for size in range(1, 7):
        for tiers in (None, {"a"}, {"a", "b"}):
            wanted = brute(hall, states, size, tiers, True)
            strands = False
            if wanted is None:
                wanted, strands = brute(hall, states, size, tiers, False), True
            found = finding.best(hall, states, size, tiers=tiers)
            if wanted is None:
                assert not found or found[0].kind != finding.TOGETHER
                continue
            assert found[0].kind == finding.TOGETHER
            assert found[0].strands is strands
            assert found[0].score == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(30))
def test_whoever_strands_a_single_seat_is_seen_whatever_is_chosen(seed):
    rng = random.Random(seed)
    hall = make_hall(rng, rows=4, most=10)
    states = bytes(rng.choice(b"ffffs") for _chair in range(len(hall)))
    free = [p for p, state in enumerate(states) if state == ord("f")]
    for _turn in range(40):
        chosen = rng.sample(free, min(len(free), rng.randint(1, 6)))
        found = finding.strands(hall, states, chosen)
        assert bool(found) is leaves_single(hall, states, set(chosen))


def test_across_an_aisle_is_said_to_be_so():
    hall = straight([6], aisles={2})
    found = finding.best(hall, b"sffffs", 4)

    assert (found[0].kind, found[0].positions) == (finding.ACROSS_AISLE, (1, 2, 3, 4))


def test_two_rows_come_before_a_refusal():
    hall = straight([4, 4])
    found = finding.best(hall, b"sffs" + b"sffs", 4)

    assert (found[0].kind, found[0].positions) == (finding.TWO_ROWS, (1, 2, 5, 6))


@pytest.mark.parametrize("seed", range(60))
def test_two_rows_are_as_good_as_brute_force_finds(seed):
    rng = random.Random(seed)
    hall = make_hall(rng, rows=rng.randint(2, 12), most=9, special=0)
    states = bytes(rng.choice(b"fs" if seed % 2 else b"fsss") for _chair in range(len(hall)))
    for size in range(2, 7):
        found = finding.best(hall, states, size)
        if not found or found[0].kind != finding.TWO_ROWS:
            continue
        wanted = brute_behind(hall, states, size, strict=not found[0].strands)
        assert found[0].score == pytest.approx(wanted)
        if found[0].strands:
            assert brute_behind(hall, states, size, strict=True) is None


def test_nothing_is_found_where_there_is_nothing():
    hall = straight([4, 4])

    assert finding.best(hall, b"sfss" + b"ssss", 2) == []


def test_accessible_places_are_for_those_who_need_them():
    hall = straight([4], kinds={0: "accessible", 1: "companion"})

    assert finding.best(hall, b"ffff", 2)[0].positions == (2, 3)
    assert finding.best(hall, b"ffff", 2, rules=Rules(need=True))[0].positions == (0, 1)


def test_the_nearest_others_come_first_and_differ():
    hall = straight([10, 10])
    found = finding.alternatives(hall, b"ffffss" + b"f" * 14, [4, 5])

    assert found[0].positions in ((2, 3), (6, 7), (14, 15))
    assert len({p for choice in found for p in choice.positions}) == 6


def takable(hall, states, size, tiers, rules, named_accessible):
    """Every group of neighbours that the box office would sell: (strands, section, positions)."""
    found = []
    for first in range(len(hall) - size + 1):
        those = list(range(first, first + size))
        row = hall.rows[hall.row_of[first]]
        kinds = [hall.kinds[p] for p in those]
        chairs = [p for p, kind in zip(those, kinds, strict=True) if kind == "accessible"]
        if (
            any(states[p] != ord("f") or (tiers and hall.tiers[p] not in tiers) for p in those)
            or those[-1] >= row.end
            or any(hall.aisles[p] for p in those[:-1])
            or (row.whole and size != row.end - row.start)
            or (set(kinds) != {"standard"} and not rules.need and not rules.released)
            or (rules.need and named_accessible and not chairs)
        ):
            continue
        if not rules.released and any(
            kind == "companion" and not any(abs(p - a) <= 2 for a in chairs)
            for p, kind in zip(those, kinds, strict=True)
        ):
            continue
        found.append((leaves_single(hall, states, set(those)), row.section_key, tuple(those)))
    return found


@pytest.mark.parametrize("seed", range(150))
def test_alternatives_are_the_nearest_that_brute_force_finds(seed):
    rng = random.Random(seed)
    hall = make_hall(rng, rows=rng.randint(1, 10), most=9, special=rng.choice([0.1, 0.4]))
    for states in (
        bytes(rng.choice(b"fshb" if seed % 2 else b"ffsh") for _chair in range(len(hall)))
        for _turn in range(4)
    ):
        rules = Rules(need=rng.random() < 0.5, released=rng.random() < 0.2)
        size = rng.randint(1, min(4, len(hall)))
        wanted = rng.sample(range(len(hall)), size)
        named_accessible = any(hall.kinds[p] == "accessible" for p in wanted)
        section = hall.rows[hall.row_of[wanted[0]]].section_key
        middle = hall.centre(wanted)

        def far(positions, size=size, middle=middle):
            first = positions[(size - 1) // 2]
            return math.dist((hall.xs[first], hall.ys[first]), middle)

        nearest = None
        for tiers in ({hall.tiers[p] for p in wanted}, None):
            groups = takable(hall, states, size, tiers, rules, named_accessible)
            plain = [group for group in groups if not group[0]] or groups
            if plain:
                nearest = min((where != section, far(those)) for _s, where, those in plain)
                break
        found = finding.alternatives(hall, states, wanted, rules=rules)
        if nearest is None:
            assert not found
            continue
        assert found, (seed, wanted, states, rules)
        row = hall.rows[hall.row_of[found[0].positions[0]]]
        there = (row.section_key != section, far(found[0].positions))
        assert there == pytest.approx(nearest)
        sold = {those for _s, _where, those in takable(
            hall, states, size, None, rules, named_accessible
        )}  # fmt: skip
        assert all(one.positions in sold for one in found)


def test_who_needs_a_wheelchair_place_elsewhere_is_told_of_plain_seats():
    hall = straight([6, 6], kinds={0: "accessible", 1: "companion"})

    found = finding.alternatives(hall, b"ssffff" + b"ffffff", [2, 3], rules=Rules(need=True))

    assert found[0].positions == (2, 3)


def test_stating_a_need_is_no_way_around_single_seats():
    hall = straight([5, 5], kinds={0: "accessible"})
    states = b"sffff" + b"fffff"

    assert finding.some_choice_strands_nobody(hall, states, [2, 3], Rules(need=True))


def test_after_their_release_accessible_places_are_for_everybody():
    hall = straight([4], kinds={0: "accessible", 1: "companion"})

    assert finding.best(hall, b"ffss", 2) == []
    found = finding.best(hall, b"ffss", 2, rules=Rules(released=True))
    assert found[0].positions == (0, 1)
    assert finding.best(hall, b"ssff", 2, rules=Rules(need=True, released=True)) == []


def straight(lengths, *, aisles=(), kinds=None):
    kinds = kinds or {}
    chairs = []
    for row, count in enumerate(lengths):
        for n in range(count):
            p = len(chairs)
            chairs.append(
                Chair(
                    str(p), str(p), str(n), n * 50 - count * 25, row * 90.0, "a", "c",
                    kinds.get(p, "standard"), "", p in aisles, f"r{row}", str(row), "row", False,
                    "s", "S", str(p),
                )
            )  # fmt: skip
    return halls.build(event_id=uuid.uuid4(), version=1, focal=(0, -300), seats=chairs)
