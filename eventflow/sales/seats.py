"""Seats: setting these very chairs aside for a buyer, or the best there are.

The promise kept here is that a chair is never promised twice. `place_seats` (migrations/functions)
decides; what is looked up in memory only says where to try first.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from eventflow.db import ask, db
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import showing
from eventflow.events.models import Event, Tier
from eventflow.sales import holds, waiting
from eventflow.sales.holds import Placed, Wanted
from eventflow.sales.seat_refusals import SeatTaken, none_left, refusal, too_many
from eventflow.sales.seat_wishes import Asker, Best, Wish
from eventflow.seating import best as finding
from eventflow.seating import hall as halls
from eventflow.seating import states
from eventflow.seating.best import Choice
from eventflow.seating.hall import Hall
from eventflow.tenancy import current_tenant_id

MOST_SEATS = 100
"""Seats in one hold, whoever asks."""
CANDIDATES = 16
ATTEMPTS = 6
_TRY_AGAIN = ("seat_taken", "seat_blocked", "single_seat", "busy", "companion", "whole_table")


_PLACE = (
    "select place_seats(%(tenant)s, %(hold)s, %(event)s, cast(%(seats)s as uuid[]), %(size)s,"
    " cast(%(tiers)s as uuid[]), cast(%(quantities)s as integer[]), %(buyer)s, %(form_key)s,"
    " %(hidden_too)s, %(replaces)s, %(code)s, %(need)s, %(singles)s, %(wait)s, %(at)s)"
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
    try:
        return _place(slug, seats, best, items, asker, at=at)
    except (holds.SoldOut, SeatTaken):
        waiting.note(slug, asker.buyer, at=at)
        raise


def _place(
    slug: str,
    seats: Sequence[uuid.UUID],
    best: Sequence[Best],
    items: Sequence[Wanted],
    asker: Asker,
    *,
    at: datetime,
) -> Placed:
    hall = halls.of_slug(slug)
    # Nobody keeps a connection while waiting for what another thread reads, or for rows.
    db.session.rollback()
    if hall is None:
        if seats or best:
            raise _no_hall(slug)
        return _place_unseated(slug, items, asker, at=at)
    by_seat = [one for one in items if str(one.tier_id) in hall.seated_tiers]
    others = [one for one in items if str(one.tier_id) not in hall.seated_tiers]
    wish = Wish(
        hall,
        slug,
        _positions(hall, seats),
        (*best, *(Best(one.quantity, one.tier_id) for one in by_seat if one.quantity)),
        holds.merged(others) if any(one.quantity for one in others) else {},
        asker,
        at,
        singles=asker.may_strand,
    )
    if not wish.size:
        return _place_unseated(slug, items, asker, at=at)
    if wish.size > (most := _most(hall, asker)):
        raise too_many(most)
    return _place_best(wish) if wish.best else _place_chosen(wish)


def _most(hall: Hall, asker: Asker) -> int:
    return MOST_SEATS if asker.any_number else min(MOST_SEATS, hall.most_seats)


def _place_unseated(slug: str, items: Sequence[Wanted], asker: Asker, *, at: datetime) -> Placed:
    return holds.place(
        slug,
        items,
        buyer=asker.buyer,
        form_key=asker.form_key,
        hidden_too=asker.hidden_too,
        replaces=asker.replaces if asker.buyer else None,
        at=at,
    )


def _place_chosen(wish: Wish) -> Placed:
    answer = _ask(wish, [wish.seats], wait=True)
    if answer.get("refused") == "single_seat":
        # Nobody is refused for what can't be helped.
        now = states.ask(wish.hall.event_id, at=wish.at).states
        if len(now) != len(wish.hall) or not finding.some_choice_strands_nobody(
            wish.hall, wish.sees(now), wish.named or wish.seats, wish.rules
        ):
            wish.singles = True
            answer = _ask(wish, [wish.seats], wait=True)
    if "refused" in answer:
        raise refusal(wish, answer)
    return _placed(wish, answer)


def _place_best(wish: Wish) -> Placed:
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
        groups = _groups(wish, wish.sees(now), most=4 if last else CANDIDATES)
        if not groups:
            if attempt:
                raise none_left(wish, wish.sees(now), most=_most(wish.hall, wish.asker))
            continue
        wish.singles = wish.asker.may_strand or any(strands for _seats, strands in groups)
        answer = _ask(wish, [seats for seats, _strands in groups], wait=last)
        if answer.get("refused") not in _TRY_AGAIN:
            break
        wish.singles = wish.asker.may_strand
    if "refused" in answer:
        raise refusal(wish, answer)
    return _placed(wish, answer)


def _groups(wish: Wish, now: bytes, *, most: int) -> list[tuple[tuple[int, ...], bool]]:
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
            wish.short = number
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


def _tiers(wish: Wish, one: Best) -> frozenset[str]:
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


def _all_tiers(wish: Wish) -> Sequence[Tier]:
    if not wish.asker.hidden_too:
        # A second old at most; whether they are on sale is asked again as they are taken.
        return showing.public_event(wish.slug, at=wish.at).tiers
    query = (
        select(Tier)
        .where(Tier.event_id == wish.hall.event_id)
        .options(selectinload(Tier.price_steps))
    )
    return db.session.scalars(query).all()


def _ask(wish: Wish, groups: Sequence[Sequence[int]], *, wait: bool) -> dict[str, Any]:
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
    try:
        answer: dict[str, Any] = ask(_PLACE, asked)
        return answer
    except DBAPIError as error:
        if asked["form_key"] is None or "uq_holds_tenant_id_form_key" not in str(error):
            raise
    return {"refused": "same_form"}


def _placed(wish: Wish, answer: dict[str, Any]) -> Placed:
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


def _no_hall(slug: str) -> Refusal:
    if db.session.scalar(select(Event.id).where(Event.slug == slug)) is None:
        return NotFound(_("There is no such event."))
    return Invalid({"seats": _("This event has no seats to choose.")})
