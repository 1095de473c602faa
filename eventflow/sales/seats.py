"""Seats: setting these very chairs aside for a buyer, or the best there are.

The promise kept here is that a chair is never promised twice, and that nobody is refused without
being told what is left near it. `place_seats` (migrations/functions) decides; what is looked up in
memory only says where to try first.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from eventflow.db import db
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import showing
from eventflow.events.models import Event, Tier
from eventflow.sales import holds
from eventflow.sales.holds import Placed, Wanted
from eventflow.seating import best as finding
from eventflow.seating import hall as halls
from eventflow.seating import states
from eventflow.seating.best import Choice, Rules
from eventflow.seating.hall import Hall
from eventflow.tenancy import current_tenant_id

MOST_SEATS = 100
"""Seats in one hold, whoever asks."""
CANDIDATES = 16
ATTEMPTS = 6
_TRY_AGAIN = ("seat_taken", "seat_blocked", "single_seat", "busy", "companion", "whole_table")


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


@dataclass(frozen=True, slots=True)
class Best:
    """So many of the best seats: of one tier, or of any up to a price."""

    quantity: int
    tier_id: uuid.UUID | None = None
    max_price: int | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and under which terms."""

    buyer: str = ""
    form_key: str | None = None
    hidden_too: bool = False
    replaces: uuid.UUID | None = None
    """An earlier hold of the same buyer, whose seats may be kept: a hold that grows or shrinks."""
    code: str = ""
    """Opens the allocation it belongs to."""
    need: bool = False
    """Somebody in the party uses a wheelchair."""


@dataclass(slots=True)
class _Wish:
    hall: Hall
    slug: str
    seats: tuple[int, ...]
    best: tuple[Best, ...]
    others: dict[uuid.UUID, int]
    asker: Asker
    at: datetime
    singles: bool = False
    tiers: dict[int, frozenset[str]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.seats) + sum(one.quantity for one in self.best)

    @property
    def rules(self) -> Rules:
        return Rules(need=self.asker.need, singles=self.singles)


_PLACE = text(
    "select place_seats(:tenant, :hold, :event, cast(:seats as uuid[]), :size,"
    " cast(:tiers as uuid[]), cast(:quantities as integer[]), :buyer, :form_key, :hidden_too,"
    " :replaces, :code, :need, :singles, :wait, :at)"
)


def is_seated(slug: str, wanted: Sequence[Wanted]) -> bool:
    """Whether any of these is sold by seat."""
    hall = halls.of_slug(slug)
    return hall is not None and any(str(one.tier_id) in hall.seated_tiers for one in wanted)


def place(
    slug: str,
    *,
    seats: Sequence[uuid.UUID] = (),
    best: Sequence[Best] = (),
    items: Sequence[Wanted] = (),
    asker: Asker | None = None,
    at: datetime,
) -> Placed:
    """Hold these seats, the best so many, and so many of other tiers: all of it, or nothing.

    Items of a tier that is sold by seat get the best of its seats. Commits by itself; the same
    `form_key` twice is the same hold. Raises SeatTaken, SingleSeat, NotForSale, TooMany, and what
    `holds.place` raises.
    """
    asker = asker or Asker()
    hall = halls.of_slug(slug)
    # Nobody keeps a connection while waiting for what another thread reads, or for rows.
    db.session.rollback()
    if hall is None:
        if seats or best:
            raise _no_hall(slug)
        return holds.place(
            slug,
            items,
            buyer=asker.buyer,
            form_key=asker.form_key,
            hidden_too=asker.hidden_too,
            at=at,
        )
    by_seat = [one for one in items if str(one.tier_id) in hall.seated_tiers]
    others = [one for one in items if str(one.tier_id) not in hall.seated_tiers]
    wish = _Wish(
        hall,
        slug,
        _positions(hall, seats),
        (*best, *(Best(one.quantity, one.tier_id) for one in by_seat if one.quantity)),
        holds.merged(others) if any(one.quantity for one in others) else {},
        asker,
        at,
    )
    if not wish.size:
        return holds.place(
            slug,
            items,
            buyer=asker.buyer,
            form_key=asker.form_key,
            hidden_too=asker.hidden_too,
            at=at,
        )
    if wish.size > MOST_SEATS:
        raise _too_many(hall, {"limit": min(MOST_SEATS, hall.most_seats)})
    return _place_best(wish) if wish.best else _place_chosen(wish)


def _place_chosen(wish: _Wish) -> Placed:
    answer = _ask(wish, [wish.seats], wait=True)
    if answer.get("refused") == "single_seat":
        # Nobody is refused for what can't be helped.
        now = states.ask(wish.hall.event_id, at=wish.at).states
        if len(now) != len(wish.hall) or not finding.some_choice_strands_nobody(
            wish.hall, _with_own(wish, now), wish.seats, wish.rules
        ):
            wish.singles = True
            answer = _ask(wish, [wish.seats], wait=True)
    if "refused" in answer:
        raise _refusal(wish, answer)
    return _placed(wish, answer)


def _place_best(wish: _Wish) -> Placed:
    answer: dict[str, Any] = {}
    for attempt in range(ATTEMPTS):
        last = attempt == ATTEMPTS - 1
        now = (
            states.ask(wish.hall.event_id, at=wish.at).states
            if attempt
            else states.guess(wish.hall.event_id, at=wish.at)
        )
        if len(now) != len(wish.hall):
            raise SeatTaken(_("The hall was changed just now. Please choose again."))
        groups = _groups(wish, _with_own(wish, now), most=4 if last else CANDIDATES)
        if not groups:
            if attempt:
                raise _none_left(wish, now)
            continue
        wish.singles = any(strands for _seats, strands in groups)
        answer = _ask(wish, [seats for seats, _strands in groups], wait=last)
        if answer.get("refused") not in _TRY_AGAIN:
            break
        wish.singles = False
    if "refused" in answer:
        raise _refusal(wish, answer)
    return _placed(wish, answer)


def _groups(wish: _Wish, now: bytes, *, most: int) -> list[tuple[tuple[int, ...], bool]]:
    """Candidates, the best first: what was chosen by hand, and the best for each part besides."""
    parts: list[list[Choice]] = []
    left = bytearray(now)
    for position in wish.seats:
        left[position] = states.HELD
    for number, one in enumerate(wish.best):
        if number not in wish.tiers:
            wish.tiers[number] = _tiers(wish, one)
        found = finding.best(
            wish.hall,
            bytes(left),
            one.quantity,
            tiers=wish.tiers[number],
            rules=wish.rules,
            most=most,
        )
        if not found:
            return []
        parts.append(found)
        if len(wish.best) > 1:
            for choice in found:
                for position in choice.positions:
                    left[position] = states.HELD
    groups = []
    for number in range(min(len(part) for part in parts)):
        choices = [part[number] for part in parts]
        positions = (*wish.seats, *(p for choice in choices for p in choice.positions))
        groups.append((positions, any(choice.strands for choice in choices)))
    return groups


def _tiers(wish: _Wish, one: Best) -> frozenset[str]:
    """The tiers that come into question; Invalid if it is none of this hall's."""
    if one.tier_id is not None and one.max_price is None:
        if str(one.tier_id) not in wish.hall.seated_tiers:
            raise Invalid({"best_available": _("There are no seats of that tier at this event.")})
        return frozenset({str(one.tier_id)})
    allowed = frozenset(
        str(tier.id)
        for tier in _all_tiers(wish)
        if (one.tier_id is None or tier.id == one.tier_id)
        and (tier.sale_start is None or tier.sale_start <= wish.at)
        and (tier.sale_end is None or tier.sale_end > wish.at)
        and (one.max_price is None or tier.price_at(wish.at) <= one.max_price)
    )
    return allowed & wish.hall.seated_tiers


def _all_tiers(wish: _Wish) -> Sequence[Tier]:
    if not wish.asker.hidden_too:
        # A second old at most; whether they are on sale is asked again as they are taken.
        return showing.public_event(wish.slug, at=wish.at).tiers
    query = (
        select(Tier)
        .where(Tier.event_id == wish.hall.event_id)
        .options(selectinload(Tier.price_steps))
    )
    return db.session.scalars(query).all()


def _with_own(wish: _Wish, now: bytes) -> bytes:
    """The states as this buyer may count on them: seats of the hold that is replaced are free."""
    if wish.asker.replaces is None or not wish.asker.buyer:
        return now
    rows = db.session.execute(
        text("select position from seats where tenant_id = :tenant and hold_id = :hold"),
        {"tenant": current_tenant_id(), "hold": wish.asker.replaces},
    ).scalars()
    own = bytearray(now)
    for position in rows:
        if position < len(own) and own[position] == states.HELD:
            own[position] = states.FREE
    return bytes(own)


def _ask(wish: _Wish, groups: Sequence[Sequence[int]], *, wait: bool) -> dict[str, Any]:
    asker, ids = wish.asker, wish.hall.ids
    asked = {
        "tenant": current_tenant_id(),
        "hold": uuid.uuid4(),
        "event": wish.slug,
        "seats": [uuid.UUID(ids[position]) for group in groups for position in group],
        "size": wish.size,
        "tiers": list(wish.others),
        "quantities": list(wish.others.values()),
        "buyer": asker.buyer,
        "form_key": asker.form_key,
        "hidden_too": asker.hidden_too,
        "replaces": asker.replaces,
        "code": asker.code,
        "need": asker.need,
        "singles": wish.singles,
        "wait": wait,
        "at": wish.at,
    }
    answer: dict[str, Any] = {}
    for _attempt in range(3):
        answer = _execute(asked)
        if answer.get("refused") != "again" and not (wait and answer.get("refused") == "busy"):
            break
    if answer.get("refused") == "same_form" and asker.form_key:
        return holds.same_form(asker.form_key)
    return answer


def _execute(asked: dict[str, Any]) -> dict[str, Any]:
    # Nothing of ours may be open meanwhile: this waits for rows.
    db.session.rollback()
    with db.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            answer: dict[str, Any] = connection.execute(_PLACE, asked).scalar_one()
            return answer
        except Exception as error:
            if asked["form_key"] is None or "uq_holds_tenant_id_form_key" not in str(error):
                raise
    return {"refused": "same_form"}


def _placed(wish: _Wish, answer: dict[str, Any]) -> Placed:
    position_of = wish.hall.position_of
    states.note_held(
        wish.hall.event_id,
        [position_of[seat["id"]] for seat in answer["seats"] if seat["id"] in position_of],
    )
    return holds.as_placed(answer)


def _positions(hall: Hall, seats: Sequence[uuid.UUID]) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(hall.position_of[str(seat)] for seat in seats))
    except KeyError:
        raise Invalid({"seats": _("There is no such seat at this event.")}) from None


def _refusal(wish: _Wish, answer: dict[str, Any]) -> Refusal:
    """The sentence for each reason that `place_seats` refuses for."""
    named = answer.get("seats") or []
    labels = ", ".join(seat["label"] for seat in named)
    match answer["refused"]:
        case "seat_taken" | "busy":
            words = ngettext(
                "%(seats)s went to somebody else. Please choose again.",
                "%(seats)s went to somebody else. Please choose again.",
                len(named) or 1,
                seats=labels or _("Some of these seats"),
            )
            return SeatTaken(words, document=_alternatives(wish, named))
        case "single_seat":
            words = _("This would leave a single seat: %(seats)s.", seats=labels)
            return SingleSeat(words, document=_alternatives(wish, named, taken=False))
        case "seat_blocked":
            return NotForSale(_("%(seats)s is not for sale.", seats=labels), document=_named(named))
        case "whole_table":
            words = _("This table is sold as a whole: %(seats)s belongs to it.", seats=labels)
            return NotForSale(words, code="whole_table", document=_named(named))
        case "accessible":
            words = _(
                "%(seats)s is kept for people who use a wheelchair. Say so, or choose another.",
                seats=labels,
            )
            return NotForSale(words, code="accessible_seat", document=_named(named))
        case "companion":
            words = _("%(seats)s is sold together with the place next to it.", seats=labels)
            return NotForSale(words, code="companion_seat", document=_named(named))
        case "too_many_seats":
            return _too_many(wish.hall, answer)
        case "seated_tier" | "no_such_seat" | "not_seated":
            return SeatTaken(_("The hall was changed just now. Please choose again."))
        case _:
            return holds.refusal(answer)


def _too_many(hall: Hall, answer: dict[str, Any]) -> Refusal:
    limit = answer.get("limit", hall.most_seats)
    words = ngettext(
        "One person can hold %(num)s seat at a time.",
        "One person can hold %(num)s seats at a time.",
        limit,
    )
    return TooMany(words, document={"limit": limit})


def _none_left(wish: _Wish, now: bytes) -> Refusal:
    """Not even scattered over two rows: say how many there are."""
    wanted = wish.tiers.get(0) or frozenset()
    left = sum(
        1
        for state, tier, kind in zip(now, wish.hall.tiers, wish.hall.kinds, strict=True)
        if state == states.FREE and tier in wanted and (wish.asker.need or kind == "standard")
    )
    size = wish.best[0].quantity
    if left < size:
        words = ngettext(
            "There is %(num)s seat left like that. Please choose again.",
            "There are %(num)s seats left like that. Please choose again.",
            left,
        )
        return holds.SoldOut(words, document={"left": left})
    words = _("There are no %(size)s seats near each other left. Try fewer at a time.", size=size)
    return holds.SoldOut(words, document={"left": left})


def _named(seats: Collection[dict[str, Any]]) -> dict[str, Any]:
    return {"seats": [{"id": seat["id"], "label": seat["label"]} for seat in seats]}


def _alternatives(
    wish: _Wish, named: Collection[dict[str, Any]], *, taken: bool = True
) -> dict[str, Any]:
    """What is free nearest to what was asked, for the refusal's document.

    `taken`: the named seats are gone, and not those that would be left alone.
    """
    hall = wish.hall
    # What was refused is not free, whatever was read a moment ago.
    now = bytearray(states.guess(hall.event_id, at=wish.at))
    wanted = wish.seats or tuple(
        hall.position_of[seat["id"]] for seat in named if seat["id"] in hall.position_of
    )
    if len(now) != len(hall) or not wanted:
        return _named(named) | {"alternatives": []}
    for seat in named if taken else ():
        if seat["id"] in hall.position_of and now[hall.position_of[seat["id"]]] == states.FREE:
            now[hall.position_of[seat["id"]]] = states.HELD
    found = _nearest(_Same(hall), _with_own(wish, bytes(now)), wanted, wish.asker.need)
    return _named(named) | {
        "alternatives": [
            {
                "seats": [hall.ids[p] for p in choice.positions],
                "labels": [hall.labels[p] for p in choice.positions],
            }
            for choice in found
        ]
    }


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
def _nearest(same: _Same, now: bytes, wanted: tuple[int, ...], need: bool) -> tuple[Choice, ...]:
    # Everybody who comes too late for one seat within a second is told the same.
    return tuple(finding.alternatives(same.hall, now, wanted, rules=Rules(need=need)))


def _no_hall(slug: str) -> Refusal:
    if db.session.scalar(select(Event.id).where(Event.slug == slug)) is None:
        return NotFound(_("There is no such event."))
    return Invalid({"seats": _("This event has no seats to choose.")})
