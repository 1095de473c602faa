"""Choosing seats: a section of the hall, the same as a list, one seat, and how they all stand.

These pages are everybody's and answered from memory, like the event page they belong to. What
stays the same however the sale goes (the drawing of a section, the view from a seat) is an answer
of its own, so that what changes all the time can be small: a delta is a few hundred bytes.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    get_template_attribute,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from eventflow import brand, limits, shared_pages, whole_numbers
from eventflow.db import now
from eventflow.errors import NotFound
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.files import FOR_EVER
from eventflow.sales import (
    availability,
    offers,
    presale_codes,
    presses,
    seat_plans,
    section_columns,
    section_names,
)
from eventflow.sales.offers import Offer
from eventflow.sales.seat_plans import Seated
from eventflow.seating import presales, states
from eventflow.seating import view as seat_view
from eventflow.seating.plan import Block, Chair
from eventflow.seating.presales import Presale
from eventflow.seating.states import Snapshot

bp = Blueprint("seats", __name__)

WHOLE_LIST = 2_000
"""Up to so many seats are listed on one page; a larger hall is listed section by section."""
MOST_CHOSEN = 100
A_MOMENT = "public, max-age=1"
PRIVATE = "private, no-store"
FREE = ord("f")
SPECIAL = ("accessible", "companion")


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which seats of a list its reader wants to see. The others are hidden and not left out, so
    that script can show them again."""

    free: bool
    special: bool
    """Wheelchair places, and the seats beside them."""
    category: str

    def lets_through(self, chair: Chair, *, free: bool) -> bool:
        return (
            (free or not self.free)
            and (chair.kind in SPECIAL or not self.special)
            and (not self.category or chair.category == self.category)
        )


@bp.get("/events/<slug>/sections/<section_key>")
def show_section(slug: str, section_key: str) -> Response:
    """One section as a page: its seats drawn, and listed with their checkboxes."""
    at = now()
    event, seated, offer = _offered(slug, at)
    _block(seated, section_key)
    return _list(event, seated, offer, section_key, at)


@bp.get("/events/<slug>/sections/<section_key>/seats")
def show_section_seats(slug: str, section_key: str) -> Response:
    """The seats of a section as they are drawn into the map; who sits where is told elsewhere."""
    at = now()
    event, seated, offer = _offered(slug, at)
    block, prices = _block(seated, section_key), _prices(seated, offer)
    wholes = seat_plans.wholes(seated, offer, block)
    is_exact = request.args.get("v") == str(seated.version)

    def write() -> str:
        drawing = "sales/seats/drawing.html"
        seat_price = get_template_attribute(drawing, "seat_price")
        whole_price = get_template_attribute(drawing, "whole_price")
        said = section_columns.columns(
            block,
            seated.plan,
            {key: str(seat_price(total, offer.currency)) for key, total in prices.items()},
            {key: str(whole_price(one, offer.currency)) for key, one in wholes.items()},
        )
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    return shared_pages.answer(
        (event.tenant_id, slug, "seats", section_key),
        write,
        basis=(seated, prices, wholes, offer.currency),
        mimetype="application/json",
        cache_control="public, max-age=60" if is_exact else shared_pages.REVALIDATE,
    )


@bp.get("/events/<slug>/seats/list")
def show_seat_list(slug: str) -> Response:
    """All seats as a list, for whoever would rather read than look."""
    at = now()
    event, seated, offer = _offered(slug, at)
    return _list(event, seated, offer, None, at)


@bp.get("/events/<slug>/seats/changes")
def show_seat_changes(slug: str) -> Response:
    """What became of the seats since a version; all of them for whoever knows none."""
    at = now()
    event = showing.public_event(slug, at=at)
    seat_plans.must_be(event)
    since = whole_numbers.read(request.args.get("since", ""), digits=18)
    mine = presale(event)
    delta = None
    if since is not None:
        delta = states.changes(event.id, since, at=at)
    if delta is None:
        snapshot = _seen(states.of(event.id, at=at), mine)
        response = jsonify({"version": snapshot.version, "states": snapshot.states.decode()})
    elif not delta.changes:
        response = Response(status=204)
    else:
        became: dict[str, list[int]] = {}
        for position, state in (mine.changed(delta) if mine else delta).changes:
            became.setdefault(state, []).append(position)
        response = jsonify({"version": delta.version, "changed": became})
    response.headers["Cache-Control"] = PRIVATE if mine else A_MOMENT
    return response


@bp.get("/events/<slug>/seats/chosen")
def show_chosen(slug: str) -> Response:
    """The seats of these keys as the form lists them, with what each costs."""
    _event, seated, offer = _offered(slug, now())
    keys = request.args.getlist("seat")[:MOST_CHOSEN]
    html = render_template(
        "sales/seats/chosen.html",
        seated=seated,
        offer=offer,
        chosen_seats=seat_plans.places(seated, offer, keys),
        held=None,
    )
    response = Response(html)
    response.headers["Cache-Control"] = A_MOMENT
    return response


@bp.get("/events/<slug>/seats/at/<seat_key>")
def show_seat(slug: str, seat_key: str) -> Response:
    """One seat: what it is, what it costs, what one sees from it."""
    return _seat(slug, seat_key, "sales/seats/seat.html")


@bp.get("/events/<slug>/seats/at/<seat_key>/sheet")
def show_seat_sheet(slug: str, seat_key: str) -> Response:
    """The same as the sheet that lies over the map."""
    return _seat(slug, seat_key, "sales/seats/sheet.html")


@bp.get("/events/<slug>/seats.css")
def show_colours(slug: str) -> Response:
    """How large the hall is, and the colours of its price categories, by day and in the dark, each
    with contrast enough."""
    event = showing.public_event(slug, at=now())
    seated = seat_plans.must_be(event)
    left, top, right, bottom = seated.plan.box
    lines = [f".hall{{--hall-wide:{right - left:.0f};--hall-high:{bottom - top:.0f}}}"]
    for category in seated.plan.categories.values():
        day, night = brand.palette(category.colour), brand.palette(category.colour, dark=True)
        lines.append(
            f".c{category.number}{{--c:light-dark({day.line},{night.line});"
            f"--on-c:light-dark({_ink(day.line)},{_ink(night.line)})}}"
        )
    response = Response("\n".join(lines), mimetype="text/css")
    is_exact = request.args.get("v") == str(seated.version)
    response.headers["Cache-Control"] = FOR_EVER if is_exact else "public, max-age=60"
    return response


def presale(event: Event) -> Presale | None:
    """What the code opens that the reader gave."""
    return presale_codes.judge(event.id, request.values.get("code", ""))


def back_to_choosing(event: Event) -> str:
    """The event page's address, for whoever comes back to it from paying: the code they bought
    with goes along, so that what it opened is still open to them."""
    mine = presales.given(event.id, presses.code_at(event.slug))
    code = mine.code if mine and mine.positions else None
    return url_for("sales.show_event", slug=event.slug, code=code, _anchor="tickets")


def private(
    key: Hashable, presale: Presale, render: Callable[[], str], *, basis: Hashable
) -> Response:
    """A page as whoever has a code sees it: the same for all of them. A wrong code is said so."""
    if presale.positions:
        return shared_pages.answer(
            (key, presale.code), render, basis=(basis, presale), cache_control=PRIVATE
        )
    response = make_response(render(), 422)
    response.headers["Cache-Control"] = PRIVATE
    return response


def hall(
    event: Event, offer: Offer, seated: Seated, at: datetime, presale: Presale | None
) -> dict[str, Any]:
    """What the event page shows of a hall, for its template."""
    snapshot = _seen(states.of(event.id, at=at), presale)
    blocks = seat_plans.blocks(seated, offer, snapshot)
    return {
        "seated": seated,
        "snapshot": snapshot,
        "blocks": blocks,
        "names": section_names.written(blocks, seated.plan, offer.currency),
        "categories": seat_plans.categories(seated, offer),
        "free": snapshot.states.count(b"f"),
    }


def _ink(colour: str) -> str:
    return max(("#ffffff", "#1d1611"), key=lambda ink: brand.contrast(ink, colour))


def _offered(slug: str, at: datetime) -> tuple[Event, Seated, Offer]:
    event = showing.public_event(slug, at=at)
    seated = seat_plans.must_be(event)
    left = availability.of(event.id, event.tenant_id, at=at)
    return event, seated, offers.offer(event, g.tenant, left, at=at)


def _seen(snapshot: Snapshot, presale: Presale | None) -> Snapshot:
    return presale.seen(snapshot) if presale else snapshot


def _list(
    event: Event, seated: Seated, offer: Offer, section_key: str | None, at: datetime
) -> Response:
    snapshot = states.of(event.id, at=at)
    sieve = _sieve(seated, section_key)
    ticked = request.args.getlist("seat")[:MOST_CHOSEN]
    chosen = frozenset(key for key in ticked if key in seated.plan.by_key)
    need = request.args.get("need") == "accessible"
    mine = presale(event)

    def render() -> str:
        return list_page(
            event,
            seated,
            offer,
            snapshot,
            section_key,
            sieve=sieve,
            chosen=chosen,
            need=need,
            presale=mine,
        )

    if chosen or need:
        # Sifted without script, with what was ticked so far: one reader's own.
        limits.check("search")
        response = make_response(render(), 422 if mine and not mine.positions else 200)
        response.headers["Cache-Control"] = PRIVATE
        return response
    key = (event.tenant_id, event.slug, "seat list", section_key, sieve)
    basis = (event, seated, offer, snapshot.version, g.tenant)
    if mine:
        return private(key, mine, render, basis=basis)
    return shared_pages.answer(key, render, basis=basis)


def list_page(
    event: Event,
    seated: Seated,
    offer: Offer,
    snapshot: Snapshot,
    section_key: str | None = None,
    *,
    sieve: Sieve | None = None,
    chosen: frozenset[str] = frozenset(),
    need: bool = False,
    refused: dict[str, Any] | None = None,
    presale: Presale | None = None,
) -> str:
    """The list of one section, or of the whole hall; after a refusal with what was ticked, and
    sifted as it was."""
    sieve = sieve or _sieve(seated, section_key)
    snapshot = _seen(snapshot, presale)
    blocks = seat_plans.blocks(seated, offer, snapshot)
    if section_key is not None:
        listed = [one for one in blocks if one.block.key == section_key]
    elif seated.plan.size <= WHOLE_LIST:
        listed = blocks
    else:
        listed = []
    prices = {one.id: one for one in offer.tiers}
    chairs = [chair for one in listed for chair in one.block.chairs()]
    free = {
        chair.position
        for chair in chairs
        if snapshot.states[chair.position] == FREE and seated.tier_of(chair.category) in prices
    }
    shown = {
        chair.position
        for chair in chairs
        if (chair.key in chosen and chair.position in free)
        or sieve.lets_through(chair, free=chair.position in free)
    }
    used = {chair.category for chair in chairs}
    return render_template(
        "sales/seats/list.html",
        event=event,
        seated=seated,
        offer=offer,
        snapshot=snapshot,
        blocks=blocks,
        listed=listed,
        only=section_key,
        prices=prices,
        wholes={
            key: whole
            for one in listed
            for key, whole in seat_plans.wholes(seated, offer, one.block).items()
        },
        categories=[
            one for one in seat_plans.categories(seated, offer) if one.category.key in used
        ],
        sieve=sieve,
        free=free,
        shown=shown,
        special=SPECIAL if any(chair.kind in SPECIAL for chair in chairs) else (),
        chosen=chosen,
        need=need,
        refused=refused,
        presale=presale,
    )


def _sieve(seated: Seated, section_key: str | None) -> Sieve:
    """What the form asks to see, as far as there is any of it here."""
    only, category = request.values.getlist("only"), request.values.get("category", "")
    known = {
        key
        for block in seated.plan.blocks
        if block.is_seated and section_key in (None, block.key)
        for key in block.categories
    }
    return Sieve("free" in only, "accessible" in only, category if category in known else "")


def _seat(slug: str, seat_key: str, template: str) -> Response:
    event, seated, offer = _offered(slug, now())
    place = seat_plans.place(seated, offer, seat_key)
    mine = presale(event)
    key, basis = (event.tenant_id, slug, template, seat_key), (event, seated, offer, g.tenant)

    def render() -> str:
        return render_template(
            template,
            event=event,
            offer=offer,
            place=place,
            seated=seated,
            view=seat_view.view(seated.plan, place.bank, place.chair),
            presale=mine,
        )

    # The code only goes along here: a wrong one is said where it can be typed.
    if mine and mine.positions:
        return private(key, mine, render, basis=basis)
    return shared_pages.answer(key, render, basis=basis)


def _block(seated: Seated, section_key: str) -> Block:
    block = seated.plan.block(section_key)
    if block is None or not block.is_seated:
        raise NotFound(_("There is no such section."))
    return block


def _prices(seated: Seated, offer: Offer) -> dict[str, int | None]:
    """What a seat of each category costs, every fee included; None where it isn't sold."""
    return {
        one.category.key: one.offered.total if one.offered else None
        for one in seat_plans.categories(seated, offer)
    }
