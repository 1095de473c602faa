"""The HTTP API of selling: what there is, what is left, and setting it aside."""

import uuid
from typing import Any

from flask import Response
from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import metrics, shared_pages
from eventflow.api import tokens
from eventflow.api.operations import PUBLIC, Operations, key_of_request
from eventflow.db import db, now, transaction
from eventflow.errors import Invalid, Refusal
from eventflow.events import drafting, showing, tiers
from eventflow.events.api import visible
from eventflow.events.documents import (
    EventWithTiers,
    TierAnswer,
    TierChange,
    TierDocument,
    TierDraft,
    event_document,
    tier_document,
)
from eventflow.events.models import Event, Tier
from eventflow.sales import availability, holds, presale_codes, seats
from eventflow.sales.documents import (
    AvailabilityAnswer,
    BestAvailable,
    HoldAnswer,
    HoldRequest,
    Item,
    TierLeftDocument,
    hold_document,
    placed_document,
)
from eventflow.sales.seat_wishes import Asker, Best
from eventflow.seating import hall as halls

api = Operations("sales", __name__, tag="Sales")
bp = api.bp

PLACING = ("sold_out", "sale_not_open", "conflict", "hold_expired", "hold_used")
CHOOSING = (
    *("seat_taken", "single_seat", "not_for_sale", "too_many"),
    *("whole_table", "accessible_seat", "companion_seat"),
)


@api.get(
    "/events/<slug>", summary="An event and its tiers", role=PUBLIC, answers={200: EventWithTiers}
)
def show_event(slug: str) -> EventWithTiers:
    """With a token, also drafts and hidden tiers."""
    event = visible(slug)
    at = now()
    shown = {left.id: left for left in availability.of(event.id, event.tenant_id, at=at)}
    everything = tokens.works_here()
    return EventWithTiers.model_construct(
        event=event_document(event, at=at),
        tiers=[
            tier_document(tier, event, available=left.available, status=left.status, at=at)
            for tier in event.tiers
            if (left := shown.get(str(tier.id)) or _left(tier)) and (everything or not tier.hidden)
        ],
    )


@api.post(
    "/events/<slug>/tiers",
    summary="Add a tier",
    role="admin",
    body=TierDraft,
    answers={201: TierAnswer},
    refusals=("conflict",),
)
def add_tier(slug: str, body: TierDraft) -> TierAnswer:
    at = now()
    with transaction():
        event = drafting.find(slug)
        tier = tiers.add(event, at=at, **_facts(body, event))
    return _tier_answer(tier)


@api.patch(
    "/events/<slug>/tiers/<tier_id>",
    summary="Change a tier",
    role="admin",
    body=TierChange,
    answers={200: TierAnswer},
)
def change_tier(slug: str, tier_id: str, body: TierChange) -> TierAnswer:
    """Only what is sent is changed."""
    at = now()
    with transaction():
        event = drafting.find(slug)
        tier = tiers.find(event, tier_id)
        tiers.change(tier, _facts(body, event), at=at)
    return _tier_answer(tier)


api.put(
    "/events/<slug>/tiers/<tier_id>",
    summary="Change a tier",
    role="admin",
    body=TierChange,
    answers={200: TierAnswer},
)(change_tier)


@api.get(
    "/events/<slug>/availability",
    summary="What is left",
    role=PUBLIC,
    answers={200: AvailabilityAnswer, 304: None},
)
def show_availability(slug: str) -> Response:
    """At most two seconds old. Cacheable: ask again with If-None-Match."""
    at = now()
    event = visible(slug) if tokens.principal() else showing.public_event(slug, at=at)
    left = availability.of(event.id, event.tenant_id, at=at)
    return shared_pages.answer(
        (event.tenant_id, slug, "availability.json"),
        lambda: _availability(left).model_dump_json(),
        basis=left,
        mimetype="application/json",
    )


@api.post(
    "/events/<slug>/holds",
    summary="Hold places",
    role=PUBLIC,
    body=HoldRequest,
    answers={201: HoldAnswer},
    refusals=(*PLACING, *CHOOSING, "not_found"),
    limit="purchase",
)
def place_hold(slug: str, body: HoldRequest) -> HoldAnswer:
    """Set places aside for a buyer: all of them, or none. The id is the secret.

    `seat_taken` and `single_seat` come with `alternatives`: groups of free seats near those that
    were asked for.
    """
    if not (body.items or body.seats or body.best_available):
        raise Invalid({"items": _("Say which items, which seats, or how many of the best.")})
    placed = place(slug, body.items or [], body)
    return HoldAnswer.model_construct(hold=placed_document(placed))


@api.get(
    "/holds/<hold_id>",
    summary="A hold",
    role=PUBLIC,
    answers={200: HoldAnswer},
    refusals=("hold_expired", "hold_used"),
)
def show_hold(hold_id: str) -> HoldAnswer:
    """Also of an order that was made of it, for as long as that has its places."""
    at = now()
    hold = holds.find(hold_id)
    if hold.order is None:
        hold = holds.find_live(hold_id, at=at)
    elif hold.order.status_at(at) in ("expired", "cancelled"):
        raise holds.HoldExpired(_("The order of these places is over. Please choose again."))
    return HoldAnswer.model_construct(hold=hold_document(hold))


@api.delete(
    "/holds/<hold_id>",
    summary="Give a hold back",
    role=PUBLIC,
    answers={204: None},
    refusals=("hold_expired", "hold_used"),
)
def release_hold(hold_id: str) -> None:
    with transaction():
        holds.release(hold_id, at=now())


def place(slug: str, items: list[Item], also: HoldRequest | None = None) -> holds.Placed:
    """Hold what an API document asks for, and count it."""
    code = _code(slug, also) if also else ""
    who = tokens.principal()
    asker = Asker(
        form_key=key_of_request(),
        hidden_too=tokens.works_here(),
        any_number=who is not None and who.may("staff"),
        code=code,
        need=bool(also and also.need),
    )
    try:
        placed = seats.place(
            slug,
            items=[holds.Wanted(_tier_id(item.tier), item.quantity) for item in items],
            seats=[_seat_id(seat) for seat in also.seats or ()] if also else (),
            best=[_best(slug, also.best_available)] if also and also.best_available else (),
            asker=asker,
            at=now(),
        )
    except Refusal as refusal:
        metrics.hold_refused(refusal.code)
        raise
    metrics.hold_placed()
    return placed


def _code(slug: str, asked: HoldRequest) -> str:
    """The code that was given, if it is one of this event's."""
    code = (asked.code or asked.promo_code or "").strip()
    if not code:
        return ""
    hall = halls.of_slug(slug)
    presale = presale_codes.judge(hall.event_id, code) if hall else None
    if presale is None or not presale.is_known:
        field = "code" if asked.code else "promo_code"
        raise Invalid({field: _("There is no such code at this event.")})
    return presale.code


def _availability(left: tuple[availability.TierLeft, ...]) -> AvailabilityAnswer:
    return AvailabilityAnswer.model_construct(
        tiers=[
            TierLeftDocument.model_construct(
                id=tier.id, name=tier.name, status=tier.status, available=tier.available
            )
            for tier in left
            if not tier.hidden
        ]
    )


def _tier_id(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Invalid({"items": _("There is no such tier at this event.")}) from None


def _seat_id(given: str) -> uuid.UUID:
    try:
        return uuid.UUID(given)
    except ValueError:
        raise Invalid({"seats": _("There is no such seat at this event.")}) from None


def _best(slug: str, asked: BestAvailable) -> Best:
    if asked.max_price:
        currency = db.session.scalar(select(Event.currency).where(Event.slug == slug))
        if currency and asked.max_price.currency != currency:
            message = f"This event sells in {currency}."
            raise Invalid({"best_available.max_price.currency": message})
    return Best(
        asked.quantity,
        _tier_id(asked.tier) if asked.tier else None,
        asked.max_price.amount if asked.max_price else None,
    )


def _left(tier: Tier) -> availability.TierLeft:
    # Just added: what was read a second ago doesn't know it yet.
    quantity = tier.stock.capacity or 0
    return availability.TierLeft(str(tier.id), tier.name, "on_sale", quantity, tier.hidden)


def _tier_answer(tier: Tier) -> TierAnswer:
    event, at = tier.event, now()
    availability.forget(event.id)
    left = next(
        left
        for left in availability.ask(event.id, event.tenant_id, at=at)
        if left.id == str(tier.id)
    )
    document: TierDocument = tier_document(
        tier, event, available=left.available, status=left.status, at=at
    )
    return TierAnswer.model_construct(tier=document)


def _facts(body: TierDraft, event: Event) -> dict[str, Any]:
    """What was sent, under the names that tiers know."""
    facts = body.model_dump(exclude_unset=True)
    if price := facts.pop("price", None):
        if price["currency"] != event.currency:
            message = f"This event sells in {event.currency}."
            raise Invalid({"price.currency": message})
        facts["price"] = price["amount"]
    nullable = ("sale_start", "sale_end")
    return {name: value for name, value in facts.items() if value is not None or name in nullable}
