"""Attention: what of an event wants somebody to do something, the most pressing first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from eventflow.events import publishing
from eventflow.events.models import Event
from eventflow.events.wizard import address_of
from eventflow.locale import format_money, format_relative
from eventflow.sales import figures
from eventflow.sales.figures import TierFigures

SOON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to see to: `kind` is wrong, doubt or plain; `href` is where, from `role` on."""

    kind: str
    words: str
    href: str
    role: str = "admin"


def needed(event: Event, tiers: Sequence[TierFigures], *, at: datetime) -> list[Need]:
    """Nothing, if all is well."""
    if event.status == "draft":
        return [*_missing(event, at), *_preview_ends(event, at)]
    found = [*_refunds(event), *_waiting(event, at)]
    if event.status_at(at) == "published":
        found += _selling(event, tiers)
    return found


def _missing(event: Event, at: datetime) -> list[Need]:
    return [
        Need("plain", words, address_of(event, name))
        for name, words in publishing.missing(event, at=at).items()
    ]


def _preview_ends(event: Event, at: datetime) -> list[Need]:
    ends = event.preview_expires_at
    if ends is None or not at < ends < at + SOON:
        return []
    words = _("The preview link ends %(when)s.", when=format_relative(ends, at))
    return [Need("plain", words, f"/manage/events/{event.slug}/edit/4#preview")]


def _refunds(event: Event) -> list[Need]:
    failed = figures.failed_refunds(event)
    if not failed:
        return []
    words = ngettext("A refund was refused.", "%(num)s refunds were refused.", failed)
    return [Need("wrong", words, _orders(event, "refunded"), "staff")]


def _waiting(event: Event, at: datetime) -> list[Need]:
    waiting = figures.waiting(event, at=at)
    if not waiting.orders:
        return []
    words = ngettext(
        "One order waits for its money: %(amount)s.",
        "%(num)s orders wait for their money: %(amount)s in all.",
        waiting.orders,
        amount=format_money(waiting.amount, event.currency),
    )
    return [Need("doubt", words, _orders(event, "pending"), "staff")]


def _selling(event: Event, tiers: Sequence[TierFigures]) -> list[Need]:
    edit = f"/manage/events/{event.slug}/edit/3"
    open_ones = [one for one in tiers if not one.tier.hidden]
    if open_ones and all(one.status == "sold_out" for one in open_ones):
        return [Need("plain", _("Everything is sold or held."), edit)]
    if not any(one.status in ("on_sale", "sold_out", "upcoming") for one in open_ones):
        return [Need("doubt", _("Nothing is on sale: every tier is hidden or over."), edit)]
    gone = [one.tier.name for one in open_ones if one.status == "sold_out"]
    if not gone:
        return []
    words = ngettext(
        "%(tiers)s is sold out.", "%(tiers)s are sold out.", len(gone), tiers=", ".join(gone)
    )
    return [Need("plain", words, edit)]


def _orders(event: Event, status: str) -> str:
    return f"/manage/orders?event={event.slug}&status={status}"
