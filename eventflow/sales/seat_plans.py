"""Seated events as buyers see them: the plan of the hall, what its chairs cost, and how they stand.

What is read here is kept for a second, as everything that is the same for everybody, and is for
reading only. A hold asks the database.
"""

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import exists, select

from eventflow.db import db
from eventflow.errors import NotFound
from eventflow.events.models import Event
from eventflow.money import price_with_fees
from eventflow.sales.offers import Offer, Offered
from eventflow.seating import plan, states
from eventflow.seating.hall import HallRow
from eventflow.seating.models import Allocation, Seating, SeatRow
from eventflow.seating.plan import Bank, Block, Category, Chair, Plan

REMEMBER = 1.0
MOST = 5_000


@dataclass(frozen=True)
class Seated:
    """How one event is seated, as far as everybody may know."""

    event_id: uuid.UUID
    version: int
    choosing: str
    most: int
    prices: dict[str, str]
    """Which tier each category (or standing area) is sold as."""
    accessible_release_at: datetime | None
    takes_codes: bool
    """Whether some seats are kept for whoever has a code."""
    plan: Plan

    @property
    def holds_at_once(self) -> bool:
        return self.choosing == "hold_at_once"

    def tier_of(self, category: str) -> str | None:
        return self.prices.get(category)

    @cached_property
    def seat_tiers(self) -> frozenset[str]:
        """The tiers that are bought by the seat, so that no stepper offers them."""
        sold = {
            self.tier_of(category)
            for block in self.plan.blocks
            if block.is_seated
            for category in block.categories
        }
        return frozenset(tier for tier in sold if tier)


@dataclass(frozen=True, slots=True)
class Whole:
    """A table, a booth or a row that is sold with all its chairs, and what they come to."""

    seats: int
    total: int


@dataclass(frozen=True, slots=True)
class Priced:
    """A category with what it costs at this moment; no price, no sale."""

    category: Category
    offered: Offered | None
    whole: Whole | None
    """The cheapest of its tables, where its chairs are sold only with their whole table."""
    alike: bool
    """Whether all these tables cost the same."""


@dataclass(frozen=True, slots=True)
class BlockState:
    """A section at this moment: what is free in it, and from how much."""

    block: Block
    left: int
    lowest: int | None
    """The least that one of its places costs, or a table that is sold whole, fees included."""
    categories: tuple[Category, ...]
    offered: Offered | None
    """Of a standing area: what is sold by the number there."""


@dataclass(frozen=True, slots=True)
class Place:
    """One chair as it is offered."""

    block: Block
    bank: Bank
    chair: Chair
    category: Category | None
    offered: Offered | None
    whole: Whole | None


_known: dict[uuid.UUID, tuple[float, Seated | None]] = {}


def of(event: Event) -> Seated | None:
    """How the event is seated; None where nobody sits, or wherever they like."""
    until, seated = _known.get(event.id, (0.0, None))
    if time.monotonic() < until:
        return seated
    if len(_known) > MOST:
        _known.clear()
    seated = _read(event.id)
    _known[event.id] = (time.monotonic() + REMEMBER, seated)
    return seated


def must_be(event: Event) -> Seated:
    seated = of(event)
    if seated is None:
        raise NotFound(_("There are no numbered seats at this event."))
    return seated


def forget(event_id: uuid.UUID) -> None:
    """Look afresh next time, in this process."""
    _known.pop(event_id, None)


def clear() -> None:
    """Forget everything, in this process."""
    _known.clear()


def categories(seated: Seated, offer: Offer) -> list[Priced]:
    """The price categories that seats of this hall have, in the order of the drawing."""
    used = {key for block in seated.plan.blocks for key in block.categories}
    loose = {key for block in seated.plan.blocks for key in block.loose_categories}
    known = {one.id: one for one in offer.tiers}
    # A place to stand may have a price of its own, beside its category's.
    standing = {
        block.category: seated.prices.get(block.key)
        for block in seated.plan.blocks
        if not block.is_seated
    }
    found = []
    for category in seated.plan.categories.values():
        if category.key not in used:
            continue
        tables = [] if category.key in loose else _wholes_of(seated, offer, category)
        tables.sort(key=lambda one: one.total)
        found.append(
            Priced(
                category,
                known.get(seated.tier_of(category.key) or standing.get(category.key) or ""),
                tables[0] if tables else None,
                len(set(tables)) < 2,
            )
        )
    return found


def wholes(seated: Seated, offer: Offer, block: Block) -> dict[str, Whole]:
    """What is sold as a whole in a section, by its key in the drawing."""
    found = ((bank.key, whole(seated, offer, bank)) for bank in block.whole_banks)
    return {key: one for key, one in found if one is not None}


def whole(seated: Seated, offer: Offer, bank: Bank) -> Whole | None:
    """What all its chairs cost together; None where they are sold one by one, or not at all."""
    known = {one.id: one for one in offer.tiers}
    offers = [known.get(seated.tier_of(chair.category) or "") for chair in bank.chairs]
    if not bank.whole or not offers or None in offers:
        return None
    price = sum(one.price for one in offers if one)
    return Whole(len(offers), price_with_fees(offer.rule, price))


def _wholes_of(seated: Seated, offer: Offer, category: Category) -> list[Whole]:
    tables = (
        whole(seated, offer, bank)
        for block in seated.plan.blocks
        for bank in block.whole_banks
        if any(chair.category == category.key for chair in bank.chairs)
    )
    return [one for one in tables if one is not None]


def blocks(seated: Seated, offer: Offer, snapshot: states.Snapshot) -> list[BlockState]:
    known = {one.id: one for one in offer.tiers}
    return [_block(seated, offer, known, snapshot, block) for block in seated.plan.blocks]


def places(seated: Seated, offer: Offer, keys: Iterable[str]) -> list[Place]:
    """The chairs of these keys that there are, in the order of the hall."""
    known = {one.id: one for one in offer.tiers}
    found = [seated.plan.by_key[key] for key in dict.fromkeys(keys) if key in seated.plan.by_key]
    return [
        Place(
            block,
            bank,
            chair,
            seated.plan.categories.get(chair.category),
            known.get(seated.tier_of(chair.category) or ""),
            whole(seated, offer, bank),
        )
        for block, bank, chair in sorted(found, key=lambda one: one[2].position)
    ]


def place(seated: Seated, offer: Offer, key: str) -> Place:
    found = places(seated, offer, [key])
    if not found:
        raise NotFound(_("There is no such seat."))
    return found[0]


def where(place: Place) -> str:
    """The place in full words, as one would say it on the telephone."""
    return where_is(place.block.name, place.bank, place.chair.number)


def where_is(section: str, bank: Bank | HallRow | SeatRow, number: str) -> str:
    """The same for a chair that is known by the names of its section and row."""
    words = {
        "row": _("%(section)s, row %(row)s, seat %(seat)s"),
        "table": _("%(section)s, table %(row)s, seat %(seat)s"),
        "booth": _("%(section)s, box %(row)s, seat %(seat)s"),
    }[bank.kind]
    return words % {"section": section, "row": bank.label, "seat": number}


def section_called(block: Block) -> str:
    """Its name, within a longer sentence: one that is only a number would not say what it is of."""
    if block.name[:1].isdigit():
        return _("section %(name)s", name=block.name)
    return block.name


def bank_name(bank: Bank | HallRow | SeatRow) -> str:
    words = {
        "row": _("Row %(name)s"),
        "table": _("Table %(name)s"),
        "booth": _("Box %(name)s"),
    }[bank.kind]
    return words % {"name": bank.label}


def chair_name(chair: Chair) -> str:
    """ "seat 12", and what is special about it."""
    words = _("seat %(number)s", number=chair.number)
    if chair.kind == "accessible":
        words += ", " + _("wheelchair place")
    elif chair.kind == "companion":
        words += ", " + _("companion’s seat")
    return f"{words}, {chair.note}" if chair.note else words


STATES = {"f": "free", "h": "held", "s": "sold", "b": "blocked"}


def state_word(letter: int) -> str:
    """The state that one byte of a snapshot stands for."""
    return STATES[chr(letter)]


def state_name(state: str) -> str:
    return {
        "free": _("free"),
        "held": _("held"),
        "sold": _("sold"),
        "blocked": _("not on sale"),
    }[state]


def how_they_sit(found: Sequence[Place]) -> str:
    """In words, whether a party sits together, so that nobody finds an aisle by surprise."""
    if len(found) < 2:
        return ""
    positions = sorted(one.chair.position for one in found)
    banks = {one.bank.key: one.bank for one in found}
    if len(banks) == 1 and positions[-1] - positions[0] == len(positions) - 1:
        runs = [
            run for run in found[0].bank.runs() if any(chair.position in positions for chair in run)
        ]
        if len(runs) == 1:
            return _("All side by side.")
        return _("All in one row, with an aisle between them.")
    if len(banks) == 1:
        return _("All in one row, but not all side by side.")
    if len(banks) == 2 and len({one.block.key for one in found}) == 1:
        return _("In two rows, one behind the other.")
    return _("They are not all together.")


def take_whole(bank: Bank) -> str:
    return {
        "row": _("Take this row"),
        "table": _("Take this table"),
        "booth": _("Take this box"),
    }[bank.kind]


def give_back_whole(bank: Bank) -> str:
    return {
        "row": _("Give this row back"),
        "table": _("Give this table back"),
        "booth": _("Give this box back"),
    }[bank.kind]


def gone_whole(bank: Bank) -> str:
    return {
        "row": _("Somebody else has this row"),
        "table": _("Somebody else has this table"),
        "booth": _("Somebody else has this box"),
    }[bank.kind]


def where_whole(place: Place) -> str:
    """The table, booth or row that the place is sold with."""
    return f"{place.block.name}, {bank_name(place.bank)}"


def _block(
    seated: Seated,
    offer: Offer,
    known: dict[str, Offered],
    snapshot: states.Snapshot,
    block: Block,
) -> BlockState:
    sold_as = [seated.tier_of(key) for key in block.categories]
    if not block.is_seated:
        sold_as = [seated.prices.get(block.key) or seated.tier_of(block.category)]
    offers = [known.get(tier or "") for tier in sold_as]
    totals = [one.total for one in wholes(seated, offer, block).values()]
    for key, one in zip(block.categories, offers, strict=True):
        if one is not None and (key in block.loose_categories or not block.is_seated):
            totals.append(one.total)
    own = offers[0] if offers and not block.is_seated else None
    left = (
        snapshot.states.count(b"f", block.first, block.end)
        if block.is_seated
        else (own.available if own and own.status == "on_sale" else 0)
    )
    known_categories = [seated.plan.categories.get(key) for key in block.categories]
    return BlockState(
        block,
        left,
        min(totals, default=None),
        tuple(category for category in known_categories if category),
        own,
    )


def _read(event_id: uuid.UUID) -> Seated | None:
    row = db.session.execute(
        select(
            Seating.id,
            Seating.version,
            Seating.choosing,
            Seating.most_seats,
            Seating.prices,
            Seating.accessible_release_at,
            exists().where(Allocation.event_id == event_id, Allocation.code != "").label("codes"),
        ).where(Seating.event_id == event_id)
    ).one_or_none()
    if row is None:
        return None
    drawn = plan.kept(row.id, row.version)
    if drawn is None:
        drawing = db.session.scalars(select(Seating.drawing).where(Seating.id == row.id)).one()
        drawn = plan.of(row.id, row.version, drawing)
    return Seated(
        event_id,
        row.version,
        row.choosing,
        row.most_seats,
        row.prices,
        row.accessible_release_at,
        row.codes,
        drawn,
    )
