"""The console's pages of paper: the list to print, writing it up, and badges."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.accounts import access
from eventflow.checkin import badges, figures, paper, plan
from eventflow.checkin.models import Gate
from eventflow.db import now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events import drafting, wall_clock
from eventflow.events.models import Event
from eventflow.pages import page
from eventflow.payments import desk

bp = Blueprint("paper", __name__)


@bp.get("/door/paper")
def show_paper(slug: str) -> Response:
    return _paper_page(drafting.find(slug), {})


@bp.get("/door/paper/list")
def show_list(slug: str) -> Response:
    """Everybody expected at one gate, to print before doors open."""
    event = drafting.find(slug)
    gate = _gate(event, request.args.get("gate", ""))
    return page(
        "checkin/organizer/paper_list.html",
        event=event,
        gate=gate,
        rows=[(paper.short_code(one.id), one) for one in paper.expected(event, gate)],
        at=now(),
    )


@bp.post("/door/paper")
def write_up(slug: str) -> Response:
    """Each line and each tick becomes a scan at its time."""
    at = now()
    try:
        event = drafting.find(slug)
        gate = _gate(event, request.form.get("gate", ""))
        told = paper.write_up(event, _entries(event, at), gate=gate, at=at)
    except Invalid as refusal:
        return _paper_page(drafting.find(slug), refusal.fields)
    entered, again = told.entered, told.again
    words = ngettext(
        "%(num)d check-in is written up.", "%(num)d check-ins are written up.", entered
    )
    if again:
        words += " " + _("%(again)s were there already.", again=again)
    flash(words, "right")
    for kind, names, sentence in (
        ("wrong", told.doubles, _("Let in twice: %(names)s")),
        ("wrong", told.odd, _("Let in against the rules: %(names)s")),
        ("doubt", told.unknown, _("No ticket has these codes: %(names)s")),
    ):
        if names:
            flash(sentence % {"names": ", ".join(names[:20])}, kind)
    return redirect(f"/manage/events/{slug}/door/paper", 303)  # type: ignore[return-value]


@bp.get("/door/badges")
def show_badges(slug: str) -> Response:
    event = drafting.find(slug)
    query = request.args.get("q", "").strip()[:100]
    found = badges.due(event, query)
    return page(
        "checkin/organizer/badges.html",
        "found",
        event=event,
        query=query,
        tickets=[(ticket, badges.times_printed(ticket)) for ticket in found],
        form_key=desk.new_form_key(),
    )


@bp.post("/door/badges/<uuid:ticket_id>")
def print_badge(slug: str, ticket_id: uuid.UUID) -> Response:
    """The label of somebody who is in: once, and once again."""
    with transaction():
        event = drafting.find(slug)
        ticket = badges.find(event, ticket_id)
        badges.note(ticket, form_key=request.form.get("form_key", "")[:80], at=now())
        label = badges.label(event, ticket)
    response = Response(badges.pdf(label), content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="badge.pdf"'
    return response


def _paper_page(event: Event, errors: Mapping[str, str]) -> Response:
    gates = figures.gates(event)
    waiting = [one for one in paper.expected(event, None) if one.checked_in_at is None]
    return page(
        "checkin/organizer/paper.html",
        status=422 if errors else 200,
        event=event,
        gates=[("", _("The only door") if not gates else _("No gate in particular"))]
        + [(str(gate.id), gate.name) for gate in gates],
        waiting=[(paper.short_code(one.id), one) for one in waiting[:500]],
        more=max(0, len(waiting) - 500),
        typed={
            "lines": request.form.get("lines", ""),
            "when": request.form.get("when", "")
            or wall_clock.written(event.doors_at or event.starts_at, event.timezone),
            "gate": request.form.get("gate", ""),
            "ticked": request.form.getlist("ticked"),
        },
        errors=errors,
        may_change=access.may("admin"),
    )


def _gate(event: Event, typed: str) -> Gate | None:
    if not typed:
        return None
    try:
        return plan.find_gate(event, uuid.UUID(typed))
    except ValueError:
        raise NotFound(_("There is no such gate at this event.")) from None


def _entries(event: Event, at: datetime) -> list[tuple[str, datetime]]:
    lines, unread = paper.read(request.form.get("lines", ""))
    if unread:
        words = _("These lines can’t be read: %(lines)s", lines="; ".join(unread[:10]))
        raise Invalid({"lines": words})
    try:
        usual = wall_clock.read(request.form.get("when", ""), event.timezone, "0")
    except wall_clock.UnclearTime as unclear:
        raise Invalid({"when": str(unclear)}) from None
    lines += [paper.Line(code) for code in request.form.getlist("ticked")]
    if not lines:
        raise Invalid({"lines": _("Type or tick at least one.")})
    if usual is None:
        raise Invalid({"when": _("Say when they came in, roughly.")})
    if usual > at:
        raise Invalid({"when": _("That is still to come. Say when they came in.")})
    return [(line.code, _moment(line, usual, event.timezone)) for line in lines]


def _moment(line: paper.Line, usual: datetime, zone: str) -> datetime:
    """A line's own clock time on the night of the usual one, past midnight too."""
    if line.clock is None:
        return usual
    local = usual.astimezone(ZoneInfo(zone))
    hour, minute = line.clock
    moment = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if moment < local - timedelta(hours=12):
        moment += timedelta(days=1)
    return moment.astimezone(usual.tzinfo)
