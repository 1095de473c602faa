"""Why seats are refused: a sentence for each reason, and the nearest that are free.

The promise kept here is that nobody is refused without being told what is left near it.
"""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.errors import Refusal
from eventflow.locale import format_series
from eventflow.sales import holds
from eventflow.sales.seat_plans import bank_name
from eventflow.sales.seat_wishes import Wish
from eventflow.seating import best as finding
from eventflow.seating import states
from eventflow.seating.best import Choice, Rules
from eventflow.seating.hall import Hall, HallRow


class SeatTaken(Refusal):
    """Somebody else has one of them; `alternatives` are the nearest that are free."""

    code = "seat_taken"


class SingleSeat(Refusal):
    """The choice would leave a single seat, and there is one that doesn't."""

    code = "single_seat"


class NotForSale(Refusal):
    """The seats are kept back, or sold only together with others."""

    code = "not_for_sale"


class TooMany(Refusal):
    code = "too_many"


def refusal(wish: Wish, answer: dict[str, Any]) -> Refusal:
    """The sentence for each reason that `place_seats` refuses for."""
    named = answer.get("seats") or []
    labels = ", ".join(seat["label"] for seat in named)
    match answer["refused"]:
        case "seat_taken" | "busy":
            return SeatTaken(gone_words(wish.hall, named), document=_alternatives(wish, named))
        case "single_seat":
            words = _("This would leave a single seat: %(seats)s.", seats=labels)
            return SingleSeat(words, document=_alternatives(wish, named, taken=False))
        case "seat_blocked":
            words = _("Not for sale: %(seats)s.", seats=_places(wish.hall, named))
            return NotForSale(words, document=_named(named))
        case "whole_table":
            words = _("This table is sold as a whole, with %(seats)s.", seats=labels)
            return NotForSale(words, code="whole_table", document=_named(named))
        case "accessible":
            words = _(
                "Kept for people who use a wheelchair: %(seats)s. Say so, or choose another.",
                seats=labels,
            )
            return NotForSale(words, code="accessible_seat", document=_named(named))
        case "companion":
            words = _("Sold only with the wheelchair place next to it: %(seats)s.", seats=labels)
            return NotForSale(words, code="companion_seat", document=_named(named))
        case "too_many_seats":
            return too_many(answer["limit"])
        case "seated_tier" | "no_such_seat" | "not_seated":
            return SeatTaken(_("The hall was changed just now. Please choose again."))
        case _:
            return holds.refusal(answer)


def too_many(limit: int) -> Refusal:
    words = ngettext(
        "One person can hold %(num)s seat at a time.",
        "One person can hold %(num)s seats at a time.",
        limit,
    )
    return TooMany(words, document={"limit": limit})


def none_left(wish: Wish, now: bytes, *, most: int) -> Refusal:
    """Not even scattered over two rows: say how many there are, and which tables, where these are
    sold as a whole. `most` is what one person may hold."""
    wanted = wish.tiers.get(wish.short) or frozenset()
    is_open = wish.asker.need or wish.rules.released
    hall = wish.hall
    free = [
        position
        for position, state in enumerate(now)
        if state == states.FREE
        and hall.tiers[position] in wanted
        and (is_open or hall.kinds[position] == "standard")
    ]
    left = len(free)
    single = sum(not hall.rows[hall.row_of[position]].whole for position in free)
    size = wish.best[wish.short].quantity
    whole = finding.whole_left(hall, now, tiers=wanted, rules=wish.rules)
    if whole and not single:
        words = _only_whole(whole, most)
    elif not left:
        words = _("No seat like that is left. Please choose again.")
    elif wish.rules.need and all(hall.kinds[position] != "accessible" for position in free):
        words = _("No place for a wheelchair is left like that. Please choose again.")
    elif not single:
        words = _("No whole table like that is left. Please choose again.")
    elif single < size:
        words = ngettext(
            "There is %(num)s seat left like that. Please choose again.",
            "There are %(num)s seats left like that. Please choose again.",
            single,
        )
    else:
        words = _(
            "There are no %(size)s seats near each other left. Try fewer at a time.", size=size
        )
    if whole and single:
        words = f"{words} {_sizes_left(whole)}"
    return holds.SoldOut(words, document={"left": left})


def _only_whole(rows: Collection[HallRow], most: int) -> str:
    """What to ask for where seats are sold by whole tables and in no other way."""
    sold_so = {
        "table": _("These seats are sold by whole tables."),
        "booth": _("These seats are sold by whole boxes."),
        "row": _("These seats are sold by whole rows."),
    }
    kinds = {row.kind for row in rows}
    how = sold_so[kinds.pop()] if len(kinds) == 1 else _("These seats are sold only together.")
    small = [row for row in rows if row.end - row.start <= most]
    advice = (
        _("Ask for as many as one has, or choose yourself.") if small else too_many(most).message
    )
    return f"{how} {_sizes_left(small or rows)} {advice}"


def _sizes_left(rows: Collection[HallRow]) -> str:
    kinds = {row.kind for row in rows}
    sizes = format_series([str(size) for size in sorted({row.end - row.start for row in rows})])
    if kinds == {"table"}:
        return _("What is left: tables of %(sizes)s seats.", sizes=sizes)
    if kinds == {"booth"}:
        return _("What is left: boxes of %(sizes)s seats.", sizes=sizes)
    return _("What is left: %(sizes)s seats together.", sizes=sizes)


def gone_words(hall: Hall, named: Collection[dict[str, Any]]) -> str:
    return ngettext(
        "%(seats)s went to somebody else. Please choose again.",
        "%(seats)s went to somebody else. Please choose again.",
        len(named) or 1,
        seats=_places(hall, named) or _("Some of these seats"),
    )


def nearest(hall: Hall, now: bytes, wanted: tuple[int, ...], rules: Rules) -> list[tuple[int, ...]]:
    """What is free nearest to these seats: positions of each choice."""
    return [choice.positions for choice in _nearest(_Same(hall), now, wanted, rules)]


def _places(hall: Hall, seats: Collection[dict[str, Any]]) -> str:
    """The seats by name; a table that is sold only whole by its own, once."""
    names = []
    for seat in seats:
        position = hall.position_of.get(seat["id"])
        row = hall.rows[hall.row_of[position]] if position is not None else None
        names.append(f"{row.section}, {bank_name(row)}" if row and row.whole else seat["label"])
    return ", ".join(dict.fromkeys(names))


def _named(seats: Collection[dict[str, Any]]) -> dict[str, Any]:
    return {"seats": [{"id": seat["id"], "label": seat["label"]} for seat in seats]}


def _alternatives(
    wish: Wish, named: Collection[dict[str, Any]], *, taken: bool = True
) -> dict[str, Any]:
    """What is free nearest to what was asked, for the refusal's document.

    `taken`: the named seats are gone, and not those that would be left alone.
    """
    hall = wish.hall
    # What was refused is not free, whatever was read a moment ago.
    now = bytearray(states.guess(hall.event_id, at=wish.at))
    wanted = wish.named or tuple(
        hall.position_of[seat["id"]] for seat in named if seat["id"] in hall.position_of
    )
    if len(now) != len(hall) or not wanted:
        return _named(named) | {"alternatives": []}
    for seat in named if taken else ():
        if seat["id"] in hall.position_of and now[hall.position_of[seat["id"]]] == states.FREE:
            now[hall.position_of[seat["id"]]] = states.HELD
    seen = wish.sees(bytes(now))
    found = nearest(hall, seen, wanted, wish.rules)
    if not taken and (filled := _filled(wish, seen, named)):
        # Who chose one seat of two meant both; who chose two is offered two first.
        found = [filled, *found[:2]] if len(wish.named) == 1 else [*found[:2], filled]
    return _named(named) | {
        "alternatives": [
            {
                "seats": [hall.ids[p] for p in positions],
                "labels": [hall.labels[p] for p in positions],
            }
            for positions in found
        ]
    }


def _filled(wish: Wish, seen: bytes, named: Collection[dict[str, Any]]) -> tuple[int, ...] | None:
    """What was asked for and the seats that it would leave alone, where that leaves none: who takes
    the second of two seats first meant both."""
    hall = wish.hall
    alone = {hall.position_of[seat["id"]] for seat in named if seat["id"] in hall.position_of}
    most = hall.most_seats - len(wish.seats) + len(wish.named)
    filled = tuple(sorted({*wish.named, *alone}))
    is_free = all(seen[position] == states.FREE for position in filled)
    if not alone or len(filled) > most or not is_free or finding.strands(hall, seen, filled):
        return None
    return filled


class _Same:
    """A hall as a key: equal to itself alone, without looking at 20,000 chairs."""

    __slots__ = ("hall",)

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.hall is self.hall

    def __hash__(self) -> int:
        return id(self.hall)


@lru_cache(maxsize=64)
def _nearest(same: _Same, now: bytes, wanted: tuple[int, ...], rules: Rules) -> tuple[Choice, ...]:
    # Everybody who comes too late for one seat within a second is told the same.
    return tuple(finding.alternatives(same.hall, now, wanted, rules=rules))
