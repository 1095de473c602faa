"""Buying: from the hold through the checkout to the order's own page.

Each of these pages is one buyer's own, opened by a secret in its address: the hold's id, then the
order's code and secret. One order comes of them however often a button is pressed.
"""

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.exceptions import TooManyRequests

from eventflow.accounts import people
from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import code_kinds, showing
from eventflow.limits import allows, check, limited
from eventflow.locale import format_clock, zone_label
from eventflow.pages import page, wants_fragment
from eventflow.payments import checkout, order_limits, order_page, reconciling, sandbox_page
from eventflow.payments.providers import PaymentRefused, ProviderDown
from eventflow.payments.stripe_provider import CAME_BACK
from eventflow.queue import enqueue
from eventflow.sales import buyers, holds, lapsed, orders, presses, receipts, seat_pages
from eventflow.sales.models import Hold, Order
from eventflow.security import keep_address_secret

bp = only_on_tenant_host(Blueprint("payments", __name__))
bp.register_blueprint(sandbox_page.bp)


@bp.before_request
def _keep_address_secret() -> None:
    keep_address_secret()


@bp.get("/checkout/<hold_id>")
def show_checkout(hold_id: str) -> Response:
    at = now()
    hold = holds.find(hold_id)
    if hold.order is not None:
        return _to_order_of(hold)
    if hold.status != "live" or hold.has_lapsed(at):
        return _lapsed(hold)
    if hold.totals.total and not checkout.methods():
        return _paused(hold)
    if hold.left_until is not None:
        with transaction():
            holds.come_back(hold_id, at=at)
    return _checkout_page(hold, hold.typed or _typed_before(hold), at=at)


@bp.post("/checkout/<hold_id>")
@limited("purchase")
def begin_order(hold_id: str) -> Response:
    at = now()
    hold = holds.find(hold_id)
    typed = buyers.typed(request.form)
    try:
        if hold.order is None:
            with transaction():
                holds.keep_typed(hold, typed)
        buyer, attendees = buyers.read(request.form, len(buyers.places(hold.lines)))
        method = request.form.get("payment_method") or "online"
        is_counted = method != "online" or not hold.totals.total
        with order_limits.counted(hold.id, buyer, when=is_counted):
            begun = checkout.begin(
                g.tenant,
                hold.id,
                buyer,
                attendees=attendees,
                method=method,
                form_key=_form_key(hold),
                locale=str(get_locale()),
                at=at,
            )
    except holds.HoldUsed:
        return _to_order_of(holds.find(hold_id))
    except holds.HoldExpired:
        return _lapsed(holds.find(hold_id))
    except Invalid as refusal:
        return _checkout_page(holds.find(hold_id), typed, errors=refusal.fields, at=at, status=422)
    except TooManyRequests as refusal:
        return _too_many(holds.find(hold_id), typed, refusal, at=at)
    except checkout.SalesPaused:
        return _paused(holds.find(hold_id))
    except ProviderDown:
        flash(_unreachable(), "doubt")
        return _to_order(_order_of(hold_id))
    except PaymentRefused as refusal:
        flash(refusal.message, "wrong")
        return _to_order(_order_of(hold_id))
    presses.over(hold.id)
    # Only to our own pages or the provider's, both of which the content policy names.
    return redirect(begun.payment_url or _order_address(begun.code, begun.secret), 303)  # type: ignore[return-value]


def _form_key(hold: Hold) -> str | None:
    """The form's one-time key, which is one of this hold and finds no order of another."""
    given = request.form.get("form_key", "")[:64]
    return f"{hold.id}:{given}" if given else None


@bp.get("/orders/<code>")
def show_order(code: str) -> Response:
    order = _order()
    if CAME_BACK in request.args:
        # Back from paying, and often faster than the webhook.
        address = _order_address(order.code, order.secret)
        if order.status_at(now()) == "pending":
            _look(order, "came_back", "payment_look")
        return redirect(address, 303)  # type: ignore[return-value]
    return page("payments/order.html", **order_page.facts(order, g.tenant, at=now()))


@bp.get("/orders/<code>/state")
def show_order_state(code: str) -> Response:
    """Asked by the order's page while it waits for the money: nothing, or "look again"."""
    order = _order()
    if order.status_at(now()) == request.args.get("seen"):
        return Response(status=204)
    return Response(status=200, headers={"HX-Refresh": "true"})


@bp.post("/orders/<code>/pay")
@limited("purchase")
def pay_order(code: str) -> Response:
    order = _order()
    address, payment_url = _order_address(order.code, order.secret), None
    # It may be paid already, on a page that only says so; or that page may have run out.
    _look(order, "payment_look")
    try:
        payment_url = checkout.pay(g.tenant, _order(), at=now())
    except ProviderDown:
        flash(_unreachable(), "doubt")
    except PaymentRefused as refusal:
        flash(refusal.message, "wrong")
    return redirect(payment_url or address, 303)  # type: ignore[return-value]


@bp.post("/orders/<code>/resend")
def resend_tickets(code: str) -> Response:
    order = _order()
    try:
        check("resend", order=f"{g.tenant.slug} {order.code}")
    except TooManyRequests as refusal:
        # Back to the tickets themselves: the order's page is all its buyer has.
        flash(f"{refusal.description} {_('Your tickets are on this page, too.')}", "doubt")
        return _to_order(order)
    if not order.is_settled:
        raise Refusal(_("There are no tickets to send until the order is paid."))
    if not order.buyer_email:
        raise Refusal(_("Nobody left a mail address with this order."))
    with transaction():
        enqueue("sales.send_tickets_again", order.id, queue="prompt")
    flash(
        _("The mail is on its way to %(email)s.", email=people.as_written(order.buyer_email)),
        "right",
    )
    return _to_order(order)


def _look(order: Order, *limits: str) -> None:
    """Have the provider asked, unless that was done a moment ago: the page says how it stands."""
    name = str(order.id)
    db.session.rollback()  # Nothing is held open while Redis is asked.
    if allows(*limits, order=name):
        reconciling.look_quietly(order, at=now())


def _unreachable() -> str:
    return _(
        "The payment page can't be reached right now. Your tickets stay held for you; "
        "please try again in a moment."
    )


def _checkout_page(
    hold: Hold,
    typed: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    at: datetime,
    status: int = 200,
) -> Response:
    totals, event = hold.totals, hold.event
    seats = holds.seats_of(hold)
    bought = buyers.bought(hold.lines, seats)
    return page(
        "payments/checkout.html",
        status=status,
        hold=hold,
        event=event,
        place=showing.place(event),
        until=_clock(hold.expires_at, event.timezone),
        receipt_lines=receipts.lines(bought, totals, hold.currency),
        has_seats=bool(seats),
        places=buyers.places(hold.lines, seats),
        totals=totals,
        needs=[
            (line.tier.name, code_kinds.needed(event, line.tier.code_kind)) for line in hold.lines
        ],
        methods=_ways_to_pay() if totals.total else [],
        typed=typed,
        errors=errors or {},
        choose_again=seat_pages.back_to_choosing(event),
        form_key=request.form.get("form_key", "")[:64] or secrets.token_urlsafe(16),
        at=at,
    )


def _clock(at: datetime, zone: str) -> str:
    return f"{format_clock(at, zone)} {zone_label(at, zone)}"


def _ways_to_pay() -> list[dict[str, str]]:
    words = {
        "online": (
            _("Card or wallet"),
            _("On our payment partner’s page. Your tickets are there at once."),
        ),
        "transfer": (
            _("Bank transfer"),
            _("We tell you where to. Your tickets come when the money is there."),
        ),
        "door": (_("At the door"), _("Your places are kept, and you pay when you come.")),
    }
    return [
        {"value": method, "label": words[method][0], "hint": words[method][1]}
        for method in checkout.methods()
    ]


def _typed_before(hold: Hold) -> dict[str, Any]:
    """Who buys again in the same browser need not type it again."""
    earlier = presses.earlier_hold() if hold.buyer else None
    if earlier is None:
        return {}
    try:
        before = holds.find(earlier)
    except NotFound:
        return {}
    return before.typed if before.buyer == hold.buyer else {}


def _lapsed(hold: Hold) -> Response:
    if wants_fragment():
        # The countdown noticed: the whole page is to be looked at anew.
        return Response(status=200, headers={"HX-Refresh": "true"})
    presses.over(hold.id)
    given_back = hold.status == "released" and not hold.has_lapsed(now())
    return page(
        "payments/lapsed.html",
        status=410,
        event=hold.event,
        hold=hold,
        given_back=given_back,
        chosen_since=presses.chosen_since(hold) if given_back else None,
        has_typed=any(hold.typed.values()),
        lapsed=lapsed.of(hold, g.tenant, at=now()),
        minutes=g.tenant.hold_minutes,
        choose_again=seat_pages.back_to_choosing(hold.event),
    )


def _paused(hold: Hold) -> Response:
    """Nothing can be paid here just now; said before anything is typed."""
    return page(
        "payments/paused.html",
        status=409 if request.method == "POST" else 200,
        event=hold.event,
        reason=checkout.cannot_be_paid(),
        choose_again=seat_pages.back_to_choosing(hold.event),
        hold=hold,
    )


def _too_many(
    hold: Hold, typed: dict[str, Any], refusal: TooManyRequests, *, at: datetime
) -> Response:
    """The same page, with all that was typed: who comes later, or pays now, can go on from it."""
    why = _(
        "Many tickets that are free or paid later were ordered for this address, or from your "
        "network. Nothing you typed is lost."
    )
    flash(f"{refusal.description} {why}", "doubt")
    response = _checkout_page(hold, typed, at=at, status=429)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _order() -> Order:
    """The order this address opens; NotFound for whoever has half of it."""
    assert request.view_args is not None
    secret = request.args.get("secret") or request.form.get("secret", "")
    return orders.find_with_secret(request.view_args["code"], secret)


def _order_of(hold_id: str) -> Order:
    order = holds.find(hold_id).order
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _to_order(order: Order) -> Response:
    return redirect(_order_address(order.code, order.secret), 303)  # type: ignore[return-value]


def _to_order_of(hold: Hold) -> Response:
    """On to what the hold became; where a ticket got a new code since, the old links are dead, and
    this one leads only its own buyer on."""
    order = hold.order
    assert order is not None
    if not presses.is_own(hold) and any(ticket.issue > 1 for ticket in order.tickets):
        words = _(
            "The links of this order were changed. The newest mail about it has the new ones."
        )
        raise Refusal(words, status=404, code="not_found")
    return _to_order(order)


def _order_address(code: str, secret: str) -> str:
    return url_for("payments.show_order", code=code, secret=secret)
