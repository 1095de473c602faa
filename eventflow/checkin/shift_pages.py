"""The console's pages of shifts: whose drawer, what was sold from it, cashing up."""

import uuid
from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow.checkin import shifts
from eventflow.checkin.models import Shift
from eventflow.db import now, transaction
from eventflow.errors import Invalid
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.money import UnclearAmount, parse_amount
from eventflow.pages import page
from eventflow.spreadsheets import csv_file

bp = Blueprint("shifts", __name__)

CSV_HEADS = ("sold_at", "order", "buyer", "method", "amount", "currency", "tickets")


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
            counted = amount(request.form.get("counted", ""), event.currency, "counted")
            shifts.close(shift, counted=counted, notes=request.form.get("notes", ""), at=now())
    except Invalid as refusal:
        event = drafting.find(slug)
        return _shift_page(event, shifts.find(event, shift_id), refusal.fields)
    flash(_("Cashed up. The shift is closed."), "right")
    address = f"/manage/events/{slug}/box-office/shifts/{shift_id}"
    return redirect(address, 303)  # type: ignore[return-value]


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


def methods() -> list[tuple[str, str]]:
    """How it can be paid at the door."""
    return [
        ("cash", _("Cash")),
        ("card", _("Card, on the terminal")),
        ("free", _("Free, a guest of the house")),
    ]


def amount(typed: str, currency: str, name: str, *, empty: int | None = None) -> int:
    if not typed.strip() and empty is not None:
        return empty
    try:
        return parse_amount(typed, currency, get_locale() or "en")
    except UnclearAmount as unclear:
        raise Invalid({name: _(unclear.sentence, **unclear.details)}) from None


def _shift_page(event: Event, shift: Shift, errors: Mapping[str, str]) -> Response:
    return page(
        "checkin/organizer/shift.html",
        status=422 if errors else 200,
        event=event,
        shift=shift,
        sums=shifts.cash_up(shift),
        sales=shifts.sales(shift),
        methods=dict(methods()),
        typed={name: request.form.get(name, "") for name in ("counted", "notes")},
        errors=errors,
    )
