"""The trail: reading the audit log, by person, kind of change and day."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from eventflow.accounts import particulars
from eventflow.accounts.models import AuditEntry
from eventflow.db import db

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the log is wanted. Days are whole ones on the clock of `zone`."""

    who: str = ""
    """A person's or token's id, or a kind of actor such as `command`."""
    action: str = ""
    """An action, or the first word of several: `team` for all that begin with `team.`."""
    first: date | None = None
    last: date | None = None
    zone: str = "UTC"


def read(filters: Filters, *, page: int) -> tuple[Sequence[AuditEntry], int]:
    """One page of the log, the latest first, and how many entries there are in all."""
    wanted = _wanted(filters)
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    entries = db.session.scalars(
        wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return entries, total


def kinds() -> list[tuple[str, str]]:
    """What there have been changes of: the first word of their actions, and what it means."""
    first_word = func.split_part(AuditEntry.action, ".", 1)
    known = particulars.kinds()
    found = db.session.scalars(select(first_word).distinct())
    return sorted(((kind, known.get(kind, kind)) for kind in found), key=lambda pair: pair[1])


def actors() -> list[tuple[str, str]]:
    """Everybody who ever changed something: what to filter by, and what they are called."""
    grouped = (
        select(AuditEntry.actor_kind, AuditEntry.actor_id, func.max(AuditEntry.actor_name))
        .group_by(AuditEntry.actor_kind, AuditEntry.actor_id)
        .order_by(func.max(AuditEntry.actor_name))
    )
    return [
        (str(actor_id) if actor_id else kind, called(kind, name))
        for kind, actor_id, name in db.session.execute(grouped)
    ]


def called(kind: str, name: str) -> str:
    """Who did something, in words."""
    if kind == "token":
        return _("API token %(name)s", name=name)
    if name:
        return name
    return {
        "system": _("EventFlow itself"),
        "command": _("Command line"),
        "buyer": _("A buyer"),
    }.get(kind, _("Somebody"))


def differences(entry: AuditEntry, zone: str) -> list[tuple[str, str, str]]:
    """What was before and what is after, by name; times on the clock of `zone`."""
    before, after = entry.before or {}, entry.after or {}
    return [
        (
            particulars.called(key),
            particulars.shown(key, before.get(key), zone),
            particulars.shown(key, after.get(key), zone),
        )
        for key in sorted({*before, *after})
    ]


def _wanted(filters: Filters) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if filters.who:
        try:
            query = query.where(AuditEntry.actor_id == uuid.UUID(filters.who))
        except ValueError:
            query = query.where(AuditEntry.actor_kind == filters.who, AuditEntry.actor_id.is_(None))
    if filters.action:
        query = query.where(
            (AuditEntry.action == filters.action)
            | AuditEntry.action.startswith(filters.action + ".", autoescape=True)
        )
    if filters.first:
        query = query.where(AuditEntry.at >= _midnight(filters.first, filters.zone))
    if filters.last:
        query = query.where(
            AuditEntry.at < _midnight(filters.last + timedelta(days=1), filters.zone)
        )
    return query


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
