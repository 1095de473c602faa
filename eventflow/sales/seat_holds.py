"""Holding seats: those somebody chose, or the best there are; leaving them, and coming back.

Whose hold it is, is known by the browser's session (`presses`). A choice that grows or shrinks
replaces the hold before it in one step, so nobody can take what is kept. A refusal names the
nearest that could be had instead, and what was chosen stays chosen.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

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

from eventflow import metrics, whole_numbers
from eventflow.db import now, transaction
from eventflow.errors import Invalid, NotFound, Refusal
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.limits import limited
from eventflow.locale import format_clock, zone_label
from eventflow.pages import wants_fragment
from eventflow.sales import (
    alternatives,
    availability,
    choice_forms,
    event_page,
    holds,
    offers,
    presale_codes,
    presses,
    seat_pages,
    seat_plans,
)
from eventflow.sales.alternatives import Alternative
from eventflow.sales.choice_forms import Wish
from eventflow.sales.holds import HeldSeat, Wanted
from eventflow.sales.models import Hold
from eventflow.sales.offers import Offer
from eventflow.sales.seat_plans import Place, Seated
from eventflow.sales.seat_wishes import Best
from eventflow.seating import hall as halls
from eventflow.seating import presales, states

bp = Blueprint("seat_holds", __name__)


@bp.post("/events/<slug>/seats/held")
@limited("purchase")
def hold_chosen(slug: str) -> Response:
    """Hold exactly what is ticked now, in place of what was held; nothing: give it back."""
    at = now()
    _must_be_seated(slug, at)
    wish = choice_forms.read()
    if not wish.seats and not wish.items:
        _give_back(slug)
        return _chosen(slug, None, at)
    return _hold(slug, wish, at)


@bp.post("/events/<slug>/seats/best")
@limited("purchase")
def hold_best(slug: str) -> Response:
    """Hold the best seats there are for so many, and say where they are."""
    at = now()
    _must_be_seated(slug, at)
    wish = choice_forms.read(best=True)
    try:
        # In place of what was chosen before: who looks again wants others, and not more.
        hold_id = place(slug, replace(wish, seats=[]), at=at)
    except NotFound:
        raise
    except Refusal as refusal:
        return refused(slug, refusal, wish, at)
    said = _said(slug, hold_id, wish.seats, at)
    if wants_fragment():
        return _chosen(slug, hold_id, at, said=said)
    flash(said, "right")
    return redirect(url_for("payments.show_checkout", hold_id=hold_id), 303)  # type: ignore[return-value]


@bp.get("/events/<slug>/seats/mine")
def show_mine(slug: str) -> Response:
    """On to pay for what this browser holds. The event page is everybody's and can't say it."""
    at = now()
    _must_be_seated(slug, at)
    hold_id = presses.held_at(slug)
    if hold_id is None:
        raise Refusal(_("You hold no seats at this event at the moment."))
    return redirect(url_for("payments.show_checkout", hold_id=hold_id), 303)  # type: ignore[return-value]


@bp.post("/events/<slug>/seats/leave")
def leave(slug: str) -> Response:
    """The tab was closed: what it holds is kept for a minute only."""
    _must_be_seated(slug, now())
    if hold_id := presses.held_at(slug):
        with transaction():
            holds.leave(hold_id, at=now(), left_at=_moment())
    return Response(status=204)


@bp.post("/events/<slug>/seats/back")
def come_back(slug: str) -> Response:
    """The tab is there again: its seats, with their full time, if they are still held."""
    at = now()
    _must_be_seated(slug, at)
    hold_id = presses.held_at(slug)
    if hold_id is None:
        return Response(status=204)
    try:
        with transaction():
            holds.come_back(hold_id, at=at, back_at=_moment())
    except Refusal:
        return Response(status=204)
    return _chosen(slug, hold_id, at)


def _moment() -> datetime | None:
    """What the clock of the buyer's browser says: milliseconds since 1970."""
    said = request.form.get("moment", "")
    milliseconds = whole_numbers.read(said, digits=14)
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def check_out(slug: str, at: datetime) -> Response:
    """Hold what is ticked and counted, and go on to the checkout."""
    wish = choice_forms.read()
    try:
        hold_id = place(slug, _added(slug, wish, at) if _is_list() else wish, at=at)
    except NotFound:
        raise
    except Refusal as refusal:
        return refused(slug, refusal, wish, at)
    address = url_for("payments.show_checkout", hold_id=hold_id)
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]


def _is_list() -> bool:
    return "from" in request.form


def _added(slug: str, wish: Wish, at: datetime) -> Wish:
    """The wish with what this browser holds of the event: a list shows one's own seats as held,
    perhaps on another page, and so they can't be ticked once more."""
    hold_id = presses.held_at(slug)
    if hold_id is None or not wish.seats:
        return wish
    try:
        hold = holds.find_live(hold_id, at=at)
    except Refusal:
        return wish
    seats = holds.seats_of(hold)
    counted = [Wanted(tier_id, quantity) for tier_id, quantity in _counted(hold, seats)]
    # The hold is read: looking for the event may let go of all that was read before.
    kept = _keys(showing.public_event(slug, at=at), [seat.id for seat in seats])
    return replace(
        wish,
        seats=list(dict.fromkeys([*kept, *wish.seats])),
        kept=[key for key in kept if key not in wish.seats],
        items=[*wish.items, *counted],
        need=wish.need or presses.asked_for(hold_id).need,
    )


def _counted(hold: Hold, seats: Sequence[HeldSeat]) -> list[tuple[uuid.UUID, int]]:
    """So many of each tier that the hold has without seats."""
    by_seat = {seat.tier_id for seat in seats}
    return [(line.tier_id, line.quantity) for line in hold.lines if line.tier_id not in by_seat]


def place(slug: str, wish: Wish, *, at: datetime) -> uuid.UUID:
    """Hold it, once however often the button is pressed; the hold's id."""
    event = showing.public_event(slug, at=at)
    seated = seat_plans.must_be(event)
    presale_codes.judge(event.id, wish.code)
    try:
        hold_id = presses.place(
            slug,
            wish.items,
            seats=_ids(event, seated, wish.seats),
            best=_best(event, seated, wish, at),
            need=wish.need,
            code=wish.code,
            keeps=_ids(event, seated, wish.kept),
            at=at,
        )
    except NotFound:
        raise
    except Refusal as refusal:
        metrics.hold_refused(refusal.code)
        raise
    metrics.hold_placed()
    return hold_id


def refused(slug: str, refusal: Refusal, wish: Wish, at: datetime) -> Response:
    """The sentence and what is nearest: alone for script, else on the page it came from."""
    event = showing.public_event(slug, at=at)
    seated = seat_plans.must_be(event)
    said = {
        "message": refusal.message,
        "alternatives": _instead(event, refusal, at),
        "need": wish.seats if refusal.code == "accessible_seat" else (),
    }
    if wants_fragment():
        html = render_template(
            "sales/seats/refusal.html", refused=said | {"form": None}, event=event
        )
        headers = {"HX-Retarget": "#notice", "HX-Reswap": "innerHTML"}
    else:
        html = _page_again(event, seated, wish, said, at)
        headers = {}
    response = make_response(html, refusal.status)
    response.headers.update(headers)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page_again(
    event: Event, seated: Seated, wish: Wish, said: dict[str, Any], at: datetime
) -> str:
    """The page somebody without script pressed the button on, with all that was chosen there."""
    left = availability.of(event.id, event.tenant_id, at=at)
    offer = offers.offer(event, g.tenant, left, at=at)
    if came_from := request.form.get("from"):
        return seat_pages.list_page(
            event,
            seated,
            offer,
            states.of(event.id, at=at),
            None if came_from == "list" else came_from,
            chosen=frozenset(wish.seats),
            need=wish.need,
            refused=said | {"form": "seat-list"},
            presale=presales.given(event.id, wish.code),
        )
    chosen: dict[str, Any] = {str(one.tier_id): str(one.quantity) for one in wish.items}
    chosen |= {"seats": seat_plans.places(seated, offer, wish.seats), "need": wish.need}
    if wish.best:
        chosen |= {"best": wish.best, "best-where": wish.where}
    return event_page.render(
        event,
        left,
        at,
        chosen=chosen,
        refused=said | {"form": "counter"},
        presale=presales.given(event.id, wish.code),
    )


def _must_be_seated(slug: str, at: datetime) -> None:
    seat_plans.must_be(showing.public_event(slug, at=at))


def _hold(slug: str, wish: Wish, at: datetime) -> Response:
    try:
        hold_id = place(slug, wish, at=at)
    except NotFound:
        raise
    except Refusal as refusal:
        return refused(slug, refusal, wish, at)
    return _chosen(slug, hold_id, at)


def _chosen(slug: str, hold_id: uuid.UUID | None, at: datetime, *, said: str = "") -> Response:
    """The ticked seats as part of the form, and how long they are held."""
    event = showing.public_event(slug, at=at)
    seated = seat_plans.must_be(event)
    offer = _offer(event, at)
    held, places, counted = None, [], []
    if hold_id is not None:
        hold = holds.find(hold_id)
        seats = holds.seats_of(hold)
        places = _places(event, seated, offer, [seat.id for seat in seats])
        counted = _counted(hold, seats)
        zone = event.timezone
        until = f"{format_clock(hold.expires_at, zone)} {zone_label(hold.expires_at, zone)}"
        held = {"expires_at": hold.expires_at, "at": at, "until": until}
    html = render_template(
        "sales/seats/chosen.html",
        seated=seated,
        offer=offer,
        chosen_seats=places,
        counted=counted,
        held=held,
        said=said,
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _give_back(slug: str) -> None:
    hold_id = presses.held_at(slug)
    if hold_id is None:
        return
    with transaction():
        hold = holds.find(hold_id, lock=True)
        if hold.order is None:
            holds.give_back(hold)
    presses.over(hold_id)


def _said(slug: str, hold_id: uuid.UUID, before: Sequence[str], at: datetime) -> str:
    """Which seats were found, in words what is not as good about them as it might be, and which
    of those chosen before they replace."""
    event = showing.public_event(slug, at=at)
    seated = seat_plans.must_be(event)
    seats = holds.seats_of(holds.find(hold_id))
    found = _places(event, seated, _offer(event, at), [seat.id for seat in seats])
    labels = ", ".join(seat.label for seat in seats)
    notes = dict.fromkeys(place.chair.note.rstrip(".") for place in found if place.chair.note)
    words = [labels, seat_plans.how_they_sit(found).rstrip("."), *notes]
    known = halls.of(event.id)
    if known and (gone := set(before) - {place.chair.key for place in found}):
        names = [label for key, label in zip(known.keys, known.labels, strict=True) if key in gone]
        words.append(_("They take the place of %(seats)s", seats=", ".join(names)))
    return " ".join(f"{one}." for one in words if one)


def _places(
    event: Event, seated: Seated, offer: Offer, seat_ids: Sequence[uuid.UUID]
) -> list[Place]:
    return seat_plans.places(seated, offer, _keys(event, seat_ids))


def _keys(event: Event, seat_ids: Sequence[uuid.UUID]) -> list[str]:
    hall = halls.of(event.id)
    if hall is None:
        return []
    known = hall.position_of
    return [hall.keys[known[str(seat)]] for seat in seat_ids if str(seat) in known]


def _instead(event: Event, refusal: Refusal, at: datetime) -> list[Alternative]:
    choices = refusal.facts.get("document", {}).get("alternatives", ())
    hall = halls.of(event.id) if choices else None
    if hall is None:
        return []
    ids = [one["seats"] for one in choices]
    return alternatives.of_ids(hall, _offer(event, at), ids)


def _ids(event: Event, seated: Seated, keys: Sequence[str]) -> list[uuid.UUID]:
    hall = halls.of(event.id)
    known = seated.plan.by_key
    positions = [known[key][2].position for key in keys if key in known]
    if hall is None or len(positions) < len(keys) or max(positions, default=0) >= len(hall):
        raise Invalid({"seats": _("There is no such seat at this event.")})
    return [uuid.UUID(hall.ids[position]) for position in positions]


def _best(event: Event, seated: Seated, wish: Wish, at: datetime) -> list[Best]:
    if not wish.best:
        return []
    kind, _colon, value = wish.where.partition(":")
    if kind == "category":
        tier = seated.tier_of(value)
        if tier is None:
            raise Invalid({"best": _("There are no seats of that kind at this event.")})
        return [Best(wish.best, uuid.UUID(tier))]
    if kind == "most" and (most := whole_numbers.read(value, digits=15)) is not None:
        # What a buyer reads has the fees in it; what the box office compares has not.
        offer = _offer(event, at)
        prices = [one.price for one in offer.tiers if one.total <= most]
        return [Best(wish.best, None, max(prices, default=0))]
    return [Best(wish.best)]


def _offer(event: Event, at: datetime) -> Offer:
    left = availability.of(event.id, event.tenant_id, at=at)
    return offers.offer(event, g.tenant, left, at=at)
