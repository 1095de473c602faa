"""The vault: small secrets sealed at rest, and tokens kept only as hashes.

The promise kept here is that whoever reads the database alone learns no key,
no password of another service and no token. DATA_KEY may list several keys,
newest first: everything is sealed with the first and opened with any, so a key
is changed by putting a new one in front, resealing (`bin/flask keys reseal`), and
taking the old one away.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

SHORTEST_KEY = 32

# Letters and digits only, so that a double click selects a whole token, and
# without the ones that are read for each other over the phone.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class CannotOpen(ValueError):
    """What was sealed was altered, or sealed with a key that is no longer listed."""


def init_app(app: Flask) -> None:
    """Say at start-up, and not at the first secret, that DATA_KEY can't be used."""
    keyring(app.config["DATA_KEY"])


@lru_cache(maxsize=8)
def keyring(data_key: str) -> MultiFernet:
    """The keys named in DATA_KEY, newest first."""
    keys = [key.strip() for key in data_key.split(",") if key.strip()]
    if not keys:
        raise ValueError("DATA_KEY is empty. Set it to a key of at least 32 characters.")
    return MultiFernet([Fernet(_fernet_key(key)) for key in keys])


def new_key() -> str:
    """A fresh key, fit for DATA_KEY."""
    return Fernet.generate_key().decode()


def seal(secret: str) -> str:
    """Encrypt and authenticate a secret for keeping in a column."""
    return _keys().encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """The secret again, or CannotOpen."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen("This secret was sealed with a key that is not in DATA_KEY.") from None


def is_sealed(text: str) -> bool:
    """Whether this looks like something sealed here: every one begins with its version and time."""
    return text.startswith("gAAAA")


def reseal(sealed: str) -> str:
    """The same secret under the newest key, for use after DATA_KEY got a new first key."""
    try:
        return _keys().rotate(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen("This secret was sealed with a key that is not in DATA_KEY.") from None


def new_token(prefix: str, length: int = 43) -> str:
    """An unguessable token that says what it is: 43 characters carry more than 245 bits."""
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def hash_token(token: str) -> str:
    """What the database keeps of a token.

    Plain SHA-256, unlike for passwords: a token cannot be guessed from a list,
    and it has to be looked up by its hash on every call.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, hashed: str) -> bool:
    """Whether this token has that hash, in a time that tells nothing about either."""
    return hmac.compare_digest(hash_token(token), hashed)


def _keys() -> MultiFernet:
    return keyring(current_app.config["DATA_KEY"])


def _fernet_key(key: str) -> bytes:
    try:
        # Padding is often lost when a key travels through a shell.
        raw = base64.b64decode(key + "=" * (-len(key) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        if len(key) < SHORTEST_KEY:
            raise ValueError("Each key in DATA_KEY needs at least 32 characters.")
        raw = HKDF(SHA256(), 32, salt=None, info=b"eventflow data key").derive(key.encode())
    return base64.urlsafe_b64encode(raw)
