"""A phone that shows a ticket: makes its key, keeps it, and shows a new code every half minute.

Written after docs/ticket-codes.md and not with the code that checks it.
"""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Phone:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.public_key = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.CompressedPoint
        )

    @property
    def sent(self) -> str:
        return base64.urlsafe_b64encode(self.public_key).decode().rstrip("=")

    def proof(self, facts: bytes, step: int, *, high: bool = False) -> bytes:
        signed = b"EventFlow rotating code\x00" + facts + step.to_bytes(4, "big")
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(SHA256())))
        if (s > ORDER // 2) != high:
            s = ORDER - s
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def code(self, certified, unix_time: float, **how) -> str:
        """What is on the screen at this moment."""
        step = int(unix_time) // 30
        return base32(
            certified.facts
            + self.public_key
            + certified.certificate
            + step.to_bytes(4, "big")
            + self.proof(certified.facts, step, **how)
        )


def base32(raw: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 5)
    return "".join(LETTERS[int(bits[n : n + 5], 2)] for n in range(0, len(bits), 5))
