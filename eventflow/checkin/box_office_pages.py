"""The console's pages of selling at the door: the till, what is set aside, a sale just made."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from eventflow import whole_numbers
from eventflow.accounts import access, people
from eventflow.accounts.hosts import tenant_url
from eventflow.checkin import door_sales, figures, shift_pages, shifts
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.money import (
    Money,
    UnclearAmount,
    minor_digits,
    parse_amount,
    price_with_fees,
    totals,
)
from eventflow.pages import page
from eventflow.payments import desk
from eventflow.sales import availability, holds, orders
from eventflow.sales import figures as sales_figures
from eventflow.sales.models import Hold, Order
from eventflow.sales.orders import Buyer
from eventflow.sales.seat_refusals import SingleSeat
from eventflow.seating import allocations
from eventflow.seating import hall as halls
from eventflow.tickets import qr, showing_tickets
from eventflow.tickets.showing_tickets import ShownTicket

bp = Blueprint("box_office", __name__)
bp.register_blueprint(shift_pages.bp)

MOST_AT_ONCE = 100


@bp.get("/box-office")
def show_till(slug: str) -> Response:
    return _till(drafting.find(slug), {})


@bp.post("/box-office")
def sell(slug: str) -> Response:
    """One sale, however often the button was pressed."""
    at, event = now(), drafting.find(slug)
    try:
        wanted = _wanted(event)
        _check_given(_total(event, wanted, at), event.currency)
        order = door_sales.sell(
            event,
            wanted,
            _terms(event),
            form_key=request.form.get("form_key") or desk.new_form_key(),
            at=at,
        )
    except Invalid as refusal:
        return _till(drafting.find(slug), refusal.fields)
    except Refusal as refusal:
        return _till(drafting.find(slug), {"": refusal.message}, status=refusal.status)
    return _sold(slug, event, order)


@bp.post("/box-office/held")
def hold(slug: str) -> Response:
    """Set seats aside, the best there are or those that were named, and say which and how much."""
    at, event = now(), drafting.find(slug)
    try:
        typed = request.form.get("seats", "")
        chosen = allocations.read_list(event, typed) if typed.strip() else []
        placed = door_sales.hold(
            event,
            _wanted(event, enough=bool(chosen)),
            chosen=chosen,
            need="need" in request.form,
            may_strand=request.form.get("single") == "leave",
            person_id=_person(),
            form_key=request.form.get("form_key") or desk.new_form_key(),
            at=at,
        )
    except Invalid as refusal:
        return _till(drafting.find(slug), refusal.fields)
    except Refusal as refusal:
        return _till(
            drafting.find(slug),
            {"": _said(refusal)},
            status=refusal.status,
            may_strand=isinstance(refusal, SingleSeat),
        )
    availability.forget(event.id)
    return _to(slug, f"held/{placed.id}")


@bp.get("/box-office/held/<uuid:hold_id>")
def show_held(slug: str, hold_id: uuid.UUID) -> Response:
    event = drafting.find(slug)
    try:
        return _held_page(event, door_sales.held(event, hold_id, at=now()), {})
    except (holds.HoldExpired, holds.HoldUsed) as refusal:
        flash(refusal.message, "doubt")
        return _to(slug)


@bp.post("/box-office/held/<uuid:hold_id>")
def sell_held(slug: str, hold_id: uuid.UUID) -> Response:
    """Sell what is set aside, once, however often the button was pressed."""
    at, event = now(), drafting.find(slug)
    try:
        if kept := db.session.get(Hold, hold_id):
            _check_given(kept.totals.total, event.currency)
        order = door_sales.sell_held(event, hold_id, _terms(event), at=at)
    except Invalid as refusal:
        event = drafting.find(slug)
        return _held_page(event, door_sales.held(event, hold_id, at=at), refusal.fields)
    except (holds.HoldExpired, holds.HoldUsed) as refusal:
        flash(refusal.message, "doubt")
        return _to(slug)
    return _sold(slug, event, order)


@bp.post("/box-office/held/<uuid:hold_id>/release")
def release_held(slug: str, hold_id: uuid.UUID) -> Response:
    """Other seats, or none: these are everybody's again."""
    with transaction():
        event = drafting.find(slug)
        try:
            holds.give_back(door_sales.held(event, hold_id, at=now(), lock=True))
        except (holds.HoldExpired, holds.HoldUsed) as refusal:
            flash(refusal.message, "doubt")
    availability.forget(event.id)
    return _to(slug)


@bp.get("/box-office/sold/<code>")
def show_sold(slug: str, code: str) -> Response:
    """What was just sold: print it, mail it, put it on a phone, and go on with the next."""
    event = drafting.find(slug)
    sale, order = door_sales.sale_of(code)
    tickets = showing_tickets.shown(order, order.tickets)
    return page(
        "checkin/organizer/sold.html",
        event=event,
        sale=sale,
        order=order,
        tickets=tickets,
        links=_links(order, tickets),
        moves=_moves(tickets),
        given=_given(order.total, order.currency),
        form_key=desk.new_form_key(),
    )


@bp.get("/box-office/sold/<code>/slip")
def show_slip(slug: str, code: str) -> Response:
    """The way to the tickets, printed: who has no mail address scans it."""
    event = drafting.find(slug)
    _sale, order = door_sales.sale_of(code)
    tickets = showing_tickets.shown(order, order.tickets)
    return page(
        "checkin/organizer/slip.html",
        event=event,
        order=order,
        links=_links(order, tickets),
        moves=_moves(tickets),
    )


@bp.post("/box-office/sold/<code>/mail")
def mail_sold(slug: str, code: str) -> Response:
    """Mail the tickets to an address that was asked for afterwards."""
    door_sales.sale_of(code)
    try:
        email = people.address(request.form.get("email", ""))
    except Invalid:
        flash(_("This is no mail address. Nothing was sent."), "wrong")
        return _to(slug, f"sold/{code}")
    with transaction():
        drafting.find(slug)
        order = orders.find(code, lock=True)
        order.buyer_email = email
        desk.resend(order, form_key=request.form.get("form_key", ""), at=now())
    flash(_("The tickets go to %(email)s.", email=people.as_written(email)), "right")
    return _to(slug, f"sold/{code}")


@bp.post("/box-office/shift")
def open_shift(slug: str) -> Response:
    event = drafting.find(slug)
    try:
        with transaction():
            event = drafting.find(slug)
            person = access.current_person()
            assert person is not None
            shifts.begin(
                event,
                person.id,
                person.name or person.email,
                shift_pages.amount(request.form.get("float", ""), event.currency, "float", empty=0),
                at=now(),
            )
    except Invalid as refusal:
        return _till(drafting.find(slug), refusal.fields)
    flash(_("Your shift is open."), "right")
    return _to(slug)


def _till(
    event: Event,
    errors: Mapping[str, str],
    *,
    status: int | None = None,
    may_strand: bool = False,
) -> Response:
    at = now()
    rule = g.tenant.fee_rule(event.currency, event.fee_mode)
    shift = shifts.current(event, _person())
    sold = sales_figures.of_tiers(event, at=at)
    seated = _seated_tiers(event)
    return page(
        "checkin/organizer/till.html",
        status=status or (422 if errors else 200),
        event=event,
        shift=shift,
        is_seated=any(one.tier.id in seated for one in sold),
        tiers=[
            {
                "is_seated": one.tier.id in seated,
                "field": f"tier-{one.tier.id}",
                "name": one.tier.name,
                "hidden": one.tier.hidden,
                "price": one.price,
                "total": price_with_fees(rule, one.price),
                "left": one.left,
                "typed": request.form.get(f"tier-{one.tier.id}", ""),
            }
            for one in sold
        ],
        rule=rule,
        digits=minor_digits(event.currency),
        gates=_gates(event),
        typed={name: request.form.get(name, "") for name in ("float", "seats", "need")}
        | _typed_of_buyer(),
        form_key=request.form.get("form_key") if errors else desk.new_form_key(),
        methods=shift_pages.methods(),
        may_strand=may_strand,
        errors=errors,
    )


def _held_page(event: Event, held: Hold, errors: Mapping[str, str]) -> Response:
    labels: dict[uuid.UUID, list[str]] = {}
    for seat in holds.seats_of(held):
        labels.setdefault(seat.tier_id, []).append(seat.label)
    return page(
        "checkin/organizer/held.html",
        status=422 if errors else 200,
        event=event,
        hold=held,
        lines=[(line, ", ".join(labels.get(line.tier_id, ()))) for line in held.lines],
        sums=held.totals,
        digits=minor_digits(event.currency),
        gates=_gates(event),
        typed=_typed_of_buyer(),
        methods=shift_pages.methods(),
        errors=errors,
    )


def _typed_of_buyer() -> dict[str, str]:
    form = request.form
    typed = {name: form.get(name, "") for name in ("name", "email", "gate", "given")}
    return typed | {"method": form.get("method", "cash")}


def _seated_tiers(event: Event) -> frozenset[uuid.UUID]:
    """Its tiers that are sold by seat."""
    hall = halls.of(event.id)
    return frozenset(uuid.UUID(tier) for tier in hall.seated_tiers) if hall else frozenset()


def _said(refusal: Refusal) -> str:
    """The refusal's sentence, and what is free near what was asked."""
    near = [
        ", ".join(one["labels"])
        for one in (refusal.facts.get("document") or {}).get("alternatives", ())[:3]
    ]
    if not near:
        return refusal.message
    return _("%(said)s Free near there: %(seats)s.", said=refusal.message, seats="; ".join(near))


def _sold(slug: str, event: Event, order: Order) -> Response:
    availability.forget(event.id)
    given = request.form.get("given", "").strip()
    return _to(slug, f"sold/{order.code}" + (f"?{urlencode({'given': given})}" if given else ""))


def _links(order: Order, tickets: Sequence[ShownTicket]) -> list[tuple[str, Markup]]:
    """QR codes of the pages that show the tickets: all of them on one phone, or each on its own."""
    valid = [ticket for ticket in tickets if ticket.state != "cancelled"]
    links = [
        (
            " · ".join(filter(None, (one.reference, one.tier, one.seat))),
            url_for("tickets.show_ticket", ticket_id=one.id, secret=one.secret),
        )
        for one in valid
    ]
    if len(valid) > 1:
        whole = url_for("payments.show_order", code=order.code, secret=order.secret)
        links.insert(0, (_("All of them on one phone"), whole))
    return [
        (
            words,
            Markup(qr.of_address(tenant_url(g.tenant.slug, path), title=words)),  # noqa: S704
        )
        for words, path in links
    ]


def _moves(tickets: Sequence[ShownTicket]) -> bool:
    """Whether a phone makes any of their codes."""
    return any(one.code_kind != "static" for one in tickets)


def _gates(event: Event) -> list[tuple[str, str]]:
    names = [(str(gate.id), gate.name) for gate in figures.gates(event)]
    return [("", _("no gate in particular")), *names] if names else []


def _gate_id(event: Event) -> uuid.UUID | None:
    """Where it was sold, if that was said; a gate that is gone by now is not worth a refusal."""
    typed = request.form.get("gate", "")
    return next((gate.id for gate in figures.gates(event) if str(gate.id) == typed), None)


def _wanted(event: Event, *, enough: bool = False) -> list[holds.Wanted]:
    wanted = []
    for tier in event.tiers:
        typed = request.form.get(f"tier-{tier.id}", "").strip() or "0"
        quantity = whole_numbers.read(typed, digits=6)
        if quantity is None or quantity > MOST_AT_ONCE:
            words = _("Type how many, up to %(most)s.", most=MOST_AT_ONCE)
            raise Invalid({f"tier-{tier.id}": words})
        if quantity:
            wanted.append(holds.Wanted(tier.id, quantity))
    if not wanted and not enough:
        raise Invalid({"": _("Choose at least one ticket.")})
    return wanted


def _total(event: Event, wanted: Sequence[holds.Wanted], at: datetime) -> int:
    prices = {tier.id: tier.price_at(at) for tier in event.tiers}
    subtotal = sum(prices[one.tier_id] * one.quantity for one in wanted)
    return totals(g.tenant.fee_rule(event.currency, event.fee_mode), subtotal).total


def _check_given(total: int, currency: str) -> None:
    """Refuse what was handed over in cash, if it was typed and is too little or no amount."""
    typed = request.form.get("given", "").strip()
    if not typed or request.form.get("method") != "cash":
        return
    if (short := total - shift_pages.amount(typed, currency, "given")) > 0:
        lacking = Money(short, currency).format(str(get_locale() or "en"))
        raise Invalid({"given": _("That is %(amount)s too little.", amount=lacking)})


def _given(total: int, currency: str) -> int | None:
    """The note that was handed over, where it is enough to give change of."""
    try:
        given: int = parse_amount(request.args.get("given", ""), currency, get_locale() or "en")
    except UnclearAmount:
        return None
    return given if given >= total else None


def _terms(event: Event) -> door_sales.Terms:
    return door_sales.Terms(
        request.form.get("method", ""),
        _buyer(),
        _person(),
        _gate_id(event),
        str(get_locale() or "en"),
    )


def _buyer() -> Buyer:
    email = request.form.get("email", "").strip()
    if email:
        try:
            email = people.address(email)
        except Invalid:
            words = _("Type a mail address, or leave it empty.")
            raise Invalid({"email": words}) from None
    name = people.called(request.form.get("name", ""))
    return Buyer(name or _("At the door"), email)


def _person() -> uuid.UUID:
    person: Any = access.current_person()
    return uuid.UUID(str(person.id))


def _to(slug: str, rest: str = "") -> Response:
    where = f"/manage/events/{slug}/box-office" + (f"/{rest}" if rest else "")
    return redirect(where, 303)  # type: ignore[return-value]
