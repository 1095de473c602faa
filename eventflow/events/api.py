"""The HTTP API of events: list, make, change, publish, cancel."""

from typing import Annotated, Any

from flask import g
from flask_babel import gettext as _
from pydantic import Field

from eventflow.api import tokens
from eventflow.api.documents import Instant, PageQuery, Text, next_page
from eventflow.api.operations import PUBLIC, Operations
from eventflow.db import now, transaction
from eventflow.errors import Invalid, NotFound
from eventflow.events import drafting, finding, publishing
from eventflow.events.documents import (
    EventAnswer,
    EventChange,
    EventChanged,
    EventDraft,
    EventList,
    event_document,
)
from eventflow.events.models import Event

api = Operations("events", __name__, tag="Events")
bp = api.bp


class EventQuery(PageQuery):
    q: Annotated[Text, Field(max_length=200)] = ""
    category: Annotated[Text, Field(max_length=60)] = ""
    starts_from: Annotated[Instant | None, Field(alias="from")] = None
    starts_to: Annotated[Instant | None, Field(alias="to")] = None


@api.get("/events", summary="List events", role=PUBLIC, query=EventQuery, answers={200: EventList})
def list_events(query: EventQuery) -> EventList:
    """Public events; with a token, drafts too. A device is told of those it may scan at."""
    at, who = now(), tokens.principal()
    search = finding.Search(
        q=query.q.strip(),
        category=query.category.strip(),
        starts_from=query.starts_from,
        starts_to=query.starts_to,
        drafts_too=tokens.works_here(),
        only=who.event_ids if who else frozenset(),
    )
    total, events = finding.count_and_page(search, offset=query.offset, limit=query.per_page)
    return EventList.model_construct(
        events=[event_document(event, at=at) for event in events],
        total=total,
        next=next_page(query, total),
    )


def visible(slug: str) -> Event:
    """The event of this address, if whoever calls may see it."""
    event = drafting.find(slug)
    if not tokens.covers(event.id) or not (event.is_public or tokens.works_here()):
        raise NotFound(_("There is no such event."))
    return event


@api.post(
    "/events", summary="Make a draft", role="admin", body=EventDraft, answers={201: EventAnswer}
)
def create_event(body: EventDraft) -> EventAnswer:
    """A new event, which nobody but its organizers sees until it is published."""
    facts = _facts(body)
    with transaction():
        event = drafting.create(
            at=now(),
            currency=facts.pop("currency", None) or g.tenant.currency,
            timezone=facts.pop("timezone", None) or g.tenant.timezone,
            **facts,
        )
    return _answer(event)


@api.patch(
    "/events/<slug>",
    summary="Change an event",
    role="admin",
    body=EventChange,
    answers={200: EventChanged},
)
def change_event(slug: str, body: EventChange) -> EventChanged:
    """Only what is sent is changed. One that has sold tickets moves without a question."""
    at = now()
    with transaction():
        event = drafting.find(slug)
        facts = _facts(body)
        if (currency := facts.pop("currency", None)) and currency != event.currency:
            raise Invalid({"currency": _("An event keeps the currency it was made with.")})
        moved = drafting.change(event, facts, at=at)
    return EventChanged.model_construct(event=event_document(event, at=now()), tickets_moved=moved)


api.put(
    "/events/<slug>",
    summary="Change an event",
    role="admin",
    body=EventChange,
    answers={200: EventChanged},
)(change_event)


@api.post(
    "/events/<slug>/publish",
    summary="Publish an event",
    role="admin",
    answers={200: EventAnswer},
    refusals=("conflict", "validation_failed"),
)
def publish_event(slug: str) -> EventAnswer:
    """Open it to the public. What is missing is told, an error each."""
    at = now()
    with transaction():
        event = drafting.find(slug)
        publishing.publish(event, at=at)
    return _answer(event)


@api.post(
    "/events/<slug>/cancel",
    summary="Cancel an event",
    role="admin",
    answers={200: EventAnswer},
    refusals=("conflict",),
)
def cancel_event(slug: str) -> EventAnswer:
    """Nothing more is sold, and every paid order is refunded."""
    at = now()
    with transaction():
        event = drafting.find(slug)
        publishing.cancel(event, at=at)
    return _answer(event)


def _facts(body: EventDraft) -> dict[str, Any]:
    """What was sent, under the names that drafting knows."""
    facts = body.model_dump(exclude_unset=True)
    if "venue" in facts:
        venue = facts.pop("venue")
        if venue is None:
            venue = {"name": "", "address": ""}
        # Of a venue, too, only what is sent is changed.
        facts |= {f"venue_{name}": value for name, value in venue.items()}
    for name in ("title", "timezone", "format"):
        if name in facts and facts[name] is None:
            del facts[name]
    return facts


def _answer(event: Event) -> EventAnswer:
    return EventAnswer.model_construct(event=event_document(event, at=now()))
