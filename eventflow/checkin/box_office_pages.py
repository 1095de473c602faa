"""The console's pages of selling at the door: the till, a sale just made, shifts and cash-up."""

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow.accounts import access
from eventflow.checkin import door_sales, figures, shifts
from eventflow.checkin.models import Shift
from eventflow.db import now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.money import UnclearAmount, minor_digits, parse_amount, price_with_fees
from eventflow.pages import page
from eventflow.payments import desk
from eventflow.sales import availability, holds, orders
from eventflow.sales import figures as sales_figures
from eventflow.sales.orders import Buyer
from eventflow.spreadsheets import csv_file
from eventflow.tickets import issuing

bp = Blueprint("box_office", __name__)

MOST_AT_ONCE = 100
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
CSV_HEADS = ("sold_at", "order", "buyer", "method", "amount", "currency", "tickets")


@bp.get("/box-office")
def show_till(slug: str) -> Response:
    return _till(drafting.find(slug), {})


@bp.post("/box-office")
def sell(slug: str) -> Response:
    """One sale, however often the button was pressed."""
    at, event = now(), drafting.find(slug)
    try:
        order = door_sales.sell(
            event,
            _wanted(event),
            method=request.form.get("method", ""),
            buyer=_buyer(),
            person_id=_person(),
            form_key=request.form.get("form_key") or desk.new_form_key(),
            gate_id=_gate_id(event),
            locale=str(get_locale() or "en"),
            at=at,
        )
    except Invalid as refusal:
        return _till(drafting.find(slug), refusal.fields)
    except Refusal as refusal:
        return _till(drafting.find(slug), {"": refusal.message}, status=refusal.status)
    availability.forget(event.id)
    given = request.form.get("given", "").strip()
    return _to(slug, f"sold/{order.code}" + (f"?{urlencode({'given': given})}" if given else ""))


@bp.get("/box-office/sold/<code>")
def show_sold(slug: str, code: str) -> Response:
    """What was just sold: print it, mail it, and go on with the next."""
    event = drafting.find(slug)
    sale, order = door_sales.sale_of(code)
    return page(
        "checkin/organizer/sold.html",
        event=event,
        sale=sale,
        order=order,
        references=[
            (issuing.reference(ticket), ticket.tier.name, str(ticket.id), ticket.secret)
            for ticket in order.tickets
        ],
        given=_given(order.total, order.currency),
        form_key=desk.new_form_key(),
    )


@bp.post("/box-office/sold/<code>/mail")
def mail_sold(slug: str, code: str) -> Response:
    """Mail the tickets to an address that was asked for afterwards."""
    email = request.form.get("email", "").strip()
    door_sales.sale_of(code)
    if not _is_address(email):
        flash(_("This is no mail address. Nothing was sent."), "wrong")
        return _to(slug, f"sold/{code}")
    with transaction():
        drafting.find(slug)
        order = orders.find(code, lock=True)
        order.buyer_email = email
        desk.resend(order, form_key=request.form.get("form_key", ""), at=now())
    flash(_("The tickets go to %(email)s.", email=email), "right")
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
                _amount(request.form.get("float", ""), event.currency, "float", empty=0),
                at=now(),
            )
    except Invalid as refusal:
        return _till(drafting.find(slug), refusal.fields)
    flash(_("Your shift is open."), "right")
    return _to(slug)


@bp.get("/box-office/shifts")
def show_shifts(slug: str) -> Response:
    event = drafting.find(slug)
    found = shifts.listed(event)
    return page(
        "checkin/organizer/shifts.html",
        event=event,
        shifts=[(shift, shifts.cash_up(shift)) for shift in found],
    )


@bp.get("/box-office/shifts/<uuid:shift_id>")
def show_shift(slug: str, shift_id: uuid.UUID) -> Response:
    event = drafting.find(slug)
    return _shift_page(event, shifts.find(event, shift_id), {})


@bp.post("/box-office/shifts/<uuid:shift_id>/close")
def close_shift(slug: str, shift_id: uuid.UUID) -> Response:
    """Cash up, one's own drawer or a colleague's; the audit log says who counted."""
    try:
        with transaction():
            event = drafting.find(slug)
            shift = shifts.find(event, shift_id, lock=True)
            counted = _amount(request.form.get("counted", ""), event.currency, "counted")
            shifts.close(shift, counted=counted, notes=request.form.get("notes", ""), at=now())
    except Invalid as refusal:
        event = drafting.find(slug)
        return _shift_page(event, shifts.find(event, shift_id), refusal.fields)
    flash(_("Cashed up. The shift is closed."), "right")
    return _to(slug, f"shifts/{shift_id}")


@bp.get("/box-office/shifts/<uuid:shift_id>.csv")
def shift_csv(slug: str, shift_id: uuid.UUID) -> Response:
    shifts.find(drafting.find(slug), shift_id)
    rows = (
        [
            (
                order.created_at.isoformat(timespec="seconds"),
                order.code,
                order.buyer_name,
                sale.method,
                str(sale.amount),
                order.currency,
                sum(line.quantity for line in order.lines),
            )
            for sale, order in shifts.sales(shifts.find(drafting.find(slug), shift_id))
        ]
        for _once in (1,)
    )
    return csv_file(f"shift-{shift_id}.csv", CSV_HEADS, rows)


def _till(event: Event, errors: Mapping[str, str], *, status: int | None = None) -> Response:
    at = now()
    rule = g.tenant.fee_rule(event.currency, event.fee_mode)
    shift = shifts.current(event, _person())
    sold = sales_figures.of_tiers(event, at=at)
    return page(
        "checkin/organizer/till.html",
        status=status or (422 if errors else 200),
        event=event,
        shift=shift,
        tiers=[
            {
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
        typed={name: request.form.get(name, "") for name in ("name", "email", "float", "gate")}
        | {"method": request.form.get("method", "cash")},
        form_key=request.form.get("form_key") if errors else desk.new_form_key(),
        methods=_methods(),
        errors=errors,
    )


def _shift_page(event: Event, shift: Shift, errors: Mapping[str, str]) -> Response:
    return page(
        "checkin/organizer/shift.html",
        status=422 if errors else 200,
        event=event,
        shift=shift,
        sums=shifts.cash_up(shift),
        sales=shifts.sales(shift),
        methods=dict(_methods()),
        typed={name: request.form.get(name, "") for name in ("counted", "notes")},
        errors=errors,
    )


def _gates(event: Event) -> list[tuple[str, str]]:
    names = [(str(gate.id), gate.name) for gate in figures.gates(event)]
    return [("", _("no gate in particular")), *names] if names else []


def _gate_id(event: Event) -> uuid.UUID | None:
    """Where it was sold, if that was said; a gate that is gone by now is not worth a refusal."""
    typed = request.form.get("gate", "")
    return next((gate.id for gate in figures.gates(event) if str(gate.id) == typed), None)


def _methods() -> list[tuple[str, str]]:
    return [
        ("cash", _("Cash")),
        ("card", _("Card, on the terminal")),
        ("free", _("Free, a guest of the house")),
    ]


def _wanted(event: Event) -> list[holds.Wanted]:
    wanted = []
    for tier in event.tiers:
        typed = request.form.get(f"tier-{tier.id}", "").strip() or "0"
        if not (typed.isascii() and typed.isdigit()) or int(typed[:6]) > MOST_AT_ONCE:
            words = _("Type how many, up to %(most)s.", most=MOST_AT_ONCE)
            raise Invalid({f"tier-{tier.id}": words})
        if int(typed):
            wanted.append(holds.Wanted(tier.id, int(typed)))
    if not wanted:
        raise Invalid({"": _("Choose at least one ticket.")})
    return wanted


def _given(total: int, currency: str) -> int | None:
    """The note that was handed over, where it is enough to give change of."""
    try:
        given: int = parse_amount(request.args.get("given", ""), currency, get_locale() or "en")
    except UnclearAmount:
        return None
    return given if given >= total else None


def _buyer() -> Buyer:
    email = request.form.get("email", "").strip()
    if email and not _is_address(email):
        raise Invalid({"email": _("Type a mail address, or leave it empty.")})
    name = " ".join(request.form.get("name", "").split())[:120]
    return Buyer(name or _("At the door"), email)


def _is_address(email: str) -> bool:
    return len(email) <= 254 and bool(_ADDRESS.fullmatch(email)) and email.isprintable()


def _amount(typed: str, currency: str, name: str, *, empty: int | None = None) -> int:
    if not typed.strip() and empty is not None:
        return empty
    try:
        return parse_amount(typed, currency, get_locale() or "en")
    except UnclearAmount as unclear:
        raise Invalid({name: _(unclear.sentence, **unclear.details)}) from None


def _person() -> uuid.UUID:
    person: Any = access.current_person()
    return uuid.UUID(str(person.id))


def _to(slug: str, rest: str = "") -> Response:
    where = f"/manage/events/{slug}/box-office" + (f"/{rest}" if rest else "")
    return redirect(where, 303)  # type: ignore[return-value]
