"""Ticket codes: what a QR code carries, signed so that nobody can make one up.

The promise kept here is that a ticket has exactly one accepted code, that whoever has
the public key alone can tell a real one, and that it says nothing about a person.
The format and what it withstands are written down in docs/ticket-codes.md.
"""

import base64
import re
import uuid
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

STATIC = 1
"""The version byte of the code that never changes while its issue is valid."""

ROTATING = 2
"""The version byte of the code that a phone makes anew every half minute (`rotating.py`)."""

# Version, key, event, ticket, issue.
_STATIC_FACTS = 1 + 1 + 8 + 16 + 2
_SIGNATURE = 64
# The bytes each version takes; one that is not listed here is no code.
_SIZES = {
    STATIC: _STATIC_FACTS + _SIGNATURE,
    # The phone's key, its certificate, the step, and the proof of having the key.
    ROTATING: _STATIC_FACTS + 33 + _SIGNATURE + 4 + 64,
}

# Signed along with the facts, so that no signature made for anything else is ever a ticket.
_PURPOSE = b"EventFlow ticket code\x00"

# Crockford's base32: no I, L, O, U. All of it is in the QR code's compact alphanumeric set.
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RFC_4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_TO_CROCKFORD = str.maketrans(_RFC_4648, _CROCKFORD)
# `int` reads digits to the base of 32 in this order.
_FROM_CROCKFORD = str.maketrans(_CROCKFORD, "0123456789ABCDEFGHIJKLMNOPQRSTUV")
_READ_FOR = str.maketrans("OIL", "011")
_LONGEST_TEXT = 2_000


class NotACode(ValueError):
    """This text is not a ticket code of ours, whoever signed it."""


class BadSignature(ValueError):
    """A ticket code in form, but not signed with this key: forged, damaged or another tenant's."""


class KeyPair(NamedTuple):
    private: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code claims. Claims are worth something only after `verify`."""

    version: int
    key_id: int
    event_ref: bytes
    ticket_id: uuid.UUID
    issue: int
    raw: bytes = field(repr=False)

    @property
    def code(self) -> str:
        """The one canonical way to write it."""
        return write(self.raw)

    def is_for(self, event_id: uuid.UUID) -> bool:
        return self.event_ref == event_ref(event_id)


def sign(
    private_key: bytes,
    *,
    key_id: int,
    event_id: uuid.UUID,
    ticket_id: uuid.UUID,
    issue: int,
) -> str:
    """The code of one issue of a ticket: 148 letters and digits, the same each time."""
    facts = claims(STATIC, key_id=key_id, event_id=event_id, ticket_id=ticket_id, issue=issue)
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_PURPOSE + facts)
    return write(facts + signature)


def claims(
    version: int, *, key_id: int, event_id: uuid.UUID, ticket_id: uuid.UUID, issue: int
) -> bytes:
    """What every code begins with."""
    return (
        bytes([version, key_id])
        + event_ref(event_id)
        + ticket_id.bytes
        + issue.to_bytes(2, "big", signed=False)
    )


def read(text: str) -> CodeFacts:
    """What a scanned or typed text claims to be; raises NotACode where it is no code at all.

    Lower case, spaces, hyphens, O for 0, I and L for 1, and an address around the code are
    forgiven. Everything else has to be exact, so that no second text names the same ticket.
    """
    return _facts(raw_of(text))


def verify(public_key: bytes, given: str | CodeFacts) -> CodeFacts:
    """What a code says, certainly, or what was read of it; raises NotACode or BadSignature."""
    facts = read(given) if isinstance(given, str) else given
    raw = facts.raw
    if facts.version != STATIC:
        raise NotACode("not a code of the static kind")
    try:
        public(public_key).verify(raw[-_SIGNATURE:], _PURPOSE + raw[:-_SIGNATURE])
    except InvalidSignature:
        raise BadSignature("this code is not signed with this key") from None
    return facts


def event_ref(event_id: uuid.UUID) -> bytes:
    """The random half of an event's id: enough to tell the wrong door, half the length."""
    return event_id.bytes[8:]


# Keys


def new_key_pair() -> KeyPair:
    private = Ed25519PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


@lru_cache(maxsize=256)
def public(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


# Text


def write(raw: bytes) -> str:
    """Letters and digits for these bytes, as few as there can be."""
    return base64.b32encode(raw).decode().rstrip("=").translate(_TO_CROCKFORD)


def raw_of(text: str) -> bytes:
    """The bytes of a code; raises NotACode where there is more or less than one."""
    if len(text) > _LONGEST_TEXT:
        raise NotACode("far too long for a ticket code")
    # Before any change of case: some letters of other alphabets become ASCII by it.
    if not text.isascii():
        raise NotACode("has characters that no ticket code has")
    if "://" in text:
        return _bytes_in_address(text)
    return _canonical_bytes(text)


def _bytes_in_address(address: str) -> bytes:
    """A code may stand anywhere in an address, but only one, and whole."""
    found = []
    for part in re.split(r"[/?#&=]", address.strip()):
        try:
            found.append(_canonical_bytes(part))
        except NotACode:
            continue
    if len(found) != 1:
        raise NotACode("an address without a ticket code")
    return found[0]


def _canonical_bytes(text: str) -> bytes:
    code = re.sub(r"[\s-]", "", text).upper().translate(_READ_FOR)
    size = len(code) * 5 // 8
    if size not in _SIZES.values() or not set(code) <= set(_CROCKFORD):
        raise NotACode("does not look like a ticket code")
    # A last letter that carries bits nobody reads would give one ticket many codes.
    spare = len(code) * 5 - size * 8
    bits, unread = divmod(int(code.translate(_FROM_CROCKFORD), 32), 1 << spare)
    raw = bits.to_bytes(size, "big")
    if unread or spare >= 5 or _SIZES.get(raw[0]) != size:
        raise NotACode("does not look like a ticket code")
    return raw


def _facts(raw: bytes) -> CodeFacts:
    facts = CodeFacts(
        version=raw[0],
        key_id=raw[1],
        event_ref=raw[2:10],
        ticket_id=uuid.UUID(bytes=raw[10:26]),
        issue=int.from_bytes(raw[26:28], "big"),
        raw=raw,
    )
    if facts.issue == 0:
        raise NotACode("issues are counted from 1")
    return facts
