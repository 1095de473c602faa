"""Tiers: kinds of admission, what they cost, and how many there are of each.

The promise kept here is that capacities never fall below what is sold and held, and that a tier
joins or leaves a shared capacity with its counts.
"""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from eventflow.accounts import audit, particulars
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.drafting import forget_lapsed, set_capacity
from eventflow.events.models import Event, PriceStep, Stock, Tier, TierStock
from eventflow.money import MAX_PRICE, Money
from eventflow.security import ControlCharacters, refuse_control_characters

LONGEST = {"name": 120, "description": 2000, "proof": 120}
CODE_KINDS = ("static", "rotating", "rotating_or_printed")
CHANGEABLE = (
    "name",
    "description",
    "price",
    "position",
    "sale_start",
    "sale_end",
    "min_per_order",
    "max_per_order",
    "hidden",
    "code_kind",
    "proof",
)
MOST_TIERS = 100


@dataclass(frozen=True, slots=True)
class EarlyPrice:
    """A lower price, and the instant it ends by itself."""

    price: int
    until: datetime


def add(event: Event, *, name: str, price: int, quantity: int, at: datetime, **facts: Any) -> Tier:
    """A new tier with its own stock. Raises Invalid."""
    if len(event.tiers) >= MOST_TIERS:
        raise Refusal(_("An event has %(most)s tiers at most.", most=MOST_TIERS))
    cleaned = _checked(None, {"name": name, "price": price, **facts})
    stock = Stock(id=new_id(), event_id=event.id, kind="tier", capacity=_quantity(quantity))
    cleaned.setdefault("position", max((tier.position for tier in event.tiers), default=-1) + 1)
    tier = Tier(id=new_id(), event_id=event.id, stock_id=stock.id, **cleaned)
    db.session.add(stock)
    db.session.flush()
    db.session.add(tier)
    db.session.flush()
    draws_on = (stock.id, event.capacity_stock.id)
    db.session.add_all(TierStock(tier_id=tier.id, stock_id=stock_id) for stock_id in draws_on)
    event.version += 1
    db.session.flush()
    db.session.expire(event, ["tiers", "stocks"])
    words = _("Added the tier %(tier)s to %(title)s", tier=tier.name, title=event.title)
    after = {"name": tier.name, "price": Money(price, event.currency), "quantity": quantity}
    audit.record("tier.create", tier, words, after=after, at=at)
    return tier


counted_elsewhere: list[Callable[[Tier], str]] = []
"""Who else may say how many a tier has: each answers why it can't be typed, or nothing."""


def change(tier: Tier, facts: Mapping[str, Any], *, at: datetime) -> None:
    """Change a tier, from a mapping of the names in CHANGEABLE and `quantity`. Raises Invalid."""
    facts = dict(facts)
    quantity = facts.pop("quantity", ...)
    for name, value in _checked(tier, facts).items():
        setattr(tier, name, value)
    before, after = audit.changes(tier)
    if "price" in after:
        currency = tier.event.currency
        before["price"] = Money(before["price"], currency)
        after["price"] = Money(after["price"], currency)
    tier.event.version += 1
    db.session.flush()
    if quantity is not ... and quantity != tier.stock.capacity:
        for refusal in filter(None, (why(tier) for why in counted_elsewhere)):
            raise Invalid({"quantity": refusal})
        before["quantity"], after["quantity"] = tier.stock.capacity, quantity
        forget_lapsed(tier.event_id, at=at)
        try:
            set_capacity(tier.stock, _quantity(quantity))
        except Invalid as refused:
            raise Invalid({"quantity": refused.message}) from None
    if after:
        words = _(
            "Changed the tier %(tier)s: %(what)s", what=particulars.listed(after), tier=tier.name
        )
        audit.record("tier.change", tier, words, before, after, at=at)


def set_early_prices(tier: Tier, prices: Sequence[EarlyPrice], *, at: datetime) -> None:
    """Replace the tier's early prices; each ends by itself, and the next one starts."""
    try:
        for early in prices:
            _amount(early.price)
    except ValueError as error:
        raise Invalid({"early_price": str(error)}) from None
    if len({early.until for early in prices}) < len(prices):
        raise Invalid({"early_until": _("Two early prices can't end at the same moment.")})
    tier.price_steps.clear()
    db.session.flush()
    tier.price_steps.extend(
        PriceStep(id=new_id(), price=early.price, until=early.until)
        for early in sorted(prices, key=lambda early: early.until)
    )
    tier.event.version += 1
    db.session.flush()
    words = _("Set the early prices of the tier %(tier)s", tier=tier.name)
    currency = tier.event.currency
    after = {"early_prices": [[Money(early.price, currency), early.until] for early in prices]}
    audit.record("tier.early_prices", tier, words, after=after, at=at)


def remove(tier: Tier, *, at: datetime) -> None:
    """Take away a tier nobody has bought or is buying; Refusal otherwise."""
    forget_lapsed(tier.event_id, at=at)
    db.session.refresh(tier.stock, with_for_update=True)
    if tier.stock.sold or tier.stock.held or _was_ever_asked_for(tier):
        raise Refusal(
            _(
                "%(tier)s has been bought or held already. Hide it, or end its sale.",
                tier=tier.name,
            )
        )
    if any(count(tier) for count in counted_elsewhere):
        raise Refusal(
            _(
                "%(tier)s is what seats are sold as. Sell them as something else first.",
                tier=tier.name,
            )
        )
    event, stock = tier.event, tier.stock
    words = _("Removed the tier %(tier)s from %(title)s", tier=tier.name, title=event.title)
    audit.record("tier.remove", tier, words, at=at)
    db.session.execute(delete(TierStock).where(TierStock.tier_id == tier.id))
    db.session.delete(tier)
    db.session.flush()
    db.session.delete(stock)
    event.version += 1
    db.session.flush()
    db.session.expire(event, ["tiers", "stocks"])


def find(event: Event, tier_id: uuid.UUID | str) -> Tier:
    """The event's tier of this id; NotFound if there is none."""
    tier = next((tier for tier in event.tiers if str(tier.id) == str(tier_id)), None)
    if tier is None:
        raise NotFound(_("There is no such tier at this event."))
    return tier


def share_capacity(
    event: Event, name: str, capacity: int, tiers: Collection[Tier], *, at: datetime
) -> Stock:
    """Let several tiers draw on one capacity besides their own: a room of 300 for all kinds."""
    if not tiers:
        raise Invalid({"tiers": _("Choose the tiers that share it.")})
    shared = Stock(
        id=new_id(),
        event_id=event.id,
        kind="shared",
        name=_text("name", name),
        capacity=None,
    )
    # Open until the counts are in; an event's own stock is the only one that stays so.
    db.session.add(shared)
    db.session.flush()
    change_shared(shared, tiers=tiers, capacity=capacity, at=at)
    db.session.expire(event, ["stocks"])
    return shared


def change_shared(
    shared: Stock,
    *,
    tiers: Collection[Tier],
    capacity: int,
    name: str | None = None,
    at: datetime,
) -> None:
    """Say anew who shares a capacity, and how large it is. Raises Invalid if more are taken."""
    forget_lapsed(shared.event_id, at=at)
    db.session.refresh(shared)
    db.session.execute(delete(TierStock).where(TierStock.stock_id == shared.id))
    db.session.add_all(TierStock(tier_id=tier.id, stock_id=shared.id) for tier in tiers)
    own = db.session.scalars(
        select(Stock).where(Stock.id.in_([tier.stock_id for tier in tiers]))
    ).all()
    # A tier's own stock counts that tier alone, so the sums over them are the shared counts.
    shared.capacity = None
    shared.sold = sum(stock.sold for stock in own)
    shared.held = sum(stock.held for stock in own)
    if name is not None:
        shared.name = _text("name", name)
    db.session.flush()
    set_capacity(shared, _quantity(capacity))
    words = _("Let tiers share the capacity %(name)s", name=shared.name)
    after = {"capacity": capacity, "tiers": [tier.name for tier in tiers]}
    audit.record("capacity.share", shared, words, after=after, at=at)


def stop_sharing(shared: Stock, *, at: datetime) -> None:
    """Take a shared capacity away; the tiers keep their own."""
    words = _("Took away the shared capacity %(name)s", name=shared.name)
    audit.record("capacity.unshare", shared, words, at=at)
    db.session.execute(delete(TierStock).where(TierStock.stock_id == shared.id))
    event = shared.event
    db.session.delete(shared)
    db.session.flush()
    db.session.expire(event, ["stocks"])


def sharing(event: Event) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Which tiers share which capacity: {stock: [tier]}."""
    rows = db.session.execute(
        select(TierStock.stock_id, TierStock.tier_id)
        .join(Stock, Stock.id == TierStock.stock_id)
        .where(Stock.event_id == event.id, Stock.kind == "shared")
    )
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for stock_id, tier_id in rows:
        found.setdefault(stock_id, []).append(tier_id)
    return found


def _was_ever_asked_for(tier: Tier) -> bool:
    # Holds keep pointing at their tier, also long after; the table's name, since sales is to our
    # right and we don't know its models.
    lines = db.metadata.tables["hold_lines"]
    query = select(func.count()).select_from(lines).where(lines.c.tier_id == tier.id)
    return bool(db.session.scalar(query))


def _checked(tier: Tier | None, facts: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in facts.items():
        if name not in CHANGEABLE:
            raise TypeError(f"a tier has no {name} to change")
        try:
            cleaned[name] = _clean(name, value)
        except ValueError as error:
            wrong[name] = str(error)

    def after(name: str, default: Any) -> Any:
        value = cleaned.get(name, getattr(tier, name, None) if tier else None)
        return default if value is None else value

    least, most = after("min_per_order", 1), after("max_per_order", 10)
    if "max_per_order" not in wrong and least > most:
        wrong["max_per_order"] = _("The most per order is not less than the least.")
    start, end = after("sale_start", None), after("sale_end", None)
    if start and end and end <= start:
        wrong["sale_end"] = _("The sale ends after it starts.")
    if wrong:
        raise Invalid(wrong)
    return cleaned


def _clean(name: str, value: Any) -> Any:
    if name in LONGEST:
        return _text(name, value)
    if name == "price":
        return _amount(value)
    if name == "code_kind" and value not in CODE_KINDS:
        raise ValueError(_("Choose what kind of code its tickets have."))
    if name in ("min_per_order", "max_per_order") and not 1 <= value <= 100:
        raise ValueError(_("An order takes between 1 and 100 of a tier."))
    if name.startswith("sale_") and value is not None and value.tzinfo is None:
        raise ValueError(_("A time needs its zone."))
    return value


def _text(name: str, value: Any) -> str:
    text = str(value or "").strip()
    try:
        text = refuse_control_characters(text)
    except ControlCharacters as error:
        raise ValueError(str(error)) from None
    if name == "name" and not text:
        raise ValueError(_("A tier needs a name."))
    if len(text) > LONGEST[name]:
        raise ValueError(_("Keep this to %(most)s characters.", most=LONGEST[name]))
    return text


def _amount(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(_("A price is zero or more."))
    if value > MAX_PRICE:
        raise ValueError(_("This amount is too large."))
    return value


def _quantity(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10_000_000:
        raise Invalid({"quantity": _("A quantity is a whole number up to 10,000,000.")})
    return value
