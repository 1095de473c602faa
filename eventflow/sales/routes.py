"""Choosing: the event page, what is left of its tiers, and holding some of it.

The page is the same for everybody and answered from memory (`shared_pages`); nothing here looks
at the session before a button was pressed. Placing a hold is the rush, so it reads the form,
places, and sends the buyer on.
"""

from datetime import datetime

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from eventflow import metrics, shared_pages
from eventflow.accounts.hosts import only_on_tenant_host
from eventflow.db import db, now, transaction
from eventflow.errors import NotFound, Refusal
from eventflow.events import showing
from eventflow.limits import limited
from eventflow.locale import format_clock, zone_label
from eventflow.pages import wants_fragment
from eventflow.sales import (
    availability,
    buyers,
    choice_forms,
    event_page,
    finding_pages,
    holds,
    presses,
    seat_holds,
    seat_pages,
    seat_plans,
    waiting,
)
from eventflow.seating import hall as halls
from eventflow.seating import states

bp = only_on_tenant_host(Blueprint("sales", __name__))


@bp.get("/events/<slug>")
def show_event(slug: str) -> Response:
    at = now()
    if token := request.args.get("preview"):
        return _preview(slug, token, at)
    event = showing.public_event(slug, at=at)
    left = availability.of(event.id, event.tenant_id, at=at)
    seated = seat_plans.of(event)
    snapshot = states.of(event.id, at=at) if seated else None
    if seated and (presale := seat_pages.presale(event)):
        return seat_pages.private(
            (event.tenant_id, slug),
            presale,
            lambda: event_page.render(event, left, at, presale=presale),
            basis=(event, left, g.tenant, seated, snapshot and snapshot.version),
        )
    return shared_pages.answer(
        (event.tenant_id, slug),
        lambda: event_page.render(event, left, at),
        basis=(event, left, g.tenant, seated, snapshot and snapshot.version),
    )


@bp.get("/events/<slug>/availability")
def show_availability(slug: str) -> Response:
    at = now()
    event = showing.public_event(slug, at=at)
    left = availability.of(event.id, event.tenant_id, at=at)
    response = shared_pages.answer(
        (event.tenant_id, slug, "availability"),
        lambda: render_template("sales/availability.html", **event_page.offered(event, left, at)),
        basis=(event, left),
    )
    if "closed" in request.args and any(
        tier.status == "on_sale" and not tier.hidden for tier in left
    ):
        # A page on which there was nothing to choose has no form to choose with.
        response.headers["HX-Refresh"] = "true"
    return response


@bp.get("/events/<slug>/holding")
def show_holding(slug: str) -> Response:
    """What this browser holds of the event, to be shown on its page; nothing: 204."""
    at = now()
    event = showing.public_event(slug, at=at)
    hold = presses.own_hold(slug)
    response = Response(status=204)
    if hold is not None and hold.is_unpaid(at):
        until = hold.expires_at
        html = render_template(
            "sales/holding.html",
            count=sum(line.quantity for line in hold.lines),
            is_ordered=hold.order is not None,
            until=f"{format_clock(until, event.timezone)} {zone_label(until, event.timezone)}",
            # A hold that became an order leads to it.
            address=url_for("payments.show_checkout", hold_id=hold.id),
        )
        response = make_response(html)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/events/<slug>/mine")
def show_mine(slug: str) -> Response:
    """On to pay for what this browser holds, where there is no script to show it."""
    showing.public_event(slug, at=now())
    hold = presses.own_hold(slug)
    if hold is None:
        raise Refusal(_("You hold no tickets at this event at the moment."))
    return redirect(url_for("payments.show_checkout", hold_id=hold.id), 303)  # type: ignore[return-value]


@bp.post("/events/<slug>/holds")
@limited("purchase")
def place_hold(slug: str) -> Response:
    at = now()
    if halls.of_slug(slug):
        return seat_holds.check_out(slug, at)
    try:
        hold_id = presses.place(slug, choice_forms.items(), at=at)
    except NotFound:
        raise
    except Refusal as refusal:
        metrics.hold_refused(refusal.code)
        return _refused(slug, refusal, at)
    metrics.hold_placed()
    address = url_for("payments.show_checkout", hold_id=hold_id)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]


@bp.post("/checkout/<hold_id>/release")
def release_hold(hold_id: str) -> Response:
    with transaction():
        hold = holds.find(hold_id, lock=True)
        if hold.order is None:
            holds.give_back(hold)
    presses.over(hold.id)
    return redirect(url_for("payments.show_checkout", hold_id=hold_id), 303)  # type: ignore[return-value]


@bp.post("/checkout/<hold_id>/extend")
def extend_hold(hold_id: str) -> Response:
    back = redirect(url_for("payments.show_checkout", hold_id=hold_id), 303)
    hold = holds.find(hold_id)
    slug, buyer, since = hold.event.slug, hold.buyer, hold.placed_at
    db.session.rollback()  # Nothing is held open while Redis is asked.
    refused_others = waiting.others(slug, buyer, since=since)
    try:
        with transaction():
            hold = holds.find(hold_id)
            if typed := buyers.typed(request.form):
                holds.keep_typed(hold, typed)
            holds.extend(
                hold_id,
                minutes=g.tenant.hold_minutes,
                refused_others=refused_others,
                at=now(),
            )
    except (holds.HoldExpired, holds.HoldUsed):
        return back  # type: ignore[return-value]
    except NotFound:
        raise
    except Refusal as refusal:
        flash(refusal.message, "doubt")
        return back  # type: ignore[return-value]
    flash(_("You have the full time again."), "right")
    return back  # type: ignore[return-value]


@bp.post("/checkout/<hold_id>/typed")
def keep_typed(hold_id: str) -> Response:
    """What the checkout saves as it is typed; it survives a reload and a lapsed hold."""
    with transaction():
        holds.keep_typed(holds.find(hold_id), buyers.typed(request.form))
    return Response(status=204)


def _refused(slug: str, refusal: Refusal, at: datetime) -> Response:
    """The page again, with the sentence and what was chosen; only the sentence for HTMX."""
    event = showing.public_event(slug, at=at)
    left = availability.of(event.id, event.tenant_id, at=at)
    if wants_fragment():
        html = render_template(
            "sales/refused.html", message=refusal.message, **event_page.offered(event, left, at)
        )
        response = make_response(html, refusal.status)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    chosen = choice_forms.numbers_chosen(left)
    # Kept for everybody who is told the same: in a rush that is nearly all of them. Of what was
    # typed only what the page shows again is in the key.
    return shared_pages.answer(
        (event.tenant_id, slug, refusal.message, tuple(sorted(chosen.items()))),
        lambda: event_page.render(event, left, at, message=refusal.message, chosen=chosen),
        basis=(event, left, g.tenant),
        status=refusal.status,
        cache_control="no-store",
    )


def _preview(slug: str, token: str, at: datetime) -> Response:
    event = showing.preview(slug, token, at=at)
    left = availability.ask(event.id, event.tenant_id, at=at)
    response = make_response(event_page.render(event, left, at, is_preview=True))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


bp.register_blueprint(finding_pages.bp)
bp.register_blueprint(seat_pages.bp)
bp.register_blueprint(seat_holds.bp)
