"""Holds, availability and orders as the HTTP API writes and reads them."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from eventflow.api.documents import (
    INTEGRAL,
    Document,
    Instant,
    MoneyDocument,
    Text,
    either,
    money,
    opaque,
)
from eventflow.events.documents import TierStatus
from eventflow.money import Totals
from eventflow.sales.holds import HeldSeat, Placed, seats_of
from eventflow.sales.models import Hold


class Item(Document):
    """So many of one tier."""

    tier: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=100), INTEGRAL]


SeatId = Annotated[str, Field(min_length=1, max_length=64)]


class BestAvailable(Document):
    """So many of the best seats: of one tier, or of any that cost no more than this each."""

    tier: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    quantity: Annotated[int, Field(ge=1, le=100), INTEGRAL]
    max_price: MoneyDocument | None = None


class HoldRequest(Document):
    """Items, seats, or the best seats there are; or several of these at once.

    Items of a tier that is sold by seat get the best of its seats. `need` is `accessible` if
    somebody in the party uses a wheelchair; `code`, or `promo_code`, opens seats that are kept
    for whoever has it; one that there is not is refused.
    """

    model_config = either(
        {"items": "array"}, {"seats": "array"}, {"best_available": "object"}, together=True
    )

    items: Annotated[list[Item], Field(max_length=50)] | None = None
    seats: Annotated[list[SeatId], Field(max_length=100)] | None = None
    best_available: BestAvailable | None = None
    need: Literal["accessible"] | None = None
    code: Annotated[Text, Field(max_length=80)] | None = None
    promo_code: Annotated[Text, Field(max_length=80)] | None = None


class SeatName(Document):
    id: str
    label: str


class LineDocument(Document):
    tier: str
    name: str
    quantity: int
    unit_price: MoneyDocument
    amount: MoneyDocument
    seats: list[SeatName]
    """Which ones, where the tier is sold by seat."""


class HoldDocument(Document):
    id: str
    expires_at: Instant
    items: list[LineDocument]
    subtotal: MoneyDocument
    fees: MoneyDocument
    tax: MoneyDocument
    total: MoneyDocument


class HoldAnswer(Document):
    hold: HoldDocument


class TierLeftDocument(Document):
    id: str
    name: str
    status: TierStatus
    available: int


class AvailabilityAnswer(Document):
    tiers: list[TierLeftDocument]


def line_document(
    tier_id: uuid.UUID,
    name: str,
    quantity: int,
    unit_price: int,
    currency: str,
    seats: Iterable[HeldSeat] = (),
) -> LineDocument:
    return LineDocument.model_construct(
        tier=opaque(tier_id),
        name=name,
        quantity=quantity,
        unit_price=money(unit_price, currency),
        amount=money(unit_price * quantity, currency),
        seats=[
            SeatName.model_construct(id=opaque(seat.id), label=seat.label)
            for seat in seats
            if seat.tier_id == tier_id
        ],
    )


def placed_document(placed: Placed) -> HoldDocument:
    lines = [
        line_document(
            line.tier_id, line.name, line.quantity, line.unit_price, placed.currency, line.seats
        )
        for line in placed.lines
    ]
    return _hold_document(placed.id, placed.expires_at, lines, placed.totals, placed.currency)


def hold_document(hold: Hold) -> HoldDocument:
    seats = seats_of(hold)
    lines = [
        line_document(
            line.tier_id, line.tier.name, line.quantity, line.unit_price, hold.currency, seats
        )
        for line in hold.lines
    ]
    return _hold_document(hold.id, hold.expires_at, lines, hold.totals, hold.currency)


def _hold_document(
    hold_id: uuid.UUID,
    expires_at: datetime,
    lines: list[LineDocument],
    sums: Totals,
    currency: str,
) -> HoldDocument:
    return HoldDocument.model_construct(
        id=opaque(hold_id),
        expires_at=expires_at,
        items=lines,
        subtotal=money(sums.subtotal, currency),
        fees=money(sums.fees, currency),
        tax=money(sums.tax, currency),
        total=money(sums.total, currency),
    )
