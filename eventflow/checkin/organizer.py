"""The console's pages of the door: how it goes, where and by what people come in."""

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, Response
from flask_babel import gettext as _

from eventflow.accounts import access
from eventflow.checkin import (
    box_office_pages,
    device_pages,
    figures,
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
    pace = figures.pace(event, at=at)
    heads, answers = figures.heads(event), figures.answers(event)
    doubles = figures.doubles(event, most=figures.MOST_LISTED)
    doubted = figures.doubted(event, most=figures.MOST_LISTED)
    crossed = [scan for one in (*doubles, *doubted) for scan in (one.scan, one.first) if scan]
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
        tiers=[one for one in figures.tiers(event) if one.expected],
        areas=[one for one in heads if one.area],
        refusals=_refusals(answers),
        devices=figures.devices(event),
        doubles=doubles,
        doubted=doubted,
        names={tier.id: tier.name for tier in event.tiers},
        who=figures.who_and_where(crossed),
        gone=figures.gone(event, most=figures.MOST_LISTED),
        gone_count=figures.count_gone(event),
        late=figures.told_late(event, most=figures.MOST_LISTED),
        may_change=access.may("admin"),
        nameless=_("The door"),
    )


def _points(event: Event, pace: figures.Pace) -> list[tuple[str, int, str]]:
    return [
        (format_clock(minute, event.timezone), number, format_number(number))
        for minute, number in zip(pace.minutes, pace.total, strict=True)
    ]


def _refusals(answers: Sequence[figures.AnswerCount]) -> list[tuple[str, int]]:
    """How often somebody was turned away, by reason; whoever came in twice was not."""
    counted: Counter[str] = Counter()
    for one in answers:
        if not one.admitted:
            counted[one.reason] += one.number
    return [(reasons.words(why), number) for why, number in counted.most_common()]
