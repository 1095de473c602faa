"""The console's pages about orders: finding one, looking into it, and doing something with it."""

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow import lists
from eventflow.accounts import access, people
from eventflow.db import now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.limits import check
from eventflow.locale import format_money
from eventflow.money import minor_digits
from eventflow.pages import page
from eventflow.payments import account_pages, desk, finding, order_record, refunding
from eventflow.sales import orders
from eventflow.sales.models import Order
from eventflow.spreadsheets import Cell, csv_file
from eventflow.tickets import shares
from eventflow.tickets.finding import events_to_choose

bp = access.console(Blueprint("payments_organizer", __name__, url_prefix="/manage"))
bp.register_blueprint(account_pages.bp)

PER_PAGE = 50
CSV_HEADS = (
    "order",
    "status",
    "placed_at",
    "paid_at",
    "event",
    "event_slug",
    "buyer",
    "email",
    "tickets",
    "payment_method",
    "currency",
    "subtotal",
    "discount",
    "fees",
    "tax",
    "total",
    "refunded",
    "platform_fee",
)


@bp.get("/orders")
def show_orders() -> Response:
    at, search, number = now(), _search(), lists.page_number()
    total, found = finding.count_and_page(
        search, offset=(number - 1) * PER_PAGE, limit=PER_PAGE, at=at
    )
    if last := lists.beyond(number, total, per_page=PER_PAGE):
        return redirect(last, 303)  # type: ignore[return-value]
    return page(
        "payments/organizer/orders.html",
        "found",
        orders=found,
        search=search,
        states=_state_names(),
        events=events_to_choose(search.event),
        part=lists.part(number, len(found), total, per_page=PER_PAGE),
        heads={key: lists.head(key, search.sort) for key in ("placed", "buyer", "total")},
        csv_address=lists.address_with("/manage/orders.csv", page="", sort=""),
        at=at,
    )


@bp.get("/orders.csv")
def orders_csv() -> Response:
    """The same orders as a file, the first placed first."""
    at = now()
    parts = finding.in_parts(_search(), at=at)
    rows = ([_row(order, at) for order in part] for part in parts)
    return csv_file(f"orders-{g.tenant.slug}.csv", CSV_HEADS, rows)


@bp.get("/orders/<code>")
def show_order(code: str) -> Response:
    order = order_record.read(code)
    return page(
        "payments/organizer/order.html",
        may_refund=order.left_to_refund > 0,
        is_admin=access.may("admin"),
        **order_record.facts(order, g.tenant, at=now()),
    )


@bp.post("/orders/<code>/resend")
def resend_tickets(code: str) -> Response:
    order = orders.find(code)
    # One count with the buyer's own button.
    check("resend", order=f"{g.tenant.slug} {order.code}")
    words = _("The mail is on its way to %(email)s.", email=people.as_written(order.buyer_email))
    return _done(
        code, lambda order, at: desk.resend(order, form_key=_form_key(), at=at), lambda order: words
    )


@bp.get("/orders/<code>/cancel")
def ask_cancel(code: str) -> Response:
    """What cancelling would do, before it is done."""
    order = order_record.read(code)
    if not desk.may_be_cancelled(order):
        flash(_("There is nothing left of this order to cancel."), "doubt")
        return _to(order.code)
    _allow_cancelling(order)
    return page(
        "payments/organizer/cancel.html",
        order=order,
        event=order.event,
        places=sum(line.quantity for line in order.lines),
        is_free=order.total == 0,
    )


@bp.post("/orders/<code>/cancel")
def cancel_order(code: str) -> Response:
    def act(order: Order, at: datetime) -> None:
        _allow_cancelling(order)
        desk.cancel(order, at=at)

    return _done(code, act, lambda order: _("The order is cancelled, and its places are free."))


@bp.post("/orders/<code>/paid")
def mark_paid(code: str) -> Response:
    def words(order: Order) -> str:
        if order.status == "refunded":
            name = order.buyer_name
            return _("Its places are gone. Please give %(name)s the money back.", name=name)
        return _("The order is paid, and its tickets are on their way.")

    return _done(code, lambda order, at: desk.mark_paid(order, at=at), words)


@bp.get("/orders/<code>/refund")
@access.require("admin")
def ask_refund(code: str) -> Response:
    """Choosing what to give back, and exactly what that does."""
    return _refund_page(order_record.read(code), {})


@bp.post("/orders/<code>/refund")
@access.require("admin")
def refund_order(code: str) -> Response:
    at = now()
    try:
        with transaction():
            refund = desk.refund(
                orders.find(code, lock=True),
                _wish(),
                shown=request.form.get("shown", 0, type=int),
                reason=request.form.get("reason", ""),
                form_key=_form_key(),
                locale=str(get_locale()),
                at=at,
            )
            refund_id = refund.id
    except Invalid as refusal:
        return _refund_page(order_record.read(code), refusal.fields)
    except desk.NotAsShown as refusal:
        flash(refusal.message, "doubt")
        return _refund_page(order_record.read(code), {}, status=409)
    except refunding.NothingToRefund as refusal:
        flash(refusal.message, "doubt")
        return _to(code)
    _carry_out(refund_id)
    return _to(code)


@bp.post("/orders/<code>/refunds/<uuid:refund_id>/again")
@access.require("admin")
def refund_again(code: str, refund_id: uuid.UUID) -> Response:
    try:
        with transaction():
            order = orders.find(code, lock=True)
            refund_id = desk.refund_again(order, refund_id, at=now()).id
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.message, "doubt")
        return _to(code)
    _carry_out(refund_id)
    return _to(code)


def _refund_page(order: Order, errors: dict[str, str], *, status: int = 200) -> Response:
    wish, planned = _wish(), None
    if order.left_to_refund <= 0:
        flash(_("Nothing of this order is left to refund."), "doubt")
        return _to(order.code)
    try:
        planned = desk.plan(order, wish, locale=str(get_locale()))
    except Invalid as refusal:
        # Whoever has only just chosen a way hasn't made a mistake yet.
        if wish.amount or wish.tickets or errors or request.method == "POST":
            errors = refusal.fields | errors
    return page(
        "payments/organizer/refund.html",
        "quote",
        status=422 if errors and status == 200 and request.method == "POST" else status,
        order=order,
        event=order.event,
        wish=wish,
        plan=planned,
        shares=shares.of(order),
        tickets=[ticket for ticket in order.tickets if ticket.status == "valid"],
        tiers={line.tier_id: line.name for line in order.lines},
        reason=request.form.get("reason", ""),
        errors=errors,
        form_key=desk.new_form_key(),
    )


def _carry_out(refund_id: uuid.UUID) -> None:
    """Send the money while somebody looks, and say how that went."""
    refunding.try_now(refund_id)
    refund = refunding.find(refund_id)
    amount, name = format_money(refund.amount, refund.currency), refund.order.buyer_name
    if refund.status == "failed":
        words = _(
            "%(amount)s could not be sent to %(name)s: %(why)s",
            amount=amount,
            name=name,
            why=refund.failure,
        )
        flash(words, "wrong")
    elif refund.payment.provider == "offline":
        words = _("It is noted. Please give %(name)s %(amount)s.", amount=amount, name=name)
        flash(words, "right")
    elif refund.status == "pending":
        flash(_("%(amount)s is on its way to %(name)s.", amount=amount, name=name), "right")
    else:
        flash(_("%(amount)s is paid back to %(name)s.", amount=amount, name=name), "right")


def _done(
    code: str, act: Callable[[Order, datetime], None], words: Callable[[Order], str]
) -> Response:
    """Do something with an order, and go back to its page with a word on how it went."""
    try:
        with transaction():
            order = orders.find(code, lock=True)
            act(order, now())
        flash(words(order), "right" if order.status != "refunded" else "doubt")
    except (NotFound, access.RoleTooSmall):
        raise
    except Refusal as refusal:
        flash(refusal.message, "doubt")
    return _to(code)


def _allow_cancelling(order: Order) -> None:
    """Staff call off what is not paid; taking back tickets that were given out is an admin's."""
    if order.is_settled and not access.may("admin"):
        raise access.RoleTooSmall("admin")


def _search() -> finding.Search:
    return finding.Search(
        q=lists.text("q"),
        event=lists.text("event"),
        state=lists.text("status"),
        first=lists.day("from"),
        last=lists.day("to"),
        zone=g.tenant.timezone,
        sort=lists.text("sort") or "-placed",
    )


def _wish() -> desk.Wish:
    given = request.form if request.method == "POST" else request.args
    tickets = []
    for value in given.getlist("ticket"):
        try:
            tickets.append(uuid.UUID(value))
        except ValueError:
            continue
    return desk.Wish(given.get("way", "all"), tuple(tickets), given.get("amount", "").strip()[:40])


def _form_key() -> str:
    return request.form.get("form_key", "")[:64] or desk.new_form_key()


def _to(code: str) -> Response:
    return redirect(f"/manage/orders/{orders.normal_code(code)}", 303)  # type: ignore[return-value]


def _row(order: Order, at: datetime) -> tuple[Cell, ...]:
    digits = minor_digits(order.currency)
    sums = (
        order.subtotal,
        order.discount,
        order.fees,
        order.tax,
        order.total,
        order.refunded,
        order.platform_fee_kept,
    )
    return (
        order.code,
        order.status_at(at),
        order.created_at.isoformat(timespec="seconds"),
        order.paid_at.isoformat(timespec="seconds") if order.paid_at else "",
        order.event.title,
        order.event.slug,
        order.buyer_name,
        order.buyer_email,
        len(order.attendees),
        order.payment_method,
        order.currency,
        *(str(Decimal(amount).scaleb(-digits)) for amount in sums),
    )


def _state_names() -> list[tuple[str, str]]:
    names = {
        "pending": _("Waiting for payment"),
        "paid": _("Paid"),
        "partially_refunded": _("Partly refunded"),
        "refunded": _("Refunded"),
        "expired": _("Lapsed"),
        "cancelled": _("Cancelled"),
    }
    return [(state, names[state]) for state in finding.STATES]
