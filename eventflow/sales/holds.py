"""Holds: setting places aside for a buyer, and giving them back.

The promise kept here is that nothing is promised twice. Whoever makes places scarcer locks the
stocks concerned in id order, once, and only then looks; the check constraint on `stocks` has the
last word. Placing is the rush: one statement, `place_hold` (migrations/functions), on a connection
that commits by itself, so that the lock on a hot row is held for a fraction of a millisecond
and no longer than the database needs. A lapsed hold is free stock at once: whoever needs its
places takes them, and the sweeping job is only housekeeping.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from eventflow.db import ask, db
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events.models import Stock, TierStock
from eventflow.money import FeeRule, Totals, default_fixed_fee, totals
from eventflow.sales.models import Hold, HoldLine
from eventflow.tenancy import current_tenant_id

MOST_TIERS = 50
LEFT_FOR = timedelta(seconds=60)
"""How long places are kept whose buyer has left the page."""


class SoldOut(Refusal):
    code = "sold_out"


class SaleNotOpen(Refusal):
    code = "sale_not_open"


class HoldExpired(Refusal):
    code = "hold_expired"
    status = 410


class HoldUsed(Refusal):
    code = "hold_used"


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of one tier."""

    tier_id: uuid.UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat as a hold or an order names it."""

    id: uuid.UUID
    tier_id: uuid.UUID
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    tier_id: uuid.UUID
    name: str
    quantity: int
    unit_price: int
    seats: tuple[HeldSeat, ...] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold just placed, as told by the database in the one statement that placed it."""

    id: uuid.UUID
    expires_at: datetime
    currency: str
    rule: FeeRule
    lines: tuple[Line, ...]

    @property
    def totals(self) -> Totals:
        return totals(self.rule, sum(line.quantity * line.unit_price for line in self.lines))


_PLACE = (
    "select place_hold(%(tenant)s, %(hold)s, %(event)s, %(tiers)s, %(quantities)s, %(buyer)s,"
    " %(form_key)s, %(hidden_too)s, %(at)s)"
)


_REPLACE = (
    "select replace_hold(%(tenant)s, %(hold)s, %(event)s, %(tiers)s, %(quantities)s, %(buyer)s,"
    " %(form_key)s, %(hidden_too)s, %(replaces)s, %(at)s)"
)


_SEATS = text(
    """
    select s.id, s.tier_id, seat_label(r.section, r.kind, r.label, s.number) as label
      from seats s join seat_rows r on r.id = s.seat_row_id
     where s.tenant_id = :tenant and s.hold_id = :hold
     order by s.position
    """
)


def place(
    slug: str,
    wanted: Sequence[Wanted],
    *,
    at: datetime,
    buyer: str = "",
    form_key: str | None = None,
    hidden_too: bool = False,
    replaces: uuid.UUID | None = None,
) -> Placed:
    """Hold these places for a buyer: all of them, or none; in place of what they held before.

    Commits by itself. The same `form_key` twice is the same hold. Raises SoldOut, SaleNotOpen,
    Invalid (with the field `items`) or NotFound.
    """
    tiers = merged(wanted)
    asked = {
        "tenant": current_tenant_id(),
        "hold": uuid.uuid4(),
        "event": slug,
        "tiers": list(tiers),
        "quantities": list(tiers.values()),
        "buyer": buyer,
        "form_key": form_key,
        "hidden_too": hidden_too,
        "replaces": replaces,
        "at": at,
    }
    for _attempt in range(3):
        answer = _ask(asked)
        if answer.get("refused") != "again":
            break
    if "refused" in answer:
        raise refusal(answer)
    return as_placed(answer)


def as_placed(answer: dict[str, Any]) -> Placed:
    """What `place_hold` or `place_seats` answered."""
    fixed = answer["fee_fixed"]
    seats = [
        HeldSeat(uuid.UUID(seat["id"]), uuid.UUID(seat["tier"]), seat["label"])
        for seat in answer.get("seats") or ()
    ]
    return Placed(
        id=uuid.UUID(answer["hold"]),
        expires_at=datetime.fromisoformat(answer["expires_at"]),
        currency=answer["currency"],
        rule=FeeRule(
            Decimal(str(answer["fee_percent"])),
            default_fixed_fee(answer["currency"]) if fixed is None else fixed,
            answer["fee_mode"],
        ),
        lines=tuple(
            Line(
                uuid.UUID(line["tier"]),
                line["name"],
                line["quantity"],
                line["unit_price"],
                tuple(seat for seat in seats if str(seat.tier_id) == line["tier"]),
            )
            for line in answer["lines"]
        ),
    )


def find(hold_id: uuid.UUID | str, *, lock: bool = False) -> Hold:
    """The hold that this secret opens, whatever its state; NotFound if there is none."""
    query = select(Hold).where(Hold.id == _id(hold_id))
    if lock:
        query = query.with_for_update(of=Hold).execution_options(populate_existing=True)
    hold = db.session.scalar(query)
    if hold is None:
        raise NotFound(_("There is no such hold."))
    return hold


def is_free(hold_id: uuid.UUID | str) -> bool:
    """Whether what this hold is of costs nothing. NotFound for what is no secret of a hold."""
    query = select(HoldLine.hold_id).where(
        HoldLine.hold_id == _id(hold_id), HoldLine.unit_price > 0
    )
    return db.session.scalar(query.limit(1)) is None


def _id(hold_id: uuid.UUID | str) -> uuid.UUID:
    try:
        return hold_id if isinstance(hold_id, uuid.UUID) else uuid.UUID(hold_id)
    except ValueError:
        raise NotFound(_("There is no such hold.")) from None


def find_live(hold_id: uuid.UUID | str, *, at: datetime, lock: bool = False) -> Hold:
    """A hold that can still be bought. Raises HoldUsed, HoldExpired or NotFound."""
    hold = find(hold_id, lock=lock)
    if hold.order is not None or hold.status == "used":
        raise HoldUsed(_("These places have become an order already."))
    if hold.has_lapsed(at):
        raise HoldExpired(_("The time for these places has run out. Please choose again."))
    if hold.status == "released":
        raise HoldExpired(_("These places were given back. Please choose again."))
    return hold


def release(hold_id: uuid.UUID | str, *, at: datetime) -> None:
    """Give the places back, now. Raises HoldUsed, HoldExpired or NotFound."""
    give_back(find_live(hold_id, at=at, lock=True))


def give_back(hold: Hold) -> None:
    """Return a live hold's places to stock. The caller has locked the hold.

    The database moves the counters as the transaction commits (`settle_hold`).
    """
    if hold.status == "live":
        hold.status = "released"


def extend(
    hold_id: uuid.UUID | str, *, minutes: int, refused_others: bool = False, at: datetime
) -> Hold:
    """Give the buyer the time again, once, while nobody waits for the same places.

    Somebody waits if others were refused since the hold was placed (`waiting`), and there is still
    nothing left of what it draws on. That these very places are the last keeps nobody waiting.
    """
    hold = find_live(hold_id, at=at, lock=True)
    if hold.extended_at is not None:
        raise Refusal(_("The time was extended already. Please finish, or choose again later."))
    if refused_others and _takes_the_last(hold):
        raise Refusal(_("Others are waiting for these places, so the time can't be extended."))
    hold.extended_at = at
    hold.expires_at = at + timedelta(minutes=minutes)
    db.session.flush()
    return hold


def leave(
    hold_id: uuid.UUID | str, *, at: datetime, left_at: datetime | None = None
) -> Hold | None:
    """The buyer has left the page: keep the places for a minute more, not for the whole time.

    Nothing happens to a hold that is over or became an order: its buyer may be paying elsewhere.
    Nor when the buyer has come to another page since: the page that is left and the one that is
    entered each say so, and the second may be heard first. `left_at` is by the buyer's clock, as
    in `come_back`.
    """
    hold = find(hold_id, lock=True)
    if hold.status != "live" or hold.has_lapsed(at) or hold.order is not None:
        return None
    if hold.back_at is not None and left_at is not None and left_at <= hold.back_at:
        return None
    soon = at + LEFT_FOR
    if hold.expires_at > soon:
        hold.left_until = hold.left_until or hold.expires_at
        hold.expires_at = soon
        db.session.flush()
    return hold


def come_back(hold_id: uuid.UUID | str, *, at: datetime, back_at: datetime | None = None) -> Hold:
    """The buyer is here again: the time is what it was. Raises what `find_live` raises."""
    hold = find_live(hold_id, at=at, lock=True)
    if hold.left_until is not None:
        hold.expires_at, hold.left_until = hold.left_until, None
    hold.back_at = back_at or hold.back_at
    db.session.flush()
    return hold


def seats_of(hold: Hold) -> list[HeldSeat]:
    """The hold's seats in the order of the hall; none where places have no seats."""
    rows = db.session.execute(_SEATS, {"tenant": hold.tenant_id, "hold": hold.id})
    return [HeldSeat(row.id, row.tier_id, row.label) for row in rows]


def needs(hold: Hold) -> dict[uuid.UUID, int]:
    """How many places the hold takes of each stock."""
    rows = db.session.execute(
        select(TierStock.stock_id, func.sum(HoldLine.quantity))
        .join(HoldLine, HoldLine.tier_id == TierStock.tier_id)
        .where(HoldLine.hold_id == hold.id)
        .group_by(TierStock.stock_id)
    )
    return {stock_id: int(quantity) for stock_id, quantity in rows}


def sweep(event_id: uuid.UUID, *, at: datetime) -> int:
    """Give back what lapsed at one event, so that its counters read as they are."""
    db.session.execute(
        select(Stock.id).where(Stock.event_id == event_id).order_by(Stock.id).with_for_update()
    )
    return db.session.scalar(select(func.release_lapsed(event_id, at))) or 0


def events_with_lapsed(*, at: datetime, most: int = 1000) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(tenant, event) of events whose lapsed holds nobody has taken yet."""
    rows = db.session.execute(
        select(Hold.tenant_id, Hold.event_id)
        .where(Hold.status == "live", Hold.expires_at <= at)
        .distinct()
        .limit(most)
    )
    return [(row.tenant_id, row.event_id) for row in rows]


def keep_typed(hold: Hold, typed: dict[str, Any]) -> None:
    """Remember what the buyer typed so far; nothing typed is lost."""
    db.session.execute(update(Hold).where(Hold.id == hold.id).values(typed=typed))


def _ask(asked: dict[str, Any]) -> dict[str, Any]:
    form_key = asked["form_key"]
    asking = _PLACE if asked["replaces"] is None else _REPLACE
    try:
        answer: dict[str, Any] = ask(asking, asked)
        if answer.get("refused") != "same_form":
            return answer
    except DBAPIError as error:
        if form_key is None or "uq_holds_tenant_id_form_key" not in str(error):
            raise
    return same_form(asked["form_key"])


def same_form(form_key: str) -> dict[str, Any]:
    """What the first press of the button was answered."""
    hold = db.session.scalars(select(Hold).where(Hold.form_key == form_key)).one()
    return {
        "hold": str(hold.id),
        "expires_at": hold.expires_at.isoformat(),
        "currency": hold.currency,
        "fee_mode": hold.fee_mode,
        "fee_percent": hold.fee_percent,
        "fee_fixed": hold.fee_fixed,
        "lines": [
            {
                "tier": str(line.tier_id),
                "name": line.tier.name,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
            }
            for line in hold.lines
        ],
        "seats": [
            {"id": str(seat.id), "tier": str(seat.tier_id), "label": seat.label}
            for seat in seats_of(hold)
        ],
    }


def merged(wanted: Sequence[Wanted]) -> dict[uuid.UUID, int]:
    """How many of each tier. Raises Invalid."""
    found: dict[uuid.UUID, int] = {}
    for one in wanted:
        if one.quantity < 0:
            raise Invalid({"items": _("A quantity is one or more.")})
        if one.quantity:
            found[one.tier_id] = found.get(one.tier_id, 0) + one.quantity
    if not found:
        raise Invalid({"items": _("Choose at least one ticket.")})
    if len(found) > MOST_TIERS or max(found.values()) > 10_000:
        raise Invalid({"items": _("That is more than one order can hold.")})
    return found


def _takes_the_last(hold: Hold) -> bool:
    """Whether a stock that the hold draws on has nothing left."""
    return bool(
        db.session.scalar(
            select(Stock.id)
            .where(Stock.id.in_(needs(hold)), Stock.sold + Stock.held >= Stock.capacity)
            .limit(1)
        )
    )


def refusal(answer: dict[str, Any]) -> Refusal:
    """The sentence for each reason that `place_hold` refuses for."""
    why, name, limit = answer["refused"], answer.get("name"), answer.get("limit", 0)
    match why:
        case "not_found":
            return NotFound(_("There is no such event."))
        case "cancelled":
            return SaleNotOpen(_("This event is cancelled."))
        case "ended":
            return SaleNotOpen(_("This event is over."))
        case "no_such_tier":
            return Invalid({"items": _("There is no such tier at this event.")})
        case "upcoming":
            return SaleNotOpen(_("%(tier)s is not on sale yet.", tier=name))
        case "closed":
            return SaleNotOpen(_("%(tier)s is no longer on sale.", tier=name))
        case "too_few":
            words = ngettext(
                "Take at least %(num)s of %(tier)s.",
                "Take at least %(num)s of %(tier)s.",
                limit,
                tier=name,
            )
            return Invalid({"items": words})
        case "too_many":
            words = ngettext(
                "An order can have %(num)s of %(tier)s at most.",
                "An order can have %(num)s of %(tier)s at most.",
                limit,
                tier=name,
            )
            return Invalid({"items": words})
        case _:
            return SoldOut(_("There are not that many tickets left. Please choose again."))
