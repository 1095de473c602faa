"""The console's pages of how one event is seated: its map, what it costs, its rules, its tables."""

import re
import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventflow import whole_numbers
from eventflow.accounts import access
from eventflow.db import after_commit, db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import drafting, tiers, wall_clock
from eventflow.events.models import Event
from eventflow.locale import DEFAULT, format_number
from eventflow.money import UnclearAmount, parse_amount
from eventflow.pages import page
from eventflow.seating import (
    allocations,
    freezing,
    house,
    landing,
    maps,
    price_changes,
    pricing,
    rules,
    venues,
)
from eventflow.seating import drawing as drawings
from eventflow.seating import hall as halls
from eventflow.seating.hall import Hall
from eventflow.seating.models import Seating

bp = access.console(Blueprint("event_seating", __name__, url_prefix="/manage/events"))

MOMENTS = ("swap_until", "accessible_release_at")


@bp.get("/<slug>/seating")
def show(slug: str) -> Response:
    return _show(drafting.find(slug))


@bp.get("/<slug>/seating/hall.svg")
def picture(slug: str) -> Response:
    """The hall with the state of every seat, as it is at this moment."""
    event = drafting.find(slug)
    seating = pricing.find(event)
    hall, letters = house.look(seating, at=now())
    name = _("The hall of %(title)s", title=event.title)
    response = Response(house.picture(seating, hall, letters, name), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


# The map


@bp.post("/<slug>/seating/map")
@access.require("admin")
def choose_map(slug: str) -> Response:
    with transaction():
        event = drafting.find(slug)
        freezing.freeze(event, maps.find(_id(request.form.get("map", ""))), at=now())
    return _done(slug, _("The event has seats now. Say what they cost."))


@bp.post("/<slug>/seating/renew")
@access.require("admin")
def renew(slug: str) -> Response:
    return _unless_taken(slug, freezing.renew, _("The map is taken over as it is now."))


@bp.post("/<slug>/seating/unseat")
@access.require("admin")
def unseat(slug: str) -> Response:
    def back(seating: Seating, *, at: datetime) -> None:
        freezing.unseat(seating.event, at=at)

    return _unless_taken(slug, back, _("The event has no seats any more."))


def _unless_taken(slug: str, verb: Any, words: str) -> Response:
    """Do it, or show on the page whose seats stand in the way."""
    try:
        with transaction():
            event_id = drafting.find(slug).id
            verb(pricing.find(drafting.find(slug)), at=now())
    except freezing.SeatsTaken as refusal:
        return _show(drafting.find(slug), refusal=refusal)
    halls.forget(event_id)
    return _done(slug, words)


# What it costs


@bp.post("/<slug>/seating/prices")
@access.require("admin")
def set_prices(slug: str) -> Response:
    """What each category is sold as; a price that is typed is a new tier, whichever the button."""
    try:
        with transaction():
            event = drafting.find(slug)
            _keep_prices(event, pricing.find(event), at=now())
    except Invalid as refusal:
        return _show(drafting.find(slug), errors=refusal.fields)
    return _done(slug, _("The prices are kept."), "prices")


def keep_from_wizard(event: Event, at: datetime) -> None:
    """What the wizard's step of tickets says of the seats, if anything. Raises Invalid."""
    seating = pricing.of(event.id)
    if seating is None or not access.may("admin"):
        return
    fields = {f"{part}_{key}" for key in _priced(seating) for part in ("tier", "price")}
    if fields.isdisjoint(request.form):
        return
    _keep_prices(event, seating, at=at)
    if "make" in request.form:
        after_commit(lambda: landing.say("prices", _("The prices are kept.")))


def _keep_prices(event: Event, seating: Seating, *, at: datetime) -> None:
    wanted: dict[str, uuid.UUID | None] = {
        key: _id(chosen) if (chosen := request.form.get(f"tier_{key}", "")) else None
        for key in _priced(seating)
    }
    wanted |= _new_tiers(event, seating, wanted, request.form.get("make", ""), at=at)
    pricing.price(seating, wanted, at=at)
    event_id = event.id
    after_commit(lambda: halls.forget(event_id))


@bp.get("/<slug>/seating/price-change")
@access.require("admin")
def show_price_change(slug: str) -> Response:
    return _price_change_page(drafting.find(slug), {"how": "percent", "step": "1"})


@bp.post("/<slug>/seating/price-change")
@access.require("admin")
def change_prices(slug: str) -> Response:
    """Show what would become of each price; do what was shown, which a form of its own says."""
    typed = {name: request.form.get(name, "").strip() for name in ("how", "by", "step")}
    typed["tiers"] = request.form.getlist("tiers")  # type: ignore[assignment]
    try:
        event = drafting.find(slug)
        change = _change_typed(typed, event.currency)
        if request.form.get("do") != "apply":
            lines = price_changes.preview(event, typed["tiers"], change)
            return _price_change_page(event, typed, lines=lines)
        shown = {
            key.removeprefix("shown_"): price
            for key, value in request.form.items()
            if key.startswith("shown_")
            and (price := whole_numbers.read(value, digits=15)) is not None
        }
        db.session.rollback()
        with transaction():
            event = drafting.find(slug)
            number = price_changes.apply(event, typed["tiers"], change, shown=shown, at=now())
    except Invalid as refusal:
        return _price_change_page(drafting.find(slug), typed, errors=refusal.fields)
    except Refusal as refusal:
        event = drafting.find(slug)
        lines = price_changes.preview(event, typed["tiers"], change)
        return _price_change_page(event, typed, lines=lines, notice=refusal.message)
    words = ngettext(
        "%(number)s price is changed.",
        "%(number)s prices are changed.",
        number,
        number=format_number(number),
    )
    return _done(slug, words, "prices")


# Rules


@bp.post("/<slug>/seating/rules")
@access.require("admin")
def change_rules(slug: str) -> Response:
    form = request.form
    typed = {name: form.get(name, "").strip() for name in ("choosing", "most_seats", *MOMENTS)}
    typed |= {f"{name}_turn": form.get(f"{name}_turn", "") for name in MOMENTS}
    typed["no_single_seats"] = form.get("no_single_seats", "")
    try:
        with transaction():
            event = drafting.find(slug)
            rules.change(pricing.find(event), _rules_typed(typed, event.timezone), at=now())
            event_id = event.id
    except Invalid as refusal:
        return _show(drafting.find(slug), typed=typed, errors=refusal.fields)
    halls.forget(event_id)
    return _done(slug, _("The rules are kept."), "rules")


@bp.post("/<slug>/seating/tables")
@access.require("admin")
def change_tables(slug: str) -> Response:
    try:
        with transaction():
            event = drafting.find(slug)
            rules.sell_whole(event, {_id(one) for one in request.form.getlist("whole")}, at=now())
            event_id = event.id
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _show(drafting.find(slug), errors={"tables": refusal.message})
    halls.forget(event_id)
    return _done(slug, _("The tables are kept."), "tables")


# What pages show


def _show(
    event: Event,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    refusal: freezing.SeatsTaken | None = None,
) -> Response:
    seating = pricing.of(event.id)
    status = 409 if refusal else 422 if errors else 200
    if seating is None:
        return page(
            "seating/organizer/choose_map.html",
            status=status,
            event=event,
            venues=[(venue, maps.of_venue(venue)) for venue in venues.all_of_them()],
            may_change=access.may("admin"),
        )
    hall, letters = house.look(seating, at=now())
    zone = event.timezone
    typed = typed or _rules_written(seating, zone)
    return page(
        "seating/organizer/event_seating.html",
        status=status,
        event=event,
        seating=seating,
        map_name=seating.seat_map.name,
        is_behind=seating.seat_map.version != seating.map_version,
        prices=_prices(event, seating, hall, letters),
        tables=rules.tables(event),
        allocations=allocations.with_counts(event, at=now()),
        said=landing.said(),
        typed=typed,
        turns={name: wall_clock.turns(typed[name], zone) for name in MOMENTS},
        errors=errors or {},
        refusal=refusal,
        may_change=access.may("admin"),
        version=f"{seating.version}-{hash(letters) & 0xFFFF_FFFF:x}",
    )


def in_wizard(event: Event) -> dict[str, Any] | None:
    """What the wizard's step of tickets shows of the seats; None of an event without."""
    seating = pricing.of(event.id)
    if seating is None:
        return None
    hall, letters = house.look(seating, at=now())
    standing = _standing(event, seating)
    return {
        "prices": _prices(event, seating, hall, letters),
        "places": len(hall) + sum(one["capacity"] for one in standing),
        "unpriced": pricing.unpriced(event)
        + sum(one["capacity"] for one in standing if one["tier"] is None),
        "sold_by_seat": hall.seated_tiers,
        "may_change": access.may("admin"),
        "said": landing.said(),
    }


def _prices(event: Event, seating: Seating, hall: Hall, letters: bytes) -> dict[str, Any]:
    """What the table of prices shows: what there is, and what it is sold as."""
    return {
        "seated": house.fullness(seating, hall, letters),
        "standing": _standing(event, seating),
        "tiers_of": _tiers_of(event, seating),
    }


def _price_change_page(
    event: Event,
    typed: dict[str, Any],
    *,
    lines: list[price_changes.Line] | None = None,
    errors: dict[str, str] | None = None,
    notice: str = "",
) -> Response:
    steps = [1, *(10**n * m for n in range(0, 5) for m in (5, 10) if 10**n * m > 1)]
    return page(
        "seating/organizer/price_change.html",
        status=422 if errors else 409 if notice else 200,
        event=event,
        typed={"tiers": [str(tier.id) for tier in event.tiers], "by": "", **typed},
        steps=[(str(step), step) for step in steps],
        lines=lines or [],
        errors=errors or {},
        notice=notice,
    )


def _priced(seating: Seating) -> list[str]:
    """What has a price: the categories, and the standing sections."""
    standing = [one["id"] for one in drawings.standing_sections(seating.drawing)]
    return [*(one["id"] for one in seating.drawing["categories"]), *standing]


def _tiers_of(event: Event, seating: Seating) -> dict[str, str]:
    """What each category is sold as, as it is kept or was typed just now."""
    return {
        key: request.form.get(f"tier_{key}", seating.prices.get(key, ""))
        for key in _priced(seating)
    }


def _standing(event: Event, seating: Seating) -> list[dict[str, Any]]:
    by_id = {str(tier.id): tier for tier in event.tiers}
    found = []
    for section in drawings.standing_sections(seating.drawing):
        tier = by_id.get(drawings.price_of(section, seating.prices) or "")
        found.append({"id": section["id"], "name": section["name"], "tier": tier, **_of(section)})
    return found


def _of(section: Any) -> dict[str, Any]:
    return {"capacity": int(section.get("capacity") or 0), "category": section.get("category")}


# What forms say


def _new_tiers(
    event: Event,
    seating: Seating,
    chosen: dict[str, uuid.UUID | None],
    made: str,
    *,
    at: datetime,
) -> dict[str, uuid.UUID | None]:
    """A tier for each price that was typed, all or none. Raises Invalid with all that is wrong."""
    names = {one["id"]: one["name"] for one in seating.drawing["categories"]}
    names |= {one["id"]: one["name"] for one in drawings.standing_sections(seating.drawing)}
    if made and made not in names:
        raise NotFound(_("There is no such category on this map."))
    prices: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for key in names:
        typed = request.form.get(f"price_{key}", "").strip()
        if not typed and key != made:
            continue
        if chosen.get(key) and key != made:
            words = _("Choose “Not for sale” beside a new price, or leave the price empty.")
            wrong[f"price_{key}"] = words
            continue
        try:
            prices[key] = parse_amount(typed, event.currency, get_locale() or DEFAULT)
        except UnclearAmount as unclear:
            wrong[f"price_{key}"] = str(unclear)
    if wrong:
        raise Invalid(wrong)
    return {
        key: tiers.add(event, name=names[key], price=price, quantity=0, at=at).id
        for key, price in prices.items()
    }


def _change_typed(typed: dict[str, Any], currency: str) -> price_changes.Change:
    by = typed["by"].replace("−", "-").removesuffix("%").strip()
    minus = by.startswith("-")
    step = whole_numbers.read(typed["step"], digits=9) or 0
    if typed["how"] == "amount":
        try:
            amount = parse_amount(by.lstrip("+-").strip(), currency, get_locale() or DEFAULT)
        except UnclearAmount as unclear:
            raise Invalid({"by": str(unclear)}) from None
        change = price_changes.Change(amount=-amount if minus else amount, step=step)
    else:
        plain = by.lstrip("+-").strip().replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4})?", plain):
            raise Invalid({"by": _("Write a percentage, like 5 or -12.5.")})
        percent = Decimal(plain)
        change = price_changes.Change(percent=-percent if minus else percent, step=step)
    price_changes.check(change)
    return change


def _rules_typed(typed: dict[str, str], zone: str) -> dict[str, Any]:
    wrong: dict[str, str] = {}
    facts: dict[str, Any] = {"choosing": typed["choosing"]}
    facts["no_single_seats"] = typed["no_single_seats"] == "1"
    facts["most_seats"] = whole_numbers.read(typed["most_seats"], digits=3)
    if facts["most_seats"] is None:
        wrong["most_seats"] = _("From 1 to 100 seats.")
    for name in MOMENTS:
        try:
            facts[name] = wall_clock.read(typed[name], zone, typed[f"{name}_turn"])
        except wall_clock.UnclearTime as unclear:
            wrong[name] = str(unclear)
    if wrong:
        raise Invalid(wrong)
    return facts


def _rules_written(seating: Seating, zone: str) -> dict[str, str]:
    typed = {
        "choosing": seating.choosing,
        "most_seats": str(seating.most_seats),
        "no_single_seats": "1" if seating.no_single_seats else "",
    }
    for name in MOMENTS:
        typed[name] = wall_clock.written(getattr(seating, name), zone)
        typed[f"{name}_turn"] = wall_clock.turn(getattr(seating, name), zone)
    return typed


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _done(slug: str, words: str, part: str = "") -> Response:
    if part:
        landing.say(part, words)
    else:
        flash(words, "right")
    anchor = f"#{part}" if part else ""
    address = f"/manage/events/{quote(slug)}/seating{anchor}"
    return redirect(address, 303)  # type: ignore[return-value]
