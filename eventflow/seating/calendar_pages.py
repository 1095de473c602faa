"""The pages of a venue's calendar, of its bookings, and of an event that is held there."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from flask import Blueprint, Response, current_app, flash, g, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow import whole_numbers
from eventflow.accounts import access
from eventflow.accounts.hosts import only_on_tenant_host, tenant_url
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events import drafting, houses, relying, wall_clock
from eventflow.events.models import Event
from eventflow.locale import DEFAULT
from eventflow.pages import page
from eventflow.seating import bookings, calendar, placing, venues
from eventflow.seating.bookings import VenueTaken
from eventflow.seating.models import Booking, Venue
from eventflow.security import keep_address_secret

bp = access.console(Blueprint("venue_calendar", __name__, url_prefix="/manage"))
feed_bp = only_on_tenant_host(Blueprint("venue_feed", __name__))

MOMENTS = ("starts_at", "ends_at")
FIELDS = ("title", "organizer", "status", "notes", *MOMENTS, "starts_at_turn", "ends_at_turn")
MINUTES = ("setup_minutes", "teardown_minutes")

Typed = dict[str, str]


@bp.get("/venues/<venue_slug>/calendar")
def show(venue_slug: str) -> Response:
    venue = venues.find(venue_slug)
    view = "week" if request.args.get("view") == "week" else "month"
    today = now().astimezone(ZoneInfo(venue.timezone)).date()
    on = _day(request.args.get("on", "")) or today
    if view == "week":
        weeks = [calendar.week(venue, on)]
        earlier, later = on - timedelta(days=7), on + timedelta(days=7)
    else:
        on = on.replace(day=1)
        weeks = calendar.month(venue, on.year, on.month)
        earlier = (on - timedelta(days=1)).replace(day=1)
        later = (on + timedelta(days=32)).replace(day=1)
    return page(
        f"seating/organizer/{view}.html",
        venue=venue,
        view=view,
        weeks=weeks,
        on=on,
        today=today,
        heading=_heading(view, weeks, on),
        day_names=[_written("EEE", day.on) for day in weeks[0]],
        written=_written,
        earlier=earlier,
        later=later,
        confirmed_by=bookings.name_of,
        feed=_feed_url(venue),
        may_change=access.may("admin"),
    )


@bp.post("/venues/<venue_slug>/calendar/link")
@access.require("admin")
def renew_link(venue_slug: str) -> Response:
    with transaction():
        calendar.renew_link(venues.find(venue_slug), at=now())
    flash(_("There is a new link; the one before shows nothing any more."), "right")
    return _to_calendar(venue_slug)


@bp.get("/venues/<venue_slug>/bookings/new")
@access.require("admin")
def new_booking(venue_slug: str) -> Response:
    venue = venues.find(venue_slug)
    on = _day(request.args.get("on", "")) or now().astimezone(ZoneInfo(venue.timezone)).date()
    typed = dict.fromkeys(FIELDS, "") | {
        "status": "confirmed",
        "starts_at": f"{on}T19:00",
        "ends_at": f"{on}T22:00",
        "setup_minutes": str(venue.setup_minutes),
        "teardown_minutes": str(venue.teardown_minutes),
    }
    return _booking_page(venue, None, typed)


@bp.post("/venues/<venue_slug>/bookings")
@access.require("admin")
def make_booking(venue_slug: str) -> Response:
    venue, typed = venues.find(venue_slug), _typed()
    try:
        with transaction():
            facts = _facts(venue, typed)
            booking = bookings.book(venue, facts, despite_clash=_despite_clash(), at=now())
            on = _local_day(booking.starts_at, venue)
    except Invalid as refusal:
        return _booking_page(venues.find(venue_slug), None, typed, refusal)
    flash(_("The booking is in the calendar."), "right")
    return _to_calendar(venue_slug, on)


@bp.get("/venues/<venue_slug>/bookings/<uuid:booking_id>")
@access.require("admin")
def show_booking(venue_slug: str, booking_id: uuid.UUID) -> Response:
    venue = venues.find(venue_slug)
    booking = bookings.find(venue, booking_id)
    return _booking_page(venue, booking, _written_down(venue, booking))


@bp.post("/venues/<venue_slug>/bookings/<uuid:booking_id>")
@access.require("admin")
def change_booking(venue_slug: str, booking_id: uuid.UUID) -> Response:
    typed = _typed()
    try:
        with transaction():
            venue = venues.find(venue_slug)
            booking = bookings.find(venue, booking_id)
            facts = _facts(venue, typed)
            bookings.change(booking, facts, despite_clash=_despite_clash(), at=now())
            on = _local_day(booking.starts_at, venue)
    except Invalid as refusal:
        venue = venues.find(venue_slug)
        return _booking_page(venue, bookings.find(venue, booking_id), typed, refusal)
    flash(_("The booking is changed."), "right")
    return _to_calendar(venue_slug, on)


@bp.post("/venues/<venue_slug>/bookings/<uuid:booking_id>/cancel")
@access.require("admin")
def cancel_booking(venue_slug: str, booking_id: uuid.UUID) -> Response:
    with transaction():
        venue = venues.find(venue_slug)
        booking = bookings.find(venue, booking_id)
        bookings.cancel(booking, at=now())
        on = _local_day(booking.starts_at, venue)
    flash(_("The venue is free again at that time."), "right")
    return _to_calendar(venue_slug, on)


# The venue of an event


@bp.get("/events/<slug>/venue")
@access.require("admin")
def show_event_venue(slug: str) -> Response:
    event = drafting.find(slug)
    return _venue_page(event, _venue_kept(event))


@bp.post("/events/<slug>/venue")
@access.require("admin")
def choose_event_venue(slug: str) -> Response:
    typed = {name: request.form.get(name, "").strip() for name in ("venue", *MINUTES)}
    try:
        with transaction():
            event = drafting.find(slug)
            before = event.timezone
            despite_sold = request.form.get("despite_sold") == "1"
            with relying.asking_before_it_moves(event, despite_sold=despite_sold, at=now()):
                words = _hold_at(event, typed)
            clock = houses.clock_in_words(event) if event.timezone != before else ""
    except Invalid as refusal:
        return _venue_page(drafting.find(slug), typed, refusal)
    flash(words, "right")
    if clock:
        flash(clock, "doubt")
    return redirect(f"/manage/events/{quote(slug)}/venue", 303)  # type: ignore[return-value]


def _hold_at(event: Event, typed: Typed) -> str:
    if not typed["venue"]:
        bookings.leave(event, at=now())
        return _("The event is held elsewhere now.")
    venue = venues.find(typed["venue"])
    setup, teardown = _minutes(typed, venue)
    bookings.hold_at(
        event,
        venue,
        setup_minutes=setup,
        teardown_minutes=teardown,
        despite_clash=_despite_clash(),
        at=now(),
    )
    return _("The event is in the calendar of %(venue)s.", venue=venue.name)


@feed_bp.get("/venues/<venue_slug>/calendar.ics")
def feed(venue_slug: str) -> Response:
    keep_address_secret()
    venue = venues.find(venue_slug)
    if not calendar.opens(venue, request.args.get("secret", "")):
        raise NotFound(_("There is no such venue."))
    domain = current_app.config["BASE_DOMAIN"].partition(":")[0]
    content = calendar.feed(venue, base_domain=domain, at=now())
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{venue.slug}.ics"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


# What pages show


def _booking_page(
    venue: Venue, booking: Booking | None, typed: Typed, refusal: Invalid | None = None
) -> Response:
    zone = venue.timezone
    return page(
        "seating/organizer/booking.html",
        status=refusal.status if refusal else 200,
        venue=venue,
        booking=booking,
        typed=typed,
        errors=refusal.fields if refusal else {},
        clashes=_clashes(refusal, booking),
        confirmed_by=bookings.name_of,
        turns={name: wall_clock.turns(typed[name], zone) for name in MOMENTS},
    )


def _venue_page(event: Event, typed: Mapping[str, str], refusal: Invalid | None = None) -> Response:
    booking = bookings.of_event(event)
    return page(
        "seating/organizer/event_venue.html",
        status=refusal.status if refusal else 200,
        event=event,
        booking=booking,
        venues=[(one.slug, placing.in_words(one, event)) for one in venues.all_of_them()],
        typed=typed,
        errors=refusal.fields if refusal else {},
        clashes=_clashes(refusal, booking),
        confirmed_by=bookings.name_of,
    )


def _clashes(refusal: Invalid | None, booking: Booking | None) -> list[Booking]:
    """Those that are in the way: of what was typed, else of what is kept."""
    if isinstance(refusal, VenueTaken):
        return [db.session.merge(one, load=True) for one in refusal.clashes]
    if refusal or booking is None or booking.status == "cancelled":
        return []
    return bookings.clashing(booking)


def _venue_kept(event: Event) -> Typed:
    booking = bookings.of_event(event)
    if booking is None:
        return {"venue": "", "setup_minutes": "", "teardown_minutes": ""}
    return {
        "venue": booking.venue.slug,
        "setup_minutes": str(booking.setup_minutes),
        "teardown_minutes": str(booking.teardown_minutes),
    }


def _written_down(venue: Venue, booking: Booking) -> Typed:
    zone = venue.timezone
    typed = {
        name: str(getattr(booking, name)) for name in ("title", "organizer", "status", "notes")
    }
    for name in MOMENTS:
        moment = getattr(booking, name)
        typed[name] = wall_clock.written(moment, zone)
        typed[name + "_turn"] = wall_clock.turn(moment, zone)
    return typed | {name: str(getattr(booking, name)) for name in MINUTES}


# What forms say


def _typed() -> Typed:
    return {name: request.form.get(name, "").strip() for name in (*FIELDS, *MINUTES)}


def _despite_clash() -> bool:
    return request.form.get("despite_clash") == "1"


def _facts(venue: Venue, typed: Typed) -> bookings.Facts:
    wrong: dict[str, str] = {}
    moments: dict[str, Any] = {}
    for name in MOMENTS:
        try:
            moments[name] = wall_clock.read(typed[name], venue.timezone, typed[name + "_turn"])
        except wall_clock.UnclearTime as unclear:
            wrong[name] = str(unclear)
        else:
            if moments[name] is None:
                wrong[name] = _("Say when.")
    if wrong:
        raise Invalid(wrong)
    setup, teardown = _minutes(typed, venue)
    return bookings.Facts(
        title=" ".join(typed["title"].split()),
        organizer=" ".join(typed["organizer"].split()),
        notes=typed["notes"].replace("\r\n", "\n"),
        status=typed["status"] if typed["status"] != "cancelled" else "",
        setup_minutes=setup,
        teardown_minutes=teardown,
        **moments,
    )


def _minutes(typed: Mapping[str, str], venue: Venue) -> tuple[int, int]:
    """Set-up and tear-down; the venue's own where nothing was typed."""
    wrong, found = {}, []
    for name in MINUTES:
        text = typed[name]
        if not text:
            found.append(int(getattr(venue, name)))
        elif (number := whole_numbers.read(text, digits=6)) is not None:
            found.append(number)
        else:
            wrong[name] = _("A whole number of minutes.")
    if wrong:
        raise Invalid(wrong)
    return found[0], found[1]


# Ways and words


def _day(text: str) -> date | None:
    try:
        on = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return None
    return on if calendar.FIRST <= on <= calendar.LAST else None


def _local_day(moment: datetime, venue: Venue) -> date:
    return moment.astimezone(ZoneInfo(venue.timezone)).date()


def _feed_url(venue: Venue) -> str:
    path = f"/venues/{quote(venue.slug)}/calendar.ics?secret={venue.calendar_secret}"
    return tenant_url(g.tenant.slug, path)


def _heading(view: str, weeks: list[list[calendar.Day]], on: date) -> str:
    if view == "month":
        return _written("yMMMM", on)
    first, last = weeks[0][0].on, weeks[0][-1].on
    return f"{_written('yMMMd', first)} – {_written('yMMMd', last)}"


# The day before the month, as everywhere where English is of no particular country.
_OWN = {"yMMMd": "d MMM yyyy", "MMMEd": "EEE d MMM", "yMMMEd": "EEE d MMM yyyy"}


def _written(skeleton: str, on: date) -> str:
    locale = get_locale() or DEFAULT
    if str(locale) == DEFAULT and skeleton in _OWN:
        return format_date(on, _OWN[skeleton], locale=locale)
    return format_skeleton(skeleton, on, locale=locale)


def _to_calendar(slug: str, on: date | None = None) -> Response:
    part = f"?on={on}" if on else ""
    return redirect(f"/manage/venues/{quote(slug)}/calendar{part}", 303)  # type: ignore[return-value]
