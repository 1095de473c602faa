"""The wizard's pages: what each of the four shows, whether fresh, half typed or refused."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from eventflow import files, rich_text, timezones
from eventflow.accounts import choices
from eventflow.accounts.hosts import tenant_url
from eventflow.db import db, now
from eventflow.events import houses, price_list, publishing, showing, wall_clock, wizard
from eventflow.events.models import Event
from eventflow.events.price_list import PriceList, TierRow
from eventflow.events.wizard import LOOK, MOMENTS, STEP_OF, TICKETS, WHAT, WHEN, Typed
from eventflow.locale import format_money, format_number, format_span
from eventflow.money import price_with_fees
from eventflow.pages import page

TEMPLATES = {
    WHAT: ("events/organizer/what.html", "description"),
    WHEN: ("events/organizer/when.html", None),
    TICKETS: ("events/organizer/tickets.html", "price_list"),
    LOOK: ("events/organizer/look.html", "picture"),
}
"""The page of each step, and the part of it that HTMX may ask for."""

SHOWS_ORIGINAL_FOR = timedelta(hours=6)

seat_prices: Callable[[Event], Mapping[str, Any] | None] | None = None
"""Whoever keeps seats says here what the step of tickets shows of them; None: there are none."""
keep_seat_prices: Callable[[Event, datetime], None] | None = None
"""And keeps here what its form says of them, within the transaction that keeps the rest."""


def answer(
    event: Event | None,
    step: int,
    *,
    typed: Typed | None = None,
    prices: PriceList | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    """The page of a step: of an event as it is kept, or as somebody typed it."""
    at = now()
    template, fragment = TEMPLATES[step]
    more: dict[str, Any] = {"differences": []}
    if step in wizard.FIELDS:
        kept = wizard.written(event, step) if event else dict.fromkeys(wizard.FIELDS[step], "")
        typed = kept if typed is None else typed
        more |= _what(typed) if step == WHAT else _when(event, typed)
        if notice:
            more["differences"] = _differences(kept, typed)
    else:
        assert event is not None
        more |= _tickets(event, prices) if step == TICKETS else _look(event, at)
    return page(
        template,
        fragment,
        status,
        event=event,
        step=step,
        steps=_steps(event, at),
        typed=typed or {},
        errors=errors or {},
        notice=notice,
        so_far=_so_far(event, at),
        at=at,
        **more,
    )


def step_names() -> dict[int, str]:
    return {
        WHAT: _("What it is"),
        WHEN: _("When and where"),
        TICKETS: _("Tickets"),
        LOOK: _("Look and publish"),
    }


def field_names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "summary": _("Summary"),
        "description": _("Description"),
        "category": _("Category"),
        "tags": _("Tags"),
        "starts_at": _("Starts"),
        "ends_at": _("Ends"),
        "doors_at": _("Doors open"),
        "timezone": _("Time zone"),
        "format": _("How people take part"),
        "venue_name": _("Place"),
        "venue_address": _("Address"),
        "map_url": _("Link to a map"),
        "join_url": _("Link to join"),
    }


def _steps(event: Event | None, at: datetime) -> list[dict[str, Any]]:
    """Each step: its name, whether one can go there, and whether nothing of it is missing."""
    reached = event.wizard_step if event else 0
    wants = publishing.missing(event, at=at) if event else {}
    lacking = {TICKETS if name == "seats" else STEP_OF.get(name) for name in wants}
    is_out = event is not None and event.status != "draft"
    return [
        {
            "number": step,
            "name": name,
            "is_there": event is not None,
            "is_done": is_out or (step < reached and step not in lacking),
        }
        for step, name in step_names().items()
    ]


def _differences(kept: Typed, typed: Typed) -> list[tuple[str, str, str]]:
    """(field, as it is kept now, as it was typed), where the two are not the same."""
    return [
        (name, kept[field].replace("T", " ") if field in MOMENTS else kept[field], typed[field])
        for field, name in field_names().items()
        if field in kept and kept[field] != typed[field]
    ]


def _so_far(event: Event | None, at: datetime) -> dict[str, str]:
    """What a ticket would say, as far as it is known."""
    when = where = price = ""
    if event is not None:
        if event.starts_at:
            when = format_span(event.starts_at, event.ends_at, event.timezone)
        where = ", ".join(showing.place_lines(event)[:1])
        shown = [tier.price_at(at) for tier in event.tiers if not tier.hidden]
        if shown:
            rule = g.tenant.fee_rule(event.currency, event.fee_mode)
            price = _price_words(price_with_fees(rule, min(shown)), event.currency, len(shown))
    return {
        "title": event.title if event else "",
        "when": when,
        "where": where,
        "price": price,
    }


def _price_words(lowest: int, currency: str, tiers: int) -> str:
    price = format_money(lowest, currency) if lowest else _("free")
    return price if tiers == 1 else _("from %(price)s", price=price)


def _what(typed: Typed) -> dict[str, Any]:
    known = select(Event.category).where(Event.category != "").distinct().limit(50)
    usual = [_("Music"), _("Theatre"), _("Workshop"), _("Talk"), _("Film"), _("Community")]
    return {
        "categories": sorted({*db.session.scalars(known), *usual}, key=str.casefold),
        "description_html": rich_text.render(typed["description"]),
        "currencies": choices.currency_choices(g.tenant.currency),
        "currency": request.form.get("currency", g.tenant.currency),
    }


def _when(event: Event | None, typed: Typed) -> dict[str, Any]:
    zone = typed["timezone"]
    is_zone = zone in timezones.known()
    kept = houses.chosen(event) if event else ""
    return {
        "houses": houses.choices(event) if event else [],
        "house": request.form.get("house", kept),
        "zones": choices.timezone_choices(zone),
        "turns": {name: wall_clock.turns(typed[name], zone) if is_zone else [] for name in MOMENTS},
    }


def _tickets(event: Event, prices: PriceList | None) -> dict[str, Any]:
    usual = g.tenant.fee_mode
    seats = seat_prices(event) if seat_prices else None
    if prices is None:
        prices = price_list.of_event(event, usual_fee_mode=usual)
        if seats:
            # Its seats are what there is to sell: more than them is for whoever asks for it.
            prices.rows = [row for row in prices.rows if not row.is_blank]
    mode = prices.fee_mode if prices.fee_mode in ("passed_on", "absorbed") else usual
    rule = g.tenant.fee_rule(event.currency, mode)
    return {
        "prices": prices,
        "seats": seats,
        "examples": price_list.examples(prices, event.currency, rule),
        "rule": rule,
        "turns_of": lambda shown: wall_clock.turns(shown, event.timezone),
        "in_short": lambda row: _in_short(row, event.timezone),
        "code_kinds": [
            ("static", _("Stays the same, on a screen or on paper")),
            ("rotating", _("Changes, and only a phone shows it")),
            ("rotating_or_printed", _("Changes; a printed one counts after an ID check")),
        ],
    }


def _in_short(row: TierRow, zone: str) -> str:
    """What is special about a tier, where its details are folded away."""
    words = []
    if (row.min_per_order, row.max_per_order) != ("1", "10"):
        least, most = row.min_per_order, row.max_per_order
        words.append(_("%(least)s to %(most)s an order", least=least, most=most))
    if row.sale_start:
        words.append(
            _(
                "on sale from %(when)s",
                when=wall_clock.said(row.sale_start, zone, row.sale_start_turn),
            )
        )
    if row.sale_end:
        words.append(
            _("on sale until %(when)s", when=wall_clock.said(row.sale_end, zone, row.sale_end_turn))
        )
    if early := sum(not one.is_blank for one in row.early):
        words.append(ngettext("an early price", "%(num)s early prices", early))
    if row.hidden:
        words.append(_("hidden"))
    if row.code_kind != "static":
        words.append(_("a code that changes"))
    if row.proof:
        words.append(row.proof)
    return " · ".join(words)


def _look(event: Event, at: datetime) -> dict[str, Any]:
    cover = showing.cover(event)
    wants = publishing.missing(event, at=at)
    # To the hour, so that the browser fetches the original once and not with every page.
    until = (at + SHOWS_ORIGINAL_FOR).replace(minute=0, second=0, microsecond=0)
    return {
        "cover": cover,
        "original": files.signed_path(cover.source, until) if cover else None,
        "preview": _preview(event, at),
        "checklist": _checklist(event, wants),
        "is_ready": not wants,
        "public_url": tenant_url(g.tenant.slug, f"/events/{event.slug}"),
    }


def _preview(event: Event, at: datetime) -> dict[str, Any] | None:
    token = event.preview_token
    if token is None or not publishing.may_preview(event, token, at=at):
        return None
    path = f"/events/{event.slug}?preview={token}"
    url = tenant_url(g.tenant.slug, path)
    return {"path": path, "url": url, "until": event.preview_expires_at}


def _checklist(event: Event, wants: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """("done", "missing" or "wished", what it says, where one does it)."""
    here = f"/manage/events/{event.slug}/edit"
    places = sum(tier.stock.capacity or 0 for tier in event.tiers)
    done = {
        "title": event.title,
        "starts_at": event.starts_at
        and format_span(event.starts_at, event.ends_at, event.timezone),
        "ends_at": "",
        "venue": showing.place(event),
        "tiers": ngettext(
            "One place to sell",
            "%(number)s places to sell",
            places,
            number=format_number(places),
        ),
    }
    found = []
    for name, words in done.items():
        state, text = ("missing", wants[name]) if name in wants else ("done", words)
        if state == "missing" or text:
            found.append((state, str(text), f"{here}/{STEP_OF[name]}"))
    for name in wants.keys() - done.keys():
        its_page = f"{here}/{TICKETS}#prices" if name == "seats" else wizard.address_of(event, name)
        found.append(("missing", wants[name], its_page))
    if not event.description:
        found.append(("wished", _("A description, for those who don’t know it yet."), f"{here}/1"))
    if event.cover is None:
        found.append(("wished", _("A picture, for the page and for shared links."), "#picture"))
    return found
