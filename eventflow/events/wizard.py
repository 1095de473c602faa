"""The wizard: four steps that make an event which can be published.

The promise kept here is that nothing typed is lost, and nothing kept is written over unseen. Each
step is kept as soon as it is sent, so that it can be resumed anywhere; and whoever is about to
save over somebody else's change is told so first.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from eventflow import timezones
from eventflow.accounts import meanwhile
from eventflow.accounts.meanwhile import ChangedMeanwhile
from eventflow.db import db
from eventflow.errors import Invalid, NotFound
from eventflow.events import drafting, houses, publishing, relying, wall_clock
from eventflow.events.models import Event

WHAT, WHEN, TICKETS, LOOK = STEPS = (1, 2, 3, 4)

FIELDS: dict[int, tuple[str, ...]] = {
    WHAT: ("title", "summary", "description", "category", "tags"),
    WHEN: (
        *("timezone", "starts_at", "starts_at_turn", "ends_at", "ends_at_turn"),
        *("doors_at", "doors_at_turn", "format", "venue_name", "venue_address"),
        *("map_url", "join_url"),
    ),
}
"""What the first two steps' forms hold. The third has a form of its own, in `price_list`; the
fourth is about the picture, the preview and going on sale, each kept when it is asked for."""

STEP_OF = {
    "title": WHAT,
    "starts_at": WHEN,
    "ends_at": WHEN,
    "venue": WHEN,
    "tiers": TICKETS,
}
"""The step in which one does what `publishing.missing` asks for."""

PAGE_OF = {"seats": "seating", "clash": "venue"}
"""What is asked for by other capabilities is done on pages of the event that are theirs."""

MOMENTS = ("starts_at", "ends_at", "doors_at")
MANY_LINES = ("description", "venue_address")
MOST_TAGS = 20

Typed = dict[str, str]


def begin(typed: Typed, *, currency: str, zone: str, by: uuid.UUID, at: datetime) -> Event:
    """A new draft of what the first step says. Raises Invalid."""
    wrong: dict[str, str] = {}
    facts = _read(None, typed, wrong)
    try:
        event = drafting.create(currency=currency, timezone=zone, created_by=by, at=at, **facts)
    except Invalid as refusal:
        wrong = {**refusal.fields, **wrong}
    if wrong:
        raise Invalid(_in_order(wrong))
    reach(event, WHEN)
    return event


def locked(slug: str, version: str) -> Event:
    """The event, for saving a form that was opened at this version of it.

    Raises ChangedMeanwhile or NotFound.
    """
    # Sales go on meanwhile: holds and orders lock the key of an event, which this leaves alone.
    event = db.session.scalar(
        select(Event)
        .where(Event.slug == slug)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFound(_("There is no such event."))
    if version != str(event.version):
        raise ChangedMeanwhile(_who_changed(event))
    return event


def save(
    event: Event,
    step: int,
    typed: Typed,
    *,
    house: str | None = None,
    despite_clash: bool = False,
    despite_sold: bool = False,
    at: datetime,
) -> None:
    """Keep what a step's form says. The caller has `locked` the event. Raises Invalid.

    `house` is what was chosen of `houses`, if that was asked: an event that moves into one goes by
    its clock. `despite_sold`: though there are people with tickets for when and where it was.
    """
    if house == houses.chosen(event):
        house = None
    typed = _on_its_clock(typed, house)
    wrong: dict[str, str] = {}
    status = Invalid.status
    facts = {
        name: value
        for name, value in _read(event, typed, wrong).items()
        if value != getattr(event, name)
    }
    with (
        staying_whole(event, at=at),
        relying.asking_before_it_moves(event, despite_sold=despite_sold, at=at),
    ):
        try:
            if house == "":
                # First, or the venue would be asked about times that are not its own any more.
                _choose(event, house, despite_clash=despite_clash, at=at)
            if facts:
                drafting.change(event, facts, despite_clash=despite_clash, at=at)
            if house and not wrong:
                _choose(event, house, despite_clash=despite_clash, at=at)
        except Invalid as refusal:
            wrong, status = {**refusal.fields, **wrong}, refusal.status
        if wrong:
            refused = Invalid(_in_order(wrong))
            refused.status = status
            raise refused
    reach(event, step + 1)


def _on_its_clock(typed: Typed, house: str | None) -> Typed:
    if not house or houses.keeper is None:
        return typed
    try:
        return typed | {"timezone": houses.keeper.zone(house)}
    except Invalid:
        # Said when it is chosen.
        return typed


def _choose(event: Event, house: str, *, despite_clash: bool, at: datetime) -> None:
    if houses.keeper is not None:
        houses.keeper.choose(event, house, despite_clash=despite_clash, at=at)


def reach(event: Event, step: int) -> None:
    """Remember how far the wizard has come, for whoever goes on with it, wherever that is."""
    event.wizard_step = max(event.wizard_step, min(step, LOOK))
    db.session.flush()


def address_of(event: Event, name: str) -> str:
    """Where one does what `publishing.missing` asks for under this name."""
    here = f"/manage/events/{event.slug}"
    if name in STEP_OF:
        return f"{here}/edit/{STEP_OF[name]}"
    return f"{here}/{PAGE_OF[name]}" if name in PAGE_OF else f"/manage/{name}"


def resumes_at(event: Event) -> int:
    return min(event.wizard_step, LOOK) if event.status == "draft" else WHAT


@contextmanager
def staying_whole(event: Event, *, at: datetime) -> Iterator[None]:
    """What is on sale keeps all that it took to be published; Invalid if something would go."""
    if event.status != "published":
        yield
        return
    lacked = publishing.missing(event, at=at)
    yield
    lacks = publishing.missing(event, at=at)
    if lost := {name: sentence for name, sentence in lacks.items() if name not in lacked}:
        fields = {"venue_name" if name == "venue" else name: lost[name] for name in lost}
        raise Invalid(fields, _("The event is on sale, and needs this."))


def written(event: Event, step: int) -> Typed:
    """What the event says, as the fields of a step's form hold it."""
    return {name: _written(event, name) for name in FIELDS[step]}


def typed(form: Mapping[str, str], step: int) -> Typed:
    """What was typed into a step's form."""
    return {
        name: text.replace("\r\n", "\n").strip() if name in MANY_LINES else " ".join(text.split())
        for name in FIELDS[step]
        for text in (form.get(name, ""),)
    }


def _written(event: Event, name: str) -> str:
    moment = getattr(event, name.removesuffix("_turn"), None)
    if name.endswith("_turn"):
        return wall_clock.turn(moment, event.timezone)
    if name in MOMENTS:
        return wall_clock.written(moment, event.timezone)
    if name == "tags":
        return ", ".join(event.tags)
    return str(getattr(event, name))


def _read(event: Event | None, typed: Typed, wrong: dict[str, str]) -> dict[str, Any]:
    """The facts that a form means, those that it holds; what means nothing goes to `wrong`."""
    facts: dict[str, Any] = {
        name: text
        for name, text in typed.items()
        if name not in MOMENTS and name != "tags" and not name.endswith("_turn")
    }
    if "tags" in typed:
        facts["tags"] = list(dict.fromkeys(filter(None, map(str.strip, typed["tags"].split(",")))))
        if len(facts["tags"]) > MOST_TAGS:
            wrong["tags"] = _("At most %(most)s tags.", most=MOST_TAGS)
    if event is not None and "timezone" in typed:
        _read_moments(event, typed, facts, wrong)
    return facts


def _read_moments(event: Event, typed: Typed, facts: dict[str, Any], wrong: dict[str, str]) -> None:
    zone = typed["timezone"]
    if zone not in timezones.known():
        # Said by drafting; times on a clock that doesn't exist mean nothing.
        return
    for name in MOMENTS:
        shown, turn = typed[name], typed[name + "_turn"]
        is_as_it_was = (zone, shown, turn or _written(event, name + "_turn")) == (
            event.timezone,
            _written(event, name),
            _written(event, name + "_turn"),
        )
        if is_as_it_was:
            # Not read anew: a field knows no seconds, and a program may have set some.
            continue
        try:
            facts[name] = wall_clock.read(shown, zone, turn)
        except wall_clock.UnclearTime as unclear:
            wrong[name] = str(unclear)
    doors, starts = (facts.get(name, getattr(event, name)) for name in ("doors_at", "starts_at"))
    if doors and starts and doors > starts and "doors_at" not in wrong:
        wrong["doors_at"] = _("The doors open before it starts.")


def _who_changed(event: Event) -> str:
    about = [event.id, *(tier.id for tier in event.tiers), *(stock.id for stock in event.stocks)]
    who = meanwhile.who_changed(about)
    return _("%(who)s changed this event while you had it open.", who=who)


def _in_order(wrong: dict[str, str]) -> dict[str, str]:
    """As they stand in the form, from top to bottom."""
    places = [name for step in FIELDS for name in FIELDS[step]]
    known = sorted((name for name in wrong if name in places), key=places.index)
    return {name: wrong[name] for name in (*known, *(n for n in wrong if n not in places))}
