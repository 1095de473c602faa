"""The price list: an event's tiers as a form shows them, and as they are typed into it.

One form holds all of it: tiers in their order, their early prices, the capacities they share, the
event's own, and who bears the fees. Its buttons that add, move and take away only redraw it with
everything typed; what becomes of it when it is saved is in `repricing`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from babel.numbers import get_decimal_symbol
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from eventflow.events import tiers, wall_clock
from eventflow.events.models import Event, Stock, Tier
from eventflow.money import FeeRule, Money, Totals, UnclearAmount, parse_amount, totals

MOST_EARLY = 12
MOST_SHARED = 20
_KEY = re.compile(r"[a-z0-9-]{1,40}")


@dataclass
class EarlyRow:
    """A lower price, and until when; as typed."""

    price: str = ""
    until: str = ""
    turn: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.price or self.until)


@dataclass
class TierRow:
    """One tier as typed. `key` is its id, or a name of its own for one that is not there yet."""

    key: str
    tier: Tier | None = None
    name: str = ""
    price: str = ""
    quantity: str = ""
    description: str = ""
    min_per_order: str = "1"
    max_per_order: str = "10"
    sale_start: str = ""
    sale_start_turn: str = ""
    sale_end: str = ""
    sale_end_turn: str = ""
    hidden: bool = False
    code_kind: str = "static"
    proof: str = ""
    removed: bool = False
    early: list[EarlyRow] = field(default_factory=list)

    def field(self, name: str) -> str:
        """What a field of this row is called in the form."""
        return f"tier-{self.key}-{name}"

    @property
    def is_blank(self) -> bool:
        """A row that was offered and not used."""
        return self.tier is None and not (self.name or self.price or self.quantity)

    @property
    def sold(self) -> int:
        return self.tier.stock.sold if self.tier else 0

    def is_unfolded(self, errors: Mapping[str, str], fresh: str) -> bool:
        """Whether something among its details wants to be looked at."""
        in_sight = {self.field(name) for name in ("name", "price", "quantity")}
        wanted = {*errors, fresh} - in_sight
        return any(name.startswith(self.field("")) for name in wanted)


@dataclass
class SharedRow:
    """A capacity that several tiers draw on, as typed; `tiers` are the keys of their rows."""

    key: str
    stock: Stock | None = None
    name: str = ""
    capacity: str = ""
    tiers: list[str] = field(default_factory=list)
    removed: bool = False

    def field(self, name: str) -> str:
        return f"shared-{self.key}-{name}"

    @property
    def is_blank(self) -> bool:
        return self.stock is None and not (self.name or self.capacity or self.tiers)


@dataclass
class PriceList:
    rows: list[TierRow]
    shared: list[SharedRow]
    capacity: str
    fee_mode: str
    errors: dict[str, str] = field(default_factory=dict)
    fresh: str = ""
    """The field that was just asked for, where one goes on typing."""

    @property
    def sharers(self) -> list[tuple[str, str]]:
        """The tiers that may share a room, to choose from."""
        return [
            (row.key, row.name or _("New tier"))
            for row in self.rows
            if not (row.removed or row.is_blank)
        ]


@dataclass(frozen=True, slots=True)
class Example:
    """What one ticket of a tier comes to: for who buys it, and for who sells it."""

    name: str
    one: Totals
    two: Totals


def of_event(event: Event, *, usual_fee_mode: str) -> PriceList:
    """The list as it is kept. An event without tiers gets a row to begin with."""
    rows = [_row_of(tier) for tier in event.tiers]
    sharing = tiers.sharing(event)
    shared = [
        SharedRow(
            key=str(stock.id),
            stock=stock,
            name=stock.name,
            capacity=_written_number(stock.capacity),
            tiers=[str(tier_id) for tier_id in sharing.get(stock.id, [])],
        )
        for stock in event.stocks
        if stock.kind == "shared"
    ]
    return PriceList(
        rows=rows or [TierRow("new-1")],
        shared=shared,
        capacity=_written_number(event.capacity_stock.capacity),
        fee_mode=event.fee_mode or usual_fee_mode,
    )


def of_form(event: Event, form: MultiDict[str, str], *, usual_fee_mode: str) -> PriceList:
    """The list as it was typed, whatever that is. What was added meanwhile stands at its end."""
    known = {str(tier.id): tier for tier in event.tiers}
    rows: list[TierRow] = []
    for key in _keys(form, "tier", tiers.MOST_TIERS):
        rows.append(_row_typed(key, known.pop(key, None), form))
    rows.extend(_row_of(tier) for tier in known.values())

    kept = of_event(event, usual_fee_mode=usual_fee_mode)
    known_shared = {row.key: row for row in kept.shared}
    shared = [
        _shared_typed(key, known_shared.pop(key, None), form)
        for key in _keys(form, "shared", MOST_SHARED)
    ]
    return PriceList(
        rows=rows or [TierRow("new-1")],
        shared=shared + list(known_shared.values()),
        capacity=form.get("capacity", "").strip(),
        fee_mode=form.get("fee_mode", kept.fee_mode),
    )


def press(prices: PriceList, button: str) -> None:
    """Do what one of the form's own buttons says, "up:KEY" for instance. Nothing is saved."""
    action, _colon, key = button.partition(":")
    if action in _LIST_BUTTONS:
        _LIST_BUTTONS[action](prices)
    elif action in _ROW_BUTTONS:
        place = next((n for n, row in enumerate(prices.rows) if row.key == key), None)
        if place is not None:
            _ROW_BUTTONS[action](prices, place)
    elif action in ("unshare", "share-again"):
        for shared in list(prices.shared):
            if shared.key == key:
                shared.removed = action == "unshare"
                if shared.stock is None:
                    prices.shared.remove(shared)


def examples(prices: PriceList, currency: str, rule: FeeRule) -> list[Example]:
    """What a ticket of each tier comes to, as far as its price can be read."""
    found = []
    for row in prices.rows:
        try:
            price = parse_amount(row.price, currency, get_locale() or "en")
        except UnclearAmount:
            continue
        if price and not row.removed:
            found.append(Example(row.name, totals(rule, price), totals(rule, 2 * price)))
    return found


def written_amount(amount: int, currency: str) -> str:
    """As a field holds it: "25.00" or "25,00", without its currency."""
    decimal: Decimal = Money(amount, currency).decimal
    return str(decimal).replace(".", get_decimal_symbol(get_locale() or "en"))


def _row_of(tier: Tier) -> TierRow:
    event, zone = tier.event, tier.event.timezone
    return TierRow(
        key=str(tier.id),
        tier=tier,
        name=tier.name,
        price=written_amount(tier.price, event.currency),
        quantity=_written_number(tier.stock.capacity),
        description=tier.description,
        min_per_order=str(tier.min_per_order),
        max_per_order=str(tier.max_per_order),
        sale_start=wall_clock.written(tier.sale_start, zone),
        sale_start_turn=wall_clock.turn(tier.sale_start, zone),
        sale_end=wall_clock.written(tier.sale_end, zone),
        sale_end_turn=wall_clock.turn(tier.sale_end, zone),
        hidden=tier.hidden,
        code_kind=tier.code_kind,
        proof=tier.proof,
        early=[
            EarlyRow(
                price=written_amount(step.price, event.currency),
                until=wall_clock.written(step.until, zone),
                turn=wall_clock.turn(step.until, zone),
            )
            for step in tier.price_steps
        ],
    )


def _row_typed(key: str, tier: Tier | None, form: MultiDict[str, str]) -> TierRow:
    def text(name: str, default: str = "") -> str:
        return form.get(f"tier-{key}-{name}", default).strip()

    if tier is not None and f"tier-{key}-removed" in form:
        return replace(_row_of(tier), removed=True)
    early = []
    for number in range(MOST_EARLY):
        if f"tier-{key}-early-{number}-price" not in form:
            break
        early.append(EarlyRow(*(text(f"early-{number}-{p}") for p in ("price", "until", "turn"))))
    return TierRow(
        key=key,
        tier=tier,
        name=" ".join(text("name").split()),
        price=text("price"),
        quantity=text("quantity"),
        description=text("description").replace("\r\n", "\n"),
        min_per_order=text("min_per_order", "1"),
        max_per_order=text("max_per_order", "10"),
        sale_start=text("sale_start"),
        sale_start_turn=text("sale_start_turn"),
        sale_end=text("sale_end"),
        sale_end_turn=text("sale_end_turn"),
        hidden=f"tier-{key}-hidden" in form,
        code_kind=text("code_kind", "static"),
        proof=" ".join(text("proof").split()),
        early=early,
    )


def _shared_typed(key: str, kept: SharedRow | None, form: MultiDict[str, str]) -> SharedRow:
    if kept is not None and f"shared-{key}-removed" in form:
        return replace(kept, removed=True)
    return SharedRow(
        key=key,
        stock=kept.stock if kept else None,
        name=" ".join(form.get(f"shared-{key}-name", "").split()),
        capacity=form.get(f"shared-{key}-capacity", "").strip(),
        tiers=form.getlist(f"shared-{key}-tiers"),
    )


def _keys(form: MultiDict[str, str], name: str, most: int) -> list[str]:
    keys = [key for key in dict.fromkeys(form.getlist(name)) if _KEY.fullmatch(key)]
    return keys[: most + 1]


def _written_number(number: int | None) -> str:
    return "" if number is None else str(number)


# Buttons


def _new_key(keys: list[str]) -> str:
    numbers = [int(key[4:]) for key in keys if re.fullmatch(r"new-\d{1,6}", key)]
    return f"new-{max(numbers, default=0) + 1}"


def _add(prices: PriceList) -> None:
    if len(prices.rows) >= tiers.MOST_TIERS:
        prices.errors[""] = _("An event has %(most)s tiers at most.", most=tiers.MOST_TIERS)
        return
    row = TierRow(_new_key([row.key for row in prices.rows]))
    prices.rows.append(row)
    prices.fresh = row.field("name")


def _share(prices: PriceList) -> None:
    if len(prices.shared) >= MOST_SHARED:
        return
    row = SharedRow(_new_key([row.key for row in prices.shared]))
    prices.shared.append(row)
    prices.fresh = row.field("name")


def _remove(prices: PriceList, place: int) -> None:
    row = prices.rows[place]
    if row.sold:
        prices.errors[row.field("name")] = _(
            "%(sold)s of these are sold, so they stay. Hide them, or end their sale.", sold=row.sold
        )
    elif row.tier is None:
        del prices.rows[place]
    else:
        row.removed = True


def _keep(prices: PriceList, place: int) -> None:
    prices.rows[place].removed = False


def _up(prices: PriceList, place: int) -> None:
    rows = prices.rows
    if place > 0:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]


def _down(prices: PriceList, place: int) -> None:
    if place + 1 < len(prices.rows):
        _up(prices, place + 1)


def _early(prices: PriceList, place: int) -> None:
    row = prices.rows[place]
    if len(row.early) < MOST_EARLY:
        row.early.append(EarlyRow())
        prices.fresh = row.field(f"early-{len(row.early) - 1}-price")


_LIST_BUTTONS: dict[str, Callable[[PriceList], None]] = {"add": _add, "share": _share}
_ROW_BUTTONS: dict[str, Callable[[PriceList, int], None]] = {
    "remove": _remove,
    "keep": _keep,
    "up": _up,
    "down": _down,
    "early": _early,
}
