"""The event page: what an event is and offers, for everybody alike."""

from datetime import datetime
from typing import Any

from flask import g, render_template

from eventflow import assets, rich_text
from eventflow.accounts.hosts import tenant_url
from eventflow.events import showing
from eventflow.events.models import Event
from eventflow.sales import offers, seat_pages, seat_plans, structured
from eventflow.sales.availability import TierLeft
from eventflow.seating.presales import Presale


def render(
    event: Event,
    left: tuple[TierLeft, ...],
    at: datetime,
    *,
    message: str | None = None,
    chosen: dict[str, Any] | None = None,
    refused: dict[str, Any] | None = None,
    presale: Presale | None = None,
    is_preview: bool = False,
) -> str:
    """The page; after a refusal with its sentence, and with what was chosen."""
    facts = offered(event, left, at)
    cover = showing.cover(event)
    seated = facts["seated"]
    if seated:
        assets.let_scripts_wait()
        facts |= seat_pages.hall(event, facts["offer"], seated, at, presale)
    return render_template(
        "sales/seated_event.html" if seated else "sales/event.html",
        **facts,
        message=message,
        chosen=chosen or {},
        refused=refused,
        presale=presale,
        is_preview=is_preview,
        cover=cover,
        description=rich_text.render(event.description) if event.description else "",
        about_in_short=rich_text.plain(event.description, 155),
        origin=tenant_url(g.tenant.slug, ""),
        place_lines=showing.place_lines(event),
        map_url=showing.map_url(event),
        url=structured.event_url(g.tenant, event),
        structured_data=structured.event(g.tenant, event, facts["offer"], at=at),
        at=at,
    )


def offered(event: Event, left: tuple[TierLeft, ...], at: datetime) -> dict[str, Any]:
    return {
        "event": event,
        "offer": offers.offer(event, g.tenant, left, at=at),
        "seated": seat_plans.of(event),
    }
