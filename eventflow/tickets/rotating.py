"""Rotating codes: made by the holder's phone every half minute, checked with public keys alone.

The promise kept here is that nobody but the phone makes a code that is good now: not who copies
the screen, not who steals a scanner with all it knows, not who reads the database.

The phone makes a pair of keys and keeps the private half where not even it can read it. The box
office certifies the public half for one issue of one ticket, with the key it signs static codes
with. A code carries all of that, the half minute it was made in, and the phone's signature over
it: docs/ticket-codes.md.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from eventflow.tickets import codes
from eventflow.tickets.codes import BadSignature, CodeFacts, NotACode

STEP = 30
"""Seconds that a code is shown for."""
OLDEST = 60
"""Seconds after its step began at which a code is taken for a screenshot."""
FURTHEST_AHEAD = 30
"""Seconds that a step may begin in the future: phones' clocks are no better than that."""

PHONE_KEY = 33
_CERTIFIES = b"EventFlow phone key\x00"
_PROVES = b"EventFlow rotating code\x00"
_FACTS, _CERTIFICATE, _STEP, _PROOF = 28, 64, 4, 64
# The order of P-256. A signature (r, s) is as good as (r, n - s), so only the smaller s is read:
# one text for each ticket and step.
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotating code says, certainly: which ticket, by which phone, in which half minute."""

    facts: CodeFacts
    phone_key: bytes
    step: int

    def freshness(self, at: datetime) -> str | None:
        """None: made just now. Else `stale`, or `clock_ahead` of a phone that is fast."""
        age = at.timestamp() - self.step * STEP
        if age > OLDEST:
            return "stale"
        return "clock_ahead" if age < -FURTHEST_AHEAD else None


def facts_of(*, key_id: int, event_id: uuid.UUID, ticket_id: uuid.UUID, issue: int) -> bytes:
    return codes.claims(
        codes.ROTATING, key_id=key_id, event_id=event_id, ticket_id=ticket_id, issue=issue
    )


def certify(private_key: bytes, facts: bytes, phone_key: bytes) -> bytes:
    """The box office's word that this phone shows this ticket."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return key.sign(_CERTIFIES + facts + phone_key)


def is_phone_key(raw: bytes) -> bool:
    """Whether these bytes are a point of the curve, written the short way."""
    if len(raw) != PHONE_KEY:
        return False
    try:
        _phone(raw)
    except ValueError:
        return False
    return True


def code(facts: bytes, phone_key: bytes, certificate: bytes, step: int, proof: bytes) -> str:
    """The code as the phone shows it: 309 letters and digits."""
    return codes.write(facts + phone_key + certificate + step.to_bytes(_STEP, "big") + proof)


def proven(facts: bytes, step: int) -> bytes:
    """What the phone signs for a step."""
    return _PROVES + facts + step.to_bytes(_STEP, "big")


def verify(public_key: bytes, given: str | CodeFacts) -> Rotated:
    """What a rotating code says; raises NotACode or BadSignature. Its age is another question."""
    read = codes.read(given) if isinstance(given, str) else given
    raw = read.raw
    if raw[0] != codes.ROTATING:
        raise NotACode("not a code of the rotating kind")
    facts, rest = raw[:_FACTS], raw[_FACTS:]
    phone_key, rest = rest[:PHONE_KEY], rest[PHONE_KEY:]
    certificate, rest = rest[:_CERTIFICATE], rest[_CERTIFICATE:]
    step, proof = rest[:_STEP], rest[_STEP:]
    try:
        codes.public(public_key).verify(certificate, _CERTIFIES + facts + phone_key)
        _phone(phone_key).verify(_signature(proof), _PROVES + facts + step, _ECDSA)
    except (InvalidSignature, ValueError):
        raise BadSignature("this code is not signed with this key and phone") from None
    return Rotated(read, phone_key, int.from_bytes(step, "big"))


def _phone(raw: bytes) -> ec.EllipticCurvePublicKey:
    if raw[0] not in (2, 3):
        raise ValueError("not a compressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def _signature(proof: bytes) -> bytes:
    r, s = int.from_bytes(proof[:32], "big"), int.from_bytes(proof[32:], "big")
    if not (0 < r < _N and 0 < s <= _N // 2):
        raise ValueError("not a signature in its one form")
    return encode_dss_signature(r, s)
