"""A phone that makes rotating codes, as the ticket page does: for tests of whoever reads them."""

import base64
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from eventflow.tickets import codes

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ROTATING = 2
CROCKFORD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")


class Phone:
    """Holds one ticket, certified by the box office."""

    def __init__(
        self,
        private: bytes,
        *,
        event_id: uuid.UUID,
        ticket_id: uuid.UUID,
        key_id: int = 1,
        issue: int = 1,
    ):
        self._own = ec.generate_private_key(ec.SECP256R1())
        self.public = self._own.public_key().public_bytes(
            Encoding.X962, PublicFormat.CompressedPoint
        )
        self._facts = (
            bytes([ROTATING, key_id])
            + codes.event_ref(event_id)
            + ticket_id.bytes
            + issue.to_bytes(2, "big")
        )
        certified = b"EventFlow phone key\x00" + self._facts + self.public
        self._certificate = Ed25519PrivateKey.from_private_bytes(private).sign(certified)

    def code(self, at: float, *, high: bool = False) -> str:
        """The code of this moment; `high` writes the same proof its other, refused, way."""
        step = (int(at) // 30).to_bytes(4, "big")
        message = b"EventFlow rotating code\x00" + self._facts + step
        r, s = decode_dss_signature(self._own.sign(message, ec.ECDSA(hashes.SHA256())))
        if (s > ORDER // 2) != high:
            s = ORDER - s
        proof = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        raw = self._facts + self.public + self._certificate + step + proof
        return base64.b32encode(raw).decode().rstrip("=").translate(CROCKFORD)
