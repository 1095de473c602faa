"""The console's pages of the door: how it goes, where and by what people come in."""

from flask import Blueprint, Response
from flask_babel import gettext as _

from eventflow.accounts import access
from eventflow.checkin import (
    box_office_pages,
    device_pages,
    door_figures,
    paper_pages,
    plan_pages,
    reasons,
)
from eventflow.db import now
from eventflow.events import drafting
from eventflow.events.models import Event
from eventflow.locale import format_clock, format_number
from eventflow.pages import page

bp = access.console(
    Blueprint("checkin_console", __name__, url_prefix="/manage/events/<slug>"), "staff"
)
for pages in (plan_pages, device_pages, box_office_pages, paper_pages):
    bp.register_blueprint(pages.bp)


@bp.get("/door")
def show_door(slug: str) -> Response:
    """The evening in one glance; its figures refresh by themselves."""
    at, event = now(), drafting.find(slug)
    pace = door_figures.pace(event, at=at)
    return page(
        "checkin/organizer/door.html",
        "figures",
        event=event,
        at=at,
        pace=pace,
        points=_points(event, pace),
        gates=[
            (name, numbers, sum(numbers[-5:]) / 5, sum(numbers))
            for name, numbers in pace.gates.items()
        ],
        tiers=door_figures.tiers(event),
        areas=door_figures.areas(event),
        refusals=[(reasons.words(why), count) for why, count in door_figures.refusals(event)],
        devices=door_figures.devices(event),
        doubles=door_figures.doubles(event),
        gone=door_figures.gone(event),
        may_change=access.may("admin"),
        nameless=_("The door"),
    )


def _points(event: Event, pace: door_figures.Pace) -> list[tuple[str, int, str]]:
    return [
        (format_clock(minute, event.timezone), number, format_number(number))
        for minute, number in zip(pace.minutes, pace.total, strict=True)
    ]
