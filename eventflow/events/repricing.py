"""Repricing: making an event's tiers what a price list says.

The promise kept here is that it is done whole or not at all. What can't be read is said at once,
what can't be done is said at once, each at its field; and then nothing has changed.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow.errors import Invalid, Refusal
from eventflow.events import drafting, tiers, wall_clock
from eventflow.events.models import Event, Tier
from eventflow.events.price_list import EarlyRow, PriceList, SharedRow, TierRow
from eventflow.events.tiers import EarlyPrice
from eventflow.events.wizard import staying_whole
from eventflow.money import MAX_PRICE, UnclearAmount, parse_amount

_WHOLE = re.compile(r"\d{1,12}|\d{1,3}(?:[ .,'’\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]\d{3})+")

Wrong = dict[str, str]


def save(event: Event, prices: PriceList, *, usual_fee_mode: str, at: datetime) -> None:
    """Make it so. The caller has locked the event. Raises Invalid, with the form's field names."""
    wrong: Wrong = {}
    plans = [(row, _plan(event, row, wrong)) for row in prices.rows if not row.is_blank]
    capacity = _capacity(prices, wrong)
    sizes = {
        row.key: _whole(row.capacity, row.field("capacity"), wrong)
        for row in prices.shared
        if not (row.removed or row.is_blank)
    }
    if wrong:
        raise Invalid(wrong)
    with staying_whole(event, at=at):
        with _told(wrong, {"capacity": "capacity"}):
            _keep_event(event, prices, capacity, usual_fee_mode, at)
        made = _keep_tiers(event, plans, wrong, at)
        for row in prices.shared:
            if not row.is_blank:
                _keep_shared(event, row, sizes.get(row.key, 0), made, wrong, at)
        if wrong:
            raise Invalid(wrong)


# What is meant


def _plan(event: Event, row: TierRow, wrong: Wrong) -> dict[str, Any]:
    """The facts of a tier that a row means; what can't be read goes to `wrong`."""
    if row.removed:
        return {}
    facts: dict[str, Any] = {"name": row.name, "description": row.description}
    facts |= {"hidden": row.hidden, "code_kind": row.code_kind, "proof": row.proof}
    if not row.name:
        wrong[row.field("name")] = _("A tier needs a name.")
    facts["price"] = _amount(row.price, event.currency, row.field("price"), wrong)
    for name in ("quantity", "min_per_order", "max_per_order"):
        facts[name] = _whole(getattr(row, name), row.field(name), wrong)
    kept = row.tier
    for name in ("sale_start", "sale_end"):
        before = getattr(kept, name) if kept else None
        shown, turn = getattr(row, name), getattr(row, name + "_turn")
        facts[name] = _moment(event, before, shown, turn, row.field(name), wrong)
    early = (_early(event, row, number, typed, wrong) for number, typed in enumerate(row.early))
    facts["early"] = sorted(filter(None, early), key=lambda one: one.until)
    return facts


def _early(
    event: Event, row: TierRow, number: int, typed: EarlyRow, wrong: Wrong
) -> EarlyPrice | None:
    if typed.is_blank:
        return None
    name = row.field(f"early-{number}-")
    price = _amount(typed.price, event.currency, name + "price", wrong)
    before = {
        (wall_clock.written(step.until, zone), wall_clock.turn(step.until, zone)): step.until
        for step in (row.tier.price_steps if row.tier else ())
        for zone in (event.timezone,)
    }
    kept = before.get((typed.until, typed.turn))
    until = kept or _moment(event, None, typed.until, typed.turn, name + "until", wrong)
    if until is None:
        wrong.setdefault(name + "until", _("Say until when this price holds."))
        return None
    return EarlyPrice(price, until)


def _moment(
    event: Event, before: datetime | None, shown: str, turn: str, name: str, wrong: Wrong
) -> datetime | None:
    zone = event.timezone
    if (shown, turn) == (wall_clock.written(before, zone), wall_clock.turn(before, zone)):
        return before
    try:
        return wall_clock.read(shown, zone, turn)
    except wall_clock.UnclearTime as unclear:
        wrong[name] = str(unclear)
        return None


def _amount(typed: str, currency: str, name: str, wrong: Wrong) -> int:
    try:
        amount: int = parse_amount(typed, currency, get_locale() or "en")
    except UnclearAmount as unclear:
        wrong[name] = _(unclear.sentence, **unclear.details)
        return 0
    if amount > MAX_PRICE:
        wrong[name] = _("This amount is too large.")
        return 0
    return amount


def _whole(typed: str, name: str, wrong: Wrong) -> int:
    if not _WHOLE.fullmatch(typed):
        wrong[name] = _("Type a whole number, such as %(example)s.", example=100)
        return 1
    return int(re.sub(r"\D", "", typed))


def _capacity(prices: PriceList, wrong: Wrong) -> int | None:
    return _whole(prices.capacity, "capacity", wrong) if prices.capacity else None


# Doing it


def _keep_event(
    event: Event, prices: PriceList, capacity: int | None, usual_fee_mode: str, at: datetime
) -> None:
    facts: dict[str, Any] = {}
    if capacity != event.capacity_stock.capacity:
        facts["capacity"] = capacity
    if prices.fee_mode != (event.fee_mode or usual_fee_mode):
        facts["fee_mode"] = prices.fee_mode
    if facts:
        drafting.change(event, facts, at=at)


def _keep_tiers(
    event: Event, plans: list[tuple[TierRow, dict[str, Any]]], wrong: Wrong, at: datetime
) -> dict[str, Tier]:
    """The tiers there are then, by the keys of their rows."""
    made: dict[str, Tier] = {}
    for row, _facts in plans:
        if row.removed and row.tier is not None:
            with _told(wrong, row=row):
                tiers.remove(row.tier, at=at)
    staying = [(row, facts) for row, facts in plans if not row.removed]
    for position, (row, facts) in enumerate(staying):
        early = facts.pop("early")
        with _told(wrong, row=row):
            if row.tier is None:
                tier = tiers.add(event, **facts, position=position, at=at)
            else:
                tier = row.tier
                _change(tier, {**facts, "position": position}, at)
            made[row.key] = tier
            if early != [EarlyPrice(step.price, step.until) for step in tier.price_steps]:
                tiers.set_early_prices(tier, early, at=at)
    return made


def _change(tier: Tier, facts: dict[str, Any], at: datetime) -> None:
    now = {name: getattr(tier, name) for name in facts if name != "quantity"}
    now["quantity"] = tier.stock.capacity
    if different := {name: value for name, value in facts.items() if value != now[name]}:
        tiers.change(tier, different, at=at)


def _keep_shared(
    event: Event, row: SharedRow, size: int, made: Mapping[str, Tier], wrong: Wrong, at: datetime
) -> None:
    if row.removed:
        if row.stock is not None:
            tiers.stop_sharing(row.stock, at=at)
        return
    members = [made[key] for key in dict.fromkeys(row.tiers) if key in made]
    if not row.name or len(row.name) > tiers.LONGEST["name"]:
        wrong[row.field("name")] = _("Give it a short name, such as Main hall.")
        return
    if not members:
        wrong[row.field("tiers")] = _("Choose the tiers that share it.")
        return
    with _told(wrong, {"quantity": "capacity"}, row=row):
        if row.stock is None:
            tiers.share_capacity(event, row.name, size, members, at=at)
        elif _is_different(event, row, size, members):
            tiers.change_shared(row.stock, tiers=members, capacity=size, name=row.name, at=at)


def _is_different(event: Event, row: SharedRow, size: int, members: list[Tier]) -> bool:
    stock = row.stock
    assert stock is not None
    before = set(tiers.sharing(event).get(stock.id, []))
    return (row.name, size, {tier.id for tier in members}) != (stock.name, stock.capacity, before)


@contextmanager
def _told(
    wrong: Wrong,
    called: Mapping[str, str] | None = None,
    *,
    row: TierRow | SharedRow | None = None,
) -> Iterator[None]:
    """Put what is refused inside to the fields of the form that it is about."""
    called = called or {}

    def name(field: str) -> str:
        field = called.get(field, field)
        field = "early-0-until" if field == "early_until" else field
        return row.field(field) if row else field

    try:
        yield
    except Invalid as invalid:
        for field, sentence in invalid.fields.items():
            wrong.setdefault(name(field), sentence)
    except Refusal as refusal:
        wrong.setdefault(name("name"), refusal.message)
