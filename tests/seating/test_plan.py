"""Plans: what stays the same of a hall however the sale goes, and the view from its chairs."""

import re

import pytest

from eventflow.seating import plan, view
from tests.seating import halls


@pytest.fixture(scope="module")
def theatre():
    return plan.draw(halls.theatre())


def test_positions_count_the_chairs_in_the_order_of_the_drawing(theatre):
    positions = [chair.position for block in theatre.blocks for chair in block.chairs()]

    assert positions == list(range(1200))
    assert [(block.key, block.first, block.end) for block in theatre.blocks] == [
        ("stalls", 0, 720),
        ("circle", 720, 1080),
        ("boxes", 1080, 1200),
    ]


def test_a_run_ends_at_an_aisle(theatre):
    row = theatre.block("stalls").banks[0]

    assert [len(run) for run in row.runs()] == [9, 18, 9]


def test_a_chair_costs_what_its_own_category_says_before_its_sections(theatre):
    stalls = theatre.block("stalls")

    assert stalls.banks[0].chairs[0].category == "premium"
    assert stalls.banks[8].chairs[0].category == "stalls"
    assert stalls.categories == ("stalls", "premium")


def test_categories_differ_by_letter_and_outline_not_only_by_colour(theatre):
    found = list(theatre.categories.values())

    assert [one.letter for one in found] == ["A", "B", "C", "D"]
    assert len({one.shape for one in found}) == 4


def test_the_twenty_seventh_category_has_a_letter_too():
    assert plan.Category("x", "X", "#000000", 26).letter == "AA"


def test_an_outline_nobody_drew_follows_the_rows(theatre):
    [ribbon] = theatre.block("stalls").pieces
    left, top, right, bottom = theatre.block("stalls").box

    for chair in theatre.block("stalls").chairs():
        assert left - 1 <= chair.x <= right + 1
        assert top - 1 <= chair.y <= bottom + 1
    assert len(ribbon) < 40
    assert len(theatre.block("boxes").pieces) == 12


def test_rows_numbered_to_and_fro_make_one_ribbon_all_the_same():
    drawing = halls.room(rows=4, seats=6)
    for row in drawing["sections"][0]["rows"][1::2]:
        row["seats"].reverse()

    [ribbon] = plan.draw(drawing).block("stalls").pieces

    area = sum(
        ax * by - bx * ay
        for (ax, ay), (bx, by) in zip(ribbon, ribbon[1:] + ribbon[:1], strict=True)
    )
    assert abs(area) / 2 == pytest.approx(5 * 55 * 3 * 90, rel=0.01)


@pytest.mark.parametrize("hall", [halls.theatre, halls.arena, halls.club, halls.room])
def test_every_chair_has_a_view(hall):
    drawn = plan.draw(hall())

    for _block, bank, chair in drawn.by_position[:: max(1, drawn.size // 200)]:
        seen = view.view(drawn, bank, chair)
        assert seen.metres >= 1
        assert len(seen.heads) <= view.MOST_HEADS
        for d in (*seen.stage, *seen.fronts, seen.backdrop):
            assert not re.search(r"nan|inf", d)
            assert all(abs(float(number)) <= 2000 for number in re.findall(r"-?\d+", d))


def test_nearer_is_larger(theatre):
    stalls = theatre.block("stalls")
    front, back = stalls.banks[1], stalls.banks[15]

    def height(bank):
        seen = view.view(theatre, bank, bank.chairs[17])
        ys = [float(y) for y in re.findall(r"-?\d+ (-?\d+)", seen.backdrop)]
        return max(ys) - min(ys)

    assert height(front) > height(back)


def test_the_circle_looks_down_and_the_stalls_up(theatre):
    low, high = theatre.block("stalls").banks[0], theatre.block("circle").banks[5]

    assert view.view(theatre, high, high.chairs[5]).above > 5
    assert view.view(theatre, low, low.chairs[5]).above < 0.5


def test_left_is_on_the_left_of_who_faces_the_stage(theatre):
    row = theatre.block("stalls").banks[3]

    assert view.view(theatre, row, row.chairs[0]).side == "left"
    assert view.view(theatre, row, row.chairs[18]).side == "middle"
    assert view.view(theatre, row, row.chairs[-1]).side == "right"


def test_those_in_front_are_in_the_picture_and_those_behind_are_not(theatre):
    stalls = theatre.block("stalls")

    assert view.view(theatre, stalls.banks[0], stalls.banks[0].chairs[17]).heads == ()
    assert len(view.view(theatre, stalls.banks[5], stalls.banks[5].chairs[17]).heads) > 30


def test_a_hall_without_a_stage_has_something_to_look_at():
    drawing = halls.room() | {"shapes": []}
    drawn = plan.draw(drawing)
    _block, bank, chair = drawn.by_position[0]

    assert view.view(drawn, bank, chair).stage


def test_a_chair_on_the_focal_point_is_drawn_like_any_other():
    drawing = halls.room()
    seat = drawing["sections"][0]["rows"][0]["seats"][0]
    drawing["focal"] = [seat["x"], seat["y"]]
    drawn = plan.draw(drawing)
    _block, bank, chair = drawn.by_position[0]

    assert view.view(drawn, bank, chair).metres == 1
