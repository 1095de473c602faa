"""Announcing: an event with its tiers and its poster, made and put on sale days ago."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from eventflow import files
from eventflow.db import db, transaction
from eventflow.demo.box_office import PICTURES, BoxOffice
from eventflow.events import covers, drafting, publishing, tiers
from eventflow.events.models import Event
from eventflow.events.tiers import EarlyPrice
from eventflow.pictures import Picture, Variant

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Admission:
    """A tier to be sold, and so many of it."""

    name: str
    price: int
    quantity: int
    description: str = ""
    early: EarlyPrice | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Poster:
    """A picture of `pictures/`, and what it shows to somebody who can't see it."""

    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """A capacity that several tiers draw on besides their own."""

    name: str
    capacity: int
    tiers: Sequence[str]


def announce(
    box: BoxOffice,
    title: str,
    *,
    starts_at: datetime,
    lasts: timedelta,
    admissions: Sequence[Admission],
    poster: Poster | None,
    made_at: datetime,
    currency: str = "",
    shared: Sequence[Sharing] = (),
    words: str = "",
    by: str = "admin",
    seated: Callable[[Event], None] | None = None,
    **facts: Any,
) -> str:
    """An event of the box office acted for, published; answers its slug.

    `seated` gives it its seats, before it goes on sale.
    Its description is the text of `words/` that is called as its poster, or as `words` says.
    """
    if text := words or (poster.name if poster else ""):
        facts["description"] = (WORDS / f"{text}.md").read_text().strip()
    with box.as_(by):
        with transaction():
            event = drafting.create(
                title=title,
                currency=currency or box.look.currency,
                timezone=facts.pop("timezone", box.look.zone),
                created_by=box.team[by].id,
                starts_at=starts_at,
                ends_at=starts_at + lasts,
                cover_alt=poster.alt if poster else "",
                at=made_at,
                **facts,
            )
            event.created_at = made_at
            _offer(event, admissions, shared, at=made_at)
            if seated:
                seated(event)
            slug = event.slug
        if poster:
            _hang(box, slug, poster, at=made_at + timedelta(minutes=20))
        with transaction():
            publishing.publish(drafting.find(slug), at=made_at + timedelta(hours=1))
    return slug


def _offer(
    event: Event, admissions: Sequence[Admission], shared: Sequence[Sharing], *, at: datetime
) -> None:
    for one in admissions:
        tier = tiers.add(
            event,
            name=one.name,
            price=one.price,
            quantity=one.quantity,
            description=one.description,
            at=at,
            **one.facts,
        )
        if one.early:
            tiers.set_early_prices(tier, [one.early], at=at)
    by_name = {tier.name: tier for tier in event.tiers}
    for room in shared:
        drawing = [by_name[name] for name in room.tiers]
        tiers.share_capacity(event, room.name, room.capacity, drawing, at=at)


def _hang(box: BoxOffice, slug: str, poster: Poster, *, at: datetime) -> None:
    """Give the event its picture. Not in a transaction: making it takes longest of all."""
    folder = covers.folder(drafting.find(slug))
    db.session.rollback()
    if known := box.posters.get(poster.name):
        picture = _another(known, folder)
    else:
        picture = covers.make((PICTURES / f"{poster.name}.webp").read_bytes(), folder=folder)
        box.posters[poster.name] = picture
    with transaction():
        covers.keep(drafting.find(slug), picture, at=at)


def _another(picture: Picture, folder: str) -> Picture:
    """The same poster for another date of the same class, without making it anew."""

    def copied(key: str) -> str:
        suffix = key.rpartition(".")[2]
        private = key.startswith("private/")
        return files.put(files.get(key), suffix, folder=folder, private=private)

    def of(variant: Variant) -> Variant:
        return replace(variant, key=copied(variant.key))

    return replace(
        picture,
        source=copied(picture.source),
        variants=tuple(of(variant) for variant in picture.variants),
        share=of(picture.share) if picture.share else None,
    )
