"""The console's pages that look at events: all of them at a glance, one in full, and its end."""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_skeleton
from flask import Blueprint, Response, flash, g, redirect, request
from flask_babel import get_locale
from flask_babel import gettext as _

from eventflow import lists
from eventflow.accounts import access
from eventflow.accounts.hosts import tenant_url
from eventflow.db import now, transaction
from eventflow.events import drafting, publishing, showing
from eventflow.events.models import Event
from eventflow.locale import DEFAULT, format_number
from eventflow.pages import page, wants_fragment
from eventflow.sales import at_a_glance, attention, availability, figures
from eventflow.sales.at_a_glance import PER_PAGE, Filters

bp = access.console(Blueprint("sales_console", __name__, url_prefix="/manage"), "scanner")


@bp.get("/")
def show_events() -> Response:
    at, number, filters = now(), lists.page_number(), Filters.of(request.args)
    lines, total = at_a_glance.read(filters, page=number, zone=g.tenant.timezone, at=at)
    if last := lists.beyond(number, total, per_page=PER_PAGE):
        return redirect(last, 303)  # type: ignore[return-value]
    return page(
        "sales/organizer/events.html",
        "found",
        lines=lines,
        part=lists.part(number, len(lines), total, per_page=PER_PAGE),
        filters=filters,
        heads={key: lists.head(key, filters.sort) for key in ("title", "date", "sold")},
        is_new_here=total == 0 and at_a_glance.is_empty(),
        sees_money=access.may("staff"),
        may_change=access.may("admin"),
        at=at,
    )


@bp.get("/events")
def show_events_elsewhere() -> Response:
    return redirect("/manage/", 303)  # type: ignore[return-value]


@bp.get("/events/<slug>")
def show_event(slug: str) -> Response:
    at, event = now(), drafting.find(slug)
    tiers = figures.of_tiers(event, at=at)
    count = figures.counts([event.id], at=at)[event.id]
    sees_money, may_change = access.may("staff"), access.may("admin")
    # What refreshes by itself are the figures alone, and only they are worked out then.
    whole = not wants_fragment()
    return page(
        "sales/organizer/event.html",
        "figures",
        event=event,
        tiers=tiers,
        count=count,
        left=min(count.left, sum(one.left for one in tiers)),
        income=figures.incomes([event.id]).get(event.id, figures.Income()) if sees_money else None,
        checked_in=sum(one.checked_in for one in tiers),
        days=_days(event, at) if whole else [],
        attention=attention.needed(event, tiers, at=at) if sees_money and whole else [],
        place=showing.place(event),
        address=_address(event, at),
        lacking=publishing.missing(event, at=at) if event.status == "draft" else {},
        is_archivable=publishing.is_archivable(event, at=at),
        sees_money=sees_money,
        may_change=may_change,
        at=at,
    )


@bp.get("/events/<slug>/cancel")
@access.require("admin")
def show_cancelling(slug: str) -> Response:
    event = drafting.find(slug)
    if event.status != "published":
        return _to(slug)
    return _cancelling_page(event, {})


@bp.post("/events/<slug>/cancel")
@access.require("admin")
def cancel(slug: str) -> Response:
    """Call the event off, once its title was typed: it can't be undone, and money goes back."""
    event = drafting.find(slug)
    if event.status != "published":
        return _to(slug)
    title = event.title
    if not _same_words(request.form.get("title", ""), title):
        wrong = _("Type the title as it stands here: %(title)s", title=title)
        return _cancelling_page(event, {"title": wrong})
    with transaction():
        publishing.cancel(drafting.find(slug), at=now())
    availability.forget(event.id)
    flash(_("%(title)s is cancelled. Refunds and mails are on their way.", title=title), "right")
    return _to(slug)


def _cancelling_page(event: Event, errors: dict[str, str]) -> Response:
    return page(
        "sales/organizer/cancel.html",
        status=422 if errors else 200,
        event=event,
        calling_off=figures.calling_off(event, at=now()),
        typed=request.form.get("title", ""),
        errors=errors,
    )


def _address(event: Event, at: datetime) -> dict[str, Any] | None:
    """Where it can be looked at: its page, or the draft by its secret link."""
    path = f"/events/{event.slug}"
    if event.status == "draft":
        token = event.preview_token
        if token is None or not publishing.may_preview(event, token, at=at):
            return None
        path += f"?preview={token}"
    elif not event.is_public:
        return None
    return {"path": path, "url": tenant_url(g.tenant.slug, path)}


def _days(event: Event, at: datetime) -> list[tuple[str, int, str]]:
    """For the chart: each day as people write it, and what was sold on it."""
    days = figures.last_days(event.timezone, at=at)
    sold = figures.by_day([event.id], zone=event.timezone, at=at)[event.id]
    return [
        (_short(day), number, format_number(number)) for day, number in zip(days, sold, strict=True)
    ]


def _short(day: date) -> str:
    locale = get_locale() or DEFAULT
    # The day before the month, as everywhere where English is of no particular country.
    if str(locale) == DEFAULT:
        return format_date(day, "d MMM", locale=locale)
    return format_skeleton("MMMd", day, locale=locale)


def _same_words(typed: str, title: str) -> bool:
    return typed.casefold().split() == title.casefold().split()


def _to(slug: str) -> Response:
    return redirect(f"/manage/events/{slug}", 303)  # type: ignore[return-value]
