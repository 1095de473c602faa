"""Devices: the phones and tablets of the door, each a principal of its own.

The promises kept here: a pairing code makes one device and then nothing any more; a device's token
is shown once and kept only as a hash; a revoked device is refused at its very next contact, but
for what it read before: that it may tell for some days; and what a member paired as their own is
never more than they are.
"""

import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import joinedload

from eventflow.accounts import actors, audit, people
from eventflow.accounts.models import Membership
from eventflow.checkin.models import DEVICE_ROLES, Device, Gate, Pairing
from eventflow.db import db, new_id
from eventflow.errors import Invalid, NotFound
from eventflow.events.models import Event
from eventflow.vault import hash_token, new_token

PREFIX = "dev"
PAIR_WITHIN = timedelta(minutes=10)
SEEN_AT_MOST_EVERY = timedelta(seconds=30)
LISTED_AFTER_ITS_END = timedelta(days=2)
TELLS_LATE_FOR = timedelta(days=3)
LONGEST_NAME = 80

# Crockford's letters, so that what is read aloud or typed with a thumb comes out right. 50 bits.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 10
_READ_FOR = str.maketrans("OIL", "011", " -\t\n\r")


class Paired(NamedTuple):
    """A device just made; its token is never seen again."""

    device: Device
    token: str


def offer(
    name: str = "",
    *,
    role: str = "scanner",
    kiosk: bool = False,
    event_ids: Collection[uuid.UUID] = (),
    gate_ids: Collection[uuid.UUID] = (),
    by: str = "",
    at: datetime,
) -> tuple[Pairing, str]:
    """Make a pairing code, good for one device within ten minutes: its row, and the code."""
    if role not in DEVICE_ROLES:
        raise Invalid({"role": _("A device is a scanner or a supervisor's.")})
    code = "".join(secrets.choice(_LETTERS) for _letter in range(_CODE_LENGTH))
    pairing = Pairing(
        code_hash=_code_hash(code),
        name=people.called(name, most=LONGEST_NAME),
        role=role,
        kiosk=kiosk,
        event_ids=_known(Event, event_ids, "event_ids"),
        gate_ids=_known(Gate, gate_ids, "gate_ids"),
        made_at=at,
        made_by=by,
        expires_at=at + PAIR_WITHIN,
    )
    db.session.add(pairing)
    db.session.flush()
    return pairing, f"{code[:4]}-{code[4:8]}-{code[8:]}"


def pair(code: str, *, name: str = "", app_version: str = "", at: datetime) -> Paired:
    """Make a device of a pairing code. Raises Invalid for one that is unknown, used or too old."""
    pairing = db.session.scalar(
        select(Pairing).where(Pairing.code_hash == _code_hash(code)).with_for_update()
    )
    if pairing is None or pairing.used_at is not None or pairing.expires_at <= at:
        # One sentence for all three: nobody learns which codes there were.
        raise Invalid({"code": _("This code is not known, was used, or is older than 10 minutes.")})
    paired = enrol(
        name or pairing.name,
        role=pairing.role,
        kiosk=pairing.kiosk,
        event_ids=pairing.event_ids,
        gate_ids=pairing.gate_ids,
        by=pairing.made_by,
        app_version=app_version,
        at=at,
    )
    pairing.used_at = at
    pairing.device_id = paired.device.id
    return paired


def pair_own(
    person_id: uuid.UUID | None, *, name: str = "", app_version: str = "", at: datetime
) -> Paired:
    """Make a device of a member's own phone: a supervisor's from staff upwards, while they are so.

    Raises Invalid for whoever is not on the team.
    """
    membership = _kept_member(person_id) if person_id else None
    if membership is None:
        raise Invalid({"code": _("Give the pairing code that the console shows.")})
    user = membership.user
    who = user.name or user.email.split("@")[0]
    # The API knows programs and devices, and takes whoever has neither for a buyer.
    with actors.acting_as(replace(actors.actor(), kind="user", id=user.id, name=who)):
        return enrol(
            name or who,
            role="staff" if membership.may("staff") else "scanner",
            by=who,
            user_id=user.id,
            app_version=app_version,
            at=at,
        )


def enrol(
    name: str,
    *,
    role: str,
    by: str,
    at: datetime,
    kiosk: bool = False,
    event_ids: Collection[uuid.UUID] = (),
    gate_ids: Collection[uuid.UUID] = (),
    user_id: uuid.UUID | None = None,
    app_version: str = "",
) -> Paired:
    """Make a device, for whoever has shown that it may be one."""
    token = new_token(PREFIX)
    device = Device(
        id=new_id(),
        name=people.called(name, most=LONGEST_NAME) or _("Scanner"),
        token_hash=hash_token(token),
        role=role,
        kiosk=kiosk,
        event_ids=list(event_ids),
        gate_ids=list(gate_ids),
        paired_at=at,
        paired_by=by,
        user_id=user_id,
        last_seen_at=at,
        facts={"app_version": app_version} if app_version else {},
    )
    db.session.add(device)
    db.session.flush()
    audit.record("device.pair", device, _("Paired the device %(name)s", name=device.name), at=at)
    return Paired(device, token)


def revoke(device_id: uuid.UUID, *, by: str = "", at: datetime) -> Device:
    """Close a device for good; it wipes itself at its next contact. Again changes nothing."""
    device = db.session.scalar(select(Device).where(Device.id == device_id).with_for_update())
    if device is None:
        raise NotFound(_("There is no such device."))
    if device.revoked_at is None:
        device.revoked_at = at
        device.revoked_by = by
        words = _("Revoked the device %(name)s", name=device.name)
        audit.record("device.revoke", device, words, at=at)
    return device


def rename(device_id: uuid.UUID, name: str, *, at: datetime) -> Device:
    device = db.session.scalar(select(Device).where(Device.id == device_id).with_for_update())
    if device is None:
        raise NotFound(_("There is no such device."))
    before = {"name": device.name}
    device.name = people.called(name, most=LONGEST_NAME) or device.name
    words = _("Renamed the device %(name)s", name=device.name)
    audit.record("device.rename", device, words, before, {"name": device.name}, at=at)
    return device


def get(device_id: uuid.UUID) -> Device:
    device = db.session.scalar(select(Device).where(Device.id == device_id))
    if device is None:
        raise NotFound(_("There is no such device."))
    return device


def find(token: str) -> Device | None:
    """The live device of the tenant acted for that has this token."""
    return db.session.scalar(
        select(Device).where(Device.token_hash == hash_token(token), Device.revoked_at.is_(None))
    )


def supervises(device_id: uuid.UUID) -> bool:
    """Whether a device is a supervisor's at this moment, whatever is remembered of it."""
    query = select(Device.id).where(Device.id == device_id, Device.role == "staff")
    return db.session.scalar(query) is not None


def find_revoked(token: str, *, at: datetime) -> Device | None:
    """The device that had this token until a few days ago: it may tell what it has not sent."""
    return db.session.scalar(
        select(Device).where(
            Device.token_hash == hash_token(token), Device.revoked_at > at - TELLS_LATE_FOR
        )
    )


def tell(device_id: uuid.UUID, facts: dict[str, Any], *, at: datetime) -> None:
    """Note what a device says of itself; what it does not mention stays as it was."""
    db.session.execute(
        update(Device)
        .where(Device.id == device_id)
        .values(facts=Device.facts.op("||")(facts), last_seen_at=at)
        .execution_options(synchronize_session=False)
    )


def seen(device_id: uuid.UUID, *, at: datetime) -> None:
    """Note that a device made itself heard, at most every half minute."""
    db.session.execute(
        update(Device)
        .where(
            Device.id == device_id,
            or_(Device.last_seen_at.is_(None), Device.last_seen_at <= at - SEEN_AT_MOST_EVERY),
        )
        .values(last_seen_at=at)
        .execution_options(synchronize_session=False)
    )


def latest_first() -> list[Device]:
    """Every device there ever was; those that may still scan come first."""
    return list(
        db.session.scalars(
            select(Device).order_by(Device.revoked_at.is_not(None), Device.id.desc())
        )
    )


def events_of(event_ids: Collection[uuid.UUID], *, at: datetime) -> list[Event]:
    """What a device kept to these events may scan at: what is public and not long over."""
    query = select(Event).where(
        Event.status == "published",
        or_(Event.ends_at.is_(None), Event.ends_at > at - LISTED_AFTER_ITS_END),
    )
    if event_ids:
        query = query.where(Event.id.in_(event_ids))
    return list(db.session.scalars(query.order_by(Event.starts_at, Event.id)))


def _code_hash(code: str) -> str:
    read = code.upper().translate(_READ_FOR)
    return hashlib.sha256(read.encode()).hexdigest()


def _kept_member(person_id: uuid.UUID) -> Membership | None:
    # Locked, so that whoever is taken off the team at this moment has no device afterwards.
    return db.session.scalar(
        select(Membership)
        .where(Membership.user_id == person_id)
        .with_for_update(read=True, of=Membership)
        .options(joinedload(Membership.user, innerjoin=True))
        .execution_options(populate_existing=True)
    )


def _known(
    model: type[Event] | type[Gate], ids: Collection[uuid.UUID], field: str
) -> list[uuid.UUID]:
    """These ids, each of a row of ours."""
    wanted = list(dict.fromkeys(ids))
    if wanted:
        found = set(db.session.scalars(select(model.id).where(model.id.in_(wanted))))
        if not found.issuperset(wanted):
            raise Invalid({field: _("One of these is not known here.")})
    return wanted
