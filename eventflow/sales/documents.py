"""Holds, availability and orders as the HTTP API writes and reads them."""

import uuid
from datetime import datetime
from typing import Annotated

from pydantic import Field

from eventflow.api.documents import Document, Instant, MoneyDocument, money, opaque
from eventflow.events.documents import TierStatus
from eventflow.money import Totals
from eventflow.sales.holds import Placed
from eventflow.sales.models import Hold


class Item(Document):
    """So many of one tier."""

    tier: Annotated[str, Field(min_length=1, max_length=64)]
    quantity: Annotated[int, Field(ge=1, le=100)]


class HoldRequest(Document):
    items: Annotated[list[Item], Field(min_length=1, max_length=50)]


class LineDocument(Document):
    tier: str
    name: str
    quantity: int
    unit_price: MoneyDocument
    amount: MoneyDocument


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
    tier_id: uuid.UUID, name: str, quantity: int, unit_price: int, currency: str
) -> LineDocument:
    return LineDocument.model_construct(
        tier=opaque(tier_id),
        name=name,
        quantity=quantity,
        unit_price=money(unit_price, currency),
        amount=money(unit_price * quantity, currency),
    )


def placed_document(placed: Placed) -> HoldDocument:
    lines = [
        line_document(line.tier_id, line.name, line.quantity, line.unit_price, placed.currency)
        for line in placed.lines
    ]
    return _hold_document(placed.id, placed.expires_at, lines, placed.totals, placed.currency)


def hold_document(hold: Hold) -> HoldDocument:
    lines = [
        line_document(line.tier_id, line.tier.name, line.quantity, line.unit_price, hold.currency)
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
