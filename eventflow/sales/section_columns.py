"""The chairs of a section by columns, as the map in a browser fetches them.

A hall has thousands of chairs that differ from their neighbours in very little. So a row says in
one word that its numbers count up, and of each place only how it departs from the line that the
two before it point along. What is written here is read by static/js/section-drawing.js;
docs/buying.md has the columns.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from eventflow.sales.seat_plans import (
    bank_name,
    chair_name,
    give_back_whole,
    gone_whole,
    section_called,
    take_whole,
)
from eventflow.seating.plan import Bank, Block, Chair, Plan

_COUNTED = re.compile(r"(.*?)(0|[1-9][0-9]{0,8})", re.DOTALL)


def columns(
    block: Block,
    plan: Plan,
    prices: Mapping[str, str],
    wholes: Mapping[str, str],
) -> dict[str, Any]:
    """Where each chair is and what is special about it, from the position `from` on.

    `prices` says what a seat costs, by category, and `wholes` what a table costs that is sold
    only as a whole, by its key.
    """
    return {
        "from": block.first,
        "name": section_called(block),
        "seat": _("seat %(number)s", number="{}"),
        "categories": {
            category.number: {"price": prices[key], "shape": category.shape}
            for key, category in plan.categories.items()
            if key in prices
        },
        "banks": [
            _bank(bank, plan, wholes.get(bank.key, "")) for bank in block.banks if bank.chairs
        ],
    }


def counted_up(texts: Iterable[str]) -> list[list[Any]]:
    """Texts as runs of [the first, how many, by how much each counts up], the latter two where
    they are not 1."""
    runs: list[list[Any]] = []
    before = None
    for text in texts:
        now = _counted(text)
        step = now[1] - before[1] if now and before and now[0] == before[0] else None
        if runs and step and (runs[-1][1] == 1 or step == runs[-1][2]):
            runs[-1][1] += 1
            runs[-1][2] = step
        else:
            runs.append([text, 1, 1])
        before = now
    return [_shortened(run) for run in runs]


def bends(places: Iterable[float]) -> list[int]:
    """The first place, the way to the second, and how each further way differs from the last."""
    bent, place, way = [], 0, 0
    for index, exact in enumerate(places):
        here = round(exact)
        bent.append(here - place - (way if index > 1 else 0))
        way = here - place
        place = here
    return bent


def _bank(bank: Bank, plan: Plan, price_of_whole: str) -> dict[str, Any]:
    chairs = bank.chairs
    said: dict[str, Any] = {
        "name": bank_name(bank),
        "label": bank.label,
        "keys": counted_up(chair.key for chair in chairs),
        "numbers": counted_up(chair.number for chair in chairs),
        "categories": _alike(_category(chair, plan) for chair in chairs),
        "x": bends(chair.x for chair in chairs),
        "y": bends(chair.y for chair in chairs),
        "kinds": {n: chair.kind for n, chair in enumerate(chairs) if chair.kind != "standard"},
        "says": {
            n: chair_name(chair)
            for n, chair in enumerate(chairs)
            if chair.kind != "standard" or chair.note
        },
        "notes": [n for n, chair in enumerate(chairs) if chair.note],
        "aisles": [n for n, chair in enumerate(chairs) if chair.aisle],
        "is_row": bank.kind == "row",
        "table": bank.table,
    }
    if bank.whole:
        said["whole"] = {
            "price": price_of_whole,
            "take": take_whole(bank),
            "give_back": give_back_whole(bank),
            "gone": gone_whole(bank),
        }
    return {name: value for name, value in said.items() if value}


def _category(chair: Chair, plan: Plan) -> int:
    category = plan.categories.get(chair.category)
    return category.number if category else 0


def _alike(values: Iterable[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for value in values:
        if runs and runs[-1][0] == value:
            runs[-1][1] += 1
        else:
            runs.append([value, 1])
    return runs


def _counted(text: str) -> tuple[str, int] | None:
    """The word and the number at the end, if counting up and writing it down gives the same."""
    found = _COUNTED.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def _shortened(run: list[Any]) -> list[Any]:
    text, many, step = run
    if step != 1:
        return [text, many, step]
    return [text, many] if many != 1 else [text]
